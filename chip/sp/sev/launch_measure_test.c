/* SPDX-License-Identifier: MIT */
/* LAUNCH_MEASURE: the end of measuring, and the MAC for the owner. */
#include <stdlib.h>
#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "crypto/hmac.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_LAUNCH_MEASURE,
	.size = 0x14,
	.states = SP_LUPDATE,
	.reserved = {{4, 4}},
};

static struct sev_launch_measure_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, SEV_POLICY_NODBG, SEV_GUEST_LUPDATE);
	return (struct sev_launch_measure_buf){
		.handle = g->handle, .measure_paddr = BED_MEASURE, .measure_length = 0x30};
}

static void common_refusals(void **state)
{
	struct sev_launch_measure_buf buf;
	struct bed_guest g;

	buf = good(*state, &g);
	bed_check_rules(*state, &rules, &buf);
}

/* A query is a failure: the guest can still be measured. */
static void too_little_room_tells_how_much(void **state)
{
	static const u32 lengths[] = {0, 1, 0x20, 0x2f};
	struct bed_guest g;
	struct sev_launch_measure_buf buf = good(*state, &g);

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct sev_launch_measure_buf asked = buf;

		asked.measure_length = lengths[i];
		asked.measure_paddr = UINT64_MAX; /* lengths come before addresses */
		bed_refuses(*state, SP_INVALID_LENGTH, SEV_CMD_LAUNCH_MEASURE, &asked,
			    sizeof(asked));
		asked.measure_paddr = buf.measure_paddr;
		assert_memory_equal(&asked, &buf, sizeof(buf));
	}
	bed_check_address(*state, &rules, &buf,
			  &(struct bed_address){
				  offsetof(struct sev_launch_measure_buf, measure_paddr), 0x30, 1});
	buf.measure_length = UINT32_MAX;
	bed_accepts(*state, SEV_CMD_LAUNCH_MEASURE, &buf, sizeof(buf));
	assert_int_equal(buf.measure_length, 0x30);
}

/* Computed once more, the way an owner does. */
static void expect_measure(struct sha256_digest *mac, const struct bed_guest *g, const void *head,
			   size_t head_len, const struct sha256_digest *ld, const u8 mnonce[16])
{
	u8 message[56];

	memcpy(message, head, head_len);
	memcpy(message + head_len, &g->policy, 4);
	memcpy(message + head_len + 4, ld, 32);
	memcpy(message + head_len + 36, mnonce, 16);
	assert_int_equal(hmac_sha256(mac, g->owner.keys.tik, 16, message, head_len + 52), 0);
}

static void update(struct sp_bed *bed, const struct bed_guest *g, const void *data, u32 len)
{
	struct sev_launch_update_buf buf = {.handle = g->handle, .paddr = BED_GUEST, .length = len};

	bed_put(bed, BED_GUEST, data, len);
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
}

static void the_owner_gets_what_was_measured(void **state)
{
	static const u8 head[] = {4, 0, 24, 0x0e};
	struct sp_bed *bed = *state;
	struct sev_measurement m;
	struct sha256_digest ld, mac;
	struct bed_guest g;
	struct sev_launch_measure_buf buf = good(bed, &g);
	u8 data[0x1000];

	bed_fill(data, sizeof(data), 1);
	update(bed, &g, data, sizeof(data));
	bed_accepts(bed, SEV_CMD_LAUNCH_MEASURE, &buf, sizeof(buf));
	bed_get(bed, BED_MEASURE, &m, sizeof(m));
	assert_int_equal(sha256(&ld, data, sizeof(data)), 0);
	expect_measure(&mac, &g, head, sizeof(head), &ld, m.mnonce);
	assert_memory_equal(m.measure, mac.b, sizeof(m.measure));
	assert_int_equal(bed_context(bed, &g)->state, SEV_GUEST_LSECRET);
	assert_null(bed_context(bed, &g)->ld);
	assert_memory_equal(&bed_context(bed, &g)->launch_digest, &ld, sizeof(ld));
}

/* Before API 0.17 nothing said which firmware had measured. */
static void older_firmware_measures_less(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_measurement m;
	struct sha256_digest ld, mac;
	struct bed_guest g;
	struct sev_launch_measure_buf buf = good(bed, &g);

	bed_sp(bed)->firmware.api_minor = 16;
	bed_accepts(bed, SEV_CMD_LAUNCH_MEASURE, &buf, sizeof(buf));
	bed_get(bed, BED_MEASURE, &m, sizeof(m));
	assert_int_equal(sha256(&ld, "", 0), 0);
	expect_measure(&mac, &g, "", 0, &ld, m.mnonce);
	assert_memory_equal(m.measure, mac.b, sizeof(m.measure));
}

static void an_inactive_guest_will_do(void **state)
{
	struct bed_guest g;
	struct sev_launch_measure_buf buf = good(*state, &g);

	bed_deactivate(*state, &g);
	bed_accepts(*state, SEV_CMD_LAUNCH_MEASURE, &buf, sizeof(buf));
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* Across SHUTDOWN and INIT too. */
static void no_nonce_comes_twice(void **state)
{
	enum { N = 600 };
	static u8 nonces[N][16];
	struct sp_bed *bed = *state;

	for (unsigned i = 0; i < N; i++) {
		struct sev_launch_start_buf start = {0};
		struct sev_launch_measure_buf buf = {.measure_paddr = BED_MEASURE,
						     .measure_length = 0x30};
		struct sev_handle_buf end;

		bed_accepts(bed, SEV_CMD_LAUNCH_START, &start, sizeof(start));
		buf.handle = end.handle = start.handle;
		bed_accepts(bed, SEV_CMD_LAUNCH_MEASURE, &buf, sizeof(buf));
		bed_get(bed, BED_MEASURE + 0x20, nonces[i], 16);
		bed_accepts(bed, SEV_CMD_DECOMMISSION, &end, sizeof(end));
		if (i == N / 2) {
			bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
			bed_init_platform(bed);
		}
	}
	qsort(nonces, N, 16, by_bytes);
	for (unsigned i = 1; i < N; i++)
		assert_memory_not_equal(nonces[i - 1], nonces[i], 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(too_little_room_tells_how_much),
		BED_TEST(the_owner_gets_what_was_measured),
		BED_TEST(older_firmware_measures_less),
		BED_TEST(an_inactive_guest_will_do),
		BED_TEST(no_nonce_comes_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
