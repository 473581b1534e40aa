/* SPDX-License-Identifier: MIT */
/* Accesses without a mapping, exclusive use, split accesses. */
#include "chip/cache/cache.h"

#include <pthread.h>
#include <sched.h>
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

static int setup_smallest(void **state)
{
	*state = rig_new(
		&(struct testbed_config){.profile = MEE_ZEN2_XEX, .capacity = CACHE_CAPACITY_MIN});
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void fill(u8 *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (u8)(i * 11 + i / 256 + 3);
}

/* -- reads and writes ------------------------------------------------------------------------ */

static void check_round_trip(struct rig *r, view_t view)
{
	struct cache *c = r->t.cache;
	u8 out[3 * PAGE_SIZE], in[3 * PAGE_SIZE];

	fill(out, sizeof(out));
	assert_int_equal(cache_write(c, r->a.agent, REQ_SP, view, SPA(0x6ff1), out, sizeof(out)),
			 FABRIC_OK);
	assert_int_equal(cache_read(c, r->a.agent, REQ_SP, view, SPA(0x6ff1), in, sizeof(in)),
			 FABRIC_OK);
	assert_memory_equal(in, out, sizeof(out));
	/* The same in pieces, and as a core sees it. */
	for (size_t i = 0; i < sizeof(in); i += 777) {
		size_t n = sizeof(in) - i < 777 ? sizeof(in) - i : 777;

		assert_int_equal(cache_read(c, r->a.agent, REQ_SP, view, SPA(0x6ff1 + i), in, n),
				 FABRIC_OK);
		assert_memory_equal(in, out + i, n);
	}
	assert_int_equal(core_load(&r->a, view, SPA(0x8000)), get_le64(out + 0x100f));
}

static void test_read_and_write_in_every_view(void **state)
{
	struct rig *r = *state;
	view_t view;

	check_round_trip(r, VIEW_RAW);
	assert_int_equal(cache_inspect(r->t.cache, SPA(0x8000), &view), CACHE_RAW);
	check_round_trip(r, VIEW_KEY(3));
	assert_int_not_equal(cache_inspect(r->t.cache, SPA(0x8000), &view), CACHE_RAW);
	assert_int_equal(view, VIEW_KEY(3));
	check_round_trip(r, VIEW_HOST_KEY);
	check_round_trip(r, VIEW_RAW);
}

/* The SP writes under a guest's key while the guest's core has the page: one copy, no shootdown. */
static void test_write_beside_a_mapping(void **state)
{
	struct rig *r = *state;
	u64 v = 99;

	core_store(&r->a, VIEW_KEY(1), PAGE, 1);
	assert_int_equal(
		cache_write(r->t.cache, r->a.agent, REQ_SP, VIEW_KEY(1), SPA(PAGE.v + 8), &v, 8),
		FABRIC_OK);
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), SPA(PAGE.v + 8)), 99);
	assert_int_equal(r->a.drops[CACHE_DROP_ALL] + r->a.drops[CACHE_DROP_WRITE], 0);
}

static void test_a_write_makes_a_clean_page_dirty(void **state)
{
	struct rig *r = *state;
	u8 plain[16], cipher[16];

	(void)core_load(&r->a, VIEW_KEY(1), PAGE);
	fill(plain, sizeof(plain));
	assert_int_equal(cache_write(r->t.cache, r->a.agent, REQ_SP, VIEW_KEY(1), PAGE, plain, 16),
			 FABRIC_OK);
	assert_true(rig_page_is(r, PAGE, CACHE_DIRTY, VIEW_KEY(1)));
	rig_dma_read(r, PAGE, cipher, 16);
	mee_decrypt(r->t.mee, 1, PAGE, cipher, cipher, 16);
	assert_memory_equal(cipher, plain, 16);
}

static void check_abort(struct rig *r, view_t view, u64 spa, size_t len)
{
	struct cache *c = r->t.cache;
	u8 buf[64], ones[64], desired[16] = {1};
	bool swapped = true;

	memset(ones, 0xff, sizeof(ones));
	memset(buf, 0, sizeof(buf));
	assert_int_equal(cache_read(c, r->a.agent, REQ_SP, view, SPA(spa), buf, len), FABRIC_ABORT);
	assert_memory_equal(buf, ones, len);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(cache_write(c, r->a.agent, REQ_SP, view, SPA(spa), ones, len),
			 FABRIC_ABORT);
	assert_int_equal(
		cache_cmpxchg(c, r->a.agent, REQ_SP, view, SPA(spa), buf, desired, 16, &swapped),
		FABRIC_ABORT);
	assert_false(swapped);
	assert_memory_equal(buf, ones, 16);
}

static void test_master_abort(void **state)
{
	struct rig *r = *state;
	struct cache_stats stats;

	check_abort(r, VIEW_RAW, MIB(1), 16);
	check_abort(r, VIEW_KEY(1), MIB(1) - 8, 64);
	check_abort(r, VIEW_KEY(1), ~0ull - 3, 16);
	assert_true(bytes_are_zero(r->t.fabric.dram, MIB(1)));
	cache_stats(r->t.cache, &stats);
	assert_int_equal(stats.loads, 0);
}

/* -- compare-exchange ------------------------------------------------------------------------ */

static void check_cmpxchg(struct rig *r, view_t view, u64 spa, size_t len)
{
	struct cache *c = r->t.cache;
	u8 expected[16], desired[16], got[16];
	bool swapped;

	fill(desired, sizeof(desired));
	memset(expected, 0xcc, sizeof(expected));
	assert_int_equal(cache_write(c, r->a.agent, REQ_SP, view, SPA(spa), expected, len),
			 FABRIC_OK);
	expected[len - 1] ^= 0x80;
	assert_int_equal(cache_cmpxchg(c, r->a.agent, REQ_SP, view, SPA(spa), expected, desired,
				       len, &swapped),
			 FABRIC_OK);
	assert_false(swapped);
	assert_int_equal(expected[len - 1], 0xcc);
	assert_int_equal(cache_cmpxchg(c, r->a.agent, REQ_SP, view, SPA(spa), expected, desired,
				       len, &swapped),
			 FABRIC_OK);
	assert_true(swapped);
	assert_int_equal(cache_read(c, r->a.agent, REQ_SP, view, SPA(spa), got, len), FABRIC_OK);
	assert_memory_equal(got, desired, len);
}

static void test_cmpxchg_every_size_view_and_place(void **state)
{
	static const view_t views[] = {VIEW_RAW, VIEW_HOST_KEY, VIEW_KEY(2)};
	struct rig *r = *state;

	for (size_t v = 0; v < ARRAY_SIZE(views); v++)
		for (size_t len = 1; len <= 16; len *= 2)
			for (u64 spa = 0x5ff0; spa <= 0x6000; spa++)
				check_cmpxchg(r, views[v], spa, len);
}

/* -- exclusive use --------------------------------------------------------------------------- */

/* LAUNCH_UPDATE in small: encrypt in place what the host put there, for a guest to find. */
static void test_exclusive_page_is_raw_and_unmapped(void **state)
{
	struct rig *r = *state;
	u8 plain[PAGE_SIZE];
	u8 *dram;

	fill(plain, sizeof(plain));
	for (u64 i = 0; i < PAGE_SIZE; i += 8)
		core_store(&r->a, VIEW_HOST_KEY, SPA(PAGE.v + i), get_le64(plain + i));
	dram = cache_begin_exclusive(r->t.cache, r->a.agent, PAGE);
	assert_ptr_equal(dram, r->t.fabric.dram + PAGE.v);
	assert_false(core_maps(&r->a, VIEW_HOST_KEY, PAGE, false));
	mee_decrypt(r->t.mee, 0, PAGE, dram, dram, PAGE_SIZE);
	assert_memory_equal(dram, plain, PAGE_SIZE);
	mee_encrypt(r->t.mee, 1, PAGE, dram, dram, PAGE_SIZE);
	cache_end_exclusive(r->t.cache, PAGE);
	assert_true(rig_page_is(r, PAGE, CACHE_RAW, VIEW_RAW));
	for (u64 i = 0; i < PAGE_SIZE; i += 8)
		assert_int_equal(core_load(&r->a, VIEW_KEY(1), SPA(PAGE.v + i)),
				 get_le64(plain + i));
}

static void test_exclusive_drops_raw_mappings_too(void **state)
{
	struct rig *r = *state;

	core_store(&r->a, VIEW_RAW, PAGE, 1);
	assert_non_null(cache_begin_exclusive(r->t.cache, r->a.agent, PAGE));
	cache_end_exclusive(r->t.cache, PAGE);
	assert_false(core_maps(&r->a, VIEW_RAW, PAGE, false));
	assert_null(cache_begin_exclusive(r->t.cache, r->a.agent, SPA(MIB(1))));
}

static void *load_of_b(void *arg)
{
	struct rig *r = arg;
	u64 v;

	cache_agent_run(r->b.agent);
	v = core_load(&r->b, VIEW_RAW, PAGE);
	cache_agent_park(r->b.agent);
	return v == 2 ? r : NULL;
}

static void test_exclusive_keeps_others_waiting(void **state)
{
	struct rig *r = *state;
	pthread_t b;
	void *saw_2;
	u8 *dram;

	dram = cache_begin_exclusive(r->t.cache, r->a.agent, PAGE);
	put_le64(dram, 1);
	assert_int_equal(pthread_create(&b, NULL, load_of_b, r), 0);
	for (int i = 0; i < 1000; i++)
		sched_yield();
	put_le64(dram, 2);
	cache_end_exclusive(r->t.cache, PAGE);
	pthread_join(b, &saw_2);
	assert_non_null(saw_2);
}

/* The SP's page of a guest that nobody flushed: DRAM as it is, and the copy comes back over it. */
static void test_exclusive_without_coherency(void **state)
{
	struct rig *r = *state;
	u8 *dram;

	core_store(&r->a, VIEW_KEY(1), PAGE, 7);
	dram = cache_begin_exclusive(r->t.cache, r->a.agent, PAGE);
	assert_true(bytes_are_zero(dram, PAGE_SIZE));
	memset(dram, 0x11, PAGE_SIZE);
	cache_end_exclusive(r->t.cache, PAGE);
	assert_true(rig_page_is(r, PAGE, CACHE_DIRTY, VIEW_KEY(1)));
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), PAGE), 7);
	cache_flush_all(r->t.cache, r->a.agent);
	assert_int_not_equal(get_le64(r->t.fabric.dram + PAGE.v), 0x1111111111111111);
}

/* -- split accesses -------------------------------------------------------------------------- */

static void test_split_of_two_views(void **state)
{
	struct rig *r = *state;
	struct cache_part part[2] = {{.page = SPA(0x9000), .view = VIEW_KEY(1)},
				     {.page = SPA(0x3008), .view = VIEW_RAW}};

	core_store(&r->a, VIEW_KEY(1), SPA(0x9ff8), 10);
	core_store(&r->a, VIEW_RAW, SPA(0x3000), 20);
	assert_true(cache_begin_split(r->t.cache, r->a.agent, part));
	assert_false(core_maps(&r->a, VIEW_KEY(1), SPA(0x9000), false));
	assert_false(core_maps(&r->a, VIEW_RAW, SPA(0x3000), false));
	assert_int_equal(get_le64(part[0].hva + 0xff8), 10);
	assert_int_equal(get_le64(part[1].hva), 20);
	put_le64(part[0].hva + 0xff8, 11);
	put_le64(part[1].hva, 21);
	cache_end_split(r->t.cache, part);
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), SPA(0x9ff8)), 11);
	assert_int_equal(get_le64(r->t.fabric.dram + 0x3000), 21);
}

static void test_split_within_one_page(void **state)
{
	struct rig *r = *state;
	struct cache_part part[2] = {{.page = PAGE, .view = VIEW_KEY(1)},
				     {.page = PAGE, .view = VIEW_KEY(1)}};

	assert_true(cache_begin_split(r->t.cache, r->a.agent, part));
	assert_ptr_equal(part[0].hva, part[1].hva);
	cache_end_split(r->t.cache, part);
	part[1].view = VIEW_RAW;
	assert_false(cache_begin_split(r->t.cache, r->a.agent, part));
	part[1] = (struct cache_part){.page = SPA(MIB(1)), .view = VIEW_RAW};
	assert_false(cache_begin_split(r->t.cache, r->a.agent, part));
	core_store(&r->a, VIEW_KEY(1), PAGE, 1); /* nothing was left locked */
}

enum { THREADS = 2, ROUNDS = 1000, SPLIT = 0xaffc };

struct counter {
	struct rig *rig;
	struct core *core;
};

/* Counts up across two private pages, in between moving one of them to another view and back. */
static void *count_astride(void *arg)
{
	const struct counter *n = arg;
	struct cache *c = n->rig->t.cache;

	cache_agent_run(n->core->agent);
	for (int i = 0; i < ROUNDS; i++) {
		u64 old = 0;
		u64 new;
		bool swapped;

		if (i % 16 == 0)
			(void)core_load(n->core, VIEW_RAW, SPA(SPLIT + 4));
		do {
			new = old + 0x100000001;
			cache_cmpxchg(c, n->core->agent, REQ_GUEST_CORE, VIEW_KEY(1), SPA(SPLIT),
				      &old, &new, 8, &swapped);
		} while (!swapped);
	}
	cache_agent_park(n->core->agent);
	return NULL;
}

static void test_split_is_atomic(void **state)
{
	struct rig *r = *state;
	struct counter n[THREADS] = {{r, &r->a}, {r, &r->b}};
	pthread_t thread[THREADS];
	u64 v = 0;

	cache_write(r->t.cache, r->a.agent, REQ_SP, VIEW_KEY(1), SPA(SPLIT), &v, 8);
	cache_agent_park(r->a.agent);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, count_astride, &n[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	cache_agent_run(r->a.agent);
	cache_read(r->t.cache, r->a.agent, REQ_SP, VIEW_KEY(1), SPA(SPLIT), &v, 8);
	assert_int_equal(v, 0x100000001 * THREADS * ROUNDS);
}

#define WITH_RIG(test)   cmocka_unit_test_setup_teardown(test, setup, teardown)
#define INCOHERENT(test) cmocka_unit_test_setup_teardown(test, setup_incoherent, teardown)
#define SMALLEST(test)   cmocka_unit_test_setup_teardown(test, setup_smallest, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(test_read_and_write_in_every_view),
		SMALLEST(test_read_and_write_in_every_view),
		WITH_RIG(test_write_beside_a_mapping),
		WITH_RIG(test_a_write_makes_a_clean_page_dirty),
		WITH_RIG(test_master_abort),
		WITH_RIG(test_cmpxchg_every_size_view_and_place),
		SMALLEST(test_cmpxchg_every_size_view_and_place),
		WITH_RIG(test_exclusive_page_is_raw_and_unmapped),
		WITH_RIG(test_exclusive_drops_raw_mappings_too),
		WITH_RIG(test_exclusive_keeps_others_waiting),
		INCOHERENT(test_exclusive_without_coherency),
		WITH_RIG(test_split_of_two_views),
		INCOHERENT(test_split_of_two_views),
		SMALLEST(test_split_of_two_views),
		WITH_RIG(test_split_within_one_page),
		WITH_RIG(test_split_is_atomic),
		SMALLEST(test_split_is_atomic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
