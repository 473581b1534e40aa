/* SPDX-License-Identifier: MIT */
/*
 * Two sources behind one door.
 *
 * Without a seed, every byte comes from getrandom(2).  With a seed, the stream is the keystream of
 * AES-256-CTR under a key made from the seed, so that taking 3 and then 5 bytes gives the same
 * bytes as taking 8 at once.  A child's seed is an HMAC of its label under the parent's seed; the
 * keystream's key is made by the same function with a prefix that no label can have, so that
 * neither tells anything about the other.
 *
 *	seed --HMAC("stream")-----------> AES-256-CTR key, counter from 0
 *	     --HMAC("child:" || label)--> seed of the child
 */
#include "crypto/rng.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"

enum { SEED_BYTES = 32 };

/*
 * lock guards the position in the keystream, that is, cipher.  The rest does not change after
 * rng_new().  cipher is NULL when the bytes come from the operating system.
 */
struct rng {
	pthread_mutex_t lock;
	EVP_CIPHER_CTX *cipher;
	u8 seed[SEED_BYTES];
};

/* out = HMAC-SHA-256(seed, prefix || text); false: no memory. */
static bool seed_derive(u8 out[SEED_BYTES], const u8 seed[SEED_BYTES], const char *prefix,
			const char *text)
{
	struct hmac *m = hmac_new(HASH_SHA256, seed, SEED_BYTES);
	struct sha256_digest mac;

	if (!m)
		return false;
	hmac_update(m, prefix, strlen(prefix));
	hmac_update(m, text, strlen(text));
	hmac_final_sha256(m, &mac);
	hmac_free(m);
	memcpy(out, mac.b, SEED_BYTES);
	secret_wipe(&mac, sizeof(mac));
	return true;
}

static EVP_CIPHER_CTX *keystream_new(const u8 seed[SEED_BYTES])
{
	static const u8 first_counter[16];
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	u8 key[SEED_BYTES];
	bool ready;

	ready = cipher && seed_derive(key, seed, "stream", "") &&
		EVP_EncryptInit_ex2(cipher, EVP_aes_256_ctr(), key, first_counter, NULL) == 1;
	secret_wipe(key, sizeof(key));
	if (ready)
		return cipher;
	ERR_clear_error();
	EVP_CIPHER_CTX_free(cipher);
	return NULL;
}

struct rng *rng_new(const u8 seed[32])
{
	struct rng *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	if (pthread_mutex_init(&r->lock, NULL) != 0)
		goto no_lock;
	if (!seed)
		return r;
	memcpy(r->seed, seed, sizeof(r->seed));
	r->cipher = keystream_new(seed);
	if (r->cipher)
		return r;
	pthread_mutex_destroy(&r->lock);
no_lock:
	secret_wipe(r, sizeof(*r));
	free(r);
	return NULL;
}

void rng_free(struct rng *r)
{
	if (!r)
		return;
	EVP_CIPHER_CTX_free(r->cipher); /* wipes the key schedule */
	pthread_mutex_destroy(&r->lock);
	secret_wipe(r, sizeof(*r));
	free(r);
}

/* Interrupted and short reads go on; anything else means a kernel without randomness. */
static void system_fill(u8 *dst, size_t len)
{
	while (len > 0) {
		ssize_t got = getrandom(dst, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		BUG_ON(got <= 0);
		dst += got;
		len -= (size_t)got;
	}
}

/* The keystream is the encryption of zeros. */
static void keystream_fill(EVP_CIPHER_CTX *cipher, u8 *dst, size_t len)
{
	memset(dst, 0, len);
	while (len > 0) {
		int step = len < INT_MAX / 2 ? (int)len : INT_MAX / 2;
		int done = 0;

		BUG_ON(EVP_EncryptUpdate(cipher, dst, &done, dst, step) != 1 || done != step);
		dst += step;
		len -= (size_t)step;
	}
}

void rng_fill(struct rng *r, void *dst, size_t len)
{
	if (!r->cipher) {
		system_fill(dst, len);
		return;
	}
	BUG_ON(pthread_mutex_lock(&r->lock) != 0);
	keystream_fill(r->cipher, dst, len);
	BUG_ON(pthread_mutex_unlock(&r->lock) != 0);
}

u64 rng_u64(struct rng *r)
{
	u8 bytes[8];

	rng_fill(r, bytes, sizeof(bytes));
	return get_le64(bytes);
}

struct rng *rng_child(struct rng *r, const char *label)
{
	struct rng *child = NULL;
	u8 seed[SEED_BYTES];

	if (!r->cipher)
		return rng_new(NULL);
	if (seed_derive(seed, r->seed, "child:", label))
		child = rng_new(seed);
	secret_wipe(seed, sizeof(seed));
	return child;
}
