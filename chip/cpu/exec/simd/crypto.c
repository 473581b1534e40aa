/* SPDX-License-Identifier: MIT */
/* AES, carry-less multiplication and SHA, legacy and VEX.	[APM4 AESENC, PCLMULQDQ, SHA1RNDS4] */
#include "chip/cpu/exec/simd/list.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/tables.h"

/* -- AES ---------------------------------------------------------------------------------------------- */

#define ROUND(name, ...)                                                                           \
	static SSE_HANDLER(sse_##name, LOAD_A #name " %[b], %%xmm0" STORE_A) static VEX_HANDLER(   \
		vex_##name##_128, VLOAD_128                                                        \
		"v" #name                                                                          \
		" %[b], %%xmm0, %%xmm0" VSTORE_128) static VEX_HANDLER(vex_##name##_256, VLOAD_256 \
								       "v" #name " %[b], %%ymm0, " \
								       "%%ymm0" VSTORE_256)

LIST_AES(ROUND)
static SSE_HANDLER(sse_aesimc, "aesimc %[b], %%xmm0" STORE_A) static VEX_HANDLER_2(
	vex_aesimc,
	"vae"
	"sim"
	"c "
	"%["
	"b],"
	" %%"
	"xmm"
	"0" VSTORE_128) static SSE_HANDLER(sse_aeskeygenassist,
					   LOAD_B IMM_TABLE(
						   "aeskeygenassist $simd_imm, %%xmm1, %%xmm0", 256)
						   STORE_A) static VEX_HANDLER_2(vex_aeskeygenassist,
										 VLOAD_B_128 IMM_TABLE(
											 "vaeskeyge"
											 "nassist "
											 "$simd_"
											 "imm, "
											 "%%xmm1, "
											 "%%xmm0",
											 256)
											 VSTORE_128)

	/* -- PCLMULQDQ: only bits 0 and 4 of the immediate count ------------------------------------------------ */

	static SSE_HANDLER(
		sse_pclmulqdq,
		LOAD_A LOAD_B IMM_TABLE("pclmulqdq $simd_imm, %%xmm1, %%xmm0", 32)
			STORE_A) static VEX_HANDLER(vex_pclmulqdq_128,
						    VLOAD_128 VLOAD_B_128 IMM_TABLE(
							    "vpclmulqdq $simd_imm, %%xmm1, %%xmm0, "
							    "%%xmm0",
							    32)
							    VSTORE_128) static VEX_HANDLER(vex_pclmulqdq_256,
											   VLOAD_256 VLOAD_B_256 IMM_TABLE(
												   "vpclmulqdq $simd_imm, %%ymm1, %%ymm0, %%ymm0",
												   32)
												   VSTORE_256)

/* -- SHA ------------------------------------------------------------------------------------------------- */

#define LIST_SHA(X)             \
	X(sha1nexte, SHA1NEXTE) \
	X(sha1msg1, SHA1MSG1)   \
	X(sha1msg2, SHA1MSG2) X(sha256msg1, SHA256MSG1) X(sha256msg2, SHA256MSG2)

#define SHA(name, ...) static SSE_HANDLER(sse_##name, LOAD_A #name " %[b], %%xmm0" STORE_A)

		LIST_SHA(SHA) static SSE_HANDLER(
			sse_sha1rnds4,
			LOAD_A LOAD_B IMM_TABLE("sha1rnds4 $simd_imm, %%xmm1, %%xmm0", 4) STORE_A)

	/* The message words and constants are in XMM0. */
	static OP(sse_sha256rnds2)
{
	__asm__ volatile("movaps %[wk], %%xmm0\n\t"
			 "movaps %[a], %%xmm1\n\t"
			 "sha256rnds2 %%xmm0, %[b], %%xmm1\n\t"
			 "movaps %%xmm1, %[a]"
			 : [a] "+m"(XMM(op->a))
			 : [b] "m"(XMM(op->b)), [wk] "m"(XMM(SLOT_XMM0))
			 : "xmm0", "xmm1");
	OP_NEXT();
}

/* -- rows ------------------------------------------------------------------------------------------------ */

/* clang-format off */
#define ROW_ROUND(name, NAME) \
	SSE_ROW(NAME, AES, lower_simd, SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, 16})), \
	AVX_ROW(V##NAME, AES, lower_simd, SIMD_FORM(.fn = {NULL, vex_##name##_128, vex_##name##_256}, \
		.bytes = {0, 16, 32}, .feature_ymm = FEATURE_VAES)),
#define ROW_SHA(name, NAME) \
	SSE_ROW(NAME, SHA, lower_simd, SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, 16}, \
		.traits = SIMD_UNALIGNED)),

static const struct insn rows[] = {
	LIST_AES(ROW_ROUND)
	SSE_ROW(AESIMC, AES, lower_simd, SIMD_FORM(.fn = {NULL, sse_aesimc}, .bytes = {0, 16})),
	AVX_ROW(VAESIMC, AES, lower_simd, SIMD_FORM(.fn = {NULL, vex_aesimc}, .bytes = {0, 16})),
	SSE_ROW(AESKEYGENASSIST, AES, lower_simd, SIMD_FORM(.fn = {NULL, sse_aeskeygenassist},
		.bytes = {0, 16}, .variants = {0, 256})),
	AVX_ROW(VAESKEYGENASSIST, AES, lower_simd, SIMD_FORM(.fn = {NULL, vex_aeskeygenassist},
		.bytes = {0, 16}, .variants = {0, 256})),
	SSE_ROW(PCLMULQDQ, PCLMULQDQ, lower_simd, SIMD_FORM(.fn = {NULL, sse_pclmulqdq},
		.bytes = {0, 16}, .variants = {0, 32})),
	AVX_ROW(VPCLMULQDQ, PCLMULQDQ, lower_simd, SIMD_FORM(
		.fn = {NULL, vex_pclmulqdq_128, vex_pclmulqdq_256}, .bytes = {0, 16, 32},
		.variants = {0, 32, 32}, .feature_ymm = FEATURE_VPCLMULQDQ)),
	LIST_SHA(ROW_SHA)
	SSE_ROW(SHA1RNDS4, SHA, lower_simd, SIMD_FORM(.fn = {NULL, sse_sha1rnds4},
		.bytes = {0, 16}, .variants = {0, 4}, .traits = SIMD_UNALIGNED)),
	ROW_SHA(sha256rnds2, SHA256RNDS2)
};
/* clang-format on */

const struct insn_table insn_table_crypto = {rows, ARRAY_SIZE(rows)};
