/* SPDX-License-Identifier: MIT */
/*
 * The memory encryption engine against memcpy, OpenSSL's AES-128-XTS, and the processor's limit.
 *
 * Each call handles one 4 KiB page, with its slot look-up and its own address, as the plaintext
 * cache does when a page changes view.  Ratios are of speeds: above 1 the engine is the faster.
 *
 * Two working sets, both in the host's caches.  "L2": 64 pages from and 64 to.  There a copy moves
 * a line in about two cycles, and four blocks of AES-128 cannot take less than five, where a
 * processor starts two 512-bit rounds in a cycle, or ten, where it starts one: the ratio to memcpy
 * is then a property of the machine, and what can be asked of the engine is to leave no round of
 * the machine's unused.  "L3": 512 and 512, which the second level does not hold: where a page that
 * changes view is usually found.
 */
#include <immintrin.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/compiler.h"
#include "base/types.h"

#include "bench/bench.h"
#include "chip/mee/mee.h"
#include "crypto/rng.h"

enum { SLOTS = 16, L2_PAGES = 64, L3_PAGES = 512, ROUNDS = 51, CALLS = 2048, SLOW_CALLS = 64 };

struct work {
	struct mee *mee;
	EVP_CIPHER_CTX *xts;
	u8 *src, *dst;  /* L3_PAGES each */
	unsigned pages; /* how many of them are used */
	unsigned calls; /* pages handled in one measured piece */
};

/* The pieces. */

static size_t page_offset(const struct work *w, unsigned call)
{
	return PAGE_SIZE * (call % w->pages);
}

static spa_t page_spa(unsigned call)
{
	return SPA(GIB(3) + PAGE_SIZE * call);
}

static void encrypt_pages(void *arg)
{
	const struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		mee_encrypt(w->mee, i % SLOTS, page_spa(i), w->dst + page_offset(w, i),
			    w->src + page_offset(w, i), PAGE_SIZE);
}

static void decrypt_pages(void *arg)
{
	const struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		mee_decrypt(w->mee, i % SLOTS, page_spa(i), w->dst + page_offset(w, i),
			    w->src + page_offset(w, i), PAGE_SIZE);
}

/* Called through a pointer that the compiler cannot follow, so that no copy is left out. */
static void *(*volatile copy)(void *, const void *, size_t) = memcpy;

static void copy_pages(void *arg)
{
	const struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		copy(w->dst + page_offset(w, i), w->src + page_offset(w, i), PAGE_SIZE);
}

static void xts_pages(void *arg)
{
	const struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++) {
		u8 unit[16] = {(u8)i, (u8)(i >> 8)};
		int len;

		BUG_ON(EVP_EncryptInit_ex(w->xts, NULL, NULL, NULL, unit) != 1);
		BUG_ON(EVP_EncryptUpdate(w->xts, w->dst + page_offset(w, i), &len,
					 w->src + page_offset(w, i), (int)PAGE_SIZE) != 1);
	}
}

/* The AES rounds of the same number of pages, and nothing else. */
TARGET("avx512f,vaes") static void bare_rounds(void *arg)
{
	const struct work *w = arg;
	const size_t rounds = 10 * w->calls * (PAGE_SIZE / sizeof(__m512i));
	const __m512i key = _mm512_set1_epi32(0x5a5a5a5a);
	__m512i x[8];

	UNROLL
	for (unsigned v = 0; v < 8; v++)
		x[v] = _mm512_set1_epi32((int)v);
	for (size_t done = 0; done < rounds; done += 8) {
		UNROLL
		for (unsigned v = 0; v < 8; v++)
			x[v] = _mm512_aesenc_epi128(x[v], key);
	}
	UNROLL
	for (unsigned v = 0; v < 8; v++)
		_mm512_storeu_si512(w->dst + v * sizeof(__m512i), x[v]);
}

/* The rows. */

struct comparison {
	const char *name;
	enum mee_path path;
	unsigned pages;
	void (*theirs)(void *);
	void (*ours)(void *);
	enum bench_sense sense;
	double bound;
};

/* clang-format off */
static const struct comparison comparisons[] = {
	{ "encrypt / memcpy, L3", MEE_PATH_VAES, L3_PAGES, copy_pages, encrypt_pages,
	  BENCH_AT_LEAST, 0.5 },
	{ "decrypt / memcpy, L3", MEE_PATH_VAES, L3_PAGES, copy_pages, decrypt_pages,
	  BENCH_AT_LEAST, 0.5 },
	{ "encrypt / bare AES rounds, L2", MEE_PATH_VAES, L2_PAGES, bare_rounds, encrypt_pages,
	  BENCH_AT_LEAST, 0.85 },
	{ "decrypt / bare AES rounds, L2", MEE_PATH_VAES, L2_PAGES, bare_rounds, decrypt_pages,
	  BENCH_AT_LEAST, 0.85 },
	{ "encrypt / memcpy, L2", MEE_PATH_VAES, L2_PAGES, copy_pages, encrypt_pages,
	  BENCH_INFO, 0 },
	{ "decrypt / memcpy, L2", MEE_PATH_VAES, L2_PAGES, copy_pages, decrypt_pages,
	  BENCH_INFO, 0 },
	{ "bare AES rounds / memcpy, L2", MEE_PATH_VAES, L2_PAGES, copy_pages, bare_rounds,
	  BENCH_INFO, 0 },
	{ "encrypt / OpenSSL XTS, L2", MEE_PATH_VAES, L2_PAGES, xts_pages, encrypt_pages,
	  BENCH_AT_LEAST, 1.5 },
	{ "encrypt / OpenSSL XTS, L2", MEE_PATH_AESNI, L2_PAGES, xts_pages, encrypt_pages,
	  BENCH_AT_LEAST, 1.0 },
};
/* clang-format on */

static struct mee *new_engine(enum mee_path path, struct rng *rng)
{
	struct mee *m = mee_new(MEE_ZEN2_XEX, SLOTS, path, rng);

	BUG_ON(!m);
	return m;
}

static void compare(struct work *w, const struct comparison *c, struct rng *rng)
{
	char name[64];

	if (!mee_path_offered(c->path)) {
		snprintf(name, sizeof(name), "%s %s: not on this host", mee_path_name(c->path),
			 c->name);
		bench_row(name, 0, "ratio", BENCH_INFO, 0);
		return;
	}
	snprintf(name, sizeof(name), "%s %s", mee_path_name(c->path), c->name);
	w->mee = new_engine(c->path, rng);
	w->pages = c->pages;
	w->calls = CALLS;
	bench_row(name, bench_ratio(c->theirs, c->ours, w, ROUNDS, NULL, NULL), "ratio", c->sense,
		  c->bound);
	mee_free(w->mee);
}

static void show_speed(struct work *w, enum mee_path path, const char *what, void (*fn)(void *),
		       struct rng *rng)
{
	char name[64];
	double seconds;

	if (!mee_path_offered(path))
		return;
	snprintf(name, sizeof(name), "%s %s, L2", mee_path_name(path), what);
	w->mee = new_engine(path, rng);
	w->pages = L2_PAGES;
	w->calls = path == MEE_PATH_PORTABLE ? SLOW_CALLS : CALLS;
	bench_ratio(fn, fn, w, ROUNDS, &seconds, NULL);
	bench_row(name, w->calls * (double)PAGE_SIZE / seconds * 1e-9, "GB/s", BENCH_INFO, 0);
	mee_free(w->mee);
}

static u8 *new_pages(struct rng *rng)
{
	u8 *pages = aligned_alloc(PAGE_SIZE, L3_PAGES * PAGE_SIZE);

	BUG_ON(!pages);
	rng_fill(rng, pages, L3_PAGES * PAGE_SIZE);
	return pages;
}

static EVP_CIPHER_CTX *new_xts(struct rng *rng)
{
	EVP_CIPHER_CTX *xts = EVP_CIPHER_CTX_new();
	u8 key[32];

	rng_fill(rng, key, sizeof(key));
	BUG_ON(!xts || EVP_EncryptInit_ex(xts, EVP_aes_128_xts(), NULL, key, NULL) != 1);
	return xts;
}

int main(int argc, char **argv)
{
	struct rng *rng = rng_new(NULL);
	struct work w = {.src = new_pages(rng), .dst = new_pages(rng), .xts = new_xts(rng)};

	bench_init(argc, argv);
	for (unsigned i = 0; i < ARRAY_SIZE(comparisons); i++)
		compare(&w, &comparisons[i], rng);
	for (enum mee_path path = MEE_PATH_PORTABLE; path < MEE_PATH_BEST; path++) {
		show_speed(&w, path, "encrypt", encrypt_pages, rng);
		show_speed(&w, path, "decrypt", decrypt_pages, rng);
	}
	EVP_CIPHER_CTX_free(w.xts);
	free(w.src);
	free(w.dst);
	rng_free(rng);
	return 0;
}
