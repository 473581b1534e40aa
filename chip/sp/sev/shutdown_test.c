/* SPDX-License-Identifier: MIT */
/* SHUTDOWN: nothing of a guest is left, and memory is given back. */
#include <string.h>

#include "base/bytes.h"
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static void every_guest_and_key_goes(void **state)
{
	static const struct sev_platform nothing;
	struct sp_bed *bed = bed_new();
	struct sp *sp = bed_sp(bed);
	struct sev_guest *g;
	u8 before[16] = {0}, after[16] = {0};

	g = bed_working_platform(bed, SEV_GUEST_RUNNING);
	memset(g->vek, 0x77, sizeof(g->vek));
	g->ld = hash_new(HASH_SHA256);
	sp_asid_bind(sp, g, 5, sp_all_cores(sp));
	sev_guest_new(sp, SEV_GUEST_LUPDATE);
	mee_encrypt(sp->mee, 5, SPA(0), before, before, sizeof(before));

	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);

	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_UNINIT);
	assert_int_equal(sp->guests.count, 0);
	for (unsigned i = 0; i < sp->guests.slots; i++)
		assert_true(bytes_are_zero(&sp->guests.slot[i], sizeof(*g)));
	assert_false(sp_asid_runnable(sp, 5, 0));
	mee_encrypt(sp->mee, 5, SPA(0), after, after, sizeof(after));
	assert_memory_not_equal(before, after, sizeof(after));
	assert_memory_equal(&sp->platform, &nothing, sizeof(nothing));
	bed_free(bed);
}

static void the_tmr_is_given_back(void **state)
{
	struct sp_bed *bed = bed_new();
	spa_t base;
	u64 size;

	bed_init_platform(bed);
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	assert_false(sp_tmr(bed_sp(bed), &base, &size));
	assert_int_equal(sp_command(bed_sp(bed), SEV_CMD_PLATFORM_STATUS, BED_TMR), SP_SUCCESS);
	bed_free(bed);
}

static void it_does_nothing_to_an_uninitialised_platform(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sha256_digest before, after;

	bed_snapshot(bed, &before);
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_snapshot(bed, &after);
	assert_true(sha256_equal(&before, &after));
	bed_free(bed);
}

static void old_handles_stay_unknown_afterwards(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_guest *g = bed_working_platform(bed, SEV_GUEST_RUNNING);
	u32 old = g->handle;

	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_init_platform(bed);
	g = sev_guest_new(bed_sp(bed), SEV_GUEST_RUNNING);
	assert_int_not_equal(g->handle, old);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_guest_and_key_goes),
		cmocka_unit_test(the_tmr_is_given_back),
		cmocka_unit_test(it_does_nothing_to_an_uninitialised_platform),
		cmocka_unit_test(old_handles_stay_unknown_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
