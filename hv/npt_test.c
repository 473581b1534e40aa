/* SPDX-License-Identifier: MIT */
/* Nested tables, walked as a core would. */
#include "hv/npt.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cmocka.h"

#include "abi/paging.h"
#include "hv/testbed.h"

static struct testbed t;
static struct npt npt;

static int setup(void **state)
{
	testbed_init(&t, MIB(8), MEMORY_SCATTERED);
	assert_int_equal(npt_init(&npt, t.chip, &t.pages, &t.err), 0);
	return 0;
}

static int teardown(void **state)
{
	u64 free = t.pages.free + npt.tables;

	npt_fini(&npt);
	assert_int_equal(t.pages.free, free);
	testbed_fini(&t);
	return 0;
}

/* What a core would find: the leaf, or 0. */
static u64 walk(u64 gpa, unsigned *shift)
{
	u64 e = npt.root.v | PTE_P;

	for (*shift = PT_SHIFT_512G;; *shift -= PT_INDEX_BITS) {
		u64 at = (e & PTE_ADDR_MASK) + 8 * (gpa >> *shift & (PT_ENTRIES - 1));

		assert_int_equal(platform_read(t.chip, SPA(at), &e, 8), PLATFORM_ACCESS_OK);
		if (!(e & PTE_P))
			return 0;
		assert_int_equal(e & (PTE_RW | PTE_US | PTE_NX), PTE_RW | PTE_US);
		if (*shift == PT_SHIFT_4K || (e & PTE_PS))
			return e;
	}
}

static void assert_maps_memory(unsigned leaf_shift)
{
	for (u64 gpa = 0; gpa < MIB(8); gpa += PAGE_SIZE) {
		unsigned shift;
		u64 e = walk(gpa, &shift);
		u64 room;
		spa_t spa;

		assert_true(memory_translate(&t.memory, GPA(gpa), &spa, &room));
		assert_int_equal(shift, leaf_shift);
		assert_int_equal((e & PTE_ADDR_MASK) + (gpa & (BIT64(shift) - 1)), spa.v);
	}
}

static void memory_by_2_mib_pages(void **state)
{
	unsigned shift;

	assert_int_equal(npt_map_memory(&npt, &t.memory, PAGE_2M_SIZE, &t.err), 0);
	assert_maps_memory(PT_SHIFT_2M);
	assert_int_equal(walk(MIB(8), &shift), 0);
	assert_int_equal(npt.tables, 3);
}

static void memory_by_4_kib_pages(void **state)
{
	assert_int_equal(npt_map_memory(&npt, &t.memory, PAGE_SIZE, &t.err), 0);
	assert_maps_memory(PT_SHIFT_4K);
	assert_in_range(npt.tables * PAGE_SIZE, 1, npt_bytes_for(MIB(8)));
}

static void one_page_goes_and_its_neighbours_stay(void **state)
{
	unsigned shift;

	assert_int_equal(npt_map_memory(&npt, &t.memory, PAGE_SIZE, &t.err), 0);
	npt_unmap(&npt, GPA(MIB(2) + PAGE_SIZE));
	npt_unmap(&npt, GPA(GIB(700)));
	assert_int_equal(walk(MIB(2) + PAGE_SIZE, &shift), 0);
	assert_int_not_equal(walk(MIB(2), &shift), 0);
	assert_int_not_equal(walk(MIB(2) + 2 * PAGE_SIZE, &shift), 0);
}

static void without_room_for_a_table_it_says_so(void **state)
{
	spa_t spa;

	while (pages_alloc(&t.pages, 1, PAGE_SIZE, &spa, NULL) == 0)
		;
	assert_int_equal(npt_map(&npt, GPA(0), SPA(0), PAGE_SIZE, &t.err), -ENOMEM);
	assert_non_null(strstr(t.err.text, "free pages"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_by_2_mib_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(memory_by_4_kib_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(one_page_goes_and_its_neighbours_stay, setup,
						teardown),
		cmocka_unit_test_setup_teardown(without_room_for_a_table_it_says_so, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
