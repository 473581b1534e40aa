/* SPDX-License-Identifier: MIT */
/* SSE instructions with an 8-bit immediate that selects what they do: see IMM_TABLE(). */
#include "chip/cpu/exec/simd/list.h"
#include "chip/cpu/exec/simd/mmx.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/exec/simd/x87.h"
#include "chip/cpu/model/model.h"

#define TWO_SOURCES(name, variants)                                                                \
	static SSE_HANDLER(sse_##name, LOAD_A LOAD_B IMM_TABLE(#name " $simd_imm, %%xmm1, %%xmm0", \
							       variants) STORE_A)
#define ONE_SOURCE(name, variants)     \
	static SSE_HANDLER(sse_##name, \
			   LOAD_B IMM_TABLE(#name " $simd_imm, %%xmm1, %%xmm0", variants) STORE_A)

#define IMM_FP(name, NAME, needs, variants, ...)  TWO_SOURCES(name, variants)
#define IMM_INT(name, NAME, needs, variants, ...) TWO_SOURCES(name, variants)
#define IMM_1(name, ...)                          ONE_SOURCE(name, 256)
#define ROUND(name, ...)                          ONE_SOURCE(name, 16)
#define ROUND_SCALAR(name, ...)                   TWO_SOURCES(name, 16)
#define COMPARE(name, ...)                        TWO_SOURCES(name, 8)

LIST_IMM_FP(IMM_FP)
LIST_IMM_INT(IMM_INT)
LIST_IMM_1_INT(IMM_1)
LIST_ROUND(ROUND)
LIST_ROUND_SCALAR(ROUND_SCALAR)
LIST_COMPARE(COMPARE)
LIST_COMPARE_SCALAR(COMPARE)
TWO_SOURCES(dppd, 64)
TWO_SOURCES(insertps, 256)
TWO_SOURCES(palignr, 33)

/* Shifts of the whole register by bytes: 16 and more clear it. */
#define SHIFT_BYTES(name) \
	static SSE_HANDLER(sse_##name, LOAD_A IMM_TABLE(#name " $simd_imm, %%xmm0", 17) STORE_A)

SHIFT_BYTES(pslldq)
SHIFT_BYTES(psrldq)

/* INSERTPS from memory has no choice of source lane: bits 7:6 do not count.	[APM4 INSERTPS] */
static bool lower_insertps(struct lowering *l, const struct insn *row)
{
	struct op *op = simd_emit(l, row->arg, WIDTH_XMM);

	if (lower_is_mem(l, 1))
		op->imm &= 0x3fu << IMM_ENTRY_SHIFT;
	return true;
}

/* -- one lane to or from a general register or memory --------------------------------------------------- */

#define INSERT(name, bits, lane_mask)                                                  \
	static OP(sse_##name)                                                          \
	{                                                                              \
		lanes##bits(c, op->a)[op->imm & (lane_mask)] = (u##bits)c->reg[op->b]; \
		OP_NEXT();                                                             \
	}
#define EXTRACT(name, bits, lane_mask)                                        \
	static OP(sse_##name)                                                 \
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

/* To a register, or (SSE4.1) to memory by way of REG_TEMP. */
bool lower_simd_extract(struct lowering *l, const struct insn *row)
{
	const struct simd_form *f = row->arg;
	enum simd_width w = simd_width(l);
	bool to_memory = lower_is_mem(l, 0);
	struct op *op;

	if (!f->fn[w] || (to_memory && !cpu_model_has(l->c->model, FEATURE_SSE41)))
		return false;
	if (w == WIDTH_MM)
		x87_emit_wait(l);
	op = lower_emit(l, f->fn[w]);
	op->a = to_memory ? REG_TEMP : lower_reg(l->zo[0].reg.value);
	op->b = simd_operand(l->zo[1].reg.value);
	op->imm = l->zo[2].imm.value.u;
	if (to_memory)
		simd_emit_store(l, simd_store_gpr[__builtin_ctz(f->bytes[w])], 0, REG_TEMP);
	return true;
}

/* -- rows ------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define FORM(name, bytes_, variants_, ...) \
	SIMD_FORM(.fn = {NULL, sse_##name}, .bytes = {0, bytes_}, .variants = {0, variants_}, __VA_ARGS__)
#define ROW_FP(name, NAME, needs, variants, variants_ymm, fp_) \
	SSE_ROW(NAME, needs, lower_simd, FORM(name, 16, variants, .fp = fp_)),
#define ROW_INT(name, NAME, needs, variants, ...) \
	SSE_ROW(NAME, needs, lower_simd, FORM(name, 16, variants)),
#define ROW_1(name, NAME, needs) SSE_ROW(NAME, needs, lower_simd, FORM(name, 16, 256)),
#define ROW_ROUND(name, NAME) \
	SSE_ROW(NAME, SSE41, lower_simd, FORM(name, 16, 16, .fp = FP_CHECK)),
#define ROW_ROUND_SCALAR(name, NAME, bytes_) \
	SSE_ROW(NAME, SSE41, lower_simd, FORM(name, bytes_, 16, .fp = FP_CHECK)),
#define ROW_COMPARE(name, NAME) \
	SSE_ROW(NAME, BASE, lower_simd, FORM(name, 16, 8, .fp = FP_CHECK)),
#define ROW_COMPARE_SCALAR(name, NAME, bytes_) \
	SSE_ROW(NAME, BASE, lower_simd, FORM(name, bytes_, 8, .fp = FP_CHECK)),
#define ROW_INSERT(name, NAME, needs, mmx) \
	SSE_ROW(NAME, needs, lower_simd, \
		SIMD_FORM(.fn = {mmx, sse_##name}, .traits = SIMD_GPR_SOURCE)),
#define ROW_EXTRACT(name, NAME, needs, mmx, bytes_) \
	SSE_ROW(NAME, needs, lower_simd_extract, \
		SIMD_FORM(.fn = {mmx, sse_##name}, .bytes = {0, bytes_})),

static const struct insn rows[] = {
	LIST_IMM_FP(ROW_FP)
	LIST_IMM_INT(ROW_INT)
	LIST_IMM_1_INT(ROW_1)
	LIST_ROUND(ROW_ROUND)
	LIST_ROUND_SCALAR(ROW_ROUND_SCALAR)
	LIST_COMPARE(ROW_COMPARE)
	LIST_COMPARE_SCALAR(ROW_COMPARE_SCALAR)
	SSE_ROW(DPPD, SSE41, lower_simd, FORM(dppd, 16, 64, .fp = FP_DOUBLES)),
	SSE_ROW(INSERTPS, SSE41, lower_insertps, FORM(insertps, 4, 256)),
	SSE_ROW(PALIGNR, SSSE3, lower_simd, SIMD_FORM(.fn = {mmx_palignr, sse_palignr},
		.bytes = {8, 16}, .variants = {17, 33}, .traits = SIMD_CLAMP)),
	SSE_ROW(PSLLDQ, BASE, lower_simd, FORM(pslldq, 0, 17, .traits = SIMD_CLAMP)),
	SSE_ROW(PSRLDQ, BASE, lower_simd, FORM(psrldq, 0, 17, .traits = SIMD_CLAMP)),
	ROW_INSERT(pinsrb, PINSRB, SSE41, NULL)
	ROW_INSERT(pinsrw, PINSRW, BASE, mmx_pinsrw)
	ROW_INSERT(pinsrd, PINSRD, SSE41, NULL)
	ROW_INSERT(pinsrq, PINSRQ, SSE41, NULL)
	ROW_EXTRACT(pextrb, PEXTRB, SSE41, NULL, 1)
	ROW_EXTRACT(pextrw, PEXTRW, BASE, mmx_pextrw, 2)
	ROW_EXTRACT(pextrd, PEXTRD, SSE41, NULL, 4)
	ROW_EXTRACT(pextrq, PEXTRQ, SSE41, NULL, 8)
	SSE_ROW(EXTRACTPS, SSE41, lower_simd_extract,
		SIMD_FORM(.fn = {NULL, sse_pextrd}, .bytes = {0, 4})),
};
/* clang-format on */

const struct insn_table insn_table_sse_imm = {rows, ARRAY_SIZE(rows)};
