/* SPDX-License-Identifier: MIT */
/* Stores and LOCKed operations over a page boundary: all or nothing, and each side its own way. */
#include <string.h>

#include "abi/paging.h"
#include "abi/svm_exit.h"
#include "abi/x86.h"

#include "chip/cpu/mmu/internal.h"
#include "chip/cpu/mmu/testbed.h"

#include "tests/support/cmocka.h"

#define DATA MIB(2)
#define LA   0x5000ull
#define EDGE (LA + PAGE_SIZE) /* where the second page starts */
#define V    0x1122334455667788ull

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
	tables_set(r.b, &r.t, LA, 1, DATA | E_RWU | BED_C);
	tables_set(r.b, &r.t, EDGE, 1, MIB(3) | E_RWU);
	bed_use(r.b, &r.t);
	assert_true(bed_store(r.c, EDGE - 8, 0));
	assert_true(bed_store(r.c, EDGE, 0));
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	bed_free(((struct rig *)*state)->b);
	return 0;
}

static void cmpxchg(struct rig *r, u64 la, u64 expected, u64 desired, bool *swapped)
{
	memset(&r->c->mem, 0, sizeof(r->c->mem));
	r->c->mem.q[0] = expected;
	r->c->mem.q[2] = desired;
	r->c->event = (struct cpu_event){0};
	assert_true(mem_cmpxchg_slow(r->c, la, 8, swapped));
}

static void nothing_written(struct rig *r)
{
	u64 v;

	mmu_flush_all(r->c);
	tables_set(r->b, &r->t, LA, 1, DATA | E_RWU | BED_C);
	tables_set(r->b, &r->t, EDGE, 1, MIB(3) | E_RWU);
	tables_set(r->b, &r->b->npt, MIB(3), 1, (MIB(3) + BED_SHIFT) | E_RWU);
	assert_true(bed_load(r->c, EDGE - 8, &v));
	assert_int_equal(v, 0);
	assert_true(bed_load(r->c, EDGE, &v));
	assert_int_equal(v, 0);
}

/* One side is private and the other shared: each part under its own view. */
static void each_side_its_view(void **state)
{
	struct rig *r = *state;
	bool swapped;

	assert_true(bed_store(r->c, EDGE - 4, V));
	assert_int_equal(bed_decrypt(r->b, BED_ASID, bed_spa(r->b, DATA + 0xff8)) >> 32,
			 V & 0xffffffff);
	assert_int_equal(bed_dram(r->b, bed_spa(r->b, MIB(3))), V >> 32);
	cmpxchg(r, EDGE - 4, V, ~V, &swapped);
	assert_true(swapped);
	assert_int_equal(bed_decrypt(r->b, BED_ASID, bed_spa(r->b, DATA + 0xff8)) >> 32,
			 ~V & 0xffffffff);
	assert_int_equal(bed_dram(r->b, bed_spa(r->b, MIB(3))), ~V >> 32);
}

static void second_side_faults(void **state)
{
	struct rig *r = *state;
	bool swapped;

	tables_set(r->b, &r->t, EDGE, 1, MIB(3) | PTE_P);
	mmu_flush_all(r->c);
	assert_false(bed_store(r->c, EDGE - 4, V));
	assert_pf(r->c, EDGE, PF_ERROR_P | PF_ERROR_W);
	assert_false(mem_probe_store(r->c, EDGE - 4, 8));
	assert_pf(r->c, EDGE, PF_ERROR_P | PF_ERROR_W);
	assert_false(mem_cmpxchg_slow(r->c, EDGE - 4, 8, &swapped));
	assert_pf(r->c, EDGE, PF_ERROR_P | PF_ERROR_W);
	nothing_written(r);
}

static void second_side_nested_fault(void **state)
{
	struct rig *r = *state;

	tables_set(r->b, &r->b->npt, MIB(3), 1, 0);
	mmu_flush_all(r->c);
	assert_false(bed_store(r->c, EDGE - 4, V));
	assert_npf(r->c, MIB(3), NPF_INFO1_W | NPF_INFO1_U | NPF_INFO1_FINAL);
	nothing_written(r);
}

static void first_side_goes_first(void **state)
{
	struct rig *r = *state;

	tables_set(r->b, &r->t, LA, 1, DATA | BED_C);
	tables_set(r->b, &r->t, EDGE, 1, 0);
	mmu_flush_all(r->c);
	assert_false(bed_store(r->c, EDGE - 4, V));
	assert_pf(r->c, EDGE - 4, PF_ERROR_W);
	nothing_written(r);
}

static void loads_fault_too(void **state)
{
	struct rig *r = *state;
	u64 v;

	tables_set(r->b, &r->t, EDGE, 1, 0);
	mmu_flush_all(r->c);
	assert_false(bed_load(r->c, EDGE - 4, &v));
	assert_pf(r->c, EDGE, 0);
}

static void compare_exchange(void **state)
{
	struct rig *r = *state;
	bool swapped;
	u64 v;

	for (u64 la = EDGE - 7; la < EDGE; la++) {
		assert_true(bed_store(r->c, la, V));
		cmpxchg(r, la, V + 1, 5, &swapped);
		assert_false(swapped);
		assert_int_equal(r->c->mem.q[0], V);
		cmpxchg(r, la, V, V ^ la, &swapped);
		assert_true(swapped);
		assert_true(bed_load(r->c, la, &v));
		assert_int_equal(v, V ^ la);
	}
}

/* Both sides one page: by two addresses, under one key or, with no common copy, under two. */
static void one_page_twice(void **state)
{
	struct rig *r = *state;
	bool swapped;
	u64 v;

	tables_set(r->b, &r->t, EDGE, 1, DATA | E_RWU | BED_C);
	mmu_flush_all(r->c);
	assert_true(bed_store(r->c, EDGE - 4, V));
	cmpxchg(r, EDGE - 4, V, ~V, &swapped);
	assert_true(swapped);
	assert_true(bed_load(r->c, EDGE, &v));
	assert_int_equal(v & 0xffffffff, ~V >> 32);

	tables_set(r->b, &r->t, EDGE, 1, DATA | E_RWU);
	mmu_flush_all(r->c);
	assert_true(bed_store(r->c, EDGE - 4, V));
	assert_true(bed_load(r->c, EDGE, &v));
	assert_int_equal(v & 0xffffffff, V >> 32);
	assert_true(bed_load(r->c, EDGE - 4, &v));
	cmpxchg(r, EDGE - 4, v, ~v, &swapped);
	assert_true(swapped);
}

static void half_outside_dram(void **state)
{
	struct rig *r = *state;
	bool swapped;
	u64 v;

	tables_set(r->b, &r->b->npt, MIB(3), 1, BED_DRAM | E_RWU);
	mmu_flush_all(r->c);
	cmpxchg(r, EDGE - 4, 0, 1, &swapped);
	assert_false(swapped);
	assert_int_equal(r->c->mem.q[0], 0xffffffff00000000);
	cmpxchg(r, EDGE - 4, 0xffffffff00000000, V, &swapped);
	assert_true(swapped);
	assert_true(bed_load(r->c, EDGE - 4, &v));
	assert_int_equal(v, 0xffffffff00000000 | (V & 0xffffffff));
}

/* A bus lock ends what was decoded from either page, and nobody keeps a mapping. */
static void code_on_the_second_side(void **state)
{
	struct rig *r = *state;
	struct cache_mapping map;
	bool swapped;
	u32 gen;

	map = cache_map_code(r->b->cache, r->c->agent, bed_spa(r->b, MIB(3)), VIEW_RAW, 1, &gen);
	cmpxchg(r, EDGE - 4, 0, V, &swapped);
	assert_true(swapped);
	assert_int_not_equal(*map.code_gen, gen);
	gen = *map.code_gen;
	map = cache_map_code(r->b->cache, r->c->agent, bed_spa(r->b, MIB(3)), VIEW_RAW, 1, &gen);
	assert_true(bed_store(r->c, EDGE - 4, 0));
	assert_int_not_equal(*map.code_gen, gen);
}

#define RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG(each_side_its_view),    RIG(second_side_faults), RIG(second_side_nested_fault),
		RIG(first_side_goes_first), RIG(loads_fault_too),    RIG(compare_exchange),
		RIG(one_page_twice),        RIG(half_outside_dram),  RIG(code_on_the_second_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
