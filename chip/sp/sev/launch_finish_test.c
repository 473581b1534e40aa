/* SPDX-License-Identifier: MIT */
/* LAUNCH_FINISH: the guest runs, its session is over. */
#include "chip/sp/sev/guest_testbed.h"
#include "chip/sp/sev/session.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_LAUNCH_FINISH,
	.size = 4,
	.states = SP_LSECRET,
};

static void common_refusals(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_LSECRET);
	buf.handle = g.handle;
	bed_check_rules(*state, &rules, &buf);
}

static void the_session_ends(void **state)
{
	static const struct sev_session_secrets nothing;
	struct sev_handle_buf buf;
	struct sev_guest *context;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_LSECRET);
	buf.handle = g.handle;
	bed_accepts(*state, SEV_CMD_LAUNCH_FINISH, &buf, sizeof(buf));
	context = bed_context(*state, &g);
	assert_int_equal(context->state, SEV_GUEST_RUNNING);
	assert_int_equal(sp_asid_runnable(bed_sp(*state), g.asid, 0), true);
	assert_memory_equal(context->nonce, nothing.nonce, sizeof(nothing.nonce));
	assert_memory_equal(context->ms, nothing.ms, sizeof(nothing.ms));
	assert_memory_equal(&context->keys, &nothing.keys, sizeof(nothing.keys));
	bed_refuses(*state, SP_INVALID_GUEST_STATE, SEV_CMD_LAUNCH_FINISH, &buf, sizeof(buf));
}

static void an_inactive_guest_will_do(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_LSECRET);
	bed_deactivate(*state, &g);
	buf.handle = g.handle;
	bed_accepts(*state, SEV_CMD_LAUNCH_FINISH, &buf, sizeof(buf));
	assert_int_equal(bed_context(*state, &g)->state, SEV_GUEST_RUNNING);
}

/* The digest stays for attestation; the measurement, good for secrets only, does not. */
static void the_digest_survives(void **state)
{
	static const struct sev_measurement nothing;
	struct sev_handle_buf buf;
	struct sha256_digest ld;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_LSECRET);
	ld = bed_context(*state, &g)->launch_digest;
	buf.handle = g.handle;
	bed_accepts(*state, SEV_CMD_LAUNCH_FINISH, &buf, sizeof(buf));
	assert_memory_equal(&bed_context(*state, &g)->launch_digest, &ld, sizeof(ld));
	assert_memory_equal(&bed_context(*state, &g)->measurement, &nothing, sizeof(nothing));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_session_ends),
		BED_TEST(an_inactive_guest_will_do),
		BED_TEST(the_digest_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
