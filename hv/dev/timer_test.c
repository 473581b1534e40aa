/* SPDX-License-Identifier: MIT */
/* Deadlines fire once, in order, and never after timer_fini(). */
#include "hv/dev/timer.h"

#include <stdatomic.h>
#include <time.h>

#include "tests/support/cmocka.h"

#define MS 1000000ull

struct probe {
	struct timer timer;
	_Atomic unsigned fired;
	_Atomic unsigned *clock; /* counts all firings */
	_Atomic unsigned when;   /* its value at the last one */
	unsigned again;          /* how often to arm itself anew */
	_Atomic u64 at;
};

static void nap(u64 ns)
{
	nanosleep(&(struct timespec){.tv_sec = (time_t)(ns / 1000000000),
				     .tv_nsec = (long)(ns % 1000000000)},
		  NULL);
}

static void on_fire(void *ctx)
{
	struct probe *p = ctx;

	p->at = timer_now();
	p->when = atomic_fetch_add(p->clock, 1);
	if (p->again) {
		p->again--;
		timer_arm(&p->timer, timer_now());
	}
	p->fired++;
}

static void probe_init(struct probe *p, struct timer_service *s, _Atomic unsigned *clock)
{
	*p = (struct probe){.clock = clock};
	timer_init(&p->timer, s, on_fire, p);
}

static void wait_for(const _Atomic unsigned *v, unsigned want)
{
	for (int i = 0; i < 5000 && atomic_load(v) < want; i++)
		nap(MS);
	assert_int_equal(atomic_load(v), want);
}

static void test_order(void **state)
{
	struct timer_service *s = timer_service_new(NULL);
	_Atomic unsigned clock = 0;
	struct probe p[4];
	u64 now = timer_now();

	assert_non_null(s);
	for (unsigned i = 0; i < 4; i++)
		probe_init(&p[i], s, &clock);
	timer_arm(&p[0].timer, now + 60 * MS);
	timer_arm(&p[1].timer, now + 20 * MS);
	timer_arm(&p[2].timer, now + 40 * MS);
	timer_arm(&p[3].timer, now + 10 * MS);
	timer_arm(&p[3].timer, now + 80 * MS);
	wait_for(&clock, 4);
	assert_int_equal(p[1].when, 0);
	assert_int_equal(p[2].when, 1);
	assert_int_equal(p[0].when, 2);
	assert_int_equal(p[3].when, 3);
	assert_true(p[1].at >= now + 20 * MS);
	assert_int_equal(p[3].fired, 1);
	for (unsigned i = 0; i < 4; i++)
		timer_fini(&p[i].timer);
	timer_service_free(s);
}

static void test_cancel(void **state)
{
	struct timer_service *s = timer_service_new(NULL);
	_Atomic unsigned clock = 0;
	struct probe a, b;

	probe_init(&a, s, &clock);
	probe_init(&b, s, &clock);
	timer_arm(&a.timer, timer_now() + 10 * MS);
	timer_arm(&b.timer, timer_now() + 20 * MS);
	timer_cancel(&a.timer);
	timer_cancel(&a.timer);
	wait_for(&b.fired, 1);
	assert_int_equal(a.fired, 0);
	timer_fini(&a.timer);
	timer_fini(&b.timer);
	timer_service_free(s);
}

static void test_rearms_itself(void **state)
{
	struct timer_service *s = timer_service_new(NULL);
	_Atomic unsigned clock = 0;
	struct probe a;

	probe_init(&a, s, &clock);
	a.again = 100;
	timer_arm(&a.timer, 0);
	wait_for(&a.fired, 101);
	timer_fini(&a.timer);
	timer_service_free(s);
}

/* Finishing a timer while it fires again and again: no callback runs afterwards. */
static void test_fini(void **state)
{
	struct timer_service *s = timer_service_new(NULL);

	for (int i = 0; i < 200; i++) {
		_Atomic unsigned clock = 0;
		struct probe a;
		unsigned fired;

		probe_init(&a, s, &clock);
		a.again = 1000000;
		timer_arm(&a.timer, timer_now());
		while (i % 2 && atomic_load(&a.fired) < 3)
			;
		timer_fini(&a.timer);
		fired = a.fired;
		nap(10000);
		assert_int_equal(a.fired, fired);
	}
	timer_service_free(s);
}

static void test_free_with_nothing(void **state)
{
	timer_service_free(NULL);
	timer_service_free(timer_service_new(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_rearms_itself),
		cmocka_unit_test(test_fini),
		cmocka_unit_test(test_free_with_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
