/* SPDX-License-Identifier: MIT */
/* What SWAP_OUT and SWAP_IN refuse alike; large pages. */
#include "chip/sp/sev/swap.h"

#include <stdlib.h>

#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

/* SWAP_IN's buffer is the beginning of SWAP_OUT's. */
_Static_assert(offsetof(struct sev_swap_in_buf, mdata_paddr) ==
		       offsetof(struct sev_swap_out_buf, mdata_paddr),
	       "one buffer for both commands");

static const struct {
	u32 id;
	size_t size;
} both[] = {{SEV_CMD_SWAP_OUT, 0x28}, {SEV_CMD_SWAP_IN, 0x20}};

static void each_refuses(struct sp_bed *bed, struct sev_swap_out_buf buf, enum sp_status status)
{
	for (size_t i = 0; i < ARRAY_SIZE(both); i++)
		bed_refuses(bed, status, both[i].id, &buf, both[i].size);
}

static struct sev_swap_out_buf good(struct sp_bed *bed, struct bed_guest *g)
{
	bed_guest_new(bed, g, BED_POLICY_ES, SEV_GUEST_RUNNING);
	return (struct sev_swap_out_buf){.handle = g->handle,
					 .src_paddr = BED_GUEST,
					 .dst_paddr = BED_TEXT,
					 .mdata_paddr = BED_HDR};
}

static void flags(void **state)
{
	struct bed_guest g;
	struct sev_swap_out_buf buf = good(*state, &g);

	for (unsigned bit = 4; bit < 32; bit++) {
		buf.flags = BIT32(bit);
		each_refuses(*state, buf, SP_INVALID_PARAM);
	}
	buf.flags = FIELD_PUT(SEV_SWAP_TYPE, 1);
	each_refuses(*state, buf, SP_INVALID_PARAM);
	buf.flags = FIELD_PUT(SEV_SWAP_TYPE, 3);
	each_refuses(*state, buf, SP_INVALID_PARAM);
	buf.flags = FIELD_PUT(SEV_SWAP_TYPE, SEV_SWAP_VMSA) | SEV_SWAP_PAGE_2M;
	each_refuses(*state, buf, SP_INVALID_PAGE_SIZE);
	buf.flags = SEV_SWAP_IN_PLACE;
	bed_refuses(*state, SP_INVALID_PARAM, SEV_CMD_SWAP_OUT, &buf, sizeof(buf));
}

static void addresses(void **state)
{
	static const struct bed_address addresses[] = {
		{offsetof(struct sev_swap_out_buf, src_paddr), PAGE_SIZE, PAGE_SIZE},
		{offsetof(struct sev_swap_out_buf, dst_paddr), PAGE_SIZE, PAGE_SIZE},
		{offsetof(struct sev_swap_out_buf, mdata_paddr), 0x40, 8},
	};
	struct bed_guest g;
	struct sev_swap_out_buf buf = good(*state, &g);

	for (size_t i = 0; i < ARRAY_SIZE(both); i++)
		for (size_t a = 0; a < ARRAY_SIZE(addresses); a++)
			bed_check_address(
				*state, &(struct bed_rules){.id = both[i].id, .size = both[i].size},
				&buf, &addresses[a]);
	buf.mdata_paddr = buf.dst_paddr + 0xfc0;
	each_refuses(*state, buf, SP_INVALID_ADDRESS);
	buf.mdata_paddr = buf.dst_paddr;
	each_refuses(*state, buf, SP_INVALID_ADDRESS);
	buf.mdata_paddr = BED_HDR;
	buf.flags = SEV_SWAP_PAGE_2M;
	each_refuses(*state, buf, SP_INVALID_ADDRESS); /* its destination is not aligned so far */
}

/* All of the guest's memory here is one page of 2 MiB, which goes out and comes in where it is. */
static void large_pages(void **state)
{
	enum { SIZE = BED_DRAM - BED_GUEST };
	struct sp_bed *bed = *state;
	u8 *plain = malloc(SIZE), *seen = malloc(SIZE);
	struct bed_guest g;
	struct sev_swap_out_buf buf = good(bed, &g);

	assert_true(plain && seen && SIZE == PAGE_2M_SIZE);
	bed_fill(plain, SIZE, 7);
	bed_guest_put(bed, &g, BED_GUEST, plain, SIZE);
	buf.flags = SEV_SWAP_PAGE_2M;
	buf.dst_paddr = buf.src_paddr;
	bed_accepts(bed, SEV_CMD_SWAP_OUT, &buf, sizeof(buf));
	bed_guest_get(bed, &g, BED_GUEST, seen, SIZE);
	assert_memory_not_equal(seen, plain, SIZE);
	buf.flags |= SEV_SWAP_IN_PLACE;
	bed_accepts(bed, SEV_CMD_SWAP_IN, &buf, both[1].size);
	bed_guest_get(bed, &g, BED_GUEST, seen, SIZE);
	assert_memory_equal(seen, plain, SIZE);
	free(plain);
	free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(flags),
		BED_TEST(addresses),
		BED_TEST(large_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
