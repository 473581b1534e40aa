/* SPDX-License-Identifier: MIT */
/* The page allocator: rows, alignment, exhaustion. */
#include "hv/pages.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cmocka.h"

enum { DRAM_PAGES = 2048 };

static struct pages p;
static struct error err;

static int setup(void **state)
{
	return pages_init(&p, DRAM_PAGES * PAGE_SIZE, &err);
}

static int teardown(void **state)
{
	pages_fini(&p);
	return 0;
}

static spa_t alloc(u64 count, u64 align)
{
	spa_t spa = SPA(0);

	assert_int_equal(pages_alloc(&p, count, align, &spa, &err), 0);
	return spa;
}

static void page_0_is_never_given(void **state)
{
	for (unsigned n = 1; n < DRAM_PAGES; n++)
		assert_int_equal(alloc(1, PAGE_SIZE).v, n * PAGE_SIZE);
	assert_int_equal(p.free, 0);
}

static void a_row_is_aligned_and_in_one_piece(void **state)
{
	assert_int_equal(alloc(3, PAGE_SIZE).v, PAGE_SIZE);
	assert_int_equal(alloc(512, PAGE_2M_SIZE).v, PAGE_2M_SIZE);
	/* The gap before it is used for what fits. */
	assert_int_equal(alloc(508, PAGE_SIZE).v, 4 * PAGE_SIZE);
	assert_int_equal(alloc(1, PAGE_SIZE).v, 2 * PAGE_2M_SIZE);
}

static void what_is_given_back_is_given_again(void **state)
{
	spa_t a = alloc(16, PAGE_SIZE);
	spa_t b = alloc(16, PAGE_SIZE);

	pages_free(&p, a, 16);
	assert_int_equal(alloc(17, PAGE_SIZE).v, b.v + 16 * PAGE_SIZE);
	assert_int_equal(alloc(16, PAGE_SIZE).v, a.v);
}

static void too_much_is_refused_and_changes_nothing(void **state)
{
	spa_t spa = SPA(7);
	u64 free = p.free;

	assert_int_equal(pages_alloc(&p, DRAM_PAGES, PAGE_SIZE, &spa, &err), -ENOMEM);
	assert_int_equal(pages_alloc(&p, ~0ull, PAGE_SIZE, &spa, &err), -ENOMEM);
	assert_int_equal(pages_alloc(&p, 0, PAGE_SIZE, &spa, &err), -ENOMEM);
	assert_int_equal(pages_alloc(&p, 1, GIB(1), &spa, &err), -ENOMEM);
	assert_int_equal(spa.v, 7);
	assert_int_equal(p.free, free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(page_0_is_never_given, setup, teardown),
		cmocka_unit_test_setup_teardown(a_row_is_aligned_and_in_one_piece, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_given_back_is_given_again, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much_is_refused_and_changes_nothing, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
