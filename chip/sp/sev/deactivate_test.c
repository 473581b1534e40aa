/* SPDX-License-Identifier: MIT */
/* DEACTIVATE: the key goes, and the ASID is dirty. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_DEACTIVATE,
	.size = 4,
	.states = SP_ANY_GUEST,
};

static void common_refusals(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUNNING);
	buf.handle = g.handle;
	bed_check_rules(*state, &rules, &buf);
}

static void the_key_is_gone(void **state)
{
	struct sp_bed *bed = *state;
	u8 plain[64], seen[64];
	struct bed_guest g;
	u32 asid;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	asid = g.asid;
	bed_fill(plain, sizeof(plain), 1);
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	cache_flush_all(bed->config.cache, NULL);
	bed_deactivate(bed, &g);
	g.asid = asid;
	bed_guest_get(bed, &g, BED_GUEST, seen, sizeof(seen));
	assert_memory_not_equal(seen, plain, sizeof(plain));
	for (unsigned core = 0; core < BED_CORES; core++)
		assert_false(sp_asid_runnable(bed_sp(bed), asid, core));
	assert_true(sp_asid_is_dirty(bed_sp(bed), asid));
	assert_false(sp_asid_is_owned(bed_sp(bed), asid));
}

static void once_more_changes_nothing(void **state)
{
	struct sp_bed *bed = *state;
	struct sha256_digest before, after;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	bed_deactivate(bed, &g);
	sp_note_wbinvd(bed_sp(bed), 0);
	bed_snapshot(bed, &before);
	bed_deactivate(bed, &g);
	bed_snapshot(bed, &after);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void it_does_not_count_earlier_wbinvd(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	for (unsigned core = 0; core < BED_CORES; core++)
		sp_note_wbinvd(bed_sp(bed), core);
	bed_deactivate(bed, &g);
	bed_refuses(bed, SP_WBINVD_REQUIRED, SEV_CMD_DF_FLUSH, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_key_is_gone),
		BED_TEST(once_more_changes_nothing),
		BED_TEST(it_does_not_count_earlier_wbinvd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
