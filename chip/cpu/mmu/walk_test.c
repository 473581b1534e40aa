/* SPDX-License-Identifier: MIT */
/* Walks of the guest's tables in every mode: where they lead, what they set, how they fail. */
#include "abi/paging.h"
#include "abi/x86.h"

#include "base/bytes.h"

#include "chip/cpu/mmu/paging.h"
#include "chip/cpu/mmu/testbed.h"

#include "tests/support/cmocka.h"

enum { DATA = MIB(2) }; /* guest-physical */

static int setup(void **state)
{
	*state = bed_new(&(struct bed_config){0});
	return 0;
}

static int teardown(void **state)
{
	bed_free(*state);
	return 0;
}

/* -- where they lead ------------------------------------------------------------------------- */

/* Each mode at addresses that use every index; PAE's root has no A. */
static void translates(struct bed *b, unsigned levels, u64 la)
{
	struct tables t = bed_tables(b, levels);
	u64 v = 0;

	tables_map(b, &t, la, DATA);
	bed_use(b, &t);
	bed_write(b, SPA(DATA + 0x238), VIEW_RAW, 0x1122334455667788 + levels);
	assert_true(bed_load(b->cpu, la + 0x238, &v));
	assert_int_equal(v, 0x1122334455667788 + levels);
	for (unsigned level = 1; level <= levels; level++)
		assert_int_equal(tables_get(b, &t, la, level) & E_AD,
				 levels == 3 && level == 3 ? 0 : PTE_A);

	assert_true(bed_store(b->cpu, la + 0x240, levels));
	assert_int_equal(bed_read(b, SPA(DATA + 0x240), VIEW_RAW), levels);
	for (unsigned level = 2; level <= levels; level++)
		assert_false(tables_get(b, &t, la, level) & PTE_D);
	assert_int_equal(tables_get(b, &t, la, 1) & E_AD, E_AD);
}

static void every_mode_translates(void **state)
{
	translates(*state, 2, 0xc0a55000);
	translates(*state, 3, 0xfeabc000);
	translates(*state, 4, 0xffffc9d5f1234000);
	translates(*state, 4, 0x00007fffffffe000);
	translates(*state, 5, 0x00a5cb1234567000);
	translates(*state, 5, 0xff12c9d5f1234000);
}

/* The last byte of the large page, so that all bits of the offset count. */
static void large(struct bed *b, unsigned levels, unsigned level, unsigned shift)
{
	struct tables t = bed_tables(b, levels);
	u64 size = BIT64(shift);
	u64 la = levels == 2 ? 0xc0000000 : 0x4000000000 & (levels == 3 ? 0 : ~0ull);
	u64 off = (DATA & (size - 1)) + 0xff8;
	u64 v;

	tables_set(b, &t, la, level, align_down(DATA, size) | E_RWU | PTE_PS | PTE_PAT_LARGE);
	bed_use(b, &t);
	bed_write(b, SPA(DATA + 0xff8), VIEW_RAW, shift);
	assert_true(bed_load(b->cpu, la + off, &v));
	assert_int_equal(v, shift);
	assert_true(bed_store(b->cpu, la + off, 1));
	assert_int_equal(tables_get(b, &t, la, level) & E_AD, E_AD);
}

static void large_pages(void **state)
{
	struct bed *b = *state;

	b->cpu->cr4 |= CR4_PSE;
	large(b, 2, 2, 22);
	large(b, 3, 2, 21);
	large(b, 4, 2, 21);
	large(b, 4, 3, 30);
	large(b, 5, 3, 30);
}

/* Without CR4.PSE the bit is ignored, and the entry leads to a table. */
static void page_size_needs_pse(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 2);
	u64 v;

	tables_map(b, &t, 0x400000, DATA);
	tables_set(b, &t, 0x400000, 2, tables_get(b, &t, 0x400000, 2) | PTE_PS);
	bed_use(b, &t);
	bed_write(b, SPA(DATA), VIEW_RAW, 5);
	assert_true(bed_load(b->cpu, 0x400000, &v));
	assert_int_equal(v, 5);
}

/* PSE-36: bits 20:13 are 39:32 of the address, here beyond DRAM. */
static void pse36_reaches_beyond_4g(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 2);
	spa_t spa;
	view_t view;

	b->cpu->cr4 |= CR4_PSE;
	tables_set(b, &t, 0x400000, 2, 0x00c00000 | 0xa5 << 13 | E_RWU | PTE_PS);
	bed_use(b, &t);
	assert_true(mmu_peek(b->cpu, 0x412345, &spa, &view));
	assert_int_equal(spa.v, 0xa500c12345);
}

/* Without paging 32 bits are the address, whatever stands in CR3. */
static void unpaged(void **state)
{
	struct bed *b = *state;
	u64 v;

	b->cpu->cr0 = 0;
	b->cpu->efer = 0;
	b->cpu->cr3 = ~0ull;
	b->cpu->mode = MODE_16 | MODE_REAL;
	mmu_context_changed(b->cpu);
	bed_write(b, SPA(0x10ffe8), VIEW_RAW, 77);
	assert_true(bed_load(b->cpu, 0x10ffe8, &v));
	assert_int_equal(v, 77);
}

/* -- how they fail --------------------------------------------------------------------------- */

/* clang-format off */

#define USER	(1 << 0)	/* CPL 3 */
#define AC	(1 << 1)
#define NO_WP	(1 << 2)
#define NO_NX	(1 << 3)
#define SMEP	(1 << 4)
#define SMAP	(1 << 5)
#define PKE	(1 << 6)
#define SYS	(1 << 7)	/* an access of the processor itself */
#define OK	~0u

#define R	ACCESS_READ
#define W	ACCESS_WRITE
#define X	ACCESS_FETCH
#define eP	PF_ERROR_P
#define eW	PF_ERROR_W
#define eU	PF_ERROR_U
#define eR	(PF_ERROR_P | PF_ERROR_RSV)
#define eI	PF_ERROR_ID
#define eK	PF_ERROR_PK
#define KEY(n)	((u64)(n) << PTE_MPK_SHIFT)

/* The entry of `level` gets bits set and cleared, and another perhaps too; all others are RWU. */
static const struct row {
	const char *name;
	struct {
		unsigned level;
		u64 set, clear;
	} change[2];
	unsigned how;
	enum access access;
	u32 error; /* or OK */
} rows[] = {
	{"no P in the PTE",	{{1, 0, PTE_P}}, 0,		R, 0},
	{"no P in the PDE",	{{2, 0, PTE_P}}, USER,		W, eW | eU},
	{"no P in the PDPTE",	{{3, 0, PTE_P}}, USER,		R, eU},
	{"no P in the PML4E",	{{4, 0, PTE_P}}, 0,		X, eI},
	{"no P, no NXE",	{{4, 0, PTE_P}}, NO_NX,		X, 0},
	{"no P, no NXE, SMEP",	{{4, 0, PTE_P}}, NO_NX | SMEP,	X, eI},
	{"P goes before all",	{{1, BITS64(51, 48) | PTE_NX, PTE_P}}, USER, X, eU | eI},

	{"width in the PTE",	{{1, BIT64(48), 0}}, 0,		R, eR},
	{"width in the PDE",	{{2, BIT64(51), 0}}, USER,	W, eR | eU | eW},
	{"width in the PDPTE",	{{3, BIT64(49), 0}}, 0,		X, eR | eI},
	{"width in the PML4E",	{{4, BIT64(50), 0}}, 0,		R, eR},
	{"PS in the PML4E",	{{4, PTE_PS, 0}}, 0,		R, eR},
	{"G in the PML4E",	{{4, PTE_G, 0}}, 0,		R, eR},
	{"G in the PDPTE",	{{3, PTE_G, 0}}, 0,		R, OK},
	{"G in the PDE",	{{2, PTE_G, 0}}, 0,		R, OK},
	{"NX is reserved",	{{2, PTE_NX, 0}}, NO_NX,	R, eR},
	{"52..58 are free",	{{1, BITS64(58, 52), 0}}, 0,	R, OK},
	{"59..62 are free",	{{1, KEY(15), 0}}, USER,	R, OK},
	{"reserved, then P",	{{2, BIT64(50), 0}, {1, 0, PTE_P}}, 0, R, eR},
	{"P, then reserved",	{{2, 0, PTE_P}, {1, BIT64(50), 0}}, 0, R, 0},
	{"reserved, not RW",	{{1, BIT64(50), PTE_RW}}, 0,	W, eR | eW},

	{"write, PTE read-only",   {{1, 0, PTE_RW}}, 0,		W, eP | eW},
	{"write, PDE read-only",   {{2, 0, PTE_RW}}, 0,		W, eP | eW},
	{"write, PDPTE read-only", {{3, 0, PTE_RW}}, 0,		W, eP | eW},
	{"write, PML4E read-only", {{4, 0, PTE_RW}}, USER,	W, eP | eW | eU},
	{"read, read-only",	   {{1, 0, PTE_RW}}, USER,	R, OK},
	{"write without WP",	   {{1, 0, PTE_RW}}, NO_WP,	W, OK},
	{"user, without WP",	   {{1, 0, PTE_RW}}, NO_WP | USER, W, eP | eW | eU},
	{"not RW above, no P",	   {{4, 0, PTE_RW}, {1, 0, PTE_P}}, 0, W, eW},

	{"user, PTE system's",	 {{1, 0, PTE_US}}, USER,	R, eP | eU},
	{"user, PDE system's",	 {{2, 0, PTE_US}}, USER,	W, eP | eU | eW},
	{"user, PDPTE system's", {{3, 0, PTE_US}}, USER,	X, eP | eU | eI},
	{"user, PML4E system's", {{4, 0, PTE_US}}, USER,	R, eP | eU},
	{"sys at CPL 3",	 {{1, 0, PTE_US}}, USER | SYS,	R, OK},
	{"sys at CPL 3, no P",	 {{1, 0, PTE_P}}, USER | SYS,	W, eW},

	{"fetch, PTE NX",	{{1, PTE_NX, 0}}, 0,		X, eP | eI},
	{"fetch, PDE NX",	{{2, PTE_NX, 0}}, USER,		X, eP | eI | eU},
	{"fetch, PML4E NX",	{{4, PTE_NX, 0}}, 0,		X, eP | eI},
	{"read, NX",		{{1, PTE_NX, 0}}, 0,		R, OK},

	{"SMEP, user page",	{{0}}, SMEP,			X, eP | eI},
	{"SMEP, system page",	{{1, 0, PTE_US}}, SMEP,		X, OK},
	{"SMEP, user",		{{0}}, SMEP | USER,		X, OK},
	{"SMEP, read",		{{0}}, SMEP,			R, OK},
	{"SMAP, user page",	{{0}}, SMAP,			R, eP},
	{"SMAP, write",		{{0}}, SMAP,			W, eP | eW},
	{"SMAP, AC",		{{0}}, SMAP | AC,		W, OK},
	{"SMAP, AC, sys",	{{0}}, SMAP | AC | SYS,		R, eP},
	{"SMAP, system page",	{{3, 0, PTE_US}}, SMAP,		R, OK},
	{"SMAP, user",		{{0}}, SMAP | USER,		R, OK},
	{"SMAP, fetch",		{{0}}, SMAP,			X, OK},

	/* PKRU of these tests: key 1 access disabled, key 2 write disabled */
	{"key 1, no PKE",	{{1, KEY(1), 0}}, USER,		R, OK},
	{"key 1",		{{1, KEY(1), 0}}, USER | PKE,	R, eP | eK | eU},
	{"key 1, system",	{{1, KEY(1), 0}}, PKE,		R, eP | eK},
	{"key 1, fetch",	{{1, KEY(1), 0}}, USER | PKE,	X, OK},
	{"key 1, system page",	{{1, KEY(1), PTE_US}}, PKE,	R, OK},
	{"key 2, read",		{{1, KEY(2), 0}}, USER | PKE,	R, OK},
	{"key 2, write",	{{1, KEY(2), 0}}, USER | PKE,	W, eP | eK | eU | eW},
	{"key 2, no WP",	{{1, KEY(2), 0}}, PKE | NO_WP,	W, OK},
	{"key and RW",		{{1, KEY(2), PTE_RW}}, USER | PKE, W, eP | eK | eU | eW},
	{"key above the leaf",	{{2, KEY(1), 0}}, USER | PKE,	R, OK},
};

/* clang-format on */

static void enter(struct cpu *c, unsigned how)
{
	c->cpl = how & USER ? 3 : 0;
	c->rflags = how & AC ? RFLAGS_AC : 0;
	c->pkru = 0x4 | 0x20;
	c->cr0 = CR0_PE | CR0_PG | (how & NO_WP ? 0 : CR0_WP);
	c->efer = EFER_LME | EFER_LMA | (how & NO_NX ? 0 : EFER_NXE);
	c->cr4 = CR4_PAE | (how & SMEP ? CR4_SMEP : 0) | (how & SMAP ? CR4_SMAP : 0) |
		 (how & PKE ? CR4_PKE : 0);
	mmu_context_changed(c);
}

static bool access_it(struct cpu *c, u64 la, unsigned how, enum access access)
{
	struct mmu_fetch f;
	u64 v = 0;

	c->event = (struct cpu_event){0};
	if (access == X)
		return mmu_fetch(c, la, &f);
	if (how & SYS)
		return access == W ? mem_store_sys(c, la, &v, 8) : mem_load_sys(c, la, &v, 8);
	return access == W ? mem_store64(c, la, v) : mem_load64(c, la, &v);
}

static void run_row(struct bed *b, const struct row *row)
{
	const u64 la = 0x123456789000;
	struct tables t = bed_tables(b, 4);
	u64 at[5] = {0};
	bool done;

	tables_map(b, &t, la, DATA);
	for (unsigned level = 1; level <= 4; level++)
		at[level] = tables_at(b, &t, la, level);
	for (size_t i = 0; i < ARRAY_SIZE(row->change); i++) {
		u64 place = at[row->change[i].level];
		u64 entry = bed_read(b, SPA(place), VIEW_RAW);

		bed_write(b, SPA(place), VIEW_RAW,
			  (entry | row->change[i].set) & ~row->change[i].clear);
	}
	b->cpu->cr3 = t.root;
	enter(b->cpu, row->how);
	mmu_flush_all(b->cpu);
	done = access_it(b->cpu, la + 8, row->how, row->access);
	if (done != (row->error == OK) || (!done && b->cpu->event.error != row->error))
		fail_msg("%s: error %x", row->name, b->cpu->event.error);
	if (!done)
		assert_pf(b->cpu, la + 8, row->error);
}

static void every_fault(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		run_row(*state, &rows[i]);
}

/* A walk that ends in a fault sets nothing. */
static void faults_leave_tables_alone(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 4);

	tables_set(b, &t, 0x1000, 1, DATA | PTE_P);
	bed_use(b, &t);
	assert_false(bed_store(b->cpu, 0x1000, 1));
	assert_pf(b->cpu, 0x1000, PF_ERROR_P | PF_ERROR_W);
	for (unsigned level = 1; level <= 4; level++)
		assert_int_equal(tables_get(b, &t, 0x1000, level) & E_AD, 0);
}

/* PAE's root is read at each walk, not at MOV CR3; a bad entry faults then. */
static void pae_root(void **state)
{
	static const u64 bad[] = {BIT64(1), BIT64(2), BIT64(5), BIT64(8), BIT64(52), BIT64(63)};
	struct bed *b = *state;
	struct tables t = bed_tables(b, 3);
	u64 v, root;

	tables_map(b, &t, 0x40001000, DATA);
	bed_use(b, &t);
	root = tables_get(b, &t, 0x40001000, 3);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		tables_set(b, &t, 0x40001000, 3, root | bad[i]);
		mmu_flush_all(b->cpu);
		assert_false(bed_load(b->cpu, 0x40001000, &v));
		assert_pf(b->cpu, 0x40001000, PF_ERROR_P | PF_ERROR_RSV);
	}
	tables_set(b, &t, 0x40001000, 3, root | PTE_PWT | PTE_PCD | BITS64(11, 9));
	assert_true(bed_load(b->cpu, 0x40001000, &v));
	tables_set(b, &t, 0x40001000, 3, 0);
	mmu_flush_all(b->cpu);
	assert_false(bed_load(b->cpu, 0x40001000, &v));
	assert_pf(b->cpu, 0x40001000, 0);
}

/* PAE's root need not start a page. */
static void pae_root_alignment(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 3);
	u64 v;

	tables_map(b, &t, 0x80003000, DATA);
	bed_write(b, SPA(t.root + 0xfe0 + 16), VIEW_RAW, tables_get(b, &t, 0x80003000, 3));
	bed_use(b, &t);
	mmu_write_cr3(b->cpu, t.root + 0xfe0 + 8 /* PWT: no part of the address */, false);
	bed_write(b, SPA(DATA), VIEW_RAW, 3);
	assert_true(bed_load(b->cpu, 0x80003000, &v));
	assert_int_equal(v, 3);
}

static void gib_pages_need_the_feature(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 4);
	u64 v;

	tables_set(b, &t, 0, 3, E_RWU | PTE_PS);
	bed_use(b, &t);
	assert_true(bed_load(b->cpu, 0, &v));
	b->model.features[0] = b->model.features[1] = 0;
	bed_use(b, &t);
	assert_false(bed_load(b->cpu, 0, &v));
	assert_pf(b->cpu, 0, PF_ERROR_P | PF_ERROR_RSV);
}

static void noncanonical_addresses(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 4);
	struct mmu_fetch f;
	u64 v;

	tables_map(b, &t, 0x7ffffffff000, DATA);
	bed_use(b, &t);
	assert_false(bed_load(b->cpu, 0x800000000000, &v));
	assert_gp(b->cpu, true);
	assert_false(bed_store(b->cpu, 0xffff7fffffffffff, 1));
	assert_gp(b->cpu, true);
	assert_true(bed_load(b->cpu, 0x7ffffffffff8, &v));
	assert_false(bed_load(b->cpu, 0x7ffffffffff9, &v));
	assert_gp(b->cpu, true);
	assert_false(mem_load_sys(b->cpu, 0x800000000000, &v, 8));
	assert_gp(b->cpu, true);
	assert_false(mmu_fetch(b->cpu, 0x800000000000, &f));
	assert_gp(b->cpu, false);
}

/* -- tables in odd places -------------------------------------------------------------------- */

/* What is not DRAM reads as ones, which are no valid entry of a long-mode table. */
static void tables_outside_dram(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 4);
	u64 v;

	tables_set(b, &t, 0, 4, BED_DRAM | E_RWU);
	bed_use(b, &t);
	assert_false(bed_load(b->cpu, 0, &v));
	assert_pf(b->cpu, 0, PF_ERROR_P | PF_ERROR_RSV);
	mmu_write_cr3(b->cpu, 0xfffffffff000, false);
	assert_false(bed_load(b->cpu, 0, &v));
	assert_pf(b->cpu, 0, PF_ERROR_P | PF_ERROR_RSV);
}

/* A 32-bit entry of ones is valid, and leads to the last page below 4 GiB. */
static void ones_in_32_bit_tables(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 2);
	u64 v = 0;

	tables_set(b, &t, 0, 2, BED_DRAM | E_RWU);
	bed_use(b, &t);
	assert_true(bed_load(b->cpu, 0x100, &v));
	assert_int_equal(v, ~0ull);
	assert_true(bed_store(b->cpu, 0x100, 1));
}

/* The table maps itself: walks end after as many steps as there are levels. */
static void tables_that_loop(void **state)
{
	struct bed *b = *state;
	struct tables t = bed_tables(b, 4);
	u64 v;

	tables_set(b, &t, 0, 4, t.root | E_RWU);
	bed_use(b, &t);
	assert_true(bed_load(b->cpu, 0, &v));
	assert_int_equal(v, t.root | E_RWU | PTE_A);
	assert_int_equal(tables_get(b, &t, 0, 4), t.root | E_RWU | PTE_A);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_mode_translates, setup, teardown),
		cmocka_unit_test_setup_teardown(large_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(page_size_needs_pse, setup, teardown),
		cmocka_unit_test_setup_teardown(pse36_reaches_beyond_4g, setup, teardown),
		cmocka_unit_test_setup_teardown(unpaged, setup, teardown),
		cmocka_unit_test_setup_teardown(every_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(faults_leave_tables_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(pae_root, setup, teardown),
		cmocka_unit_test_setup_teardown(pae_root_alignment, setup, teardown),
		cmocka_unit_test_setup_teardown(gib_pages_need_the_feature, setup, teardown),
		cmocka_unit_test_setup_teardown(noncanonical_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(tables_outside_dram, setup, teardown),
		cmocka_unit_test_setup_teardown(ones_in_32_bit_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(tables_that_loop, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
