/* SPDX-License-Identifier: MIT */
/* Mappings, accesses without one, and pages lent for exclusive use. */
#include <string.h>

#include "base/bug.h"

#include "chip/cache/internal.h"
#include "chip/fabric/shared.h"

/* -- mappings -------------------------------------------------------------------------------- */

/* Returns whether the right must not be kept. */
static bool grant_write(struct cache_page *p, view_t view, u64 agent)
{
	bool tracked = atomic_load_explicit(&p->code_lines, memory_order_relaxed) != 0;

	p->writable |= agent;
	if (!tracked)
		p->untracked |= agent;
	if (view != VIEW_RAW)
		p->state = CACHE_DIRTY;
	return tracked;
}

struct cache_mapping cache_map(struct cache *c, struct cache_agent *a, spa_t page, view_t view,
			       bool write)
{
	struct cache_page *p = cache_page_at(c, page);
	struct cache_mapping m = {0};

	BUG_ON(!cache_agent_runs(a));
	if (!p)
		return m;
	cache_page_hold(c, a, p, view);
	p->mapped |= BIT64(a->index);
	if (write)
		m.write_tracked = grant_write(p, view, BIT64(a->index));
	m.hva = cache_page_bytes(c, p, view);
	m.code_gen = &p->code_gen;
	cache_unlock(&p->lock);
	return m;
}

/* -- accesses -------------------------------------------------------------------------------- */

enum fabric_status cache_read(struct cache *c, struct cache_agent *a, enum requester who,
			      view_t view, spa_t spa, void *dst, size_t len)
{
	u8 *to = dst;

	if (!fabric_contains(c->fabric, spa, len)) {
		memset(dst, 0xff, len);
		return FABRIC_ABORT;
	}
	while (len) {
		size_t n = fabric_within_page(spa, len);
		struct cache_page *p = cache_page_at(c, spa);

		if (view == VIEW_RAW)
			cache_page_hold_current(c, a, p);
		else
			cache_page_hold(c, a, p, view);
		shared_load(to, cache_page_bytes(c, p, view) + (spa.v & PAGE_MASK), n);
		cache_unlock(&p->lock);
		to += n;
		spa.v += n;
		len -= n;
	}
	return FABRIC_OK;
}

/* The locked page's bytes at spa are to change. */
static void prepare_write(struct cache_page *p, view_t view, u64 lines)
{
	cache_code_changed(p, lines);
	if (view != VIEW_RAW)
		p->state = CACHE_DIRTY;
}

enum fabric_status cache_write(struct cache *c, struct cache_agent *a, enum requester who,
			       view_t view, spa_t spa, const void *src, size_t len)
{
	const u8 *from = src;

	if (!fabric_contains(c->fabric, spa, len))
		return FABRIC_ABORT;
	while (len) {
		size_t n = fabric_within_page(spa, len);
		struct cache_page *p = cache_page_at(c, spa);

		cache_page_hold(c, a, p, view);
		prepare_write(p, view, cache_lines(spa, n));
		shared_store(cache_page_bytes(c, p, view) + (spa.v & PAGE_MASK), from, n);
		cache_unlock(&p->lock);
		from += n;
		spa.v += n;
		len -= n;
	}
	return FABRIC_OK;
}

/* Both pages are the caller's alone, so two steps are as good as one. */
static bool cmpxchg_split(struct cache *c, struct cache_agent *a, view_t view, spa_t spa,
			  void *expected, const void *desired, size_t len)
{
	struct cache_part part[2] = {{.page = spa, .view = view},
				     {.page = SPA(spa.v + len), .view = view}};
	size_t n = fabric_within_page(spa, len);
	u8 old[16];
	bool equal, held;

	held = cache_begin_split(c, a, part);
	BUG_ON(!held);
	shared_load(old, part[0].hva + PAGE_SIZE - n, n);
	shared_load(old + n, part[1].hva, len - n);
	equal = memcmp(old, expected, len) == 0;
	if (equal) {
		shared_store(part[0].hva + PAGE_SIZE - n, desired, n);
		shared_store(part[1].hva, (const u8 *)desired + n, len - n);
	} else {
		memcpy(expected, old, len);
	}
	cache_end_split(c, part);
	return equal;
}

enum fabric_status cache_cmpxchg(struct cache *c, struct cache_agent *a, enum requester who,
				 view_t view, spa_t spa, void *expected, const void *desired,
				 size_t len, bool *swapped)
{
	struct cache_page *p = cache_page_at(c, spa);

	*swapped = false;
	if (!fabric_contains(c->fabric, spa, len)) {
		memset(expected, 0xff, len);
		return FABRIC_ABORT;
	}
	if (fabric_within_page(spa, len) < len) {
		*swapped = cmpxchg_split(c, a, view, spa, expected, desired, len);
		return FABRIC_OK;
	}
	cache_page_hold(c, a, p, view);
	prepare_write(p, view, cache_lines(spa, len));
	*swapped = shared_cmpxchg(cache_page_bytes(c, p, view) + (spa.v & PAGE_MASK), expected,
				  desired, len);
	cache_unlock(&p->lock);
	return FABRIC_OK;
}

/* -- exclusive use --------------------------------------------------------------------------- */

u8 *cache_begin_exclusive(struct cache *c, struct cache_agent *a, spa_t page)
{
	struct cache_page *p = cache_page_at(c, page);

	if (!p)
		return NULL;
	cache_page_hold(c, a, p, VIEW_RAW);
	cache_page_forget(c, a, p);
	cache_code_changed(p, ALL_LINES);
	return cache_page_bytes(c, p, VIEW_RAW);
}

void cache_end_exclusive(struct cache *c, spa_t page)
{
	cache_unlock(&cache_page_at(c, page)->lock);
}

/* -- split accesses -------------------------------------------------------------------------- */

/* The page is locked, and spare is a frame if the view needs one. */
static void own_part(struct cache *c, struct cache_agent *a, struct cache_part *part, u32 *spare)
{
	struct cache_page *p = cache_page_at(c, part->page);
	bool entered = cache_page_enter(c, a, p, part->view, spare);

	BUG_ON(!entered);
	cache_page_forget(c, a, p);
	prepare_write(p, part->view, ALL_LINES);
	part->hva = cache_page_bytes(c, p, part->view);
}

bool cache_begin_split(struct cache *c, struct cache_agent *a, struct cache_part part[2])
{
	struct cache_page *p[2] = {cache_page_at(c, part[0].page), cache_page_at(c, part[1].page)};
	int low = p[0] > p[1];
	u32 spare[2] = {FRAME_NONE, FRAME_NONE};

	if (!p[0] || !p[1] || (p[0] == p[1] && part[0].view != part[1].view))
		return false;
	cache_lock(&c->bus, a);
	for (int i = 0; i < 2; i++)
		if (part[i].view != VIEW_RAW)
			spare[i] = cache_frame_wrest(c, a);
	cache_lock(&p[low]->lock, a);
	if (p[0] != p[1])
		cache_lock(&p[!low]->lock, a);
	for (int i = 0; i < 2; i++) {
		own_part(c, a, &part[i], &spare[i]);
		if (spare[i] != FRAME_NONE)
			cache_frame_give(&c->frames, spare[i]);
	}
	return true;
}

void cache_end_split(struct cache *c, const struct cache_part part[2])
{
	struct cache_page *p[2] = {cache_page_at(c, part[0].page), cache_page_at(c, part[1].page)};

	cache_unlock(&p[0]->lock);
	if (p[0] != p[1])
		cache_unlock(&p[1]->lock);
	cache_unlock(&c->bus);
}
