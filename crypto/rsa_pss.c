/* SPDX-License-Identifier: MIT */
/*
 * RSASSA-PSS: verification by libcrypto.  Signing encodes here and lets libcrypto do the private
 * operation alone, because libcrypto draws the salt itself and a seeded run must repeat it.
 */
#include "crypto/rsa_pss.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/ossl.h"
#include "crypto/rsa_key.h"
#include "crypto/secret.h"

/* H = Hash(eight zeros || digest || salt) */
static int pss_hash(struct digest *h, const struct digest *digest, const u8 *salt)
{
	u8 msg[8 + 2 * HASH_MAX_BYTES] = {0};
	size_t n = hash_bytes(digest->alg);

	memcpy(msg + 8, digest->b, n);
	memcpy(msg + 8 + n, salt, n);
	return digest_of(h, digest->alg, msg, 8 + 2 * n);
}

/* dst ^= MGF1(seed)	[RFC 8017 B.2.1] */
static int mgf1_xor(u8 *dst, size_t len, const struct digest *seed)
{
	size_t n = hash_bytes(seed->alg);
	u8 input[HASH_MAX_BYTES + 4];
	struct digest mask;
	int ret;

	memcpy(input, seed->b, n);
	for (size_t at = 0; at < len; at++) {
		if (at % n == 0) {
			put_be32(input + n, (u32)(at / n));
			ret = digest_of(&mask, seed->alg, input, n + 4);
			if (ret)
				return ret;
		}
		dst[at] ^= mask.b[at % n];
	}
	return 0;
}

/*
 *	em = (zeros || 01 || salt) ^ MGF1(H)  ||  H  ||  bc		the top bit cleared
 */
int rsa_pss_encode(u8 *em, size_t em_len, const struct digest *digest, const u8 *salt)
{
	size_t n = hash_bytes(digest->alg);
	size_t db_len = em_len - n - 1;
	struct digest h;
	int ret;

	BUG_ON(em_len < 2 * n + 2);
	ret = pss_hash(&h, digest, salt);
	if (ret)
		return ret;
	memset(em, 0, db_len);
	em[db_len - n - 1] = 0x01;
	memcpy(em + db_len - n, salt, n);
	ret = mgf1_xor(em, db_len, &h);
	em[0] &= 0x7f;
	memcpy(em + db_len, h.b, n);
	em[em_len - 1] = 0xbc;
	return ret;
}

/* sig = em ^ d mod n, both big-endian; libcrypto blinds, and checks the result of its CRT. */
static bool private_operation(u8 *sig, const u8 *em, size_t len, EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	size_t sig_len = len;
	bool done;

	done = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	       EVP_PKEY_sign(ctx, sig, &sig_len, em, len) == 1 && sig_len == len;
	EVP_PKEY_CTX_free(ctx);
	return done;
}

int rsa_pss_sign(u8 *sig, const struct rsa_key *key, enum hash_alg alg, struct rng *rng,
		 const void *data, size_t len)
{
	size_t n = key->pub.bits / 8;
	u8 salt[HASH_MAX_BYTES];
	u8 em[RSA_MAX_BYTES];
	u8 sig_be[RSA_MAX_BYTES];
	struct digest digest;
	int ret;

	ret = digest_of(&digest, alg, data, len);
	if (ret)
		return ret;
	rng_fill(rng, salt, hash_bytes(alg));
	ret = rsa_pss_encode(em, n, &digest, salt);
	if (ret)
		return ret;
	if (!private_operation(sig_be, em, n, key->pkey))
		return ossl_failure(NULL);
	bytes_reverse(sig, sig_be, n);
	return 0;
}

static bool verify_start(EVP_MD_CTX *ctx, EVP_PKEY *pkey, enum hash_alg alg, enum rsa_salt salt)
{
	const EVP_MD *md = alg == HASH_SHA256 ? EVP_sha256() : EVP_sha384();
	int salt_len = salt == RSA_SALT_ANY ? RSA_PSS_SALTLEN_AUTO : RSA_PSS_SALTLEN_DIGEST;
	EVP_PKEY_CTX *pctx;

	return EVP_DigestVerifyInit(ctx, &pctx, md, NULL, pkey) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt_len) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, md) == 1;
}

static int verify_be(enum verdict *v, EVP_PKEY *pkey, enum hash_alg alg, enum rsa_salt salt,
		     const void *data, size_t len, const u8 *sig, size_t sig_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ret;

	if (!ctx || !verify_start(ctx, pkey, alg, salt))
		ret = ossl_failure(NULL);
	else if (EVP_DigestVerify(ctx, sig, sig_len, data, len) == 1)
		ret = ossl_settle(v, VERDICT_GOOD);
	else
		ret = ossl_settle(v, VERDICT_BAD_SIGNATURE);
	EVP_MD_CTX_free(ctx);
	return ret;
}

int rsa_pss_verify(enum verdict *v, const struct rsa_public *pub, enum hash_alg alg,
		   enum rsa_salt salt, const void *data, size_t len, const u8 *sig, size_t sig_len)
{
	size_t n = pub->bits / 8;
	u8 sig_be[RSA_MAX_BYTES];
	EVP_PKEY *pkey;
	int ret;

	*v = VERDICT_NONE;
	if (sig_len < n || !bytes_are_zero(sig + n, sig_len - n)) {
		*v = VERDICT_BAD_SIGNATURE;
		return 0;
	}
	pkey = rsa_pkey_new(pub);
	if (!pkey)
		return ossl_failure(NULL);
	bytes_reverse(sig_be, sig, n);
	ret = verify_be(v, pkey, alg, salt, data, len, sig_be, n);
	EVP_PKEY_free(pkey);
	return ret;
}
