/* SPDX-License-Identifier: MIT */
/*
 * From a decoded SIMD instruction to operations.
 *
 *	[address]  [load into SLOT_TEMP]  [fp_begin]  the instruction  [fp_end]  [store of a result]
 *
 * Those in brackets stand only where the instruction needs them; fp_begin and fp_end only in code
 * decoded while an exception is unmasked (MODE_FP_SLOW).
 */
#ifndef CHIP_CPU_EXEC_SIMD_SIMD_LOWER_H
#define CHIP_CPU_EXEC_SIMD_SIMD_LOWER_H

#include "chip/cpu/decode/insn.h"

/* Which registers an instruction works on. */
enum simd_width { WIDTH_MM, WIDTH_XMM, WIDTH_YMM, WIDTH_COUNT };

/* SIMD floating-point exceptions: can there be any, and which lanes show that a result is tiny? */
enum simd_fp { FP_NONE, FP_CHECK, FP_SINGLE, FP_SINGLES, FP_DOUBLE, FP_DOUBLES, FP_HALVES };

enum simd_trait {
	SIMD_UNALIGNED = 1 << 0,  /* a legacy 16-byte operand need not be aligned */
	SIMD_GPR_SOURCE = 1 << 1, /* the source in memory stands for a general register */
	SIMD_GPR_RESULT = 1 << 2, /* the destination is a general register */
	SIMD_CLAMP = 1 << 3,      /* immediates above the last variant act like it */
};

/* row->arg of lower_simd(): one instruction in all its widths. */
struct simd_form {
	op_fn *fn[WIDTH_COUNT];    /* NULL: there is no such form */
	u8 bytes[WIDTH_COUNT];     /* of a source in memory */
	u16 variants[WIDTH_COUNT]; /* entries of its IMM_TABLE(); 0: imm is passed as it is */
	u8 feature_ymm;            /* enum cpu_feature of VEX.256 */
	u8 fp;                     /* enum simd_fp */
	u8 traits;                 /* enum simd_trait */
};

lower_fn lower_simd;
bool lower_simd_form(struct lowering *l, const struct simd_form *f);

/* row->arg of lower_simd_shift(): by a register or memory, or by an immediate. */
struct simd_shift {
	struct simd_form source, imm;
};

lower_fn lower_simd_shift;

/* Conversions from or to a general register.  row->arg: the 32-bit and the 64-bit form. */
struct simd_convert {
	struct simd_form form[2];
};

lower_fn lower_simd_convert;

/* PEXTRx: struct simd_form, bytes[] is what goes to memory. */
lower_fn lower_simd_extract;

/*
 * Moves.  row->arg of lower_simd_move(): what goes straight between a register and memory; the form
 * is for the rest, between registers or merging a source in memory.  Index: enum simd_width.
 */
struct simd_move {
	struct simd_form form;
	op_fn *load[WIDTH_COUNT], *store[WIDTH_COUNT];
};

lower_fn lower_simd_move;

/* MOVD and MOVQ.  row->arg: index 0 for 32 bits, 1 for 64. */
struct simd_movd {
	op_fn *between; /* XMM to XMM, 64 bits */
	op_fn *load[2], *store[2], *from_gpr[2], *to_gpr[2];
};

lower_fn lower_simd_movd;

/* General register from the lowest 32 or 64 bits of an XMM register. */
op_fn simd_to_gpr4, simd_to_gpr8;

/* The parts of it, for lowerings of irregular instructions. */

enum simd_width simd_width(const struct lowering *l);

/* Slot of a SIMD register, number of a general one. */
u8 simd_operand(ZydisRegister reg);

/* Loads memory operand n into SLOT_TEMP (or REG_TEMP) if operand n is in memory; then its register. */
u8 simd_source(struct lowering *l, unsigned n, unsigned bytes, u8 traits);

/* The instruction itself: handler, registers, immediate; memory sources loaded before. */
struct op *simd_emit(struct lowering *l, const struct simd_form *f, enum simd_width w);

/* Stores register (slot or general) `reg` to memory operand n by the store operation fn. */
void simd_emit_store(struct lowering *l, op_fn *fn, unsigned n, u8 reg);

/*
 * The same for a destination that may be in memory: the result goes to SLOT_TEMP then, and from
 * there by the store operation.  Sources are registers.
 */
bool simd_emit_to_memory(struct lowering *l, const struct simd_form *f, enum simd_width w,
			 op_fn *store);

/* Ends the block; where nothing changed about decoding it goes on by a link. */
void simd_emit_go_on(struct lowering *l);

/* Offset of an immediate's variant in its table. */
u64 simd_table_offset(u64 imm, unsigned variants, bool clamp);

/*
 * The INSN_SSE, INSN_AVX, INSN_X87 and INSN_MMX bits that this instruction really needs: PADDB and its
 * like have one row but are MMX or SSE by their operands.
 */
u16 simd_conditions(const struct lowering *l, const struct insn *row);

/* -- rows ----------------------------------------------------------------------------------------- */

/* clang-format off */
#define SSE_ROW(NAME, needs, lower, form) \
	{ZYDIS_MNEMONIC_##NAME, INSN_SSE, EXIT_NONE, ES_NONE, FEATURE_##needs, lower, NULL, form, 0}
#define MMX_ROW(NAME, needs, lower, form) \
	{ZYDIS_MNEMONIC_##NAME, INSN_MMX, EXIT_NONE, ES_NONE, FEATURE_##needs, lower, NULL, form, 0}
#define AVX_ROW(NAME, needs, lower, form) \
	{ZYDIS_MNEMONIC_##NAME, INSN_AVX | INSN_PROTECTED, EXIT_NONE, ES_NONE, FEATURE_##needs, \
	 lower, NULL, form, 0}
/* clang-format on */

#define SIMD_FORM(...) (&(const struct simd_form){__VA_ARGS__})

#endif
