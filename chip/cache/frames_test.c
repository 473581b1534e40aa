/* SPDX-License-Identifier: MIT */
/* A bounded cache: it stays within its bound, evicts, and loses nothing. */
#include "chip/cache/cache.h"

#include <stdlib.h>
#include <string.h>

#include "chip/cache/testbed.h"
#include "tests/support/cmocka.h"

static struct rig *rig_of_capacity(u64 capacity)
{
	return rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX, .capacity = capacity});
}

static u64 resident(struct rig *r)
{
	struct cache_stats stats;

	cache_stats(r->t.cache, &stats);
	return stats.resident;
}

static u64 evictions(struct rig *r)
{
	struct cache_stats stats;

	cache_stats(r->t.cache, &stats);
	return stats.evictions;
}

static spa_t page(u64 n)
{
	return SPA(n * PAGE_SIZE);
}

static void check_pages_survive(u64 capacity)
{
	struct rig *r = rig_of_capacity(capacity);

	for (u64 n = 0; n < TESTBED_PAGES; n++) {
		core_store(&r->a, VIEW_KEY(1 + n % 3), page(n), n * 1000 + 1);
		assert_true(resident(r) <= capacity);
	}
	assert_int_equal(evictions(r), TESTBED_PAGES - capacity);
	for (u64 n = 0; n < TESTBED_PAGES; n++)
		assert_int_equal(core_load(&r->a, VIEW_KEY(1 + n % 3), page(n)), n * 1000 + 1);
	for (u64 n = TESTBED_PAGES; n-- > 0;)
		assert_int_equal(core_load(&r->a, VIEW_KEY(1 + n % 3), page(n)), n * 1000 + 1);
	assert_int_equal(resident(r), capacity);
	rig_free(r);
}

static void test_bounded_cache_loses_nothing(void **state)
{
	check_pages_survive(CACHE_CAPACITY_MIN);
	check_pages_survive(3);
	check_pages_survive(100);
}

static void test_unbounded_cache_evicts_nothing(void **state)
{
	struct rig *r = rig_of_capacity(0);

	for (u64 n = 0; n < TESTBED_PAGES; n++)
		core_store(&r->a, VIEW_KEY(1), page(n), n);
	assert_int_equal(resident(r), TESTBED_PAGES);
	assert_int_equal(evictions(r), 0);
	rig_free(r);
}

/* The victim's cores drop it, wherever they run. */
static void test_eviction_drops_mappings(void **state)
{
	struct rig *r = rig_of_capacity(CACHE_CAPACITY_MIN);

	core_store(&r->a, VIEW_KEY(1), page(0), 10);
	cache_agent_run(r->b.agent);
	core_store(&r->b, VIEW_KEY(1), page(0), 11);
	cache_agent_park(r->b.agent);
	core_store(&r->a, VIEW_KEY(1), page(1), 20);
	core_store(&r->a, VIEW_KEY(1), page(2), 30);
	core_store(&r->a, VIEW_KEY(1), page(3), 40);
	assert_false(core_maps(&r->a, VIEW_KEY(1), page(0), false));
	assert_false(core_maps(&r->b, VIEW_KEY(1), page(0), false));
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), page(0)), 11);
	rig_free(r);
}

/* The hand passes once over a page that was asked for since it last came by. */
static void test_used_pages_stay_longer(void **state)
{
	enum { CAPACITY = 8 };
	struct rig *r = rig_of_capacity(CAPACITY);
	unsigned misses = 0;
	view_t view;

	for (u64 n = 0; n < CAPACITY; n++)
		core_store(&r->a, VIEW_KEY(1), page(n), n);
	for (u64 n = 0; n < 3 * CAPACITY; n++) {
		u64 v;

		cache_read(r->t.cache, r->a.agent, REQ_SP, VIEW_KEY(1), page(5), &v, 8);
		core_store(&r->a, VIEW_KEY(1), page(100 + n), n);
		misses += cache_inspect(r->t.cache, page(5), &view) == CACHE_RAW;
	}
	assert_true(misses <= 1); /* the first round finds every page marked as used */
	rig_free(r);
}

/* Frames go back: a view change, a flush and an exclusive use leave room for others. */
static void test_frames_are_given_back(void **state)
{
	struct rig *r = rig_of_capacity(4);

	for (u64 n = 0; n < 4; n++)
		core_store(&r->a, VIEW_KEY(1), page(n), n);
	(void)core_load(&r->a, VIEW_RAW, page(0));
	cache_flush_page(r->t.cache, r->a.agent, page(1), VIEW_KEY(1));
	assert_non_null(cache_begin_exclusive(r->t.cache, r->a.agent, page(2)));
	cache_end_exclusive(r->t.cache, page(2));
	rig_dma_write(r, page(3), "x", 1);
	assert_int_equal(resident(r), 0);
	for (u64 n = 10; n < 14; n++)
		core_store(&r->a, VIEW_KEY(1), page(n), n);
	assert_int_equal(resident(r), 4);
	assert_int_equal(evictions(r), 0);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounded_cache_loses_nothing),
		cmocka_unit_test(test_unbounded_cache_evicts_nothing),
		cmocka_unit_test(test_eviction_drops_mappings),
		cmocka_unit_test(test_used_pages_stay_longer),
		cmocka_unit_test(test_frames_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
