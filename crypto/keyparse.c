/* SPDX-License-Identifier: MIT */
/* Bytes to private keys, with every check that the file's maker may have left out. */
#include <errno.h>
#include <limits.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "crypto/ec_math.h"
#include "crypto/keyfile.h"
#include "crypto/ossl.h"
#include "crypto/pem.h"
#include "crypto/rsa_key.h"
#include "crypto/secret.h"

enum { MAX_KEY_BYTES = 64 * 1024 };

/*
 * Whether the bytes are one SEQUENCE and nothing else, as every form of a key is.  Looked at first,
 * because libcrypto tries all its decoders on anything, and ignores what follows.
 */
static bool is_one_sequence(const u8 *der, size_t len)
{
	size_t head = 2;
	size_t content;

	if (len < 2 || len > MAX_KEY_BYTES || der[0] != 0x30)
		return false;
	content = der[1];
	if (content >= 0x80) {
		head += content & 0x7f;
		content = 0;
		for (size_t i = 2; i < head && i < len && i < 6; i++)
			content = content << 8 | der[i];
	}
	return len >= head && content == len - head;
}

static int pkey_from_der(EVP_PKEY **pkey, const u8 *der, size_t len, struct error *err)
{
	if (!is_one_sequence(der, len))
		return error_set(err, EINVAL, "not a private key: not one DER value");
	*pkey = d2i_AutoPrivateKey(NULL, &der, (long)len);
	if (!*pkey)
		return ossl_refuse(err, "not a private key, or not an unencrypted one");
	ERR_clear_error();
	return 0;
}

static bool block_holds_key(const char *type)
{
	return strcmp(type, "PRIVATE KEY") == 0 || strcmp(type, "EC PRIVATE KEY") == 0 ||
	       strcmp(type, "RSA PRIVATE KEY") == 0;
}

/*
 * The first private key of the text; other blocks (certificates, curve parameters) may precede it.
 */
static int pkey_from_pem(EVP_PKEY **pkey, const void *data, size_t len, struct error *err)
{
	struct pem_reader reader;
	struct pem_block block;
	bool found = false;
	int ret = pem_init(&reader, data, len, err);

	if (ret)
		return ret;
	while (!found && (ret = pem_next(&block, &reader, err)) == 0 && block.type) {
		found = block_holds_key(block.type);
		if (found)
			ret = pkey_from_der(pkey, block.der, block.len, err);
		pem_block_fini(&block);
	}
	pem_fini(&reader);
	if (ret == 0 && !found)
		ret = error_set(err, EINVAL, "no PEM block with an unencrypted private key");
	return ret;
}

static int pkey_parse(EVP_PKEY **pkey, const void *data, size_t len, struct error *err)
{
	*pkey = NULL;
	if (pem_is_pem(data, len))
		return pkey_from_pem(pkey, data, len, err);
	return pkey_from_der(pkey, data, len, err);
}

/* The private scalar, n bytes big-endian. */
static int scalar_get(u8 *d, size_t n, const EVP_PKEY *pkey, struct error *err)
{
	BIGNUM *v = NULL;
	int ret = 0;

	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &v) != 1 ||
	    BN_bn2binpad(v, d, (int)n) != (int)n)
		ret = ossl_refuse(err, "the private scalar is absent or too long");
	BN_clear_free(v);
	return ret;
}

/* A file may state the public half; libcrypto believes it. */
static int public_half_check(const struct ec_public *pub, const EVP_PKEY *pkey, struct error *err)
{
	EVP_PKEY *ours = ec_pkey_new(pub, NULL);
	int ret = 0;

	if (!ours)
		return ossl_failure(err);
	if (EVP_PKEY_eq(ours, pkey) != 1)
		ret = ossl_refuse(err, "the public half belongs to another private key");
	EVP_PKEY_free(ours);
	return ret;
}

static int ec_key_from_pkey(struct ec_key *key, const EVP_PKEY *pkey, struct error *err)
{
	u8 d[EC_MAX_BYTES];
	enum ec_curve curve;
	char name[32];
	int ret;

	if (!EVP_PKEY_is_a(pkey, "EC"))
		return error_set(err, EINVAL, "not an elliptic curve key");
	if (EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL) != 1 ||
	    !ec_curve_find(&curve, name) || curve == EC_SECP256K1)
		return ossl_refuse(err, "the curve is neither P-256 nor P-384");
	ret = scalar_get(d, ec_bytes(curve), pkey, err);
	if (ret == 0)
		ret = ec_key_from_be(key, curve, d, err);
	secret_wipe(d, sizeof(d));
	if (ret)
		return ret;
	ret = public_half_check(&key->pub, pkey, err);
	if (ret)
		ec_key_wipe(key);
	return ret;
}

int ec_key_parse(struct ec_key *key, const void *data, size_t len, struct error *err)
{
	EVP_PKEY *pkey;
	int ret;

	memset(key, 0, sizeof(*key));
	ret = pkey_parse(&pkey, data, len, err);
	if (ret)
		return ret;
	ret = ec_key_from_pkey(key, pkey, err);
	EVP_PKEY_free(pkey);
	return ret;
}

/* Whether the number is there and has at most max_bits bits. */
static bool number_fits(const EVP_PKEY *pkey, const char *name, int max_bits)
{
	BIGNUM *v = NULL;
	bool fits = EVP_PKEY_get_bn_param(pkey, name, &v) == 1 && BN_num_bits(v) <= max_bits;

	BN_clear_free(v);
	return fits;
}

/*
 * Two primes of about half the modulus's length, and what belongs to them.  Checked before anything
 * is computed: libcrypto would test a prime of any size, for any time.
 */
static bool private_sizes_good(const EVP_PKEY *pkey)
{
	static const char *const halves[] = {
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
	int bits = EVP_PKEY_get_bits(pkey);

	for (size_t i = 0; i < ARRAY_SIZE(halves); i++)
		if (!number_fits(pkey, halves[i], bits / 2 + 16))
			return false;
	return number_fits(pkey, OSSL_PKEY_PARAM_RSA_D, bits) &&
	       !number_fits(pkey, OSSL_PKEY_PARAM_RSA_FACTOR3, INT_MAX);
}

/* Whether the private numbers are primes of the modulus, and the exponents undo each other. */
static int pair_check(EVP_PKEY *pkey, struct error *err)
{
	EVP_PKEY_CTX *ctx;
	int ret = 0;

	if (!private_sizes_good(pkey))
		return ossl_refuse(err, "RSA key: a private number is absent or too long");
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (!ctx)
		return ossl_failure(err);
	if (EVP_PKEY_pairwise_check(ctx) != 1)
		ret = ossl_refuse(err, "RSA key: the private numbers do not fit the public ones");
	EVP_PKEY_CTX_free(ctx);
	return ret;
}

int rsa_key_parse(struct rsa_key **key, const void *data, size_t len, struct error *err)
{
	EVP_PKEY *pkey;
	int ret;

	*key = NULL;
	ret = pkey_parse(&pkey, data, len, err);
	if (ret)
		return ret;
	ret = rsa_key_wrap(key, pkey, err);
	if (ret)
		return ret;
	ret = pair_check(pkey, err);
	if (ret) {
		rsa_key_free(*key);
		*key = NULL;
	}
	return ret;
}
