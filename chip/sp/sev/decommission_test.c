/* SPDX-License-Identifier: MIT */
/* DECOMMISSION: nothing of a guest is left. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_DECOMMISSION,
	.size = 4,
	.states = SP_ANY_GUEST,
	.activity = SP_MUST_BE_INACTIVE,
};

static void common_refusals(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_deactivate(*state, &g);
	buf.handle = g.handle;
	bed_check_rules(*state, &rules, &buf);
}

static void an_active_guest_stays(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_SENT);
	buf.handle = g.handle;
	bed_refuses(*state, SP_ACTIVE, SEV_CMD_DECOMMISSION, &buf, sizeof(buf));
}

static void the_context_is_erased(void **state)
{
	static const struct sev_guest nothing;
	struct sp_bed *bed = *state;
	struct sev_guest *context;
	struct bed_guest g;

	for (enum sev_guest_state s = SEV_GUEST_LUPDATE; s <= SEV_GUEST_SENT; s++) {
		bed_guest_new(bed, &g, BED_POLICY, s);
		context = bed_context(bed, &g);
		bed_retire(bed, &g);
		assert_memory_equal(context, &nothing, sizeof(nothing));
	}
}

static void the_last_one_leaves_the_platform_init(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_platform_status_buf status;
	struct bed_guest a, b;

	bed_guest_new(bed, &a, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_guest_new(bed, &b, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_retire(bed, &a);
	bed_accepts(bed, SEV_CMD_PLATFORM_STATUS, &status, sizeof(status));
	assert_int_equal(status.state, SEV_PLATFORM_WORKING);
	assert_int_equal(status.guest_count, 1);
	bed_retire(bed, &b);
	bed_accepts(bed, SEV_CMD_PLATFORM_STATUS, &status, sizeof(status));
	assert_int_equal(status.state, SEV_PLATFORM_INIT);
	assert_int_equal(status.guest_count, 0);
}

static void a_handle_means_nothing_afterwards(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_guest_status_buf buf = {0};
	struct bed_guest a, b;

	bed_guest_new(bed, &a, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_retire(bed, &a);
	bed_guest_new(bed, &b, BED_POLICY, SEV_GUEST_LUPDATE);
	assert_int_not_equal(a.handle, b.handle);
	buf.handle = a.handle;
	bed_refuses(bed, SP_INVALID_GUEST, SEV_CMD_GUEST_STATUS, &buf, sizeof(buf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(an_active_guest_stays),
		BED_TEST(the_context_is_erased),
		BED_TEST(the_last_one_leaves_the_platform_init),
		BED_TEST(a_handle_means_nothing_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
