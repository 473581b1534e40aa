/* SPDX-License-Identifier: MIT */
/* AVX and AVX2 integer instructions with regular operands. */
#include "chip/cpu/exec/simd/list.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
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

LIST_INT_MMX(TWO_SOURCES)
LIST_INT(TWO_SOURCES)
LIST_INT_1_MMX(ONE_SOURCE)
LIST_WIDEN(ONE_SOURCE)
static VEX_HANDLER_2(vex_phminposuw_128, "vphminposuw %[b], %%xmm0" VSTORE_128)

/* -- shifts: counts in XMM or memory, in an immediate, or one for each lane ------------------------------ */

#define SHIFT(name, ...)                                                                                                                                                             \
	static VEX_HANDLER(                                                                                                                                                          \
		vex_##name##_128, VLOAD_128                                                                                                                                          \
		"v" #name " %[b], %%xmm0, "                                                                                                                                          \
		"%%"                                                                                                                                                                 \
		"xmm"                                                                                                                                                                \
		"0" VSTORE_128) static VEX_HANDLER(vex_##name##_256, VLOAD_256                                                                                                       \
						   "v" #name " %[b], %%ymm0, "                                                                                                       \
						   "%%ymm0" VSTORE_256) static VEX_HANDLER_2(vex_##name##_imm_128,                                                                   \
											     "vmo"                                                                                   \
											     "vap"                                                                                   \
											     "s "                                                                                    \
											     "%["                                                                                    \
											     "b],"                                                                                   \
											     " "                                                                                     \
											     "%%"                                                                                    \
											     "xmm"                                                                                   \
											     "0\n"                                                                                   \
											     "\tv"                                                                                   \
											     "mov"                                                                                   \
											     "q "                                                                                    \
											     "%["                                                                                    \
											     "imm"                                                                                   \
											     "], "                                                                                   \
											     "%%"                                                                                    \
											     "xmm"                                                                                   \
											     "1\n"                                                                                   \
											     "\t"                                                                                    \
											     "v" #name                                                                               \
											     " %%"                                                                                   \
											     "xmm"                                                                                   \
											     "1, "                                                                                   \
											     "%%"                                                                                    \
											     "xmm"                                                                                   \
											     "0, "                                                                                   \
											     "%%"                                                                                    \
											     "xmm"                                                                                   \
											     "0" VSTORE_128) static VEX_HANDLER_2(vex_##name##_imm_256,                              \
																  "vmovaps %[b], %%ymm0\n\tvmovq %[imm], %%xmm1\n\t" \
																  "v" #name                                          \
																  " %%xmm1, %%ymm0, %%ymm0" VSTORE_256)

	LIST_SHIFT(SHIFT)

#define LIST_SHIFT_EACH(X) \
	X(psllvd, PSLLVD) X(psllvq, PSLLVQ) X(psravd, PSRAVD) X(psrlvd, PSRLVD) X(psrlvq, PSRLVQ)

		LIST_SHIFT_EACH(TWO_SOURCES)

/* -- PTEST: flags from one or two of the 128-bit halves -------------------------------------------------- */

#define TEST(name, bits, r)                                                                       \
	static OP(vex_##name##_##bits)                                                            \
	{                                                                                         \
		__asm__ volatile("vmovaps %[a], %%" r "\n\tv" #name " %[b], %%" r "\n\t" CC_CATCH \
				 "vzeroupper"                                                     \
				 : "=&a"(c->cc)                                                   \
				 : [a] "m"(YMM(op->a)), [b] "m"(YMM(op->b))                       \
				 : "xmm0", "cc");                                                 \
		OP_NEXT();                                                                        \
	}

			TEST(ptest, 128, "xmm0") TEST(ptest, 256, "ymm0") TEST(testps, 128, "xmm0")
				TEST(testps, 256, "ymm0") TEST(testpd, 128, "xmm0")
					TEST(testpd, 256, "ymm0")

/* -- rows ------------------------------------------------------------------------------------------------ */

/* clang-format off */
#define FORM(name, bytes_xmm, bytes_ymm, feature) \
	{.fn = {NULL, vex_##name##_128, vex_##name##_256}, .bytes = {0, bytes_xmm, bytes_ymm}, \
	 .feature_ymm = FEATURE_##feature}
#define ROW(name, NAME, ...) \
	AVX_ROW(V##NAME, AVX, lower_simd, (&(const struct simd_form)FORM(name, 16, 32, AVX2))),
#define ROW_WIDEN(name, NAME, needs, bytes_xmm, bytes_ymm) \
	AVX_ROW(V##NAME, AVX, lower_simd, \
		(&(const struct simd_form)FORM(name, bytes_xmm, bytes_ymm, AVX2))),
#define ROW_SHIFT(name, NAME) \
	AVX_ROW(V##NAME, AVX, lower_simd_shift, (&(const struct simd_shift){ \
		.source = FORM(name, 16, 16, AVX2), .imm = FORM(name##_imm, 0, 0, AVX2)})),
#define ROW_SHIFT_EACH(name, NAME) \
	AVX_ROW(V##NAME, AVX2, lower_simd, (&(const struct simd_form)FORM(name, 16, 32, AVX2))),
#define ROW_TEST(name, NAME) \
	AVX_ROW(V##NAME, AVX, lower_simd, (&(const struct simd_form)FORM(name, 16, 32, AVX))),

static const struct insn rows[] = {
	LIST_INT_MMX(ROW)
	LIST_INT(ROW)
	LIST_INT_1_MMX(ROW)
	LIST_WIDEN(ROW_WIDEN)
	LIST_SHIFT(ROW_SHIFT)
	LIST_SHIFT_EACH(ROW_SHIFT_EACH)
	ROW_TEST(ptest, PTEST)
	ROW_TEST(testps, TESTPS)
	ROW_TEST(testpd, TESTPD)
	AVX_ROW(VPHMINPOSUW, AVX, lower_simd,
		SIMD_FORM(.fn = {NULL, vex_phminposuw_128}, .bytes = {0, 16})),
};
/* clang-format on */

const struct insn_table insn_table_avx_int = {rows, ARRAY_SIZE(rows)};
