/* SPDX-License-Identifier: MIT */
/* RECEIVE_UPDATE_VMSA: packets as guarded save areas.  What it shares: transport_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_RECEIVE_UPDATE_VMSA,
	.size = 0x34,
	.states = SP_RUPDATE,
	.policy_set = SEV_POLICY_ES,
	.activity = SP_MUST_BE_ACTIVE,
	.reserved = {{0x04, 4}, {0x14, 4}, {0x24, 4}},
};

static struct sev_transport_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	struct sev_packet_hdr hdr = {0};
	u8 text[0x1000];

	bed_guest_new(bed, g, BED_POLICY_ES, SEV_GUEST_RUPDATE);
	bed_fill(text, sizeof(text), 0x21);
	bed_owner_packet(&g->owner, SEV_MAC_UPDATE_VMSA, text, sizeof(text), NULL, &hdr);
	bed_put(bed, BED_HDR, &hdr, sizeof(hdr));
	bed_put(bed, BED_TEXT, text, sizeof(text));
	return (struct sev_transport_buf){
		.handle = g->handle,
		.hdr_paddr = BED_HDR,
		.hdr_length = 0x34,
		.guest_paddr = BED_GUEST | BIT64(BED_C_BIT),
		.guest_length = 0x1000,
		.trans_paddr = BED_TEXT,
		.trans_length = 0x1000,
	};
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_transport_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

static void what_arrives_is_guarded(void **state)
{
	struct sp_bed *bed = *state;
	u8 plain[0x1000], byte;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);

	bed_accepts(bed, SEV_CMD_RECEIVE_UPDATE_VMSA, &buf, sizeof(buf));
	bed_fill(plain, sizeof(plain), 0x21);
	assert_true(sp_vmsa_intact(bed_sp(bed), g.asid, SPA(BED_GUEST), plain));
	bed_get(bed, BED_GUEST + 5, &byte, 1);
	byte ^= 1;
	bed_put(bed, BED_GUEST + 5, &byte, 1);
	bed_guest_get(bed, &g, BED_GUEST, plain, sizeof(plain));
	assert_false(sp_vmsa_intact(bed_sp(bed), g.asid, SPA(BED_GUEST), plain));
}

static void a_refused_packet_guards_nothing(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);
	u8 byte = 0;

	bed_put(bed, BED_HDR + 0x20, &byte, 1);
	bed_refuses(bed, SP_BAD_MEASUREMENT, SEV_CMD_RECEIVE_UPDATE_VMSA, &buf, sizeof(buf));
	assert_false(sp_vmsas_overlap(&bed_sp(bed)->vmsas, SPA(0), BED_DRAM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(what_arrives_is_guarded),
		BED_TEST(a_refused_packet_guards_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
