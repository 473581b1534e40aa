/* SPDX-License-Identifier: MIT */
/* SSE instructions with implicit registers or shapes of their own: variable blends, string compares, SSE4A. */
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/tables.h"

/* -- variable blends: the mask is XMM0 ------------------------------------------------------------------ */

#define BLENDV(name)                                                                         \
	static OP(sse_##name)                                                                \
	{                                                                                    \
		__asm__ volatile("movaps %[mask], %%xmm0\n\t"                                \
				 "movaps %[a], %%xmm1\n\t" #name " %%xmm0, %[b], %%xmm1\n\t" \
				 "movaps %%xmm1, %[a]"                                       \
				 : [a] "+m"(XMM(op->a))                                      \
				 : [b] "m"(XMM(op->b)), [mask] "m"(XMM(SLOT_XMM0))           \
				 : "xmm0", "xmm1");                                          \
		OP_NEXT();                                                                   \
	}

BLENDV(pblendvb)
BLENDV(blendvps)
BLENDV(blendvpd)

/* -- SSE4A bit fields: the immediates are put where the register form has them -------------------------- */

static SSE_HANDLER(
	sse_extrq, LOAD_A
	"movaps %[b], %%xmm1\n\textrq %%xmm1, "
	"%%xmm0" STORE_A) static SSE_HANDLER(sse_insertq, LOAD_A
					     "mova"
					     "ps "
					     "%[b]"
					     ", "
					     "%%"
					     "xmm1"
					     "\n\t"
					     "inse"
					     "rtq "
					     "%%"
					     "xmm1"
					     ", "
					     "%%"
					     "xmm"
					     "0" STORE_A) static SSE_HANDLER(sse_extrq_imm, LOAD_A
									     "movq %[imm], "
									     "%%xmm1\n\textrq "
									     "%%xmm1, "
									     "%%"
									     "xmm"
									     "0" STORE_A) static SSE_HANDLER(sse_insertq_imm,
													     LOAD_A
													     "movq %[b], %%xmm1\n\tmovhps "
													     "%[imm], %%xmm1\n\t"
													     "insertq %%xmm1, %%xmm0" STORE_A)

	/* row->arg: the form with registers, then the form with two immediates (length, index). */
	static bool lower_bit_field(struct lowering *l, const struct insn *row)
{
	const struct simd_form *f = row->arg;
	unsigned last = l->zi->operand_count_visible - 1u;
	struct op *op;

	if (!lower_is_imm(l, last))
		return lower_simd_form(l, &f[0]);
	op = simd_emit(l, &f[1], WIDTH_XMM);
	op->imm = (l->zo[last - 1].imm.value.u & 63) | (l->zo[last].imm.value.u & 63) << 8;
	return true;
}

/* -- rows --------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define ROW_BLENDV(NAME, name) \
	SSE_ROW(NAME, SSE41, lower_simd, SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, 16})),
#define ROW_FIELD(NAME, name) \
	SSE_ROW(NAME, SSE4A, lower_bit_field, ((const struct simd_form[]){ \
		{.fn = {NULL, sse_##name}}, {.fn = {NULL, sse_##name##_imm}}})),

static const struct insn rows[] = {
	ROW_BLENDV(PBLENDVB, pblendvb)
	ROW_BLENDV(BLENDVPS, blendvps)
	ROW_BLENDV(BLENDVPD, blendvpd)
	ROW_FIELD(EXTRQ, extrq)
	ROW_FIELD(INSERTQ, insertq)
};
/* clang-format on */

const struct insn_table insn_table_sse_misc = {rows, ARRAY_SIZE(rows)};
