/* SPDX-License-Identifier: MIT */
/* SEND_FINISH: the guest is gone for good. */
#include "chip/sp/sev/guest_testbed.h"
#include "chip/sp/sev/session.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_SEND_FINISH,
	.size = 4,
	.states = SP_SUPDATE,
};

static void common_refusals(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_SUPDATE);
	buf.handle = g.handle;
	bed_check_rules(*state, &rules, &buf);
}

static void the_session_ends(void **state)
{
	static const struct sev_session_secrets nothing;
	struct sev_handle_buf buf;
	struct sev_guest *context;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_SUPDATE);
	buf.handle = g.handle;
	bed_accepts(*state, SEV_CMD_SEND_FINISH, &buf, sizeof(buf));
	context = bed_context(*state, &g);
	assert_int_equal(context->state, SEV_GUEST_SENT);
	assert_int_equal(sp_asid_runnable(bed_sp(*state), g.asid, 0), false);
	assert_memory_equal(context->nonce, nothing.nonce, sizeof(nothing.nonce));
	assert_memory_equal(context->ms, nothing.ms, sizeof(nothing.ms));
	assert_memory_equal(&context->keys, &nothing.keys, sizeof(nothing.keys));
	bed_refuses(*state, SP_INVALID_GUEST_STATE, SEV_CMD_SEND_FINISH, &buf, sizeof(buf));
}

static void an_inactive_guest_will_do(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_SUPDATE);
	bed_deactivate(*state, &g);
	buf.handle = g.handle;
	bed_accepts(*state, SEV_CMD_SEND_FINISH, &buf, sizeof(buf));
	assert_int_equal(bed_context(*state, &g)->state, SEV_GUEST_SENT);
}

/* What is left of it can only be taken away. */
static void nothing_but_an_end_is_left(void **state)
{
	static const u32 refused[] = {SEV_CMD_SEND_CANCEL, SEV_CMD_SEND_FINISH,
				      SEV_CMD_LAUNCH_FINISH, SEV_CMD_RECEIVE_FINISH};
	struct sev_activate_buf activate = {.asid = 5};
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_SENT);
	buf.handle = activate.handle = g.handle;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		bed_refuses(*state, SP_INVALID_GUEST_STATE, refused[i], &buf, sizeof(buf));
	bed_deactivate(*state, &g);
	bed_flush(*state);
	bed_refuses(*state, SP_INVALID_GUEST_STATE, SEV_CMD_ACTIVATE, &activate, sizeof(activate));
	bed_accepts(*state, SEV_CMD_DECOMMISSION, &buf, sizeof(buf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_session_ends),
		BED_TEST(an_inactive_guest_will_do),
		BED_TEST(nothing_but_an_end_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
