/* SPDX-License-Identifier: MIT */
/* LAUNCH_START: a context with a session, or without.  What it shares: begin_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_LAUNCH_START,
	.size = 0x24,
	.starts = true,
	.reserved = {{0x14, 4}},
};

static void common_refusals(void **state)
{
	struct sev_launch_start_buf buf = {0};

	bed_check_rules(*state, &rules, &buf);
}

static void the_context_begins(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_guest *context;
	struct bed_guest g;

	bed_guest_new(bed, &g, SEV_POLICY_NODBG, SEV_GUEST_LUPDATE);
	context = bed_context(bed, &g);
	assert_int_equal(context->state, SEV_GUEST_LUPDATE);
	assert_int_equal(context->policy, SEV_POLICY_NODBG);
	assert_memory_equal(&context->keys, &g.owner.keys, sizeof(context->keys));
	assert_memory_equal(context->nonce, g.owner.nonce, sizeof(context->nonce));
	assert_non_null(context->ld);
}

static void the_platform_works(void **state)
{
	struct sev_launch_start_buf buf = {0};
	struct sev_platform_status_buf status;

	bed_accepts(*state, SEV_CMD_PLATFORM_STATUS, &status, sizeof(status));
	assert_int_equal(status.state, SEV_PLATFORM_INIT);
	bed_accepts(*state, SEV_CMD_LAUNCH_START, &buf, sizeof(buf));
	bed_accepts(*state, SEV_CMD_PLATFORM_STATUS, &status, sizeof(status));
	assert_int_equal(status.state, SEV_PLATFORM_WORKING);
	assert_int_equal(status.guest_count, 1);
}

/* Address 0: no session, and the fields after it mean nothing. */
static void without_a_session(void **state)
{
	struct sev_launch_start_buf buf = {
		.dh_cert_length = 1, .session_paddr = UINT64_MAX, .session_length = 7};
	const struct sev_guest *a, *b;

	bed_accepts(*state, SEV_CMD_LAUNCH_START, &buf, sizeof(buf));
	a = sev_guest_find(bed_sp(*state), buf.handle);
	assert_non_null(a);
	buf.handle = 0;
	bed_accepts(*state, SEV_CMD_LAUNCH_START, &buf, sizeof(buf));
	b = sev_guest_find(bed_sp(*state), buf.handle);
	assert_non_null(b);
	assert_memory_not_equal(&a->keys, &b->keys, sizeof(a->keys));
	assert_memory_not_equal(a->keys.tek, a->keys.tik, sizeof(a->keys.tek));
}

/* Only 0 itself says so: with the C-bit it is the address of a blob. */
static void address_zero_through_the_hosts_key(void **state)
{
	struct sev_launch_start_buf buf = {.dh_cert_paddr = BIT64(BED_C_BIT),
					   .dh_cert_length = sizeof(struct sev_cert),
					   .session_length = sizeof(struct sev_session)};

	bed_refuses(*state, SP_INVALID_CERTIFICATE, SEV_CMD_LAUNCH_START, &buf, sizeof(buf));
}

static void only_the_handle_is_written(void **state)
{
	struct sev_launch_start_buf buf, sent;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_LUPDATE);
	bed_get(*state, BED_BUF, &buf, sizeof(buf)); /* of ACTIVATE */
	buf = (struct sev_launch_start_buf){
		.dh_cert_length = 0x11223344, .session_paddr = 0x5566, .session_length = 0x77};
	sent = buf;
	bed_accepts(*state, SEV_CMD_LAUNCH_START, &buf, sizeof(buf));
	assert_int_not_equal(buf.handle, 0);
	sent.handle = buf.handle;
	assert_memory_equal(&buf, &sent, sizeof(buf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_context_begins),
		BED_TEST(the_platform_works),
		BED_TEST(without_a_session),
		BED_TEST(address_zero_through_the_hosts_key),
		BED_TEST(only_the_handle_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
