/* SPDX-License-Identifier: MIT */
/* The tweak: linear, nothing below bit 4, published constants, fresh ones. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "base/types.h"

#include "chip/mee/mee.h"
#include "crypto/rng.h"

enum { LOW_BIT = 4, END_BIT = 52 };

static struct rng *rng;

static struct mee *engine(enum mee_profile profile)
{
	struct mee *m = mee_new(profile, 1, MEE_PATH_PORTABLE, rng);

	assert_non_null(m);
	return m;
}

static u64 random_spa(void)
{
	return rng_u64(rng) & (BIT64(END_BIT) - 1);
}

static void check_linear(enum mee_profile profile)
{
	static const u8 zero[MEE_BLOCK];
	struct mee *m = engine(profile);
	u8 tp[MEE_BLOCK], tq[MEE_BLOCK], tpq[MEE_BLOCK];

	mee_tweak(m, SPA(0), tp);
	assert_memory_equal(tp, zero, MEE_BLOCK);
	for (unsigned i = 0; i < 1000; i++) {
		u64 p = random_spa();
		u64 q = random_spa();

		mee_tweak(m, SPA(p), tp);
		mee_tweak(m, SPA(q), tq);
		mee_tweak(m, SPA(p ^ q), tpq);
		for (unsigned b = 0; b < MEE_BLOCK; b++)
			assert_int_equal(tpq[b], tp[b] ^ tq[b]);
	}
	mee_free(m);
}

static void linear(void **state)
{
	check_linear(MEE_ZEN1_XE);
	check_linear(MEE_ZEN1_XEX);
	check_linear(MEE_ZEN2_XEX);
}

static void low_bits_do_not_count(void **state)
{
	struct mee *m = engine(MEE_ZEN2_XEX);
	u8 a[MEE_BLOCK], b[MEE_BLOCK];

	mee_tweak(m, SPA(0x12345670), a);
	mee_tweak(m, SPA(0x1234567f), b);
	assert_memory_equal(a, b, MEE_BLOCK);
	mee_free(m);
}

static void check_constant(const struct mee *m, unsigned bit, const u8 four[4])
{
	u8 t[MEE_BLOCK];

	mee_tweak(m, SPA(BIT64(bit)), t);
	for (unsigned i = 0; i < MEE_BLOCK; i++)
		assert_int_equal(t[i], four[i % 4]);
}

/* One from each page of the paper's table, both ends, and the pair the digest prints twice. */
static void zen1_constants_are_the_published(void **state)
{
	struct mee *xe = engine(MEE_ZEN1_XE);
	struct mee *xex = engine(MEE_ZEN1_XEX);

	check_constant(xe, 4, (const u8[]){0x82, 0x25, 0x38, 0x38});
	check_constant(xe, 5, (const u8[]){0xec, 0x09, 0x07, 0x9c});
	check_constant(xe, 6, (const u8[]){0x40, 0x00, 0x00, 0x18});
	check_constant(xe, 11, (const u8[]){0x15, 0x68, 0xee, 0x53});
	check_constant(xe, 12, (const u8[]){0xb0, 0x92, 0x30, 0xc2});
	check_constant(xex, 19, (const u8[]){0xf4, 0x31, 0xd8, 0x4c});
	check_constant(xex, 20, (const u8[]){0x02, 0x04, 0x31, 0x81});
	check_constant(xex, 31, (const u8[]){0x4f, 0x5c, 0xe7, 0x27});
	mee_free(xe);
	mee_free(xex);
}

/* The number of linearly independent vectors among n (which are destroyed). */
static unsigned rank(u32 *v, unsigned n)
{
	unsigned found = 0;

	for (unsigned bit = 0; bit < 32; bit++) {
		unsigned pivot = found;

		while (pivot < n && !(v[pivot] & BIT32(bit)))
			pivot++;
		if (pivot == n)
			continue;
		u32 p = v[pivot];
		v[pivot] = v[found];
		v[found++] = p;
		for (unsigned i = found; i < n; i++)
			if (v[i] & BIT32(bit))
				v[i] ^= p;
	}
	return found;
}

/* The 28 published ones are independent, as the authors report; above, only periodic and not zero. */
static void zen1_constants_repeat_four_bytes(void **state)
{
	struct mee *m = engine(MEE_ZEN1_XEX);
	u32 v[32 - LOW_BIT];

	for (unsigned bit = LOW_BIT; bit < END_BIT; bit++) {
		u32 t[4];

		mee_tweak(m, SPA(BIT64(bit)), (u8 *)t);
		assert_int_not_equal(t[0], 0);
		for (unsigned i = 1; i < 4; i++)
			assert_int_equal(t[i], t[0]);
		if (bit < 32)
			v[bit - LOW_BIT] = t[0];
	}
	assert_int_equal(rank(v, ARRAY_SIZE(v)), ARRAY_SIZE(v));
	mee_free(m);
}

static void zen2_constants_are_fresh_and_full(void **state)
{
	struct mee *m = engine(MEE_ZEN2_XEX);
	struct mee *next_boot = engine(MEE_ZEN2_XEX);

	for (unsigned bit = LOW_BIT; bit < END_BIT; bit++) {
		u8 a[MEE_BLOCK], b[MEE_BLOCK];

		mee_tweak(m, SPA(BIT64(bit)), a);
		mee_tweak(next_boot, SPA(BIT64(bit)), b);
		assert_memory_not_equal(a, b, MEE_BLOCK);
		assert_memory_not_equal(a, a + 4, 4);
		assert_memory_not_equal(a, a + 8, 8);
	}
	mee_free(m);
	mee_free(next_boot);
}

static void zen2_constants_follow_the_seed(void **state)
{
	static const u8 seed[32] = {1};
	struct rng *one = rng_new(seed);
	struct rng *two = rng_new(seed);
	struct mee *m = mee_new(MEE_ZEN2_XEX, 3, MEE_PATH_PORTABLE, one);
	struct mee *n = mee_new(MEE_ZEN2_XEX, 3, MEE_PATH_BEST, two);
	u8 a[MEE_BLOCK] = {0}, b[MEE_BLOCK] = {0};

	assert_non_null(m);
	assert_non_null(n);
	mee_encrypt(m, 2, SPA(0x123450), a, a, MEE_BLOCK);
	mee_encrypt(n, 2, SPA(0x123450), b, b, MEE_BLOCK);
	assert_memory_equal(a, b, MEE_BLOCK);
	mee_free(m);
	mee_free(n);
	rng_free(one);
	rng_free(two);
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
		cmocka_unit_test(linear),
		cmocka_unit_test(low_bits_do_not_count),
		cmocka_unit_test(zen1_constants_are_the_published),
		cmocka_unit_test(zen1_constants_repeat_four_bytes),
		cmocka_unit_test(zen2_constants_are_fresh_and_full),
		cmocka_unit_test(zen2_constants_follow_the_seed),
	};

	return cmocka_run_group_tests(tests, make_rng, drop_rng);
}
