/* SPDX-License-Identifier: MIT */
/*
 * HMAC from two running hashes: H(K ^ opad || H(K ^ ipad || message)).
 *
 * Not libcrypto's own HMAC: that one copies a hash context, and so allocates, at the end of every
 * message, where these functions promise not to fail.
 */
#include "crypto/hmac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "crypto/secret.h"

enum { MAX_BLOCK_BYTES = 128, INNER_PAD = 0x36, OUTER_PAD = 0x5c };

struct hmac {
	enum hash_alg alg;
	struct hash *inner; /* has absorbed K ^ ipad and the message so far */
	struct hash *outer; /* unused until the end */
	u8 key[MAX_BLOCK_BYTES];
};

static size_t block_bytes(enum hash_alg alg)
{
	return alg == HASH_SHA256 ? 64 : 128;
}

/* Keys above one block are hashed; the rest of the block is zero. */
static int key_block(u8 block[MAX_BLOCK_BYTES], enum hash_alg alg, const void *key, size_t len)
{
	struct digest digest;
	int ret;

	memset(block, 0, MAX_BLOCK_BYTES);
	if (len <= block_bytes(alg)) {
		if (len > 0)
			memcpy(block, key, len);
		return 0;
	}
	ret = digest_of(&digest, alg, key, len);
	if (ret == 0)
		memcpy(block, digest.b, hash_bytes(alg));
	secret_wipe(&digest, sizeof(digest));
	return ret;
}

static void absorb_key(struct hash *h, const struct hmac *m, u8 pad)
{
	u8 block[MAX_BLOCK_BYTES];
	size_t n = block_bytes(m->alg);

	for (size_t i = 0; i < n; i++)
		block[i] = m->key[i] ^ pad;
	hash_update(h, block, n);
	secret_wipe(block, sizeof(block));
}

struct hmac *hmac_new(enum hash_alg alg, const void *key, size_t key_len)
{
	struct hmac *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->alg = alg;
	m->inner = hash_new(alg);
	m->outer = hash_new(alg);
	if (!m->inner || !m->outer || key_block(m->key, alg, key, key_len) != 0) {
		hmac_free(m);
		return NULL;
	}
	absorb_key(m->inner, m, INNER_PAD);
	return m;
}

void hmac_free(struct hmac *m)
{
	if (!m)
		return;
	hash_free(m->inner);
	hash_free(m->outer);
	secret_wipe(m, sizeof(*m));
	free(m);
}

void hmac_update(struct hmac *m, const void *data, size_t len)
{
	hash_update(m->inner, data, len);
}

void hmac_final(struct hmac *m, struct digest *out)
{
	struct digest inner;

	hash_final(m->inner, &inner);
	absorb_key(m->outer, m, OUTER_PAD);
	hash_update(m->outer, inner.b, hash_bytes(m->alg));
	hash_final(m->outer, out);
	secret_wipe(&inner, sizeof(inner));
}

void hmac_final_sha256(struct hmac *m, struct sha256_digest *out)
{
	struct digest mac;

	BUG_ON(m->alg != HASH_SHA256);
	hmac_final(m, &mac);
	memcpy(out->b, mac.b, sizeof(out->b));
	secret_wipe(&mac, sizeof(mac));
}

void hmac_final_sha384(struct hmac *m, struct sha384_digest *out)
{
	struct digest mac;

	BUG_ON(m->alg != HASH_SHA384);
	hmac_final(m, &mac);
	memcpy(out->b, mac.b, sizeof(out->b));
	secret_wipe(&mac, sizeof(mac));
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
