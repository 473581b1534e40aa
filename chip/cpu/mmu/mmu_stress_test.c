/* SPDX-License-Identifier: MIT */
/*
 * Cores on their own threads, over the same page tables and pages, while a fourth thread reads
 * pages as a device does, shoots them down and flushes the cache.  What a core stored it finds
 * again, and no increment of a shared counter is lost, be it in one page or over two.
 */
#include <pthread.h>

#include "abi/paging.h"

#include "chip/cpu/mmu/internal.h"
#include "chip/cpu/mmu/testbed.h"

#include "tests/support/cmocka.h"

enum { WORKERS = 3, PAGES = 24, ROUNDS = 20000, DATA = MIB(2) };

#define BASE 0x7f0000000000ull

/* In every page: a word of each core's own; counters in the first two. */
#define OWN(core)     (256 + 64 * (core))
#define COUNTER       (BASE + 0x40)
#define SPLIT_COUNTER (BASE + PAGE_SIZE - 3)
#define OWN_SPLIT(n)  (BASE + (4 + 2 * (n)) * PAGE_SIZE - 5)

struct shared {
	struct bed *b;
	struct tables t;
	_Atomic unsigned running;
};

struct worker {
	struct shared *s;
	struct cpu *c;
	unsigned n;
	u64 state;
	u64 stored[PAGES], split;
	u64 increments;
	const char *wrong;
};

static u64 next_random(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	return z ^ (z >> 31);
}

static void note(struct worker *w, bool right, const char *what)
{
	if (!right && !w->wrong)
		w->wrong = what;
}

/* -- what a core does ------------------------------------------------------------------------ */

static void use_own_word(struct worker *w, u64 random)
{
	unsigned page = random % PAGES;
	u64 la = BASE + page * PAGE_SIZE + OWN(w->n);
	u64 v = 0;

	note(w, mem_load64(w->c, la, &v) && v == w->stored[page], "own word");
	if (random & BIT64(40))
		return;
	note(w, mem_store64(w->c, la, random), "own store");
	w->stored[page] = random;
}

static void use_own_split(struct worker *w, u64 random)
{
	u64 la = OWN_SPLIT(w->n);
	u64 v = 0;

	note(w, mem_load64(w->c, la, &v) && v == w->split, "own split word");
	note(w, mem_store64(w->c, la, random), "own split store");
	w->split = random;
}

static void increment(struct worker *w, u64 la)
{
	bool swapped = false;
	u64 old = 0;

	while (!swapped && !w->wrong) {
		note(w, mem_load64(w->c, la, &old), "counter load");
		w->c->mem.q[0] = old;
		w->c->mem.q[2] = old + 1;
		note(w, mem_cmpxchg_slow(w->c, la, 8, &swapped), "compare-exchange");
		if (atomic_load(w->c->attention) & CACHE_PENDING)
			cache_agent_poll(w->c->agent);
	}
	w->increments++;
}

static void use_system(struct worker *w, u64 random)
{
	struct mmu_fetch f;
	u32 gen;

	switch (random % 5) {
	case 0:
		mmu_flush_page(w->c, BASE + random / 8 % PAGES * PAGE_SIZE);
		break;
	case 1:
		mmu_write_cr3(w->c, w->s->t.root, false);
		break;
	case 2:
		mmu_flush_asid(w->c, BED_ASID, true);
		break;
	case 3:
		w->c->cpl ^= 3;
		mmu_context_changed(w->c);
		break;
	default:
		note(w, mmu_fetch(w->c, BASE + random / 8 % PAGES * PAGE_SIZE, &f), "fetch");
		mmu_fetch_code(w->c, &f, BIT64(random / 256 % 64), &gen);
		break;
	}
}

static void one_round(struct worker *w)
{
	u64 random = next_random(&w->state);

	switch (random >> 32 & 15) {
	case 0:
		increment(w, COUNTER);
		break;
	case 1:
		increment(w, SPLIT_COUNTER);
		break;
	case 2:
	case 3:
		use_own_split(w, random);
		break;
	case 4:
		use_system(w, random);
		break;
	default:
		use_own_word(w, random);
		break;
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;

	cache_agent_run(w->c->agent);
	for (unsigned i = 0; i < ROUNDS && !w->wrong; i++) {
		one_round(w);
		if (atomic_load(w->c->attention) & CACHE_PENDING)
			cache_agent_poll(w->c->agent);
		if (i % 512 == 0) { /* HLT */
			cache_agent_park(w->c->agent);
			cache_agent_run(w->c->agent);
		}
	}
	cache_agent_park(w->c->agent);
	atomic_fetch_sub(&w->s->running, 1);
	return NULL;
}

/* -- what disturbs them ---------------------------------------------------------------------- */

static void disturb(struct shared *s, u64 *state)
{
	u64 random = next_random(state);
	bool table = random % 8 == 4;
	spa_t page = bed_spa(s->b, table ? s->t.root : DATA + random / 16 % PAGES * PAGE_SIZE);
	u8 bytes[16];

	switch (random % 8) {
	case 0:
		cache_flush_all(s->b->cache, NULL);
		break;
	case 1:
		cache_flush_page(s->b->cache, NULL, page, VIEW_KEY(BED_ASID));
		break;
	case 2:
	case 3:
		cache_shootdown(s->b->cache, NULL, page);
		break;
	default:
		(void)fabric_read(&s->b->fabric, REQ_DMA, page, bytes, sizeof(bytes));
		break;
	}
}

/* -- the test -------------------------------------------------------------------------------- */

static void set_up(struct shared *s, struct worker *w, u64 capacity)
{
	const struct bed_config cfg = {
		.nested = true, .sev = true, .cores = WORKERS, .capacity = capacity};

	s->b = bed_new(&cfg);
	s->t = bed_tables(s->b, 4);
	for (unsigned i = 0; i < PAGES; i++) {
		tables_set(s->b, &s->t, BASE + i * PAGE_SIZE, 1,
			   (DATA + i * PAGE_SIZE) | E_RWU | BED_C);
		for (u64 off = 0; off < PAGE_SIZE; off += 8)
			bed_write(s->b, bed_spa(s->b, DATA + i * PAGE_SIZE + off),
				  VIEW_KEY(BED_ASID), 0);
	}
	cache_agent_park(s->b->cpu->agent);
	for (unsigned i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){.s = s, .c = s->b->core[i], .n = i, .state = i + 1};
		mmu_write_cr3(w[i].c, s->t.root, false);
	}
}

static void run(u64 capacity)
{
	struct shared s = {.running = WORKERS};
	struct worker w[WORKERS];
	pthread_t thread[WORKERS];
	u64 state = 99, total = 0, split, counter;

	set_up(&s, w, capacity);
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, work, &w[i]), 0);
	while (atomic_load(&s.running))
		disturb(&s, &state);
	for (unsigned i = 0; i < WORKERS; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		if (w[i].wrong)
			fail_msg("core %u: %s", i, w[i].wrong);
		total += w[i].increments;
	}
	cache_agent_run(s.b->cpu->agent);
	assert_true(bed_load(s.b->cpu, COUNTER, &counter));
	assert_true(bed_load(s.b->cpu, SPLIT_COUNTER, &split));
	assert_int_equal(counter + split, total);
	assert_true(split > 0 && counter > 0);
	assert_int_equal(tables_get(s.b, &s.t, BASE, 1) & E_AD, E_AD);
	bed_free(s.b);
}

static void cores_and_a_device(void **state)
{
	run(0);
}

/* Room for about half of the pages in use: everybody takes from everybody. */
static void with_little_cache(void **state)
{
	run(16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores_and_a_device),
		cmocka_unit_test(with_little_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
