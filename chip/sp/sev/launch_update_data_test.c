/* SPDX-License-Identifier: MIT */
/* LAUNCH_UPDATE_DATA: measured, and encrypted where it stands. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_LAUNCH_UPDATE_DATA,
	.size = 0x14,
	.states = SP_LUPDATE,
	.activity = SP_MUST_BE_ACTIVE,
	.reserved = {{4, 4}},
};

static struct sev_launch_update_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY, SEV_GUEST_LUPDATE);
	return (struct sev_launch_update_buf){
		.handle = g->handle, .paddr = BED_GUEST, .length = 0x1000};
}

static void common_refusals(void **state)
{
	struct sev_launch_update_buf buf;
	struct bed_guest g;

	buf = good(*state, &g);
	bed_check_rules(*state, &rules, &buf);
}

static void its_own_refusals(void **state)
{
	static const u32 lengths[] = {0, 1, 15, 17, 0x1008, UINT32_MAX};
	struct sev_launch_update_buf buf;
	struct bed_guest g;

	buf = good(*state, &g);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		bed_refuses_field(*state, &rules, &buf, FIELD_OF(sev_launch_update_buf, length),
				  lengths[i], SP_INVALID_LENGTH);
	bed_refuses_field(*state, &rules, &buf, FIELD_OF(sev_launch_update_buf, length), ~15u,
			  SP_INVALID_ADDRESS);
	bed_check_address(
		*state, &rules, &buf,
		&(struct bed_address){offsetof(struct sev_launch_update_buf, paddr), 0x1000, 16});
}

/* What stands in DRAM is what the engine makes of it; a core with the C-bit sees the plaintext. */
static void assert_encrypted(struct sp_bed *bed, const struct bed_guest *g, u64 spa,
			     const u8 *plain, size_t len)
{
	u8 dram[0x3000], expected[0x3000];

	bed_get(bed, spa, dram, len);
	mee_encrypt(bed->config.mee, g->asid, SPA(spa), expected, plain, len);
	assert_memory_equal(dram, expected, len);
	bed_guest_get(bed, g, spa, dram, len);
	assert_memory_equal(dram, plain, len);
}

static void encrypts_in_place(void **state)
{
	static const struct {
		u32 offset, len;
	} shapes[] = {{0, 16}, {0xff0, 16}, {0xff0, 32}, {0x10, 0x2000}, {0, 0x3000}};
	struct sev_launch_update_buf buf;
	struct sp_bed *bed = *state;
	u8 plain[0x4000], after[0x4000];
	struct bed_guest g;

	buf = good(bed, &g);
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		u32 offset = shapes[i].offset, len = shapes[i].len;

		bed_fill(plain, sizeof(plain), (u8)i);
		bed_put(bed, BED_GUEST, plain, sizeof(plain));
		buf.paddr = BED_GUEST + offset;
		buf.length = len;
		bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
		assert_encrypted(bed, &g, BED_GUEST + offset, plain + offset, len);
		bed_get(bed, BED_GUEST, after, sizeof(after));
		assert_memory_equal(after, plain, offset);
		assert_memory_equal(after + offset + len, plain + offset + len,
				    sizeof(plain) - offset - len);
	}
}

static void a_host_with_encrypted_memory(void **state)
{
	struct sev_launch_update_buf buf;
	struct sp_bed *bed = *state;
	struct bed_guest g;
	u8 plain[0x1000];

	buf = good(bed, &g);
	bed_fill(plain, sizeof(plain), 9);
	assert_int_equal(cache_write(bed->config.cache, NULL, REQ_HOST_CORE, VIEW_HOST_KEY,
				     SPA(BED_GUEST), plain, sizeof(plain)),
			 FABRIC_OK);
	buf.paddr |= BIT64(BED_C_BIT);
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
	assert_encrypted(bed, &g, BED_GUEST, plain, sizeof(plain));
}

static void assert_digest(struct sp_bed *bed, const struct bed_guest *g, const void *data,
			  size_t len)
{
	struct sha256_digest expected, now;
	struct hash *running = hash_clone(bed_context(bed, g)->ld);

	assert_non_null(running);
	hash_final_sha256(running, &now);
	hash_free(running);
	assert_int_equal(sha256(&expected, data, len), 0);
	assert_memory_equal(&now, &expected, sizeof(now));
}

/* Only the bytes and their order count: two pieces or one, here or there. */
static void measures_bytes_alone(void **state)
{
	struct sev_launch_update_buf buf;
	struct sp_bed *bed = *state;
	struct bed_guest g;
	u8 plain[0x2000];

	bed_fill(plain, sizeof(plain), 2);
	buf = good(bed, &g);
	assert_digest(bed, &g, "", 0);
	bed_put(bed, BED_GUEST + 0x5000, plain, 0x1000);
	bed_put(bed, BED_GUEST + 0x1000, plain + 0x1000, 0x1000);
	buf.paddr = BED_GUEST + 0x5000;
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
	assert_digest(bed, &g, plain, 0x1000);
	buf.paddr = BED_GUEST + 0x1000;
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
	assert_digest(bed, &g, plain, 0x2000);

	buf = good(bed, &g);
	bed_put(bed, BED_GUEST, plain, 0x2000);
	buf.length = 0x2000;
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
	assert_digest(bed, &g, plain, 0x2000);
}

/* A page that is given twice is encrypted twice, and its ciphertext measured. */
static void twice_is_twice(void **state)
{
	struct sev_launch_update_buf buf;
	struct sp_bed *bed = *state;
	u8 all[0x2000], *plain = all, *cipher = all + 0x1000;
	struct bed_guest g;

	buf = good(bed, &g);
	bed_fill(plain, 0x1000, 4);
	bed_put(bed, BED_GUEST, plain, 0x1000);
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
	bed_get(bed, BED_GUEST, cipher, 0x1000);
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
	assert_encrypted(bed, &g, BED_GUEST, cipher, 0x1000);
	assert_digest(bed, &g, all, sizeof(all));
}

/* The firmware reads DRAM: on a chip whose caches do not follow, what was not flushed is old. */
static void unflushed_lines_of_an_incoherent_chip(void **state)
{
	struct sp_bed *bed =
		bed_new_with(&(struct bed_options){.profile = MEE_ZEN1_XEX, .incoherent = true});
	struct sev_launch_update_buf buf;
	u8 old[0x1000], new[0x1000];
	struct bed_guest g;

	bed_init_platform(bed);
	buf = good(bed, &g);
	bed_fill(old, sizeof(old), 5);
	bed_fill(new, sizeof(new), 6);
	bed_put(bed, BED_GUEST, old, sizeof(old));
	bed_guest_put(bed, &g, BED_GUEST, new, sizeof(new)); /* stays in the cache */
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
	assert_digest(bed, &g, old, sizeof(old));
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(its_own_refusals),
		BED_TEST(encrypts_in_place),
		BED_TEST(a_host_with_encrypted_memory),
		BED_TEST(measures_bytes_alone),
		BED_TEST(twice_is_twice),
		BED_TEST(unflushed_lines_of_an_incoherent_chip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
