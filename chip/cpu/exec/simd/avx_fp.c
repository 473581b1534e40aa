/* SPDX-License-Identifier: MIT */
/* AVX floating point with regular operands, conversions (F16C too), comparisons that write RFLAGS. */
#include "chip/cpu/exec/simd/list.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"

#define TWO_SOURCES(name, ...)                                                                     \
	static VEX_HANDLER(                                                                        \
		vex_##name##_128, VLOAD_128                                                        \
		"v" #name                                                                          \
		" %[b], %%xmm0, %%xmm0" VSTORE_128) static VEX_HANDLER(vex_##name##_256, VLOAD_256 \
								       "v" #name " %[b], %%ymm0, " \
								       "%%ymm0" VSTORE_256)
#define ONE_SOURCE(name, ...)                                                      \
	static VEX_HANDLER_2(                                                      \
		vex_##name##_128,                                                  \
		"v" #name                                                          \
		" %[b], %%xmm0" VSTORE_128) static VEX_HANDLER_2(vex_##name##_256, \
								 "v" #name         \
								 " %[b], %%ymm0" VSTORE_256)
#define SCALAR(name, ...)                                                          \
	static VEX_HANDLER(vex_##name##_128, VLOAD_128 "v" #name " %[b], %%xmm0, " \
						       "%%xmm0" VSTORE_128)

LIST_BITWISE_FP(TWO_SOURCES)
LIST_PACKED(TWO_SOURCES)
LIST_PACKED_1(ONE_SOURCE)
LIST_SCALAR(SCALAR)
ONE_SOURCE(movddup)

/* -- comparisons that write RFLAGS ------------------------------------------------------------------------ */

#define COMPARE(name, ...)                                                                      \
	static OP(vex_##name##_128)                                                             \
	{                                                                                       \
		__asm__ volatile("vmovaps %[a], %%xmm0\n\tv" #name " %[b], %%xmm0\n\t" CC_CATCH \
				 : "=&a"(c->cc)                                                 \
				 : [a] "m"(XMM(op->a)), [b] "m"(XMM(op->b))                     \
				 : "xmm0", "cc");                                               \
		OP_NEXT();                                                                      \
	}

LIST_COMPARE_FLAGS(COMPARE)

/* -- conversions that change the number or the kind of lanes ----------------------------------------------- */

/* Columns: AT&T suffixes of the two source sizes, destination of the wide form. */
#define CONVERT(name, suffix_xmm, suffix_ymm, wide_dst)                               \
	static VEX_HANDLER_2(                                                         \
		vex_##name##_128,                                                     \
		"v" #name suffix_xmm                                                  \
		" %[b], %%xmm0" VSTORE_128) static VEX_HANDLER_2(vex_##name##_256,    \
								 "v" #name suffix_ymm \
								 " %[b], %%" wide_dst VSTORE_256)

CONVERT(cvtdq2pd, "", "", "ymm0")
CONVERT(cvtps2pd, "", "", "ymm0")
CONVERT(cvtph2ps, "", "", "ymm0")
CONVERT(cvtpd2ps, "x", "y", "xmm0")
CONVERT(cvtpd2dq, "x", "y", "xmm0")
CONVERT(cvttpd2dq, "x", "y", "xmm0")

#define FROM_GPR(name, suffix)                                                                  \
	static OP(vex_##name##suffix)                                                           \
	{                                                                                       \
		__asm__ volatile(VLOAD_128 "v" #name #suffix " %[b], %%xmm0, %%xmm0" VSTORE_128 \
				 : [a] "=m"(YMM(op->a))                                         \
				 : [v] "m"(YMM(op->misc)), [b] "m"(c->reg[op->b])               \
				 : "xmm0");                                                     \
		OP_NEXT();                                                                      \
	}

#define TO_GPR(name)                                                               \
	static OP(vex_##name##l)                                                   \
	{                                                                          \
		u32 v;                                                             \
                                                                                   \
		__asm__ volatile("v" #name " %1, %0" : "=r"(v) : "m"(XMM(op->b))); \
		c->reg[op->a] = v;                                                 \
		OP_NEXT();                                                         \
	}                                                                          \
	static OP(vex_##name##q)                                                   \
	{                                                                          \
		u64 v;                                                             \
                                                                                   \
		__asm__ volatile("v" #name " %1, %0" : "=r"(v) : "m"(XMM(op->b))); \
		c->reg[op->a] = v;                                                 \
		OP_NEXT();                                                         \
	}

FROM_GPR(cvtsi2ss, l)
FROM_GPR(cvtsi2ss, q)
FROM_GPR(cvtsi2sd, l)
FROM_GPR(cvtsi2sd, q)
TO_GPR(cvtss2si)
TO_GPR(cvttss2si)
TO_GPR(cvtsd2si)
TO_GPR(cvttsd2si)

/* Half precision: bits 2:0 of the immediate choose the rounding; the destination may be memory. */
#define TO_HALVES(bits, r)                                                               \
	static VEX_HANDLER_2(vex_cvtps2ph_##bits,                                        \
			     "vmovaps %[b], %%" r                                        \
			     "\n\t" IMM_TABLE("vcvtps2ph $simd_imm, %%" r ", %%xmm0", 8) \
				     VSTORE_256)

TO_HALVES(128, "xmm0")
TO_HALVES(256, "ymm0")

static bool lower_to_halves(struct lowering *l, const struct insn *row)
{
	enum simd_width w = simd_width(l);

	return simd_emit_to_memory(l, row->arg, w, w == WIDTH_YMM ? simd_store16 : simd_store8);
}

/* -- rows -------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define FORM(name, bytes_xmm, bytes_ymm, ...) \
	SIMD_FORM(.fn = {NULL, vex_##name##_128, vex_##name##_256}, .bytes = {0, bytes_xmm, bytes_ymm}, \
		  .feature_ymm = FEATURE_AVX, __VA_ARGS__)
#define ROW_BITWISE(name, NAME, needs) AVX_ROW(V##NAME, AVX, lower_simd, FORM(name, 16, 32)),
#define ROW_PACKED(name, NAME, needs, fp_) \
	AVX_ROW(V##NAME, AVX, lower_simd, FORM(name, 16, 32, .fp = fp_)),
#define ROW_SCALAR(name, NAME, bytes_, fp_) \
	AVX_ROW(V##NAME, AVX, lower_simd, \
		SIMD_FORM(.fn = {NULL, vex_##name##_128}, .bytes = {0, bytes_}, .fp = fp_)),
#define ROW_FLAGS(name, NAME, bytes_) ROW_SCALAR(name, NAME, bytes_, FP_CHECK)
#define ROW_CONVERT(name, NAME, needs, bytes_xmm, bytes_ymm, fp_) \
	AVX_ROW(V##NAME, needs, lower_simd, FORM(name, bytes_xmm, bytes_ymm, .fp = fp_)),
#define FORM_FROM_GPR(name) {.fn = {NULL, name}, .traits = SIMD_GPR_SOURCE, .fp = FP_CHECK}
#define ROW_FROM_GPR(name, NAME) \
	AVX_ROW(V##NAME, AVX, lower_simd_convert, (&(const struct simd_convert){ \
		{FORM_FROM_GPR(vex_##name##l), FORM_FROM_GPR(vex_##name##q)}})),
#define FORM_TO_GPR(name, bytes_) \
	{.fn = {NULL, name}, .bytes = {0, bytes_}, .traits = SIMD_GPR_RESULT, .fp = FP_CHECK}
#define ROW_TO_GPR(name, NAME, bytes_) \
	AVX_ROW(V##NAME, AVX, lower_simd_convert, (&(const struct simd_convert){ \
		{FORM_TO_GPR(vex_##name##l, bytes_), FORM_TO_GPR(vex_##name##q, bytes_)}})),

static const struct insn rows[] = {
	LIST_BITWISE_FP(ROW_BITWISE)
	LIST_PACKED(ROW_PACKED)
	LIST_PACKED_1(ROW_PACKED)
	LIST_SCALAR(ROW_SCALAR)
	LIST_COMPARE_FLAGS(ROW_FLAGS)
	ROW_CONVERT(movddup, MOVDDUP, AVX, 8, 32, FP_NONE)
	ROW_CONVERT(cvtdq2pd, CVTDQ2PD, AVX, 8, 16, FP_NONE)
	ROW_CONVERT(cvtps2pd, CVTPS2PD, AVX, 8, 16, FP_CHECK)
	ROW_CONVERT(cvtph2ps, CVTPH2PS, F16C, 8, 16, FP_CHECK)
	ROW_CONVERT(cvtpd2ps, CVTPD2PS, AVX, 16, 32, FP_SINGLES)
	ROW_CONVERT(cvtpd2dq, CVTPD2DQ, AVX, 16, 32, FP_CHECK)
	ROW_CONVERT(cvttpd2dq, CVTTPD2DQ, AVX, 16, 32, FP_CHECK)
	ROW_FROM_GPR(cvtsi2ss, CVTSI2SS)
	ROW_FROM_GPR(cvtsi2sd, CVTSI2SD)
	ROW_TO_GPR(cvtss2si, CVTSS2SI, 4)
	ROW_TO_GPR(cvttss2si, CVTTSS2SI, 4)
	ROW_TO_GPR(cvtsd2si, CVTSD2SI, 8)
	ROW_TO_GPR(cvttsd2si, CVTTSD2SI, 8)
	AVX_ROW(VCVTPS2PH, F16C, lower_to_halves,
		FORM(cvtps2ph, 0, 0, .variants = {0, 8, 8}, .fp = FP_HALVES)),
};
/* clang-format on */

const struct insn_table insn_table_avx_fp = {rows, ARRAY_SIZE(rows)};
