/* SPDX-License-Identifier: MIT */
/* SEND_UPDATE_DATA: guest memory as packets.  What it shares: transport_test.c. */
#include <stdlib.h>
#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_SEND_UPDATE_DATA,
	.size = 0x34,
	.states = SP_SUPDATE,
	.activity = SP_MUST_BE_ACTIVE,
	.reserved = {{0x04, 4}, {0x14, 4}, {0x24, 4}},
};

static struct sev_transport_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY, SEV_GUEST_SUPDATE);
	return (struct sev_transport_buf){
		.handle = g->handle,
		.hdr_paddr = BED_HDR,
		.hdr_length = 0x34,
		.guest_paddr = BED_GUEST | BIT64(BED_C_BIT),
		.guest_length = 16,
		.trans_paddr = BED_TEXT,
		.trans_length = 16,
	};
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_transport_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

static void the_largest_packet(void **state)
{
	static u8 plain[SEV_PACKET_DATA_MAX], text[SEV_PACKET_DATA_MAX];
	struct sp_bed *bed = *state;
	struct sev_packet_hdr hdr;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);

	bed_fill(plain, sizeof(plain), 3);
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	buf.guest_length = buf.trans_length = SEV_PACKET_DATA_MAX;
	bed_accepts(bed, SEV_CMD_SEND_UPDATE_DATA, &buf, sizeof(buf));
	bed_get(bed, BED_HDR, &hdr, sizeof(hdr));
	bed_get(bed, BED_TEXT, text, sizeof(text));
	bed_owner_open(&g.owner, SEV_MAC_UPDATE_DATA, text, sizeof(text), &hdr);
	assert_memory_equal(text, plain, sizeof(text));
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static void no_counter_block_comes_twice(void **state)
{
	enum { N = 100000 };
	u8(*ivs)[16] = calloc(N, 16);
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);

	assert_non_null(ivs);
	for (unsigned i = 0; i < N; i++) {
		bed_accepts(bed, SEV_CMD_SEND_UPDATE_DATA, &buf, sizeof(buf));
		bed_get(bed, BED_HDR + offsetof(struct sev_packet_hdr, iv), ivs[i], 16);
	}
	qsort(ivs, N, 16, by_bytes);
	for (unsigned i = 1; i < N; i++)
		assert_memory_not_equal(ivs[i - 1], ivs[i], 16);
	free(ivs);
}

static void it_changes_nothing(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_guest before;
	struct bed_guest g;
	struct sev_transport_buf buf = good(bed, &g);
	u8 cipher[16], after[16];

	before = *bed_context(bed, &g);
	bed_get(bed, BED_GUEST, cipher, sizeof(cipher));
	bed_accepts(bed, SEV_CMD_SEND_UPDATE_DATA, &buf, sizeof(buf));
	bed_get(bed, BED_GUEST, after, sizeof(after));
	assert_memory_equal(cipher, after, sizeof(after));
	assert_memory_equal(&before, bed_context(bed, &g), sizeof(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_largest_packet),
		BED_TEST(no_counter_block_comes_twice),
		BED_TEST(it_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
