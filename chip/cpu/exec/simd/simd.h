/* SPDX-License-Identifier: MIT */
/*
 * How SIMD handlers name their operands, and the asm they are made of.
 *
 * A register operand is a *slot*: its offset in struct fpu_state in units of 8 bytes, so that one
 * scaled address mode reaches XMM, YMM and MM registers alike.  A source in memory is first loaded
 * into SLOT_TEMP by an operation of its own, so an instruction needs one handler for both forms.
 *
 * The instruction itself is the guest's, in inline assembly; the compiler is never asked to use
 * more than the x86-64 baseline, and what the host lacks the CPU model does not announce.
 */
#ifndef CHIP_CPU_EXEC_SIMD_SIMD_H
#define CHIP_CPU_EXEC_SIMD_SIMD_H

#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/simd/fpu.h"

enum {
	SLOT_UNIT = 8,
	SLOT_MM = offsetof(struct fpu_state, x87[32]) / SLOT_UNIT, /* MM0; 16 bytes each */
	SLOT_YMM = offsetof(struct fpu_state, ymm) / SLOT_UNIT,
	SLOT_YMM_STEP = 32 / SLOT_UNIT,
	SLOT_MM_STEP = 16 / SLOT_UNIT,
	SLOT_XMM0 = SLOT_YMM,
	SLOT_TEMP = SLOT_YMM + 16 * SLOT_YMM_STEP,
	SLOT_SAVED = SLOT_YMM + 17 * SLOT_YMM_STEP,
};
_Static_assert(SLOT_SAVED <= 255, "a slot fits a byte of struct op");

/* Operand types of the asm statements: only their sizes matter. */
struct bytes4 {
	u8 b[4];
} MAY_ALIAS;
struct bytes8 {
	u8 b[8];
} MAY_ALIAS;
struct bytes16 {
	u8 b[16];
} MAY_ALIAS;
struct bytes32 {
	u8 b[32];
} MAY_ALIAS;

static ALWAYS_INLINE void *slot_ptr(struct cpu *c, unsigned slot)
{
	return (u8 *)&c->fpu + SLOT_UNIT * (size_t)slot;
}

#define MMX(slot) (*(struct bytes8 *)slot_ptr(c, slot))
#define XMM(slot) (*(struct bytes16 *)slot_ptr(c, slot))
#define YMM(slot) (*(struct bytes32 *)slot_ptr(c, slot))

/* Lanes of a register, for handlers written in C. */
static ALWAYS_INLINE u8 *lanes8(struct cpu *c, unsigned slot)
{
	return slot_ptr(c, slot);
}

static ALWAYS_INLINE u16 *lanes16(struct cpu *c, unsigned slot)
{
	return slot_ptr(c, slot);
}

static ALWAYS_INLINE u32 *lanes32(struct cpu *c, unsigned slot)
{
	return slot_ptr(c, slot);
}

static ALWAYS_INLINE u64 *lanes64(struct cpu *c, unsigned slot)
{
	return slot_ptr(c, slot);
}

/* A write of MMn sets the exponent bits of the x87 register that it is part of. */
static ALWAYS_INLINE void mm_set(struct cpu *c, unsigned slot, u64 v)
{
	*lanes64(c, slot) = v;
	lanes16(c, slot)[4] = 0xffff;
}

/*
 * An instruction with an 8-bit immediate exists in as many variants as the immediate has values
 * that differ.  All of them stand in a table of 16-byte entries; op->imm holds the offset of the
 * one to run (lowering scales it), which jumps back behind the table.  `insn` uses simd_imm as its
 * immediate, and only registers, to be short enough.  Clobbers r11.
 */
#define IMM_ENTRY_SHIFT 4

#define IMM_TABLE(insn, count) IMM_TABLE_FIND IMM_TABLE_RUN(insn, count)

#define IMM_TABLE_FIND              \
	"leaq 8f(%%rip), %%r11\n\t" \
	"addq %[imm], %%r11\n\t"

#define IMM_TABLE_RUN(insn, count)                                          \
	"jmp *%%r11\n\t"                                                    \
	".pushsection .text.simd_imm, \"ax\", @progbits\n\t"                \
	".balign 16\n"                                                      \
	"8:\n\t"                                                            \
	".set simd_imm, 0\n\t"                                              \
	".rept " #count "\n\t"                                              \
	".balign 16\n\t" insn "\n\t"                                        \
	"jmp 9f\n\t"                                                        \
	".set simd_imm, simd_imm + 1\n\t"                                   \
	".endr\n\t"                                                         \
	".org 8b + 16 * " #count "\n\t" /* fails if an entry is too long */ \
	".popsection\n"                                                     \
	"9:\n\t"

/*
 * Handlers.  In their asm %[a] is the destination, %[b] the (last) source, %[v] the source that
 * VEX.vvvv names; xmm0, xmm1 and r11 are free, and instructions with a table use %[imm].
 */
#define SIMD_CLOBBERS "xmm0", "xmm1", "r11", "cc"

/* Legacy SSE: the upper half of YMM stays. */
#define SSE_HANDLER(name, text)                                            \
	OP(name)                                                           \
	{                                                                  \
		__asm__ volatile(text                                      \
				 : [a] "+m"(XMM(op->a))                    \
				 : [b] "m"(XMM(op->b)), [imm] "m"(op->imm) \
				 : SIMD_CLOBBERS);                         \
		OP_NEXT();                                                 \
	}

/* VEX: all 32 bytes are written. */
#define VEX_HANDLER(name, text)                                                                    \
	OP(name)                                                                                   \
	{                                                                                          \
		__asm__ volatile(text                                                              \
				 : [a] "+m"(YMM(op->a))                                            \
				 : [v] "m"(YMM(op->misc)), [b] "m"(YMM(op->b)), [imm] "m"(op->imm) \
				 : SIMD_CLOBBERS);                                                 \
		OP_NEXT();                                                                         \
	}

/* VEX without a vvvv operand. */
#define VEX_HANDLER_2(name, text)                                          \
	OP(name)                                                           \
	{                                                                  \
		__asm__ volatile(text                                      \
				 : [a] "=m"(YMM(op->a))                    \
				 : [b] "m"(YMM(op->b)), [imm] "m"(op->imm) \
				 : SIMD_CLOBBERS);                         \
		OP_NEXT();                                                 \
	}

#define LOAD_A  "movaps %[a], %%xmm0\n\t"
#define LOAD_B  "movaps %[b], %%xmm1\n\t"
#define STORE_A "\n\tmovaps %%xmm0, %[a]"

#define VLOAD_128   "vmovaps %[v], %%xmm0\n\t"
#define VLOAD_256   "vmovaps %[v], %%ymm0\n\t"
#define VLOAD_B_128 "vmovaps %[b], %%xmm1\n\t"
#define VLOAD_B_256 "vmovaps %[b], %%ymm1\n\t"
#define VSTORE_128  "\n\tvmovaps %%ymm0, %[a]"
#define VSTORE_256  "\n\tvmovaps %%ymm0, %[a]\n\tvzeroupper"

#endif
