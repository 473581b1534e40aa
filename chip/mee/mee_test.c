/* SPDX-License-Identifier: MIT */
/*
 * The engine as its users see it: every path against an oracle (libcrypto's AES, the tweak summed
 * bit by bit), keys and slots, and what the published attacks rely on.
 */
#include "tests/support/cmocka.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "base/types.h"

#include "chip/mee/mee.h"
#include "crypto/rng.h"

enum { SLOTS = 5, BUFFER = 6 * 4096, RANDOM_CALLS = 400, SLACK = 64 };

static struct rng *rng;
static u8 plain[BUFFER], want[BUFFER], got[1 + SLACK + BUFFER];

static struct mee *engine(enum mee_profile profile, enum mee_path path)
{
	struct mee *m = mee_new(profile, SLOTS, path, rng);

	assert_non_null(m);
	return m;
}

static u64 random_below(u64 end)
{
	return rng_u64(rng) % end;
}

static void xor_block(u8 *dst, const u8 *src)
{
	for (unsigned i = 0; i < MEE_BLOCK; i++)
		dst[i] ^= src[i];
}

/* The oracle. */

struct oracle {
	u8 constant[64][MEE_BLOCK]; /* t_i, each read from the engine by itself */
	u8 key[MEE_KEY_SIZE];
	bool xex;
};

static void oracle_init(struct oracle *o, const struct mee *m, bool xex)
{
	memset(o, 0, sizeof(*o));
	for (unsigned bit = 4; bit < 52; bit++)
		mee_tweak(m, SPA(BIT64(bit)), o->constant[bit]);
	rng_fill(rng, o->key, sizeof(o->key));
	o->xex = xex;
}

static void oracle_tweak(const struct oracle *o, u64 spa, u8 tweak[MEE_BLOCK])
{
	memset(tweak, 0, MEE_BLOCK);
	for (unsigned bit = 4; bit < 52; bit++)
		if (spa & BIT64(bit))
			xor_block(tweak, o->constant[bit]);
}

static void aes_ecb(const u8 key[MEE_KEY_SIZE], u8 *data, size_t len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;

	assert_non_null(ctx);
	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_set_padding(ctx, 0), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, data, &n, data, (int)len), 1);
	assert_int_equal(n, len);
	EVP_CIPHER_CTX_free(ctx);
}

static void oracle_encrypt(const struct oracle *o, u64 spa, u8 *data, size_t len)
{
	u8 tweak[MEE_BLOCK];

	for (size_t i = 0; i < len; i += MEE_BLOCK) {
		oracle_tweak(o, spa + i, tweak);
		xor_block(data + i, tweak);
	}
	aes_ecb(o->key, data, len);
	for (size_t i = 0; o->xex && i < len; i += MEE_BLOCK) {
		oracle_tweak(o, spa + i, tweak);
		xor_block(data + i, tweak);
	}
}

/* Out of place and in place, each way, at any alignment; nothing beside the data is touched. */
static void check_call(const struct mee *m, const struct oracle *o, u64 spa, size_t len)
{
	u8 *data = got + 1 + random_below(SLACK);

	rng_fill(rng, plain, len);
	memcpy(want, plain, len);
	oracle_encrypt(o, spa, want, len);

	data[-1] = 0x5a;
	data[len] = 0xa5;
	mee_encrypt(m, 3, SPA(spa), data, plain, len);
	assert_memory_equal(data, want, len);
	mee_decrypt(m, 3, SPA(spa), data, data, len);
	assert_memory_equal(data, plain, len);
	mee_encrypt(m, 3, SPA(spa), data, data, len);
	assert_memory_equal(data, want, len);
	memset(plain, 0, len);
	mee_decrypt(m, 3, SPA(spa), plain, data, len);
	mee_encrypt(m, 3, SPA(spa), plain, plain, len);
	assert_memory_equal(plain, want, len);
	assert_int_equal(data[-1], 0x5a);
	assert_int_equal(data[len], 0xa5);
}

static void check_shapes(const struct mee *m, const struct oracle *o)
{
	const u64 page = random_below(BIT64(39)) << PAGE_SHIFT;

	check_call(m, o, page, 0);
	for (size_t blocks = 1; blocks <= 70; blocks++)
		check_call(m, o, page + MEE_BLOCK * random_below(256), MEE_BLOCK * blocks);
	check_call(m, o, page, PAGE_SIZE);
	check_call(m, o, page, 4 * PAGE_SIZE);
	check_call(m, o, page + PAGE_SIZE - MEE_BLOCK, 2 * MEE_BLOCK);
	check_call(m, o, page + 0x7f0, 3 * PAGE_SIZE + 0x30);
	check_call(m, o, 0, PAGE_SIZE);
	check_call(m, o, BIT64(52) - PAGE_SIZE, PAGE_SIZE);
	for (unsigned i = 0; i < RANDOM_CALLS; i++) {
		size_t len = MEE_BLOCK * (1 + random_below(i % 8 ? 32 : BUFFER / MEE_BLOCK));

		check_call(m, o, random_below(BIT64(48) - BUFFER) * MEE_BLOCK, len);
	}
}

static void check_path(enum mee_path path)
{
	static const enum mee_profile profiles[] = {MEE_ZEN1_XE, MEE_ZEN1_XEX, MEE_ZEN2_XEX};

	if (!mee_path_offered(path))
		skip();
	for (unsigned i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct mee *m = engine(profiles[i], path);
		struct oracle o;

		assert_int_equal(mee_path_used(m), path);
		oracle_init(&o, m, profiles[i] != MEE_ZEN1_XE);
		mee_set_key(m, 3, o.key);
		check_shapes(m, &o);
		mee_free(m);
	}
}

static void portable_is_the_oracle(void **state)
{
	check_path(MEE_PATH_PORTABLE);
}

static void aesni_is_the_oracle(void **state)
{
	check_path(MEE_PATH_AESNI);
}

static void vaes_is_the_oracle(void **state)
{
	check_path(MEE_PATH_VAES);
}

static void best_path_is_offered(void **state)
{
	struct mee *m = engine(MEE_ZEN2_XEX, MEE_PATH_BEST);

	assert_true(mee_path_offered(MEE_PATH_BEST));
	assert_true(mee_path_offered(MEE_PATH_PORTABLE));
	assert_true(mee_path_offered(mee_path_used(m)));
	assert_int_not_equal(mee_path_used(m), MEE_PATH_BEST);
	assert_string_equal(mee_path_name(mee_path_used(m)), mee_path_name(MEE_PATH_BEST));
	for (enum mee_path p = mee_path_used(m) + 1; p < MEE_PATH_BEST; p++)
		assert_false(mee_path_offered(p));
	assert_int_equal(mee_slots(m), SLOTS);
	mee_free(m);
	mee_free(NULL);
}

static void missing_path_is_refused(void **state)
{
	for (enum mee_path p = MEE_PATH_PORTABLE; p < MEE_PATH_BEST; p++)
		if (!mee_path_offered(p))
			assert_null(mee_new(MEE_ZEN2_XEX, SLOTS, p, rng));
}

/* Keys and slots. */

/* A page of zeroes as slot makes it at spa. */
static void zero_page(const struct mee *m, unsigned slot, u64 spa, u8 *dst)
{
	memset(dst, 0, PAGE_SIZE);
	mee_encrypt(m, slot, SPA(spa), dst, dst, PAGE_SIZE);
}

/* Of 32768 fair bits, the ones stray from half by more than 1024 once in 10^29. */
static void assert_noise(const u8 *page)
{
	int ones = 0;

	for (unsigned i = 0; i < PAGE_SIZE; i++)
		ones += __builtin_popcount(page[i]);
	assert_in_range(ones, 16384 - 1024, 16384 + 1024);
	for (unsigned i = MEE_BLOCK; i < PAGE_SIZE; i += MEE_BLOCK)
		assert_memory_not_equal(page, page + i, MEE_BLOCK);
}

/* On the profile whose tweaks are the same at each boot, so that only the keys can differ. */
static void never_loaded_slot_is_noise_and_differs_between_boots(void **state)
{
	struct mee *m = engine(MEE_ZEN1_XEX, MEE_PATH_BEST);
	struct mee *next_boot = engine(MEE_ZEN1_XEX, MEE_PATH_BEST);

	for (unsigned slot = 0; slot < SLOTS; slot++) {
		zero_page(m, slot, 0x5000, got);
		zero_page(next_boot, slot, 0x5000, want);
		assert_noise(got);
		assert_memory_not_equal(got, want, PAGE_SIZE);
	}
	mee_free(m);
	mee_free(next_boot);
}

static void slots_are_independent(void **state)
{
	struct mee *m = engine(MEE_ZEN2_XEX, MEE_PATH_BEST);
	static u8 before[SLOTS][4096];

	for (unsigned slot = 0; slot < SLOTS; slot++)
		zero_page(m, slot, 0x7000, before[slot]);
	for (unsigned slot = 1; slot < SLOTS; slot++)
		assert_memory_not_equal(before[slot], before[slot - 1], PAGE_SIZE);
	mee_set_key(m, 2, (const u8[MEE_KEY_SIZE]){1});
	mee_clear_key(m, 3, rng);
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		zero_page(m, slot, 0x7000, got);
		if (slot == 2 || slot == 3)
			assert_memory_not_equal(got, before[slot], PAGE_SIZE);
		else
			assert_memory_equal(got, before[slot], PAGE_SIZE);
	}
	mee_free(m);
}

static void key_decides_alone(void **state)
{
	static const u8 key[MEE_KEY_SIZE] = {0x42, 0x17};
	struct mee *m = engine(MEE_ZEN2_XEX, MEE_PATH_BEST);

	mee_set_key(m, 1, key);
	mee_set_key(m, 4, key);
	zero_page(m, 1, 0x9000, got);
	zero_page(m, 4, 0x9000, want);
	assert_memory_equal(got, want, PAGE_SIZE);
	mee_free(m);
}

static void cleared_key_leaves_noise(void **state)
{
	struct mee *m = engine(MEE_ZEN2_XEX, MEE_PATH_BEST);

	mee_set_key(m, 1, (const u8[MEE_KEY_SIZE]){7});
	zero_page(m, 1, 0x3000, got);
	mee_clear_key(m, 1, rng);
	mee_decrypt(m, 1, SPA(0x3000), got, got, PAGE_SIZE);
	assert_noise(got);
	mee_free(m);
}

/* Threads: each loads and uses a slot of its own. */

struct worker {
	struct mee *m;
	unsigned slot;
	bool right;
};

static void *load_and_use(void *arg)
{
	struct worker *w = arg;
	u8 page[4096], back[4096];

	memset(page, (int)w->slot, sizeof(page));
	w->right = true;
	for (u8 i = 0; i < 100; i++) {
		mee_set_key(w->m, w->slot, (const u8[MEE_KEY_SIZE]){i});
		mee_encrypt(w->m, w->slot, SPA(0x8000), back, page, sizeof(page));
		mee_decrypt(w->m, w->slot, SPA(0x8000), back, back, sizeof(page));
		w->right &= memcmp(back, page, sizeof(page)) == 0;
	}
	return NULL;
}

static void threads_use_their_slots(void **state)
{
	struct mee *m = engine(MEE_ZEN2_XEX, MEE_PATH_BEST);
	struct worker worker[SLOTS];
	pthread_t thread[SLOTS];

	for (unsigned i = 0; i < SLOTS; i++) {
		worker[i] = (struct worker){.m = m, .slot = i};
		assert_int_equal(pthread_create(&thread[i], NULL, load_and_use, &worker[i]), 0);
	}
	for (unsigned i = 0; i < SLOTS; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_true(worker[i].right);
	}
	mee_free(m);
}

/* What the ciphertext tells, and how it can be moved. */

/* At one address, whatever was written in between; at no other. */
static void equal_plaintext_shows(void **state)
{
	struct mee *m = engine(MEE_ZEN2_XEX, MEE_PATH_BEST);
	static const u8 value[MEE_BLOCK] = {1, 2, 3};
	u8 first[MEE_BLOCK], again[MEE_BLOCK], elsewhere[MEE_BLOCK];

	mee_encrypt(m, 1, SPA(0x4000), first, value, MEE_BLOCK);
	zero_page(m, 1, 0x4000, got);
	assert_memory_not_equal(got, first, MEE_BLOCK);
	mee_encrypt(m, 1, SPA(0x4000), again, value, MEE_BLOCK);
	assert_memory_equal(again, first, MEE_BLOCK);
	mee_encrypt(m, 1, SPA(0x4010), elsewhere, value, MEE_BLOCK);
	assert_memory_not_equal(elsewhere, first, MEE_BLOCK);
	mee_encrypt(m, 1, SPA(0x8004000), elsewhere, value, MEE_BLOCK);
	assert_memory_not_equal(elsewhere, first, MEE_BLOCK);
	mee_free(m);
}

/* One ciphertext bit disturbs its block of sixteen bytes and no other: there is no integrity. */
static void damage_stays_in_its_block(void **state)
{
	struct mee *m = engine(MEE_ZEN2_XEX, MEE_PATH_BEST);

	zero_page(m, 1, 0x6000, got);
	got[0x123] ^= 0x10;
	mee_decrypt(m, 1, SPA(0x6000), got, got, PAGE_SIZE);
	memset(want, 0, PAGE_SIZE);
	assert_memory_equal(got, want, 0x120);
	assert_memory_not_equal(got + 0x120, want, MEE_BLOCK);
	assert_memory_equal(got + 0x130, want, PAGE_SIZE - 0x130);
	mee_free(m);
}

/* Ciphertext of p, decrypted at q, with T(p) ^ T(q) XORed into it first if `compensate`. */
static void move_block(const struct mee *m, u64 p, u64 q, bool compensate, const u8 *block, u8 *out)
{
	u8 tp[MEE_BLOCK], tq[MEE_BLOCK];

	mee_tweak(m, SPA(p), tp);
	mee_tweak(m, SPA(q), tq);
	mee_encrypt(m, 1, SPA(p), out, block, MEE_BLOCK);
	if (compensate) {
		xor_block(out, tp);
		xor_block(out, tq);
	}
	mee_decrypt(m, 1, SPA(q), out, out, MEE_BLOCK);
}

static void check_move(enum mee_profile profile, bool compensate, bool controlled)
{
	struct mee *m = engine(profile, MEE_PATH_BEST);
	u8 expect[MEE_BLOCK], tweak[MEE_BLOCK], out[MEE_BLOCK];
	const u64 p = 0x12345010, q = 0x9abcd00;

	rng_fill(rng, plain, MEE_BLOCK);
	memcpy(expect, plain, MEE_BLOCK);
	mee_tweak(m, SPA(p ^ q), tweak);
	xor_block(expect, tweak);
	move_block(m, p, q, compensate, plain, out);
	if (controlled)
		assert_memory_equal(out, expect, MEE_BLOCK);
	else
		assert_memory_not_equal(out, expect, MEE_BLOCK);
	mee_free(m);
}

/* XE: moving a block flips known bits.  XEX: only if the mover knows the tweaks and uses them. */
static void moved_block_changes_by_the_tweaks(void **state)
{
	check_move(MEE_ZEN1_XE, false, true);
	check_move(MEE_ZEN1_XE, true, false);
	check_move(MEE_ZEN1_XEX, false, false);
	check_move(MEE_ZEN1_XEX, true, true);
	check_move(MEE_ZEN2_XEX, false, false);
	check_move(MEE_ZEN2_XEX, true, true);
}

static int make_rng(void **state)
{
	rng = rng_new(NULL);
	return rng ? 0 : -1;
}

static int drop_rng(void **state)
{
	rng_free(rng);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(portable_is_the_oracle),
		cmocka_unit_test(aesni_is_the_oracle),
		cmocka_unit_test(vaes_is_the_oracle),
		cmocka_unit_test(best_path_is_offered),
		cmocka_unit_test(missing_path_is_refused),
		cmocka_unit_test(never_loaded_slot_is_noise_and_differs_between_boots),
		cmocka_unit_test(slots_are_independent),
		cmocka_unit_test(key_decides_alone),
		cmocka_unit_test(cleared_key_leaves_noise),
		cmocka_unit_test(threads_use_their_slots),
		cmocka_unit_test(equal_plaintext_shows),
		cmocka_unit_test(damage_stays_in_its_block),
		cmocka_unit_test(moved_block_changes_by_the_tweaks),
	};

	return cmocka_run_group_tests(tests, make_rng, drop_rng);
}
