/* SPDX-License-Identifier: MIT */
/* The one-holder lock, and that waiting for long costs little. */
#include <pthread.h>
#include <time.h>

#include "chip/cache/internal.h"
#include "tests/support/cmocka.h"

static void test_one_holder(void **state)
{
	_Atomic u32 lock = 0;

	assert_true(cache_lock_try(&lock));
	assert_false(cache_lock_try(&lock));
	cache_unlock(&lock);
	cache_lock(&lock, NULL);
	assert_false(cache_lock_try(&lock));
	cache_unlock(&lock);
	assert_true(cache_lock_try(&lock));
}

enum { THREADS = 4, ROUNDS = 20000 };

struct counted {
	_Atomic u32 lock;
	u64 count; /* plain: the lock is all that protects it */
};

static void *count(void *arg)
{
	struct counted *c = arg;

	for (int i = 0; i < ROUNDS; i++) {
		cache_lock(&c->lock, NULL);
		c->count++;
		cache_unlock(&c->lock);
	}
	return NULL;
}

static void test_lock_excludes(void **state)
{
	struct counted c = {0};
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, count, &c), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(c.count, THREADS * ROUNDS);
}

static double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void test_long_wait_naps(void **state)
{
	struct cache_wait w = {0};
	double wall = seconds(CLOCK_MONOTONIC);
	double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);

	while (seconds(CLOCK_MONOTONIC) - wall < 0.2)
		cache_wait_step(&w, NULL);
	assert_true(seconds(CLOCK_THREAD_CPUTIME_ID) - cpu < 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_holder),
		cmocka_unit_test(test_lock_excludes),
		cmocka_unit_test(test_long_wait_naps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
