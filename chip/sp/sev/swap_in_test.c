/* SPDX-License-Identifier: MIT */
/* SWAP_IN: only what SWAP_OUT made, and as it made it.  What it shares: swap_test.c. */
#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_SWAP_IN,
	.size = 0x20,
	.since_minor = 24,
	.states = SP_RUNNING | SP_SUPDATE,
	.activity = SP_MUST_BE_ACTIVE,
};

static void put_page(struct sp_bed *bed, const struct bed_guest *g, u8 seed)
{
	u8 plain[PAGE_SIZE];

	bed_fill(plain, sizeof(plain), seed);
	bed_guest_put(bed, g, BED_GUEST, plain, sizeof(plain));
}

static void assert_page(struct sp_bed *bed, const struct bed_guest *g, u64 spa, u8 seed)
{
	u8 plain[PAGE_SIZE], seen[PAGE_SIZE];

	bed_fill(plain, sizeof(plain), seed);
	bed_guest_get(bed, g, spa, seen, sizeof(seen));
	assert_memory_equal(seen, plain, sizeof(seen));
}

/* A page swapped out to BED_TEXT, with its entry at BED_HDR. */
static void swap_out(struct sp_bed *bed, const struct bed_guest *g, u32 flags)
{
	struct sev_swap_out_buf buf = {.handle = g->handle,
				       .flags = flags,
				       .src_paddr = BED_GUEST,
				       .dst_paddr = BED_TEXT,
				       .mdata_paddr = BED_HDR,
				       .software_data = 5};

	bed_accepts(bed, SEV_CMD_SWAP_OUT, &buf, sizeof(buf));
}

static struct sev_swap_in_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY_ES, SEV_GUEST_RUNNING);
	put_page(bed, g, 0x31);
	swap_out(bed, g, 0);
	return (struct sev_swap_in_buf){.handle = g->handle,
					.src_paddr = BED_TEXT,
					.dst_paddr = BED_GUEST + 0x3000,
					.mdata_paddr = BED_HDR};
}

static void refuses(struct sp_bed *bed, struct sev_swap_in_buf buf, enum sp_status status)
{
	bed_refuses(bed, status, SEV_CMD_SWAP_IN, &buf, sizeof(buf));
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_swap_in_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

static void the_page_comes_back(void **state)
{
	struct bed_guest g;
	struct sev_swap_in_buf buf = good(*state, &g);

	bed_accepts(*state, SEV_CMD_SWAP_IN, &buf, sizeof(buf));
	assert_page(*state, &g, BED_GUEST + 0x3000, 0x31);
}

static void in_place(void **state)
{
	struct bed_guest g;
	struct sev_swap_in_buf buf = good(*state, &g);

	buf.flags = SEV_SWAP_IN_PLACE;
	buf.dst_paddr = UINT64_MAX; /* is not looked at */
	bed_accepts(*state, SEV_CMD_SWAP_IN, &buf, sizeof(buf));
	assert_page(*state, &g, BED_TEXT, 0x31);
}

static void flip(struct sp_bed *bed, u64 at)
{
	u8 byte;

	bed_get(bed, at, &byte, 1);
	byte ^= 1 << at % 8;
	bed_put(bed, at, &byte, 1);
}

static void every_byte_of_entry_and_image_counts(void **state)
{
	struct bed_guest g;
	struct sev_swap_in_buf buf = good(*state, &g);

	for (unsigned at = 0; at < sizeof(struct sev_swap_mdata); at++) {
		flip(*state, BED_HDR + at);
		refuses(*state, buf, at < 0x20 ? SP_BAD_MEASUREMENT : SP_INVALID_MDATA_ENTRY);
		flip(*state, BED_HDR + at);
	}
	for (unsigned at = 0; at < PAGE_SIZE; at += 101) {
		flip(*state, BED_TEXT + at);
		refuses(*state, buf, SP_BAD_MEASUREMENT);
		flip(*state, BED_TEXT + at);
	}
	bed_accepts(*state, SEV_CMD_SWAP_IN, &buf, sizeof(buf));
}

/* The entry must be of the type that the command names, and no entry can be given another. */
static void a_page_keeps_its_type(void **state)
{
	const u32 save_area = FIELD_PUT(SEV_SWAP_TYPE, SEV_SWAP_VMSA);
	struct bed_guest g;
	struct sev_swap_in_buf buf = good(*state, &g);

	buf.flags = save_area;
	refuses(*state, buf, SP_INVALID_MDATA_ENTRY);
	bed_put(*state, BED_HDR + offsetof(struct sev_swap_mdata, flags), &save_area, 4);
	refuses(*state, buf, SP_BAD_MEASUREMENT);
}

static void an_image_is_of_one_guest(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g, other;
	struct sev_swap_in_buf buf = good(bed, &g);

	bed_guest_new(bed, &other, BED_POLICY_ES, SEV_GUEST_RUNNING);
	buf.handle = other.handle;
	refuses(bed, buf, SP_BAD_MEASUREMENT);
}

/* Not even with a guest that has the same key. */
static void nor_of_one_that_shares_its_key(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_swap_in_buf buf = good(bed, &g);
	struct sev_launch_start_buf start = {.handle = g.handle, .policy = g.policy};
	struct sev_activate_buf activate = {.asid = 2};

	bed_accepts(bed, SEV_CMD_LAUNCH_START, &start, sizeof(start));
	activate.handle = buf.handle = start.handle;
	bed_accepts(bed, SEV_CMD_ACTIVATE, &activate, sizeof(activate));
	sev_guest_set_state(bed_sp(bed), sev_guest_find(bed_sp(bed), start.handle),
			    SEV_GUEST_RUNNING);
	refuses(bed, buf, SP_BAD_MEASUREMENT);
}

/* -- save areas ------------------------------------------------------------------------------ */

static void put_vmsa(struct sp_bed *bed, const struct bed_guest *g, u64 spa, u8 seed)
{
	struct sp *sp = bed_sp(bed);
	u8 vmsa[SEV_VMSA_SIZE];

	bed_fill(vmsa, sizeof(vmsa), seed);
	bed_guest_put(bed, g, spa, vmsa, sizeof(vmsa));
	assert_int_equal(sp_vmsas_reserve(&sp->vmsas), 0);
	sp_vmsas_record(&sp->vmsas, g->handle, SPA(spa), vmsa);
}

static bool intact(struct sp_bed *bed, const struct bed_guest *g, u64 spa, u8 seed)
{
	u8 vmsa[SEV_VMSA_SIZE];

	bed_fill(vmsa, sizeof(vmsa), seed);
	return sp_vmsa_intact(bed_sp(bed), g->asid, SPA(spa), vmsa);
}

static struct sev_swap_in_buf swap_vmsa(struct sp_bed *bed, struct bed_guest *g)
{
	const u32 flags = FIELD_PUT(SEV_SWAP_TYPE, SEV_SWAP_VMSA);

	bed_guest_new(bed, g, BED_POLICY_ES, SEV_GUEST_RUNNING);
	put_vmsa(bed, g, BED_GUEST, 0x41);
	swap_out(bed, g, flags);
	return (struct sev_swap_in_buf){.handle = g->handle,
					.flags = flags,
					.src_paddr = BED_TEXT,
					.dst_paddr = BED_GUEST + 0x3000,
					.mdata_paddr = BED_HDR};
}

static void a_save_area_comes_back_once(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_swap_in_buf buf = swap_vmsa(bed, &g);

	assert_false(intact(bed, &g, BED_GUEST, 0x41));
	bed_accepts(bed, SEV_CMD_SWAP_IN, &buf, sizeof(buf));
	assert_true(intact(bed, &g, BED_GUEST + 0x3000, 0x41));
	assert_false(intact(bed, &g, BED_GUEST, 0x41));
	buf.dst_paddr = BED_GUEST + 0x5000;
	refuses(bed, buf, SP_INVALID_MDATA_ENTRY);
}

/* The host keeps the image of an older state, and swaps the newer one out to nowhere. */
static void an_older_state_does_not_come_back(void **state)
{
	struct sp_bed *bed = *state;
	u8 image[PAGE_SIZE], entry[0x40];
	struct bed_guest g;
	struct sev_swap_in_buf buf = swap_vmsa(bed, &g);

	bed_get(bed, BED_TEXT, image, sizeof(image));
	bed_get(bed, BED_HDR, entry, sizeof(entry));
	buf.dst_paddr = BED_GUEST;
	bed_accepts(bed, SEV_CMD_SWAP_IN, &buf, sizeof(buf));
	put_vmsa(bed, &g, BED_GUEST, 0x42); /* it ran on */
	swap_out(bed, &g, buf.flags);
	bed_put(bed, BED_TEXT, image, sizeof(image));
	bed_put(bed, BED_HDR, entry, sizeof(entry));
	refuses(bed, buf, SP_INVALID_MDATA_ENTRY);
}

static void images_end_with_the_guest(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;

	swap_vmsa(bed, &g);
	assert_int_equal(bed_sp(bed)->vmsas.images, 1);
	bed_retire(bed, &g);
	assert_int_equal(bed_sp(bed)->vmsas.images, 0);
}

/* Data is another matter: what was once there can come back, as old ciphertext can anyway. */
static void an_old_page_of_data_comes_back(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest g;
	struct sev_swap_in_buf buf = good(bed, &g);

	buf.dst_paddr = BED_GUEST;
	put_page(bed, &g, 0x32);
	bed_accepts(bed, SEV_CMD_SWAP_IN, &buf, sizeof(buf));
	assert_page(bed, &g, BED_GUEST, 0x31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(the_page_comes_back),
		BED_TEST(in_place),
		BED_TEST(every_byte_of_entry_and_image_counts),
		BED_TEST(a_page_keeps_its_type),
		BED_TEST(an_image_is_of_one_guest),
		BED_TEST(nor_of_one_that_shares_its_key),
		BED_TEST(a_save_area_comes_back_once),
		BED_TEST(an_older_state_does_not_come_back),
		BED_TEST(images_end_with_the_guest),
		BED_TEST(an_old_page_of_data_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
