/* SPDX-License-Identifier: MIT */
/* The encoding of a digest before RSA's private operation; private to crypto/. */
#ifndef CRYPTO_RSA_PSS_H
#define CRYPTO_RSA_PSS_H

#include "crypto/hash.h"

/*
 * EMSA-PSS: em gets em_len bytes for a modulus of 8 * em_len bits; the salt has the digest's
 * length, and so has the hash of the mask generation.  0, or -ENOMEM or -EIO.
 * [RFC 8017 9.1.1]
 */
int rsa_pss_encode(u8 *em, size_t em_len, const struct digest *digest, const u8 *salt) MUST_CHECK;

#endif
