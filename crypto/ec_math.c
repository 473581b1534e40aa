/* SPDX-License-Identifier: MIT */
/* The curves, their arithmetic, and our keys in libcrypto's form. */
#include "crypto/ec_math.h"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/ossl.h"
#include "crypto/secret.h"

struct curve_row {
	enum ec_curve curve;
	int nid;
	size_t bytes;
	const char *name;
};

/* clang-format off */
static const struct curve_row CURVES[] = {
	{EC_P256,	NID_X9_62_prime256v1,	32, "prime256v1"},
	{EC_P384,	NID_secp384r1,		48, "secp384r1"},
	{EC_SECP256K1,	NID_secp256k1,		32, "secp256k1"},
};
/* clang-format on */

static const struct curve_row *curve_row(enum ec_curve curve)
{
	for (size_t i = 0; i < ARRAY_SIZE(CURVES); i++)
		if (CURVES[i].curve == curve)
			return &CURVES[i];
	BUG();
}

size_t ec_bytes(enum ec_curve curve)
{
	return curve_row(curve)->bytes;
}

const char *ec_curve_name(enum ec_curve curve)
{
	return curve_row(curve)->name;
}

bool ec_curve_find(enum ec_curve *curve, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(CURVES); i++) {
		if (strcmp(CURVES[i].name, name) == 0) {
			*curve = CURVES[i].curve;
			return true;
		}
	}
	return false;
}

int ec_math_init(struct ec_math *m, enum ec_curve curve, struct error *err)
{
	const struct curve_row *row = curve_row(curve);

	m->bytes = row->bytes;
	m->group = EC_GROUP_new_by_curve_name(row->nid);
	m->tmp = BN_CTX_new();
	if (m->group && m->tmp)
		return 0;
	ec_math_fini(m);
	return ossl_failure(err);
}

void ec_math_fini(struct ec_math *m)
{
	EC_GROUP_free(m->group);
	BN_CTX_free(m->tmp);
}

/* libcrypto multiplies the base point by a secret scalar with a Montgomery ladder. */
bool ec_math_mul_base(const struct ec_math *m, const BIGNUM *scalar, BIGNUM *x, BIGNUM *y)
{
	EC_POINT *point = EC_POINT_new(m->group);
	bool done;

	done = point && EC_POINT_mul(m->group, point, scalar, NULL, NULL, m->tmp) == 1 &&
	       EC_POINT_get_affine_coordinates(m->group, point, x, y, m->tmp) == 1;
	EC_POINT_clear_free(point);
	return done;
}

bool ec_math_is_scalar(const struct ec_math *m, const BIGNUM *v)
{
	return !BN_is_zero(v) && BN_cmp(v, EC_GROUP_get0_order(m->group)) < 0;
}

static EVP_PKEY *pkey_from_params(OSSL_PARAM *params, int selection)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)!EVP_PKEY_fromdata(ctx, &pkey, selection, params); /* NULL tells as much */
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

EVP_PKEY *ec_pkey_new(const struct ec_public *pub, const u8 *d)
{
	size_t n = ec_bytes(pub->curve);
	u8 point[1 + 2 * EC_MAX_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
	u8 scalar[EC_MAX_BYTES]; /* a number among the parameters has the machine's byte order */
	char name[16];
	OSSL_PARAM params[4];
	OSSL_PARAM *p = params;
	EVP_PKEY *pkey;

	memcpy(point + 1, pub->x, n);
	memcpy(point + 1 + n, pub->y, n);
	OPENSSL_strlcpy(name, ec_curve_name(pub->curve), sizeof(name));
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * n);
	if (d) {
		bytes_reverse(scalar, d, n);
		*p++ = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, scalar, n);
	}
	*p = OSSL_PARAM_construct_end();
	pkey = pkey_from_params(params, d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
	secret_wipe(scalar, sizeof(scalar));
	return pkey;
}
