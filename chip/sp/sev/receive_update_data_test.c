/* SPDX-License-Identifier: MIT */
/* RECEIVE_UPDATE_DATA: packets as guest memory.  What it shares: transport_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_RECEIVE_UPDATE_DATA,
	.size = 0x34,
	.states = SP_RUPDATE,
	.activity = SP_MUST_BE_ACTIVE,
	.reserved = {{0x04, 4}, {0x14, 4}, {0x24, 4}},
};

static struct sev_transport_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	struct sev_packet_hdr hdr = {0};
	u8 text[0x1000];

	bed_guest_new(bed, g, BED_POLICY, SEV_GUEST_RUPDATE);
	bed_fill(text, sizeof(text), 0x21);
	bed_owner_packet(&g->owner, SEV_MAC_UPDATE_DATA, text, sizeof(text), NULL, &hdr);
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

/* Nothing in a packet says where it belongs: the design leaves that to the host. */
static void the_same_packet_at_two_addresses(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);
	u8 a[0x1000], b[0x1000];

	bed_accepts(bed, SEV_CMD_RECEIVE_UPDATE_DATA, &buf, sizeof(buf));
	buf.guest_paddr += 0x2000;
	bed_accepts(bed, SEV_CMD_RECEIVE_UPDATE_DATA, &buf, sizeof(buf));
	bed_guest_get(bed, &g, BED_GUEST, a, sizeof(a));
	bed_guest_get(bed, &g, BED_GUEST + 0x2000, b, sizeof(b));
	assert_memory_equal(a, b, sizeof(a));
}

/* A packet that stands where it is going to be. */
static void in_place(void **state)
{
	struct sp_bed *bed = *state;
	u8 text[0x1000], plain[0x1000];
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);

	bed_get(bed, BED_TEXT, text, sizeof(text));
	bed_put(bed, BED_GUEST, text, sizeof(text));
	buf.trans_paddr = BED_GUEST;
	bed_accepts(bed, SEV_CMD_RECEIVE_UPDATE_DATA, &buf, sizeof(buf));
	bed_guest_get(bed, &g, BED_GUEST, text, sizeof(text));
	bed_fill(plain, sizeof(plain), 0x21);
	assert_memory_equal(text, plain, sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_same_packet_at_two_addresses),
		BED_TEST(in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
