/* SPDX-License-Identifier: MIT */
/*
 * Everybody at once: cores, devices, the SP, flushes and evictions on a few pages, against the
 * model of stress_testbed.h.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bug.h"
#include "base/bytes.h"

#include "chip/cache/cache.h"
#include "chip/cache/stress_testbed.h"
#include "chip/fabric/shared.h"
#include "tests/support/cmocka.h"

enum { RUN_MS = 900 }; /* each of five machines */

/* -- what cores do --------------------------------------------------------------------------- */

static void core_stores(struct stress_thread *t, unsigned page)
{
	unsigned word = (unsigned)stress_rnd(t, STRESS_WORDS);
	u64 v = stress_start(t, page, word);

	core_store(&t->core, stress_view_of(page), stress_word_at(page, t->id, word), v);
	stress_finish(t, page, word, v);
}

static void core_loads(struct stress_thread *t, unsigned page)
{
	unsigned writer = (unsigned)stress_rnd(t, STRESS_THREADS);
	unsigned word = (unsigned)stress_rnd(t, STRESS_WORDS);
	u32 low = stress_done(t, page, writer, word);

	stress_check(t, page, writer, word, low,
		     core_load(&t->core, stress_view_of(page), stress_word_at(page, writer, word)));
}

/* Maps what is private without a key, and finds ciphertext; both words from one mapping. */
static void core_loads_raw(struct stress_thread *t, unsigned page)
{
	unsigned writer = (unsigned)stress_rnd(t, STRESS_THREADS);
	u32 low[STRESS_WORDS] = {stress_done(t, page, writer, 0), stress_done(t, page, writer, 1)};
	u8 block[MEE_BLOCK];

	shared_load(block, core_hva(&t->core, VIEW_RAW, stress_block_of(page, writer), false),
		    MEE_BLOCK);
	stress_decrypt(t, page, stress_block_of(page, writer), block, MEE_BLOCK);
	if (!t->m->coherent && stress_view_of(page) != VIEW_RAW)
		return; /* stale, and half of it perhaps newer: as it may be */
	for (unsigned word = 0; word < STRESS_WORDS; word++)
		stress_check(t, page, writer, word, low[word], get_le64(block + 8 * word));
}

static void core_loads_under_wrong_key(struct stress_thread *t, unsigned page)
{
	(void)core_load(&t->core, VIEW_KEY(1 + (page + 1) % 3), stress_block_of(page, 0));
}

/* Decodes a line of another core's words, or runs what it decoded. */
static void core_runs_code(struct stress_thread *t, unsigned page)
{
	unsigned writer = (t->id + 1) % STRESS_CORES;
	spa_t spa = stress_word_at(page, writer, 0);
	u32 low = stress_done(t, page, writer, 0);
	struct cache_mapping m;
	u64 v;

	if (t->block[page].code_gen && stress_note(t->block[page].code_gen) == t->block[page].gen) {
		if (t->block[page].seq < low)
			stress_complain(t, "stale code", page, t->block[page].seq);
		return;
	}
	m = cache_map_code(t->m->t.cache, t->agent, spa, stress_view_of(page),
			   BIT64((spa.v & PAGE_MASK) / 64), &t->block[page].gen);
	shared_load(&v, m.hva + (spa.v & PAGE_MASK), 8);
	stress_check(t, page, writer, 0, low, v);
	t->block[page].code_gen = m.code_gen;
	t->block[page].seq = (u32)v;
}

static void core_counts(struct stress_thread *t, unsigned page)
{
	u8 *hva = core_hva(&t->core, stress_view_of(page), stress_counter_of(page), true);
	u64 old = 0;
	u64 new;

	do {
		new = old + 1;
	} while (!shared_cmpxchg(hva, &old, &new, 8));
	cache_code_written(t->m->t.cache, stress_counter_of(page), 8);
	atomic_fetch_add_explicit(&t->m->counted[page], 1, memory_order_relaxed);
}

/* LOCK INC of eight bytes, four at one page's end and four at the next one's start. */
static void core_counts_astride(struct stress_thread *t, unsigned page)
{
	unsigned next = (page + 1) % STRESS_PAGES;
	struct cache_part part[2] = {{SPA(page * PAGE_SIZE), stress_view_of(page), NULL},
				     {SPA(next * PAGE_SIZE), stress_view_of(next), NULL}};
	bool held = cache_begin_split(t->m->t.cache, t->agent, part);
	u64 v;

	BUG_ON(!held);
	shared_load(&v, part[0].hva + PAGE_SIZE - 4, 4);
	shared_load((u8 *)&v + 4, part[1].hva, 4);
	v += 0x100000001;
	shared_store(part[0].hva + PAGE_SIZE - 4, &v, 4);
	shared_store(part[1].hva, (u8 *)&v + 4, 4);
	cache_end_split(t->m->t.cache, part);
	atomic_fetch_add_explicit(&t->m->split_counted[page], 1, memory_order_relaxed);
}

static void core_parks(struct stress_thread *t, unsigned page)
{
	struct timespec nap = {.tv_nsec = (long)stress_rnd(t, 200000)};

	cache_agent_park(t->agent);
	if (stress_rnd(t, 4) == 0)
		nanosleep(&nap, NULL);
	cache_agent_run(t->agent);
}

static void core_shoots_down(struct stress_thread *t, unsigned page)
{
	cache_shootdown(t->m->t.cache, t->agent, SPA(page * PAGE_SIZE));
}

/* -- what threads without a core do, and cores too ------------------------------------------- */

static void writes_unmapped(struct stress_thread *t, unsigned page)
{
	unsigned word = (unsigned)stress_rnd(t, STRESS_WORDS);
	u64 v = stress_start(t, page, word);

	cache_write(t->m->t.cache, t->agent, REQ_SP, stress_view_of(page),
		    stress_word_at(page, t->id, word), &v, 8);
	stress_finish(t, page, word, v);
}

static void reads_unmapped(struct stress_thread *t, unsigned page)
{
	u32 low[STRESS_THREADS][STRESS_WORDS];
	u8 plain[PAGE_SIZE];

	stress_take_lows(t, page, low);
	cache_read(t->m->t.cache, t->agent, REQ_SP, stress_view_of(page), SPA(page * PAGE_SIZE),
		   plain, PAGE_SIZE);
	stress_check_page(t, page, low, plain);
}

static void counts_unmapped(struct stress_thread *t, unsigned page)
{
	u64 old = 0;
	u64 new;
	bool swapped;

	do {
		new = old + 1;
		cache_cmpxchg(t->m->t.cache, t->agent, REQ_SP, stress_view_of(page),
			      stress_counter_of(page), &old, &new, 8, &swapped);
	} while (!swapped);
	atomic_fetch_add_explicit(&t->m->counted[page], 1, memory_order_relaxed);
}

static void flushes(struct stress_thread *t, unsigned page)
{
	struct cache *c = t->m->t.cache;

	switch (stress_rnd(t, 16)) {
	case 0:
		cache_flush_all(c, t->agent);
		break;
	case 1:
		cache_flush_view(c, t->agent, stress_view_of(page));
		break;
	default:
		cache_flush_page(c, t->agent, SPA(page * PAGE_SIZE), stress_view_of(page));
	}
}

/* -- what only devices and the SP do --------------------------------------------------------- */

static void device_reads(struct stress_thread *t, unsigned page)
{
	u32 low[STRESS_THREADS][STRESS_WORDS];
	u8 bytes[PAGE_SIZE];

	stress_take_lows(t, page, low);
	fabric_read(&t->m->t.fabric, REQ_DMA, SPA(page * PAGE_SIZE), bytes, PAGE_SIZE);
	stress_decrypt(t, page, SPA(page * PAGE_SIZE), bytes, PAGE_SIZE);
	stress_check_page(t, page, low, bytes);
}

/* A whole block at once, in a private page as ciphertext that somebody gave the device. */
static void device_writes(struct stress_thread *t, unsigned page)
{
	u8 block[MEE_BLOCK];
	u64 v[STRESS_WORDS];

	for (unsigned word = 0; word < STRESS_WORDS; word++) {
		v[word] = stress_start(t, page, word);
		put_le64(block + 8 * word, v[word]);
	}
	stress_encrypt(t, page, stress_block_of(page, t->id), block, MEE_BLOCK);
	fabric_write(&t->m->t.fabric, REQ_DMA, stress_block_of(page, t->id), block, MEE_BLOCK);
	for (unsigned word = 0; word < STRESS_WORDS; word++)
		stress_finish(t, page, word, v[word]);
}

static void device_counts(struct stress_thread *t, unsigned page)
{
	u64 old = 0;
	u64 new;
	bool swapped;

	if (stress_view_of(page) != VIEW_RAW)
		return;
	do {
		new = old + 1;
		fabric_cmpxchg(&t->m->t.fabric, REQ_DMA, stress_counter_of(page), &old, &new, 8,
			       &swapped);
	} while (!swapped);
	atomic_fetch_add_explicit(&t->m->counted[page], 1, memory_order_relaxed);
}

static void sp_uses_exclusively(struct stress_thread *t, unsigned page)
{
	u32 low[STRESS_THREADS][STRESS_WORDS];
	u64 v[STRESS_WORDS];
	u8 *dram;

	stress_take_lows(t, page, low);
	dram = cache_begin_exclusive(t->m->t.cache, t->agent, SPA(page * PAGE_SIZE));
	stress_decrypt(t, page, SPA(page * PAGE_SIZE), dram, PAGE_SIZE);
	stress_check_page(t, page, low, dram);
	for (unsigned word = 0; word < STRESS_WORDS; word++) {
		v[word] = stress_start(t, page, word);
		put_le64(dram + (stress_word_at(page, t->id, word).v & PAGE_MASK), v[word]);
	}
	stress_encrypt(t, page, SPA(page * PAGE_SIZE), dram, PAGE_SIZE);
	cache_end_exclusive(t->m->t.cache, SPA(page * PAGE_SIZE));
	for (unsigned word = 0; word < STRESS_WORDS; word++)
		stress_finish(t, page, word, v[word]);
}

/* -- running --------------------------------------------------------------------------------- */

struct op {
	void (*run)(struct stress_thread *t, unsigned page);
	unsigned weight;
};

static const struct op core_ops[] = {
	{core_stores, 60},
	{core_loads, 60},
	{core_loads_raw, 4},
	{core_loads_under_wrong_key, 2},
	{core_runs_code, 10},
	{core_counts, 10},
	{core_counts_astride, 2},
	{core_parks, 2},
	{core_shoots_down, 1},
	{writes_unmapped, 2},
	{reads_unmapped, 1},
	{counts_unmapped, 2},
	{flushes, 1},
	{NULL, 0},
};

static const struct op device_ops[] = {
	{device_reads, 3},
	{device_writes, 4},
	{device_counts, 2},
	{NULL, 0},
};

static const struct op sp_ops[] = {
	{sp_uses_exclusively, 3}, {writes_unmapped, 5}, {reads_unmapped, 3}, {counts_unmapped, 3},
	{core_counts_astride, 1}, {flushes, 2},         {NULL, 0},
};

/* Without coherency only the accesses under the page's own view mean anything. */
static const struct op incoherent_sp_ops[] = {
	{writes_unmapped, 5},     {reads_unmapped, 3}, {counts_unmapped, 3},
	{core_counts_astride, 1}, {flushes, 2},        {NULL, 0},
};

static const struct op incoherent_device_ops[] = {
	{device_counts, 2},
	{writes_unmapped, 1},
	{NULL, 0},
};

static const struct op *ops_of(const struct stress_thread *t)
{
	if (t->id < STRESS_CORES)
		return core_ops;
	if (t->id == STRESS_DEVICE)
		return t->m->coherent ? device_ops : incoherent_device_ops;
	return t->m->coherent ? sp_ops : incoherent_sp_ops;
}

static void run_one(struct stress_thread *t, const struct op *op)
{
	unsigned total = 0;
	u64 pick;

	for (const struct op *o = op; o->run; o++)
		total += o->weight;
	for (pick = stress_rnd(t, total); pick >= op->weight; op++)
		pick -= op->weight;
	op->run(t, (unsigned)stress_rnd(t, STRESS_PAGES));
}

static void *run_thread(void *arg)
{
	struct stress_thread *t = arg;

	if (t->agent)
		cache_agent_run(t->agent);
	while (!atomic_load_explicit(&t->m->stop, memory_order_relaxed))
		run_one(t, ops_of(t));
	if (t->agent)
		cache_agent_park(t->agent);
	return NULL;
}

static void fill_pages(struct stress_machine *m)
{
	for (unsigned page = 0; page < STRESS_PAGES; page++) {
		u8 zeroes[PAGE_SIZE] = {0};

		cache_write(m->t.cache, NULL, REQ_SP, stress_view_of(page), SPA(page * PAGE_SIZE),
			    zeroes, PAGE_SIZE);
		for (unsigned writer = 0; writer < STRESS_THREADS; writer++) {
			for (unsigned word = 0; word < STRESS_WORDS; word++) {
				u64 v = stress_stamp(page, writer, word, 0);

				cache_write(m->t.cache, NULL, REQ_SP, stress_view_of(page),
					    stress_word_at(page, writer, word), &v, 8);
			}
		}
	}
}

static void check_counters(struct stress_machine *m)
{
	struct cache *c = m->t.cache;

	for (unsigned page = 0; page < STRESS_PAGES; page++) {
		unsigned next = (page + 1) % STRESS_PAGES;
		u32 n = (u32)atomic_load(&m->split_counted[page]);
		u32 low, high;
		u64 v;

		cache_read(c, NULL, REQ_SP, stress_view_of(page), stress_counter_of(page), &v, 8);
		assert_int_equal(v, atomic_load(&m->counted[page]));
		cache_read(c, NULL, REQ_SP, stress_view_of(page), SPA((page + 1) * PAGE_SIZE - 4),
			   &low, 4);
		cache_read(c, NULL, REQ_SP, stress_view_of(next), SPA(next * PAGE_SIZE), &high, 4);
		assert_int_equal(low, n);
		assert_int_equal(high, n);
	}
}

static void start_thread(struct stress_machine *m, struct stress_thread *t, unsigned id)
{
	t->m = m;
	t->id = id;
	t->random = 0x9e3779b97f4a7c15 * (id + 1);
	if (id < STRESS_CORES) {
		core_init(&t->core, m->t.cache);
		t->agent = t->core.agent;
	}
}

static void run_stress(u64 capacity, bool coherent, enum mee_path path)
{
	const struct testbed_config cfg = {.profile = MEE_ZEN2_XEX,
					   .path = path,
					   .capacity = capacity,
					   .incoherent = !coherent};
	const struct timespec time = {.tv_nsec = RUN_MS * 1000000l};
	struct stress_machine *m = calloc(1, sizeof(*m));
	struct stress_thread *t = calloc(STRESS_THREADS, sizeof(*t));
	pthread_t handle[STRESS_THREADS];

	assert_true(m && t);
	m->coherent = coherent;
	testbed_init(&m->t, &cfg);
	fill_pages(m);
	for (unsigned i = 0; i < STRESS_THREADS; i++)
		start_thread(m, &t[i], i);
	for (unsigned i = 0; i < STRESS_THREADS; i++)
		assert_int_equal(pthread_create(&handle[i], NULL, run_thread, &t[i]), 0);
	nanosleep(&time, NULL);
	atomic_store(&m->stop, true);
	for (unsigned i = 0; i < STRESS_THREADS; i++)
		pthread_join(handle[i], NULL);
	for (unsigned i = 0; i < STRESS_CORES; i++)
		core_fini(&t[i].core);
	assert_int_equal(atomic_load(&m->failures), 0);
	check_counters(m);
	testbed_fini(&m->t);
	free(t);
	free(m);
}

static void test_unbounded(void **state)
{
	run_stress(0, true, MEE_PATH_BEST);
}

static void test_bounded(void **state)
{
	run_stress(STRESS_PAGES / 2, true, MEE_PATH_PORTABLE);
}

static void test_smallest(void **state)
{
	run_stress(CACHE_CAPACITY_MIN, true, MEE_PATH_BEST);
}

static void test_incoherent(void **state)
{
	run_stress(0, false, MEE_PATH_BEST);
}

static void test_incoherent_bounded(void **state)
{
	run_stress(STRESS_PAGES / 4, false, MEE_PATH_PORTABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unbounded),          cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_smallest),           cmocka_unit_test(test_incoherent),
		cmocka_unit_test(test_incoherent_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
