/* SPDX-License-Identifier: MIT */
/*
 * MMX.  The registers are the low 64 bits of the x87 registers; every instruction but EMMS makes all
 * eight valid and TOP 0.	[APM5; APM1 5.12 MMX and x87]
 *
 * Guest data stays in c->fpu.x87 here: the host's MM registers are used inside one handler only, and
 * given back with EMMS, for its x87 registers are empty meanwhile.
 */
#include "chip/cpu/exec/simd/mmx.h"

#include "chip/cpu/exec/simd/list.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/exec/simd/x87.h"
#include "chip/cpu/mmu/mem.h"

#define MMX_HANDLER(name, text)                                                             \
	OP(name)                                                                            \
	{                                                                                   \
		fpu_x87_to_mmx(c);                                                          \
		__asm__ volatile("movq %[a], %%mm0\n\t" text "\n\tmovq %%mm0, %[a]\n\temms" \
				 : [a] "+m"(MMX(op->a))                                     \
				 : [b] "m"(MMX(op->b)), [imm] "m"(op->imm)                  \
				 : "mm0", "mm1", "r11", "cc");                              \
		lanes16(c, op->a)[4] = 0xffff;                                              \
		OP_NEXT();                                                                  \
	}

#define REGULAR(name, ...) MMX_HANDLER(mmx_##name, #name " %[b], %%mm0")

LIST_INT_MMX(REGULAR)
LIST_INT_1_MMX(REGULAR)

#define SHIFT(name, ...) \
	REGULAR(name)    \
	MMX_HANDLER(mmx_##name##_imm, "movq %[imm], %%mm1\n\t" #name " %%mm1, %%mm0")

LIST_SHIFT(SHIFT)

MMX_HANDLER(mmx_palignr, "movq %[b], %%mm1\n\t" IMM_TABLE("palignr $simd_imm, %%mm1, %%mm0", 17))
static MMX_HANDLER(mmx_pshufw,
		   "movq %[b], %%mm1\n\t" IMM_TABLE("pshufw $simd_imm, %%mm1, %%mm0", 256))

	/* Conversions from XMM lanes; op->b may be SLOT_TEMP. */
	static MMX_HANDLER(mmx_cvtps2pi, "cvtps2pi %[b], %%mm0") static MMX_HANDLER(
		mmx_cvttps2pi,
		"cvttps2pi %[b], %%mm0") static MMX_HANDLER(mmx_cvtpd2pi,
							    "cvtpd2pi %[b], "
							    "%%mm0") static MMX_HANDLER(mmx_cvttpd2pi,
											"cvttpd2pi "
											"%[b], "
											"%%mm0")

/* From MM lanes, or from memory, which leaves x87 data alone. */
#define FROM_MM(name)                                                                              \
	static SSE_HANDLER(sse_##name, LOAD_A #name " %[b], %%xmm0" STORE_A) static OP(mmx_##name) \
	{                                                                                          \
		fpu_x87_to_mmx(c);                                                                 \
		OP_CALL(sse_##name, c, op);                                                        \
	}

		FROM_MM(cvtpi2ps) FROM_MM(cvtpi2pd)

			OP(mmx_enter)
{
	fpu_x87_to_mmx(c);
	OP_NEXT();
}

/* -- written in C: reads before the state changes must come after fpu_x87_to_mmx() --------------------- */

OP(mmx_pextrw)
{
	fpu_x87_to_mmx(c);
	c->reg[op->a] = lanes16(c, op->b)[op->imm & 3];
	OP_NEXT();
}

OP(mmx_pinsrw)
{
	fpu_x87_to_mmx(c);
	lanes16(c, op->a)[op->imm & 3] = (u16)c->reg[op->b];
	lanes16(c, op->a)[4] = 0xffff;
	OP_NEXT();
}

/* The sign bits of the eight bytes, gathered. */
OP(mmx_pmovmskb)
{
	u64 v;

	fpu_x87_to_mmx(c);
	v = *lanes64(c, op->b) & 0x8080808080808080ull;
	c->reg[op->a] = v * 0x0002040810204081ull >> 56;
	OP_NEXT();
}

static OP(mmx_move)
{
	fpu_x87_to_mmx(c);
	mm_set(c, op->a, *lanes64(c, op->b));
	OP_NEXT();
}

static OP(mmx_from_gpr4)
{
	fpu_x87_to_mmx(c);
	mm_set(c, op->a, (u32)c->reg[op->b]);
	OP_NEXT();
}

static OP(mmx_from_gpr8)
{
	fpu_x87_to_mmx(c);
	mm_set(c, op->a, c->reg[op->b]);
	OP_NEXT();
}

static OP(mmx_to_gpr4)
{
	fpu_x87_to_mmx(c);
	c->reg[op->a] = (u32)*lanes64(c, op->b);
	OP_NEXT();
}

static OP(mmx_to_gpr8)
{
	fpu_x87_to_mmx(c);
	c->reg[op->a] = *lanes64(c, op->b);
	OP_NEXT();
}

static OP(mmx_movq2dq)
{
	fpu_x87_to_mmx(c);
	lanes64(c, op->a)[0] = *lanes64(c, op->b);
	lanes64(c, op->a)[1] = 0;
	OP_NEXT();
}

/* TOP becomes 0 here too. */
static OP(mmx_emms)
{
	fpu_x87_to_mmx(c);
	fpu_image(c)->ftw = 0;
	c->fpu.x87_at = X87_IN_MEMORY;
	OP_NEXT();
}

/*
 * Bytes selected by the mask's sign bits, to DS:rDI; the others are not touched, but must be writable
 * too.
 */
static OP(mmx_maskmovq)
{
	fpu_x87_to_mmx(c);
	if (!mem_probe_store(c, op_ea_fast(c, op), 8) ||
	    !simd_store_masked(c, op_ea_fast(c, op), op, 8, 1))
		OP_EVENT();
	OP_NEXT();
}

/* -- moves ------------------------------------------------------------------------------------------------ */

static bool is_mm(const struct lowering *l, unsigned n)
{
	return lower_is_reg(l, n) &&
	       ZydisRegisterGetClass(l->zo[n].reg.value) == ZYDIS_REGCLASS_MMX;
}

static unsigned size_log2(const struct lowering *l, unsigned n)
{
	return (unsigned)__builtin_ctz(l->zo[n].size / 8u);
}

/* MOVD, MOVQ and MOVNTQ with an MM register. */
bool lower_mmx_move(struct lowering *l, const struct insn *row)
{
	bool to_mm = is_mm(l, 0);
	unsigned other = to_mm ? 1 : 0;
	unsigned log2 = size_log2(l, other);
	u8 mm = simd_operand(l->zo[1 - other].reg.value);
	struct op *op;

	x87_emit_wait(l);
	if (lower_is_mem(l, other) && to_mm) {
		lower_emit_mem(l, simd_load_mm[log2], other, LOWER_READ)->a = mm;
		return true;
	}
	if (lower_is_mem(l, other)) {
		simd_emit_store(l, simd_store_mm[log2], other, mm);
		return true;
	}
	if (is_mm(l, other))
		op = lower_emit(l, mmx_move);
	else if (to_mm)
		op = lower_emit(l, log2 == 3 ? mmx_from_gpr8 : mmx_from_gpr4);
	else
		op = lower_emit(l, log2 == 3 ? mmx_to_gpr8 : mmx_to_gpr4);
	op->a = simd_operand(l->zo[0].reg.value);
	op->b = simd_operand(l->zo[1].reg.value);
	return true;
}

static bool lower_maskmovq(struct lowering *l, const struct insn *row)
{
	struct op *op;

	x87_emit_wait(l);
	op = lower_emit_mem(l, mmx_maskmovq, 2, LOWER_WRITE);
	op->a = simd_operand(l->zo[0].reg.value);
	op->b = simd_operand(l->zo[1].reg.value);
	return true;
}

static bool lower_emms(struct lowering *l, const struct insn *row)
{
	x87_emit_wait(l);
	lower_emit(l, mmx_emms);
	return true;
}

/* -- rows: what has no SSE form under the same mnemonic ----------------------------------------------------- */

/* clang-format off */
#define ROW_CONVERT(name, NAME, bytes_) \
	SSE_ROW(NAME, BASE, lower_simd, \
		SIMD_FORM(.fn = {mmx_##name}, .bytes = {bytes_}, .fp = FP_CHECK)),

#define ROW_FROM_MM(name, NAME, fp_) \
	SSE_ROW(NAME, BASE, lower_simd, \
		SIMD_FORM(.fn = {mmx_##name, sse_##name}, .bytes = {0, 8}, .fp = fp_)),

static const struct insn rows[] = {
	ROW_FROM_MM(cvtpi2ps, CVTPI2PS, FP_CHECK)
	ROW_FROM_MM(cvtpi2pd, CVTPI2PD, FP_NONE)
	ROW_CONVERT(cvtps2pi, CVTPS2PI, 8)
	ROW_CONVERT(cvttps2pi, CVTTPS2PI, 8)
	ROW_CONVERT(cvtpd2pi, CVTPD2PI, 16)
	ROW_CONVERT(cvttpd2pi, CVTTPD2PI, 16)
	SSE_ROW(MOVDQ2Q, BASE, lower_simd, SIMD_FORM(.fn = {mmx_move})),
	SSE_ROW(MOVQ2DQ, BASE, lower_simd, SIMD_FORM(.fn = {mmx_movq2dq})),
	MMX_ROW(PSHUFW, BASE, lower_simd,
		SIMD_FORM(.fn = {mmx_pshufw}, .bytes = {8}, .variants = {256})),
	MMX_ROW(MOVNTQ, BASE, lower_mmx_move, NULL),
	MMX_ROW(MASKMOVQ, BASE, lower_maskmovq, NULL),
	MMX_ROW(EMMS, BASE, lower_emms, NULL),
};
/* clang-format on */

const struct insn_table insn_table_mmx = {rows, ARRAY_SIZE(rows)};
