/* SPDX-License-Identifier: MIT */
/* PEK_GEN: everything is new, and the platform is its own owner. */
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static void makes_oca_pek_and_pdh(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sp *sp = bed_sp(bed);
	struct sev_identity old;

	bed_init_platform(bed);
	old = sp->platform.identity;
	sp->platform.identity.external = true;
	bed_accepts(bed, SEV_CMD_PEK_GEN, NULL, 0);
	assert_false(sp->platform.identity.external);
	assert_memory_not_equal(&sp->platform.identity.oca, &old.oca, sizeof(old.oca));
	assert_memory_not_equal(&sp->platform.identity.pek, &old.pek, sizeof(old.pek));
	assert_memory_not_equal(&sp->platform.identity.pdh, &old.pdh, sizeof(old.pdh));
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_INIT);
	bed_free(bed);
}

static void is_stored(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_identity id;

	bed_init_platform(bed);
	bed_accepts(bed, SEV_CMD_PEK_GEN, NULL, 0);
	id = bed_sp(bed)->platform.identity;
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_init_platform(bed);
	assert_memory_equal(&bed_sp(bed)->platform.identity, &id, sizeof(id));
	bed_free(bed);
}

static void only_without_guests(void **state)
{
	struct sp_bed *bed = bed_new();

	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, SEV_CMD_PEK_GEN, NULL, 0);
	bed_working_platform(bed, SEV_GUEST_LUPDATE);
	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, SEV_CMD_PEK_GEN, NULL, 0);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_oca_pek_and_pdh),
		cmocka_unit_test(is_stored),
		cmocka_unit_test(only_without_guests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
