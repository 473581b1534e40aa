/* SPDX-License-Identifier: MIT */
/* AES through EVP_CIPHER. */
#include "crypto/aes.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ossl.h"
#include "crypto/secret.h"

enum direction { DECRYPT = 0, ENCRYPT = 1 };

/* NULL: see ossl_failure(). */
static EVP_CIPHER_CTX *aes_start(const EVP_CIPHER *cipher, const u8 *key, const u8 *iv,
				 enum direction dir)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (ctx && EVP_CipherInit_ex2(ctx, cipher, key, iv, dir, NULL) == 1)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

/* out == NULL: additional authenticated data.  libcrypto counts in int. */
static bool aes_feed(EVP_CIPHER_CTX *ctx, u8 *out, const u8 *in, size_t len)
{
	while (len > 0) {
		int step = len < INT_MAX / 2 ? (int)len : INT_MAX / 2;
		int done = 0;

		if (EVP_CipherUpdate(ctx, out, &done, in, step) != 1 || done != step)
			return false;
		out = out ? out + step : NULL;
		in += step;
		len -= (size_t)step;
	}
	return true;
}

static int aes_whole(void *out, const EVP_CIPHER *cipher, const struct aes128_key *key,
		     const u8 *iv, enum direction dir, const void *in, size_t len)
{
	EVP_CIPHER_CTX *ctx = aes_start(cipher, key->b, iv, dir);
	bool done;

	if (!ctx)
		return ossl_failure(NULL);
	/* Padding would hold back the last block of an ECB decryption. */
	done = EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && aes_feed(ctx, out, in, len);
	EVP_CIPHER_CTX_free(ctx);
	return done ? 0 : ossl_failure(NULL);
}

int aes128_ecb_encrypt(u8 out[AES_BLOCK_BYTES], const struct aes128_key *key,
		       const u8 in[AES_BLOCK_BYTES])
{
	return aes_whole(out, EVP_aes_128_ecb(), key, NULL, ENCRYPT, in, AES_BLOCK_BYTES);
}

int aes128_ecb_decrypt(u8 out[AES_BLOCK_BYTES], const struct aes128_key *key,
		       const u8 in[AES_BLOCK_BYTES])
{
	return aes_whole(out, EVP_aes_128_ecb(), key, NULL, DECRYPT, in, AES_BLOCK_BYTES);
}

int aes128_ctr(void *out, const struct aes128_key *key, const u8 iv[AES_BLOCK_BYTES],
	       const void *in, size_t len)
{
	return aes_whole(out, EVP_aes_128_ctr(), key, iv, ENCRYPT, in, len);
}

int aes256_gcm_seal(void *out, u8 tag[GCM_TAG_BYTES], const struct aes256_key *key,
		    const u8 iv[GCM_IV_BYTES], struct gcm_aad aad, const void *in, size_t len)
{
	EVP_CIPHER_CTX *ctx = aes_start(EVP_aes_256_gcm(), key->b, iv, ENCRYPT);
	int tail = 0;
	bool done;

	done = ctx && aes_feed(ctx, NULL, aad.bytes, aad.len) && aes_feed(ctx, out, in, len) &&
	       EVP_EncryptFinal_ex(ctx, tag, &tail) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, tag) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return done ? 0 : ossl_failure(NULL);
}

/* Decrypts into plain, a buffer of our own; the verdict says whether it may be shown. */
static int gcm_decrypt(enum verdict *v, u8 *plain, EVP_CIPHER_CTX *ctx, struct gcm_aad aad,
		       const void *in, size_t len, const u8 tag[GCM_TAG_BYTES])
{
	u8 tag_copy[GCM_TAG_BYTES];
	int tail = 0;

	memcpy(tag_copy, tag, sizeof(tag_copy)); /* libcrypto wants it writable */
	if (!aes_feed(ctx, NULL, aad.bytes, aad.len) || !aes_feed(ctx, plain, in, len) ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_BYTES, tag_copy) != 1)
		return ossl_failure(NULL);
	if (EVP_DecryptFinal_ex(ctx, tag_copy, &tail) == 1)
		return ossl_settle(v, VERDICT_GOOD);
	return ossl_settle(v, VERDICT_BAD_TAG);
}

int aes256_gcm_open(enum verdict *v, void *out, const struct aes256_key *key,
		    const u8 iv[GCM_IV_BYTES], struct gcm_aad aad, const void *in, size_t len,
		    const u8 tag[GCM_TAG_BYTES])
{
	u8 *plain = malloc(len + 1);
	EVP_CIPHER_CTX *ctx;
	int ret;

	*v = VERDICT_NONE;
	if (!plain)
		return -ENOMEM;
	ctx = aes_start(EVP_aes_256_gcm(), key->b, iv, DECRYPT);
	ret = ctx ? gcm_decrypt(v, plain, ctx, aad, in, len, tag) : ossl_failure(NULL);
	if (ret == 0 && *v == VERDICT_GOOD && len > 0)
		memcpy(out, plain, len);
	EVP_CIPHER_CTX_free(ctx);
	secret_wipe(plain, len);
	free(plain);
	return ret;
}
