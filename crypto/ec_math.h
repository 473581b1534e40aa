/* SPDX-License-Identifier: MIT */
/*
 * Curve arithmetic with libcrypto's groups, points and big numbers; private to crypto/.
 */
#ifndef CRYPTO_EC_MATH_H
#define CRYPTO_EC_MATH_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "crypto/ec.h"

/* A group with room for temporary numbers. */
struct ec_math {
	size_t bytes; /* of a coordinate, and of a scalar */
	EC_GROUP *group;
	BN_CTX *tmp;
};

/* 0, or -ENOMEM or -EIO with nothing to undo. */
int ec_math_init(struct ec_math *m, enum ec_curve curve, struct error *err) MUST_CHECK;
void ec_math_fini(struct ec_math *m);

/* x and y (either may be NULL) of scalar times the base point; false: see ossl_failure(). */
bool ec_math_mul_base(const struct ec_math *m, const BIGNUM *scalar, BIGNUM *x,
		      BIGNUM *y) MUST_CHECK;

/* Whether 1 <= v < n. */
bool ec_math_is_scalar(const struct ec_math *m, const BIGNUM *v);

const char *ec_curve_name(enum ec_curve curve);             /* as libcrypto calls it */
bool ec_curve_find(enum ec_curve *curve, const char *name); /* by that name */

/*
 * The key as an EVP_PKEY; d == NULL: the public half alone.  NULL: the point is not on the curve,
 * or see ossl_failure().
 */
EVP_PKEY *ec_pkey_new(const struct ec_public *pub, const u8 *d) MUST_CHECK;

#endif
