/* SPDX-License-Identifier: MIT */
/*
 * AES in the modes that the protocols use.	[FIPS 197, SP 800-38A, SP 800-38D]
 *
 *	ECB-128	single blocks, for tests and tools that check the memory encryption engine
 *	CTR-128	SEV's transport of keys, secrets and pages
 *	GCM-256	SNP's guest messages and swapped pages
 *
 * All: input and output are the same buffer or do not overlap; 0, or -ENOMEM or -EIO.
 */
#ifndef CRYPTO_AES_H
#define CRYPTO_AES_H

#include "base/compiler.h"
#include "base/types.h"
#include "crypto/verdict.h"

enum { AES_BLOCK_BYTES = 16, GCM_IV_BYTES = 12, GCM_TAG_BYTES = 16 };

struct aes128_key {
	u8 b[16];
};

struct aes256_key {
	u8 b[32];
};

/* One block. */
int aes128_ecb_encrypt(u8 out[AES_BLOCK_BYTES], const struct aes128_key *key,
		       const u8 in[AES_BLOCK_BYTES]) MUST_CHECK;
int aes128_ecb_decrypt(u8 out[AES_BLOCK_BYTES], const struct aes128_key *key,
		       const u8 in[AES_BLOCK_BYTES]) MUST_CHECK;

/*
 * Encrypts or decrypts len bytes.  iv is the first counter block, counted up as a 128-bit
 * big-endian integer.	[SEV Key Derivation, packets]
 */
int aes128_ctr(void *out, const struct aes128_key *key, const u8 iv[AES_BLOCK_BYTES],
	       const void *in, size_t len) MUST_CHECK;

/* What GCM authenticates beside the ciphertext; bytes may be NULL when len is 0. */
struct gcm_aad {
	const void *bytes;
	size_t len;
};

/* A pair of key and IV must never seal two different messages. */
int aes256_gcm_seal(void *out, u8 tag[GCM_TAG_BYTES], const struct aes256_key *key,
		    const u8 iv[GCM_IV_BYTES], struct gcm_aad aad, const void *in,
		    size_t len) MUST_CHECK;

/*
 * *v is VERDICT_GOOD or VERDICT_BAD_TAG.  Unless it is good, out keeps what it held: not one byte
 * of an unauthenticated plaintext leaves this function.
 */
int aes256_gcm_open(enum verdict *v, void *out, const struct aes256_key *key,
		    const u8 iv[GCM_IV_BYTES], struct gcm_aad aad, const void *in, size_t len,
		    const u8 tag[GCM_TAG_BYTES]) MUST_CHECK;

#endif
