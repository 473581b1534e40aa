/* SPDX-License-Identifier: MIT */
/* Accesses of every size: through hits and misses, aligned or not, and to nothing. */
#include <string.h>

#include "abi/paging.h"
#include "abi/x86.h"

#include "base/bytes.h"

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

	memset(&r, 0, sizeof(r));
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

/* -- sizes ----------------------------------------------------------------------------------- */

static void inline_sizes(void **state)
{
	struct rig *r = *state;
	u8 v8;
	u16 v16;
	u32 v32;
	u64 v64;

	for (unsigned round = 0; round < 2; round++) { /* miss, then hit */
		assert_true(mem_store64(r->c, LA, 0x1122334455667788));
		assert_true(mem_load8(r->c, LA + 7, &v8));
		assert_true(mem_load16(r->c, LA + 5, &v16));
		assert_true(mem_load32(r->c, LA + 1, &v32));
		assert_true(mem_load64(r->c, LA, &v64));
		assert_int_equal(v8, 0x11);
		assert_int_equal(v16, 0x2233);
		assert_int_equal(v32, 0x44556677);
		assert_int_equal(v64, 0x1122334455667788);
		assert_true(mem_store8(r->c, LA + 1, 0xaa));
		assert_true(mem_store16(r->c, LA + 2, 0xbbbb));
		assert_true(mem_store32(r->c, LA + 4, 0xcccccccc));
		assert_true(mem_load64(r->c, LA, &v64));
		assert_int_equal(v64, 0xccccccccbbbbaa88);
	}
}

/* Every size from 1 to 64 at every alignment, within a page and over its end. */
static void slow_sizes(void **state)
{
	struct rig *r = *state;
	u8 want[64], *mem = r->c->mem.b;

	for (unsigned size = 1; size <= 64; size++)
		for (u64 la = LA + PAGE_SIZE - 72; la < LA + PAGE_SIZE + 8; la++) {
			for (unsigned i = 0; i < size; i++)
				want[i] = (u8)(la * 7 + i * 13 + size);
			memcpy(mem, want, size);
			assert_true(mem_store_slow(r->c, la, size));
			memset(mem, 0, 64);
			assert_true(mem_load_slow(r->c, la, size));
			assert_memory_equal(mem, want, size);
			assert_true(mem_load_sys(r->c, la, mem, size));
			assert_memory_equal(mem, want, size);
		}
}

static void pointers(void **state)
{
	struct rig *r = *state;
	u64 v;

	assert_null(mem_load_ptr(r->c, LA, 16));
	assert_null(mem_store_ptr(r->c, LA, 16));
	assert_true(mem_load64(r->c, LA, &v));
	assert_non_null(mem_load_ptr(r->c, LA + 0xff0, 16));
	assert_null(mem_load_ptr(r->c, LA + 0xff1, 16));
	assert_null(mem_store_ptr(r->c, LA, 16));
	assert_true(mem_probe_store(r->c, LA + 100, 32));
	assert_ptr_equal(mem_store_ptr(r->c, LA + 64, 64), mem_load_ptr(r->c, LA + 64, 64));
}

/* A load does not get the right to store: D would be missed. */
static void loads_give_no_store_right(void **state)
{
	struct rig *r = *state;
	u64 v;

	assert_true(mem_load64(r->c, LA, &v));
	assert_null(mem_store_ptr(r->c, LA, 8));
	assert_int_equal(tables_get(r->b, &r->t, LA, 1) & E_AD, PTE_A);
	assert_true(mem_store64(r->c, LA, 1));
	assert_non_null(mem_store_ptr(r->c, LA, 8));
	assert_int_equal(tables_get(r->b, &r->t, LA, 1) & E_AD, E_AD);
}

static void system_accesses(void **state)
{
	struct rig *r = *state;
	u64 v = 0x1234, got = 0;

	tables_set(r->b, &r->t, LA, 1, DATA | BED_C | PTE_P | PTE_RW);
	r->c->cpl = 3;
	mmu_context_changed(r->c);
	assert_true(mem_store_sys(r->c, LA + 0x10, &v, 8));
	assert_true(mem_load_sys(r->c, LA + 0x10, &got, 8));
	assert_int_equal(got, 0x1234);
	assert_false(bed_load(r->c, LA + 0x10, &v));
	assert_pf(r->c, LA + 0x10, PF_ERROR_P | PF_ERROR_U);
	assert_false(mem_load_sys(r->c, 0x400000, &v, 8));
	assert_pf(r->c, 0x400000, 0);
}

/* 32-bit linear addresses wrap at 4 GiB; in long mode the processor's own do not. */
static void wrap_at_4g(void **state)
{
	struct rig *r = *state;
	struct tables t = bed_tables(r->b, 3);
	u64 v;

	tables_set(r->b, &t, 0xfffff000, 1, DATA | E_RWU);
	tables_set(r->b, &t, 0, 1, (DATA + PAGE_SIZE) | E_RWU);
	bed_use(r->b, &t);
	assert_true(bed_store(r->c, 0xfffffffc, 0x1122334455667788));
	assert_true(bed_load(r->c, 0xfffffffc, &v));
	assert_int_equal(v, 0x1122334455667788);
	assert_int_equal(bed_read(r->b, bed_spa(r->b, DATA + PAGE_SIZE), VIEW_RAW) & 0xffffffff,
			 0x11223344);
}

/* -- alignment check ------------------------------------------------------------------------- */

static void assert_ac(const struct cpu *c)
{
	assert_int_equal(c->event.kind, EVENT_FAULT);
	assert_int_equal(c->event.vector, X86_VECTOR_AC);
	assert_true(c->event.has_error);
	assert_int_equal(c->event.error, 0);
}

static void alignment_checks(void **state)
{
	struct rig *r = *state;
	struct cpu *c = r->c;
	struct mem_pair pair;
	u16 v16;
	u64 v;

	assert_true(bed_store(c, LA + 8, 5));
	c->cpl = 3;
	c->cr0 |= CR0_AM;
	c->rflags |= RFLAGS_AC;
	mmu_context_changed(c);
	for (unsigned round = 0; round < 2; round++) {
		assert_true(bed_load(c, LA + 8, &v));
		assert_int_equal(v, 5);
		assert_false(bed_load(c, LA + 9, &v));
		assert_ac(c);
		assert_false(bed_store(c, LA + 12, v));
		assert_ac(c);
		assert_true(mem_load16(c, LA + 10, &v16));
		assert_false(mem_load16(c, LA + 11, &v16));
		assert_true(mem_load_slow(c, LA + 8, 10));
		assert_false(mem_load_slow(c, LA + 4, 10));
		assert_false(mem_load_slow(c, LA + 8, 16));
		assert_true(mem_load_slow(c, LA + 16, 32));
		assert_true(mem_load_sys(c, LA + 9, &v, 8));
	}
	assert_null(mem_span_load(c, LA, 8, &v));
	assert_no_event(c);
	assert_true(mem_span_pair(c, LA, LA + 64, 8, &pair, &v));
	assert_int_equal(v, 0);
	/* Before the page fault; not at CPL 0, not without AM. */
	assert_false(bed_load(c, 0x400001, &v));
	assert_ac(c);
	c->cpl = 0;
	mmu_context_changed(c);
	assert_true(bed_load(c, LA + 9, &v));
	c->cpl = 3;
	c->cr0 &= ~CR0_AM;
	mmu_context_changed(c);
	assert_true(bed_load(c, LA + 9, &v));
}

/* -- nowhere --------------------------------------------------------------------------------- */

static void outside_dram(void **state)
{
	struct rig *r = *state;
	bool swapped;
	u64 v, got;

	tables_set(r->b, &r->b->npt, DATA, 1, BED_DRAM | E_RWU);
	assert_true(bed_store(r->c, LA, 7));
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(v, ~0ull);
	assert_null(mem_load_ptr(r->c, LA, 8));
	assert_null(mem_store_ptr(r->c, LA, 8));
	assert_int_equal(*mem_span_load(r->c, LA + 5, 1, &got), 0xff);
	memset(mem_span_store(r->c, LA, PAGE_SIZE, &got), 0, PAGE_SIZE);
	mem_span_stored(r->c);
	assert_true(bed_load(r->c, LA, &v));
	assert_int_equal(v, ~0ull);

	/* A LOCKed operation compares ones and stores nothing. */
	r->c->mem.q[0] = 5;
	assert_true(mem_cmpxchg_slow(r->c, LA, 8, &swapped));
	assert_false(swapped);
	assert_int_equal(r->c->mem.q[0], ~0ull);
	assert_true(mem_cmpxchg_slow(r->c, LA, 8, &swapped));
	assert_true(swapped);
}

static void half_outside_dram(void **state)
{
	struct rig *r = *state;
	u64 v;

	tables_set(r->b, &r->b->npt, DATA + PAGE_SIZE, 1, BED_DRAM | E_RWU);
	assert_true(bed_store(r->c, LA + 0xffc, 0x1122334455667788));
	assert_true(bed_load(r->c, LA + 0xffc, &v));
	assert_int_equal(v, 0xffffffff55667788);
}

/* -- compare-exchange ------------------------------------------------------------------------ */

static void set_cmpxchg(struct cpu *c, u64 expected, u64 desired)
{
	memset(&c->mem, 0, sizeof(c->mem));
	c->mem.q[0] = expected;
	c->mem.q[2] = desired;
}

static void compare_exchange(void **state)
{
	struct rig *r = *state;
	bool swapped;
	u64 v;

	for (unsigned size = 1; size <= 8; size *= 2) {
		u64 mask = ~0ull >> (64 - 8 * size);

		assert_true(bed_store(r->c, LA, 0x8877665544332211));
		set_cmpxchg(r->c, 0x8877665544332211 & mask, 0xa5a5a5a5a5a5a5a5 & mask);
		assert_true(mem_cmpxchg_slow(r->c, LA, size, &swapped));
		assert_true(swapped);
		assert_true(bed_load(r->c, LA, &v));
		assert_int_equal(v, (0x8877665544332211 & ~mask) | (0xa5a5a5a5a5a5a5a5 & mask));
		assert_true(mem_cmpxchg_slow(r->c, LA, size, &swapped));
		assert_false(swapped);
		assert_int_equal(r->c->mem.q[0] & mask, 0xa5a5a5a5a5a5a5a5 & mask);
	}
	assert_true(bed_store(r->c, LA, 1));
	assert_true(bed_store(r->c, LA + 8, 2));
	r->c->mem.q[0] = 1;
	r->c->mem.q[1] = 2;
	r->c->mem.q[2] = 3;
	r->c->mem.q[3] = 4;
	assert_true(mem_cmpxchg_slow(r->c, LA, 16, &swapped));
	assert_true(swapped);
	assert_true(bed_load(r->c, LA + 8, &v));
	assert_int_equal(v, 4);
}

static void compare_exchange_faults(void **state)
{
	struct rig *r = *state;
	bool swapped;

	tables_set(r->b, &r->t, LA, 1, DATA | BED_C | PTE_P);
	assert_false(mem_cmpxchg_slow(r->c, LA, 4, &swapped));
	assert_pf(r->c, LA, PF_ERROR_P | PF_ERROR_W);
}

/* -- spans ----------------------------------------------------------------------------------- */

static void spans(void **state)
{
	struct rig *r = *state;
	struct mem_pair pair;
	const u8 *src;
	u8 *dst;
	u64 got, v;

	dst = mem_span_store(r->c, LA + 0x800, 10000, &got);
	assert_non_null(dst);
	assert_int_equal(got, 0x800);
	memset(dst, 0x5a, got);
	mem_span_stored(r->c);
	src = mem_span_load(r->c, LA + 0x810, 3, &got);
	assert_int_equal(got, 3);
	assert_int_equal(*src, 0x5a);
	assert_true(bed_load(r->c, LA + 0xff8, &v));
	assert_int_equal(v, 0x5a5a5a5a5a5a5a5a);

	assert_true(mem_span_pair(r->c, LA + 0x900, LA + PAGE_SIZE + 0xa00, 10000, &pair, &got));
	assert_int_equal(got, 0x600);
	memcpy(pair.dst, pair.src, got);
	mem_span_stored(r->c);
	assert_true(bed_load(r->c, LA + PAGE_SIZE + 0xa00, &v));
	assert_int_equal(v, 0x5a5a5a5a5a5a5a5a);
}

static void span_faults(void **state)
{
	struct rig *r = *state;
	struct mem_pair pair;
	u64 got;

	assert_null(mem_span_load(r->c, 0x400000, 8, &got));
	assert_pf(r->c, 0x400000, 0);
	assert_null(mem_span_store(r->c, 0x400010, 8, &got));
	assert_pf(r->c, 0x400010, PF_ERROR_W);
	assert_false(mem_span_pair(r->c, 0x400000, 0x500000, 8, &pair, &got));
	assert_pf(r->c, 0x400000, 0);
	assert_false(mem_span_pair(r->c, LA, 0x500000, 8, &pair, &got));
	assert_pf(r->c, 0x500000, PF_ERROR_W);
	assert_null(mem_span_load(r->c, 0x800000000000, 8, &got));
	assert_gp(r->c, true);
}

#define RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG(inline_sizes),
		RIG(slow_sizes),
		RIG(pointers),
		RIG(loads_give_no_store_right),
		RIG(system_accesses),
		RIG(wrap_at_4g),
		RIG(alignment_checks),
		RIG(outside_dram),
		RIG(half_outside_dram),
		RIG(compare_exchange),
		RIG(compare_exchange_faults),
		RIG(spans),
		RIG(span_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
