/* SPDX-License-Identifier: MIT */
/* The cache as a whole: its making, its side of the fabric, and what a debugger sees. */
#include "chip/cache/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "chip/cache/internal.h"

/* -- the fabric's snoop ---------------------------------------------------------------------- */

static void snoop_begin(void *ctx, u64 pfn, bool write)
{
	struct cache *c = ctx;
	struct cache_page *p = &c->page[pfn];

	if (!write) {
		cache_page_hold_current(c, NULL, p);
		return;
	}
	cache_page_hold(c, NULL, p, VIEW_RAW);
	cache_code_changed(p, ALL_LINES);
}

static void snoop_end(void *ctx, u64 pfn, bool write)
{
	struct cache *c = ctx;

	cache_unlock(&c->page[pfn].lock);
}

static const struct fabric_snoop cache_snoop = {.begin = snoop_begin, .end = snoop_end};

/* -- making ---------------------------------------------------------------------------------- */

static u64 page_count(const struct cache *c)
{
	return c->fabric->dram_size >> PAGE_SHIFT;
}

/* Zeroes are right for all of it: every page raw and unlocked, every slot idle. */
static int alloc_tables(struct cache *c, u64 capacity, struct error *err)
{
	u64 pages = page_count(c);
	void *page = mmap(NULL, pages * sizeof(*c->page), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int rc;

	if (page == MAP_FAILED)
		return error_set(err, errno, "plaintext cache for %llu pages: %s",
				 (unsigned long long)pages, strerror(errno));
	c->page = page;
	c->slot_use = calloc(mee_slots(c->mee), sizeof(*c->slot_use));
	rc = c->slot_use ? cache_frames_init(&c->frames, capacity, err)
			 : error_set(err, ENOMEM, "plaintext cache: no memory");
	if (rc != 0) {
		free(c->slot_use);
		munmap(page, pages * sizeof(*c->page));
	}
	return rc;
}

struct cache *cache_new(struct fabric *f, struct mee *m, const struct cache_config *cfg,
			struct error *err)
{
	u64 pages = f->dram_size >> PAGE_SHIFT;
	u64 capacity = cfg->capacity && cfg->capacity < pages ? cfg->capacity : pages;
	struct cache *c;

	if (capacity < CACHE_CAPACITY_MIN) {
		(void)error_set(err, EINVAL, "plaintext cache of %llu pages: at least %d needed",
				(unsigned long long)capacity, CACHE_CAPACITY_MIN);
		return NULL;
	}
	c = aligned_alloc(CACHE_LINE, sizeof(*c));
	if (!c) {
		(void)error_set(err, ENOMEM, "plaintext cache: no memory");
		return NULL;
	}
	memset(c, 0, sizeof(*c));
	c->fabric = f;
	c->mee = m;
	c->coherent = cfg->coherent;
	if (alloc_tables(c, capacity, err) != 0) {
		free(c);
		return NULL;
	}
	fabric_set_snoop(f, &cache_snoop, c);
	return c;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	cache_flush_all(c, NULL);
	fabric_set_snoop(c->fabric, NULL, NULL);
	cache_frames_fini(&c->frames);
	free(c->slot_use);
	munmap(c->page, page_count(c) * sizeof(*c->page));
	free(c);
}

/* -- looking in ------------------------------------------------------------------------------ */

enum cache_state cache_inspect(struct cache *c, spa_t page, view_t *view)
{
	struct cache_page *p = cache_page_at(c, page);
	enum cache_state state = CACHE_RAW;

	*view = VIEW_RAW;
	if (!p)
		return CACHE_RAW;
	cache_lock(&p->lock, NULL);
	state = p->state;
	if (state != CACHE_RAW)
		*view = p->view;
	cache_unlock(&p->lock);
	return state;
}

void cache_stats(struct cache *c, struct cache_stats *out)
{
	*out = (struct cache_stats){
		.loads = atomic_load_explicit(&c->loads, memory_order_relaxed),
		.writebacks = atomic_load_explicit(&c->writebacks, memory_order_relaxed),
		.evictions = atomic_load_explicit(&c->evictions, memory_order_relaxed),
		.shootdowns = atomic_load_explicit(&c->shootdowns, memory_order_relaxed),
		.resident = atomic_load_explicit(&c->resident, memory_order_relaxed),
	};
}
