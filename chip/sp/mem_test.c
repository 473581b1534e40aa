/* SPDX-License-Identifier: MIT */
/* Addresses that software may not name; views; encryption in place. */
#include "chip/sp/mem.h"

#include <string.h>

#include "base/bytes.h"
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

#define C_BIT BIT64(BED_C_BIT)

static struct sp_bed *bed;
static struct sp *sp;

static int setup(void **state)
{
	bed = bed_new();
	sp = bed_sp(bed);
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

/* -- addresses ------------------------------------------------------------------------------- */

static bool allowed(u64 paddr, u64 len, u64 align)
{
	return sp_check_range(sp, SP_OUT, paddr, len, align) == SP_SUCCESS;
}

static void ranges_are_dram(void **state)
{
	assert_true(allowed(0, 1, 1));
	assert_true(allowed(0, BED_DRAM, 1));
	assert_false(allowed(0, BED_DRAM + 1ull, 1));
	assert_false(allowed(1, BED_DRAM, 1));
	assert_true(allowed(BED_DRAM - 1, 1, 1));
	assert_false(allowed(BED_DRAM, 1, 1));
	assert_false(allowed(BIT64(46), 1, 1));
}

static void ranges_do_not_wrap(void **state)
{
	assert_false(allowed(-1ull, 1, 1));
	assert_false(allowed(-1ull, 2, 1));
	assert_false(allowed(-16ull, 32, 1));
	assert_false(allowed(16, -16ull, 1));
	assert_false(allowed(0, -1ull, 1));
}

static void ranges_are_aligned(void **state)
{
	assert_true(allowed(0x1010, 1, 16));
	assert_false(allowed(0x1008, 1, 16));
	assert_true(allowed(0x1008, 1, 8));
	assert_false(allowed(0x1008, 1, PAGE_SIZE));
}

static void the_c_bit_is_no_address_bit(void **state)
{
	assert_true(allowed(C_BIT | 0x1000, PAGE_SIZE, PAGE_SIZE));
	assert_false(allowed(C_BIT | BED_DRAM, 1, 1));
	assert_false(allowed(C_BIT << 1 | 0x1000, 1, 1));
	assert_false(allowed(C_BIT >> 1 | 0x1000, 1, 1));
	assert_int_equal(sp_paddr_spa(sp, C_BIT | 0x1234).v, 0x1234);
	assert_int_equal(sp_paddr_view(sp, C_BIT | 0x1234), VIEW_HOST_KEY);
	assert_int_equal(sp_paddr_view(sp, 0x1234), VIEW_RAW);
}

static void the_firmware_s_memory_is_its_own(void **state)
{
	sp->platform.tmr = (struct sp_region){C_BIT | BED_TMR, SEV_TMR_SIZE};
	sp->platform.nv = (struct sp_region){BED_BLOB, SEV_NV_SIZE};
	assert_false(allowed(BED_TMR, 1, 1));
	assert_false(allowed(C_BIT | BED_TMR, 1, 1));
	assert_false(allowed(BED_TMR - 1, 2, 1));
	assert_true(allowed(BED_TMR - 1, 1, 1));
	assert_false(allowed(BED_TMR + SEV_TMR_SIZE - 1, 1, 1));
	assert_true(allowed(BED_TMR + SEV_TMR_SIZE, 1, 1));
	assert_false(allowed(0, BED_DRAM, 1));
	assert_false(allowed(BED_BLOB, 1, 1));
	assert_true(allowed(BED_BLOB + SEV_NV_SIZE, 1, 1));
}

static void overlaps(void **state)
{
	assert_true(sp_ranges_overlap(sp, 0x1000, 16, 0x1000, 16));
	assert_true(sp_ranges_overlap(sp, 0x1000, 17, C_BIT | 0x1010, 16));
	assert_false(sp_ranges_overlap(sp, 0x1000, 16, 0x1010, 16));
	assert_false(sp_ranges_overlap(sp, 0x1010, 16, 0x1000, 16));
	assert_false(sp_ranges_overlap(sp, 0x1000, 0, 0x1000, 16));
}

static void lengths(void **state)
{
	u32 len = 0;

	assert_int_equal(sp_check_in_length(48, 48), SP_SUCCESS);
	assert_int_equal(sp_check_in_length(47, 48), SP_INVALID_LENGTH);
	assert_int_equal(sp_check_in_length(49, 48), SP_INVALID_LENGTH);
	assert_int_equal(sp_check_out_length(&len, 48), SP_INVALID_LENGTH);
	assert_int_equal(len, 48);
	len = 47;
	assert_int_equal(sp_check_out_length(&len, 48), SP_INVALID_LENGTH);
	len = 0xffffffff;
	assert_int_equal(sp_check_out_length(&len, 48), SP_SUCCESS);
	assert_int_equal(len, 48);
}

/* -- views ----------------------------------------------------------------------------------- */

static void the_c_bit_means_the_host_s_key(void **state)
{
	static const char text[16] = "encrypted host";
	char got[16];

	sp_write(sp, C_BIT | 0x3ff8, text, sizeof(text));
	sp_read(sp, C_BIT | 0x3ff8, got, sizeof(got));
	assert_memory_equal(got, text, sizeof(got));
	bed_get(bed, 0x3ff8, got, sizeof(got));
	assert_memory_not_equal(got, text, sizeof(got));
	sp_read(sp, 0x3ff8, got, sizeof(got));
	assert_memory_not_equal(got, text, sizeof(got));
}

static struct sev_guest *active_guest(u32 asid)
{
	struct sev_guest *g;

	bed_init_platform(bed);
	g = sev_guest_new(sp, SEV_GUEST_LUPDATE);
	memset(g->vek, 0x5a, sizeof(g->vek));
	sp_asid_bind(sp, g, asid, sp_all_cores(sp));
	return g;
}

static void a_guest_s_memory_is_under_its_key(void **state)
{
	static const char text[32] = "only the guest may read this";
	struct sev_guest *g = active_guest(5);
	char got[32], plain[32];

	sp_guest_write(sp, g, BED_GUEST + 0xff0, text, sizeof(text));
	sp_guest_read(sp, g, C_BIT | (BED_GUEST + 0xff0), got, sizeof(got));
	assert_memory_equal(got, text, sizeof(got));
	bed_get(bed, BED_GUEST + 0xff0, got, sizeof(got));
	mee_decrypt(sp->mee, 5, SPA(BED_GUEST + 0xff0), plain, got, sizeof(got));
	assert_memory_equal(plain, text, sizeof(plain));
}

/* -- in place -------------------------------------------------------------------------------- */

/* What the guest sees afterwards, and the digest, are the bytes that stood there. */
static void check_in_place(u64 paddr, size_t len)
{
	struct sev_guest *g = active_guest(5);
	struct hash *h = hash_new(HASH_SHA256);
	static u8 plain[3 * PAGE_SIZE], got[3 * PAGE_SIZE], around[2][16];
	struct sha256_digest digest, expected;
	u64 spa = sp_paddr_spa(sp, paddr).v;

	for (size_t i = 0; i < len; i++)
		plain[i] = (u8)(i * 31 + i / 256);
	sp_write(sp, paddr, plain, len);
	bed_get(bed, spa - 16, around[0], 16);
	bed_get(bed, spa + len, around[1], 16);

	sp_encrypt_in_place(sp, g, paddr, len, h);

	sp_guest_read(sp, g, paddr, got, len);
	assert_memory_equal(got, plain, len);
	bed_get(bed, spa, got, len);
	mee_decrypt(sp->mee, 5, SPA(spa), got, got, len);
	assert_memory_equal(got, plain, len);
	bed_get(bed, spa - 16, got, 16);
	assert_memory_equal(got, around[0], 16);
	bed_get(bed, spa + len, got, 16);
	assert_memory_equal(got, around[1], 16);
	hash_final_sha256(h, &digest);
	assert_int_equal(sha256(&expected, plain, len), 0);
	assert_true(sha256_equal(&digest, &expected));
	hash_free(h);
}

static void a_page_in_place(void **state)
{
	check_in_place(BED_GUEST + PAGE_SIZE, PAGE_SIZE);
}

static void a_block_in_place(void **state)
{
	check_in_place(BED_GUEST + PAGE_SIZE + 0x30, 16);
}

static void a_range_across_pages_in_place(void **state)
{
	check_in_place(BED_GUEST + 0xfe0, 2 * PAGE_SIZE + 0x50);
}

static void the_host_s_encrypted_memory_in_place(void **state)
{
	check_in_place(C_BIT | (BED_GUEST + PAGE_SIZE), PAGE_SIZE);
}

static void nothing_in_place(void **state)
{
	struct sev_guest *g = active_guest(5);
	struct sha256_digest before, after;

	bed_snapshot(bed, &before);
	sp_encrypt_in_place(sp, g, BED_GUEST, 0, NULL);
	bed_snapshot(bed, &after);
	assert_true(sha256_equal(&before, &after));
}

/* A chip without coherency: what a core stored without a key and did not flush is in DRAM. */
static void in_place_reads_dram_on_an_incoherent_chip(void **state)
{
	bed_free(bed);
	bed = bed_new_with(&(struct bed_options){.profile = MEE_ZEN1_XEX, .incoherent = true});
	sp = bed_sp(bed);
	check_in_place(BED_GUEST + PAGE_SIZE, PAGE_SIZE);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(ranges_are_dram),
		UNIT(ranges_do_not_wrap),
		UNIT(ranges_are_aligned),
		UNIT(the_c_bit_is_no_address_bit),
		UNIT(the_firmware_s_memory_is_its_own),
		UNIT(overlaps),
		UNIT(lengths),
		UNIT(the_c_bit_means_the_host_s_key),
		UNIT(a_guest_s_memory_is_under_its_key),
		UNIT(a_page_in_place),
		UNIT(a_block_in_place),
		UNIT(a_range_across_pages_in_place),
		UNIT(the_host_s_encrypted_memory_in_place),
		UNIT(nothing_in_place),
		UNIT(in_place_reads_dram_on_an_incoherent_chip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
