/* SPDX-License-Identifier: MIT */
/* INIT_EX: the image in the host's memory; and what a host can do with it. */
#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sp *sp;
static struct sev_init_ex_buf buf;
static u8 erased[SEV_NV_SIZE];

static int setup(void **state)
{
	bed = bed_new();
	sp = bed_sp(bed);
	buf = (struct sev_init_ex_buf){.length = sizeof(buf),
				       .options = SEV_INIT_ES,
				       .tmr_paddr = BED_TMR,
				       .tmr_length = SEV_TMR_SIZE,
				       .nv_paddr = BED_BLOB,
				       .nv_length = SEV_NV_SIZE};
	memset(erased, 0xff, sizeof(erased));
	bed_put(bed, BED_BLOB, erased, sizeof(erased));
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void refused(enum sp_status status)
{
	bed_refuses(bed, status, SEV_CMD_INIT_EX, &buf, sizeof(buf));
}

static void accepted(void)
{
	bed_accepts(bed, SEV_CMD_INIT_EX, &buf, sizeof(buf));
}

static void restart(void)
{
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	accepted();
}

static void an_empty_image_gets_an_identity(void **state)
{
	struct sev_identity id;
	u8 image[SEV_NV_SIZE], flash[SEV_NV_SIZE];

	memcpy(flash, sp->flash, sizeof(flash));
	accepted();
	bed_get(bed, BED_BLOB, image, sizeof(image));
	assert_memory_not_equal(image, erased, sizeof(image));
	assert_memory_equal(sp->flash, flash, sizeof(flash));
	id = sp->platform.identity;
	restart();
	assert_memory_equal(&sp->platform.identity, &id, sizeof(id));
}

static void the_image_belongs_to_the_firmware(void **state)
{
	struct sev_get_id_buf get_id = {.id_length = 64};

	accepted();
	for (u64 at = BED_BLOB - 56; at < BED_BLOB + SEV_NV_SIZE; at += 0x1008) {
		get_id.id_paddr = at;
		bed_refuses(bed, SP_INVALID_ADDRESS, SEV_CMD_GET_ID, &get_id, sizeof(get_id));
	}
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	get_id.id_paddr = BED_BLOB;
	bed_accepts(bed, SEV_CMD_GET_ID, &get_id, sizeof(get_id));
}

static void commands_that_make_keys_rewrite_it(void **state)
{
	static const u32 commands[] = {SEV_CMD_PDH_GEN, SEV_CMD_PEK_GEN};
	u8 before[SEV_NV_SIZE], after[SEV_NV_SIZE];
	struct sev_identity id;

	accepted();
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		bed_get(bed, BED_BLOB, before, sizeof(before));
		bed_accepts(bed, commands[i], NULL, 0);
		bed_get(bed, BED_BLOB, after, sizeof(after));
		assert_memory_not_equal(before, after, sizeof(after));
		id = sp->platform.identity;
		restart();
		assert_memory_equal(&sp->platform.identity, &id, sizeof(id));
	}
}

/* Linux writes what it read from a file that is not there, zeros, or that is damaged. */
static void a_corrupt_image_costs_one_try(void **state)
{
	static const u8 zeros[SEV_NV_SIZE];
	u8 image[SEV_NV_SIZE];

	bed_put(bed, BED_BLOB, zeros, sizeof(zeros));
	assert_int_equal(bed_command(bed, SEV_CMD_INIT_EX, &buf, sizeof(buf)),
			 SP_SECURE_DATA_INVALID);
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_UNINIT);
	bed_get(bed, BED_BLOB, image, sizeof(image));
	assert_memory_equal(image, erased, sizeof(image));
	accepted();
}

/* A weakness of the design, not of the code: the host revives an old PDH. */
static void the_host_can_roll_the_image_back(void **state)
{
	struct sev_identity old;
	u8 image[SEV_NV_SIZE];

	accepted();
	old = sp->platform.identity;
	bed_get(bed, BED_BLOB, image, sizeof(image));
	bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
	assert_memory_not_equal(&sp->platform.identity.pdh, &old.pdh, sizeof(old.pdh));
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_put(bed, BED_BLOB, image, sizeof(image));
	accepted();
	assert_memory_equal(&sp->platform.identity.pdh, &old.pdh, sizeof(old.pdh));
}

static void the_image_may_be_the_host_s_encrypted_memory(void **state)
{
	struct sev_identity id;

	buf.nv_paddr = 0x50000 | BIT64(BED_C_BIT);
	assert_int_equal(cache_write(sp->cache, NULL, REQ_HOST_CORE, VIEW_HOST_KEY, SPA(0x50000),
				     erased, sizeof(erased)),
			 FABRIC_OK);
	accepted();
	id = sp->platform.identity;
	restart();
	assert_memory_equal(&sp->platform.identity, &id, sizeof(id));
}

static void lengths(void **state)
{
	buf.length--;
	refused(SP_INVALID_LENGTH);
	buf.length += 2;
	refused(SP_INVALID_LENGTH);
	buf.length--;
	buf.nv_length = SEV_NV_SIZE - 1;
	refused(SP_INVALID_LENGTH);
	buf.nv_length = SEV_NV_SIZE + 1;
	refused(SP_INVALID_LENGTH);
	buf.nv_length = SEV_NV_SIZE;
	buf.tmr_length = 0;
	refused(SP_INVALID_LENGTH);
}

static void addresses(void **state)
{
	bed_refuses_bad_addresses(bed, SEV_CMD_INIT_EX, &buf, sizeof(buf),
				  offsetof(struct sev_init_ex_buf, nv_paddr), SEV_NV_SIZE);
	buf.nv_paddr = BED_BLOB + 0x800;
	refused(SP_INVALID_ADDRESS);
	buf.nv_paddr = BED_TMR;
	refused(SP_INVALID_ADDRESS);
	buf.nv_paddr = BED_TMR - SEV_NV_SIZE + PAGE_SIZE;
	refused(SP_INVALID_ADDRESS);
	buf.nv_paddr = (BED_TMR + SEV_TMR_SIZE - PAGE_SIZE) | BIT64(BED_C_BIT);
	refused(SP_INVALID_ADDRESS);
	buf.nv_paddr = BED_BLOB;
	buf.tmr_paddr = BED_DRAM;
	refused(SP_INVALID_ADDRESS);
}

static void params_and_states(void **state)
{
	buf.rsvd_14 = 1;
	refused(SP_INVALID_PARAM);
	buf.rsvd_14 = 0;
	buf.options = 2;
	refused(SP_INVALID_PARAM);
	buf.options = 0;
	accepted();
	refused(SP_INVALID_PLATFORM_STATE);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(an_empty_image_gets_an_identity),
		UNIT(the_image_belongs_to_the_firmware),
		UNIT(commands_that_make_keys_rewrite_it),
		UNIT(a_corrupt_image_costs_one_try),
		UNIT(the_host_can_roll_the_image_back),
		UNIT(the_image_may_be_the_host_s_encrypted_memory),
		UNIT(lengths),
		UNIT(addresses),
		UNIT(params_and_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
