/* SPDX-License-Identifier: MIT */
/* What ends a generation of decoded code, what does not, and that no store slips by. */
#include "chip/cache/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chip/cache/internal.h"
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

/* A block decoded by core a. */
struct block {
	_Atomic u32 *code_gen;
	u32 gen;
};

static struct block decode(struct rig *r, view_t view, u64 lines)
{
	struct block b = {0};
	struct cache_mapping m = cache_map_code(r->t.cache, r->a.agent, PAGE, view, lines, &b.gen);

	assert_non_null(m.hva);
	b.code_gen = m.code_gen;
	return b;
}

static bool good(const struct block *b)
{
	return atomic_load(b->code_gen) == b->gen;
}

/* -- lines ----------------------------------------------------------------------------------- */

static void test_lines(void **state)
{
	assert_int_equal(cache_lines(SPA(0x5000), 1), 1);
	assert_int_equal(cache_lines(SPA(0x503f), 1), 1);
	assert_int_equal(cache_lines(SPA(0x503f), 2), 3);
	assert_int_equal(cache_lines(SPA(0x5040), 64), 2);
	assert_int_equal(cache_lines(SPA(0x5fff), 1), BIT64(63));
	assert_int_equal(cache_lines(SPA(0x5000), 4096), ~0ull);
	assert_int_equal(cache_lines(SPA(0x5fc0), 64), BIT64(63));
}

/* -- a core's own and others' stores --------------------------------------------------------- */

static void test_marking_takes_store_rights(void **state)
{
	struct rig *r = *state;

	core_store(&r->a, VIEW_KEY(1), PAGE, 1);
	cache_agent_run(r->b.agent);
	core_store(&r->b, VIEW_KEY(1), PAGE, 2);
	cache_agent_park(r->b.agent);
	(void)decode(r, VIEW_KEY(1), 1);
	assert_true(core_maps(&r->a, VIEW_KEY(1), PAGE, false));
	assert_true(core_maps(&r->b, VIEW_KEY(1), PAGE, false));
	assert_false(core_maps(&r->a, VIEW_KEY(1), PAGE, true));
	assert_false(core_maps(&r->b, VIEW_KEY(1), PAGE, true));
	assert_int_equal(r->a.drops[CACHE_DROP_WRITE], 1);

	/* Tracked stores do not bring the right back, so that marking more costs nothing. */
	core_store(&r->a, VIEW_KEY(1), SPA(PAGE.v + 0x800), 3);
	assert_false(core_maps(&r->a, VIEW_KEY(1), PAGE, true));
	(void)decode(r, VIEW_KEY(1), 2);
	assert_int_equal(r->a.drops[CACHE_DROP_WRITE], 1);
}

static void test_store_ends_the_generation_of_its_lines_only(void **state)
{
	struct rig *r = *state;
	struct block b = decode(r, VIEW_KEY(1), BIT64(3));
	struct cache_mapping m = cache_map(r->t.cache, r->a.agent, PAGE, VIEW_KEY(1), true);

	assert_true(m.write_tracked);
	assert_false(cache_code_written(r->t.cache, SPA(PAGE.v + 0xb8), 8));
	assert_true(good(&b));
	assert_false(cache_code_written(r->t.cache, SPA(PAGE.v + 0x100), 64));
	assert_true(good(&b));
	assert_true(cache_code_written(r->t.cache, SPA(PAGE.v + 0xb9), 8));
	assert_false(good(&b));

	/* With nothing marked any more, stores are free until the next decoding. */
	m = cache_map(r->t.cache, r->a.agent, PAGE, VIEW_KEY(1), true);
	assert_false(m.write_tracked);
	assert_false(cache_code_written(r->t.cache, SPA(PAGE.v + 0xc0), 8));
	b = decode(r, VIEW_KEY(1), BIT64(3));
	assert_true(good(&b));
}

static void test_marks_add_up(void **state)
{
	struct rig *r = *state;
	struct block first = decode(r, VIEW_RAW, BIT64(0));
	struct block second = decode(r, VIEW_RAW, BIT64(9));

	assert_true(good(&first) && good(&second));
	assert_true(cache_code_written(r->t.cache, PAGE, 1));
	assert_false(good(&first) || good(&second));
}

/* -- everybody else -------------------------------------------------------------------------- */

static void test_device_ends_it(void **state)
{
	struct rig *r = *state;
	struct block b = decode(r, VIEW_RAW, 1);
	u8 byte = 1;

	rig_dma_read(r, PAGE, &byte, 1);
	assert_true(good(&b));
	rig_dma_write(r, PAGE, &byte, 1);
	assert_false(good(&b));
}

static void test_sp_ends_it(void **state)
{
	struct rig *r = *state;
	struct cache *c = r->t.cache;
	struct block b = decode(r, VIEW_KEY(1), 1);
	u64 v = 0;
	bool swapped;

	cache_read(c, r->a.agent, REQ_SP, VIEW_KEY(1), PAGE, &v, 8);
	cache_write(c, r->a.agent, REQ_SP, VIEW_KEY(1), SPA(PAGE.v + 64), &v, 8);
	assert_true(good(&b));
	cache_write(c, r->a.agent, REQ_SP, VIEW_KEY(1), SPA(PAGE.v + 60), &v, 8);
	assert_false(good(&b));

	b = decode(r, VIEW_KEY(1), 1);
	cache_cmpxchg(c, r->a.agent, REQ_SP, VIEW_KEY(1), PAGE, &v, &v, 8, &swapped);
	assert_false(good(&b));

	b = decode(r, VIEW_KEY(1), 1);
	assert_non_null(cache_begin_exclusive(c, r->a.agent, PAGE));
	assert_false(good(&b));
	cache_end_exclusive(c, PAGE);
}

static void test_view_change_ends_it(void **state)
{
	struct rig *r = *state;
	struct block b = decode(r, VIEW_KEY(1), 1);

	(void)core_load(&r->a, VIEW_RAW, PAGE);
	assert_false(good(&b));
	b = decode(r, VIEW_RAW, 1);
	(void)core_load(&r->a, VIEW_KEY(1), PAGE);
	assert_false(good(&b));
	b = decode(r, VIEW_KEY(1), 1);
	(void)core_load(&r->a, VIEW_KEY(2), PAGE);
	assert_false(good(&b));
	b = decode(r, VIEW_KEY(2), 1);
	cache_flush_all(r->t.cache, r->a.agent);
	assert_false(good(&b));
}

static void test_split_ends_it(void **state)
{
	struct rig *r = *state;
	struct block b = decode(r, VIEW_KEY(1), 1);
	struct cache_part part[2] = {{.page = SPA(PAGE.v - PAGE_SIZE), .view = VIEW_KEY(1)},
				     {.page = PAGE, .view = VIEW_KEY(1)}};

	assert_true(cache_begin_split(r->t.cache, r->a.agent, part));
	cache_end_split(r->t.cache, part);
	assert_false(good(&b));
}

static void test_permissions_do_not(void **state)
{
	struct rig *r = *state;
	struct block b = decode(r, VIEW_KEY(1), 1);

	cache_shootdown(r->t.cache, r->a.agent, PAGE);
	assert_true(good(&b));
}

/* DRAM decoded without a key changes when the copy beside it is written back. */
static void test_write_back_ends_raw_code_without_coherency(void **state)
{
	struct rig *r = *state;
	struct block b;

	core_store(&r->a, VIEW_KEY(1), PAGE, 1);
	b = decode(r, VIEW_RAW, 1);
	assert_true(good(&b));
	cache_flush_page(r->t.cache, r->a.agent, PAGE, VIEW_KEY(1));
	assert_false(good(&b));
}

static void test_outside_dram(void **state)
{
	struct rig *r = *state;
	u32 gen;

	assert_null(cache_map_code(r->t.cache, r->a.agent, SPA(MIB(1)), VIEW_RAW, 1, &gen).hva);
}

/* -- races ----------------------------------------------------------------------------------- */

enum { EXECUTORS = 2, RACE_MS = 300 };

/* One core writes ever greater numbers to two lines, and tells of each after its store. */
struct race {
	struct rig *rig;
	_Atomic u64 published;
	_Atomic u64 stale;
	_Atomic bool stop;
};

struct executor {
	struct race *race;
	u64 line;
};

static void *write_code(void *arg)
{
	struct race *race = arg;
	struct core *core = &race->rig->b;

	cache_agent_run(core->agent);
	for (u64 i = 1; !atomic_load(&race->stop); i++) {
		core_store(core, VIEW_KEY(1), SPA(PAGE.v + i % EXECUTORS * 64), i);
		atomic_store(&race->published, i);
		if (i % 4096 == 0) /* now and then by another way */
			(void)core_load(core, VIEW_RAW, PAGE);
	}
	cache_agent_park(core->agent);
	return NULL;
}

/* Runs a block, decoded with this number, for as long as it is good; counts when it should not be. */
static void run_block(struct race *race, struct core *core, const struct block *b, u64 number)
{
	for (;;) {
		u64 published = atomic_load(&race->published);

		if (!good(b) || atomic_load(&race->stop))
			return;
		/* The line's last number is the one published, or one of the few before. */
		if (number + EXECUTORS <= published) {
			atomic_fetch_add(&race->stale, 1);
			atomic_store(&race->stop, true);
		}
		core_poll(core);
	}
}

static void *execute_code(void *arg)
{
	struct executor *x = arg;
	struct rig *r = x->race->rig;
	struct core core;

	core_init(&core, r->t.cache);
	cache_agent_run(core.agent);
	while (!atomic_load(&x->race->stop)) {
		struct block b;
		struct cache_mapping m = cache_map_code(r->t.cache, core.agent, PAGE, VIEW_KEY(1),
							BIT64(x->line), &b.gen);
		u64 number = atomic_load_explicit((_Atomic u64 *)(void *)(m.hva + x->line * 64),
						  memory_order_relaxed);

		b.code_gen = m.code_gen;
		run_block(x->race, &core, &b, number);
	}
	cache_agent_park(core.agent);
	core_fini(&core);
	return NULL;
}

static void test_no_store_slips_by(void **state)
{
	struct rig *r = *state;
	struct race race = {.rig = r};
	struct executor x[EXECUTORS];
	const u8 zeroes[EXECUTORS * 64] = {0};
	const struct timespec time = {.tv_nsec = RACE_MS * 1000000l};
	pthread_t writer, executor[EXECUTORS];

	cache_agent_park(r->a.agent);
	cache_write(r->t.cache, NULL, REQ_SP, VIEW_KEY(1), PAGE, zeroes, sizeof(zeroes));
	assert_int_equal(pthread_create(&writer, NULL, write_code, &race), 0);
	for (u64 i = 0; i < EXECUTORS; i++) {
		x[i] = (struct executor){.race = &race, .line = i};
		assert_int_equal(pthread_create(&executor[i], NULL, execute_code, &x[i]), 0);
	}
	nanosleep(&time, NULL);
	atomic_store(&race.stop, true);
	pthread_join(writer, NULL);
	for (int i = 0; i < EXECUTORS; i++)
		pthread_join(executor[i], NULL);
	cache_agent_run(r->a.agent);
	assert_int_equal(atomic_load(&race.stale), 0);
}

struct modifier {
	struct core *core;
	u64 line, unnoticed;
};

enum { MODIFICATIONS = 100000 };

/* Code that modifies itself, beside another core's on the same page. */
static void *modify_own_code(void *arg)
{
	struct modifier *x = arg;
	struct core *core = x->core;
	spa_t spa = SPA(PAGE.v + x->line * 64);

	cache_agent_run(core->agent);
	for (u64 i = 0; i < MODIFICATIONS; i++) {
		struct block b;

		core_poll(core);
		b.code_gen = cache_map_code(core->cache, core->agent, spa, VIEW_KEY(1),
					    BIT64(x->line), &b.gen)
				     .code_gen;
		core_store(core, VIEW_KEY(1), spa, i);
		x->unnoticed += good(&b);
	}
	cache_agent_park(core->agent);
	return NULL;
}

static void test_own_store_is_always_noticed(void **state)
{
	struct rig *r = *state;
	struct modifier x[2] = {{.core = &r->a, .line = 0}, {.core = &r->b, .line = 1}};
	pthread_t thread[2];

	cache_agent_park(r->a.agent);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, modify_own_code, &x[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	cache_agent_run(r->a.agent);
	assert_int_equal(x[0].unnoticed, 0);
	assert_int_equal(x[1].unnoticed, 0);
}

#define WITH_RIG(test)   cmocka_unit_test_setup_teardown(test, setup, teardown)
#define INCOHERENT(test) cmocka_unit_test_setup_teardown(test, setup_incoherent, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		WITH_RIG(test_marking_takes_store_rights),
		WITH_RIG(test_store_ends_the_generation_of_its_lines_only),
		WITH_RIG(test_marks_add_up),
		WITH_RIG(test_device_ends_it),
		WITH_RIG(test_sp_ends_it),
		WITH_RIG(test_view_change_ends_it),
		WITH_RIG(test_split_ends_it),
		WITH_RIG(test_permissions_do_not),
		INCOHERENT(test_write_back_ends_raw_code_without_coherency),
		WITH_RIG(test_outside_dram),
		WITH_RIG(test_no_store_slips_by),
		WITH_RIG(test_own_store_is_always_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
