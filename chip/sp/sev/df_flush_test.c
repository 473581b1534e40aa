/* SPDX-License-Identifier: MIT */
/* DF_FLUSH wants WBINVD on every core since the last DEACTIVATE. */
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static void init_without_flush(struct sp_bed *bed)
{
	struct sev_init_buf init = {0};

	bed_accepts(bed, SEV_CMD_INIT, &init, sizeof(init));
}

static unsigned dirty_asids(struct sp_bed *bed)
{
	unsigned n = 0;

	for (unsigned i = 1; i <= BED_ASIDS; i++)
		n += sp_asid_is_dirty(bed_sp(bed), i);
	return n;
}

static void needs_an_initialised_platform(void **state)
{
	struct sp_bed *bed = bed_new();

	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, SEV_CMD_DF_FLUSH, NULL, 0);
	bed_free(bed);
}

static void needs_wbinvd_on_every_core(void **state)
{
	struct sp_bed *bed = bed_new();

	init_without_flush(bed);
	for (u64 cores = 0; cores < BIT64(BED_CORES) - 1; cores++) {
		atomic_store(&bed_sp(bed)->asids.wbinvd, 0);
		for (unsigned core = 0; core < BED_CORES; core++)
			if (cores & BIT64(core))
				sp_note_wbinvd(bed_sp(bed), core);
		bed_refuses(bed, SP_WBINVD_REQUIRED, SEV_CMD_DF_FLUSH, NULL, 0);
	}
	assert_int_equal(dirty_asids(bed), BED_ASIDS);
	bed_flush(bed);
	assert_int_equal(dirty_asids(bed), 0);
	bed_free(bed);
}

static struct sev_guest *active_guest(struct sp_bed *bed, u32 asid)
{
	struct sev_guest *g = sev_guest_new(bed_sp(bed), SEV_GUEST_RUNNING);

	sp_asid_bind(bed_sp(bed), g, asid, sp_all_cores(bed_sp(bed)));
	return g;
}

static void a_deactivate_starts_the_round_anew(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_guest *g;

	bed_init_platform(bed);
	g = active_guest(bed, 5);
	for (unsigned core = 0; core < BED_CORES; core++)
		sp_note_wbinvd(bed_sp(bed), core);
	sp_asid_unbind(bed_sp(bed), g);
	bed_refuses(bed, SP_WBINVD_REQUIRED, SEV_CMD_DF_FLUSH, NULL, 0);
	assert_int_equal(dirty_asids(bed), 1);
	bed_flush(bed);
	assert_int_equal(dirty_asids(bed), 0);
	bed_free(bed);
}

static void the_flush_serves_further_deactivated_asids_only_once(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_guest *a, *b;

	bed_init_platform(bed);
	a = active_guest(bed, 5);
	b = active_guest(bed, 6);
	sp_asid_unbind(bed_sp(bed), a);
	bed_flush(bed);
	assert_false(sp_asid_is_dirty(bed_sp(bed), 5));
	sp_asid_unbind(bed_sp(bed), b);
	assert_false(sp_asid_is_dirty(bed_sp(bed), 5));
	assert_true(sp_asid_is_dirty(bed_sp(bed), 6));
	bed_refuses(bed, SP_WBINVD_REQUIRED, SEV_CMD_DF_FLUSH, NULL, 0);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_an_initialised_platform),
		cmocka_unit_test(needs_wbinvd_on_every_core),
		cmocka_unit_test(a_deactivate_starts_the_round_anew),
		cmocka_unit_test(the_flush_serves_further_deactivated_asids_only_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
