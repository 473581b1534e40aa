/* SPDX-License-Identifier: MIT */
/* Loading segment registers.	[APM2 4.5, 4.8] */
#ifndef CHIP_CPU_EXEC_SEGMENT_H
#define CHIP_CPU_EXEC_SEGMENT_H

#include "chip/cpu/decode/insn.h"

/*
 * Loads any segment register but CS as MOV does, with every check and the accessed bit.  False with
 * c->event filled (#GP, #NP, #SS, #PF) and the register as it was.
 */
bool segment_load(struct cpu *c, unsigned seg, u16 sel);

/* Real and virtual-8086 mode: base from the selector; the rest stays in real mode ("unreal"). */
void segment_load_real(struct cpu *c, unsigned seg, u16 sel);

/*
 * SS for a stack of privilege cpl that a return or a new task comes to: the same checks, but with
 * `vector` for a bad selector.  On success d is what to load (zero for the null selector of 64-bit
 * code).
 */
struct desc;
bool segment_check_stack(struct cpu *c, u16 sel, u8 cpl, u8 vector, struct desc *d);

/* A null selector in a data segment register. */
void segment_load_null(struct cpu *c, unsigned seg, u16 sel);

/* Returning to an outer level: data segments it has no right to become null. [APM2 4.11.3] */
void segment_drop_inner(struct cpu *c);

op_fn op_mov_to_sreg, op_mov_from_sreg, op_pop_sreg;
lower_fn lower_load_far_pointer; /* LDS LES LFS LGS LSS; row->n: enum cpu_seg */
op_fn op_lds;

#endif
