/* SPDX-License-Identifier: MIT */
/* SHA-2 through EVP_MD. */
#include "crypto/hash.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "crypto/ossl.h"
#include "crypto/secret.h"

struct hash {
	enum hash_alg alg;
	bool ended;
	EVP_MD_CTX *ctx;
};

static const EVP_MD *hash_md(enum hash_alg alg)
{
	switch (alg) {
	case HASH_SHA256:
		return EVP_sha256();
	case HASH_SHA384:
		return EVP_sha384();
	}
	BUG();
}

size_t hash_bytes(enum hash_alg alg)
{
	return alg == HASH_SHA256 ? sizeof(struct sha256_digest) : sizeof(struct sha384_digest);
}

static int hash_once(void *out, enum hash_alg alg, const void *data, size_t len)
{
	if (EVP_Digest(data, len, out, NULL, hash_md(alg), NULL) != 1)
		return ossl_failure(NULL);
	return 0;
}

int sha256(struct sha256_digest *out, const void *data, size_t len)
{
	return hash_once(out->b, HASH_SHA256, data, len);
}

int sha384(struct sha384_digest *out, const void *data, size_t len)
{
	return hash_once(out->b, HASH_SHA384, data, len);
}

int digest_of(struct digest *out, enum hash_alg alg, const void *data, size_t len)
{
	*out = (struct digest){.alg = alg};
	return hash_once(out->b, alg, data, len);
}

bool sha256_equal(const struct sha256_digest *a, const struct sha256_digest *b)
{
	return secret_equal(a->b, b->b, sizeof(a->b));
}

bool sha384_equal(const struct sha384_digest *a, const struct sha384_digest *b)
{
	return secret_equal(a->b, b->b, sizeof(a->b));
}

static struct hash *hash_alloc(enum hash_alg alg)
{
	struct hash *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->alg = alg;
	h->ctx = EVP_MD_CTX_new();
	if (h->ctx)
		return h;
	free(h);
	return NULL;
}

struct hash *hash_new(enum hash_alg alg)
{
	struct hash *h = hash_alloc(alg);

	if (h && EVP_DigestInit_ex2(h->ctx, hash_md(alg), NULL) == 1)
		return h;
	ERR_clear_error();
	hash_free(h);
	return NULL;
}

struct hash *hash_clone(const struct hash *h)
{
	struct hash *copy;

	BUG_ON(h->ended);
	copy = hash_alloc(h->alg);
	if (copy && EVP_MD_CTX_copy_ex(copy->ctx, h->ctx) == 1)
		return copy;
	ERR_clear_error();
	hash_free(copy);
	return NULL;
}

void hash_free(struct hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx); /* wipes the state */
	free(h);
}

void hash_update(struct hash *h, const void *data, size_t len)
{
	BUG_ON(h->ended || EVP_DigestUpdate(h->ctx, data, len) != 1);
}

static void hash_end(struct hash *h, enum hash_alg alg, void *out)
{
	BUG_ON(h->ended || h->alg != alg);
	BUG_ON(EVP_DigestFinal_ex(h->ctx, out, NULL) != 1);
	h->ended = true;
}

void hash_final_sha256(struct hash *h, struct sha256_digest *out)
{
	hash_end(h, HASH_SHA256, out->b);
}

void hash_final_sha384(struct hash *h, struct sha384_digest *out)
{
	hash_end(h, HASH_SHA384, out->b);
}

void hash_final(struct hash *h, struct digest *out)
{
	*out = (struct digest){.alg = h->alg};
	hash_end(h, h->alg, out->b);
}
