/* SPDX-License-Identifier: MIT */
/* Control transfers to another code segment.	[APM2 4.11 Control-Transfer Privilege Checks] */
#ifndef CHIP_CPU_EXEC_FAR_H
#define CHIP_CPU_EXEC_FAR_H

#include "chip/cpu/decode/insn.h"

/* What RET and IRET found on the stack. */
struct far_return {
	u64 rip, rsp;
	u16 cs, ss;
	bool has_stack; /* ss and rsp were there and become the stack */
	u64 drop;       /* bytes to take off the present stack, without has_stack */
};

/*
 * Returns to the same or an outer level of protected or long mode: all checks, then CS, SS:rSP and
 * c->rip.  False with c->event filled and nothing changed.
 */
bool far_return(struct cpu *c, const struct far_return *r);

/* What decoding and translation depend on; when it changed, cpu_context_changed() is due. */
u64 far_context(const struct cpu *c);

/*
 * After a transfer that failed: a fault in a task just switched to (TR is no longer old_tr) belongs
 * at that task's rIP, not at the instruction's.
 */
void far_fault_rip(struct cpu *c, const struct op *op, u16 old_tr);

lower_fn lower_iret;

#endif
