/* SPDX-License-Identifier: MIT */
/* RFLAGS as system software sees it: who may change which bit. [APM2 3.1.6, 8.8.3, APM3 POPF] */
#ifndef CHIP_CPU_EXEC_FLAGS_SYS_H
#define CHIP_CPU_EXEC_FLAGS_SYS_H

#include "chip/cpu/decode/insn.h"

/* Bits that POPF and IRET may change at this privilege with this operand size in bytes. */
u64 flags_writable(const struct cpu *c, unsigned size);

/*
 * Replaces the bits of `mask` in RFLAGS.  Tells the run loop when interrupts become possible; mode
 * and context are the caller's to recompute.
 */
void flags_replace(struct cpu *c, u64 value, u64 mask);

static inline u8 flags_iopl(const struct cpu *c)
{
	return c->rflags >> 12 & 3;
}

op_fn op_cli, op_sti, op_pushf, op_popf, op_stac, op_clac;
lower_fn lower_pushf; /* PUSHF and POPF: row->fn on the stack segment */

#endif
