/* SPDX-License-Identifier: MIT */
/*
 * The engine's slots, and the way from a call to a run of blocks.
 *
 * Everything here happens once for each page or less: look up the slot, make the tweak of the page,
 * merge it with the outermost round keys.  The blocks themselves are the kernels' business
 * (mee_vaes.c, mee_aesni.c, mee_portable.c).	[APM2 15.34 Secure Encrypted Virtualization]
 */
#include "chip/mee/mee.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"

#include "chip/mee/mee_impl.h"

enum { MAX_SLOTS = 4096, CACHE_LINE = 64 };

struct mee {
	struct mee_tweaks tweaks; /* first, for the kernels' sake: on a cache line boundary */
	const struct mee_kernels *kernels;
	const block_t *cipher_side_tweaks; /* tweaks.by_byte[0], or zeroes for XE */
	enum mee_path path;
	bool xex;
	unsigned slots;
	struct aes_key key[];
};

/* The faster the later; the first is always offered. */
static const struct mee_kernels *const kernels_of[] = {
	[MEE_PATH_PORTABLE] = &mee_portable_kernels,
	[MEE_PATH_AESNI] = &mee_aesni_kernels,
	[MEE_PATH_VAES] = &mee_vaes_kernels,
};

static const block_t no_tweaks[BLOCKS_PER_PAGE] ALIGNED(CACHE_LINE);

/* Paths. */

/* Names one of kernels_of. */
static enum mee_path resolve_path(enum mee_path path)
{
	if (path != MEE_PATH_BEST)
		return path;
	for (path = MEE_PATH_VAES; !kernels_of[path]->offered(); path--)
		;
	return path;
}

bool mee_path_offered(enum mee_path path)
{
	return kernels_of[resolve_path(path)]->offered();
}

const char *mee_path_name(enum mee_path path)
{
	return kernels_of[resolve_path(path)]->name;
}

enum mee_path mee_path_used(const struct mee *m)
{
	return m->path;
}

/* Life and keys. */

static size_t engine_size(unsigned slots)
{
	return align_up(sizeof(struct mee) + slots * sizeof(struct aes_key), CACHE_LINE);
}

struct mee *mee_new(enum mee_profile profile, unsigned slots, enum mee_path path, struct rng *rng)
{
	struct mee *m;

	BUG_ON(slots < 1 || slots > MAX_SLOTS);
	if (!mee_path_offered(path))
		return NULL;
	m = aligned_alloc(CACHE_LINE, engine_size(slots));
	if (!m)
		return NULL;
	m->path = resolve_path(path);
	m->kernels = kernels_of[m->path];
	m->xex = profile != MEE_ZEN1_XE;
	m->cipher_side_tweaks = m->xex ? m->tweaks.by_byte[0] : no_tweaks;
	m->slots = slots;
	mee_tweaks_init(&m->tweaks, profile, rng);
	for (unsigned slot = 0; slot < slots; slot++)
		mee_clear_key(m, slot, rng);
	return m;
}

void mee_free(struct mee *m)
{
	if (!m)
		return;
	explicit_bzero(m, engine_size(m->slots));
	free(m);
}

unsigned mee_slots(const struct mee *m)
{
	return m->slots;
}

void mee_set_key(struct mee *m, unsigned slot, const u8 key[MEE_KEY_SIZE])
{
	BUG_ON(slot >= m->slots);
	aes_expand_key(&m->key[slot], key);
}

void mee_clear_key(struct mee *m, unsigned slot, struct rng *rng)
{
	u8 key[MEE_KEY_SIZE];

	rng_fill(rng, key, sizeof(key));
	mee_set_key(m, slot, key);
	explicit_bzero(key, sizeof(key));
}

void mee_tweak(const struct mee *m, spa_t spa, u8 tweak[MEE_BLOCK])
{
	block_t t = mee_page_tweak(&m->tweaks, spa) ^ m->tweaks.by_byte[0][(u8)(spa.v >> 4)];

	memcpy(tweak, &t, MEE_BLOCK);
}

/* Data. */

static void encrypt_run(const struct mee *m, unsigned slot, spa_t spa, u8 *dst, const u8 *src,
			size_t len)
{
	const block_t *key = m->key[slot].enc;
	size_t offset = (spa.v & PAGE_MASK) / MEE_BLOCK;
	block_t page = mee_page_tweak(&m->tweaks, spa);
	struct mee_run run = {
		.round_keys = key,
		.first = key[0] ^ page,
		.last = m->xex ? key[AES_ROUNDS] ^ page : key[AES_ROUNDS],
		.pre = m->tweaks.by_byte[0] + offset,
		.post = m->cipher_side_tweaks + offset,
		.blocks = len / MEE_BLOCK,
	};

	m->kernels->encrypt(&run, dst, src);
}

/* The same with the sides swapped: what comes last in encrypting comes first here. */
static void decrypt_run(const struct mee *m, unsigned slot, spa_t spa, u8 *dst, const u8 *src,
			size_t len)
{
	const block_t *key = m->key[slot].dec;
	size_t offset = (spa.v & PAGE_MASK) / MEE_BLOCK;
	block_t page = mee_page_tweak(&m->tweaks, spa);
	struct mee_run run = {
		.round_keys = key,
		.first = m->xex ? key[0] ^ page : key[0],
		.last = key[AES_ROUNDS] ^ page,
		.pre = m->cipher_side_tweaks + offset,
		.post = m->tweaks.by_byte[0] + offset,
		.blocks = len / MEE_BLOCK,
	};

	m->kernels->decrypt(&run, dst, src);
}

static void check_call(const struct mee *m, unsigned slot, spa_t spa, size_t len)
{
	const u64 end_of_space = BIT64(TWEAK_LOW_BIT + TWEAK_BITS);

	BUG_ON(slot >= m->slots);
	BUG_ON((spa.v | len) % MEE_BLOCK != 0);
	BUG_ON(spa.v > end_of_space || len > end_of_space - spa.v);
}

/* The bytes from spa to the end of its page, but not more than len. */
static size_t run_length(spa_t spa, size_t len)
{
	size_t to_page_end = PAGE_SIZE - (spa.v & PAGE_MASK);

	return len < to_page_end ? len : to_page_end;
}

void mee_encrypt(const struct mee *m, unsigned slot, spa_t spa, void *dst, const void *src,
		 size_t len)
{
	check_call(m, slot, spa, len);
	for (size_t done = 0, n; done < len; done += n) {
		n = run_length(SPA(spa.v + done), len - done);
		encrypt_run(m, slot, SPA(spa.v + done), (u8 *)dst + done, (const u8 *)src + done,
			    n);
	}
}

void mee_decrypt(const struct mee *m, unsigned slot, spa_t spa, void *dst, const void *src,
		 size_t len)
{
	check_call(m, slot, spa, len);
	for (size_t done = 0, n; done < len; done += n) {
		n = run_length(SPA(spa.v + done), len - done);
		decrypt_run(m, slot, SPA(spa.v + done), (u8 *)dst + done, (const u8 *)src + done,
			    n);
	}
}
