/* SPDX-License-Identifier: MIT */
/* Nested paging: what a guest reaches, and what the hypervisor hears when it does not. */
#include "abi/paging.h"
#include "abi/svm_exit.h"
#include "abi/x86.h"

#include "chip/cpu/mmu/paging.h"
#include "chip/cpu/mmu/testbed.h"

#include "tests/support/cmocka.h"

enum { DATA = MIB(2), LA = 0x5000 };

static int setup_plain(void **state)
{
	*state = bed_new(&(struct bed_config){.nested = true});
	return 0;
}

static int setup_sev(void **state)
{
	*state = bed_new(&(struct bed_config){.nested = true, .sev = true});
	return 0;
}

static int teardown(void **state)
{
	bed_free(*state);
	return 0;
}

static u64 npt_get(struct bed *b, u64 gpa, unsigned level)
{
	return tables_get(b, &b->npt, gpa, level);
}

static void npt_set(struct bed *b, u64 gpa, unsigned level, u64 entry)
{
	tables_set(b, &b->npt, gpa, level, entry);
	mmu_flush_asid(b->cpu, BED_ASID, true);
}

/* LA is DATA, in long mode. */
static struct tables one_page(struct bed *b, u64 flags)
{
	struct tables t = bed_tables(b, 4);

	tables_set(b, &t, LA, 1, DATA | flags);
	bed_use(b, &t);
	return t;
}

/* -- where accesses go ----------------------------------------------------------------------- */

static void two_translations(void **state)
{
	struct bed *b = *state;
	u64 v;

	one_page(b, E_RWU);
	bed_write(b, SPA(DATA + BED_SHIFT + 0x18), VIEW_RAW, 99);
	assert_true(bed_load(b->cpu, LA + 0x18, &v));
	assert_int_equal(v, 99);
	assert_true(bed_store(b->cpu, LA + 0x20, 98));
	assert_int_equal(bed_read(b, SPA(DATA + BED_SHIFT + 0x20), VIEW_RAW), 98);
}

/* The nested leaf of data gets D by a store; that of a guest table at once.	[APM2 15.25.6] */
static void nested_accessed_and_dirty(void **state)
{
	struct bed *b = *state;
	struct tables t = one_page(b, E_RWU);
	u64 v;

	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(npt_get(b, DATA, 1) & E_AD, PTE_A);
	for (unsigned level = 2; level <= 4; level++)
		assert_int_equal(npt_get(b, DATA, level) & E_AD, PTE_A);
	for (u64 table = t.root; table < t.next; table += PAGE_SIZE)
		assert_int_equal(npt_get(b, table, 1) & E_AD, E_AD);
	assert_true(bed_store(b->cpu, LA, 1));
	assert_int_equal(npt_get(b, DATA, 1) & E_AD, E_AD);
}

/* Though the page was read as data before, the walk is a write. */
static void walk_after_a_data_read(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 4);
	u64 v;

	tables_map(b, &t, LA, DATA);
	for (u64 off = 0; off < PAGE_SIZE; off += 8)
		bed_write(b, bed_spa(b, DATA + off), VIEW_RAW,
			  bed_read(b, bed_spa(b, t.root + off), VIEW_RAW));
	bed_use(b, &t);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(npt_get(b, DATA, 1) & E_AD, PTE_A);
	mmu_write_cr3(b->cpu, DATA, false);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(npt_get(b, DATA, 1) & E_AD, E_AD);
}

/* 2 MiB and 1 GiB nested pages, and five levels. */
static void nested_large_pages(void **state)
{
	struct bed *b = *state;
	u64 v;

	one_page(b, E_RWU);
	bed_write(b, SPA(DATA + 0x1238), VIEW_RAW, 41);
	bed_write(b, SPA(DATA + BED_SHIFT), VIEW_RAW, 42);
	npt_set(b, DATA, 2, (DATA + BED_SHIFT) | E_RWU | PTE_PS);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(v, 42);
	assert_int_equal(npt_get(b, DATA, 2) & E_AD, PTE_A);

	/* The guest's tables move along: physical is physical now. */
	for (u64 at = TABLES_GUEST_AT; at < TABLES_GUEST_AT + 8 * PAGE_SIZE; at += 8)
		bed_write(b, SPA(at), VIEW_RAW, bed_read(b, SPA(at + BED_SHIFT), VIEW_RAW));
	bed_write(b, SPA(DATA), VIEW_RAW, 43);
	npt_set(b, DATA, 3, E_RWU | PTE_PS);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(v, 43);
}

static void nested_five_levels(void **state)
{
	struct bed *b = *state;
	u64 v;

	one_page(b, E_RWU);
	bed_write(b, SPA(MIB(6)), VIEW_RAW, b->npt.root | E_RWU);
	b->guest.ncr3 = MIB(6);
	b->guest.host_la57 = true;
	mmu_set_guest(b->cpu, &b->guest);
	mmu_flush_all(b->cpu);
	bed_write(b, SPA(DATA + BED_SHIFT), VIEW_RAW, 5);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(v, 5);
}

/* Every guest mode over nested tables. */
static void guest_modes(void **state)
{
	static const struct {
		unsigned levels;
		u64 la;
	} modes[] = {{2, 0x80345000}, {3, 0xc0345000}, {4, 0x7fff12345000}, {5, 0xff345612345000}};
	struct bed *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct tables t = bed_tables(b, modes[i].levels);
		u64 v;

		tables_map(b, &t, modes[i].la, DATA);
		bed_use(b, &t);
		bed_write(b, bed_spa(b, DATA), bed_private(b), i);
		assert_true(bed_load(b->cpu, modes[i].la, &v) || b->guest.sev);
		if (!b->guest.sev)
			assert_int_equal(v, i);
		assert_int_equal(tables_get(b, &t, modes[i].la, 1) & E_AD, PTE_A);
	}
}

/* -- nested faults --------------------------------------------------------------------------- */

/* clang-format off */

#define iP	NPF_INFO1_P
#define iW	NPF_INFO1_W
#define iU	NPF_INFO1_U
#define iR	(NPF_INFO1_P | NPF_INFO1_RSV)
#define iI	NPF_INFO1_ID
#define FINAL	NPF_INFO1_FINAL
#define WALK	NPF_INFO1_WALK
#define R	ACCESS_READ
#define W	ACCESS_WRITE
#define X	ACCESS_FETCH

/* The nested entry of a level for the data, or for the guest's root table, is changed. */
static const struct row {
	const char *name;
	bool root;
	unsigned level;
	u64 set, clear;
	enum access access;
	u64 info1;
} rows[] = {
	{"not present, read",	false, 1, 0, PTE_P, R,		iU | FINAL},
	{"not present, write",	false, 1, 0, PTE_P, W,		iU | iW | FINAL},
	{"not present, fetch",	false, 1, 0, PTE_P, X,		iU | iI | FINAL},
	{"read-only",		false, 1, 0, PTE_RW, W,		iP | iU | iW | FINAL},
	{"not the user's",	false, 1, 0, PTE_US, R,		iP | iU | FINAL},
	{"no execute",		false, 1, PTE_NX, 0, X,		iP | iU | iI | FINAL},
	{"reserved: MMIO",	false, 1, BIT64(46), 0, R,	iR | iU | FINAL},
	{"reserved, write",	false, 1, BIT64(43), 0, W,	iR | iU | iW | FINAL},
	{"reserved above C",	false, 1, BIT64(48), 0, R,	iR | iU | FINAL},
	/* for a guest table: always a data write, at the exact address of its entry */
	{"walk, not present",	true, 1, 0, PTE_P, R,		iU | iW | WALK},
	{"walk for a fetch",	true, 1, 0, PTE_P, X,		iU | iW | WALK},
	{"walk, read-only",	true, 1, 0, PTE_RW, R,		iP | iU | iW | WALK},
	{"walk, no execute",	true, 1, PTE_NX, 0, X,		0},
	{"walk, reserved",	true, 1, BIT64(45), 0, R,	iR | iU | iW | WALK},
	/* upper levels cover both; the walk comes first */
	{"PDPTE read-only",	true, 3, 0, PTE_RW, R,		iP | iU | iW | WALK},
	{"PML4E not present",	true, 4, 0, PTE_P, R,		iU | iW | WALK},
	{"PML4E, G",		true, 4, PTE_G, 0, R,		iR | iU | iW | WALK},
	{"PML4E no execute",	true, 4, PTE_NX, 0, X,		iP | iU | iI | FINAL},
};

/* clang-format on */

static bool access_it(struct cpu *c, u64 la, enum access access)
{
	struct mmu_fetch f;
	u64 v = 0;

	c->event = (struct cpu_event){0};
	if (access == X)
		return mmu_fetch(c, la, &f);
	return access == W ? mem_store64(c, la, v) : mem_load64(c, la, &v);
}

static void run_row(struct bed *b, const struct row *row)
{
	struct tables t = one_page(b, E_RWU | (b->guest.sev ? BED_C : 0));
	u64 gpa = row->root ? t.root : DATA;
	u64 entry = npt_get(b, gpa, row->level);
	bool final = row->info1 & FINAL;
	bool done;

	npt_set(b, gpa, row->level, (entry | row->set) & ~row->clear);
	done = access_it(b->cpu, LA + 8, row->access);
	npt_set(b, gpa, row->level, entry);
	if (done != !row->info1)
		fail_msg("%s: info1 %llx", row->name, (unsigned long long)b->cpu->event.info1);
	if (!done)
		assert_npf(b->cpu, final ? DATA + 8 : t.root,
			   row->info1 | (b->guest.sev ? NPF_INFO1_ENC : 0));
}

static void every_nested_fault(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		run_row(*state, &rows[i]);
}

static void exact_address_of_entries(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 4);
	const u64 la = 0xffffc9d5f1234000;
	u64 v;

	tables_map(b, &t, la, DATA);
	bed_use(b, &t);
	for (unsigned level = 1; level <= 4; level++) {
		u64 at = tables_at(b, &t, la, level);
		u64 entry = npt_get(b, at, 1);

		npt_set(b, at, 1, 0);
		assert_false(bed_load(b->cpu, la, &v));
		assert_npf(b->cpu, at, iU | iW | WALK);
		npt_set(b, at, 1, entry);
	}
}

/* The guest's own fault goes before that of the final address, after that of its tables. */
static void fault_order(void **state)
{
	struct bed *b = *state;
	struct tables t = one_page(b, PTE_P);
	u64 v;

	npt_set(b, DATA, 1, 0);
	assert_false(bed_store(b->cpu, LA, 1));
	assert_pf(b->cpu, LA, PF_ERROR_P | PF_ERROR_W);
	assert_false(bed_load(b->cpu, LA, &v));
	assert_npf(b->cpu, DATA, iU | FINAL);
	/* A and D of the guest are set by then, as the retried access will find them. */
	assert_int_equal(tables_get(b, &t, LA, 1) & E_AD, PTE_A);
	npt_set(b, t.root, 1, 0);
	assert_false(bed_store(b->cpu, LA, 1));
	assert_npf(b->cpu, t.root, iU | iW | WALK);
}

/* A right that the hypervisor grants needs no flush; one that it takes does. */
static void nested_rights_change(void **state)
{
	struct bed *b = *state;
	u64 entry, v;

	one_page(b, E_RWU);
	entry = npt_get(b, DATA, 1);
	npt_set(b, DATA, 1, entry & ~PTE_RW);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_false(bed_store(b->cpu, LA, 1));
	tables_set(b, &b->npt, DATA, 1, entry);
	assert_true(bed_store(b->cpu, LA, 1));
	tables_set(b, &b->npt, DATA, 1, 0);
	assert_true(bed_store(b->cpu, LA, 2));
	assert_true(bed_load(b->cpu, LA, &v));
	mmu_flush_asid(b->cpu, BED_ASID, true);
	assert_false(bed_load(b->cpu, LA, &v));
	assert_npf(b->cpu, DATA, iU | FINAL);
}

static void no_execute_needs_host_nxe(void **state)
{
	struct bed *b = *state;
	u64 v;

	one_page(b, E_RWU);
	npt_set(b, DATA, 1, npt_get(b, DATA, 1) | PTE_NX);
	assert_true(bed_load(b->cpu, LA, &v));
	b->guest.host_nx = false;
	mmu_set_guest(b->cpu, &b->guest);
	mmu_flush_all(b->cpu);
	assert_false(bed_load(b->cpu, LA, &v));
	assert_npf(b->cpu, DATA, iR | iU | FINAL);
}

/* Without MEn the C-bit is an address bit like any, and no bits are lost. */
static void widths_without_encryption(void **state)
{
	struct bed *b = *state;
	u64 v;

	one_page(b, E_RWU);
	b->guest.mem_encrypt = false;
	mmu_set_guest(b->cpu, &b->guest);
	npt_set(b, DATA, 1, BIT64(47) | BIT64(43) | E_RWU);
	assert_true(bed_load(b->cpu, LA, &v));
	assert_int_equal(v, ~0ull); /* not DRAM */
}

/* Four nested levels know 48 bits; what is beyond is in no table. */
static void beyond_nested_tables(void **state)
{
	struct bed *b = *state;
	u64 v;

	b->model.phys_bits = 52;
	mmu_set_guest(b->cpu, &b->guest);
	one_page(b, E_RWU | BIT64(50));
	assert_false(bed_load(b->cpu, LA, &v));
	assert_npf(b->cpu, DATA | BIT64(50), iU | FINAL);
}

#define PLAIN(test) cmocka_unit_test_setup_teardown(test, setup_plain, teardown)
#define SEV(test)   cmocka_unit_test_setup_teardown(test, setup_sev, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(two_translations),
		PLAIN(nested_accessed_and_dirty),
		PLAIN(walk_after_a_data_read),
		PLAIN(nested_large_pages),
		PLAIN(nested_five_levels),
		PLAIN(guest_modes),
		SEV(guest_modes),
		PLAIN(every_nested_fault),
		SEV(every_nested_fault),
		PLAIN(exact_address_of_entries),
		PLAIN(fault_order),
		PLAIN(nested_rights_change),
		PLAIN(no_execute_needs_host_nxe),
		PLAIN(widths_without_encryption),
		PLAIN(beyond_nested_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
