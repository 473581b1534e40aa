/* SPDX-License-Identifier: MIT */
/* One seed, one stream; children that do not shift each other; many threads, no byte twice. */
#include "crypto/rng.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"

static const u8 SEED[32] = {1, 2, 3, 4, 5, 6, 7, 8};

/* The first 32 bytes of SEED's stream, found with the openssl command (HMAC, then AES-256-CTR). */
static const u8 FIRST[32] = {0x9f, 0x08, 0x08, 0x46, 0x80, 0xc8, 0x3a, 0xb1, 0xbc, 0xf5, 0x60,
			     0x38, 0xf1, 0x4e, 0x77, 0x16, 0x9a, 0x70, 0x72, 0xc2, 0x6e, 0x46,
			     0x20, 0x8b, 0x75, 0x49, 0xd5, 0x37, 0x77, 0xff, 0x5b, 0x90};

static struct rng *seeded(void)
{
	struct rng *r = rng_new(SEED);

	assert_non_null(r);
	return r;
}

static void test_seed_gives_published_stream(void **state)
{
	struct rng *r = seeded();
	u8 out[32];

	rng_fill(r, out, sizeof(out));
	assert_memory_equal(out, FIRST, sizeof(out));
	rng_free(r);
}

/* The same of child "vek": HMAC of "child:vek" under SEED, then as above. */
static void test_child_gives_published_stream(void **state)
{
	static const u8 expected[16] = {0xb7, 0xa7, 0xdb, 0x4f, 0x55, 0xc3, 0xb5, 0x98,
					0xe8, 0xd5, 0x28, 0x7a, 0x55, 0x5a, 0x99, 0x5f};
	struct rng *r = seeded();
	struct rng *child = rng_child(r, "vek");
	u8 out[16];

	assert_non_null(child);
	rng_fill(child, out, sizeof(out));
	assert_memory_equal(out, expected, sizeof(out));
	rng_free(child);
	rng_free(r);
}

static void test_pieces_equal_whole(void **state)
{
	struct rng *a = seeded();
	struct rng *b = seeded();
	u8 whole[1000];
	u8 pieces[1000];
	size_t at = 0;

	rng_fill(a, whole, sizeof(whole));
	for (size_t step = 1; at < sizeof(pieces); step++) {
		size_t n = step < sizeof(pieces) - at ? step : sizeof(pieces) - at;

		rng_fill(b, pieces + at, n);
		at += n;
	}
	assert_memory_equal(whole, pieces, sizeof(whole));
	rng_fill(b, pieces, 0);
	assert_true(rng_u64(a) == rng_u64(b));
	rng_free(a);
	rng_free(b);
}

static void test_every_seed_bit_counts(void **state)
{
	u64 base;
	struct rng *r = seeded();

	base = rng_u64(r);
	rng_free(r);
	for (unsigned bit = 0; bit < 256; bit++) {
		u8 seed[32];

		memcpy(seed, SEED, sizeof(seed));
		seed[bit / 8] ^= (u8)(1 << bit % 8);
		r = rng_new(seed);
		assert_non_null(r);
		assert_true(rng_u64(r) != base);
		rng_free(r);
	}
}

static u64 first_of_child(struct rng *r, const char *label)
{
	struct rng *child = rng_child(r, label);
	u64 v;

	assert_non_null(child);
	v = rng_u64(child);
	rng_free(child);
	return v;
}

static void test_child_depends_on_seed_and_label_only(void **state)
{
	struct rng *fresh = seeded();
	struct rng *used = seeded();
	u8 junk[77];

	rng_fill(used, junk, sizeof(junk));
	assert_true(first_of_child(fresh, "vek") == first_of_child(used, "vek"));
	assert_true(first_of_child(fresh, "vek") != first_of_child(fresh, "vel"));
	assert_true(first_of_child(fresh, "") != first_of_child(fresh, "vek"));
	assert_true(first_of_child(fresh, "stream") != rng_u64(fresh));
	rng_free(fresh);
	rng_free(used);
}

static void test_child_leaves_parent_alone_and_outlives_it(void **state)
{
	struct rng *a = seeded();
	struct rng *b = seeded();
	struct rng *child = rng_child(a, "x");
	struct rng *grandchild;

	assert_non_null(child);
	assert_true(rng_u64(a) == rng_u64(b));
	rng_free(a);
	grandchild = rng_child(child, "x");
	assert_non_null(grandchild);
	assert_true(rng_u64(child) != rng_u64(grandchild));
	rng_free(b);
	rng_free(child);
	rng_free(grandchild);
}

static void test_system_source(void **state)
{
	struct rng *r = rng_new(NULL);
	struct rng *child;
	u8 a[64] = {0};
	u8 b[64] = {0};

	assert_non_null(r);
	rng_fill(r, a, sizeof(a));
	rng_fill(r, b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	assert_false(bytes_are_zero(a + 56, 8));
	child = rng_child(r, "x");
	assert_non_null(child);
	rng_fill(child, b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	rng_free(child);
	rng_free(r);
	rng_free(NULL);
}

enum { THREADS = 4, DRAWS = 2000 };

struct drawer {
	pthread_t thread;
	struct rng *rng;
	u64 drawn[DRAWS];
};

static void *draw(void *arg)
{
	struct drawer *d = arg;

	for (int i = 0; i < DRAWS; i++)
		d->drawn[i] = rng_u64(d->rng);
	return NULL;
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = get_le64(a);
	u64 y = get_le64(b);

	return (x > y) - (x < y);
}

/* Whatever the order, the threads together draw exactly the words of the one stream. */
static void test_threads_share_one_stream(void **state)
{
	static struct drawer drawers[THREADS];
	static u64 expected[THREADS * DRAWS];
	static u64 drawn[THREADS * DRAWS];
	struct rng *shared = seeded();
	struct rng *alone = seeded();

	for (int t = 0; t < THREADS; t++) {
		drawers[t].rng = shared;
		assert_int_equal(pthread_create(&drawers[t].thread, NULL, draw, &drawers[t]), 0);
	}
	for (int t = 0; t < THREADS; t++) {
		assert_int_equal(pthread_join(drawers[t].thread, NULL), 0);
		memcpy(drawn + t * DRAWS, drawers[t].drawn, sizeof(drawers[t].drawn));
	}
	for (int i = 0; i < THREADS * DRAWS; i++)
		expected[i] = rng_u64(alone);
	qsort(drawn, THREADS * DRAWS, sizeof(u64), compare_u64);
	qsort(expected, THREADS * DRAWS, sizeof(u64), compare_u64);
	assert_memory_equal(drawn, expected, sizeof(drawn));
	rng_free(shared);
	rng_free(alone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seed_gives_published_stream),
		cmocka_unit_test(test_child_gives_published_stream),
		cmocka_unit_test(test_pieces_equal_whole),
		cmocka_unit_test(test_every_seed_bit_counts),
		cmocka_unit_test(test_child_depends_on_seed_and_label_only),
		cmocka_unit_test(test_child_leaves_parent_alone_and_outlives_it),
		cmocka_unit_test(test_system_source),
		cmocka_unit_test(test_threads_share_one_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
