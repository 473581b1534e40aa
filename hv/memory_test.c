/* SPDX-License-Identifier: MIT */
/* Guest memory in one piece and in many, at its ends, and around the hole. */
#include "hv/memory.h"

#include <string.h>

#include "tests/support/cmocka.h"

#include "hv/testbed.h"

static struct testbed t;

static int contiguous(void **state)
{
	testbed_init(&t, MIB(16), MEMORY_CONTIGUOUS);
	return 0;
}

static int scattered(void **state)
{
	testbed_init(&t, MIB(16), MEMORY_SCATTERED);
	return 0;
}

static int teardown(void **state)
{
	testbed_fini(&t);
	return 0;
}

static u64 spa_of(u64 gpa)
{
	spa_t spa;
	u64 room;

	assert_true(memory_translate(&t.memory, GPA(gpa), &spa, &room));
	assert_int_equal(room, PAGE_2M_SIZE - gpa % PAGE_2M_SIZE);
	return spa.v;
}

static void one_piece(void **state)
{
	for (u64 gpa = 0; gpa < MIB(16); gpa += KIB(100))
		assert_int_equal(spa_of(gpa), spa_of(0) + gpa);
}

static void every_chunk_once_and_no_neighbours(void **state)
{
	u64 seen = 0;

	for (u64 n = 0; n < 8; n++) {
		seen |= BIT64(spa_of(n * PAGE_2M_SIZE) >> PAGE_2M_SHIFT);
		if (n > 0)
			assert_int_not_equal(spa_of(n * PAGE_2M_SIZE),
					     spa_of((n - 1) * PAGE_2M_SIZE) + PAGE_2M_SIZE);
	}
	assert_int_equal(__builtin_popcountll(seen), 8);
}

static void accesses_cross_chunks(void **state)
{
	static u8 in[MIB(5)], out[MIB(5)];

	for (size_t n = 0; n < sizeof(in); n++)
		in[n] = (u8)(n * 7 >> 3);
	assert_true(memory_write(&t.memory, GPA(MIB(1) + 3), in, sizeof(in)));
	assert_true(memory_read(&t.memory, GPA(MIB(1) + 3), out, sizeof(out)));
	assert_memory_equal(in, out, sizeof(in));
}

static void what_is_no_ram_is_refused_whole(void **state)
{
	u8 b[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	u8 was[8] = {0};
	spa_t spa;
	u64 room;

	assert_false(memory_write(&t.memory, GPA(MIB(16) - 4), b, 8));
	assert_true(memory_read(&t.memory, GPA(MIB(16) - 8), was, 8));
	assert_int_equal(was[4], 0);
	assert_false(memory_read(&t.memory, GPA(MIB(16)), b, 1));
	assert_false(memory_read(&t.memory, GPA(~0ull), b, 2));
	assert_false(memory_read(&t.memory, GPA(0), b, ~0ull));
	assert_false(memory_contains(&t.memory, GPA(MEMORY_HOLE_END), 1));
	assert_false(memory_translate(&t.memory, GPA(MEMORY_HOLE_END), &spa, &room));
	assert_false(memory_translate(&t.memory, GPA(~0ull), &spa, &room));
}

/* Arithmetic alone: a map as of a guest with more than the hole leaves below 4 GiB. */
static void ram_goes_on_above_4_gib(void **state)
{
	spa_t chunk[2560] = {{0}};
	struct memory m = {.size = GIB(5), .chunk = chunk};
	spa_t spa;
	u64 room;

	chunk[1536].v = MIB(2);
	assert_int_equal(memory_low(&m), GIB(3));
	assert_int_equal(memory_high(&m), GIB(2));
	assert_true(memory_translate(&m, GPA(GIB(4) + 5), &spa, &room));
	assert_int_equal(spa.v, MIB(2) + 5);
	assert_false(memory_translate(&m, GPA(GIB(3)), &spa, &room));
	assert_false(memory_translate(&m, GPA(GIB(6)), &spa, &room));
	assert_true(memory_contains(&m, GPA(GIB(6) - 1), 1));
	assert_false(memory_contains(&m, GPA(GIB(3) - 1), 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_piece, contiguous, teardown),
		cmocka_unit_test_setup_teardown(every_chunk_once_and_no_neighbours, scattered,
						teardown),
		cmocka_unit_test_setup_teardown(accesses_cross_chunks, scattered, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_ram_is_refused_whole, contiguous,
						teardown),
		cmocka_unit_test(ram_goes_on_above_4_gib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
