/* SPDX-License-Identifier: MIT */
/* SEND_START: the session for a target.  Which targets: chain_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "chip/sp/sev/session.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_SEND_START,
	.size = 0x44,
	.states = SP_RUNNING,
	.policy_clear = SEV_POLICY_NOSEND,
	.reserved = {{0x14, 4}, {0x24, 4}, {0x34, 4}},
};

/* To somebody who has a key; `owner` has its private half. */
static struct sev_send_start_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	struct sev_cert cert;

	bed_guest_new(bed, g, SEV_POLICY_NODBG, SEV_GUEST_RUNNING);
	bed_owner_init(&g->owner, 0x77);
	bed_owner_cert(&g->owner, &cert);
	bed_put(bed, BED_CERT, &cert, sizeof(cert));
	return (struct sev_send_start_buf){
		.handle = g->handle,
		.pdh_cert_paddr = BED_CERT,
		.pdh_cert_length = 0x824,
		.plat_certs_paddr = BED_PLAT_CERTS,
		.plat_certs_length = 0x186c,
		.amd_certs_paddr = BED_AMD_CERTS,
		.amd_certs_length = 3200,
		.session_paddr = BED_SESSION,
		.session_length = 0x80,
	};
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_send_start_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

/* Of certificates that nobody will look at too. */
static void every_length_must_be_right(void **state)
{
	static const u32 pdh[] = {0, 1, 0x823, 0x825, UINT32_MAX};
	static const u32 plat[] = {0, 0x824, 0x186b, 0x186d, UINT32_MAX};
	static const u32 amd[] = {0, 832, 1600, 1663, 1665, 2432, 3199, 3201, UINT32_MAX};
	struct bed_guest g;
	struct sev_send_start_buf buf = good(*state, &g);

	for (size_t i = 0; i < ARRAY_SIZE(pdh); i++)
		bed_refuses_field(*state, &rules, &buf,
				  FIELD_OF(sev_send_start_buf, pdh_cert_length), pdh[i],
				  SP_INVALID_LENGTH);
	for (size_t i = 0; i < ARRAY_SIZE(plat); i++)
		bed_refuses_field(*state, &rules, &buf,
				  FIELD_OF(sev_send_start_buf, plat_certs_length), plat[i],
				  SP_INVALID_LENGTH);
	for (size_t i = 0; i < ARRAY_SIZE(amd); i++)
		bed_refuses_field(*state, &rules, &buf,
				  FIELD_OF(sev_send_start_buf, amd_certs_length), amd[i],
				  SP_INVALID_LENGTH);
	buf.amd_certs_length = 1664;
	bed_accepts(*state, SEV_CMD_SEND_START, &buf, sizeof(buf));
}

static void every_address_must_be_good(void **state)
{
	static const struct bed_address addresses[] = {
		{offsetof(struct sev_send_start_buf, pdh_cert_paddr), 0x824, 1},
		{offsetof(struct sev_send_start_buf, plat_certs_paddr), 0x186c, 1},
		{offsetof(struct sev_send_start_buf, amd_certs_paddr), 3200, 1},
		{offsetof(struct sev_send_start_buf, session_paddr), 0x80, 1},
	};
	struct bed_guest g;
	struct sev_send_start_buf buf = good(*state, &g);

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		bed_check_address(*state, &rules, &buf, &addresses[i]);
	buf.plat_certs_paddr = 0;
	buf.amd_certs_paddr = 0;
	bed_accepts(*state, SEV_CMD_SEND_START, &buf, sizeof(buf));
}

static void too_little_room_tells_how_much(void **state)
{
	static const u32 lengths[] = {0, 1, 0x7f};
	struct bed_guest g;
	struct sev_send_start_buf buf = good(*state, &g);

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct sev_send_start_buf asked = buf;

		asked.session_length = lengths[i];
		bed_refuses(*state, SP_INVALID_LENGTH, SEV_CMD_SEND_START, &asked, sizeof(asked));
		assert_memory_equal(&asked, &buf, sizeof(buf));
	}
	buf.session_length = UINT32_MAX;
	bed_accepts(*state, SEV_CMD_SEND_START, &buf, sizeof(buf));
	assert_int_equal(buf.session_length, 0x80);
}

static void the_target_can_open_the_session(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_session_secrets secrets;
	struct sev_session blob;
	struct bed_guest g;
	struct sev_send_start_buf buf = good(bed, &g);
	enum verdict v;

	bed_accepts(bed, SEV_CMD_SEND_START, &buf, sizeof(buf));
	assert_int_equal(buf.policy, SEV_POLICY_NODBG);
	bed_get(bed, BED_SESSION, &blob, sizeof(blob));
	assert_int_equal(sev_session_open(&secrets, &v, &g.owner.dh,
					  &bed_sp(bed)->platform.identity.pdh.pub, &blob, g.policy),
			 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_memory_equal(&secrets.keys, &bed_context(bed, &g)->keys, sizeof(secrets.keys));
	assert_int_equal(bed_context(bed, &g)->state, SEV_GUEST_SUPDATE);
	assert_true(sp_asid_runnable(bed_sp(bed), g.asid, 0));
}

static void an_inactive_guest_will_do(void **state)
{
	struct bed_guest g;
	struct sev_send_start_buf buf = good(*state, &g);

	bed_deactivate(*state, &g);
	bed_accepts(*state, SEV_CMD_SEND_START, &buf, sizeof(buf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(every_length_must_be_right),
		BED_TEST(every_address_must_be_good),
		BED_TEST(too_little_room_tells_how_much),
		BED_TEST(the_target_can_open_the_session),
		BED_TEST(an_inactive_guest_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
