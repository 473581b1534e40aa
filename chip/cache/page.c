/* SPDX-License-Identifier: MIT */
/*
 * One page between its states: raw, clean, dirty.
 *
 *		  enter(key)			    a core gets the right to store
 *	raw  ---------------->  clean under key  ---------------->  dirty under key
 *	     <----------------			 <----------------
 *	       detach				  hold_current (a RAW read)
 *	     <-----------------------------------------------------
 *					detach
 */
#include <string.h>

#include "base/bug.h"

#include "chip/cache/internal.h"
#include "chip/fabric/shared.h"

/* -- the engine ------------------------------------------------------------------------------ */

#define SLOT_KEYING BIT32(31) /* its key is being changed; the other bits count its users */

static void slot_enter(_Atomic u32 *use)
{
	struct cache_wait w = {0};

	while (atomic_fetch_add_explicit(use, 1, memory_order_acquire) & SLOT_KEYING) {
		atomic_fetch_sub_explicit(use, 1, memory_order_relaxed);
		while (atomic_load_explicit(use, memory_order_relaxed) & SLOT_KEYING)
			cache_wait_step(&w, NULL);
	}
}

static void slot_leave(_Atomic u32 *use)
{
	atomic_fetch_sub_explicit(use, 1, memory_order_release);
}

void cache_begin_key_change(struct cache *c, unsigned slot)
{
	struct cache_wait w = {0};
	_Atomic u32 *use = &c->slot_use[slot];

	BUG_ON(slot >= mee_slots(c->mee));
	/* First keep new users out, then see the old ones off: a busy slot cannot hold it up. */
	while (atomic_fetch_or_explicit(use, SLOT_KEYING, memory_order_acquire) & SLOT_KEYING)
		cache_wait_step(&w, NULL);
	while (atomic_load_explicit(use, memory_order_acquire) != SLOT_KEYING)
		cache_wait_step(&w, NULL);
}

void cache_end_key_change(struct cache *c, unsigned slot)
{
	atomic_fetch_and_explicit(&c->slot_use[slot], ~SLOT_KEYING, memory_order_release);
}

static void encrypt_page(struct cache *c, const struct cache_page *p)
{
	_Atomic u32 *use = &c->slot_use[p->view];

	slot_enter(use);
	mee_encrypt(c->mee, p->view, cache_page_spa(c, p), cache_page_bytes(c, p, VIEW_RAW),
		    cache_page_bytes(c, p, p->view), PAGE_SIZE);
	slot_leave(use);
}

/*
 * The engine touches memory as it likes, whole vectors at a time.  On a coherent chip nobody has
 * the DRAM page meanwhile; on another, cores may be storing to it, so that it is copied first.
 */
static void decrypt_page(struct cache *c, const struct cache_page *p)
{
	_Atomic u32 *use = &c->slot_use[p->view];
	const u8 *from = cache_page_bytes(c, p, VIEW_RAW);
	u8 buf[PAGE_SIZE];

	if (!c->coherent) {
		shared_load(buf, from, PAGE_SIZE);
		from = buf;
	}
	slot_enter(use);
	mee_decrypt(c->mee, p->view, cache_page_spa(c, p), cache_page_bytes(c, p, p->view), from,
		    PAGE_SIZE);
	slot_leave(use);
}

/* -- steps ----------------------------------------------------------------------------------- */

void cache_page_forget(struct cache *c, struct cache_agent *a, struct cache_page *p)
{
	cache_agents_drop(c, a, p->mapped, cache_page_spa(c, p), CACHE_DROP_ALL);
	p->mapped = p->writable = p->untracked = 0;
}

/* Nobody can store to the copy, and nobody has the DRAM page. */
static void write_back(struct cache *c, struct cache_page *p)
{
	encrypt_page(c, p);
	p->state = CACHE_CLEAN;
	atomic_fetch_add_explicit(&c->writebacks, 1, memory_order_relaxed);
}

/* On a coherent chip: whoever maps the page maps the copy. */
static void make_current(struct cache *c, struct cache_agent *a, struct cache_page *p)
{
	if (p->state != CACHE_DIRTY)
		return;
	cache_agents_drop(c, a, p->writable, cache_page_spa(c, p), CACHE_DROP_WRITE);
	p->writable = p->untracked = 0;
	write_back(c, p);
}

u32 cache_page_detach(struct cache *c, struct cache_agent *a, struct cache_page *p)
{
	cache_page_forget(c, a, p);
	if (p->state == CACHE_DIRTY)
		write_back(c, p);
	cache_code_changed(p, ALL_LINES);
	p->state = CACHE_RAW;
	/* Only now: cache_flush_view() takes a frame without an owner for one written back. */
	atomic_store_explicit(&c->frames.frame[p->frame].owner, 0, memory_order_release);
	atomic_fetch_sub_explicit(&c->resident, 1, memory_order_relaxed);
	return p->frame;
}

static void load(struct cache *c, struct cache_page *p, view_t view, u32 frame)
{
	p->frame = frame;
	p->view = view;
	decrypt_page(c, p);
	p->state = CACHE_CLEAN;
	atomic_store_explicit(&c->frames.frame[frame].owner, cache_pfn(c, p) + 1,
			      memory_order_relaxed);
	atomic_fetch_add_explicit(&c->loads, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&c->resident, 1, memory_order_relaxed);
}

/* -- views ----------------------------------------------------------------------------------- */

static bool enter_key(struct cache *c, struct cache_agent *a, struct cache_page *p, view_t view,
		      u32 *spare)
{
	u32 frame;

	BUG_ON(view >= mee_slots(c->mee));
	if (p->state != CACHE_RAW) {
		frame = cache_page_detach(c, a, p);
	} else {
		if (*spare == FRAME_NONE)
			*spare = cache_frame_take(&c->frames);
		if (*spare == FRAME_NONE)
			return false;
		frame = *spare;
		*spare = FRAME_NONE;
		if (c->coherent) {
			cache_page_forget(c, a, p);
			cache_code_changed(p, ALL_LINES);
		}
	}
	load(c, p, view, frame);
	return true;
}

bool cache_page_enter(struct cache *c, struct cache_agent *a, struct cache_page *p, view_t view,
		      u32 *spare)
{
	if (view == VIEW_RAW) {
		if (p->state != CACHE_RAW && c->coherent)
			cache_frame_give(&c->frames, cache_page_detach(c, a, p));
		return true;
	}
	p->touched = true;
	if (p->state != CACHE_RAW && p->view == view)
		return true;
	return enter_key(c, a, p, view, spare);
}

void cache_page_hold(struct cache *c, struct cache_agent *a, struct cache_page *p, view_t view)
{
	u32 spare = FRAME_NONE;

	cache_lock(&p->lock, a);
	while (!cache_page_enter(c, a, p, view, &spare)) {
		cache_unlock(&p->lock);
		spare = cache_frame_wrest(c, a);
		cache_lock(&p->lock, a);
	}
	if (spare != FRAME_NONE)
		cache_frame_give(&c->frames, spare);
}

void cache_page_hold_current(struct cache *c, struct cache_agent *a, struct cache_page *p)
{
	cache_lock(&p->lock, a);
	if (c->coherent)
		make_current(c, a, p);
}
