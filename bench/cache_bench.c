/* SPDX-License-Identifier: MIT */
/*
 * What encryption costs a guest once the engine has done its work: nothing while a page stays in
 * its view, and little more than the engine itself when it changes.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/bug.h"
#include "base/types.h"

#include "bench/bench.h"
#include "chip/cache/cache.h"
#include "crypto/rng.h"

enum {
	SLOTS = 4,
	PAGES = 8192, /* of DRAM; the first half is private, the other shared */
	FEW = 64,     /* pages that stay in the second-level cache */
	MANY = 2048,  /* pages that do not */
	ROUNDS = 51,
	CALLS = 1000,
	PASSES = 8,
};

struct work {
	struct rng *rng;
	struct mee *mee;
	struct fabric fabric;
	struct cache *cache;
	struct cache_agent *agent;
	u8 *private_hva[PAGES / 2], *shared_hva[PAGES / 2];
	unsigned pages;
	u64 sum;
};

static spa_t private_page(unsigned n)
{
	return SPA(n * PAGE_SIZE);
}

static spa_t shared_page(unsigned n)
{
	return SPA((PAGES / 2 + n) * PAGE_SIZE);
}

/* -- a page that stays in its view ----------------------------------------------------------- */

/* A load and a store of each word of a page, as a core would do with its mapping. */
static u64 stream(u8 *hva)
{
	_Atomic u64 *word = (_Atomic u64 *)(void *)hva;
	u64 sum = 0;

	for (unsigned i = 0; i < PAGE_SIZE / 8; i++) {
		u64 v = atomic_load_explicit(&word[i], memory_order_relaxed);

		atomic_store_explicit(&word[i], v + 1, memory_order_relaxed);
		sum += v;
	}
	return sum;
}

/*
 * MANY pages, w->pages at a time, each such group as often as makes equal work: over many places in
 * the host's memory, since these differ among each other.
 */
static void stream_groups(struct work *w, u8 *const *hva)
{
	for (unsigned group = 0; group < MANY; group += w->pages)
		for (unsigned pass = 0; pass < PASSES; pass++)
			for (unsigned n = 0; n < w->pages; n++)
				w->sum += stream(hva[group + n]);
}

static void stream_private(void *arg)
{
	struct work *w = arg;

	stream_groups(w, w->private_hva);
}

static void stream_shared(void *arg)
{
	struct work *w = arg;

	stream_groups(w, w->shared_hva);
}

static void bench_stream(struct work *w, unsigned pages, const char *name)
{
	double ratio;

	w->pages = pages;
	ratio = bench_ratio(stream_shared, stream_private, w, ROUNDS, NULL, NULL);
	bench_row(name, ratio, "ratio", BENCH_AT_LEAST, 0.98);
}

/* -- a page that changes view ---------------------------------------------------------------- */

static void change_views(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < CALLS; i++) {
		spa_t page = private_page(i % w->pages);
		u8 *hva = cache_map(w->cache, w->agent, page, VIEW_KEY(1), true).hva;

		atomic_store_explicit((_Atomic u8 *)hva, (u8)i, memory_order_relaxed);
		w->sum += *cache_map(w->cache, w->agent, page, VIEW_RAW, false).hva;
	}
}

/* The same through the engine alone, on the same memory. */
static void crypt_pages(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < CALLS; i++) {
		spa_t page = private_page(i % w->pages);
		u8 *dram = w->fabric.dram + page.v;

		mee_decrypt(w->mee, 1, page, w->private_hva[0], dram, PAGE_SIZE);
		atomic_store_explicit((_Atomic u8 *)w->private_hva[0], (u8)i, memory_order_relaxed);
		mee_encrypt(w->mee, 1, page, dram, w->private_hva[0], PAGE_SIZE);
		w->sum += *dram;
	}
}

static void bench_view_change(struct work *w, unsigned pages, const char *name)
{
	double change;
	double ratio;

	/* One copy at a time, in the frame used last: as the engine's own. */
	cache_flush_all(w->cache, w->agent);
	w->pages = pages;
	w->private_hva[0] = cache_map(w->cache, w->agent, private_page(0), VIEW_KEY(1), true).hva;
	cache_flush_all(w->cache, w->agent);
	ratio = bench_ratio(change_views, crypt_pages, w, ROUNDS, &change, NULL);
	bench_row(name, ratio, "ratio", BENCH_AT_MOST, 3);
	bench_row("  one change there and back", change / CALLS * 1e9, "ns", BENCH_INFO, 0);
}

/* -- single costs ---------------------------------------------------------------------------- */

static double seconds_of(void (*fn)(void *), struct work *w)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double start = bench_cpu_seconds();
		double took;

		fn(w);
		took = bench_cpu_seconds() - start;
		best = took < best ? took : best;
	}
	return best;
}

static void map_again(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < CALLS; i++)
		w->sum += *cache_map(w->cache, w->agent, private_page(i % FEW), VIEW_KEY(1), false)
				   .hva;
}

static void map_code_again(void *arg)
{
	struct work *w = arg;
	u32 gen;

	for (unsigned i = 0; i < CALLS; i++)
		w->sum += *cache_map_code(w->cache, w->agent, private_page(i % FEW), VIEW_KEY(1),
					  BIT64(i % 64), &gen)
				   .hva;
}

static void read_shared_by_dma(void *arg)
{
	struct work *w = arg;
	u8 buf[PAGE_SIZE];

	for (unsigned i = 0; i < CALLS; i++) {
		fabric_read(&w->fabric, REQ_DMA, shared_page(i % FEW), buf, PAGE_SIZE);
		w->sum += buf[i];
	}
}

static void write_shared_by_dma(void *arg)
{
	struct work *w = arg;
	u8 buf[PAGE_SIZE] = {0};

	for (unsigned i = 0; i < CALLS; i++)
		fabric_write(&w->fabric, REQ_DMA, shared_page(i % FEW), buf, PAGE_SIZE);
}

static void shoot_down_nobody(void *arg)
{
	struct work *w = arg;

	for (unsigned i = 0; i < CALLS; i++)
		cache_shootdown(w->cache, w->agent, shared_page(FEW + i % FEW));
}

static void bench_single(struct work *w)
{
	bench_row("map a page that is in its view", seconds_of(map_again, w) / CALLS * 1e9, "ns",
		  BENCH_INFO, 0);
	bench_row("map it for decoding", seconds_of(map_code_again, w) / CALLS * 1e9, "ns",
		  BENCH_INFO, 0);
	cache_shootdown(w->cache, w->agent, shared_page(0));
	bench_row("shootdown of a page that nobody maps",
		  seconds_of(shoot_down_nobody, w) / CALLS * 1e9, "ns", BENCH_INFO, 0);
	bench_row("DMA read of a shared page",
		  CALLS * (double)PAGE_SIZE / seconds_of(read_shared_by_dma, w) * 1e-9, "GB/s",
		  BENCH_INFO, 0);
	bench_row("DMA write of a shared page",
		  CALLS * (double)PAGE_SIZE / seconds_of(write_shared_by_dma, w) * 1e-9, "GB/s",
		  BENCH_INFO, 0);
}

/* -- another core ---------------------------------------------------------------------------- */

struct runner {
	struct work *work;
	struct cache_agent *agent;
	_Atomic bool mapped; /* cleared when it has dropped the page */
	_Atomic bool stop;
};

static void drop_mapping(void *ctx, spa_t page, enum cache_drop what)
{
	struct runner *r = ctx;

	atomic_store_explicit(&r->mapped, false, memory_order_relaxed);
}

static const struct cache_agent_ops runner_ops = {.drop = drop_mapping};

/* Holds the page whenever it can; polls all the time, as between blocks of code. */
static void *run(void *arg)
{
	struct runner *r = arg;

	cache_agent_run(r->agent);
	while (!atomic_load_explicit(&r->stop, memory_order_relaxed)) {
		if (atomic_load_explicit(cache_agent_pending(r->agent), memory_order_relaxed))
			cache_agent_poll(r->agent);
		if (atomic_load_explicit(&r->mapped, memory_order_relaxed))
			continue;
		(void)cache_map(r->work->cache, r->agent, shared_page(0), VIEW_RAW, true);
		atomic_store_explicit(&r->mapped, true, memory_order_relaxed);
	}
	cache_agent_park(r->agent);
	return NULL;
}

static double wall_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* By the wall clock, since it is the other core's answer that takes the time. */
static void bench_shootdown(struct work *w)
{
	struct runner r = {.work = w};
	double took[CALLS];
	pthread_t thread;

	r.agent = cache_agent_new(w->cache, &runner_ops, &r);
	BUG_ON(!r.agent || pthread_create(&thread, NULL, run, &r) != 0);
	for (unsigned i = 0; i < CALLS; i++) {
		double start;

		while (!atomic_load_explicit(&r.mapped, memory_order_relaxed))
			sched_yield();
		start = wall_seconds();
		cache_shootdown(w->cache, w->agent, shared_page(0));
		took[i] = wall_seconds() - start;
	}
	atomic_store(&r.stop, true);
	pthread_join(thread, NULL);
	cache_agent_free(r.agent);
	qsort(took, CALLS, sizeof(took[0]), compare_doubles);
	bench_row("shootdown of another running core", took[CALLS / 2] * 1e9, "ns", BENCH_INFO, 0);
}

/* -- set-up ---------------------------------------------------------------------------------- */

static void drop_nothing(void *ctx, spa_t page, enum cache_drop what)
{
}

static const struct cache_agent_ops no_ops = {.drop = drop_nothing};

static void make_work(struct work *w)
{
	const struct fabric_config fabric = {.dram_size = PAGES * PAGE_SIZE};
	const struct cache_config cache = {.coherent = true};
	struct error err = {.text = ""};
	int rc;

	w->rng = rng_new(NULL);
	BUG_ON(!w->rng);
	w->mee = mee_new(MEE_ZEN2_XEX, SLOTS, MEE_PATH_BEST, w->rng);
	rc = fabric_init(&w->fabric, &fabric, &err);
	BUG_ON(!w->mee || rc != 0);
	w->cache = cache_new(&w->fabric, w->mee, &cache, &err);
	BUG_ON(!w->cache);
	w->agent = cache_agent_new(w->cache, &no_ops, NULL);
	BUG_ON(!w->agent);
	cache_agent_run(w->agent);
	for (unsigned n = 0; n < PAGES / 2; n++) {
		w->private_hva[n] =
			cache_map(w->cache, w->agent, private_page(n), VIEW_KEY(1), true).hva;
		w->shared_hva[n] =
			cache_map(w->cache, w->agent, shared_page(n), VIEW_RAW, true).hva;
	}
}

static void free_work(struct work *w)
{
	cache_agent_park(w->agent);
	cache_agent_free(w->agent);
	cache_free(w->cache);
	fabric_fini(&w->fabric);
	mee_free(w->mee);
	rng_free(w->rng);
}

int main(int argc, char **argv)
{
	struct work *w = calloc(1, sizeof(*w));

	BUG_ON(!w);
	bench_init(argc, argv);
	make_work(w);
	bench_stream(w, FEW, "private page against shared, access in L2");
	bench_stream(w, MANY, "private page against shared, access beyond L2");
	bench_view_change(w, FEW, "view change against engine alone, in L2");
	bench_view_change(w, MANY, "view change against engine alone, beyond L2");
	bench_single(w);
	bench_shootdown(w);
	fprintf(stderr, "checksum %llx\n", (unsigned long long)w->sum);
	free_work(w);
	free(w);
	return 0;
}
