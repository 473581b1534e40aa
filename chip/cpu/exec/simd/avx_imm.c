/* SPDX-License-Identifier: MIT */
/* AVX and AVX2 instructions with an 8-bit immediate that selects what they do: see IMM_TABLE(). */
#include <string.h>

#include "chip/cpu/exec/simd/list.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"

#define TWO(name, bits, r, variants)                                                               \
	static VEX_HANDLER(vex_##name##_##bits,                                                    \
			   VLOAD_##bits VLOAD_B_##bits IMM_TABLE(                                  \
				   "v" #name " $simd_imm, %%" r "1, %%" r "0, %%" r "0", variants) \
				   VSTORE_##bits)
#define ONE(name, bits, r, variants)                                                              \
	static VEX_HANDLER_2(vex_##name##_##bits,                                                 \
			     VLOAD_B_##bits IMM_TABLE("v" #name " $simd_imm, %%" r "1, %%" r "0", \
						      variants) VSTORE_##bits)
#define TWO_128(name, variants) TWO(name, 128, "xmm", variants)
#define TWO_256(name, variants) TWO(name, 256, "ymm", variants)
#define ONE_128(name, variants) ONE(name, 128, "xmm", variants)
#define ONE_256(name, variants) ONE(name, 256, "ymm", variants)

#define IMM_FP(name, NAME, needs, variants, variants_ymm, ...) \
	TWO_128(name, variants) TWO_256(name, variants_ymm)
#define IMM_INT(name, NAME, needs, variants, variants_ymm) \
	TWO_128(name, variants) TWO_256(name, variants_ymm)
#define IMM_1(name, ...)        ONE_128(name, 256) ONE_256(name, 256)
#define ROUND(name, ...)        ONE_128(name, 16) ONE_256(name, 16)
#define ROUND_SCALAR(name, ...) TWO_128(name, 16)
#define COMPARE(name, ...)      TWO_128(name, 32) TWO_256(name, 32)
#define COMPARE_1(name, ...)    TWO_128(name, 32)

LIST_IMM_FP(IMM_FP)
LIST_IMM_INT(IMM_INT)
LIST_IMM_1_INT(IMM_1)
LIST_ROUND(ROUND)
LIST_ROUND_SCALAR(ROUND_SCALAR)
LIST_COMPARE(COMPARE)
LIST_COMPARE_SCALAR(COMPARE_1)
TWO_128(dppd, 64)
TWO_128(insertps, 256)
TWO_128(palignr, 33)
TWO_256(palignr, 33)
TWO_128(pblendd, 16)
TWO_256(pblendd, 256)
ONE_128(permilps, 256)
ONE_256(permilps, 256)
ONE_128(permilpd, 4)
ONE_256(permilpd, 16)
TWO_256(perm2f128, 256)
TWO_256(perm2i128, 256)
ONE_256(permq, 256)
ONE_256(permpd, 256)

#define SHIFT_BYTES(name)                                                                        \
	static VEX_HANDLER_2(                                                                    \
		vex_##name##_128,                                                                \
		"vmovaps %[b], %%xmm0\n\t" IMM_TABLE("v" #name " $simd_imm, %%xmm0, %%xmm0", 17) \
			VSTORE_128) static VEX_HANDLER_2(vex_##name##_256,                       \
							 "vmovaps %[b], %%ymm0\n\t" IMM_TABLE(   \
								 "v" #name                       \
								 " $simd_imm, %%ymm0, %%ymm0",   \
								 17) VSTORE_256)

SHIFT_BYTES(pslldq)
SHIFT_BYTES(psrldq)

/* Permutations by indices in a register or memory (VPERMD, VPERMPS: by VEX.vvvv). */
#define BY_REGISTER(name, r, bits, store)           \
	static VEX_HANDLER(vex_##name##_var_##bits, \
			   "vmovaps %[v], %%" r "0\n\tv" #name " %[b], %%" r "0, %%" r "0" store)

BY_REGISTER(permilps, "xmm", 128, VSTORE_128)
BY_REGISTER(permilps, "ymm", 256, VSTORE_256)
BY_REGISTER(permilpd, "xmm", 128, VSTORE_128)
BY_REGISTER(permilpd, "ymm", 256, VSTORE_256)
BY_REGISTER(permd, "ymm", 256, VSTORE_256)
BY_REGISTER(permps, "ymm", 256, VSTORE_256)

static bool lower_insertps(struct lowering *l, const struct insn *row)
{
	struct op *op = simd_emit(l, row->arg, WIDTH_XMM);

	if (lower_is_mem(l, 2))
		op->imm &= 0x3fu << IMM_ENTRY_SHIFT;
	return true;
}

/* -- one lane to or from a general register or memory ------------------------------------------------------ */

#define INSERT(name, bits, lane_mask)                                \
	static OP(vex_##name)                                        \
	{                                                            \
		u##bits lane = (u##bits)c->reg[op->b];               \
                                                                     \
		XMM(op->a) = XMM(op->misc);                          \
		memset(lanes8(c, op->a) + 16, 0, 16);                \
		lanes##bits(c, op->a)[op->imm & (lane_mask)] = lane; \
		OP_NEXT();                                           \
	}
#define EXTRACT(name, bits, lane_mask)                                        \
	static OP(vex_##name)                                                 \
	{                                                                     \
		c->reg[op->a] = lanes##bits(c, op->b)[op->imm & (lane_mask)]; \
		OP_NEXT();                                                    \
	}

INSERT(pinsrb, 8, 15)
INSERT(pinsrw, 16, 7)
INSERT(pinsrd, 32, 3)
INSERT(pinsrq, 64, 1)
EXTRACT(pextrb, 8, 15)
EXTRACT(pextrw, 16, 7)
EXTRACT(pextrd, 32, 3)
EXTRACT(pextrq, 64, 1)

/* -- 128-bit halves ------------------------------------------------------------------------------------------ */

static OP(vex_insert128)
{
	struct bytes16 half = XMM(op->b);

	YMM(op->a) = YMM(op->misc);
	*(struct bytes16 *)(void *)(lanes8(c, op->a) + 16 * (op->imm & 1)) = half;
	OP_NEXT();
}

static OP(vex_extract128)
{
	struct bytes16 half = *(struct bytes16 *)(void *)(lanes8(c, op->b) + 16 * (op->imm & 1));

	XMM(op->a) = half;
	memset(lanes8(c, op->a) + 16, 0, 16);
	OP_NEXT();
}

static bool lower_extract128(struct lowering *l, const struct insn *row)
{
	return simd_emit_to_memory(l, row->arg, WIDTH_YMM, simd_store16);
}

/* -- rows ------------------------------------------------------------------------------------------------------ */

/* clang-format off */
#define FORM(name, bytes_xmm, bytes_ymm, variants_xmm, variants_ymm, feature, ...) \
	{.fn = {NULL, vex_##name##_128, vex_##name##_256}, .bytes = {0, bytes_xmm, bytes_ymm}, \
	 .variants = {0, variants_xmm, variants_ymm}, .feature_ymm = FEATURE_##feature, __VA_ARGS__}
#define FORM_128(name, bytes_, variants_, ...) \
	SIMD_FORM(.fn = {NULL, vex_##name##_128}, .bytes = {0, bytes_}, .variants = {0, variants_}, \
		  __VA_ARGS__)
#define FORM_256(name, bytes_, variants_, feature) \
	SIMD_FORM(.fn = {NULL, NULL, vex_##name##_256}, .bytes = {0, 0, bytes_}, \
		  .variants = {0, 0, variants_}, .feature_ymm = FEATURE_##feature)
#define BOTH(...) (&(const struct simd_form)FORM(__VA_ARGS__))

#define ROW_FP(name, NAME, needs, variants, variants_ymm, fp_) \
	AVX_ROW(V##NAME, AVX, lower_simd, BOTH(name, 16, 32, variants, variants_ymm, AVX, .fp = fp_)),
#define ROW_INT(name, NAME, needs, variants, variants_ymm) \
	AVX_ROW(V##NAME, AVX, lower_simd, BOTH(name, 16, 32, variants, variants_ymm, AVX2)),
#define ROW_1(name, NAME, needs) \
	AVX_ROW(V##NAME, AVX, lower_simd, BOTH(name, 16, 32, 256, 256, AVX2)),
#define ROW_ROUND(name, NAME) \
	AVX_ROW(V##NAME, AVX, lower_simd, BOTH(name, 16, 32, 16, 16, AVX, .fp = FP_CHECK)),
#define ROW_ROUND_SCALAR(name, NAME, bytes_) \
	AVX_ROW(V##NAME, AVX, lower_simd, FORM_128(name, bytes_, 16, .fp = FP_CHECK)),
#define ROW_COMPARE(name, NAME) \
	AVX_ROW(V##NAME, AVX, lower_simd, BOTH(name, 16, 32, 32, 32, AVX, .fp = FP_CHECK)),
#define ROW_COMPARE_SCALAR(name, NAME, bytes_) \
	AVX_ROW(V##NAME, AVX, lower_simd, FORM_128(name, bytes_, 32, .fp = FP_CHECK)),
#define ROW_SHIFT_BYTES(name, NAME) \
	AVX_ROW(V##NAME, AVX, lower_simd, BOTH(name, 0, 0, 17, 17, AVX2, .traits = SIMD_CLAMP)),
#define ROW_PERMIL(name, NAME, variants, variants_ymm) \
	AVX_ROW(V##NAME, AVX, lower_simd_shift, (&(const struct simd_shift){ \
		.source = FORM(name##_var, 16, 32, 0, 0, AVX), \
		.imm = FORM(name, 16, 32, variants, variants_ymm, AVX)})),
#define ROW_INSERT(name, NAME) \
	AVX_ROW(V##NAME, AVX, lower_simd, \
		SIMD_FORM(.fn = {NULL, vex_##name}, .traits = SIMD_GPR_SOURCE)),
#define ROW_EXTRACT(name, NAME, bytes_) \
	AVX_ROW(V##NAME, AVX, lower_simd_extract, \
		SIMD_FORM(.fn = {NULL, vex_##name}, .bytes = {0, bytes_})),
#define HALF(name) SIMD_FORM(.fn = {NULL, NULL, vex_##name}, .bytes = {0, 0, 16}, \
			     .feature_ymm = FEATURE_AVX)

static const struct insn rows[] = {
	LIST_IMM_FP(ROW_FP)
	LIST_IMM_INT(ROW_INT)
	LIST_IMM_1_INT(ROW_1)
	LIST_ROUND(ROW_ROUND)
	LIST_ROUND_SCALAR(ROW_ROUND_SCALAR)
	LIST_COMPARE(ROW_COMPARE)
	LIST_COMPARE_SCALAR(ROW_COMPARE_SCALAR)
	AVX_ROW(VDPPD, AVX, lower_simd, FORM_128(dppd, 16, 64, .fp = FP_DOUBLES)),
	AVX_ROW(VINSERTPS, AVX, lower_insertps, FORM_128(insertps, 4, 256)),
	AVX_ROW(VPALIGNR, AVX, lower_simd, BOTH(palignr, 16, 32, 33, 33, AVX2, .traits = SIMD_CLAMP)),
	AVX_ROW(VPBLENDD, AVX2, lower_simd, BOTH(pblendd, 16, 32, 16, 256, AVX2)),
	ROW_SHIFT_BYTES(pslldq, PSLLDQ)
	ROW_SHIFT_BYTES(psrldq, PSRLDQ)
	ROW_PERMIL(permilps, PERMILPS, 256, 256)
	ROW_PERMIL(permilpd, PERMILPD, 4, 16)
	AVX_ROW(VPERMD, AVX2, lower_simd, FORM_256(permd_var, 32, 0, AVX2)),
	AVX_ROW(VPERMPS, AVX2, lower_simd, FORM_256(permps_var, 32, 0, AVX2)),
	AVX_ROW(VPERMQ, AVX2, lower_simd, FORM_256(permq, 32, 256, AVX2)),
	AVX_ROW(VPERMPD, AVX2, lower_simd, FORM_256(permpd, 32, 256, AVX2)),
	AVX_ROW(VPERM2F128, AVX, lower_simd, FORM_256(perm2f128, 32, 256, AVX)),
	AVX_ROW(VPERM2I128, AVX2, lower_simd, FORM_256(perm2i128, 32, 256, AVX2)),
	ROW_INSERT(pinsrb, PINSRB) ROW_INSERT(pinsrw, PINSRW)
	ROW_INSERT(pinsrd, PINSRD) ROW_INSERT(pinsrq, PINSRQ)
	ROW_EXTRACT(pextrb, PEXTRB, 1) ROW_EXTRACT(pextrw, PEXTRW, 2)
	ROW_EXTRACT(pextrd, PEXTRD, 4) ROW_EXTRACT(pextrq, PEXTRQ, 8)
	AVX_ROW(VEXTRACTPS, AVX, lower_simd_extract,
		SIMD_FORM(.fn = {NULL, vex_pextrd}, .bytes = {0, 4})),
	AVX_ROW(VINSERTF128, AVX, lower_simd, HALF(insert128)),
	AVX_ROW(VINSERTI128, AVX2, lower_simd, HALF(insert128)),
	AVX_ROW(VEXTRACTF128, AVX, lower_extract128, HALF(extract128)),
	AVX_ROW(VEXTRACTI128, AVX2, lower_extract128, HALF(extract128)),
};
/* clang-format on */

const struct insn_table insn_table_avx_imm = {rows, ARRAY_SIZE(rows)};
