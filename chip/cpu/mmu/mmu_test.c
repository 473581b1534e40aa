/* SPDX-License-Identifier: MIT */
/* Contexts, the fetch context that block links trust, and the debugger's look. */
#include "abi/paging.h"
#include "abi/x86.h"

#include "chip/cpu/mmu/internal.h"
#include "chip/cpu/mmu/testbed.h"

#include "tests/support/cmocka.h"

enum { DATA = MIB(2), LA = 0x5000 };

struct rig {
	struct bed *b;
	struct cpu *c;
	struct tables t;
};

static int setup(void **state)
{
	static struct rig r;

	r.b = bed_new(&(struct bed_config){.nested = true, .sev = true});
	r.c = r.b->cpu;
	r.t = bed_tables(r.b, 4);
	for (unsigned i = 0; i < 4; i++)
		tables_set(r.b, &r.t, LA + i * PAGE_SIZE, 1,
			   (DATA + i * PAGE_SIZE) | E_RWU | BED_C);
	bed_use(r.b, &r.t);
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	bed_free(((struct rig *)*state)->b);
	return 0;
}

/* -- contexts -------------------------------------------------------------------------------- */

static void same_context_same_bank(void **state)
{
	struct rig *r = *state;
	struct cpu *c = r->c;
	const struct tlb_bank *system = c->tlb;
	u64 ctx = c->fetch_ctx;

	c->cpl = 3;
	mmu_context_changed(c);
	assert_ptr_not_equal(c->tlb, system);
	assert_int_not_equal(c->fetch_ctx, ctx);
	c->cpl = 0;
	mmu_context_changed(c);
	assert_ptr_equal(c->tlb, system);
	assert_int_equal(c->fetch_ctx, ctx);
	/* CPL 1 and 2 are the system's too; AC counts with SMAP only. */
	c->cpl = 2;
	c->rflags = RFLAGS_AC;
	mmu_context_changed(c);
	assert_ptr_equal(c->tlb, system);
	c->cr4 |= CR4_SMAP;
	mmu_context_changed(c);
	assert_ptr_equal(c->tlb, system);
	c->rflags = 0;
	mmu_context_changed(c);
	assert_ptr_not_equal(c->tlb, system);
}

static void keys_select_contexts(void **state)
{
	struct rig *r = *state;
	struct cpu *c = r->c;
	const struct tlb_bank *one;

	c->cr4 |= CR4_PKE;
	mmu_context_changed(c);
	one = c->tlb;
	c->pkru = 4;
	mmu_context_changed(c);
	assert_ptr_not_equal(c->tlb, one);
	c->pkru = 0;
	mmu_context_changed(c);
	assert_ptr_equal(c->tlb, one);
}

/* Block links compare the context alone, so what is decoded differently has another. */
static void modes_have_their_fetch_context(void **state)
{
	struct rig *r = *state;
	u64 ctx = r->c->fetch_ctx;

	r->c->mode = MODE_32;
	mmu_context_changed(r->c);
	assert_int_not_equal(r->c->fetch_ctx, ctx);
	r->c->mode = MODE_64;
	mmu_context_changed(r->c);
	assert_int_equal(r->c->fetch_ctx, ctx);
}

/* A bank that changes hands takes a new name along, though nothing was fetched under the old. */
static void every_context_has_its_name(void **state)
{
	struct rig *r = *state;
	u64 ctx[2 * BANKS];

	r->c->cr4 |= CR4_PCIDE;
	mmu_context_changed(r->c);
	for (unsigned pcid = 0; pcid < 2 * BANKS; pcid++) {
		mmu_write_cr3(r->c, r->t.root | pcid, true);
		ctx[pcid] = r->c->fetch_ctx;
		for (unsigned other = 0; other < pcid; other++)
			assert_int_not_equal(ctx[other], ctx[pcid]);
	}
}

/* An implicit access must not take the present context's bank, however many there are. */
static void system_bank_is_not_in_the_way(void **state)
{
	struct rig *r = *state;
	u64 v;

	r->c->cr4 |= CR4_PCIDE;
	r->c->cpl = 3;
	for (unsigned pcid = 0; pcid < 3 * BANKS; pcid++) {
		mmu_write_cr3(r->c, r->t.root | pcid, true);
		assert_true(mem_load_sys(r->c, LA, &v, 8));
		assert_true(bed_load(r->c, LA, &v));
		assert_int_equal(r->c->mmu->bank->key.pcid, pcid);
		assert_int_equal(r->c->mmu->sys_bank->key.pcid, pcid);
	}
}

/* -- fetch ----------------------------------------------------------------------------------- */

static void fetch(struct rig *r, u64 la, struct mmu_fetch *f)
{
	r->c->event = (struct cpu_event){0};
	assert_true(mmu_fetch(r->c, la, f));
}

static void fetch_gives_the_page(void **state)
{
	struct rig *r = *state;
	struct mmu_fetch f, again;

	bed_write(r->b, bed_spa(r->b, DATA + 8), VIEW_KEY(BED_ASID), 0xc0de);
	fetch(r, LA + 0xabc, &f);
	assert_int_equal(f.spa.v, bed_spa(r->b, DATA).v);
	assert_int_equal(f.view, VIEW_KEY(BED_ASID));
	assert_int_equal(host_load64(f.page + 8), 0xc0de);
	assert_non_null(f.code_gen);
	fetch(r, LA + 1, &again);
	assert_ptr_equal(again.page, f.page);
	assert_int_equal(again.spa.v, f.spa.v);
	assert_int_equal(again.view, f.view);
	/* A data entry lets nobody fetch, nor the other way round. */
	assert_null(mem_load_ptr(r->c, LA, 1));
}

static void context_lasts_while_nothing_fetched_goes(void **state)
{
	struct rig *r = *state;
	struct mmu_fetch f;
	u64 ctx, v;

	fetch(r, LA, &f);
	ctx = r->c->fetch_ctx;
	fetch(r, LA + PAGE_SIZE, &f);
	assert_true(bed_load(r->c, LA + 2 * PAGE_SIZE, &v));
	mmu_flush_page(r->c, LA + 2 * PAGE_SIZE);
	mmu_flush_page(r->c, LA + 3 * PAGE_SIZE);
	assert_int_equal(r->c->fetch_ctx, ctx);
	mmu_flush_page(r->c, LA + PAGE_SIZE);
	assert_int_not_equal(r->c->fetch_ctx, ctx);
	ctx = r->c->fetch_ctx;
	fetch(r, LA, &f);
	assert_int_equal(r->c->fetch_ctx, ctx);
	mmu_write_cr3(r->c, r->t.root, false);
	assert_int_not_equal(r->c->fetch_ctx, ctx);
	/* Nothing is left to go. */
	ctx = r->c->fetch_ctx;
	mmu_write_cr3(r->c, r->t.root, false);
	assert_int_equal(r->c->fetch_ctx, ctx);
}

static void global_code_outlives_cr3(void **state)
{
	struct rig *r = *state;
	struct mmu_fetch f;
	u64 ctx;

	tables_set(r->b, &r->t, LA, 1, DATA | E_RWU | BED_C | PTE_G);
	fetch(r, LA, &f);
	ctx = r->c->fetch_ctx;
	mmu_write_cr3(r->c, r->t.root, false);
	assert_int_equal(r->c->fetch_ctx, ctx);
	mmu_flush_all(r->c);
	assert_int_not_equal(r->c->fetch_ctx, ctx);
}

/* Another context's loss is not this one's. */
static void contexts_change_alone(void **state)
{
	struct rig *r = *state;
	struct mmu_fetch f;
	u64 user, system;

	fetch(r, LA, &f);
	system = r->c->fetch_ctx;
	r->c->cpl = 3;
	mmu_context_changed(r->c);
	fetch(r, LA + PAGE_SIZE, &f);
	user = r->c->fetch_ctx;
	mmu_flush_page(r->c, LA);
	assert_int_equal(r->c->fetch_ctx, user);
	r->c->cpl = 0;
	mmu_context_changed(r->c);
	assert_int_not_equal(r->c->fetch_ctx, system);
}

/* More code pages than the context remembers: it starts anew, and forgets none it trusts. */
static void more_code_than_remembered(void **state)
{
	struct rig *r = *state;
	const u64 base = 0x40000000;
	struct mmu_fetch f;
	unsigned renewed = 0;
	u64 ctx = 0;

	for (unsigned i = 0; i < 2 * TLB_SIZE; i++)
		tables_set(r->b, &r->t, base + i * PAGE_SIZE, 1,
			   (DATA + i % 256 * PAGE_SIZE) | E_RWU | BED_C);
	for (unsigned i = 0; i < 2 * TLB_SIZE; i++) {
		fetch(r, base + i * PAGE_SIZE, &f);
		renewed += r->c->fetch_ctx != ctx;
		ctx = r->c->fetch_ctx;
	}
	assert_in_range(renewed, 2, 8);
	/* All that were fetched since the last renewal count. */
	mmu_flush_page(r->c, base + (2 * TLB_SIZE - 2) * PAGE_SIZE);
	assert_int_not_equal(r->c->fetch_ctx, ctx);
}

static void fetch_from_nowhere(void **state)
{
	struct rig *r = *state;
	struct mmu_fetch f;
	u64 ctx;

	tables_set(r->b, &r->b->npt, DATA, 1, BED_DRAM | E_RWU);
	fetch(r, LA, &f);
	assert_int_equal(f.spa.v, BED_DRAM);
	assert_int_equal(host_load64(f.page), ~0ull);
	assert_false(fabric_contains(&r->b->fabric, f.spa, 1));
	ctx = r->c->fetch_ctx;
	mmu_flush_page(r->c, LA);
	assert_int_not_equal(r->c->fetch_ctx, ctx);
}

static void fetch_rights(void **state)
{
	struct rig *r = *state;
	struct mmu_fetch f;

	tables_set(r->b, &r->t, LA, 1, DATA | E_RWU | BED_C | PTE_NX);
	assert_false(mmu_fetch(r->c, LA + 5, &f));
	assert_pf(r->c, LA + 5, PF_ERROR_P | PF_ERROR_ID);
}

/* -- debuggers ------------------------------------------------------------------------------- */

static void peeks(void **state)
{
	struct rig *r = *state;
	spa_t spa;
	view_t view;

	r->c->event = (struct cpu_event){.kind = EVENT_TRAP, .vector = 3};
	assert_true(mmu_peek(r->c, LA + 0x123, &spa, &view));
	assert_int_equal(spa.v, bed_spa(r->b, DATA + 0x123).v);
	assert_int_equal(view, VIEW_KEY(BED_ASID));
	assert_int_equal(tables_get(r->b, &r->t, LA, 1) & E_AD, 0);
	assert_int_equal(tables_get(r->b, &r->b->npt, DATA, 1) & E_AD, 0);
	assert_int_equal(tables_get(r->b, &r->b->npt, r->t.root, 1) & E_AD, 0);

	/* Rights are no matter; what is not mapped is. */
	tables_set(r->b, &r->t, LA, 1, DATA | PTE_P);
	r->c->cpl = 3;
	mmu_context_changed(r->c);
	assert_true(mmu_peek(r->c, LA, &spa, &view));
	assert_int_equal(view, VIEW_RAW);
	assert_false(mmu_peek(r->c, 0x40000000, &spa, &view));
	assert_false(mmu_peek(r->c, 0x800000000000, &spa, &view));
	tables_set(r->b, &r->b->npt, DATA, 1, 0);
	assert_false(mmu_peek(r->c, LA, &spa, &view));
	assert_int_equal(r->c->event.kind, EVENT_TRAP);
	assert_int_equal(r->c->event.vector, 3);
}

/* A peek remembers nothing that a real access would have to earn. */
static void peeks_leave_no_trace(void **state)
{
	struct rig *r = *state;
	spa_t spa;
	view_t view;
	u64 v;

	assert_true(mmu_peek(r->c, LA, &spa, &view));
	assert_null(mem_load_ptr(r->c, LA, 1));
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(tables_get(r->b, &r->b->npt, DATA, 1) & E_AD, PTE_A);
}

/* -- making ---------------------------------------------------------------------------------- */

static void no_agent_left(void **state)
{
	struct rig *r = *state;
	static const struct cache_agent_ops none;
	struct cache_agent *agents[CACHE_AGENTS_MAX];
	struct cpu c = {.model = &r->b->model, .cache = r->b->cache};
	unsigned n = 0;

	while ((agents[n] = cache_agent_new(r->b->cache, &none, NULL)))
		n++;
	assert_null(mmu_new(&c));
	assert_null(c.mmu);
	while (n > 0)
		cache_agent_free(agents[--n]);
	mmu_free(NULL);
}

#define RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG(same_context_same_bank),
		RIG(keys_select_contexts),
		RIG(modes_have_their_fetch_context),
		RIG(every_context_has_its_name),
		RIG(system_bank_is_not_in_the_way),
		RIG(fetch_gives_the_page),
		RIG(context_lasts_while_nothing_fetched_goes),
		RIG(global_code_outlives_cr3),
		RIG(contexts_change_alone),
		RIG(more_code_than_remembered),
		RIG(fetch_from_nowhere),
		RIG(fetch_rights),
		RIG(peeks),
		RIG(peeks_leave_no_trace),
		RIG(no_agent_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
