/* SPDX-License-Identifier: MIT */
/*
 * The inside of the cache.  Private to chip/cache.
 *
 * What protects what
 *
 *	page lock	every plain field of a cache_page, the page's bytes in its frame, and the
 *			right to give out mappings of it.  Marks and generation are atomics beside
 *			it: marks are set under the lock, taken away by anyone (code.c).
 *	frames.lock	the free list
 *	agent state	an agent's mappings: its own thread while it runs, else the borrower
 *	slot_use	an engine slot's key, against those who work with it
 *
 * Order: bus, then page locks, then the others, which are leaves: who has one waits for nothing.
 * Two page locks are held at once only by accesses that cross pages, lower page first.  A thread
 * that holds a page lock may wait for agents to drop the page, and they always answer: running ones
 * poll, and poll while they wait for anything; parked ones are served by the one who asks.  It
 * never waits for a frame: who finds none lets go of the page, takes a frame from another, and
 * comes back with the frame in hand (page.c, frames.c).
 *
 * When a page is unlocked: without a mapping bit in `mapped`, no agent can touch it; without one in
 * `writable`, no agent can store to it; a page that is neither writable nor dirty equals DRAM.
 */
#ifndef CHIP_CACHE_INTERNAL_H
#define CHIP_CACHE_INTERNAL_H

#include "chip/cache/cache.h"

#define CACHE_LINE 64

/* -- waiting (wait.c) ------------------------------------------------------------------------ */

/* Spins, then yields, then naps; answers a's requests (a may be NULL) at each step. */
struct cache_wait {
	unsigned steps;
};
void cache_wait_step(struct cache_wait *w, struct cache_agent *a);

/* A lock word of one holder: 0 is free. */
bool cache_lock_try(_Atomic u32 *lock);
void cache_lock(_Atomic u32 *lock, struct cache_agent *a);
void cache_unlock(_Atomic u32 *lock);

/* -- agents (agent.c) ------------------------------------------------------------------------ */

struct cache_request;

struct cache_agent {
	_Atomic u32 pending; /* CACHE_PENDING and the owner's bits */
	_Atomic u32 state;   /* enum agent_state */
	_Atomic(struct cache_request *) requests;
	const struct cache_agent_ops *ops;
	void *ctx;
	unsigned index;
} ALIGNED(CACHE_LINE);

/*
 * Returns when every agent in the mask `who` has dropped the page.  The page's lock is held, so
 * none of them gets it back meanwhile.
 */
void cache_agents_drop(struct cache *c, struct cache_agent *a, u64 who, spa_t page,
		       enum cache_drop what);

bool cache_agent_runs(const struct cache_agent *a);

/* -- frames (frames.c) ----------------------------------------------------------------------- */

#define FRAME_NONE (~(u32)0)

struct cache_frame {
	_Atomic u64 owner; /* pfn + 1 of the page whose plaintext it holds; 0: none */
	u32 next_free;
};

/* Where plaintext stands: an anonymous mapping, kept out of core dumps and of child processes. */
struct cache_frames {
	u8 *arena;
	struct cache_frame *frame;
	u32 capacity;
	/* What changes, on a line of its own. */
	_Atomic u32 lock ALIGNED(CACHE_LINE);
	_Atomic u32 used; /* frames 0 .. used-1 have ever been handed out */
	u32 free_head;    /* a FRAME_NONE-ended list through next_free */
	_Atomic u32 hand; /* where the search for a victim goes on */
};

int cache_frames_init(struct cache_frames *fr, u64 capacity, struct error *err) MUST_CHECK;
void cache_frames_fini(struct cache_frames *fr);

static inline u8 *cache_frame_bytes(const struct cache_frames *fr, u32 frame)
{
	return fr->arena + (u64)frame * PAGE_SIZE;
}

/* FRAME_NONE: all are in use. */
u32 cache_frame_take(struct cache_frames *fr);
void cache_frame_give(struct cache_frames *fr, u32 frame);

/* A frame at any price, another page's if need be.  The caller holds no page lock. */
u32 cache_frame_wrest(struct cache *c, struct cache_agent *a);

/* -- pages (page.c) -------------------------------------------------------------------------- */

struct cache_page {
	_Atomic u32 lock;
	_Atomic u32 code_gen;   /* odd: marks are being taken away */
	_Atomic u64 code_lines; /* 64-byte lines that decoded code came from */
	u64 mapped;             /* agents that may have a mapping, in any view */
	u64 writable;           /* those of them that may store through it */
	u64 untracked;          /* those of them that may keep that right, and need not tell */
	u32 frame;              /* valid unless raw, like view */
	view_t view;
	u8 state;     /* enum cache_state */
	bool touched; /* used since the victim search last came by */
} ALIGNED(CACHE_LINE);
_Static_assert(sizeof(struct cache_page) == CACHE_LINE, "a page's state is one cache line");

struct cache {
	struct fabric *fabric;
	struct mee *mee;
	bool coherent;
	struct cache_page *page; /* one for each page of DRAM */
	_Atomic u32 *slot_use;   /* one for each slot: users, or SLOT_KEYING */
	struct cache_frames frames;
	_Atomic u32 bus ALIGNED(CACHE_LINE); /* serialises split accesses */
	_Atomic u64 loads, writebacks, evictions, shootdowns, resident;
	struct cache_agent agent[CACHE_AGENTS_MAX];
};

static inline u64 cache_pfn(const struct cache *c, const struct cache_page *p)
{
	return (u64)(p - c->page);
}

static inline spa_t cache_page_spa(const struct cache *c, const struct cache_page *p)
{
	return SPA(cache_pfn(c, p) << PAGE_SHIFT);
}

/* NULL: not DRAM. */
static inline struct cache_page *cache_page_at(struct cache *c, spa_t spa)
{
	return fabric_contains(c->fabric, spa, 1) ? &c->page[spa.v >> PAGE_SHIFT] : NULL;
}

/* The page's bytes in a view that it is in: its frame, or DRAM. */
static inline u8 *cache_page_bytes(const struct cache *c, const struct cache_page *p, view_t view)
{
	if (view == VIEW_RAW)
		return c->fabric->dram + cache_page_spa(c, p).v;
	return cache_frame_bytes(&c->frames, p->frame);
}

/* Locks the page, in the view. */
void cache_page_hold(struct cache *c, struct cache_agent *a, struct cache_page *p, view_t view);

/* Locks the page with its DRAM bytes current; a plaintext copy may stay beside them, clean. */
void cache_page_hold_current(struct cache *c, struct cache_agent *a, struct cache_page *p);

/* All below: the page is locked. */

void cache_page_forget(struct cache *c, struct cache_agent *a, struct cache_page *p);

/* From key to raw: nobody maps it, DRAM is current.  Returns the frame, for the caller to use. */
u32 cache_page_detach(struct cache *c, struct cache_agent *a, struct cache_page *p);

/* Brings it to the view; takes *spare if it needs a frame.  false: it needs one, and none is free. */
bool cache_page_enter(struct cache *c, struct cache_agent *a, struct cache_page *p, view_t view,
		      u32 *spare);

/* -- decoded code (code.c) ------------------------------------------------------------------- */

/* The 64-byte lines of spa .. spa+len-1; len is 1 or more, all within a page. */
u64 cache_lines(spa_t spa, size_t len);

/* Bytes in these lines change or have changed: ends a generation if one was decoded.  True: so. */
bool cache_code_changed(struct cache_page *p, u64 lines);
#define ALL_LINES (~0ull)

#endif
