/* SPDX-License-Identifier: MIT */
/* Imports that check, exports, key generation, key agreement. */
#include "crypto/ec.h"

#include <errno.h>
#include <openssl/err.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/ec_math.h"
#include "crypto/ossl.h"
#include "crypto/secret.h"

void ec_le_from_be(u8 le[EC_LE_BYTES], const u8 *be, size_t len)
{
	BUG_ON(len > EC_LE_BYTES);
	memset(le, 0, EC_LE_BYTES);
	bytes_reverse(le, be, len);
}

void ec_be_from_le(u8 *be, const u8 le[EC_LE_BYTES], size_t len)
{
	BUG_ON(len > EC_LE_BYTES);
	bytes_reverse(be, le, len);
}

/*
 * Whether the numbers are the coordinates of a point; the first two checks give the reason a name.
 */
static int point_check(const struct ec_math *m, const BIGNUM *x, const BIGNUM *y, struct error *err)
{
	const BIGNUM *prime = EC_GROUP_get0_field(m->group);
	EC_POINT *point;
	int ret = 0;

	if (BN_cmp(x, prime) >= 0)
		return error_set(err, EINVAL, "public key: x is not below the field's prime");
	if (BN_cmp(y, prime) >= 0)
		return error_set(err, EINVAL, "public key: y is not below the field's prime");
	point = EC_POINT_new(m->group);
	if (!point)
		return ossl_failure(err);
	if (EC_POINT_set_affine_coordinates(m->group, point, x, y, m->tmp) != 1)
		ret = ossl_refuse(err, "public key: the point is not on the curve");
	EC_POINT_free(point);
	return ret;
}

int ec_public_from_be(struct ec_public *pub, enum ec_curve curve, const u8 *x, const u8 *y,
		      struct error *err)
{
	struct ec_math m;
	BIGNUM *bx;
	BIGNUM *by;
	int ret;

	memset(pub, 0, sizeof(*pub));
	ret = ec_math_init(&m, curve, err);
	if (ret)
		return ret;
	bx = BN_bin2bn(x, (int)m.bytes, NULL);
	by = BN_bin2bn(y, (int)m.bytes, NULL);
	ret = bx && by ? point_check(&m, bx, by, err) : ossl_failure(err);
	BN_free(bx);
	BN_free(by);
	ec_math_fini(&m);
	if (ret)
		return ret;
	pub->curve = curve;
	memcpy(pub->x, x, m.bytes);
	memcpy(pub->y, y, m.bytes);
	return 0;
}

int ec_public_from_le(struct ec_public *pub, u32 curve_code, const u8 x[EC_LE_BYTES],
		      const u8 y[EC_LE_BYTES], struct error *err)
{
	u8 bx[EC_MAX_BYTES];
	u8 by[EC_MAX_BYTES];
	size_t n;

	memset(pub, 0, sizeof(*pub));
	if (curve_code != EC_P256 && curve_code != EC_P384)
		return error_set(err, EINVAL,
				 "public key: curve %u, expected 1 (P-256) or 2 (P-384)",
				 curve_code);
	n = ec_bytes((enum ec_curve)curve_code);
	if (!bytes_are_zero(x + n, EC_LE_BYTES - n) || !bytes_are_zero(y + n, EC_LE_BYTES - n))
		return error_set(err, EINVAL, "public key: non-zero bytes above a coordinate");
	ec_be_from_le(bx, x, n);
	ec_be_from_le(by, y, n);
	return ec_public_from_be(pub, (enum ec_curve)curve_code, bx, by, err);
}

void ec_public_to_le(const struct ec_public *pub, u8 x[EC_LE_BYTES], u8 y[EC_LE_BYTES])
{
	ec_le_from_be(x, pub->x, ec_bytes(pub->curve));
	ec_le_from_be(y, pub->y, ec_bytes(pub->curve));
}

bool ec_public_equal(const struct ec_public *a, const struct ec_public *b)
{
	return a->curve == b->curve && memcmp(a->x, b->x, sizeof(a->x)) == 0 &&
	       memcmp(a->y, b->y, sizeof(a->y)) == 0;
}

/* *key from a scalar known to be in range. */
static int key_from_scalar(struct ec_key *key, enum ec_curve curve, const struct ec_math *m,
			   const BIGNUM *d, struct error *err)
{
	BIGNUM *x = BN_new();
	BIGNUM *y = BN_new();
	int n = (int)m->bytes;
	bool done;

	memset(key, 0, sizeof(*key));
	done = x && y && ec_math_mul_base(m, d, x, y) && BN_bn2binpad(x, key->pub.x, n) == n &&
	       BN_bn2binpad(y, key->pub.y, n) == n && BN_bn2binpad(d, key->d, n) == n;
	BN_free(x);
	BN_free(y);
	if (!done) {
		ec_key_wipe(key);
		return ossl_failure(err);
	}
	key->pub.curve = curve;
	return 0;
}

int ec_key_from_be(struct ec_key *key, enum ec_curve curve, const u8 *d, struct error *err)
{
	struct ec_math m;
	BIGNUM *scalar;
	int ret;

	memset(key, 0, sizeof(*key));
	ret = ec_math_init(&m, curve, err);
	if (ret)
		return ret;
	scalar = BN_bin2bn(d, (int)m.bytes, NULL);
	if (!scalar)
		ret = ossl_failure(err);
	else if (!ec_math_is_scalar(&m, scalar))
		ret = error_set(err, EINVAL, "private key: the scalar is not in 1 .. n - 1");
	else
		ret = key_from_scalar(key, curve, &m, scalar, err);
	BN_clear_free(scalar);
	ec_math_fini(&m);
	return ret;
}

int ec_key_from_le(struct ec_key *key, enum ec_curve curve, const u8 d[EC_LE_BYTES],
		   struct error *err)
{
	size_t n = ec_bytes(curve);
	u8 be[EC_MAX_BYTES];
	int ret;

	memset(key, 0, sizeof(*key));
	if (!bytes_are_zero(d + n, EC_LE_BYTES - n))
		return error_set(err, EINVAL, "private key: non-zero bytes above the scalar");
	ec_be_from_le(be, d, n);
	ret = ec_key_from_be(key, curve, be, err);
	secret_wipe(be, sizeof(be));
	return ret;
}

/* d = v mod (n - 1) + 1, in place; the division takes the branch-free path. */
static bool scalar_reduce(const struct ec_math *m, BIGNUM *v)
{
	BIGNUM *less = BN_dup(EC_GROUP_get0_order(m->group));
	bool done;

	BN_set_flags(v, BN_FLG_CONSTTIME);
	done = less && BN_sub_word(less, 1) == 1 && BN_mod(v, v, less, m->tmp) == 1 &&
	       BN_add_word(v, 1) == 1;
	BN_free(less);
	return done;
}

int ec_key_from_wide(struct ec_key *key, enum ec_curve curve, const u8 *wide, size_t len)
{
	struct ec_math m;
	BIGNUM *scalar;
	int ret;

	memset(key, 0, sizeof(*key));
	ret = ec_math_init(&m, curve, NULL);
	if (ret)
		return ret;
	scalar = BN_bin2bn(wide, (int)len, NULL);
	if (!scalar || !scalar_reduce(&m, scalar))
		ret = ossl_failure(NULL);
	else
		ret = key_from_scalar(key, curve, &m, scalar, NULL);
	BN_clear_free(scalar);
	ec_math_fini(&m);
	return ret;
}

int ec_key_generate(struct ec_key *key, enum ec_curve curve, struct rng *rng)
{
	u8 wide[EC_MAX_BYTES + 8];
	size_t len = ec_bytes(curve) + 8;
	int ret;

	rng_fill(rng, wide, len);
	ret = ec_key_from_wide(key, curve, wide, len);
	secret_wipe(wide, sizeof(wide));
	return ret;
}

void ec_key_to_le(const struct ec_key *key, u8 d[EC_LE_BYTES])
{
	ec_le_from_be(d, key->d, ec_bytes(key->pub.curve));
}

void ec_key_wipe(struct ec_key *key)
{
	secret_wipe(key, sizeof(*key));
}

static bool derive(EVP_PKEY *own, EVP_PKEY *peer, u8 *out, size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	size_t len = size;
	bool done;

	done = ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
	       EVP_PKEY_derive(ctx, out, &len) == 1 && len == size;
	EVP_PKEY_CTX_free(ctx);
	return done;
}

int ec_agree(struct ec_secret *secret, const struct ec_key *own, const struct ec_public *peer)
{
	EVP_PKEY *own_pkey;
	EVP_PKEY *peer_pkey;
	int ret = 0;

	BUG_ON(own->pub.curve != peer->curve);
	memset(secret, 0, sizeof(*secret));
	secret->len = ec_bytes(own->pub.curve);
	own_pkey = ec_pkey_new(&own->pub, own->d);
	peer_pkey = ec_pkey_new(peer, NULL);
	if (!own_pkey || !peer_pkey || !derive(own_pkey, peer_pkey, secret->b, secret->len)) {
		ret = ossl_failure(NULL);
		secret_wipe(secret, sizeof(*secret));
	}
	EVP_PKEY_free(own_pkey);
	EVP_PKEY_free(peer_pkey);
	return ret;
}
