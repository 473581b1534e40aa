/* SPDX-License-Identifier: MIT */
/*
 * ECDSA in AMD's form.	[FIPS 186-4, RFC 6979; SEV Signature Formats]
 *
 * SEV signs with P-384 over SHA-256, SEV-SNP with P-384 over SHA-384.  The nonce of a signature is
 * derived from the key and the digest [RFC 6979], so a signature needs no randomness and a chip
 * made from a seed signs the same bytes in every run.
 */
#ifndef CRYPTO_ECDSA_H
#define CRYPTO_ECDSA_H

#include "crypto/ec.h"
#include "crypto/hash.h"
#include "crypto/verdict.h"

/* As it stands at the start of AMD's signature fields: little-endian, padded with zeros. */
struct ecdsa_sig {
	u8 r[EC_LE_BYTES];
	u8 s[EC_LE_BYTES];
};

/* 0, or -ENOMEM or -EIO; *sig is zero then. */
int ecdsa_sign(struct ecdsa_sig *sig, const struct ec_key *key, enum hash_alg alg, const void *data,
	       size_t len) MUST_CHECK;
int ecdsa_sign_digest(struct ecdsa_sig *sig, const struct ec_key *key,
		      const struct digest *digest) MUST_CHECK;

/*
 * VERDICT_GOOD or VERDICT_BAD_SIGNATURE.  r and s are refused unless 1 .. n - 1, as are non-zero
 * bytes above them.
 */
int ecdsa_verify(enum verdict *v, const struct ec_public *pub, enum hash_alg alg, const void *data,
		 size_t len, const struct ecdsa_sig *sig) MUST_CHECK;
int ecdsa_verify_digest(enum verdict *v, const struct ec_public *pub, const struct digest *digest,
			const struct ecdsa_sig *sig) MUST_CHECK;

#endif
