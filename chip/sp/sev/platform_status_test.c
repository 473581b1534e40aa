/* SPDX-License-Identifier: MIT */
/* PLATFORM_STATUS in every state, byte for byte. */
#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

/* Whatever stands in the buffer is written over. */
static void reports(struct sp_bed *bed, const u8 expected[12])
{
	struct sev_platform_status_buf buf;

	memset(&buf, 0xcc, sizeof(buf));
	bed_accepts(bed, SEV_CMD_PLATFORM_STATUS, &buf, sizeof(buf));
	assert_memory_equal(&buf, expected, sizeof(buf));
}

static void uninitialised(void **state)
{
	struct sp_bed *bed = bed_new();

	reports(bed, (const u8[12]){0, 24, 0, 0, 0, 0, 0, 0x0e});
	bed_free(bed);
}

static void initialised_with_and_without_es(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_init_buf init = {0};

	bed_accepts(bed, SEV_CMD_INIT, &init, sizeof(init));
	reports(bed, (const u8[12]){0, 24, 1, 0, 0, 0, 0, 0x0e});
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_init_platform(bed);
	reports(bed, (const u8[12]){0, 24, 1, 0, 1, 0, 0, 0x0e});
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	reports(bed, (const u8[12]){0, 24, 0, 0, 0, 0, 0, 0x0e});
	bed_free(bed);
}

static void working_and_owned(void **state)
{
	struct sp_bed *bed = bed_new();

	bed_working_platform(bed, SEV_GUEST_LUPDATE);
	sev_guest_new(bed_sp(bed), SEV_GUEST_LUPDATE);
	bed_sp(bed)->platform.identity.external = true;
	reports(bed, (const u8[12]){0, 24, 2, 1, 1, 0, 0, 0x0e, 2});
	bed_free(bed);
}

static void the_buffer_is_memory(void **state)
{
	struct sp_bed *bed = bed_new();

	assert_int_equal(sp_command(bed_sp(bed), SEV_CMD_PLATFORM_STATUS, BED_DRAM),
			 SP_INVALID_ADDRESS);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uninitialised),
		cmocka_unit_test(initialised_with_and_without_es),
		cmocka_unit_test(working_and_owned),
		cmocka_unit_test(the_buffer_is_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
