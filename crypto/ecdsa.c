/* SPDX-License-Identifier: MIT */
/*
 * Verification by libcrypto; signing from its big numbers and points, because libcrypto 3.0 always
 * draws the nonce itself.
 */
#include "crypto/ecdsa.h"

#include <openssl/err.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/ec_math.h"
#include "crypto/ossl.h"
#include "crypto/rfc6979.h"
#include "crypto/secret.h"

/* The numbers of one signature. */
struct signing {
	struct ec_math m;
	BIGNUM *d; /* private scalar */
	BIGNUM *z; /* digest, truncated to the order's length */
	BIGNUM *k; /* nonce */
	BIGNUM *r;
	BIGNUM *s;
};

static void signing_fini(struct signing *w)
{
	BN_clear_free(w->d);
	BN_free(w->z);
	BN_clear_free(w->k);
	BN_free(w->r);
	BN_clear_free(w->s);
	ec_math_fini(&w->m);
}

static int signing_init(struct signing *w, const struct ec_key *key, const struct digest *digest)
{
	size_t digest_bytes = hash_bytes(digest->alg);
	int ret;

	memset(w, 0, sizeof(*w));
	ret = ec_math_init(&w->m, key->pub.curve, NULL);
	if (ret)
		return ret;
	if (digest_bytes > w->m.bytes)
		digest_bytes = w->m.bytes;
	w->d = BN_bin2bn(key->d, (int)w->m.bytes, NULL);
	w->z = BN_bin2bn(digest->b, (int)digest_bytes, NULL);
	w->k = BN_new();
	w->r = BN_new();
	w->s = BN_new();
	if (w->d && w->z && w->k && w->r && w->s)
		return 0;
	signing_fini(w);
	return ossl_failure(NULL);
}

/* v = 1 / v mod n, by Fermat's theorem: libcrypto's exponentiation is constant-time on demand. */
static bool invert(BIGNUM *v, const struct ec_math *m)
{
	const BIGNUM *order = EC_GROUP_get0_order(m->group);
	BIGNUM *exponent = BN_dup(order);
	bool done;

	BN_set_flags(v, BN_FLG_CONSTTIME);
	done = exponent && BN_sub_word(exponent, 2) == 1 &&
	       BN_mod_exp_mont_consttime(v, v, exponent, order, m->tmp, NULL) == 1;
	BN_free(exponent);
	return done;
}

/* r = x(k G) mod n, s = (z + r d) / k mod n; the nonce is used up. */
static bool signing_compute(struct signing *w)
{
	const BIGNUM *order = EC_GROUP_get0_order(w->m.group);

	return ec_math_mul_base(&w->m, w->k, w->r, NULL) &&
	       BN_nnmod(w->r, w->r, order, w->m.tmp) == 1 && invert(w->k, &w->m) &&
	       BN_mod_mul(w->s, w->r, w->d, order, w->m.tmp) == 1 &&
	       BN_mod_add(w->s, w->s, w->z, order, w->m.tmp) == 1 &&
	       BN_mod_mul(w->s, w->s, w->k, order, w->m.tmp) == 1;
}

/* Tries nonces until one gives a signature; a second round has a chance of about 2^-190 or less. */
static int signing_run(struct signing *w, struct rfc6979 *nonces)
{
	u8 nonce[EC_MAX_BYTES];
	int ret;

	do {
		ret = rfc6979_next(nonces, nonce);
		if (ret)
			break;
		if (!BN_bin2bn(nonce, (int)w->m.bytes, w->k)) {
			ret = ossl_failure(NULL);
			break;
		}
		BN_zero(w->r);
		if (ec_math_is_scalar(&w->m, w->k) && !signing_compute(w)) {
			ret = ossl_failure(NULL);
			break;
		}
	} while (BN_is_zero(w->r) || BN_is_zero(w->s));
	secret_wipe(nonce, sizeof(nonce));
	return ret;
}

static int signing_nonces(struct rfc6979 *nonces, struct signing *w, const struct ec_key *key,
			  enum hash_alg alg)
{
	const BIGNUM *order = EC_GROUP_get0_order(w->m.group);
	u8 z[EC_MAX_BYTES];
	int n = (int)w->m.bytes;

	if (BN_nnmod(w->z, w->z, order, w->m.tmp) != 1 || BN_bn2binpad(w->z, z, n) != n)
		return ossl_failure(NULL);
	return rfc6979_init(nonces, alg, key->d, z, w->m.bytes);
}

int ecdsa_sign_digest(struct ecdsa_sig *sig, const struct ec_key *key, const struct digest *digest)
{
	struct rfc6979 nonces;
	struct signing w;
	int ret;

	memset(sig, 0, sizeof(*sig));
	memset(&nonces, 0, sizeof(nonces));
	ret = signing_init(&w, key, digest);
	if (ret)
		return ret;
	ret = signing_nonces(&nonces, &w, key, digest->alg);
	if (ret == 0)
		ret = signing_run(&w, &nonces);
	if (ret == 0) {
		BUG_ON(BN_bn2lebinpad(w.r, sig->r, sizeof(sig->r)) < 0);
		BUG_ON(BN_bn2lebinpad(w.s, sig->s, sizeof(sig->s)) < 0);
	}
	rfc6979_wipe(&nonces);
	signing_fini(&w);
	return ret;
}

int ecdsa_sign(struct ecdsa_sig *sig, const struct ec_key *key, enum hash_alg alg, const void *data,
	       size_t len)
{
	struct digest digest;
	int ret = digest_of(&digest, alg, data, len);

	if (ret)
		return ret;
	return ecdsa_sign_digest(sig, key, &digest);
}

/* Whether the field holds a number in 1 .. n - 1. */
static int component_check(bool *good, const struct ec_math *m, const u8 le[EC_LE_BYTES])
{
	BIGNUM *v = BN_lebin2bn(le, EC_LE_BYTES, NULL);

	if (!v)
		return ossl_failure(NULL);
	*good = ec_math_is_scalar(m, v);
	BN_free(v);
	return 0;
}

/* The range is checked here and not left to libcrypto: CVE-2022-21449 was this check missing. */
static int sig_check_range(bool *good, enum ec_curve curve, const struct ecdsa_sig *sig)
{
	struct ec_math m;
	bool r_good = false;
	bool s_good = false;
	int ret = ec_math_init(&m, curve, NULL);

	if (ret)
		return ret;
	ret = component_check(&r_good, &m, sig->r);
	if (ret == 0)
		ret = component_check(&s_good, &m, sig->s);
	*good = r_good && s_good;
	ec_math_fini(&m);
	return ret;
}

/* To the DER that libcrypto reads.  *der is for OPENSSL_free(). */
static int sig_to_der(u8 **der, size_t *len, const struct ecdsa_sig *sig)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_lebin2bn(sig->r, sizeof(sig->r), NULL);
	BIGNUM *s = BN_lebin2bn(sig->s, sizeof(sig->s), NULL);
	int size = -1;

	*der = NULL;
	*len = 0;
	if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
		r = s = NULL; /* the pair owns them now */
		size = i2d_ECDSA_SIG(pair, der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	if (size < 0)
		return ossl_failure(NULL);
	*len = (size_t)size;
	return 0;
}

/*
 * Whatever libcrypto says beside yes is a refusal: an error, too, is what a signature made for it
 * can bring about (u1 G + u2 Q at infinity, for one).
 */
static int verify_der(enum verdict *v, const struct ec_public *pub, const struct digest *digest,
		      const u8 *der, size_t der_len)
{
	EVP_PKEY *pkey = ec_pkey_new(pub, NULL);
	EVP_PKEY_CTX *ctx = pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;
	int ret;

	if (!ctx || EVP_PKEY_verify_init(ctx) != 1)
		ret = ossl_failure(NULL);
	else if (EVP_PKEY_verify(ctx, der, der_len, digest->b, hash_bytes(digest->alg)) == 1)
		ret = ossl_settle(v, VERDICT_GOOD);
	else
		ret = ossl_settle(v, VERDICT_BAD_SIGNATURE);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return ret;
}

int ecdsa_verify_digest(enum verdict *v, const struct ec_public *pub, const struct digest *digest,
			const struct ecdsa_sig *sig)
{
	bool in_range = false;
	size_t der_len;
	u8 *der;
	int ret;

	*v = VERDICT_NONE;
	ret = sig_check_range(&in_range, pub->curve, sig);
	if (ret)
		return ret;
	if (!in_range) {
		*v = VERDICT_BAD_SIGNATURE;
		return 0;
	}
	ret = sig_to_der(&der, &der_len, sig);
	if (ret)
		return ret;
	ret = verify_der(v, pub, digest, der, der_len);
	OPENSSL_free(der);
	return ret;
}

int ecdsa_verify(enum verdict *v, const struct ec_public *pub, enum hash_alg alg, const void *data,
		 size_t len, const struct ecdsa_sig *sig)
{
	struct digest digest;
	int ret;

	*v = VERDICT_NONE;
	ret = digest_of(&digest, alg, data, len);
	if (ret)
		return ret;
	return ecdsa_verify_digest(v, pub, &digest, sig);
}
