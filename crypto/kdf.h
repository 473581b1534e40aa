/* SPDX-License-Identifier: MIT */
/*
 * Key derivation in counter mode.	[SP 800-108 5.1; SEV Key Derivation]
 *
 *	block(i) = HMAC(key, i || label || 0x00 || context || L)	i = 1, 2, ...; L in bits
 *
 * The standard leaves the coding of i and L open.  SEV takes both as 32-bit little-endian with
 * HMAC-SHA-256; most others take big-endian.
 */
#ifndef CRYPTO_KDF_H
#define CRYPTO_KDF_H

#include "crypto/hash.h"

enum kdf_order { KDF_LITTLE_ENDIAN, KDF_BIG_ENDIAN };

struct kdf {
	enum hash_alg prf; /* the hash of the HMAC */
	enum kdf_order order;
	const char *label; /* its bytes without the NUL */
	const void *context;
	size_t context_len; /* 0: the label's separator stands all the same */
};

/*
 * Fills out with out_len bytes, 1 .. 2^29 - 1 (L must fit 32 bits).  0, or -ENOMEM; out is zero
 * then.
 */
int kdf_derive(void *out, size_t out_len, const struct kdf *kdf, const void *key,
	       size_t key_len) MUST_CHECK;

/* SEV's form: HMAC-SHA-256, little-endian. */
int kdf_derive_sev(void *out, size_t out_len, const void *key, size_t key_len, const char *label,
		   const void *context, size_t context_len) MUST_CHECK;

#endif
