/* SPDX-License-Identifier: MIT */
/* Pages that the cache asks back: by DMA, by other cores, for another view, for want of room. */
#include <string.h>

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

static struct rig *rig_new(const struct bed_config *cfg)
{
	static struct rig r;

	r.b = bed_new(cfg);
	r.c = r.b->cpu;
	r.t = bed_tables(r.b, 4);
	tables_set(r.b, &r.t, LA, 1, DATA | E_RWU | BED_C);
	bed_use(r.b, &r.t);
	return &r;
}

static int setup(void **state)
{
	*state = rig_new(&(struct bed_config){.nested = true, .sev = true, .cores = 2});
	return 0;
}

static int setup_incoherent(void **state)
{
	*state = rig_new(&(struct bed_config){.nested = true, .sev = true, .incoherent = true});
	return 0;
}

static int teardown(void **state)
{
	bed_free(((struct rig *)*state)->b);
	return 0;
}

static void fill_all_kinds(struct rig *r, u64 la)
{
	struct mmu_fetch f;

	assert_true(bed_store(r->c, la, 0x5ec2e7));
	assert_true(mmu_fetch(r->c, la, &f));
	assert_non_null(mem_load_ptr(r->c, la, 8));
	assert_non_null(mem_store_ptr(r->c, la, 8));
}

/* A device reads ciphertext, current; the core loses the right to store unseen, no more. */
static void dma_reads(void **state)
{
	struct rig *r = *state;
	spa_t spa = bed_spa(r->b, DATA);
	u64 first, v;

	fill_all_kinds(r, LA);
	first = bed_dma_read(r->b, spa);
	assert_int_not_equal(first, 0x5ec2e7);
	assert_non_null(mem_load_ptr(r->c, LA, 8));
	assert_null(mem_store_ptr(r->c, LA, 8));
	assert_true(bed_store(r->c, LA, 0x5ec2e8));
	assert_int_not_equal(bed_dma_read(r->b, spa), first);
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(v, 0x5ec2e8);
}

/* A device's store to a private page is noise to the guest. */
static void dma_writes(void **state)
{
	struct rig *r = *state;
	u64 ctx, v;

	fill_all_kinds(r, LA);
	ctx = r->c->fetch_ctx;
	bed_dma_write(r->b, bed_spa(r->b, DATA), 1);
	assert_null(mem_load_ptr(r->c, LA, 8));
	assert_null(mem_store_ptr(r->c, LA, 8));
	assert_int_not_equal(r->c->fetch_ctx, ctx);
	assert_true(bed_load(r->c, LA, &v));
	assert_int_not_equal(v, 1);
	assert_int_not_equal(v, 0x5ec2e7);
}

/* A device's store to a shared page is seen, without a drop: both are the DRAM page. */
static void dma_to_shared_pages(void **state)
{
	struct rig *r = *state;
	u64 drops, v;

	tables_map(r->b, &r->t, LA, DATA);
	mmu_flush_all(r->c);
	assert_true(bed_store(r->c, LA, 1));
	drops = r->c->mmu->drops;
	bed_dma_write(r->b, bed_spa(r->b, DATA), 77);
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(v, 77);
	assert_int_equal(bed_dma_read(r->b, bed_spa(r->b, DATA)), 77);
	assert_int_equal(r->c->mmu->drops, drops);
}

/* The same page under another key: the other core takes it, in every context of the first. */
static void another_view(void **state)
{
	struct rig *r = *state;
	struct bed *b = r->b;
	u64 v;

	fill_all_kinds(r, LA);
	r->c->cpl = 3;
	mmu_context_changed(r->c);
	fill_all_kinds(r, LA);
	bed_switch(b, 1);
	b->cpu->cr0 = 0;
	mmu_set_guest(b->cpu, &(struct mmu_guest){.asid = 3,
						  .nested = true,
						  .host_nx = true,
						  .mem_encrypt = true,
						  .ncr3 = b->npt.root});
	mmu_context_changed(b->cpu);
	assert_true(bed_load(b->cpu, DATA, &v));
	assert_int_not_equal(v, 0x5ec2e7); /* ciphertext */
	bed_switch(b, 0);
	for (unsigned cpl = 0; cpl <= 3; cpl += 3) {
		r->c->cpl = (u8)cpl;
		mmu_context_changed(r->c);
		assert_null(mem_load_ptr(r->c, LA, 8));
		assert_null(mem_store_ptr(r->c, LA, 8));
	}
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(v, 0x5ec2e7);
}

/* Two cores share a page under one key: no drop, and each sees the other's stores. */
static void shared_between_cores(void **state)
{
	struct rig *r = *state;
	u64 v;

	fill_all_kinds(r, LA);
	bed_switch(r->b, 1);
	bed_use(r->b, &r->t);
	assert_true(bed_load(r->b->cpu, LA, &v));
	assert_int_equal(v, 0x5ec2e7);
	assert_true(bed_store(r->b->cpu, LA, 0x5ec2e9));
	bed_switch(r->b, 0);
	assert_non_null(mem_load_ptr(r->c, LA, 8));
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(v, 0x5ec2e9);
}

/* What RMPUPDATE will do: every entry goes, the page's bytes stay. */
static void shootdowns(void **state)
{
	struct rig *r = *state;
	u64 ctx, v;

	fill_all_kinds(r, LA);
	ctx = r->c->fetch_ctx;
	cache_shootdown(r->b->cache, r->c->agent, bed_spa(r->b, DATA));
	assert_null(mem_load_ptr(r->c, LA, 8));
	assert_null(mem_store_ptr(r->c, LA, 8));
	assert_int_not_equal(r->c->fetch_ctx, ctx);
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(v, 0x5ec2e7);
	/* Another page: nothing. */
	ctx = r->c->fetch_ctx;
	cache_shootdown(r->b->cache, r->c->agent, bed_spa(r->b, DATA + PAGE_SIZE));
	assert_non_null(mem_load_ptr(r->c, LA, 8));
	assert_int_equal(r->c->fetch_ctx, ctx);
}

/* Many linear addresses of one page, and pages that share its slot: exactly the right ones go. */
static void aliases(void **state)
{
	struct rig *r = *state;
	const u64 base = 0x40000000, far = MIB(16);

	for (unsigned i = 0; i < 500; i++)
		tables_set(r->b, &r->t, base + i * PAGE_SIZE, 1,
			   (i % 2 ? DATA : DATA + far) | E_RWU | BED_C);
	for (unsigned i = 0; i < 500; i++)
		fill_all_kinds(r, base + i * PAGE_SIZE);
	cache_shootdown(r->b->cache, r->c->agent, bed_spa(r->b, DATA));
	for (unsigned i = 0; i < 500; i++) {
		u64 la = base + i * PAGE_SIZE;

		assert_int_equal(mem_load_ptr(r->c, la, 8) == NULL, i % 2);
		assert_int_equal(mem_store_ptr(r->c, la, 8) == NULL, i % 2);
		assert_int_equal(bank_find_fetch(r->c->mmu->bank, la) == NULL, i % 2);
	}
}

/* Without coherency a core may have a page under its key and without one at the same time. */
static void two_views_without_coherency(void **state)
{
	struct rig *r = *state;
	u64 v;

	tables_map(r->b, &r->t, LA + PAGE_SIZE, DATA);
	assert_true(bed_store(r->c, LA, 0x5ec2e7));
	assert_true(bed_store(r->c, LA + PAGE_SIZE, 0xda7a));
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(v, 0x5ec2e7);
	assert_true(bed_load(r->c, LA + PAGE_SIZE, &v));
	assert_int_equal(v, 0xda7a);
	assert_non_null(mem_load_ptr(r->c, LA, 8));
	cache_shootdown(r->b->cache, r->c->agent, bed_spa(r->b, DATA));
	assert_null(mem_load_ptr(r->c, LA, 8));
	assert_null(mem_load_ptr(r->c, LA + PAGE_SIZE, 8));
}

/* A cache of two pages, fewer than one walk needs: slow, and right. */
static void hardly_any_cache(void **state)
{
	struct rig *r = rig_new(&(struct bed_config){.nested = true, .sev = true, .capacity = 2});
	const u64 base = 0x40000000;
	struct mem_pair pair;
	struct mmu_fetch f;
	bool swapped;
	u64 got, v;

	for (unsigned i = 0; i < 8; i++)
		tables_set(r->b, &r->t, base + i * PAGE_SIZE, 1,
			   (DATA + i * PAGE_SIZE) | E_RWU | BED_C);
	for (unsigned i = 0; i < 8; i++)
		assert_true(bed_store(r->c, base + i * PAGE_SIZE + 64, i));
	for (unsigned i = 0; i < 7; i++) {
		u64 end = base + (i + 1) * PAGE_SIZE - 4;

		assert_true(bed_load(r->c, base + i * PAGE_SIZE + 64, &v));
		assert_int_equal(v, i);
		assert_true(bed_store(r->c, end, 0x1122334455667788));
		assert_true(bed_load(r->c, end, &v));
		assert_int_equal(v, 0x1122334455667788);
		r->c->mem.q[0] = v;
		r->c->mem.q[2] = ~v;
		assert_true(mem_cmpxchg_slow(r->c, end, 8, &swapped));
		assert_true(swapped);
		assert_true(mmu_fetch(r->c, end, &f));
		assert_true(mem_span_pair(r->c, base + 64, end + 1024, 8, &pair, &got));
		if (got) {
			memcpy(pair.dst, pair.src, got);
			mem_span_stored(r->c);
			assert_true(bed_load(r->c, end + 1024, &v));
			assert_int_equal(v, 0);
		}
	}
	for (unsigned i = 0; i < 7; i++) {
		assert_true(bed_load(r->c, base + (i + 1) * PAGE_SIZE - 4, &v));
		assert_int_equal(v, ~0x1122334455667788);
	}
	bed_free(r->b);
}

#define RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG(dma_reads),
		RIG(dma_writes),
		RIG(dma_to_shared_pages),
		RIG(another_view),
		RIG(shared_between_cores),
		RIG(shootdowns),
		RIG(aliases),
		cmocka_unit_test_setup_teardown(two_views_without_coherency, setup_incoherent,
						teardown),
		cmocka_unit_test(hardly_any_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
