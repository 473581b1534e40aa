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
 * Keys.  Ciphertext is made with the key that its slot holds at the time of the write-back, as in
 * the memory controller of a real chip, which sees an ASID and not a key.  So a slot that gets a
 * new key while dirty pages of the old one are cached destroys them, and clean ones go on showing
 * the old plaintext: the reason why WBINVD and DF_FLUSH come before an ASID's next use.
 *
 * A chip without coherency between views (`coherent` is false) holds (SPA, key) and (SPA, no key)
 * as different lines.  Then a page is its DRAM bytes and, beside them, at most one plaintext copy.
 * RAW accesses of every kind (the fabric's, RAW mappings, exclusive use) see and change DRAM as it
 * is; they neither write the copy back nor invalidate it, and cores may map both at once.  The
 * copy stays, stale or not, until it is flushed, evicted, or asked for under another key; if dirty
 * it is then written over the whole page.  RAW lines are not modelled: a RAW store is in DRAM at
 * once.  An access under another key evicts the copy, as chance could have done on real hardware.
 *	[CHOICE 12]
 *
 * Agents.  Cores are *agents*.  An agent either runs (it holds mappings and answers requests by
 * polling) or is parked (others drop mappings on its behalf).  An agent that waits, for a page lock
 * or for another's answer, answers requests meanwhile, so two waiting agents never deadlock.
 *
 * Rules for a core:
 *  - A mapping lives until drop() is called for its page, which may happen inside *any* call below
 *    that takes the agent, and inside cache_agent_poll().  An instruction that needs two pages maps
 *    both, then makes sure that the first was not dropped meanwhile.
 *  - Map first, then check the rights to the page (RMP, permissions), then enter the mapping in the
 *    TLB.  Whoever takes a right away changes it first and calls cache_shootdown() after; with the
 *    opposite order at either end a stale entry could slip through.
 *  - Other agents, the SP and devices use the page at the same time.  Access mapped bytes with
 *    assembly, relaxed atomics or chip/fabric/shared.h, never with plain C.
 *  - The thread that runs agent `a` passes it to every call; NULL is for threads that run none.  A
 *    running agent sleeps on nothing else; one that must (HLT, a #VMEXIT) parks first.
 *
 * drop() is called either on the agent's own thread or while the agent is parked and kept from
 * running.  It may be for a page that the agent never mapped; it must not call back into the cache.
 */
#ifndef CHIP_CACHE_CACHE_H
#define CHIP_CACHE_CACHE_H

#include <stdatomic.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

#include "chip/fabric/fabric.h"
#include "chip/mee/mee.h"

enum { CACHE_AGENTS_MAX = 64, CACHE_CAPACITY_MIN = 2 };

struct cache_config {
	u64 capacity;  /* plaintext pages kept at most, CACHE_CAPACITY_MIN or more; 0: no bound */
	bool coherent; /* CPUID 8000_001F EAX[10]: views of one page never show stale bytes */
};

struct cache;
struct cache_agent;

/* What an agent must forget about a page: the right to store, or every mapping in every view. */
enum cache_drop { CACHE_DROP_WRITE, CACHE_DROP_ALL };

struct cache_agent_ops {
	void (*drop)(void *ctx, spa_t page, enum cache_drop what);
};

/*
 * NULL with *err set when memory cannot be had or the capacity is too small.  The cache borrows f
 * and m, and sets f's snoop.
 */
struct cache *cache_new(struct fabric *f, struct mee *m, const struct cache_config *cfg,
			struct error *err) MUST_CHECK;
/* Every agent is freed and nobody calls any more; dirty pages are written back.  NULL is let be. */
void cache_free(struct cache *c);

/* -- agents ---------------------------------------------------------------------------------- */

/* At most CACHE_AGENTS_MAX; starts parked.  ops and ctx are borrowed.  NULL: no place left. */
struct cache_agent *cache_agent_new(struct cache *c, const struct cache_agent_ops *ops,
				    void *ctx) MUST_CHECK;
void cache_agent_free(struct cache_agent *a); /* a is parked */

/* Between run and park the agent may use mapped pages and must poll within bounded time. */
void cache_agent_run(struct cache_agent *a);
void cache_agent_park(struct cache_agent *a);

/*
 * The one word a running core looks at: when CACHE_PENDING is set in it, the agent must call
 * cache_agent_poll() soon.  The other bits are the agent's owner's, for reasons of its own to leave
 * the fast path (atomic OR and AND only).
 */
#define CACHE_PENDING BIT32(0)
_Atomic u32 *cache_agent_pending(struct cache_agent *a);
void cache_agent_poll(struct cache_agent *a);

/* -- pages ----------------------------------------------------------------------------------- */

/*
 * Everywhere below: a page is named by any address in it; a view is VIEW_RAW or a slot of the
 * engine; `who` is asking, which decides nothing here.
 */

struct cache_mapping {
	u8 *hva;               /* the page's first byte, or NULL: not DRAM (abort) */
	_Atomic u32 *code_gen; /* changes whenever code read from this page may have changed */
	bool write_tracked;    /* decoded code lives here: do not cache the store right */
};

/*
 * Gives a running agent the page under the view, for loads, or with `write` for loads and stores.
 * May wait for other agents.  The mapping holds until drop() is called for the page; a write_tracked
 * one gives the right to store only until the agent's next call, or poll, and each store through it
 * is followed by cache_code_written().
 */
struct cache_mapping cache_map(struct cache *c, struct cache_agent *a, spa_t page, view_t view,
			       bool write);

/*
 * Accesses without a mapping, for the SP, the host core and page walks of parked machines: any
 * view, any length, any alignment.  `a` is the running agent that asks, or NULL.  Tearing, aborts
 * and lengths are those of fabric_read(), fabric_write() and fabric_cmpxchg().
 */
enum fabric_status cache_read(struct cache *c, struct cache_agent *a, enum requester who,
			      view_t view, spa_t spa, void *dst, size_t len);
enum fabric_status cache_write(struct cache *c, struct cache_agent *a, enum requester who,
			       view_t view, spa_t spa, const void *src, size_t len);
enum fabric_status cache_cmpxchg(struct cache *c, struct cache_agent *a, enum requester who,
				 view_t view, spa_t spa, void *expected, const void *desired,
				 size_t len, bool *swapped);

/*
 * Exclusive use of one DRAM page (for the SP's in-place commands): it is raw, nobody maps it, and
 * whoever wants it waits, until cache_end_exclusive().  NULL: not DRAM.  Until then the thread asks
 * neither the cache nor the fabric for anything else.  Without coherency a plaintext copy stays
 * beside, as for every RAW access.
 */
u8 *cache_begin_exclusive(struct cache *c, struct cache_agent *a, spa_t page);
void cache_end_exclusive(struct cache *c, spa_t page);

/* One side of a LOCKed access that crosses from one page into another. */
struct cache_part {
	spa_t page;  /* in */
	view_t view; /* in */
	u8 *hva;     /* out  the page's first byte, for loads and stores until the end */
};

/*
 * The bus lock: both pages for the caller alone, nobody maps them, and whoever wants them waits,
 * until cache_end_split(); meanwhile the thread asks for nothing else.  false, and nothing held:
 * one of the two is not DRAM, or both are one page under two views, which have no common copy.
 */
bool cache_begin_split(struct cache *c, struct cache_agent *a, struct cache_part part[2]);
void cache_end_split(struct cache *c, const struct cache_part part[2]);

/* Makes every agent forget the page (its RMP entry or permissions changed).  State is kept. */
void cache_shootdown(struct cache *c, struct cache_agent *a, spa_t page);

/*
 * Writes back and invalidates: one page, all that is cached under one slot's key, or all [WBINVD].
 * What cores store meanwhile may stay cached.
 *
 * cache_flush_page() is VMPAGE_FLUSH (view: the guest's key) and CLFLUSH (view: VIEW_RAW or
 * VIEW_HOST_KEY).  It hits the copy under that key; on a coherent chip CLFLUSH hits any copy.
 *	[CHOICE 14]
 */
void cache_flush_page(struct cache *c, struct cache_agent *a, spa_t page, view_t view);
void cache_flush_view(struct cache *c, struct cache_agent *a, view_t view);
void cache_flush_all(struct cache *c, struct cache_agent *a);

/*
 * Around mee_set_key() and mee_clear_key(), since a cached page may be written back at any time:
 * from begin to end nobody encrypts or decrypts under the slot.  Nothing is flushed.  In between
 * the thread asks the cache for nothing.
 */
void cache_begin_key_change(struct cache *c, unsigned slot);
void cache_end_key_change(struct cache *c, unsigned slot);

/* -- decoded code ---------------------------------------------------------------------------- */

/*
 * Maps the page for a core that decodes instructions from it and keeps the result.  `lines` are
 * the 64-byte lines that it is about to read (bit n: bytes 64n .. 64n+63).  From here on stores to
 * them, by whomever, are noticed.  *gen is the page's generation: what is decoded from those lines
 * through this mapping, before the agent's next call or poll, is good as long as *code_gen still
 * equals *gen.  Stores by mapping lose their cached right first, the caller's own too.
 */
struct cache_mapping cache_map_code(struct cache *c, struct cache_agent *a, spa_t page, view_t view,
				    u64 lines, u32 *gen);

/*
 * A core stored to spa .. spa+len-1, within a page of DRAM, through a write_tracked mapping.  True:
 * it hit decoded code, which has a new generation now.  False does not say that the block the core
 * is running is still good: another's store may have taken its lines first.  So after every tracked
 * store the core compares its running block's generations, whatever the answer.  Never waits.
 */
bool cache_code_written(struct cache *c, spa_t spa, size_t len);

/* -- looking in ------------------------------------------------------------------------------ */

enum cache_state { CACHE_RAW, CACHE_CLEAN, CACHE_DIRTY };

/*
 * State and key slot of a page, as a debugger on the die would see it; *view is VIEW_RAW when there
 * is no plaintext copy.  A page that a core may store to counts as dirty.  For threads that run no
 * agent.
 */
enum cache_state cache_inspect(struct cache *c, spa_t page, view_t *view);

struct cache_stats {
	u64 loads;      /* pages decrypted into the cache */
	u64 writebacks; /* pages encrypted into DRAM */
	u64 evictions;  /* copies given up for want of room */
	u64 shootdowns; /* times that one or more agents had to drop a page */
	u64 resident;   /* plaintext copies now */
};
void cache_stats(struct cache *c, struct cache_stats *out);

#endif
