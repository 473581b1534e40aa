/* SPDX-License-Identifier: MIT */
/*
 * SSE4.2 string compares, legacy and VEX.128: operands in XMM and memory (which need not be aligned),
 * explicit lengths in rAX and rDX, result in ECX or XMM0, flags.	[APM4 PCMPESTRI]
 */
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/tables.h"

/* Lengths count by their absolute value and not above 16: a 64-bit one fits 32 bits then. */
static s32 saturate(u64 reg, unsigned size)
{
	s64 v = size == 8 ? (s64)reg : (s32)reg;

	return v > 16 ? 16 : v < -16 ? -16 : (s32)v;
}

#define COMPARE(name, commit, ...)                                                              \
	static OP(sse_##name)                                                                   \
	{                                                                                       \
		u32 ax = (u32)saturate(c->reg[REG_RAX], op->size);                              \
		u32 dx = (u32)saturate(c->reg[REG_RDX], op->size);                              \
		u32 cx;                                                                         \
                                                                                                \
		__asm__ volatile("movaps %[a], %%xmm0\n\t" LOAD_B IMM_TABLE(                    \
					 #name " $simd_imm, %%xmm1, %%xmm0", 128)               \
					 CC_CATCH __VA_ARGS__                                   \
				 : "+a"(ax), "+d"(dx), "=&c"(cx), [result] "+m"(XMM(SLOT_XMM0)) \
				 : [a] "m"(XMM(op->a)), [b] "m"(XMM(op->b)), [imm] "m"(op->imm) \
				 : SIMD_CLOBBERS);                                              \
		c->cc = (cc_t)ax;                                                               \
		commit;                                                                         \
		OP_NEXT();                                                                      \
	}

#define INDEX c->reg[REG_RCX] = cx

COMPARE(pcmpestri, INDEX)
COMPARE(pcmpistri, INDEX)
COMPARE(pcmpestrm, (void)cx, "movaps %%xmm0, %[result]")
COMPARE(pcmpistrm, (void)cx, "movaps %%xmm0, %[result]")

/* VEX: bits 255:128 of a result in XMM0 become 0. */
static OP(clear_upper_xmm0)
{
	lanes64(c, SLOT_XMM0)[2] = 0;
	lanes64(c, SLOT_XMM0)[3] = 0;
	OP_NEXT();
}

static bool lower_compare(struct lowering *l, const struct insn *row)
{
	const struct simd_form *f = row->arg;
	struct op *op = simd_emit(l, f, WIDTH_XMM);

	op->size = l->zi->operand_width == 64 ? 8 : 4;
	if (row->n)
		lower_emit(l, clear_upper_xmm0);
	return true;
}

/* clang-format off */
#define FORM(name) \
	SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, 16}, .variants = {0, 128}, \
		  .traits = SIMD_UNALIGNED)
#define ROWS(name, NAME, clear) \
	SSE_ROW(NAME, SSE42, lower_compare, FORM(name)), \
	{ZYDIS_MNEMONIC_V##NAME, INSN_AVX | INSN_PROTECTED, EXIT_NONE, ES_NONE, FEATURE_AVX, \
	 lower_compare, NULL, FORM(name), clear},

static const struct insn rows[] = {
	ROWS(pcmpestri, PCMPESTRI, 0)
	ROWS(pcmpestrm, PCMPESTRM, 1)
	ROWS(pcmpistri, PCMPISTRI, 0)
	ROWS(pcmpistrm, PCMPISTRM, 1)
};
/* clang-format on */

const struct insn_table insn_table_pcmpstr = {rows, ARRAY_SIZE(rows)};
