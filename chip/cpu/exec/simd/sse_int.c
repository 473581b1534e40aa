/* SPDX-License-Identifier: MIT */
/* SSE integer instructions with regular operands; their MMX forms are in mmx.c. */
#include "chip/cpu/exec/simd/list.h"
#include "chip/cpu/exec/simd/mmx.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/tables.h"

#define TWO_SOURCES(name, ...) static SSE_HANDLER(sse_##name, LOAD_A #name " %[b], %%xmm0" STORE_A)
#define ONE_SOURCE(name, ...)  static SSE_HANDLER(sse_##name, #name " %[b], %%xmm0" STORE_A)

LIST_INT_MMX(TWO_SOURCES)
LIST_INT(TWO_SOURCES)
LIST_INT_1_MMX(ONE_SOURCE)
LIST_WIDEN(ONE_SOURCE)
ONE_SOURCE(phminposuw)

/* PTEST writes ZF and CF, and clears the others. */
static OP(sse_ptest)
{
	__asm__ volatile("movaps %[a], %%xmm0\n\tptest %[b], %%xmm0\n\t" CC_CATCH
			 : "=&a"(c->cc)
			 : [a] "m"(XMM(op->a)), [b] "m"(XMM(op->b))
			 : "xmm0", "cc");
	OP_NEXT();
}

/*
 * By an immediate: the form with the count in a register does the same.  Counts above the lane's
 * width are not cut off.
 */
#define SHIFT(name, ...)                                                                          \
	TWO_SOURCES(name)                                                                         \
	static OP(sse_##name##_imm)                                                               \
	{                                                                                         \
		__asm__ volatile(LOAD_A "movq %[imm], %%xmm1\n\t" #name " %%xmm1, %%xmm0" STORE_A \
				 : [a] "+m"(XMM(op->a))                                           \
				 : [imm] "m"(op->imm)                                             \
				 : "xmm0", "xmm1");                                               \
		OP_NEXT();                                                                        \
	}

LIST_SHIFT(SHIFT)

/* clang-format off */
#define ROW_MMX(name, NAME, needs, bytes_mm) \
	SSE_ROW(NAME, needs, lower_simd, \
		SIMD_FORM(.fn = {mmx_##name, sse_##name}, .bytes = {bytes_mm, 16})),
#define ROW(name, NAME, needs) \
	SSE_ROW(NAME, needs, lower_simd, SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, 16})),
#define ROW_WIDEN(name, NAME, needs, bytes_xmm, bytes_ymm) \
	SSE_ROW(NAME, needs, lower_simd, SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, bytes_xmm})),
#define ROW_SHIFT(name, NAME) \
	SSE_ROW(NAME, BASE, lower_simd_shift, (&(const struct simd_shift){ \
		.source = {.fn = {mmx_##name, sse_##name}, .bytes = {8, 16}}, \
		.imm = {.fn = {mmx_##name##_imm, sse_##name##_imm}}})),

static const struct insn rows[] = {
	LIST_INT_MMX(ROW_MMX)
	LIST_INT(ROW)
	LIST_INT_1_MMX(ROW_MMX)
	LIST_WIDEN(ROW_WIDEN)
	LIST_SHIFT(ROW_SHIFT)
	ROW(phminposuw, PHMINPOSUW, SSE41)
	ROW(ptest, PTEST, SSE41)
};
/* clang-format on */

const struct insn_table insn_table_sse_int = {rows, ARRAY_SIZE(rows)};
