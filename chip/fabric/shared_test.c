/* SPDX-License-Identifier: MIT */
/* Copies at every alignment and length; the compare-exchange alone and against other threads. */
#include "chip/fabric/shared.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#include "tests/support/cmocka.h"

enum { SPAN = 64 };

static void fill(u8 *p, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (u8)(i * 7 + seed);
}

static void test_copy_every_alignment_and_length(void **state)
{
	u8 shared[SPAN] ALIGNED(16), want[SPAN], private[SPAN];

	for (size_t at = 0; at < 16; at++) {
		for (size_t len = 0; len <= SPAN - at; len++) {
			fill(shared, SPAN, 1);
			memset(private, 0xee, SPAN);
			shared_load(private + 3, shared + at, len < SPAN - 3 ? len : SPAN - 3);
			assert_memory_equal(private + 3, shared + at,
					    len < SPAN - 3 ? len : SPAN - 3);
			assert_int_equal(private[2], 0xee);

			fill(private, SPAN, 99);
			memcpy(want, shared, SPAN);
			memcpy(want + at, private, len);
			shared_store(shared + at, private, len);
			assert_memory_equal(shared, want, SPAN);
		}
	}
}

static void check_cmpxchg(u8 *shared, size_t at, size_t len)
{
	u8 expected[16], desired[16], before[SPAN];

	fill(shared, SPAN, 5);
	memcpy(before, shared, SPAN);
	memcpy(expected, shared + at, len);
	fill(desired, sizeof(desired), 200);
	expected[len - 1] ^= 1;
	assert_false(shared_cmpxchg(shared + at, expected, desired, len));
	assert_memory_equal(shared, before, SPAN);
	assert_memory_equal(expected, before + at, len);

	assert_true(shared_cmpxchg(shared + at, expected, desired, len));
	memcpy(before + at, desired, len);
	assert_memory_equal(shared, before, SPAN);
}

static void test_cmpxchg_every_size_and_alignment(void **state)
{
	u8 shared[SPAN] ALIGNED(64);

	for (size_t len = 1; len <= 16; len *= 2)
		for (size_t at = 0; at < 32; at++)
			check_cmpxchg(shared, at, len);
}

/* -- against other threads ------------------------------------------------------------------- */

enum { THREADS = 2, ROUNDS = 20000 };

struct counter {
	u8 *at;
	size_t len;
};

/* Adds ROUNDS to a counter of `len` bytes, with its upper half kept as the complement. */
static void *count_up(void *arg)
{
	const struct counter *c = arg;
	size_t half = c->len / 2;

	for (int i = 0; i < ROUNDS; i++) {
		u8 old[16], new[16];

		shared_load(old, c->at, c->len);
		do {
			u64 v = 0;
			u64 inverse;

			memcpy(&v, old, half);
			v++;
			inverse = ~v;
			memcpy(new, &v, half);
			memcpy(new + half, &inverse, half);
		} while (!shared_cmpxchg(c->at, old, new, c->len));
	}
	return NULL;
}

static void check_counting(u8 *at, size_t len)
{
	struct counter c = {.at = at, .len = len};
	pthread_t threads[THREADS];
	u64 low = 0;
	u64 high = 0;

	memset(at, 0, len / 2);
	memset(at + len / 2, 0xff, len / 2);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_up, &c), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	memcpy(&low, at, len / 2);
	memcpy(&high, at + len / 2, len / 2);
	assert_int_equal(low, THREADS * ROUNDS);
	high ^= low;
	assert_int_equal(high, len == 16 ? ~0ull : bits_get(~0ull, 0, (unsigned)len * 4));
}

static void test_cmpxchg_is_atomic(void **state)
{
	u8 shared[2 * SPAN] ALIGNED(64);

	check_counting(shared, 8);
	check_counting(shared + 60, 8); /* across a cache line */
	check_counting(shared + 16, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy_every_alignment_and_length),
		cmocka_unit_test(test_cmpxchg_every_size_and_alignment),
		cmocka_unit_test(test_cmpxchg_is_atomic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
