/* SPDX-License-Identifier: MIT */
/* One event on its way to its handler.  Private to exception.c and deliver_*.c. */
#ifndef CHIP_CPU_EXEC_DELIVERY_H
#define CHIP_CPU_EXEC_DELIVERY_H

#include "chip/cpu/exec/exception.h"

struct delivery {
	u8 vector;
	enum exc_source source;
	bool has_error;
	u32 error;
	u64 cr2;
	u64 ret;  /* rIP to save */
	u64 nrip; /* for an intercept, of INT3, INTO and BOUND; else 0 */
};

/*
 * One attempt, by operating mode; false with c->event filled: a fault, or a #VMEXIT of a memory
 * access.  Registers are as before then.
 */
bool deliver_real(struct cpu *c, const struct delivery *x);   /* and virtual-8086 with VME */
bool deliver_legacy(struct cpu *c, const struct delivery *x); /* protected mode, from v86 too */
bool deliver_long(struct cpu *c, const struct delivery *x);

/* RFLAGS as saved: with RF for a fault, so that its instruction breakpoint is not taken again. */
u64 delivery_rflags(const struct cpu *c, const struct delivery *x);

/* Fault in the descriptor of the vector itself: error code names the IDT entry. */
bool delivery_refuse(struct cpu *c, const struct delivery *x, u8 vector);

/* Is the gate's DPL looked at? */
bool delivery_is_software(const struct delivery *x);

#endif
