/* SPDX-License-Identifier: MIT */
/*
 * Decoded code: which lines of a page it came from, and the page's generation.
 *
 * What holds at all times: decoded code whose generation is the page's came from lines that are
 * marked.  So a store that finds its lines unmarked has nothing to invalidate.  The side of the
 * store has no lock and waits for nobody; this makes it hold:
 *
 *  - Who takes marks away makes the generation odd first, and even again, 2 higher, afterwards.
 *    No code has an odd generation, so all that lose their marks have lost their generation before.
 *  - Who marks does so under the page lock, takes an even generation, and then marks.  If marks are
 *    being taken away just then, the generation it took is over, or the taking is.
 *  - Who stores, then looks for marks, and finds a hit, may find the generation odd or moving: then
 *    another is at it.  Whatever was marked when it looked had a generation from before.
 *  - Store, then look for marks; mark, then read bytes: both with a full barrier between.  So
 *    either the store's side sees the mark, or the marker's side sees the stored bytes.
 *
 * The generation comes round after 2^31 changes of one page's code: minutes of a guest that does
 * nothing else, to run a stale block of its own.
 */
#include "base/bug.h"

#include "chip/cache/internal.h"

u64 cache_lines(spa_t spa, size_t len)
{
	u64 first = (spa.v & PAGE_MASK) / CACHE_LINE;
	u64 last = ((spa.v & PAGE_MASK) + len - 1) / CACHE_LINE;

	BUG_ON(len == 0 || last > 63);
	return (ALL_LINES << first) & (ALL_LINES >> (63 - last));
}

bool cache_code_changed(struct cache_page *p, u64 lines)
{
	/* An OR of nothing, for its barrier. */
	u64 marked = atomic_fetch_or_explicit(&p->code_lines, 0, memory_order_seq_cst);
	u32 gen = atomic_load_explicit(&p->code_gen, memory_order_seq_cst);

	if (!(marked & lines))
		return false;
	if (gen % 2 == 0 && atomic_compare_exchange_strong(&p->code_gen, &gen, gen + 1)) {
		atomic_store_explicit(&p->code_lines, 0, memory_order_seq_cst);
		atomic_store_explicit(&p->code_gen, gen + 2, memory_order_seq_cst);
	}
	return true;
}

bool cache_code_written(struct cache *c, spa_t spa, size_t len)
{
	struct cache_page *p = cache_page_at(c, spa);

	BUG_ON(!p);
	return cache_code_changed(p, cache_lines(spa, len));
}

/* The page is locked.  Waits for who is between two stores, and waits for nothing itself. */
static u32 even_generation(const struct cache_page *p, struct cache_agent *a)
{
	struct cache_wait w = {0};
	u32 gen;

	while ((gen = atomic_load_explicit(&p->code_gen, memory_order_seq_cst)) % 2)
		cache_wait_step(&w, a);
	return gen;
}

struct cache_mapping cache_map_code(struct cache *c, struct cache_agent *a, spa_t page, view_t view,
				    u64 lines, u32 *gen)
{
	struct cache_page *p = cache_page_at(c, page);
	struct cache_mapping m = {0};

	BUG_ON(!cache_agent_runs(a));
	if (!p)
		return m;
	cache_page_hold(c, a, p, view);
	cache_agents_drop(c, a, p->untracked, cache_page_spa(c, p), CACHE_DROP_WRITE);
	p->writable &= ~p->untracked;
	p->untracked = 0;
	p->mapped |= BIT64(a->index);
	*gen = even_generation(p, a);
	atomic_fetch_or_explicit(&p->code_lines, lines, memory_order_seq_cst);
	m = (struct cache_mapping){.hva = cache_page_bytes(c, p, view), .code_gen = &p->code_gen};
	cache_unlock(&p->lock);
	return m;
}
