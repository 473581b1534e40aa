/* SPDX-License-Identifier: MIT */
/* NOP: success and no trace, in every state. */
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static void does_nothing(struct sp_bed *bed)
{
	/* A success that must be like a refusal. */
	bed_refuses(bed, SP_SUCCESS, SEV_CMD_NOP, NULL, 0);
}

static void in_every_state(void **state)
{
	struct sp_bed *bed = bed_new();

	does_nothing(bed);
	bed_init_platform(bed);
	does_nothing(bed);
	sev_guest_new(bed_sp(bed), SEV_GUEST_RUNNING);
	does_nothing(bed);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(in_every_state)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
