/* SPDX-License-Identifier: MIT */
/*
 * What stays in the TLB and what goes.  A table entry is changed behind the TLB's back: until the
 * flush the old page is seen, after it the new one.	[APM2 5.5 Translation-Lookaside Buffer]
 */
#include "abi/paging.h"
#include "abi/x86.h"

#include "chip/cpu/mmu/internal.h"
#include "chip/cpu/mmu/testbed.h"

#include "tests/support/cmocka.h"

enum { OLD = MIB(2), NEW = MIB(3), LA = 0x5000 };

struct rig {
	struct bed *b;
	struct cpu *c;
	struct tables t;
};

static int setup(void **state)
{
	static struct rig r;

	r.b = bed_new(&(struct bed_config){.nested = true});
	r.c = r.b->cpu;
	r.t = bed_tables(r.b, 4);
	for (u64 off = 0; off < MIB(1); off += PAGE_SIZE) {
		bed_write(r.b, bed_spa(r.b, OLD + off), VIEW_RAW, OLD + off);
		bed_write(r.b, bed_spa(r.b, NEW + off), VIEW_RAW, NEW + off);
	}
	bed_use(r.b, &r.t);
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	bed_free(((struct rig *)*state)->b);
	return 0;
}

static u64 seen(struct rig *r, u64 la)
{
	u64 v = 0;

	assert_true(bed_load(r->c, la, &v));
	return v;
}

static void fill_all_kinds(struct rig *r, u64 la)
{
	struct mmu_fetch f;
	u64 v = seen(r, la);

	assert_true(bed_store(r->c, la, v));
	assert_true(mmu_fetch(r->c, la, &f));
}

static void map(struct rig *r, u64 la, u64 to, u64 flags)
{
	tables_set(r->b, &r->t, la, 1, to | E_RWU | flags);
}

/* All three arrays agree about where la is. */
static void assert_goes_to(struct rig *r, u64 la, u64 gpa)
{
	struct mmu_fetch f;

	assert_int_equal(seen(r, la), gpa);
	assert_true(mmu_fetch(r->c, la, &f));
	assert_int_equal(f.spa.v, bed_spa(r->b, gpa).v);
	assert_true(bed_store(r->c, la + 8, la));
	assert_int_equal(bed_read(r->b, bed_spa(r->b, gpa + 8), VIEW_RAW), la);
	bed_write(r->b, bed_spa(r->b, gpa + 8), VIEW_RAW, 0);
}

static void old_then_new(struct rig *r, u64 la, void (*flush)(struct rig *r), u64 flags, bool goes)
{
	map(r, la, OLD, flags);
	mmu_flush_all(r->c);
	fill_all_kinds(r, la);
	map(r, la, NEW, flags);
	assert_goes_to(r, la, OLD);
	flush(r);
	assert_goes_to(r, la, goes ? NEW : OLD);
	mmu_flush_all(r->c);
	assert_goes_to(r, la, NEW);
}

static void by_invlpg(struct rig *r)
{
	mmu_flush_page(r->c, LA + 0x123);
}

static void by_other_invlpg(struct rig *r)
{
	mmu_flush_page(r->c, LA + PAGE_SIZE);
	mmu_flush_page(r->c, LA + TLB_SIZE * PAGE_SIZE);
}

static void by_cr3(struct rig *r)
{
	mmu_write_cr3(r->c, r->t.root, false);
}

static void by_cr3_kept(struct rig *r)
{
	mmu_write_cr3(r->c, r->t.root, true);
}

static void by_pge(struct rig *r)
{
	r->c->cr4 ^= CR4_PGE;
	mmu_context_changed(r->c);
	r->c->cr4 ^= CR4_PGE;
	mmu_context_changed(r->c);
}

static void by_pg(struct rig *r)
{
	r->c->cr0 ^= CR0_PG;
	mmu_context_changed(r->c);
	r->c->cr0 ^= CR0_PG;
	mmu_context_changed(r->c);
}

static void by_wp(struct rig *r)
{
	r->c->cr0 ^= CR0_WP;
	mmu_context_changed(r->c);
	r->c->cr0 ^= CR0_WP;
	mmu_context_changed(r->c);
}

static void by_cpl(struct rig *r)
{
	r->c->cpl = 3;
	mmu_context_changed(r->c);
	r->c->cpl = 0;
	mmu_context_changed(r->c);
}

static void by_asid(struct rig *r)
{
	mmu_flush_asid(r->c, BED_ASID, true);
}

static void by_asid_non_global(struct rig *r)
{
	mmu_flush_asid(r->c, BED_ASID, false);
}

static void by_other_asid(struct rig *r)
{
	mmu_flush_asid(r->c, BED_ASID + 1, true);
	mmu_invlpga(r->c, LA, BED_ASID + 1);
}

static void by_invlpga(struct rig *r)
{
	mmu_invlpga(r->c, LA, BED_ASID);
}

static void by_invpcid_address(struct rig *r)
{
	mmu_invpcid(r->c, INVPCID_ADDRESS, 0, LA);
}

static void by_invpcid_context(struct rig *r)
{
	mmu_invpcid(r->c, INVPCID_CONTEXT, 0, 0);
}

static void by_invpcid_other(struct rig *r)
{
	mmu_invpcid(r->c, INVPCID_ADDRESS, 1, LA);
	mmu_invpcid(r->c, INVPCID_CONTEXT, 1, 0);
}

static void by_invpcid_all(struct rig *r)
{
	mmu_invpcid(r->c, INVPCID_ALL, 0, 0);
}

static void by_invpcid_all_global(struct rig *r)
{
	mmu_invpcid(r->c, INVPCID_ALL_GLOBAL, 0, 0);
}

/* VMRUN of the same ASID with nothing asked of the TLB. */
static void by_vmrun(struct rig *r)
{
	mmu_set_guest(r->c, &r->b->guest);
	mmu_context_changed(r->c);
}

static const struct {
	const char *name;
	void (*flush)(struct rig *r);
	bool private, global; /* does it take such entries? */
} flushes[] = {
	/* clang-format off */
	{"INVLPG",			by_invlpg,		true,  true},
	{"INVLPG elsewhere",		by_other_invlpg,	false, false},
	{"MOV CR3",			by_cr3,			true,  false},
	{"MOV CR3, bit 63",		by_cr3_kept,		false, false},
	{"CR4.PGE",			by_pge,			true,  true},
	{"CR0.PG",			by_pg,			true,  true},
	{"CR0.WP",			by_wp,			false, false},
	{"CPL",				by_cpl,			false, false},
	{"TLB_CONTROL 3",		by_asid,		true,  true},
	{"TLB_CONTROL 7",		by_asid_non_global,	true,  false},
	{"another ASID",		by_other_asid,		false, false},
	{"INVLPGA",			by_invlpga,		true,  true},
	{"INVPCID 0",			by_invpcid_address,	true,  false},
	{"INVPCID 1",			by_invpcid_context,	true,  false},
	{"INVPCID, another",		by_invpcid_other,	false, false},
	{"INVPCID 2",			by_invpcid_all_global,	true,  true},
	{"INVPCID 3",			by_invpcid_all,		true,  false},
	{"VMRUN",			by_vmrun,		false, false},
	/* clang-format on */
};

static void what_each_flush_takes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(flushes); i++) {
		old_then_new(*state, LA, flushes[i].flush, 0, flushes[i].private);
		old_then_new(*state, LA, flushes[i].flush, PTE_G, flushes[i].global);
	}
}

/* G means nothing without CR4.PGE. */
static void global_needs_pge(void **state)
{
	struct rig *r = *state;

	r->c->cr4 &= ~CR4_PGE;
	mmu_context_changed(r->c);
	old_then_new(r, LA, by_cr3, PTE_G, true);
}

/* -- PCIDs ----------------------------------------------------------------------------------- */

static void use_pcid(struct rig *r, unsigned pcid)
{
	mmu_write_cr3(r->c, r->t.root | pcid, true);
}

static void with_pcids(struct rig *r)
{
	r->c->cr4 |= CR4_PCIDE;
	mmu_context_changed(r->c);
}

static void pcids_keep_their_entries(void **state)
{
	struct rig *r = *state;

	with_pcids(r);
	map(r, LA, OLD, 0);
	use_pcid(r, 1);
	fill_all_kinds(r, LA);
	map(r, LA, NEW, 0);
	use_pcid(r, 2);
	assert_int_equal(seen(r, LA), NEW);
	use_pcid(r, 1);
	assert_int_equal(seen(r, LA), OLD);
	mmu_write_cr3(r->c, r->t.root | 1, false);
	assert_int_equal(seen(r, LA), NEW);
}

static void invlpg_and_other_pcids(void **state)
{
	struct rig *r = *state;

	with_pcids(r);
	map(r, LA, OLD, 0);
	map(r, LA + PAGE_SIZE, OLD + PAGE_SIZE, PTE_G);
	for (unsigned pcid = 1; pcid <= 2; pcid++) {
		use_pcid(r, pcid);
		fill_all_kinds(r, LA);
		fill_all_kinds(r, LA + PAGE_SIZE);
	}
	map(r, LA, NEW, 0);
	map(r, LA + PAGE_SIZE, NEW + PAGE_SIZE, PTE_G);
	/* PCID 2: its own entry and everybody's global one. */
	mmu_flush_page(r->c, LA);
	mmu_flush_page(r->c, LA + PAGE_SIZE);
	assert_int_equal(seen(r, LA), NEW);
	assert_int_equal(seen(r, LA + PAGE_SIZE), NEW + PAGE_SIZE);
	use_pcid(r, 1);
	assert_int_equal(seen(r, LA), OLD);
	assert_int_equal(seen(r, LA + PAGE_SIZE), NEW + PAGE_SIZE);
	mmu_invpcid(r->c, INVPCID_ADDRESS, 1, LA);
	assert_int_equal(seen(r, LA), NEW);
}

static void invpcid_of_another_context(void **state)
{
	struct rig *r = *state;

	with_pcids(r);
	map(r, LA, OLD, 0);
	use_pcid(r, 1);
	fill_all_kinds(r, LA);
	use_pcid(r, 2);
	fill_all_kinds(r, LA);
	map(r, LA, NEW, 0);
	mmu_invpcid(r->c, INVPCID_CONTEXT, 1, 0);
	assert_int_equal(seen(r, LA), OLD);
	use_pcid(r, 1);
	assert_int_equal(seen(r, LA), NEW);
}

/* -- large pages ----------------------------------------------------------------------------- */

/* INVLPG of any address in a large page takes every piece of it. */
static void large_page_goes_whole(struct rig *r, unsigned level, unsigned shift, u64 flags)
{
	const u64 la = 0x7f4000000000;
	const u64 last = la + MIB(1) - PAGE_SIZE;
	struct tables t = bed_tables(r->b, 4);
	struct mmu_fetch f;

	r->t = t;
	tables_set(r->b, &r->t, la, level, E_RWU | PTE_PS | flags);
	bed_use(r->b, &r->t);
	mmu_flush_all(r->c);
	seen(r, la + 0x1000);
	assert_true(bed_store(r->c, last, 7));
	assert_true(mmu_fetch(r->c, la + 0x3000, &f));
	/* The page is gone; its pieces linger. */
	tables_set(r->b, &r->t, la, level, 0);
	assert_int_equal(seen(r, last), 7);
	mmu_flush_page(r->c, la + BIT64(shift));
	assert_int_equal(seen(r, last), 7);
	mmu_flush_page(r->c, la + BIT64(shift) - 1);
	assert_false(bed_load(r->c, la + 0x1000, &(u64){0}));
	assert_false(bed_load(r->c, last, &(u64){0}));
	assert_false(bed_store(r->c, last, 8));
	assert_false(mmu_fetch(r->c, la + 0x3000, &f));
}

static void large_pages_go_whole(void **state)
{
	large_page_goes_whole(*state, 2, 21, 0);
	large_page_goes_whole(*state, 2, 21, PTE_G);
	large_page_goes_whole(*state, 3, 30, 0);
}

/* The memory of where large pages are outlives a flush that keeps some. */
static void large_global_after_a_flush(void **state)
{
	struct rig *r = *state;
	const u64 la = 0x7f4000000000;

	tables_set(r->b, &r->t, la, 2, E_RWU | PTE_PS | PTE_G);
	bed_use(r->b, &r->t);
	seen(r, la + 0x4000);
	mmu_write_cr3(r->c, r->t.root, false);
	tables_set(r->b, &r->t, la, 2, 0);
	seen(r, la + 0x4000);
	mmu_flush_page(r->c, la);
	assert_false(bed_load(r->c, la + 0x4000, &(u64){0}));
}

/* -- many entries ---------------------------------------------------------------------------- */

/* More pages than entries: all right, and flushed. */
static void many_pages(void **state)
{
	struct rig *r = *state;
	const u64 base = 0x10000000;
	const unsigned pages = 3 * TLB_SIZE;

	for (unsigned i = 0; i < pages; i++)
		map(r, base + i * PAGE_SIZE, OLD + i % 256 * PAGE_SIZE, 0);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < pages; i++)
			assert_goes_to(r, base + i * PAGE_SIZE, OLD + i % 256 * PAGE_SIZE);
		mmu_write_cr3(r->c, r->t.root, false);
		assert_int_equal(r->c->mmu->bank->logged, 0);
	}
}

/* More contexts than banks: the one unused for longest makes room. */
static void many_contexts(void **state)
{
	struct rig *r = *state;
	unsigned old = 0;

	with_pcids(r);
	map(r, LA, OLD, 0);
	for (unsigned pcid = 1; pcid <= 2 * BANKS; pcid++) {
		use_pcid(r, pcid);
		fill_all_kinds(r, LA);
	}
	map(r, LA, NEW, 0);
	for (unsigned pcid = 2 * BANKS; pcid >= 1; pcid--) {
		use_pcid(r, pcid);
		old += seen(r, LA) == OLD;
	}
	assert_int_equal(old, BANKS);
}

/* Rights belong to the context: what the system may, the user may not. */
static void rights_do_not_leak(void **state)
{
	struct rig *r = *state;
	u64 v;

	tables_set(r->b, &r->t, LA, 1, OLD | PTE_P | PTE_RW);
	fill_all_kinds(r, LA);
	r->c->cpl = 3;
	mmu_context_changed(r->c);
	assert_false(bed_load(r->c, LA, &v));
	assert_pf(r->c, LA, PF_ERROR_P | PF_ERROR_U);
	r->c->cpl = 0;
	mmu_context_changed(r->c);
	assert_true(bed_load(r->c, LA, &v));

	tables_set(r->b, &r->t, LA, 1, OLD | PTE_P);
	mmu_flush_page(r->c, LA);
	r->c->cr0 &= ~CR0_WP;
	mmu_context_changed(r->c);
	assert_true(bed_store(r->c, LA, 1));
	r->c->cr0 |= CR0_WP;
	mmu_context_changed(r->c);
	assert_false(bed_store(r->c, LA, 1));
}

/* The walk for a store finds another page than the load entry knows: loads see the store. */
static void stores_renew_the_load_entry(void **state)
{
	struct rig *r = *state;

	map(r, LA, OLD, 0);
	assert_int_equal(seen(r, LA), OLD);
	map(r, LA, NEW, 0);
	assert_int_equal(seen(r, LA), OLD);
	assert_true(bed_store(r->c, LA, 5));
	assert_int_equal(seen(r, LA), 5);
}

/* A guest of another ASID has its own entries even at the same address. */
static void asids_do_not_leak(void **state)
{
	struct rig *r = *state;
	struct mmu_guest other = r->b->guest;

	map(r, LA, OLD, PTE_G);
	fill_all_kinds(r, LA);
	map(r, LA, NEW, PTE_G);
	other.asid = BED_ASID + 1;
	r->c->cr4 ^= CR4_PGE; /* loaded, not written: flushes nobody's entries */
	mmu_set_guest(r->c, &other);
	mmu_context_changed(r->c);
	assert_int_equal(seen(r, LA), NEW);
	r->c->cr4 ^= CR4_PGE;
	mmu_set_guest(r->c, &r->b->guest);
	mmu_context_changed(r->c);
	assert_int_equal(seen(r, LA), OLD);
}

#define RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG(what_each_flush_takes),
		RIG(global_needs_pge),
		RIG(pcids_keep_their_entries),
		RIG(invlpg_and_other_pcids),
		RIG(invpcid_of_another_context),
		RIG(large_pages_go_whole),
		RIG(large_global_after_a_flush),
		RIG(many_pages),
		RIG(many_contexts),
		RIG(rights_do_not_leak),
		RIG(stores_renew_the_load_entry),
		RIG(asids_do_not_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
