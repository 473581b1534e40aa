/* SPDX-License-Identifier: MIT */
/* Checked imports, and the way between our form and libcrypto's. */
#include "crypto/rsa_key.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/ossl.h"

enum { MAX_EXPONENT_BYTES = 8 };

static bool bits_known(u32 bits)
{
	return bits == 2048 || bits == 4096;
}

static bool exponent_good(const u8 *exponent, size_t len)
{
	size_t low = len < MAX_EXPONENT_BYTES ? len : MAX_EXPONENT_BYTES;

	if (low == 0 || !(exponent[0] & 1) || !bytes_are_zero(exponent + low, len - low))
		return false;
	return exponent[0] != 1 || !bytes_are_zero(exponent + 1, low - 1);
}

int rsa_public_from_le(struct rsa_public *pub, u32 bits, const u8 *modulus, const u8 *exponent,
		       size_t exponent_len, struct error *err)
{
	size_t n = bits / 8;

	memset(pub, 0, sizeof(*pub));
	if (!bits_known(bits))
		return error_set(err, EINVAL, "RSA key: %u bits, expected 2048 or 4096", bits);
	if (!(modulus[n - 1] & 0x80))
		return error_set(err, EINVAL, "RSA key: the modulus is shorter than %u bits", bits);
	if (!(modulus[0] & 1))
		return error_set(err, EINVAL, "RSA key: the modulus is even");
	if (!exponent_good(exponent, exponent_len))
		return error_set(err, EINVAL,
				 "RSA key: the exponent is not odd, above 1, below 2^64");
	pub->bits = bits;
	memcpy(pub->modulus, modulus, n);
	memcpy(pub->exponent, exponent,
	       exponent_len < MAX_EXPONENT_BYTES ? exponent_len : MAX_EXPONENT_BYTES);
	return 0;
}

bool rsa_public_equal(const struct rsa_public *a, const struct rsa_public *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* out of size bytes, little-endian; false: absent, too long, or see ossl_failure(). */
static bool number_get(u8 *out, size_t size, const EVP_PKEY *pkey, const char *name)
{
	BIGNUM *v = NULL;
	bool done;

	done = EVP_PKEY_get_bn_param(pkey, name, &v) == 1 &&
	       BN_bn2lebinpad(v, out, (int)size) == (int)size;
	BN_free(v);
	return done;
}

int rsa_public_from_pkey(struct rsa_public *pub, const EVP_PKEY *pkey, struct error *err)
{
	u8 modulus[RSA_MAX_BYTES];
	u8 exponent[RSA_MAX_BYTES];
	int bits = EVP_PKEY_get_bits(pkey);

	memset(pub, 0, sizeof(*pub));
	if (!EVP_PKEY_is_a(pkey, "RSA"))
		return error_set(err, EINVAL, "not an RSA key");
	if (bits < 0 || !bits_known((u32)bits))
		return error_set(err, EINVAL, "RSA key: %d bits, expected 2048 or 4096", bits);
	if (!number_get(modulus, sizeof(modulus), pkey, OSSL_PKEY_PARAM_RSA_N) ||
	    !number_get(exponent, sizeof(exponent), pkey, OSSL_PKEY_PARAM_RSA_E))
		return ossl_refuse(err, "RSA key: the exponent is out of range");
	return rsa_public_from_le(pub, (u32)bits, modulus, exponent, sizeof(exponent), err);
}

int rsa_key_wrap(struct rsa_key **key, EVP_PKEY *pkey, struct error *err)
{
	struct rsa_key *k = calloc(1, sizeof(*k));
	int ret;

	*key = NULL;
	ret = k ? rsa_public_from_pkey(&k->pub, pkey, err)
		: error_set(err, ENOMEM, "out of memory");
	if (ret) {
		EVP_PKEY_free(pkey);
		free(k);
		return ret;
	}
	k->pkey = pkey;
	*key = k;
	return 0;
}

int rsa_key_generate(struct rsa_key **key, u32 bits)
{
	EVP_PKEY *pkey;

	*key = NULL;
	if (!bits_known(bits))
		return -EINVAL;
	pkey = EVP_RSA_gen(bits);
	if (!pkey)
		return ossl_failure(NULL);
	return rsa_key_wrap(key, pkey, NULL);
}

void rsa_key_free(struct rsa_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey); /* wipes the private numbers */
	free(key);
}

const struct rsa_public *rsa_key_public(const struct rsa_key *key)
{
	return &key->pub;
}

static EVP_PKEY *pkey_from_numbers(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;

	if (bld && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)!EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

EVP_PKEY *rsa_pkey_new(const struct rsa_public *pub)
{
	BIGNUM *n = BN_lebin2bn(pub->modulus, sizeof(pub->modulus), NULL);
	BIGNUM *e = BN_lebin2bn(pub->exponent, sizeof(pub->exponent), NULL);
	EVP_PKEY *pkey = n && e ? pkey_from_numbers(n, e) : NULL;

	BN_free(n);
	BN_free(e);
	return pkey;
}
