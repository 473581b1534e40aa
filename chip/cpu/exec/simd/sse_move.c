/* SPDX-License-Identifier: MIT */
/* SSE moves: whole registers, scalars, halves, to and from general registers, masks. */
#include "chip/cpu/exec/simd/mmx.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/model/model.h"

/* -- handlers between registers; those with memory are in simd_mem.c -------------------------------- */

static SSE_HANDLER(sse_move16,
		   "movaps %[b], %%xmm0" STORE_A) static SSE_HANDLER(sse_move8_clear,
								     "movq %[b], %%xmm0" STORE_A)

/* One part of the destination is replaced. */
#define MERGE(name)                    \
	static SSE_HANDLER(sse_##name, \
			   LOAD_A "movaps %[b], %%xmm1\n\t" #name " %%xmm1, %%xmm0" STORE_A)

	MERGE(movss) MERGE(movsd) MERGE(movhlps) MERGE(movlhps)

	/* The same from memory, by way of SLOT_TEMP. */
	static SSE_HANDLER(sse_movlps, LOAD_A "movlps %[b], %%xmm0" STORE_A) static SSE_HANDLER(
		sse_movhps, LOAD_A "movhps %[b], %%xmm0" STORE_A)

		static OP(sse_from_gpr4)
{
	__asm__ volatile("movd %[b], %%xmm0" STORE_A
			 : [a] "=m"(XMM(op->a))
			 : [b] "m"(c->reg[op->b])
			 : "xmm0");
	OP_NEXT();
}

static OP(sse_from_gpr8)
{
	__asm__ volatile("movq %[b], %%xmm0" STORE_A
			 : [a] "=m"(XMM(op->a))
			 : [b] "m"(c->reg[op->b])
			 : "xmm0");
	OP_NEXT();
}

OP(simd_to_gpr4)
{
	c->reg[op->a] = *lanes32(c, op->b);
	OP_NEXT();
}

OP(simd_to_gpr8)
{
	c->reg[op->a] = *lanes64(c, op->b);
	OP_NEXT();
}

/* Sign bits of all lanes into a general register. */
#define SIGNS(name)                                                          \
	static OP(sse_##name)                                                \
	{                                                                    \
		u32 v;                                                       \
                                                                             \
		__asm__ volatile("movaps %1, %%xmm0\n\t" #name " %%xmm0, %0" \
				 : "=r"(v)                                   \
				 : "m"(XMM(op->b))                           \
				 : "xmm0");                                  \
		c->reg[op->a] = v;                                           \
		OP_NEXT();                                                   \
	}

SIGNS(movmskps)
SIGNS(movmskpd)
SIGNS(pmovmskb)

/* -- lowering ----------------------------------------------------------------------------------------------- */

bool lower_simd_move(struct lowering *l, const struct insn *row)
{
	const struct simd_move *m = row->arg;
	enum simd_width w = simd_width(l);
	unsigned last = l->zi->operand_count_visible - 1u;

	if (w == WIDTH_YMM && !m->store[w] && !m->load[w])
		w = WIDTH_XMM;
	if (w == WIDTH_YMM && m->form.feature_ymm != FEATURE_BASE &&
	    !cpu_model_has(l->c->model, m->form.feature_ymm))
		return false;
	if (lower_is_mem(l, 0)) {
		simd_emit_store(l, m->store[w], 0, simd_operand(l->zo[last].reg.value));
		return true;
	}
	if (lower_is_mem(l, last) && m->load[w]) {
		u8 reg = simd_operand(l->zo[0].reg.value);

		lower_emit_mem(l, m->load[w], last, LOWER_READ)->a = reg;
		return true;
	}
	return lower_simd_form(l, &m->form);
}

static bool is_gpr(const struct lowering *l, unsigned n)
{
	ZydisRegisterClass cls;

	if (!lower_is_reg(l, n))
		return false;
	cls = ZydisRegisterGetClass(l->zo[n].reg.value);
	return cls == ZYDIS_REGCLASS_GPR32 || cls == ZYDIS_REGCLASS_GPR64;
}

static bool uses_mm(const struct lowering *l)
{
	return simd_width(l) == WIDTH_MM;
}

bool lower_simd_movd(struct lowering *l, const struct insn *row)
{
	const struct simd_movd *m = row->arg;
	op_fn *fn = m->between;
	struct op *op;

	if (uses_mm(l))
		return lower_mmx_move(l, row);
	if (lower_is_mem(l, 0)) {
		simd_emit_store(l, m->store[l->zo[0].size == 64], 0,
				simd_operand(l->zo[1].reg.value));
		return true;
	}
	if (lower_is_mem(l, 1)) {
		op = lower_emit_mem(l, m->load[l->zo[1].size == 64], 1, LOWER_READ);
		op->a = simd_operand(l->zo[0].reg.value);
		return true;
	}
	if (is_gpr(l, 1))
		fn = m->from_gpr[l->zo[1].size == 64];
	else if (is_gpr(l, 0))
		fn = m->to_gpr[l->zo[0].size == 64];
	op = lower_emit(l, fn);
	op->a = simd_operand(l->zo[0].reg.value);
	op->b = simd_operand(l->zo[1].reg.value);
	return true;
}

/* -- rows --------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define MOVE(...) (&(const struct simd_move){__VA_ARGS__})
#define FORM(name, bytes_) .form = {.fn = {NULL, sse_##name}, .bytes = {0, bytes_}}
#define LOAD(op) .load = {NULL, op}
#define STORE(op) .store = {NULL, op}

#define WHOLE(NAME, needs, load_, store_) \
	SSE_ROW(NAME, needs, lower_simd_move, MOVE(FORM(move16, 0), LOAD(load_), STORE(store_))),
#define ALIGNED_(NAME) WHOLE(NAME, BASE, simd_load16_aligned, simd_store16_aligned)
#define UNALIGNED(NAME) WHOLE(NAME, BASE, simd_load16, simd_store16)
#define STREAM(NAME, needs, op) SSE_ROW(NAME, needs, lower_simd_move, MOVE(STORE(op))),
#define HALF(NAME, name, op) \
	SSE_ROW(NAME, BASE, lower_simd_move, MOVE(FORM(name, 8), STORE(op))),
#define BETWEEN(NAME, name) \
	SSE_ROW(NAME, BASE, lower_simd, SIMD_FORM(.fn = {NULL, sse_##name})),

static const struct simd_movd movd = {
	.between = sse_move8_clear,
	.load = {simd_load4, simd_load8},
	.store = {simd_store4, simd_store8},
	.from_gpr = {sse_from_gpr4, sse_from_gpr8},
	.to_gpr = {simd_to_gpr4, simd_to_gpr8},
};

static const struct insn rows[] = {
	ALIGNED_(MOVAPS) ALIGNED_(MOVAPD) ALIGNED_(MOVDQA)
	UNALIGNED(MOVUPS) UNALIGNED(MOVUPD) UNALIGNED(MOVDQU)
	WHOLE(LDDQU, SSE3, simd_load16, NULL)
	WHOLE(MOVNTDQA, SSE41, simd_load16_aligned, NULL)
	STREAM(MOVNTPS, BASE, simd_store16_aligned)
	STREAM(MOVNTPD, BASE, simd_store16_aligned)
	STREAM(MOVNTDQ, BASE, simd_store16_aligned)
	STREAM(MOVNTSS, SSE4A, simd_store4)
	STREAM(MOVNTSD, SSE4A, simd_store8)
	SSE_ROW(MOVSS, BASE, lower_simd_move, MOVE(FORM(movss, 0), LOAD(simd_load4), STORE(simd_store4))),
	SSE_ROW(MOVSD, BASE, lower_simd_move, MOVE(FORM(movsd, 0), LOAD(simd_load8), STORE(simd_store8))),
	HALF(MOVLPS, movlps, simd_store8) HALF(MOVLPD, movlps, simd_store8)
	HALF(MOVHPS, movhps, simd_store8_high) HALF(MOVHPD, movhps, simd_store8_high)
	BETWEEN(MOVHLPS, movhlps)
	BETWEEN(MOVLHPS, movlhps)
	BETWEEN(MOVMSKPS, movmskps)
	BETWEEN(MOVMSKPD, movmskpd)
	SSE_ROW(PMOVMSKB, BASE, lower_simd, SIMD_FORM(.fn = {mmx_pmovmskb, sse_pmovmskb})),
	SSE_ROW(MOVD, BASE, lower_simd_movd, &movd),
	SSE_ROW(MOVQ, BASE, lower_simd_movd, &movd),
};
/* clang-format on */

const struct insn_table insn_table_sse_move = {rows, ARRAY_SIZE(rows)};
