/* SPDX-License-Identifier: MIT */
/* Control registers.	[APM2 3.1 System-Control Registers] */
#ifndef CHIP_CPU_EXEC_CONTROL_REG_H
#define CHIP_CPU_EXEC_CONTROL_REG_H

#include "chip/cpu/decode/insn.h"

/*
 * Writes a control register with every check of MOV but privilege and intercepts.  False: #GP(0),
 * nothing changed.  The context is recomputed.
 */
bool cr0_write(struct cpu *c, u64 v);
bool cr3_write(struct cpu *c, u64 v);
bool cr4_write(struct cpu *c, u64 v);

lower_fn lower_smsw, lower_lmsw;
op_fn op_clts;

#endif
