/* SPDX-License-Identifier: MIT */
/* SSE floating point with regular operands, conversions, and comparisons that write RFLAGS. */
#include "chip/cpu/exec/fuse.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/simd/list.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"

#define TWO_SOURCES(name, ...) static SSE_HANDLER(sse_##name, LOAD_A #name " %[b], %%xmm0" STORE_A)
#define ONE_SOURCE(name, ...)  static SSE_HANDLER(sse_##name, #name " %[b], %%xmm0" STORE_A)

LIST_BITWISE_FP(TWO_SOURCES)
LIST_PACKED(TWO_SOURCES)
LIST_PACKED_1(ONE_SOURCE)
LIST_SCALAR(TWO_SOURCES)
ONE_SOURCE(movddup)

/* -- scalars with the load of their operand in memory (exec/fuse.h) ---------------------------- */

/* op loads bytes_ into SLOT_TEMP, op[1] is the instruction, whose operand comes straight from memory. */
#define LOADED(name, NAME, bytes_, fp_)                                                    \
	static OP(loaded_##name)                                                           \
	{                                                                                  \
		const u8 *p = mem_load_ptr(c, op_ea_fast(c, op), bytes_);                  \
                                                                                           \
		if (UNLIKELY(!p))                                                          \
			OP_CALL(simd_load##bytes_, c, op);                                 \
		op++;                                                                      \
		__asm__ volatile(LOAD_A #name " %[b], %%xmm0" STORE_A                      \
				 : [a] "+m"(XMM(op->a))                                    \
				 : [b] "m"(*(const struct bytes##bytes_ *)(const void *)p) \
				 : SIMD_CLOBBERS);                                         \
		OP_NEXT();                                                                 \
	}

LIST_SCALAR(LOADED)

#define LOADED_PAIR(name, NAME, bytes_, fp_) {simd_load##bytes_, sse_##name, loaded_##name},

op_fn *fuse_load_scalar(const struct op *load, const struct op *scalar)
{
	static const struct {
		op_fn *load, *scalar, *fused;
	} pairs[] = {LIST_SCALAR(LOADED_PAIR)};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i].load == load->fn && pairs[i].scalar == scalar->fn)
			return pairs[i].fused;
	return NULL;
}

/* -- comparisons that write RFLAGS ------------------------------------------------------------------ */

#define COMPARE(name, ...)                                                                    \
	static OP(sse_##name)                                                                 \
	{                                                                                     \
		__asm__ volatile("movaps %[a], %%xmm0\n\t" #name " %[b], %%xmm0\n\t" CC_CATCH \
				 : "=&a"(c->cc)                                               \
				 : [a] "m"(XMM(op->a)), [b] "m"(XMM(op->b))                   \
				 : "xmm0", "cc");                                             \
		OP_NEXT();                                                                    \
	}

LIST_COMPARE_FLAGS(COMPARE)

/* -- conversions that change the number or the kind of lanes ----------------------------------------- */

/* Columns: bytes of memory, enum simd_fp. */
#define LIST_CONVERT(X)                       \
	X(cvtdq2pd, CVTDQ2PD, 8, FP_NONE)     \
	X(cvtps2pd, CVTPS2PD, 8, FP_CHECK)    \
	X(cvtpd2ps, CVTPD2PS, 16, FP_SINGLES) \
	X(cvtpd2dq, CVTPD2DQ, 16, FP_CHECK)   \
	X(cvttpd2dq, CVTTPD2DQ, 16, FP_CHECK)

LIST_CONVERT(ONE_SOURCE)

/* To and from general registers, 32 and 64 bits wide. */
#define FROM_GPR(name, suffix)                                                \
	static OP(sse_##name##suffix)                                         \
	{                                                                     \
		__asm__ volatile(LOAD_A #name #suffix " %[b], %%xmm0" STORE_A \
				 : [a] "+m"(XMM(op->a))                       \
				 : [b] "m"(c->reg[op->b])                     \
				 : "xmm0");                                   \
		OP_NEXT();                                                    \
	}

/* A 32-bit result clears the upper half of the register. */
#define TO_GPR(name)                                                           \
	static OP(sse_##name##l)                                               \
	{                                                                      \
		u32 v;                                                         \
                                                                               \
		__asm__ volatile(#name " %1, %0" : "=r"(v) : "m"(XMM(op->b))); \
		c->reg[op->a] = v;                                             \
		OP_NEXT();                                                     \
	}                                                                      \
	static OP(sse_##name##q)                                               \
	{                                                                      \
		u64 v;                                                         \
                                                                               \
		__asm__ volatile(#name " %1, %0" : "=r"(v) : "m"(XMM(op->b))); \
		c->reg[op->a] = v;                                             \
		OP_NEXT();                                                     \
	}

FROM_GPR(cvtsi2ss, l)
FROM_GPR(cvtsi2ss, q)
FROM_GPR(cvtsi2sd, l)
FROM_GPR(cvtsi2sd, q)
TO_GPR(cvtss2si)
TO_GPR(cvttss2si)
TO_GPR(cvtsd2si)
TO_GPR(cvttsd2si)

/* -- rows --------------------------------------------------------------------------------------------- */

/* clang-format off */
#define ROW_BITWISE(name, NAME, needs) \
	SSE_ROW(NAME, needs, lower_simd, SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, 16})),
#define ROW_PACKED(name, NAME, needs, fp_) \
	SSE_ROW(NAME, needs, lower_simd, \
		SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, 16}, .fp = fp_)),
#define ROW_LANES(name, NAME, bytes_, fp_) \
	SSE_ROW(NAME, BASE, lower_simd, \
		SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, bytes_}, .fp = fp_)),
#define ROW_FLAGS(name, NAME, bytes_) ROW_LANES(name, NAME, bytes_, FP_CHECK)
#define FORM_FROM_GPR(name) {.fn = {NULL, name}, .traits = SIMD_GPR_SOURCE, .fp = FP_CHECK}
#define ROW_FROM_GPR(name, NAME) \
	SSE_ROW(NAME, BASE, lower_simd_convert, (&(const struct simd_convert){ \
		{FORM_FROM_GPR(sse_##name##l), FORM_FROM_GPR(sse_##name##q)}})),
#define FORM_TO_GPR(name, bytes_) \
	{.fn = {NULL, name}, .bytes = {0, bytes_}, .traits = SIMD_GPR_RESULT, .fp = FP_CHECK}
#define ROW_TO_GPR(name, NAME, bytes_) \
	SSE_ROW(NAME, BASE, lower_simd_convert, (&(const struct simd_convert){ \
		{FORM_TO_GPR(sse_##name##l, bytes_), FORM_TO_GPR(sse_##name##q, bytes_)}})),

static const struct insn rows[] = {
	LIST_BITWISE_FP(ROW_BITWISE)
	LIST_PACKED(ROW_PACKED)
	LIST_PACKED_1(ROW_PACKED)
	LIST_SCALAR(ROW_LANES)
	LIST_COMPARE_FLAGS(ROW_FLAGS)
	LIST_CONVERT(ROW_LANES)
	SSE_ROW(MOVDDUP, SSE3, lower_simd, SIMD_FORM(.fn = {NULL, sse_movddup}, .bytes = {0, 8})),
	ROW_FROM_GPR(cvtsi2ss, CVTSI2SS)
	ROW_FROM_GPR(cvtsi2sd, CVTSI2SD)
	ROW_TO_GPR(cvtss2si, CVTSS2SI, 4)
	ROW_TO_GPR(cvttss2si, CVTTSS2SI, 4)
	ROW_TO_GPR(cvtsd2si, CVTSD2SI, 8)
	ROW_TO_GPR(cvttsd2si, CVTTSD2SI, 8)
};
/* clang-format on */

const struct insn_table insn_table_sse_fp = {rows, ARRAY_SIZE(rows)};
