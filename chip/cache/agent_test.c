/* SPDX-License-Identifier: MIT */
/* Who drops what, when, and on which thread; and that nobody waits for ever. */
#include "chip/cache/cache.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "chip/cache/testbed.h"
#include "tests/support/cmocka.h"

#define PAGE SPA(0x5000)

static int setup(void **state)
{
	*state = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* -- places ---------------------------------------------------------------------------------- */

static void drop_nothing(void *ctx, spa_t page, enum cache_drop what)
{
}

static void test_places_run_out_and_come_back(void **state)
{
	static const struct cache_agent_ops ops = {.drop = drop_nothing};
	struct rig *r = *state;
	struct cache_agent *agent[CACHE_AGENTS_MAX];
	int n = 0;

	while ((agent[n] = cache_agent_new(r->t.cache, &ops, NULL)))
		n++;
	assert_int_equal(n, CACHE_AGENTS_MAX - 2); /* the rig has two */
	cache_agent_free(agent[7]);
	agent[7] = cache_agent_new(r->t.cache, &ops, NULL);
	assert_non_null(agent[7]);
	assert_null(cache_agent_new(r->t.cache, &ops, NULL));
	while (n)
		cache_agent_free(agent[--n]);
}

/* The page still names the place; its new agent is asked in vain, and does not mind. */
static void test_a_freed_agent_has_no_mappings(void **state)
{
	struct rig *r = *state;
	struct core next;

	cache_agent_run(r->b.agent);
	core_store(&r->b, VIEW_KEY(1), PAGE, 1);
	cache_agent_park(r->b.agent);
	core_fini(&r->b);
	r->b.drops[CACHE_DROP_ALL] = 0;
	cache_shootdown(r->t.cache, r->a.agent, PAGE);
	assert_int_equal(r->b.drops[CACHE_DROP_ALL], 0);

	core_init(&r->b, r->t.cache);
	cache_agent_run(r->b.agent);
	core_store(&r->b, VIEW_KEY(1), PAGE, 2);
	cache_agent_park(r->b.agent);
	core_fini(&r->b);
	core_init(&next, r->t.cache);
	cache_shootdown(r->t.cache, r->a.agent, PAGE);
	assert_int_equal(next.drops[CACHE_DROP_ALL], 1);
	core_fini(&next);
	core_init(&r->b, r->t.cache);
}

/* -- parked and running ---------------------------------------------------------------------- */

static void test_parked_agent_is_served_by_who_asks(void **state)
{
	struct rig *r = *state;

	cache_agent_run(r->b.agent);
	core_store(&r->b, VIEW_KEY(1), PAGE, 1);
	cache_agent_park(r->b.agent);
	cache_shootdown(r->t.cache, r->a.agent, PAGE);
	assert_int_equal(r->b.drops[CACHE_DROP_ALL], 1);
	assert_true(pthread_equal(r->b.dropped_by, pthread_self()));
	assert_true(rig_page_is(r, PAGE, CACHE_DIRTY, VIEW_KEY(1))); /* state is kept */
	cache_shootdown(r->t.cache, r->a.agent, PAGE);
	assert_int_equal(r->b.drops[CACHE_DROP_ALL], 1); /* nobody maps it: nothing to do */
}

static void test_own_mappings_are_dropped_at_once(void **state)
{
	struct rig *r = *state;

	core_store(&r->a, VIEW_KEY(1), PAGE, 1);
	cache_shootdown(r->t.cache, r->a.agent, PAGE);
	assert_int_equal(r->a.drops[CACHE_DROP_ALL], 1);
	assert_false(core_maps(&r->a, VIEW_KEY(1), PAGE, false));
}

struct runner {
	struct core *core;
	_Atomic bool mapped, polling, stop;
};

/* Maps the page, then does not poll until told, then polls until told to stop. */
static void *run_core(void *arg)
{
	struct runner *run = arg;

	cache_agent_run(run->core->agent);
	core_store(run->core, VIEW_KEY(1), PAGE, 1);
	atomic_store(&run->mapped, true);
	while (!atomic_load(&run->polling))
		sched_yield();
	while (!atomic_load(&run->stop))
		if (atomic_load(cache_agent_pending(run->core->agent)) & CACHE_PENDING)
			cache_agent_poll(run->core->agent);
	cache_agent_park(run->core->agent);
	return NULL;
}

struct asker {
	struct cache *cache;
	_Atomic bool done;
};

static void *ask_shootdown(void *arg)
{
	struct asker *ask = arg;

	cache_shootdown(ask->cache, NULL, PAGE);
	atomic_store(&ask->done, true);
	return NULL;
}

static void test_running_agent_drops_when_it_polls(void **state)
{
	struct rig *r = *state;
	struct runner run = {.core = &r->b};
	struct asker ask = {.cache = r->t.cache};
	pthread_t runner, asker;

	assert_int_equal(pthread_create(&runner, NULL, run_core, &run), 0);
	while (!atomic_load(&run.mapped))
		sched_yield();
	assert_int_equal(pthread_create(&asker, NULL, ask_shootdown, &ask), 0);
	while (!(atomic_load(cache_agent_pending(r->b.agent)) & CACHE_PENDING))
		sched_yield();
	assert_false(atomic_load(&ask.done));
	assert_int_equal(r->b.drops[CACHE_DROP_ALL], 0);
	atomic_store(&run.polling, true);
	pthread_join(asker, NULL);
	assert_int_equal(r->b.drops[CACHE_DROP_ALL], 1);
	assert_true(pthread_equal(r->b.dropped_by, runner));
	atomic_store(&run.stop, true);
	pthread_join(runner, NULL);
}

/* An agent that parks with a request on its list leaves it to who asked. */
static void test_parking_answers_a_request(void **state)
{
	struct rig *r = *state;
	struct asker ask = {.cache = r->t.cache};
	pthread_t asker;

	cache_agent_run(r->b.agent);
	core_store(&r->b, VIEW_KEY(1), PAGE, 1);
	assert_int_equal(pthread_create(&asker, NULL, ask_shootdown, &ask), 0);
	while (!(atomic_load(cache_agent_pending(r->b.agent)) & CACHE_PENDING))
		sched_yield();
	cache_agent_park(r->b.agent);
	pthread_join(asker, NULL);
	assert_int_equal(r->b.drops[CACHE_DROP_ALL], 1);
}

static void test_owner_has_the_other_pending_bits(void **state)
{
	struct rig *r = *state;
	_Atomic u32 *pending = cache_agent_pending(r->b.agent);
	struct asker ask = {.cache = r->t.cache};
	pthread_t asker;

	cache_agent_run(r->b.agent);
	core_store(&r->b, VIEW_KEY(1), PAGE, 1);
	atomic_fetch_or(pending, BIT32(31) | BIT32(1));
	assert_int_equal(pthread_create(&asker, NULL, ask_shootdown, &ask), 0);
	while (!(atomic_load(pending) & CACHE_PENDING))
		sched_yield();
	cache_agent_poll(r->b.agent);
	pthread_join(asker, NULL);
	assert_int_equal(atomic_load(pending), BIT32(31) | BIT32(1));
	atomic_fetch_and(pending, CACHE_PENDING);
	cache_agent_park(r->b.agent);
}

/* -- two that want each other's page --------------------------------------------------------- */

enum { ROUNDS = 3000 };

struct crosser {
	struct core *core;
	view_t view;
};

/* Each takes both pages into its own view, over and over: each waits for the other. */
static void *cross(void *arg)
{
	struct crosser *x = arg;

	cache_agent_run(x->core->agent);
	for (u64 i = 0; i < ROUNDS; i++) {
		core_store(x->core, x->view, PAGE, i);
		core_store(x->core, x->view, SPA(PAGE.v + PAGE_SIZE), i);
	}
	cache_agent_park(x->core->agent);
	return NULL;
}

static void test_agents_that_wait_answer(void **state)
{
	struct rig *r = *state;
	struct crosser x[2] = {{&r->a, VIEW_KEY(1)}, {&r->b, VIEW_KEY(2)}};
	pthread_t thread[2];

	cache_agent_park(r->a.agent);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, cross, &x[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	cache_agent_run(r->a.agent);
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(test_places_run_out_and_come_back),
		WITH_RIG(test_a_freed_agent_has_no_mappings),
		WITH_RIG(test_parked_agent_is_served_by_who_asks),
		WITH_RIG(test_own_mappings_are_dropped_at_once),
		WITH_RIG(test_running_agent_drops_when_it_polls),
		WITH_RIG(test_parking_answers_a_request),
		WITH_RIG(test_owner_has_the_other_pending_bits),
		WITH_RIG(test_agents_that_wait_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
