/* SPDX-License-Identifier: MIT */
/* ATTESTATION: a report that anyone with the PEK can check. */
#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "crypto/ecdsa.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_ATTESTATION,
	.size = 0x24,
	.since_minor = 23,
	.states = SP_LSECRET | SP_RUNNING | SP_SUPDATE,
	.reserved = {{4, 4}},
};

static struct sev_attestation_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, SEV_POLICY_NODBG, SEV_GUEST_RUNNING);
	return (struct sev_attestation_buf){
		.handle = g->handle, .paddr = BED_BLOB3, .mnonce = {1, 2, 3}, .length = 0xd0};
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_attestation_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

static void too_little_room_tells_how_much(void **state)
{
	static const u32 lengths[] = {0, 1, 0x34, 0xcf};
	struct bed_guest g;
	struct sev_attestation_buf buf = good(*state, &g);

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct sev_attestation_buf asked = buf;

		asked.length = lengths[i];
		bed_refuses(*state, SP_INVALID_LENGTH, SEV_CMD_ATTESTATION, &asked, sizeof(asked));
		assert_memory_equal(&asked, &buf, sizeof(buf));
	}
	bed_check_address(
		*state, &rules, &buf,
		&(struct bed_address){offsetof(struct sev_attestation_buf, paddr), 0xd0, 1});
	buf.length = UINT32_MAX;
	bed_accepts(*state, SEV_CMD_ATTESTATION, &buf, sizeof(buf));
	assert_int_equal(buf.length, 0xd0);
}

static void check_report(struct sp_bed *bed, const struct bed_guest *g)
{
	struct sev_attestation_buf buf = {
		.handle = g->handle, .paddr = BED_BLOB3, .mnonce = {7, 8, 9}, .length = 0xd0};
	struct sev_attestation_report r;
	struct ecdsa_sig sig;
	enum verdict v;

	memset(&r, 0xa5, sizeof(r));
	bed_put(bed, BED_BLOB3, &r, sizeof(r));
	bed_accepts(bed, SEV_CMD_ATTESTATION, &buf, sizeof(buf));
	bed_get(bed, BED_BLOB3, &r, sizeof(r));
	assert_memory_equal(r.mnonce, buf.mnonce, sizeof(r.mnonce));
	assert_memory_equal(r.launch_digest, &bed_context(bed, g)->launch_digest, 32);
	assert_int_equal(r.policy, g->policy);
	assert_int_equal(r.sig_usage, SEV_USAGE_PEK);
	assert_int_equal(r.sig_algo, SEV_ALGO_ECDSA_SHA256);
	assert_int_equal(r.rsvd_3c, 0);
	memcpy(sig.r, r.sig_r, sizeof(sig.r));
	memcpy(sig.s, r.sig_s, sizeof(sig.s));
	assert_int_equal(ecdsa_verify(&v, &bed_sp(bed)->platform.identity.pek.pub, HASH_SHA256, &r,
				      0x34, &sig),
			 0);
	assert_int_equal(v, VERDICT_GOOD);
}

static void in_every_state_that_allows_it(void **state)
{
	static const enum sev_guest_state states[] = {SEV_GUEST_LSECRET, SEV_GUEST_RUNNING,
						      SEV_GUEST_SUPDATE};
	struct bed_guest g;

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		bed_guest_new(*state, &g, SEV_POLICY_NODBG, states[i]);
		check_report(*state, &g);
		bed_deactivate(*state, &g);
		check_report(*state, &g);
		bed_retire(*state, &g);
	}
}

/* Nobody measured a guest that was received here: the digest is zero. */
static void a_received_guest_has_no_digest(void **state)
{
	static const u8 nothing[32];
	struct sev_handle_buf finish;
	struct bed_guest g;

	bed_guest_new(*state, &g, BED_POLICY, SEV_GUEST_RUPDATE);
	finish.handle = g.handle;
	bed_accepts(*state, SEV_CMD_RECEIVE_FINISH, &finish, sizeof(finish));
	check_report(*state, &g);
	assert_memory_equal(&bed_context(*state, &g)->launch_digest, nothing, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(too_little_room_tells_how_much),
		BED_TEST(in_every_state_that_allows_it),
		BED_TEST(a_received_guest_has_no_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
