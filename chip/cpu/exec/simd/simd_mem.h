/* SPDX-License-Identifier: MIT */
/*
 * Operations between memory and registers: they are the moves of every instruction set here, and
 * they bring an operand in memory to SLOT_TEMP or REG_TEMP for an instruction that computes with it.
 * The address is op_ea_fast(); the register is op->a for loads, op->b for stores.
 */
#ifndef CHIP_CPU_EXEC_SIMD_SIMD_MEM_H
#define CHIP_CPU_EXEC_SIMD_SIMD_MEM_H

#include "chip/cpu/op.h"

/* Into XMM, the rest of its 16 bytes cleared; the upper half of YMM stays. */
op_fn simd_load1, simd_load2, simd_load4, simd_load8, simd_load16;

/* 16 bytes that must be aligned: moves that say so, and operands (MXCSR.MM makes these free). */
op_fn simd_load16_aligned, simd_load16_operand;

/* Into YMM, the rest of its 32 bytes cleared: VEX moves. */
op_fn simd_vload4, simd_vload8, simd_vload16, simd_vload32;
op_fn simd_vload16_aligned, simd_vload32_aligned;

/* From XMM or YMM; the high store takes bytes 15:8. */
op_fn simd_store4, simd_store8, simd_store8_high, simd_store16, simd_store32;
op_fn simd_store16_aligned, simd_store32_aligned;

/* By the logarithm of the size: MM registers (4 and 8 bytes), general registers (loads zero-extend). */
extern op_fn *const simd_load_mm[4], *const simd_store_mm[4];
extern op_fn *const simd_load_gpr[4], *const simd_store_gpr[4];

/* Only the right to store op->imm bytes: for a fault that comes before an exception. */
op_fn simd_probe_store;

/*
 * Stores those of `lanes` lanes of slot op->a whose mask lane in slot op->b has its sign bit set; a
 * fault can come only from these, and then nothing is stored.  False with c->event filled.
 */
bool simd_store_masked(struct cpu *c, u64 la, const struct op *op, unsigned lanes,
		       unsigned lane_bytes);

#endif
