/* SPDX-License-Identifier: MIT */
/* RECEIVE_START: a context for a guest that arrives.  What it shares: begin_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_RECEIVE_START,
	.size = 0x24,
	.starts = true,
	.reserved = {{0x14, 4}},
};

static struct sev_receive_start_buf good(struct sp_bed *bed, u32 policy)
{
	struct sev_session session;
	struct bed_owner owner;
	struct sev_cert cert;

	bed_owner_init(&owner, 5);
	bed_owner_cert(&owner, &cert);
	bed_owner_session(&owner, &bed_sp(bed)->platform.identity.pdh.pub, policy, &session);
	bed_put(bed, 0, &cert, sizeof(cert));
	bed_put(bed, BED_SESSION, &session, sizeof(session));
	return (struct sev_receive_start_buf){
		.policy = policy,
		.pdh_cert_paddr = 0,
		.pdh_cert_length = sizeof(cert),
		.session_paddr = BED_SESSION,
		.session_length = sizeof(session),
	};
}

/* Its certificate is at address 0, which is an address here. */
static void common_refusals(void **state)
{
	struct sev_receive_start_buf buf;

	buf = good(*state, BED_POLICY);
	bed_check_rules(*state, &rules, &buf);
}

static void the_context_begins(void **state)
{
	struct sev_receive_start_buf buf;
	const struct sev_guest *context;

	buf = good(*state, BED_POLICY_ES);
	bed_accepts(*state, SEV_CMD_RECEIVE_START, &buf, sizeof(buf));
	context = sev_guest_find(bed_sp(*state), buf.handle);
	assert_non_null(context);
	assert_int_equal(context->state, SEV_GUEST_RUPDATE);
	assert_int_equal(context->policy, BED_POLICY_ES);
	assert_null(context->ld);
}

static void a_session_is_mandatory(void **state)
{
	static const u8 nothing[sizeof(struct sev_cert)];
	struct sev_receive_start_buf buf;

	buf = good(*state, BED_POLICY);
	bed_put(*state, 0, nothing, sizeof(nothing));
	bed_refuses(*state, SP_INVALID_CERTIFICATE, SEV_CMD_RECEIVE_START, &buf, sizeof(buf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_context_begins),
		BED_TEST(a_session_is_mandatory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
