/* SPDX-License-Identifier: MIT */
/*
 * Ring-buffer mode: two queues of commands in memory, and the mailbox as their door bell.
 *
 * The layout is AMD's; how it runs is known from one public driver only, and beyond it is ours.
 * Each queue is one page of entries and one of statuses.  Software writes entries, then the tails
 * (Hi register), then CmdResp with bit 31 set.  Firmware takes the high-priority queue's entries
 * first, writes each status, and moves the head (Lo register).  It stops when both queues are empty,
 * or at an entry that fails and does not say to continue: then the head stays there and the queues
 * are paused until the next bell, which tries the entry again unless software moved the head.  An
 * ordinary command (bit 31 clear) leaves the mode and is answered RING_BUFFER_EXIT; so does
 * SHUTDOWN.	[SEV RING_BUFFER]
 */
#ifndef CHIP_SP_RING_H
#define CHIP_SP_RING_H

#include "abi/sev.h"
#include "base/types.h"

struct sp;

enum { RING_LOW, RING_HIGH, RING_QUEUES };

struct sp_ring_queue {
	u64 cmds, statuses; /* paddr of a page each */
	u16 threshold;      /* entries left that raise an interrupt; 0: none */
	u16 head, tail;     /* 0 .. SP_RING_PAGE_ENTRIES - 1 */
};

/* Guarded by the mailbox's lock. */
struct sp_ring {
	bool active;
	bool paused;
	bool int_on_empty;
	struct sp_ring_queue queue[RING_QUEUES];
};

/* Under the SP's lock: what RING_BUFFER and SHUTDOWN do. */
void sp_ring_enter(struct sp *sp, const struct sp_ring *ring);
void sp_ring_leave(struct sp *sp);
bool sp_ring_is_active(struct sp *sp);

/* Registers, under the mailbox's lock. */
u32 sp_ring_heads(const struct sp_ring *r);
u32 sp_ring_tails(const struct sp_ring *r);
void sp_ring_set_heads(struct sp_ring *r, u32 value);
void sp_ring_set_tails(struct sp_ring *r, u32 value);

/* The bell, without any lock held.  True: there is reason for an interrupt. */
bool sp_ring_run(struct sp *sp);

#endif
