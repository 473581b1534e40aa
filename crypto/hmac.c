/* SPDX-License-Identifier: MIT */
/* HMAC through EVP_MAC. */
#include "crypto/hmac.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/bug.h"

struct hmac {
	enum hash_alg alg;
	EVP_MAC_CTX *ctx;
};

static EVP_MAC_CTX *hmac_ctx_new(enum hash_alg alg, const void *key, size_t key_len)
{
	char sha256_name[] = "SHA256";
	char sha384_name[] = "SHA384";
	char *name = alg == HASH_SHA256 ? sha256_name : sha384_name;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac); /* the context holds a reference of its own */
	/* A null key would mean "the key set before". */
	if (ctx && EVP_MAC_init(ctx, key_len ? key : name, key_len, params) == 1)
		return ctx;
	ERR_clear_error();
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

struct hmac *hmac_new(enum hash_alg alg, const void *key, size_t key_len)
{
	struct hmac *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->alg = alg;
	m->ctx = hmac_ctx_new(alg, key, key_len);
	if (m->ctx)
		return m;
	free(m);
	return NULL;
}

void hmac_free(struct hmac *m)
{
	if (!m)
		return;
	EVP_MAC_CTX_free(m->ctx); /* wipes the key */
	free(m);
}

void hmac_update(struct hmac *m, const void *data, size_t len)
{
	BUG_ON(EVP_MAC_update(m->ctx, data, len) != 1);
}

static void hmac_end(struct hmac *m, enum hash_alg alg, void *out, size_t size)
{
	size_t len = 0;

	BUG_ON(m->alg != alg);
	BUG_ON(EVP_MAC_final(m->ctx, out, &len, size) != 1 || len != size);
	BUG_ON(EVP_MAC_init(m->ctx, NULL, 0, NULL) != 1);
}

void hmac_final_sha256(struct hmac *m, struct sha256_digest *out)
{
	hmac_end(m, HASH_SHA256, out->b, sizeof(out->b));
}

void hmac_final_sha384(struct hmac *m, struct sha384_digest *out)
{
	hmac_end(m, HASH_SHA384, out->b, sizeof(out->b));
}

void hmac_final(struct hmac *m, struct digest *out)
{
	*out = (struct digest){.alg = m->alg};
	hmac_end(m, m->alg, out->b, hash_bytes(m->alg));
}

int hmac_sha256(struct sha256_digest *out, const void *key, size_t key_len, const void *data,
		size_t len)
{
	struct hmac *m = hmac_new(HASH_SHA256, key, key_len);

	if (!m)
		return -ENOMEM;
	hmac_update(m, data, len);
	hmac_final_sha256(m, out);
	hmac_free(m);
	return 0;
}

int hmac_sha384(struct sha384_digest *out, const void *key, size_t key_len, const void *data,
		size_t len)
{
	struct hmac *m = hmac_new(HASH_SHA384, key, key_len);

	if (!m)
		return -ENOMEM;
	hmac_update(m, data, len);
	hmac_final_sha384(m, out);
	hmac_free(m);
	return 0;
}
