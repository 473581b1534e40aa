/* SPDX-License-Identifier: MIT */
/* The TSC as host and guest see it. */
#include "chip/cpu/model/msr.h"

#include "abi/msr.h"
#include "chip/cpu/model/msr_testbed.h"

static u64 frozen_clock(void *ctx, const struct cpu *c)
{
	return 1000;
}

static void test_tsc(void **state)
{
	const struct cpu_clock clock = {frozen_clock, NULL};
	struct machine *m = guest_new("milan");

	m->cpu->clock = &clock;
	assert_true(host_write(m, MSR_TSC, 5000));
	assert_int_equal(host_read(m, MSR_TSC), 5000);
	assert_int_equal(host_read(m, MSR_MPERF), 5000);
	assert_true(host_write(m, MSR_TSC_RATIO, 3 * TSC_RATIO_ONE));
	m->vmcb.control.tsc_offset = 7;
	assert_int_equal(guest_read(m, MSR_TSC), 15007);
	assert_true(guest_write(m, MSR_TSC, 100)); /* the core's own counter */
	assert_int_equal(host_read(m, MSR_TSC), 100);
	assert_int_equal(guest_read(m, MSR_TSC), 307);
	machine_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tsc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
