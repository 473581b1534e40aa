/* SPDX-License-Identifier: MIT */
/* The queues: order, statuses, pauses, the ways out. */
#include "chip/sp/ring.h"

#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

enum {
	LOW_CMDS = BED_BLOB,
	LOW_STATUSES = BED_BLOB2,
	HIGH_CMDS = BED_BLOB3,
	HIGH_STATUSES = BED_BLOB4,
	BUFS = 0x50000
};

static struct sp_bed *bed;
static struct sp *sp;
static u16 tail[RING_QUEUES];

static void enter(u16 flags, u16 threshold)
{
	struct sev_ring_buffer_buf buf = {.lo_cmdptr_paddr = LOW_CMDS,
					  .lo_statval_paddr = LOW_STATUSES,
					  .hi_cmdptr_paddr = HIGH_CMDS,
					  .hi_statval_paddr = HIGH_STATUSES,
					  .lo_size = 1,
					  .hi_size = 1,
					  .lo_threshold = threshold,
					  .flags = flags};

	bed_accepts(bed, SEV_CMD_RING_BUFFER, &buf, sizeof(buf));
}

static int setup(void **state)
{
	u8 poison[PAGE_SIZE];

	bed = bed_new();
	sp = bed_sp(bed);
	memset(tail, 0, sizeof(tail));
	memset(poison, 0xcc, sizeof(poison));
	bed_put(bed, LOW_STATUSES, poison, sizeof(poison));
	bed_put(bed, HIGH_STATUSES, poison, sizeof(poison));
	bed_init_platform(bed);
	sp_mailbox_write(sp, SP_V2_INTEN, SP_INTSTS_CMD_COMPLETE);
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void queue(unsigned q, u16 id, u16 flags)
{
	struct sev_ring_cmd cmd = {.cmd = id, .flags = flags, .buf_paddr = BUFS};
	u64 base = q == RING_HIGH ? HIGH_CMDS : LOW_CMDS;

	bed_put(bed, base + tail[q] * sizeof(cmd), &cmd, sizeof(cmd));
	tail[q] = (tail[q] + 1) % SP_RING_PAGE_ENTRIES;
}

static void ring(void)
{
	sp_mailbox_write(sp, SP_V2_CMDBUF_ADDR_HI, (u32)tail[RING_HIGH] << 16 | tail[RING_LOW]);
	sp_mailbox_write(sp, SP_V2_CMDRESP,
			 SP_RING_CTL_X86 | SP_RING_CTL_ACTIVE | SP_RING_CTL_CLEAR_INT);
}

static u16 status_at(unsigned q, u16 at)
{
	struct sev_ring_status s;

	bed_get(bed, (q == RING_HIGH ? HIGH_STATUSES : LOW_STATUSES) + at * sizeof(s), &s,
		sizeof(s));
	return s.status;
}

static u32 heads(void)
{
	return sp_mailbox_read(sp, SP_V2_CMDBUF_ADDR_LO);
}

static void both_queues_are_emptied(void **state)
{
	enter(0, 0);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDRESP), SP_RING_CTL_ACTIVE);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	queue(RING_LOW, SEV_CMD_PLATFORM_STATUS, 0);
	queue(RING_HIGH, SEV_CMD_PDH_GEN, 0);
	ring();
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDRESP), SP_RING_CTL_ACTIVE);
	assert_int_equal(heads(), 1u << 16 | 2);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDBUF_ADDR_HI), 1u << 16 | 2);
	assert_int_equal(status_at(RING_LOW, 0), SP_SUCCESS);
	assert_int_equal(status_at(RING_LOW, 1), SP_SUCCESS);
	assert_int_equal(status_at(RING_LOW, 2), 0xcccc);
	assert_int_equal(status_at(RING_HIGH, 0), SP_SUCCESS);
	assert_int_equal(bed->interrupts, 0);
}

static void the_high_queue_goes_first(void **state)
{
	enter(0, 0);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	queue(RING_HIGH, SEV_CMD_INIT, 0);
	ring();
	assert_int_equal(status_at(RING_HIGH, 0), SP_INVALID_PLATFORM_STATE);
	assert_int_equal(status_at(RING_LOW, 0), 0xcccc);
}

static void a_failure_pauses_and_is_tried_again(void **state)
{
	enter(0, 0);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	queue(RING_LOW, SEV_CMD_INIT, 0);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	for (unsigned i = 1; i <= 2; i++) {
		ring();
		assert_int_equal(heads(), SP_RING_HEAD_PAUSED | 1);
		assert_int_equal(status_at(RING_LOW, 1), SP_INVALID_PLATFORM_STATE);
		assert_int_equal(bed->interrupts, i);
	}
	sp_mailbox_write(sp, SP_V2_CMDBUF_ADDR_LO, 2);
	ring();
	assert_int_equal(heads(), 3);
	assert_int_equal(status_at(RING_LOW, 2), SP_SUCCESS);
}

static void a_failure_may_be_passed_over(void **state)
{
	enter(0, 0);
	queue(RING_LOW, 0x7f0, SEV_RING_CMD_CONTINUE);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	ring();
	assert_int_equal(heads(), 2);
	assert_int_equal(status_at(RING_LOW, 0), SP_INVALID_COMMAND);
	assert_int_equal(status_at(RING_LOW, 1), SP_SUCCESS);
}

static void queues_wrap(void **state)
{
	enter(0, 0);
	for (unsigned i = 0; i < 3 * SP_RING_PAGE_ENTRIES; i++) {
		queue(RING_LOW, SEV_CMD_NOP, 0);
		if (i % 100 == 99)
			ring();
	}
	ring();
	assert_int_equal(heads(), tail[RING_LOW]);
	sp_mailbox_write(sp, SP_V2_CMDBUF_ADDR_HI, 0x07ff07ff);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDBUF_ADDR_HI), 0x00ff00ff);
}

static void interrupts_are_asked_for(void **state)
{
	enter(0, 0);
	queue(RING_LOW, SEV_CMD_NOP, SEV_RING_CMD_INT);
	ring();
	assert_int_equal(bed->interrupts, 1);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	ring();
	assert_int_equal(bed->interrupts, 1);
}

static void an_interrupt_when_empty(void **state)
{
	enter(SEV_RING_INT_ON_EMPTY, 0);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	ring();
	assert_int_equal(bed->interrupts, 1);
}

static void an_interrupt_at_the_threshold(void **state)
{
	enter(0, 2);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	ring();
	assert_int_equal(bed->interrupts, 0);
	for (unsigned i = 0; i < 4; i++)
		queue(RING_LOW, SEV_CMD_NOP, 0);
	ring();
	assert_int_equal(bed->interrupts, 1);
}

static void an_ordinary_command_leaves(void **state)
{
	enter(0, 0);
	sp_mailbox_write(sp, SP_V2_CMDRESP, FIELD_PUT(SP_CMDRESP_CMD, SEV_CMD_PDH_GEN));
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDRESP),
			 SP_CMDRESP_RESPONSE | SP_RING_BUFFER_EXIT);
	assert_int_not_equal(bed->trace.id, SEV_CMD_PDH_GEN);
	sp_mailbox_write(sp, SP_V2_CMDRESP, FIELD_PUT(SP_CMDRESP_CMD, SEV_CMD_PDH_GEN));
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDRESP), SP_CMDRESP_RESPONSE);
	assert_int_equal(bed->trace.id, SEV_CMD_PDH_GEN);
}

static void shutdown_in_a_queue_leaves(void **state)
{
	enter(SEV_RING_INT_ON_EMPTY, 0);
	queue(RING_LOW, SEV_CMD_SHUTDOWN, 0);
	queue(RING_LOW, SEV_CMD_NOP, 0);
	ring();
	assert_int_equal(status_at(RING_LOW, 0), 0xcccc);
	assert_int_equal(status_at(RING_LOW, 1), 0xcccc);
	assert_int_equal(sp_mailbox_read(sp, SP_V2_CMDRESP),
			 SP_CMDRESP_RESPONSE | SP_RING_BUFFER_EXIT);
}

static void the_mode_does_not_nest(void **state)
{
	struct sev_ring_buffer_buf buf = {.lo_size = 1, .hi_size = 1};

	bed_put(bed, BUFS, &buf, sizeof(buf));
	enter(0, 0);
	queue(RING_LOW, SEV_CMD_RING_BUFFER, 0);
	ring();
	assert_int_equal(status_at(RING_LOW, 0), SP_INVALID_PLATFORM_STATE);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(both_queues_are_emptied),
		UNIT(the_high_queue_goes_first),
		UNIT(a_failure_pauses_and_is_tried_again),
		UNIT(a_failure_may_be_passed_over),
		UNIT(queues_wrap),
		UNIT(interrupts_are_asked_for),
		UNIT(an_interrupt_when_empty),
		UNIT(an_interrupt_at_the_threshold),
		UNIT(an_ordinary_command_leaves),
		UNIT(shutdown_in_a_queue_leaves),
		UNIT(the_mode_does_not_nest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
