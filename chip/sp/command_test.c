/* SPDX-License-Identifier: MIT */
/* The table's own consistency, and the order in which dispatch refuses. */
#include "chip/sp/command.h"

#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

/* -- the table ------------------------------------------------------------------------------- */

static void rows_are_sound(void **state)
{
	const struct sp_command *c;
	size_t count;

	for (c = sp_commands(&count); count; c++, count--) {
		assert_true(c->platform && c->name);
		assert_true(c->size <= SP_BUF_MAX);
		assert_true(!c->writes_back || c->size);
		for (unsigned i = 0; i < SP_RESERVED_MAX; i++)
			assert_true(c->reserved[i].at + c->reserved[i].size <= c->size);
		if (c->guest) {
			assert_true(c->handle_at + sizeof(u32) <= c->size);
			assert_int_equal(c->platform, SP_WORKING);
		} else {
			assert_false(c->activity || c->policy_clear || c->policy_set);
		}
	}
}

static void identifiers_are_unique(void **state)
{
	const struct sp_command *c;
	size_t count;

	c = sp_commands(&count);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(sp_command_find(c[i].id), &c[i]);
	assert_null(sp_command_find(0));
	assert_null(sp_command_find(0x7ff));
}

static void every_legacy_command_has_a_row(void **state)
{
	static const u8 ids[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
				 0x0c, 0x0d, 0x0e, 0x0f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x30,
				 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x40, 0x41, 0x42, 0x43, 0x44,
				 0x50, 0x51, 0x52, 0x53, 0x60, 0x61, 0x70, 0x71};

	for (size_t i = 0; i < sizeof(ids); i++)
		assert_non_null(sp_command_find(ids[i]));
}

/* -- order ----------------------------------------------------------------------------------- */

/* Commands that would be refused for every reason at once, mended step by step. */
static void checks_come_in_order(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_init_ex_buf buf = {.length = 1, .rsvd_14 = 1, .nv_paddr = 1};
	const u32 id = SEV_CMD_INIT_EX;

	assert_int_equal(sp_command(bed_sp(bed), 0x7f0, 1), SP_INVALID_COMMAND);
	assert_int_equal(sp_command(bed_sp(bed), id, 1), SP_INVALID_ADDRESS);
	bed_init_platform(bed);
	bed_refuses(bed, SP_INVALID_PARAM, id, &buf, sizeof(buf));
	buf.rsvd_14 = 0;
	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, id, &buf, sizeof(buf));
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_refuses(bed, SP_INVALID_LENGTH, id, &buf, sizeof(buf));
	buf.length = sizeof(buf);
	buf.nv_length = SEV_NV_SIZE;
	bed_refuses(bed, SP_INVALID_ADDRESS, id, &buf, sizeof(buf));
	bed_free(bed);
}

static void checks_of_guests_come_in_order(void **state)
{
	struct sev_launch_update_buf buf = {.handle = 77, .rsvd_04 = 1, .paddr = 1, .length = 1};
	const u32 id = SEV_CMD_LAUNCH_UPDATE_VMSA;
	struct sev_guest *g;
	struct sp_bed *bed;

	/* A row without a handler is an unknown command. */
	if (!sp_command_find(id)->run) {
		bed = bed_new();
		bed_refuses(bed, SP_INVALID_COMMAND, id, &buf, sizeof(buf));
		bed_free(bed);
		return;
	}
	bed = bed_new();
	bed_refuses(bed, SP_INVALID_PARAM, id, &buf, sizeof(buf));
	buf.rsvd_04 = 0;
	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, id, &buf, sizeof(buf));
	g = bed_working_platform(bed, SEV_GUEST_RUNNING);
	bed_refuses(bed, SP_INVALID_GUEST, id, &buf, sizeof(buf));
	buf.handle = g->handle;
	bed_refuses(bed, SP_INVALID_GUEST_STATE, id, &buf, sizeof(buf));
	g->state = SEV_GUEST_LUPDATE;
	bed_refuses(bed, SP_POLICY_FAILURE, id, &buf, sizeof(buf));
	g->policy = SEV_POLICY_ES;
	bed_refuses(bed, SP_INACTIVE, id, &buf, sizeof(buf));
	bed_free(bed);
}

/* -- the buffer ------------------------------------------------------------------------------ */

static void the_buffer_is_wholly_memory(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sp *sp = bed_sp(bed);
	const u32 size = sizeof(struct sev_platform_status_buf);

	assert_int_equal(sp_command(sp, SEV_CMD_PLATFORM_STATUS, BED_DRAM - size - 4), SP_SUCCESS);
	assert_int_equal(sp_command(sp, SEV_CMD_PLATFORM_STATUS, BED_DRAM - 8), SP_INVALID_ADDRESS);
	assert_int_equal(sp_command(sp, SEV_CMD_PLATFORM_STATUS, -8ull), SP_INVALID_ADDRESS);
	assert_int_equal(sp_command(sp, SEV_CMD_PLATFORM_STATUS, 0), SP_SUCCESS);
	assert_int_equal(sp_command(sp, SEV_CMD_PLATFORM_STATUS, 4), SP_INVALID_ADDRESS);
	bed_init_platform(bed);
	assert_int_equal(sp_command(sp, SEV_CMD_PLATFORM_STATUS, BED_TMR), SP_INVALID_ADDRESS);
	bed_free(bed);
}

static void commands_without_a_buffer_look_at_no_address(void **state)
{
	struct sp_bed *bed = bed_new();

	assert_int_equal(sp_command(bed_sp(bed), SEV_CMD_NOP, -1ull), SP_SUCCESS);
	bed_free(bed);
}

static void the_buffer_may_be_the_host_s_encrypted_memory(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sp *sp = bed_sp(bed);
	struct sev_platform_status_buf buf;
	u64 paddr = BIT64(BED_C_BIT) | 0x8000;

	assert_int_equal(sp_command(sp, SEV_CMD_PLATFORM_STATUS, paddr), SP_SUCCESS);
	assert_int_equal(cache_read(sp->cache, NULL, REQ_HOST_CORE, VIEW_HOST_KEY, SPA(0x8000),
				    &buf, sizeof(buf)),
			 FABRIC_OK);
	assert_int_equal(buf.api_minor, 24);
	bed_get(bed, 0x8000, &buf, sizeof(buf));
	assert_int_not_equal(buf.api_minor, 24);
	bed_free(bed);
}

static void every_reserved_byte_is_checked(void **state)
{
	struct sp_bed *bed = bed_new();
	const struct sp_command *c;
	size_t count;

	for (c = sp_commands(&count); count; c++, count--) {
		if (!c->run)
			continue;
		for (unsigned i = 0; i < SP_RESERVED_MAX; i++)
			for (unsigned byte = 0; byte < c->reserved[i].size; byte++) {
				u8 buf[SP_BUF_MAX] = {0};

				buf[c->reserved[i].at + byte] = 0x80;
				bed_refuses(bed, SP_INVALID_PARAM, c->id, buf, c->size);
			}
	}
	bed_free(bed);
}

/* -- versions -------------------------------------------------------------------------------- */

static void api_0_16(struct sp_config *cfg)
{
	cfg->product.api_minor = 16;
}

static void older_firmware_has_fewer_commands(void **state)
{
	struct sp_bed *bed = bed_new_with(&(struct bed_options){.change = api_0_16});
	struct sev_get_id_buf get_id = {.id_paddr = BED_BLOB, .id_length = 64};

	bed_refuses(bed, SP_INVALID_COMMAND, SEV_CMD_INIT_EX, NULL, 0);
	bed_refuses(bed, SP_INVALID_COMMAND, SEV_CMD_NOP, NULL, 0);
	bed_accepts(bed, SEV_CMD_GET_ID, &get_id, sizeof(get_id));
	bed_free(bed);
}

static void api_1_0(struct sp_config *cfg)
{
	cfg->product.api_major = 1;
	cfg->product.api_minor = 0;
}

static void a_greater_major_version_has_all(void **state)
{
	struct sp_bed *bed = bed_new_with(&(struct bed_options){.change = api_1_0});

	bed_accepts(bed, SEV_CMD_NOP, NULL, 0);
	bed_free(bed);
}

/* -- trace ----------------------------------------------------------------------------------- */

static void every_command_is_traced(void **state)
{
	struct sp_bed *bed = bed_new();

	bed_accepts(bed, SEV_CMD_NOP, NULL, 0);
	assert_int_equal(bed->trace.id, SEV_CMD_NOP);
	assert_string_equal(bed->trace.name, "NOP");
	assert_int_equal(bed->trace.status, SP_SUCCESS);
	assert_null(bed->trace.host_error);
	bed_command(bed, 0x7f0, NULL, 0);
	assert_null(bed->trace.name);
	assert_int_equal(bed->trace.status, SP_INVALID_COMMAND);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sound),
		cmocka_unit_test(identifiers_are_unique),
		cmocka_unit_test(every_legacy_command_has_a_row),
		cmocka_unit_test(checks_come_in_order),
		cmocka_unit_test(checks_of_guests_come_in_order),
		cmocka_unit_test(the_buffer_is_wholly_memory),
		cmocka_unit_test(commands_without_a_buffer_look_at_no_address),
		cmocka_unit_test(the_buffer_may_be_the_host_s_encrypted_memory),
		cmocka_unit_test(every_reserved_byte_is_checked),
		cmocka_unit_test(older_firmware_has_fewer_commands),
		cmocka_unit_test(a_greater_major_version_has_all),
		cmocka_unit_test(every_command_is_traced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
