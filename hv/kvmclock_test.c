/* SPDX-License-Identifier: MIT */
/* The scale of the clock, computed back as a guest does. */
#include "hv/kvmclock.h"

#include "tests/support/cmocka.h"

/* As a guest computes it. */
static u64 ns_of(u64 ticks, u32 mul, s8 shift)
{
	ticks = shift < 0 ? ticks >> -shift : ticks << shift;
	return (u64)((unsigned __int128)ticks * mul >> 32);
}

static void a_second_is_a_second(void **state)
{
	static const u64 hz[] = {1000000,    999999999,  1000000000, 1000000001,
				 1999999999, 2000000000, 2000000001, 2450000000,
				 3000000000, 4999999999, 12000000000};

	for (unsigned n = 0; n < ARRAY_SIZE(hz); n++) {
		u32 mul;
		s8 shift;

		kvmclock_scale(hz[n], &mul, &shift);
		assert_in_range(ns_of(hz[n], mul, shift), 999999990, 1000000010);
		assert_in_range(ns_of(3600 * hz[n], mul, shift), 3599999990000ull,
				3600000010000ull);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_is_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
