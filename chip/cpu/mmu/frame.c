/* SPDX-License-Identifier: MIT */
/* Mappings of the plaintext cache, remembered by page; and what happens when one is asked back. */
#include "chip/cpu/mmu/internal.h"

static const struct frame *frame_nowhere(struct mmu *m, spa_t page, view_t view)
{
	m->nowhere.page = page.v;
	m->nowhere.view = view;
	return &m->nowhere;
}

const struct frame *frame_map(struct mmu *m, spa_t page, view_t view, bool write)
{
	struct cache_mapping map = cache_map(m->cpu->cache, m->cpu->agent, page, view, write);
	struct frame *f = frame_slot(m->frames, page.v);

	if (!map.hva)
		return frame_nowhere(m, page, view);
	f->page = page.v;
	f->hva = map.hva;
	f->code_gen = map.code_gen;
	f->view = view;
	f->dram = true;
	f->writable = write && !map.write_tracked;
	f->tracked = write && map.write_tracked;
	return f;
}

/* On the core's own thread, inside a call into the cache; on another while the core is parked. */
static void frame_drop(void *ctx, spa_t page, enum cache_drop what)
{
	struct mmu *m = ctx;
	struct frame *f = frame_slot(m->frames, page.v);

	m->drops++;
	if (f->page == page.v) {
		f->writable = false;
		if (what == CACHE_DROP_ALL)
			f->page = FRAME_FREE;
	}
	bank_drop_page(m, page, what);
}

const struct cache_agent_ops frame_agent_ops = {.drop = frame_drop};
