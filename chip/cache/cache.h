/* SPDX-License-Identifier: MIT */
/*
 * On-die plaintext, page by page, tagged by encryption view, and the coherence between views.
 *
 * Real caches hold plaintext tagged with the key's ASID; ours does so per 4 KiB page.  A page is
 *
 *	raw			DRAM is current; cores map the DRAM bytes
 *	key k, clean		plaintext under key k is cached; DRAM holds its ciphertext
 *	key k, dirty		plaintext is newer than DRAM
 *
 * A core maps either the DRAM page or the plaintext page and then reads and writes it with plain
 * host instructions, no crypto involved.  Changing a page's view is the slow path: lock the page,
 * make every core that maps it drop it, encrypt if dirty, load the new view.
 *
 * Cores are *agents*.  An agent either runs (it holds mappings and answers requests by polling)
 * or is parked (others drop mappings on its behalf).  An agent that waits, for a page lock or for
 * another's answer, answers requests meanwhile, so two waiting agents never deadlock.
 *
 * Locks: a page lock is never held while another page lock is taken.  drop() is called either on
 * the agent's own thread or while the agent is parked and kept from running; it must not call
 * back into the cache.
 */
#ifndef CHIP_CACHE_CACHE_H
#define CHIP_CACHE_CACHE_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

#include "chip/fabric/fabric.h"
#include "chip/mee/mee.h"

#include <stdatomic.h>

enum { CACHE_AGENTS_MAX = 64 };

struct cache_config {
	u64 capacity;  /* plaintext pages kept at most; 0: as many as DRAM has */
	bool coherent; /* CPUID 8000_001F EAX[10]: views of one page never show stale bytes */
};

struct cache;
struct cache_agent;

/* What an agent must forget about a page. */
enum cache_drop { CACHE_DROP_WRITE, CACHE_DROP_ALL };

struct cache_agent_ops {
	void (*drop)(void *ctx, spa_t page, enum cache_drop what);
};

/* NULL with *err set when memory cannot be had.  The cache borrows f and m, and sets f's snoop. */
struct cache *cache_new(struct fabric *f, struct mee *m, const struct cache_config *cfg,
			struct error *err) MUST_CHECK;
void cache_free(struct cache *c); /* every agent is gone; dirty pages are written back */

/* -- agents ---------------------------------------------------------------------------------- */

/* At most CACHE_AGENTS_MAX; starts parked.  ops and ctx are borrowed.  NULL: no place left. */
struct cache_agent *cache_agent_new(struct cache *c, const struct cache_agent_ops *ops,
				    void *ctx) MUST_CHECK;
void cache_agent_free(struct cache_agent *a);

/* Between run and park the agent may use mapped pages and must poll within bounded time. */
void cache_agent_run(struct cache_agent *a);
void cache_agent_park(struct cache_agent *a);

/* Nonzero when the agent must call cache_agent_poll() soon; for the core's own poll word. */
const _Atomic u32 *cache_agent_pending(const struct cache_agent *a);
void cache_agent_poll(struct cache_agent *a);

/* -- pages ----------------------------------------------------------------------------------- */

struct cache_mapping {
	u8 *hva;               /* the page's first byte, or NULL: not DRAM (abort) */
	_Atomic u32 *code_gen; /* changes whenever code read from this page may have changed */
	bool write_tracked;    /* decoded code lives here: do not cache the store right */
};

/*
 * Gives a running agent the page under the view, for loads, or with `write` for loads and stores.
 * May wait for other agents.  The mapping holds until drop() is called for the page.
 */
struct cache_mapping cache_map(struct cache *c, struct cache_agent *a, spa_t page, view_t view,
			       bool write);

/*
 * Accesses without a mapping, for the SP, the host core and page walks of parked machines: any
 * view, any length, any alignment.  `a` is the running agent that asks, or NULL.
 */
enum fabric_status cache_read(struct cache *c, struct cache_agent *a, enum requester who,
			      view_t view, spa_t spa, void *dst, size_t len);
enum fabric_status cache_write(struct cache *c, struct cache_agent *a, enum requester who,
			       view_t view, spa_t spa, const void *src, size_t len);

/*
 * Exclusive use of one DRAM page (for the SP's in-place commands): it is raw, nobody maps it, and
 * whoever wants it waits, until cache_end_exclusive().  NULL: not DRAM.
 */
u8 *cache_begin_exclusive(struct cache *c, struct cache_agent *a, spa_t page);
void cache_end_exclusive(struct cache *c, spa_t page);

/* Makes every agent forget the page (its RMP entry or permissions changed).  State is kept. */
void cache_shootdown(struct cache *c, struct cache_agent *a, spa_t page);

/* Writes back and invalidates: one page [VMPAGE_FLUSH, CLFLUSH], one slot, or all [WBINVD]. */
void cache_flush_page(struct cache *c, struct cache_agent *a, spa_t page, view_t view);
void cache_flush_view(struct cache *c, struct cache_agent *a, view_t view);
void cache_flush_all(struct cache *c, struct cache_agent *a);

/* -- decoded code ---------------------------------------------------------------------------- */

/*
 * A core that keeps decoded instructions marks the 64-byte lines they came from (bit n of lines:
 * bytes 64n .. 64n+63) before it uses them; stores then come to cache_code_written() through the
 * write_tracked mapping.  Any other change of the page (DMA, another view, exclusive use) bumps
 * the generation by itself.
 */
void cache_code_mark(struct cache *c, struct cache_agent *a, spa_t page, u64 lines);
/* A core stored to spa .. spa+len-1 (within a page): true, and a new generation, if it hit code. */
bool cache_code_written(struct cache *c, spa_t spa, size_t len);

/* -- looking in ------------------------------------------------------------------------------ */

enum cache_state { CACHE_RAW, CACHE_CLEAN, CACHE_DIRTY };

/* State and key slot of a page, as a debugger on the die would see it. */
enum cache_state cache_inspect(struct cache *c, spa_t page, view_t *view);

struct cache_stats {
	u64 loads, writebacks, evictions, shootdowns, resident;
};
void cache_stats(struct cache *c, struct cache_stats *out);

#endif
