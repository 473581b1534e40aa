/* SPDX-License-Identifier: MIT */
/*
 * RSASSA-PSS with AMD's roots.	[RFC 8017 8.1; SEV AMD Certificate Format; KDS VCEK Certificate]
 *
 * Naples signs with 2048 bits and SHA-256, everything later with 4096 bits and SHA-384; the mask
 * generation hash is the same one, and the salt is as long as the digest.  Numbers stand
 * little-endian, as in AMD's certificates.
 */
#ifndef CRYPTO_RSA_H
#define CRYPTO_RSA_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "crypto/verdict.h"

enum { RSA_MAX_BYTES = 512 };

/* Little-endian, padded with zeros.  Made by an import that checks, never by hand. */
struct rsa_public {
	u32 bits; /* 2048 or 4096: the length of the modulus */
	u8 modulus[RSA_MAX_BYTES];
	u8 exponent[RSA_MAX_BYTES];
};

/*
 * -EINVAL unless bits is 2048 or 4096, the modulus (bits / 8 bytes) is odd and has its top bit set,
 * and the exponent (any length) is odd, above 1 and below 2^64.  On failure *pub is zero.
 */
int rsa_public_from_le(struct rsa_public *pub, u32 bits, const u8 *modulus, const u8 *exponent,
		       size_t exponent_len, struct error *err) MUST_CHECK;
bool rsa_public_equal(const struct rsa_public *a, const struct rsa_public *b);

/* AMD's salt is as long as the digest; other makers of SEV certificates use other lengths. */
enum rsa_salt { RSA_SALT_AS_DIGEST, RSA_SALT_ANY };

/*
 * sig is little-endian, sig_len bytes; VERDICT_GOOD or VERDICT_BAD_SIGNATURE.  A signature not
 * below the modulus, a short field, and non-zero bytes above the modulus's length are refused.  0,
 * or -ENOMEM or -EIO.
 */
int rsa_pss_verify(enum verdict *v, const struct rsa_public *pub, enum hash_alg alg,
		   enum rsa_salt salt, const void *data, size_t len, const u8 *sig,
		   size_t sig_len) MUST_CHECK;

/* A private key with its public half. */
struct rsa_key;

/*
 * bits: 2048 or 4096.  libcrypto draws the primes from the operating system: an RSA key, unlike
 * everything else here, cannot be made from a seed.  Takes up to some seconds.
 */
int rsa_key_generate(struct rsa_key **key, u32 bits) MUST_CHECK;
void rsa_key_free(struct rsa_key *key); /* wipes */

const struct rsa_public *rsa_key_public(const struct rsa_key *key); /* lives as long as the key */

/*
 * sig gets bits / 8 bytes, little-endian; the salt, as long as the digest, comes from rng, and
 * nothing else is random.  0, or -ENOMEM or -EIO.
 */
int rsa_pss_sign(u8 *sig, const struct rsa_key *key, enum hash_alg alg, struct rng *rng,
		 const void *data, size_t len) MUST_CHECK;

#endif
