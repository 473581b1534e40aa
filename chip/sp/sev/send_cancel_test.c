/* SPDX-License-Identifier: MIT */
/* SEND_CANCEL: the guest stays. */
#include "chip/sp/sev/guest_testbed.h"
#include "chip/sp/sev/session.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_SEND_CANCEL,
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
	bed_accepts(*state, SEV_CMD_SEND_CANCEL, &buf, sizeof(buf));
	context = bed_context(*state, &g);
	assert_int_equal(context->state, SEV_GUEST_RUNNING);
	assert_int_equal(sp_asid_runnable(bed_sp(*state), g.asid, 0), true);
	assert_memory_equal(context->nonce, nothing.nonce, sizeof(nothing.nonce));
	assert_memory_equal(context->ms, nothing.ms, sizeof(nothing.ms));
	assert_memory_equal(&context->keys, &nothing.keys, sizeof(nothing.keys));
	bed_refuses(*state, SP_INVALID_GUEST_STATE, SEV_CMD_SEND_CANCEL, &buf, sizeof(buf));
}

static void an_inactive_guest_will_do(void **state)
{
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_SUPDATE);
	bed_deactivate(*state, &g);
	buf.handle = g.handle;
	bed_accepts(*state, SEV_CMD_SEND_CANCEL, &buf, sizeof(buf));
	assert_int_equal(bed_context(*state, &g)->state, SEV_GUEST_RUNNING);
}

static void it_can_be_sent_again(void **state)
{
	struct sev_send_start_buf start = {
		.pdh_cert_paddr = BED_CERT,
		.pdh_cert_length = sizeof(struct sev_cert),
		.plat_certs_paddr = BED_PLAT_CERTS,
		.plat_certs_length = sizeof(struct sev_cert_chain),
		.amd_certs_paddr = BED_AMD_CERTS,
		.amd_certs_length = 2 * AMD_CERT_SIZE(4096),
		.session_paddr = BED_SESSION,
		.session_length = sizeof(struct sev_session),
	};
	struct sev_session first, second;
	struct sev_handle_buf buf;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_SUPDATE);
	bed_get(*state, BED_SESSION, &first, sizeof(first));
	buf.handle = start.handle = g.handle;
	bed_accepts(*state, SEV_CMD_SEND_CANCEL, &buf, sizeof(buf));
	bed_accepts(*state, SEV_CMD_SEND_START, &start, sizeof(start));
	bed_get(*state, BED_SESSION, &second, sizeof(second));
	assert_memory_not_equal(first.nonce, second.nonce, sizeof(first.nonce));
	assert_memory_not_equal(first.wrap_tk, second.wrap_tk, sizeof(first.wrap_tk));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_session_ends),
		BED_TEST(an_inactive_guest_will_do),
		BED_TEST(it_can_be_sent_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
