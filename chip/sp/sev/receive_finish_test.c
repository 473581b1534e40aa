/* SPDX-License-Identifier: MIT */
/* RECEIVE_FINISH: the guest has arrived. */
#include "chip/sp/sev/guest_testbed.h"
#include "chip/sp/sev/session.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_RECEIVE_FINISH,
	.size = 4,
	.states = SP_RUPDATE,
};

static void common_refusals(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUPDATE);
	buf.handle = g.handle;
	bed_check_rules(*state, &rules, &buf);
}

static void the_session_ends(void **state)
{
	static const struct sev_session_secrets nothing;
	struct sev_handle_buf buf;
	struct sev_guest *context;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUPDATE);
	buf.handle = g.handle;
	bed_accepts(*state, SEV_CMD_RECEIVE_FINISH, &buf, sizeof(buf));
	context = bed_context(*state, &g);
	assert_int_equal(context->state, SEV_GUEST_RUNNING);
	assert_int_equal(sp_asid_runnable(bed_sp(*state), g.asid, 0), true);
	assert_memory_equal(context->nonce, nothing.nonce, sizeof(nothing.nonce));
	assert_memory_equal(context->ms, nothing.ms, sizeof(nothing.ms));
	assert_memory_equal(&context->keys, &nothing.keys, sizeof(nothing.keys));
	bed_refuses(*state, SP_INVALID_GUEST_STATE, SEV_CMD_RECEIVE_FINISH, &buf, sizeof(buf));
}

static void an_inactive_guest_will_do(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUPDATE);
	bed_deactivate(*state, &g);
	buf.handle = g.handle;
	bed_accepts(*state, SEV_CMD_RECEIVE_FINISH, &buf, sizeof(buf));
	assert_int_equal(bed_context(*state, &g)->state, SEV_GUEST_RUNNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_session_ends),
		BED_TEST(an_inactive_guest_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
