/* SPDX-License-Identifier: MIT */
/* The registers as a driver uses them. */
#include "chip/sp/mailbox.h"

#include <pthread.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

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

static u32 command(u32 id, u64 paddr, u32 flags)
{
	sp_mailbox_write(sp, SP_V2_CMDBUF_ADDR_LO, (u32)paddr);
	sp_mailbox_write(sp, SP_V2_CMDBUF_ADDR_HI, paddr >> 32);
	sp_mailbox_write(sp, SP_V2_CMDRESP, FIELD_PUT(SP_CMDRESP_CMD, id) | flags);
	return sp_mailbox_read(sp, SP_V2_CMDRESP);
}

static void a_command_runs_and_responds(void **state)
{
	struct sev_platform_status_buf buf;

	assert_int_equal(command(SEV_CMD_PLATFORM_STATUS, BED_BUF, 0), SP_CMDRESP_RESPONSE);
	bed_get(bed, BED_BUF, &buf, sizeof(buf));
	assert_int_equal(buf.build, 0x0e);
	assert_int_equal(command(SEV_CMD_PDH_GEN, 0, 0),
			 SP_CMDRESP_RESPONSE | SP_INVALID_PLATFORM_STATE);
	assert_int_equal(command(0x7ff, 0, 0), SP_CMDRESP_RESPONSE | SP_INVALID_COMMAND);
}

static void the_address_has_64_bits(void **state)
{
	assert_int_equal(command(SEV_CMD_PLATFORM_STATUS, BIT64(BED_C_BIT) | BED_BUF, 0),
			 SP_CMDRESP_RESPONSE);
	assert_int_equal(command(SEV_CMD_PLATFORM_STATUS, BIT64(32) | BED_BUF, 0),
			 SP_CMDRESP_RESPONSE | SP_INVALID_ADDRESS);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDBUF_ADDR_HI), 1);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDBUF_ADDR_LO), BED_BUF);
}

static void a_write_with_the_response_bit_starts_nothing(void **state)
{
	sp_mailbox_write(sp, SP_V2_CMDRESP,
			 SP_CMDRESP_RESPONSE | FIELD_PUT(SP_CMDRESP_CMD, SEV_CMD_NOP));
	assert_int_equal(bed->trace.id, 0);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDRESP), 0);
}

static void interrupts(void **state)
{
	command(SEV_CMD_NOP, 0, SP_CMDRESP_IOC);
	assert_int_equal(bed->interrupts, 0);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_INTSTS), SP_INTSTS_CMD_COMPLETE);
	sp_mailbox_write(sp, SP_V2_INTSTS, SP_INTSTS_CMD_COMPLETE);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_INTSTS), 0);
	sp_mailbox_write(sp, SP_V2_INTEN, SP_INTSTS_CMD_COMPLETE);
	command(SEV_CMD_NOP, 0, 0);
	assert_int_equal(bed->interrupts, 0);
	command(SEV_CMD_NOP, 0, SP_CMDRESP_IOC);
	assert_int_equal(bed->interrupts, 1);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_INTEN), SP_INTSTS_CMD_COMPLETE);
}

static void other_offsets_and_features(void **state)
{
	assert_int_equal(sp_mailbox_read(sp, SP_V2_FEATURE), SP_FEATURE_SEV);
	sp_mailbox_write(sp, SP_V2_FEATURE, 0);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_FEATURE), SP_FEATURE_SEV);
	sp_mailbox_write(sp, 0, 0xffffffff);
	assert_int_equal(sp_mailbox_read(sp, 0), 0);
	assert_int_equal(sp_mailbox_read(sp, SP_V1_FEATURE), 0);
	assert_int_equal(sp_mailbox_read(sp, 0xffffffff), 0);
}

static void as_v1(struct sp_config *cfg)
{
	cfg->product.registers = SP_REGISTERS_V1;
}

static void as_turin(struct sp_config *cfg)
{
	cfg->product.registers = SP_REGISTERS_V2_TURIN;
}

static void other_products_have_other_offsets(void **state)
{
	bed_free(bed);
	bed = bed_new_with(&(struct bed_options){.change = as_v1});
	sp = bed_sp(bed);
	sp_mailbox_write(sp, SP_V1_CMDRESP, FIELD_PUT(SP_CMDRESP_CMD, SEV_CMD_NOP));
	assert_int_equal(sp_mailbox_read(sp, SP_V1_CMDRESP), SP_CMDRESP_RESPONSE);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_FEATURE), 0);
	bed_free(bed);
	bed = bed_new_with(&(struct bed_options){.change = as_turin});
	sp = bed_sp(bed);
	sp_mailbox_write(sp, SP_V2_INTEN_TURIN, 2);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_INTEN_TURIN), 2);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_INTEN), 0);
}

/* -- several threads ------------------------------------------------------------------------- */

enum { THREADS = 3, ROUNDS = 300 };

/* The bed's own hooks are for one thread. */
static void unwatched(struct sp_config *cfg)
{
	cfg->hooks = (struct sp_hooks){0};
}

/* Commands, registers, queries and notes at once; each direct command must answer. */
static void *hammer(void *arg)
{
	static const u8 vmsa[SEV_VMSA_SIZE];
	unsigned n = (unsigned)(size_t)arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		assert_int_equal(sp_command(sp, SEV_CMD_PLATFORM_STATUS, 0x8000 + n * 64),
				 SP_SUCCESS);
		command(SEV_CMD_NOP, 0, SP_CMDRESP_IOC);
		sp_note_wbinvd(sp, n);
		sp_asid_runnable(sp, 5, n);
		sp_vmsa_seal(sp, 5, SPA(BED_GUEST), vmsa);
		sp_vmsa_intact(sp, 5, SPA(BED_GUEST), vmsa);
		if (n == 0)
			sp_command(sp, SEV_CMD_DF_FLUSH, 0);
		if (n == 1 && i % 50 == 0) {
			sp_command(sp, SEV_CMD_SHUTDOWN, 0);
			sp_command(sp, SEV_CMD_INIT, 0xf000);
		}
	}
	return NULL;
}

static void threads_take_turns(void **state)
{
	pthread_t thread[THREADS];

	bed_free(bed);
	bed = bed_new_with(&(struct bed_options){.change = unwatched});
	sp = bed_sp(bed);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, hammer, (void *)i), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(command(SEV_CMD_NOP, 0, 0), SP_CMDRESP_RESPONSE);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(a_command_runs_and_responds),
		UNIT(the_address_has_64_bits),
		UNIT(a_write_with_the_response_bit_starts_nothing),
		UNIT(interrupts),
		UNIT(other_offsets_and_features),
		UNIT(other_products_have_other_offsets),
		UNIT(threads_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
