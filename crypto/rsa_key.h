/* SPDX-License-Identifier: MIT */
/* RSA keys in libcrypto's form; private to crypto/. */
#ifndef CRYPTO_RSA_KEY_H
#define CRYPTO_RSA_KEY_H

#include <openssl/evp.h>

#include "crypto/rsa.h"

struct rsa_key {
	EVP_PKEY *pkey;
	struct rsa_public pub;
};

/*
 * Takes pkey over, also on failure.  -EINVAL unless it is an RSA key that rsa_public_from_le()
 * takes.
 */
int rsa_key_wrap(struct rsa_key **key, EVP_PKEY *pkey, struct error *err) MUST_CHECK;

/* The public half of pkey; -EINVAL as above. */
int rsa_public_from_pkey(struct rsa_public *pub, const EVP_PKEY *pkey,
			 struct error *err) MUST_CHECK;

/* NULL: see ossl_failure(). */
EVP_PKEY *rsa_pkey_new(const struct rsa_public *pub) MUST_CHECK;

#endif
