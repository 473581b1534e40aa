/* SPDX-License-Identifier: MIT */
/*
 * The stack in every mode: width of the stack pointer by SS.B (64 bits in 64-bit mode), segment
 * checks, and PUSH, POP and their kin.
 */
#ifndef CHIP_CPU_EXEC_STACK_H
#define CHIP_CPU_EXEC_STACK_H

#include "chip/cpu/decode/insn.h"

/* Which bits of rSP take part. */
u64 stack_mask(const struct cpu *c);

/* size 2, 4 or 8.  False with c->event filled, and rSP unchanged. */
bool stack_push(struct cpu *c, unsigned size, u64 v);
bool stack_pop(struct cpu *c, unsigned size, u64 *v);

/* Reads at rSP + offset without moving; moves rSP up by `bytes`. */
bool stack_peek(struct cpu *c, u64 offset, unsigned size, u64 *v);
void stack_drop(struct cpu *c, u64 bytes);

lower_fn lower_push, lower_pop, lower_leave;
op_fn op_pusha, op_popa, op_enter;

#endif
