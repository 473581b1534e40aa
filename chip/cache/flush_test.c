/* SPDX-License-Identifier: MIT */
/* Flushes by page, view and whole; shootdown. */
#include "chip/cache/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#include "chip/cache/testbed.h"
#include "tests/support/cmocka.h"

#define PAGE SPA(0x5000)

static int setup(void **state)
{
	*state = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	return 0;
}

static int setup_incoherent(void **state)
{
	*state = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX, .incoherent = true});
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* DRAM, decrypted by the engine alone, has v at the page's start. */
static bool dram_holds(struct rig *r, unsigned slot, spa_t page, u64 v)
{
	u8 block[MEE_BLOCK];

	testbed_decrypt(&r->t, slot, page, block, sizeof(block));
	return get_le64(block) == v;
}

/* Which of the views hit a copy under VIEW_KEY(1)? */
static void check_page_flush(struct rig *r, view_t view, bool hits)
{
	core_store(&r->a, VIEW_KEY(1), PAGE, 5);
	cache_flush_page(r->t.cache, r->a.agent, SPA(PAGE.v + 0x123), view);
	assert_int_equal(dram_holds(r, 1, PAGE, 5), hits);
	assert_true(rig_page_is(r, PAGE, hits ? CACHE_RAW : CACHE_DIRTY,
				hits ? VIEW_RAW : VIEW_KEY(1)));
	assert_int_equal(core_maps(&r->a, VIEW_KEY(1), PAGE, false), !hits);
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), PAGE), 5);
	/* Back to where it was. */
	cache_flush_all(r->t.cache, r->a.agent);
	memset(r->t.fabric.dram + PAGE.v, 0, PAGE_SIZE);
}

static void test_flush_of_a_page_when_coherent(void **state)
{
	check_page_flush(*state, VIEW_KEY(1), true);
	check_page_flush(*state, VIEW_KEY(2), false);
	check_page_flush(*state, VIEW_RAW, true);
	check_page_flush(*state, VIEW_HOST_KEY, true);
}

static void test_flush_of_a_page_when_not(void **state)
{
	check_page_flush(*state, VIEW_KEY(1), true);
	check_page_flush(*state, VIEW_KEY(2), false);
	check_page_flush(*state, VIEW_RAW, false);
	check_page_flush(*state, VIEW_HOST_KEY, false);
}

static void test_flush_of_a_raw_or_absent_page(void **state)
{
	struct rig *r = *state;

	core_store(&r->a, VIEW_RAW, PAGE, 5);
	cache_flush_page(r->t.cache, r->a.agent, PAGE, VIEW_RAW);
	cache_flush_page(r->t.cache, r->a.agent, PAGE, VIEW_KEY(1));
	cache_flush_page(r->t.cache, r->a.agent, SPA(MIB(1)), VIEW_KEY(1));
	assert_int_equal(core_load(&r->a, VIEW_RAW, PAGE), 5);
}

static void store_pages(struct rig *r)
{
	for (u64 n = 0; n < 9; n++)
		core_store(&r->a, VIEW_KEY(1 + n % 3), SPA(n * PAGE_SIZE), 100 + n);
}

static void test_flush_of_a_view(void **state)
{
	struct rig *r = *state;

	store_pages(r);
	cache_flush_view(r->t.cache, r->a.agent, VIEW_KEY(2));
	for (u64 n = 0; n < 9; n++) {
		unsigned slot = 1 + n % 3;

		assert_int_equal(dram_holds(r, slot, SPA(n * PAGE_SIZE), 100 + n), slot == 2);
		assert_true(rig_page_is(r, SPA(n * PAGE_SIZE), slot == 2 ? CACHE_RAW : CACHE_DIRTY,
					slot == 2 ? VIEW_RAW : VIEW_KEY(slot)));
	}
	cache_flush_view(r->t.cache, r->a.agent, VIEW_RAW); /* no such lines */
	assert_true(rig_page_is(r, SPA(0), CACHE_DIRTY, VIEW_KEY(1)));
}

static void test_flush_of_everything(void **state)
{
	struct rig *r = *state;
	struct cache_stats stats;

	store_pages(r);
	cache_flush_all(r->t.cache, r->a.agent);
	for (u64 n = 0; n < 9; n++)
		assert_true(dram_holds(r, 1 + n % 3, SPA(n * PAGE_SIZE), 100 + n));
	cache_stats(r->t.cache, &stats);
	assert_int_equal(stats.resident, 0);
	assert_int_equal(stats.writebacks, 9);
	for (u64 n = 0; n < 9; n++)
		assert_int_equal(core_load(&r->a, VIEW_KEY(1 + n % 3), SPA(n * PAGE_SIZE)),
				 100 + n);
}

static void test_shootdown_keeps_the_state(void **state)
{
	struct rig *r = *state;

	core_store(&r->a, VIEW_KEY(1), PAGE, 5);
	core_store(&r->a, VIEW_RAW, SPA(0), 6);
	cache_shootdown(r->t.cache, r->a.agent, PAGE);
	cache_shootdown(r->t.cache, r->a.agent, SPA(0));
	cache_shootdown(r->t.cache, r->a.agent, SPA(MIB(1)));
	assert_false(core_maps(&r->a, VIEW_KEY(1), PAGE, false));
	assert_false(core_maps(&r->a, VIEW_RAW, SPA(0), false));
	assert_true(rig_page_is(r, PAGE, CACHE_DIRTY, VIEW_KEY(1)));
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), PAGE), 5);
}

#define WITH_RIG(test)   cmocka_unit_test_setup_teardown(test, setup, teardown)
#define INCOHERENT(test) cmocka_unit_test_setup_teardown(test, setup_incoherent, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(test_flush_of_a_page_when_coherent),
		INCOHERENT(test_flush_of_a_page_when_not),
		WITH_RIG(test_flush_of_a_raw_or_absent_page),
		WITH_RIG(test_flush_of_a_view),
		INCOHERENT(test_flush_of_a_view),
		WITH_RIG(test_flush_of_everything),
		INCOHERENT(test_flush_of_everything),
		WITH_RIG(test_shootdown_keeps_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
