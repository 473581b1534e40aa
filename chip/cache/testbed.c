/* SPDX-License-Identifier: MIT */
/* The smallest chip and core that can be tested. */
#include "chip/cache/testbed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

void testbed_init(struct testbed *t, const struct testbed_config *cfg)
{
	const struct fabric_config fabric = {.dram_size = TESTBED_PAGES * PAGE_SIZE,
					     .dram_file = cfg->dram_file};
	const struct cache_config cache = {.capacity = cfg->capacity, .coherent = !cfg->incoherent};
	const u8 seed[32] = {1, 2, 3};
	struct error err = {.text = ""};
	int rc;

	t->rng = rng_new(seed);
	BUG_ON(!t->rng);
	t->mee = mee_new(cfg->profile, TESTBED_SLOTS, cfg->path, t->rng);
	BUG_ON(!t->mee);
	rc = fabric_init(&t->fabric, &fabric, &err);
	if (rc != 0)
		fprintf(stderr, "%s\n", err.text);
	BUG_ON(rc != 0);
	t->cache = cache_new(&t->fabric, t->mee, &cache, &err);
	BUG_ON(!t->cache);
}

void testbed_fini(struct testbed *t)
{
	cache_free(t->cache);
	fabric_fini(&t->fabric);
	mee_free(t->mee);
	rng_free(t->rng);
}

void testbed_decrypt(const struct testbed *t, unsigned slot, spa_t spa, void *dst, size_t len)
{
	mee_decrypt(t->mee, slot, spa, dst, t->fabric.dram + spa.v, len);
}

/* -- cores ----------------------------------------------------------------------------------- */

static unsigned view_index(view_t view)
{
	return view == VIEW_RAW ? TESTBED_SLOTS : view;
}

static void core_drop(void *ctx, spa_t page, enum cache_drop what)
{
	struct core *core = ctx;
	struct core_entry *e = core->tlb[page.v >> PAGE_SHIFT];

	for (unsigned i = 0; i < TESTBED_VIEWS; i++) {
		e[i].store = NULL;
		if (what == CACHE_DROP_ALL)
			e[i].load = NULL;
	}
	core->drops[what]++;
	core->dropped_by = pthread_self();
}

static const struct cache_agent_ops core_ops = {.drop = core_drop};

void core_init(struct core *core, struct cache *c)
{
	memset(core, 0, sizeof(*core));
	core->cache = c;
	core->agent = cache_agent_new(c, &core_ops, core);
	BUG_ON(!core->agent);
}

void core_fini(struct core *core)
{
	cache_agent_free(core->agent);
}

void core_poll(struct core *core)
{
	if (atomic_load_explicit(cache_agent_pending(core->agent), memory_order_relaxed))
		cache_agent_poll(core->agent);
}

u8 *core_hva(struct core *core, view_t view, spa_t spa, bool write)
{
	struct core_entry *e = &core->tlb[spa.v >> PAGE_SHIFT][view_index(view)];
	struct cache_mapping m;

	core_poll(core);
	if (write ? e->store : e->load)
		return (write ? e->store : e->load) + (spa.v & PAGE_MASK);
	m = cache_map(core->cache, core->agent, spa, view, write);
	if (!m.hva)
		return NULL;
	e->load = m.hva;
	if (write && !m.write_tracked)
		e->store = m.hva;
	return m.hva + (spa.v & PAGE_MASK);
}

u64 core_load(struct core *core, view_t view, spa_t spa)
{
	const u8 *hva = core_hva(core, view, spa, false);

	BUG_ON(!hva);
	return atomic_load_explicit((const _Atomic u64 *)(const void *)hva, memory_order_relaxed);
}

void core_store(struct core *core, view_t view, spa_t spa, u64 v)
{
	u8 *hva = core_hva(core, view, spa, true);

	BUG_ON(!hva);
	atomic_store_explicit((_Atomic u64 *)(void *)hva, v, memory_order_relaxed);
	if (!core_maps(core, view, spa, true))
		cache_code_written(core->cache, spa, sizeof(v));
}

bool core_maps(const struct core *core, view_t view, spa_t spa, bool write)
{
	const struct core_entry *e = &core->tlb[spa.v >> PAGE_SHIFT][view_index(view)];

	return write ? e->store : e->load;
}

/* -- the usual set-up ------------------------------------------------------------------------ */

struct rig *rig_new(const struct testbed_config *cfg)
{
	struct rig *r = calloc(1, sizeof(*r));

	BUG_ON(!r);
	testbed_init(&r->t, cfg);
	core_init(&r->a, r->t.cache);
	core_init(&r->b, r->t.cache);
	cache_agent_run(r->a.agent);
	return r;
}

void rig_free(struct rig *r)
{
	cache_agent_park(r->a.agent);
	core_fini(&r->a);
	core_fini(&r->b);
	testbed_fini(&r->t);
	free(r);
}

void rig_dma_read(struct rig *r, spa_t spa, void *dst, size_t len)
{
	enum fabric_status status;

	cache_agent_park(r->a.agent);
	status = fabric_read(&r->t.fabric, REQ_DMA, spa, dst, len);
	cache_agent_run(r->a.agent);
	BUG_ON(status != FABRIC_OK);
}

void rig_dma_write(struct rig *r, spa_t spa, const void *src, size_t len)
{
	enum fabric_status status;

	cache_agent_park(r->a.agent);
	status = fabric_write(&r->t.fabric, REQ_DMA, spa, src, len);
	cache_agent_run(r->a.agent);
	BUG_ON(status != FABRIC_OK);
}

bool rig_page_is(struct rig *r, spa_t page, enum cache_state state, view_t view)
{
	view_t got;

	return cache_inspect(r->t.cache, page, &got) == state && got == view;
}
