/* SPDX-License-Identifier: MIT */
/* GUEST_STATUS: what a host may know of a guest. */
#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_GUEST_STATUS,
	.size = 0x0d,
	.states = SP_ANY_GUEST,
};

static void common_refusals(void **state)
{
	struct sev_guest_status_buf buf = {0};
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUNNING);
	buf.handle = g.handle;
	bed_check_rules(*state, &rules, &buf);
}

static void assert_status(struct sp_bed *bed, const struct bed_guest *g, enum sev_guest_state state)
{
	struct sev_guest_status_buf buf;

	memset(&buf, 0xa5, sizeof(buf));
	buf.handle = g->handle;
	bed_accepts(bed, SEV_CMD_GUEST_STATUS, &buf, sizeof(buf));
	assert_int_equal(buf.handle, g->handle);
	assert_int_equal(buf.policy, g->policy);
	assert_int_equal(buf.asid, g->asid);
	assert_int_equal(buf.state, state);
}

static void every_state(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;

	for (enum sev_guest_state s = SEV_GUEST_LUPDATE; s <= SEV_GUEST_SENT; s++) {
		bed_guest_new(bed, &g, s % 2 ? SEV_POLICY_NODBG : BED_POLICY_ES, s);
		assert_status(bed, &g, s);
		bed_deactivate(bed, &g);
		assert_status(bed, &g, s);
		bed_retire(bed, &g);
	}
}

static void it_changes_nothing(void **state)
{
	struct sha256_digest before, after;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUNNING);
	bed_snapshot(*state, &before);
	assert_status(*state, &g, SEV_GUEST_RUNNING);
	bed_snapshot(*state, &after);
	assert_memory_equal(&before, &after, sizeof(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(every_state),
		BED_TEST(it_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
