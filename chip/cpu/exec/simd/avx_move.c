/* SPDX-License-Identifier: MIT */
/* AVX moves, broadcasts, variable blends, VZEROUPPER and VZEROALL. */
#include <string.h>

#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/model/model.h"

/* -- between registers; with memory: simd_mem.c ---------------------------------------------------------- */

static VEX_HANDLER_2(vex_move_128, "vmovaps %[b], %%xmm0" VSTORE_128) static VEX_HANDLER_2(
	vex_move_256,
	"vmovaps %[b], %%ymm0" VSTORE_256) static VEX_HANDLER_2(vex_move8_clear,
								"vmovq %[b], %%xmm0" VSTORE_128)

/* A part of the second source replaces the same of the first. */
#define MERGE(name)                                             \
	static VEX_HANDLER(vex_##name##_128,                    \
			   VLOAD_128 "vmovaps %[b], %%xmm1\n\t" \
				     "v" #name " %%xmm1, %%xmm0, %%xmm0" VSTORE_128)

	MERGE(movss) MERGE(movsd) MERGE(movhlps) MERGE(movlhps) static VEX_HANDLER(
		vex_movlps_128, VLOAD_128
		"vmovlps %[b], %%xmm0, %%xmm0" VSTORE_128) static VEX_HANDLER(vex_movhps_128,
									      VLOAD_128
									      "vmovhps %[b], "
									      "%%xmm0, "
									      "%%xmm0" VSTORE_128)

#define FROM_GPR(bytes, insn)                                    \
	static OP(vex_from_gpr##bytes)                           \
	{                                                        \
		__asm__ volatile(insn " %[b], %%xmm0" VSTORE_128 \
				 : [a] "=m"(YMM(op->a))          \
				 : [b] "m"(c->reg[op->b])        \
				 : "xmm0");                      \
		OP_NEXT();                                       \
	}

		FROM_GPR(4, "vmovd") FROM_GPR(8, "vmovq")

#define SIGNS(name, bits, r)                                                                   \
	static OP(vex_##name##_##bits)                                                         \
	{                                                                                      \
		u32 v;                                                                         \
                                                                                               \
		__asm__ volatile("vmovaps %1, %%" r "\n\tv" #name " %%" r ", %0\n\tvzeroupper" \
				 : "=r"(v)                                                     \
				 : "m"(YMM(op->b))                                             \
				 : "xmm0");                                                    \
		c->reg[op->a] = v;                                                             \
		OP_NEXT();                                                                     \
	}

			SIGNS(movmskps, 128, "xmm0") SIGNS(movmskps, 256, "ymm0") SIGNS(
				movmskpd, 128,
				"xmm0") SIGNS(movmskpd, 256,
					      "ymm0") SIGNS(pmovmskb, 128,
							    "xmm0") SIGNS(pmovmskb, 256, "ymm0")

/* -- broadcasts -------------------------------------------------------------------------------------------- */

#define BROADCAST(name)                                                            \
	static VEX_HANDLER_2(                                                      \
		vex_##name##_128,                                                  \
		"v" #name                                                          \
		" %[b], %%xmm0" VSTORE_128) static VEX_HANDLER_2(vex_##name##_256, \
								 "v" #name         \
								 " %[b], %%ymm0" VSTORE_256)

				BROADCAST(broadcastss) BROADCAST(pbroadcastb) BROADCAST(
					pbroadcastw) BROADCAST(pbroadcastd)
					BROADCAST(pbroadcastq) static VEX_HANDLER_2(
						vex_broadcastsd_256,
						"vbroadcastsd %[b], "
						"%%ymm0" VSTORE_256) static VEX_HANDLER_2(vex_broadcastf128_256,
											  "vbroadca"
											  "stf128 "
											  "%[b], "
											  "%%"
											  "ymm"
											  "0" VSTORE_256)

	/* From a register only AVX2 has them. */
	static bool lower_broadcast(struct lowering *l, const struct insn *row)
{
	if (lower_is_reg(l, 1) && !cpu_model_has(l->c->model, FEATURE_AVX2))
		return false;
	return lower_simd(l, row);
}

/* -- variable blends: the mask is a fourth register, its slot in op->imm ------------------------------------ */

#define BLENDV(name, bits, r, store)                                                       \
	static OP(vex_##name##_##bits)                                                     \
	{                                                                                  \
		__asm__ volatile("vmovaps %[v], %%" r "0\n\tvmovaps %[mask], %%" r "1\n\t" \
				 "v" #name " %%" r "1, %[b], %%" r "0, %%" r "0" store     \
				 : [a] "=m"(YMM(op->a))                                    \
				 : [v] "m"(YMM(op->misc)), [b] "m"(YMM(op->b)),            \
				   [mask] "m"(YMM((u8)op->imm))                            \
				 : "xmm0", "xmm1");                                        \
		OP_NEXT();                                                                 \
	}

BLENDV(pblendvb, 128, "xmm", VSTORE_128)
BLENDV(pblendvb, 256, "ymm", VSTORE_256)
BLENDV(blendvps, 128, "xmm", VSTORE_128)
BLENDV(blendvps, 256, "ymm", VSTORE_256)
BLENDV(blendvpd, 128, "xmm", VSTORE_128)
BLENDV(blendvpd, 256, "ymm", VSTORE_256)

/* -- VZEROUPPER, VZEROALL: outside 64-bit mode registers 0 to 7 only -------------------------------------------- */

static OP(vzero)
{
	unsigned count = (c->mode & MODE_WIDTH) == MODE_64 ? 16 : 8;

	for (unsigned i = 0; i < count; i++)
		memset(c->fpu.ymm[i] + op->misc, 0, 32u - op->misc);
	OP_NEXT();
}

/* row->n: the first byte that becomes 0. */
static bool lower_vzero(struct lowering *l, const struct insn *row)
{
	lower_emit(l, vzero)->misc = (u8)row->n;
	return true;
}

/* -- rows ------------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define FORM(name, bytes_xmm, bytes_ymm, feature) \
	{.fn = {NULL, vex_##name##_128, vex_##name##_256}, .bytes = {0, bytes_xmm, bytes_ymm}, \
	 .feature_ymm = FEATURE_##feature}
#define BOTH(...) (&(const struct simd_form)FORM(__VA_ARGS__))
#define MOVE(...) (&(const struct simd_move){__VA_ARGS__})
#define ONLY_128(name, bytes_) {.fn = {NULL, vex_##name##_128}, .bytes = {0, bytes_}}

#define WHOLE(NAME, suffix) \
	AVX_ROW(NAME, AVX, lower_simd_move, MOVE(.form = FORM(move, 0, 0, AVX), \
		.load = {NULL, simd_vload16##suffix, simd_vload32##suffix}, \
		.store = {NULL, simd_store16##suffix, simd_store32##suffix})),
#define STREAM(NAME) \
	AVX_ROW(NAME, AVX, lower_simd_move, \
		MOVE(.store = {NULL, simd_store16_aligned, simd_store32_aligned})),
#define SCALAR(NAME, name, bytes) \
	AVX_ROW(NAME, AVX, lower_simd_move, MOVE(.form = ONLY_128(name, bytes), \
		.load = {NULL, simd_vload##bytes}, .store = {NULL, simd_store##bytes})),
#define HALF(NAME, name, op) \
	AVX_ROW(NAME, AVX, lower_simd_move, \
		MOVE(.form = ONLY_128(name, 8), .store = {NULL, op})),
#define BETWEEN(NAME, name) \
	AVX_ROW(NAME, AVX, lower_simd, (&(const struct simd_form)ONLY_128(name, 0))),
#define MASK(NAME, name, feature) AVX_ROW(NAME, AVX, lower_simd, BOTH(name, 0, 0, feature)),
#define BCAST(NAME, name, needs, bytes) \
	AVX_ROW(NAME, needs, lower_broadcast, BOTH(name, bytes, bytes, AVX)),
#define BCAST_256(NAME, name, needs, bytes_) \
	AVX_ROW(NAME, needs, lower_broadcast, SIMD_FORM(.fn = {NULL, NULL, vex_##name##_256}, \
		.bytes = {0, 0, bytes_}, .feature_ymm = FEATURE_##needs)),
#define BLEND(NAME, name, feature) AVX_ROW(NAME, AVX, lower_simd, BOTH(name, 16, 32, feature)),

static const struct simd_movd movd = {
	.between = vex_move8_clear,
	.load = {simd_vload4, simd_vload8},
	.store = {simd_store4, simd_store8},
	.from_gpr = {vex_from_gpr4, vex_from_gpr8},
	.to_gpr = {simd_to_gpr4, simd_to_gpr8},
};

static const struct insn rows[] = {
	WHOLE(VMOVAPS, _aligned) WHOLE(VMOVAPD, _aligned) WHOLE(VMOVDQA, _aligned)
	WHOLE(VMOVUPS, ) WHOLE(VMOVUPD, ) WHOLE(VMOVDQU, )
	AVX_ROW(VLDDQU, AVX, lower_simd_move, MOVE(.load = {NULL, simd_vload16, simd_vload32})),
	AVX_ROW(VMOVNTDQA, AVX, lower_simd_move, MOVE(.form = {.feature_ymm = FEATURE_AVX2},
		.load = {NULL, simd_vload16_aligned, simd_vload32_aligned})),
	STREAM(VMOVNTPS) STREAM(VMOVNTPD) STREAM(VMOVNTDQ)
	SCALAR(VMOVSS, movss, 4) SCALAR(VMOVSD, movsd, 8)
	HALF(VMOVLPS, movlps, simd_store8) HALF(VMOVLPD, movlps, simd_store8)
	HALF(VMOVHPS, movhps, simd_store8_high) HALF(VMOVHPD, movhps, simd_store8_high)
	BETWEEN(VMOVHLPS, movhlps) BETWEEN(VMOVLHPS, movlhps)
	MASK(VMOVMSKPS, movmskps, AVX) MASK(VMOVMSKPD, movmskpd, AVX)
	MASK(VPMOVMSKB, pmovmskb, AVX2)
	AVX_ROW(VMOVD, AVX, lower_simd_movd, &movd),
	AVX_ROW(VMOVQ, AVX, lower_simd_movd, &movd),
	BCAST(VBROADCASTSS, broadcastss, AVX, 4)
	BCAST_256(VBROADCASTSD, broadcastsd, AVX, 8)
	BCAST_256(VBROADCASTF128, broadcastf128, AVX, 16)
	BCAST_256(VBROADCASTI128, broadcastf128, AVX2, 16)
	BCAST(VPBROADCASTB, pbroadcastb, AVX2, 1) BCAST(VPBROADCASTW, pbroadcastw, AVX2, 2)
	BCAST(VPBROADCASTD, pbroadcastd, AVX2, 4) BCAST(VPBROADCASTQ, pbroadcastq, AVX2, 8)
	BLEND(VPBLENDVB, pblendvb, AVX2)
	BLEND(VBLENDVPS, blendvps, AVX) BLEND(VBLENDVPD, blendvpd, AVX)
	{ZYDIS_MNEMONIC_VZEROUPPER, INSN_AVX | INSN_PROTECTED, EXIT_NONE, ES_NONE, FEATURE_AVX,
	 lower_vzero, NULL, NULL, 16},
	{ZYDIS_MNEMONIC_VZEROALL, INSN_AVX | INSN_PROTECTED, EXIT_NONE, ES_NONE, FEATURE_AVX,
	 lower_vzero, NULL, NULL, 0},
};
/* clang-format on */

const struct insn_table insn_table_avx_move = {rows, ARRAY_SIZE(rows)};
