/* SPDX-License-Identifier: MIT */
/* RING_BUFFER: how the mode is entered. */
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sev_ring_buffer_buf buf;

static int setup(void **state)
{
	bed = bed_new();
	buf = (struct sev_ring_buffer_buf){.lo_cmdptr_paddr = BED_BLOB,
					   .lo_statval_paddr = BED_BLOB2,
					   .hi_cmdptr_paddr = BED_BLOB3,
					   .hi_statval_paddr = BED_BLOB4,
					   .lo_size = 1,
					   .hi_size = 1};
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void refused(enum sp_status status)
{
	bed_refuses(bed, status, SEV_CMD_RING_BUFFER, &buf, sizeof(buf));
}

static void enters_once(void **state)
{
	bed_init_platform(bed);
	assert_false(sp_ring_is_active(bed_sp(bed)));
	bed_accepts(bed, SEV_CMD_RING_BUFFER, &buf, sizeof(buf));
	assert_true(sp_ring_is_active(bed_sp(bed)));
	refused(SP_INVALID_PLATFORM_STATE);
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	assert_false(sp_ring_is_active(bed_sp(bed)));
}

static void needs_an_initialised_platform(void **state)
{
	refused(SP_INVALID_PLATFORM_STATE);
	bed_working_platform(bed, SEV_GUEST_LUPDATE);
	bed_accepts(bed, SEV_CMD_RING_BUFFER, &buf, sizeof(buf));
}

static void flags_and_sizes(void **state)
{
	bed_init_platform(bed);
	for (unsigned bit = 1; bit < 16; bit++) {
		buf.flags = BIT32(bit);
		refused(SP_INVALID_PARAM);
	}
	buf.flags = SEV_RING_INT_ON_EMPTY;
	buf.lo_size = 0;
	refused(SP_INVALID_LENGTH);
	buf.lo_size = 2;
	refused(SP_INVALID_LENGTH);
	buf.lo_size = 1;
	buf.hi_size = 0xff;
	refused(SP_INVALID_LENGTH);
}

static void addresses(void **state)
{
	static const size_t fields[] = {offsetof(struct sev_ring_buffer_buf, lo_cmdptr_paddr),
					offsetof(struct sev_ring_buffer_buf, lo_statval_paddr),
					offsetof(struct sev_ring_buffer_buf, hi_cmdptr_paddr),
					offsetof(struct sev_ring_buffer_buf, hi_statval_paddr)};

	bed_init_platform(bed);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		bed_refuses_bad_addresses(bed, SEV_CMD_RING_BUFFER, &buf, sizeof(buf), fields[i],
					  PAGE_SIZE);
	buf.lo_cmdptr_paddr += 0x10;
	refused(SP_INVALID_ADDRESS);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(enters_once),
		UNIT(needs_an_initialised_platform),
		UNIT(flags_and_sizes),
		UNIT(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
