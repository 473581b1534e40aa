/* SPDX-License-Identifier: MIT */
/*
 * The soft TLB and the walks behind it, for an SEV guest in long mode over nested tables of 4 KiB
 * pages: what a hit costs, what a miss costs, and what flushes cost for what was filled.
 *
 * "near" misses find page tables, nested translations and pages in the MMU's own memories, as in a
 * process that comes back after a context switch; those "after a nested flush" walk the nested
 * tables too.
 */
#include <stdio.h>

#include "abi/paging.h"

#include "base/bug.h"

#include "bench/bench.h"
#include "chip/cpu/mmu/internal.h"
#include "chip/cpu/mmu/testbed.h"

enum { PAGES = 4096, ROUNDS = 21, DATA = MIB(4) };

#define BASE 0x7f0000000000ull

struct work {
	struct bed *bed;
	struct cpu *cpu;
	struct tables tables;
	unsigned pages; /* in use */
	unsigned calls;
};

/* -- pieces ---------------------------------------------------------------------------------- */

static u64 page(unsigned i)
{
	return BASE + i * PAGE_SIZE;
}

static void load_hits(void *arg)
{
	struct work *w = arg;
	u64 sum = 0, v;

	for (unsigned i = 0; i < w->calls; i++) {
		BUG_ON(!mem_load64(w->cpu, page(i % 64) + 8 * (i % 512), &v));
		sum += v;
	}
	w->cpu->mem.q[0] = sum;
}

static void store_hits(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		BUG_ON(!mem_store64(w->cpu, page(i % 64) + 8 * (i % 512), i));
}

static void slow_load_hits(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		BUG_ON(!mem_load_slow(w->cpu, page(i % 64) + 8 * (i % 512), 8));
}

static void crossing_loads(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		BUG_ON(!mem_load_slow(w->cpu, page(i % 64) + 0xffc, 8));
}

static void crossing_stores(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		BUG_ON(!mem_store_slow(w->cpu, page(i % 64) + 0xffc, 8));
}

/* One load a page, in a circle: with more pages than entries each is a miss. */
static void touch_loads(void *arg)
{
	struct work *w = arg;
	u64 v;

	for (unsigned i = 0; i < w->calls; i++)
		BUG_ON(!mem_load64(w->cpu, page(i % w->pages), &v));
}

static void touch_stores(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		BUG_ON(!mem_store64(w->cpu, page(i % w->pages), 1));
}

/* `pages` fills and MOV CR3 after them. */
static void fill_and_flush(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++) {
		u64 v;

		for (unsigned n = 0; n < w->pages; n++)
			BUG_ON(!mem_load64(w->cpu, page(n), &v));
		mmu_write_cr3(w->cpu, w->tables.root, false);
	}
}

static void fill_and_flush_nested(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++) {
		u64 v;

		for (unsigned n = 0; n < w->pages; n++)
			BUG_ON(!mem_load64(w->cpu, page(n), &v));
		mmu_flush_asid(w->cpu, BED_ASID, true);
	}
}

static void flush_alone(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		mmu_write_cr3(w->cpu, w->tables.root, false);
}

static void invlpg(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++)
		mmu_flush_page(w->cpu, page(i % w->pages));
}

static void change_cpl(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < w->calls; i++) {
		w->cpu->cpl ^= 3;
		mmu_context_changed(w->cpu);
	}
}

static void fetch_hits(void *arg)
{
	struct work *w = arg;
	struct mmu_fetch f;

	for (unsigned i = 0; i < w->calls; i++)
		BUG_ON(!mmu_fetch(w->cpu, page(i % w->pages), &f));
}

/* -- rows ------------------------------------------------------------------------------------ */

static double seconds(struct work *w, void (*fn)(void *), unsigned pages, unsigned calls)
{
	double least;

	w->pages = pages;
	w->calls = calls;
	bench_ratio(fn, fn, w, ROUNDS, &least, NULL);
	return least;
}

static void row(struct work *w, const char *name, void (*fn)(void *), unsigned pages,
		unsigned calls)
{
	bench_row(name, seconds(w, fn, pages, calls) / calls * 1e9, "ns", BENCH_INFO, 0);
}

/* The time of filling n pages and flushing, a page. */
static void fill_row(struct work *w, const char *what, void (*fn)(void *), unsigned n)
{
	char name[64];

	snprintf(name, sizeof(name), "fill and flush a page, %s, %u pages", what, n);
	bench_row(name, seconds(w, fn, n, 8192 / n) / (8192 / n * n) * 1e9, "ns", BENCH_INFO, 0);
}

static struct work make(void)
{
	struct work w = {.bed = bed_new(&(struct bed_config){.nested = true, .sev = true})};

	w.cpu = w.bed->cpu;
	w.tables = bed_tables(w.bed, 4);
	for (unsigned i = 0; i <= PAGES; i++)
		tables_set(w.bed, &w.tables, page(i), 1,
			   (DATA + i * PAGE_SIZE) | E_RWU | E_AD | BED_C);
	bed_use(w.bed, &w.tables);
	return w;
}

int main(int argc, char **argv)
{
	struct work w = make();

	bench_init(argc, argv);
	row(&w, "load, hit", load_hits, 64, 1 << 20);
	row(&w, "store, hit", store_hits, 64, 1 << 20);
	row(&w, "load by the slow path, hit", slow_load_hits, 64, 1 << 18);
	row(&w, "load across pages, hits", crossing_loads, 64, 1 << 18);
	row(&w, "store across pages, hits", crossing_stores, 64, 1 << 18);
	row(&w, "load, 4096 pages in a circle", touch_loads, PAGES, 1 << 16);
	row(&w, "store, 4096 pages in a circle", touch_stores, PAGES, 1 << 16);
	fill_row(&w, "near", fill_and_flush, 1);
	fill_row(&w, "near", fill_and_flush, 64);
	fill_row(&w, "near", fill_and_flush, 1024);
	fill_row(&w, "after a nested flush", fill_and_flush_nested, 64);
	row(&w, "MOV CR3 with nothing filled", flush_alone, 1, 1 << 16);
	row(&w, "INVLPG", invlpg, PAGES, 1 << 16);
	row(&w, "change of CPL", change_cpl, 1, 1 << 16);
	row(&w, "fetch, hit", fetch_hits, 64, 1 << 16);
	bed_free(w.bed);
	return 0;
}
