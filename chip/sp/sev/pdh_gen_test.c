/* SPDX-License-Identifier: MIT */
/* PDH_GEN: a new PDH, signed by the same PEK; guests run on. */
#include "chip/sp/cert.h"
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static void makes_a_pdh_and_leaves_the_rest(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sp *sp = bed_sp(bed);
	struct sev_identity old, *id = &sp->platform.identity;
	struct sev_key pek;
	enum verdict v;

	bed_init_platform(bed);
	old = *id;
	bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
	assert_memory_not_equal(&id->pdh, &old.pdh, sizeof(old.pdh));
	assert_memory_equal(&id->pek, &old.pek, sizeof(old.pek));
	assert_memory_equal(&id->pek_cert, &old.pek_cert, sizeof(old.pek_cert));
	assert_memory_equal(&id->oca_cert, &old.oca_cert, sizeof(old.oca_cert));
	assert_int_equal(sev_cert_key(&pek, &old.pek_cert, SEV_USAGE_PEK), SP_SUCCESS);
	assert_int_equal(sev_cert_verify(&v, &id->pdh_cert, &pek), 0);
	assert_int_equal(v, VERDICT_GOOD);
	bed_free(bed);
}

static void is_stored(void **state)
{
	struct sp_bed *bed = bed_new();
	struct ec_key pdh;

	bed_init_platform(bed);
	bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
	pdh = bed_sp(bed)->platform.identity.pdh;
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_init_platform(bed);
	assert_memory_equal(&bed_sp(bed)->platform.identity.pdh, &pdh, sizeof(pdh));
	bed_free(bed);
}

static void leaves_guests_alone(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_guest before, *g;

	g = bed_working_platform(bed, SEV_GUEST_RUNNING);
	sp_asid_bind(bed_sp(bed), g, 5, 1);
	before = *g;
	bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
	assert_memory_equal(g, &before, sizeof(before));
	assert_true(sp_asid_runnable(bed_sp(bed), 5, 0));
	bed_free(bed);
}

static void needs_an_initialised_platform(void **state)
{
	struct sp_bed *bed = bed_new();

	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, SEV_CMD_PDH_GEN, NULL, 0);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_pdh_and_leaves_the_rest),
		cmocka_unit_test(is_stored),
		cmocka_unit_test(leaves_guests_alone),
		cmocka_unit_test(needs_an_initialised_platform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
