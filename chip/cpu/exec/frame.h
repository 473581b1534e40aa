/* SPDX-License-Identifier: MIT */
/*
 * Frames that a control transfer pushes on a stack before it switches to it: nothing of the core's
 * state changes until the whole frame is in memory.
 */
#ifndef CHIP_CPU_EXEC_FRAME_H
#define CHIP_CPU_EXEC_FRAME_H

#include "chip/cpu/state.h"

enum { FRAME_ITEMS = 36 }; /* SS, SP, 31 parameters, CS, IP; and some */

struct push_frame {
	struct segment ss; /* of the new stack */
	u64 rsp;           /* before the frame; frame_write() moves it down */
	u8 cpl;            /* after the transfer */
	u8 size;           /* bytes an item: 2, 4, 8 */
	bool flat;         /* 64-bit mode: no segment checks */
	bool inner;        /* a more privileged stack: its #SS names its selector */
	u8 count;
	u64 item[FRAME_ITEMS]; /* in the order of pushing */
};

/* An empty frame on the present stack. */
void frame_here(const struct cpu *c, struct push_frame *f, u8 size);

static inline void frame_push(struct push_frame *f, u64 v)
{
	f->item[f->count++] = v;
}

/* Stores all items below f->rsp and moves it.  False with c->event filled: #SS or #PF. */
bool frame_write(struct cpu *c, struct push_frame *f);

/* Makes the frame's stack the current one. */
void frame_commit(struct cpu *c, const struct push_frame *f);

/* Bits of rSP that take part with this stack segment. */
u64 frame_mask(const struct push_frame *f);

#endif
