/* SPDX-License-Identifier: MIT */
/* PLATFORM_RESET: a new identity after it, on the same chip. */
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static void the_identity_goes_and_the_chip_stays(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sp *sp = bed_sp(bed);
	struct sev_identity old;
	struct sp_chip chip = sp->chip;

	bed_init_platform(bed);
	old = sp->platform.identity;
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_accepts(bed, SEV_CMD_PLATFORM_RESET, NULL, 0);
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_UNINIT);
	bed_init_platform(bed);
	assert_memory_not_equal(&sp->platform.identity.oca, &old.oca, sizeof(old.oca));
	assert_memory_not_equal(&sp->platform.identity.pek, &old.pek, sizeof(old.pek));
	assert_memory_not_equal(&sp->platform.identity.pdh, &old.pdh, sizeof(old.pdh));
	assert_memory_equal(&sp->chip, &chip, sizeof(chip));
	bed_free(bed);
}

static void only_when_uninitialised(void **state)
{
	struct sp_bed *bed = bed_new();

	bed_init_platform(bed);
	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, SEV_CMD_PLATFORM_RESET, NULL, 0);
	sev_guest_new(bed_sp(bed), SEV_GUEST_LUPDATE);
	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, SEV_CMD_PLATFORM_RESET, NULL, 0);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_identity_goes_and_the_chip_stays),
		cmocka_unit_test(only_when_uninitialised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
