/* SPDX-License-Identifier: MIT */
/* GET_ID: 64 bytes, never one more than there is room for. */
#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sev_get_id_buf buf;

static int setup(void **state)
{
	bed = bed_new();
	buf = (struct sev_get_id_buf){.id_paddr = BED_BLOB, .id_length = 64};
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void gives_the_chip_s_identifier(void **state)
{
	u8 id[64];

	bed_accepts(bed, SEV_CMD_GET_ID, &buf, sizeof(buf));
	bed_get(bed, BED_BLOB, id, sizeof(id));
	assert_memory_equal(id, bed_sp(bed)->chip.id, sizeof(id));
}

/* Short: nothing is written.  Long: 64 bytes are, and the length says so.	[CVE-2021-26321] */
static void every_length(void **state)
{
	u8 poison[192], got[192];

	memset(poison, 0xcc, sizeof(poison));
	for (u32 len = 0; len <= 130; len++) {
		bed_put(bed, BED_BLOB, poison, sizeof(poison));
		buf.id_length = len;
		if (len < 64)
			bed_refuses(bed, SP_INVALID_LENGTH, SEV_CMD_GET_ID, &buf, sizeof(buf));
		else
			bed_accepts(bed, SEV_CMD_GET_ID, &buf, sizeof(buf));
		assert_int_equal(buf.id_length, 64);
		bed_get(bed, BED_BLOB, got, sizeof(got));
		assert_memory_equal(got + 64, poison, sizeof(got) - 64);
	}
}

static void addresses(void **state)
{
	bed_init_platform(bed);
	bed_refuses_bad_addresses(bed, SEV_CMD_GET_ID, &buf, sizeof(buf),
				  offsetof(struct sev_get_id_buf, id_paddr), 64);
	buf.id_paddr = BED_BLOB + 4;
	bed_refuses(bed, SP_INVALID_ADDRESS, SEV_CMD_GET_ID, &buf, sizeof(buf));
}

static void any_state(void **state)
{
	bed_accepts(bed, SEV_CMD_GET_ID, &buf, sizeof(buf));
	bed_init_platform(bed);
	bed_accepts(bed, SEV_CMD_GET_ID, &buf, sizeof(buf));
	sev_guest_new(bed_sp(bed), SEV_GUEST_LUPDATE);
	bed_accepts(bed, SEV_CMD_GET_ID, &buf, sizeof(buf));
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(gives_the_chip_s_identifier),
		UNIT(every_length),
		UNIT(addresses),
		UNIT(any_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
