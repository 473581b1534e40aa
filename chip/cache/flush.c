/* SPDX-License-Identifier: MIT */
/* Write-back and invalidation on demand, and shootdown. */
#include "chip/cache/internal.h"

void cache_shootdown(struct cache *c, struct cache_agent *a, spa_t page)
{
	struct cache_page *p = cache_page_at(c, page);

	if (!p)
		return;
	cache_lock(&p->lock, a);
	cache_page_forget(c, a, p);
	cache_unlock(&p->lock);
}

static void flush_locked(struct cache *c, struct cache_agent *a, struct cache_page *p)
{
	cache_frame_give(&c->frames, cache_page_detach(c, a, p));
}

/* CLFLUSH names lines by address; VMPAGE_FLUSH by address and the guest's key. */
static bool flush_hits(const struct cache *c, const struct cache_page *p, view_t view)
{
	bool clflush = view == VIEW_RAW || view == VIEW_HOST_KEY;

	return p->state != CACHE_RAW && (p->view == view || (clflush && c->coherent));
}

void cache_flush_page(struct cache *c, struct cache_agent *a, spa_t page, view_t view)
{
	struct cache_page *p = cache_page_at(c, page);

	if (!p)
		return;
	cache_lock(&p->lock, a);
	if (flush_hits(c, p, view))
		flush_locked(c, a, p);
	cache_unlock(&p->lock);
}

/*
 * Frame by frame, since there are as many as copies, not as many as DRAM has pages.  A copy that
 * moves to a frame already passed has been written back on its way, so it need not be met again.
 */
static void flush_frames(struct cache *c, struct cache_agent *a, view_t view, bool all)
{
	u32 used = atomic_load_explicit(&c->frames.used, memory_order_acquire);

	for (u32 i = 0; i < used; i++) {
		u64 owner = atomic_load_explicit(&c->frames.frame[i].owner, memory_order_acquire);
		struct cache_page *p = owner ? &c->page[owner - 1] : NULL;

		if (!p)
			continue;
		cache_lock(&p->lock, a);
		if (p->state != CACHE_RAW && p->frame == i && (all || p->view == view))
			flush_locked(c, a, p);
		cache_unlock(&p->lock);
	}
}

void cache_flush_view(struct cache *c, struct cache_agent *a, view_t view)
{
	flush_frames(c, a, view, false);
}

void cache_flush_all(struct cache *c, struct cache_agent *a)
{
	flush_frames(c, a, VIEW_RAW, true);
}
