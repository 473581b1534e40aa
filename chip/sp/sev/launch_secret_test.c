/* SPDX-License-Identifier: MIT */
/* LAUNCH_SECRET: for one launch, and no other.  What it shares: transport_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_LAUNCH_SECRET,
	.size = 0x34,
	.states = SP_LSECRET,
	.activity = SP_MUST_BE_ACTIVE,
	.reserved = {{0x04, 4}, {0x14, 4}, {0x24, 4}},
};

enum { LEN = 64 };

static void put_secret(struct sp_bed *bed, const struct bed_guest *g, const u8 *measure)
{
	struct sev_packet_hdr hdr = {0};
	u8 text[LEN];

	bed_fill(text, sizeof(text), 0x51);
	bed_owner_packet(&g->owner, SEV_MAC_LAUNCH_SECRET, text, LEN, measure, &hdr);
	bed_put(bed, BED_HDR, &hdr, sizeof(hdr));
	bed_put(bed, BED_TEXT, text, sizeof(text));
}

static struct sev_transport_buf buf_of(const struct bed_guest *g)
{
	return (struct sev_transport_buf){.handle = g->handle,
					  .hdr_paddr = BED_HDR,
					  .hdr_length = 0x34,
					  .guest_paddr = BED_GUEST + 0x10,
					  .guest_length = LEN,
					  .trans_paddr = BED_TEXT,
					  .trans_length = LEN};
}

static struct sev_transport_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY, SEV_GUEST_LSECRET);
	put_secret(bed, g, g->measurement.measure);
	return buf_of(g);
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_transport_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

static void the_guest_gets_it_and_may_get_more(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);
	struct sha256_digest ld = bed_context(bed, &g)->launch_digest;
	u8 expected[LEN], seen[LEN];

	bed_fill(expected, sizeof(expected), 0x51);
	for (unsigned i = 0; i < 2; i++) {
		bed_accepts(bed, SEV_CMD_LAUNCH_SECRET, &buf, sizeof(buf));
		bed_guest_get(bed, &g, BED_GUEST + 0x10, seen, sizeof(seen));
		assert_memory_equal(seen, expected, sizeof(seen));
		buf.guest_paddr = BED_GUEST + 0x10;
	}
	assert_int_equal(bed_context(bed, &g)->state, SEV_GUEST_LSECRET);
	assert_memory_equal(&bed_context(bed, &g)->launch_digest, &ld, sizeof(ld));
}

/* The same owner, session and image; but another launch. */
static void a_recorded_secret_is_worth_nothing(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest first, second;
	struct sev_transport_buf buf = good(bed, &first);

	bed_accepts(bed, SEV_CMD_LAUNCH_SECRET, &buf, sizeof(buf));
	bed_guest_new(bed, &second, BED_POLICY, SEV_GUEST_LSECRET);
	buf = buf_of(&second);
	bed_refuses(bed, SP_BAD_MEASUREMENT, SEV_CMD_LAUNCH_SECRET, &buf, sizeof(buf));
	put_secret(bed, &second, NULL);
	bed_refuses(bed, SP_BAD_MEASUREMENT, SEV_CMD_LAUNCH_SECRET, &buf, sizeof(buf));
}

/* Before API 0.17 it was worth as much as before: the host could launch another image. */
static void older_firmware_takes_a_recorded_secret(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest first, second;
	struct sev_transport_buf buf;
	u8 expected[LEN], seen[LEN];

	bed_sp(bed)->firmware.api_minor = 16;
	buf = good(bed, &first);
	bed_refuses(bed, SP_BAD_MEASUREMENT, SEV_CMD_LAUNCH_SECRET, &buf, sizeof(buf));
	put_secret(bed, &first, NULL);
	bed_accepts(bed, SEV_CMD_LAUNCH_SECRET, &buf, sizeof(buf));
	bed_guest_new(bed, &second, BED_POLICY, SEV_GUEST_LSECRET);
	buf = buf_of(&second);
	bed_accepts(bed, SEV_CMD_LAUNCH_SECRET, &buf, sizeof(buf));
	bed_guest_get(bed, &second, BED_GUEST + 0x10, seen, sizeof(seen));
	bed_fill(expected, sizeof(expected), 0x51);
	assert_memory_equal(seen, expected, sizeof(seen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_guest_gets_it_and_may_get_more),
		BED_TEST(a_recorded_secret_is_worth_nothing),
		BED_TEST(older_firmware_takes_a_recorded_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
