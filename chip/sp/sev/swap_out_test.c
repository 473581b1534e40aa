/* SPDX-License-Identifier: MIT */
/* SWAP_OUT: who may, and which pages.  What it shares: swap_test.c. */
#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static const struct bed_rules rules = {
	.id = SEV_CMD_SWAP_OUT,
	.size = 0x28,
	.since_minor = 24,
	.states = SP_RUNNING | SP_SUPDATE,
	.activity = SP_MUST_BE_ACTIVE,
};

static struct sev_swap_out_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY_ES, SEV_GUEST_RUNNING);
	return (struct sev_swap_out_buf){.handle = g->handle,
					 .src_paddr = BED_GUEST,
					 .dst_paddr = BED_TEXT,
					 .mdata_paddr = BED_HDR,
					 .software_data = 0x1122334455667788};
}

static void refuses(struct sp_bed *bed, struct sev_swap_out_buf buf, enum sp_status status)
{
	bed_refuses(bed, status, SEV_CMD_SWAP_OUT, &buf, sizeof(buf));
}

static void common_refusals(void **state)
{
	struct bed_guest g;
	struct sev_swap_out_buf buf = good(*state, &g);

	bed_check_rules(*state, &rules, &buf);
}

/* The number of an image is its nonce. */
static void numbers_end(void **state)
{
	struct bed_guest g;
	struct sev_swap_out_buf buf = good(*state, &g);

	bed_context(*state, &g)->swap_count = UINT64_MAX - 1;
	bed_accepts(*state, SEV_CMD_SWAP_OUT, &buf, sizeof(buf));
	refuses(*state, buf, SP_AEAD_OFLOW);
}

static void a_page_is_what_its_type_says(void **state)
{
	struct sp_bed *bed = *state;
	struct sp *sp = bed_sp(bed);
	u8 vmsa[SEV_VMSA_SIZE], byte;
	struct bed_guest g;
	struct sev_swap_out_buf buf = good(bed, &g), save_area = buf;

	save_area.flags = FIELD_PUT(SEV_SWAP_TYPE, SEV_SWAP_VMSA);
	refuses(bed, save_area, SP_INVALID_PAGE_STATE);
	bed_fill(vmsa, sizeof(vmsa), 3);
	bed_guest_put(bed, &g, BED_GUEST, vmsa, sizeof(vmsa));
	assert_int_equal(sp_vmsas_reserve(&sp->vmsas), 0);
	sp_vmsas_record(&sp->vmsas, g.handle, SPA(BED_GUEST), vmsa);
	refuses(bed, buf, SP_INVALID_PAGE_STATE);
	bed_get(bed, BED_GUEST, &byte, 1);
	byte ^= 1;
	bed_put(bed, BED_GUEST, &byte, 1);
	refuses(bed, save_area, SP_BAD_MEASUREMENT);
	byte ^= 1;
	bed_put(bed, BED_GUEST, &byte, 1);
	bed_accepts(bed, SEV_CMD_SWAP_OUT, &save_area, sizeof(save_area));
	assert_false(sp_vmsa_intact(sp, g.asid, SPA(BED_GUEST), vmsa));
}

static void the_entry_says_what_it_should(void **state)
{
	static const u8 nothing[28];
	struct sp_bed *bed = *state;
	struct sev_swap_mdata entry;
	struct bed_guest g;
	struct sev_swap_out_buf buf = good(bed, &g);

	for (u64 number = 0; number < 3; number++) {
		memset(&entry, 0xa5, sizeof(entry));
		bed_put(bed, BED_HDR, &entry, sizeof(entry));
		bed_accepts(bed, SEV_CMD_SWAP_OUT, &buf, sizeof(buf));
		bed_get(bed, BED_HDR, &entry, sizeof(entry));
		assert_true(entry.software_data == buf.software_data);
		assert_int_equal(entry.flags, 0);
		assert_memory_equal(entry.rsvd_20, nothing, sizeof(nothing));
		assert_memory_equal(entry.iv, &number, sizeof(entry.iv));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(common_refusals),
		BED_TEST(numbers_end),
		BED_TEST(a_page_is_what_its_type_says),
		BED_TEST(the_entry_says_what_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
