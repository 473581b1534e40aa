/* SPDX-License-Identifier: MIT */
/* From a decoded SIMD instruction to operations, and the check of unmasked exceptions. */
#include "chip/cpu/exec/simd/simd_lower.h"

#include "abi/x86.h"
#include "base/bug.h"
#include "chip/cpu/decode/ops_common.h"
#include "chip/cpu/exec/simd/fp_check.h"
#include "chip/cpu/exec/simd/mmx.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/x87.h"
#include "chip/cpu/model/model.h"

/* -- operands --------------------------------------------------------------------------------------- */

static bool is_legacy(const struct lowering *l)
{
	return l->zi->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY;
}

static bool uses_class(const struct lowering *l, ZydisRegisterClass cls)
{
	for (unsigned n = 0; n < l->zi->operand_count_visible; n++)
		if (lower_is_reg(l, n) && ZydisRegisterGetClass(l->zo[n].reg.value) == cls)
			return true;
	return false;
}

enum simd_width simd_width(const struct lowering *l)
{
	if (!is_legacy(l))
		return l->zi->avx.vector_length == 256 ? WIDTH_YMM : WIDTH_XMM;
	return uses_class(l, ZYDIS_REGCLASS_MMX) ? WIDTH_MM : WIDTH_XMM;
}

u8 simd_operand(ZydisRegister reg)
{
	switch (ZydisRegisterGetClass(reg)) {
	case ZYDIS_REGCLASS_XMM:
	case ZYDIS_REGCLASS_YMM:
		return (u8)(SLOT_YMM + SLOT_YMM_STEP * lower_reg(reg));
	case ZYDIS_REGCLASS_MMX:
		return (u8)(SLOT_MM + SLOT_MM_STEP * lower_reg(reg));
	default:
		return lower_reg(reg);
	}
}

static op_fn *load_of(unsigned bytes, bool aligned)
{
	switch (bytes) {
	case 1:
		return simd_load1;
	case 2:
		return simd_load2;
	case 4:
		return simd_load4;
	case 8:
		return simd_load8;
	case 16:
		return aligned ? simd_load16_operand : simd_load16;
	default:
		return simd_vload32;
	}
}

u8 simd_source(struct lowering *l, unsigned n, unsigned bytes, u8 traits)
{
	if (lower_is_reg(l, n))
		return simd_operand(l->zo[n].reg.value);
	if (traits & SIMD_GPR_SOURCE) {
		op_fn *fn = simd_load_gpr[__builtin_ctz(l->zo[n].size / 8u)];

		lower_emit_mem(l, fn, n, LOWER_READ)->a = REG_TEMP;
		return REG_TEMP;
	}
	lower_emit_mem(l, load_of(bytes, is_legacy(l) && !(traits & SIMD_UNALIGNED)), n, LOWER_READ)
		->a = SLOT_TEMP;
	return SLOT_TEMP;
}

void simd_emit_store(struct lowering *l, op_fn *fn, unsigned n, u8 reg)
{
	lower_emit_mem(l, fn, n, LOWER_WRITE)->b = reg;
}

u64 simd_table_offset(u64 imm, unsigned variants, bool clamp)
{
	imm &= 0xff;
	if (!clamp)
		imm &= variants - 1;
	else if (imm >= variants)
		imm = variants - 1;
	return imm << IMM_ENTRY_SHIFT;
}

/* -- the instruction ---------------------------------------------------------------------------------- */

/*
 * Registers in operand order: destination, [vvvv source,] source, [fourth register].  A destination
 * in memory is SLOT_TEMP until simd_emit_to_memory() stores it.
 */
struct operands {
	u8 reg[4];
	unsigned count;
	u64 imm;
};

static struct operands gather(struct lowering *l, const struct simd_form *f, enum simd_width w)
{
	struct operands o = {.count = 0};

	for (unsigned n = 0; n < l->zi->operand_count_visible; n++) {
		if (lower_is_imm(l, n)) {
			o.imm = l->zo[n].imm.value.u;
			continue;
		}
		BUG_ON(o.count == ARRAY_SIZE(o.reg));
		if (n == 0 && lower_is_mem(l, n))
			o.reg[o.count++] = SLOT_TEMP;
		else
			o.reg[o.count++] = simd_source(l, n, f->bytes[w], f->traits);
	}
	return o;
}

static void fp_guard_begin(struct lowering *l, u8 a, u8 traits)
{
	lower_emit(l, traits & SIMD_GPR_RESULT ? simd_fp_begin_gpr : simd_fp_begin)->a = a;
}

static void fp_guard_end(struct lowering *l, u8 a, const struct simd_form *f, enum simd_width w)
{
	struct op *op = lower_emit(l, f->traits & SIMD_GPR_RESULT ? simd_fp_end_gpr : simd_fp_end);

	op->a = a;
	op->misc = f->fp;
	op->imm = w == WIDTH_YMM ? 32 : 16;
}

struct op *simd_emit(struct lowering *l, const struct simd_form *f, enum simd_width w)
{
	struct operands o = gather(l, f, w);
	bool guard = f->fp != FP_NONE && l->mode & MODE_FP_SLOW;
	struct op *op;

	if (guard && w == WIDTH_MM)
		lower_emit(l, mmx_enter);
	if (guard)
		fp_guard_begin(l, o.reg[0], f->traits);
	op = lower_emit(l, f->fn[w]);
	op->a = o.reg[0];
	op->b = o.count > 2 ? o.reg[2] : o.reg[1];
	op->misc = o.reg[1];
	op->imm = f->variants[w] ? simd_table_offset(o.imm, f->variants[w], f->traits & SIMD_CLAMP)
				 : o.imm;
	if (o.count > 3)
		op->imm = o.reg[3];
	if (guard)
		fp_guard_end(l, o.reg[0], f, w);
	return op;
}

/* A fault of the store comes before exceptions, and before status bits change. */
bool simd_emit_to_memory(struct lowering *l, const struct simd_form *f, enum simd_width w,
			 op_fn *store)
{
	bool to_memory = lower_is_mem(l, 0);

	if (to_memory && f->fp != FP_NONE)
		lower_emit_mem(l, simd_probe_store, 0, LOWER_WRITE)->imm = l->zo[0].size / 8;
	simd_emit(l, f, w);
	if (to_memory)
		simd_emit_store(l, store, 0, SLOT_TEMP);
	return true;
}

/* Scalar instructions ignore VEX.L, and Zydis refuses it where it must be 0. */
bool lower_simd_form(struct lowering *l, const struct simd_form *f)
{
	enum simd_width w = simd_width(l);

	if (w == WIDTH_YMM && !f->fn[w])
		w = WIDTH_XMM;
	if (!f->fn[w] || (w == WIDTH_YMM && !cpu_model_has(l->c->model, f->feature_ymm)))
		return false;
	if (w == WIDTH_MM)
		x87_emit_wait(l);
	simd_emit(l, f, w);
	return true;
}

bool lower_simd(struct lowering *l, const struct insn *row)
{
	return lower_simd_form(l, row->arg);
}

bool lower_simd_shift(struct lowering *l, const struct insn *row)
{
	const struct simd_shift *s = row->arg;

	return lower_simd_form(l, lower_is_imm(l, l->zi->operand_count_visible - 1u) ? &s->imm
										     : &s->source);
}

bool lower_simd_convert(struct lowering *l, const struct insn *row)
{
	const struct simd_convert *cv = row->arg;
	bool to_gpr = cv->form[0].traits & SIMD_GPR_RESULT;
	unsigned gpr = to_gpr ? 0 : l->zi->operand_count_visible - 1u;

	simd_emit(l, &cv->form[l->zo[gpr].size == 64], WIDTH_XMM);
	return true;
}

void simd_emit_go_on(struct lowering *l)
{
	struct block_link *link = &l->link[LINK_NEXT];

	link->delta = (u64)l->ip_off + l->zi->length;
	lower_emit(l, op_go_on)->imm = (u64)(uintptr_t)link;
	l->ends = true;
}

u16 simd_conditions(const struct lowering *l, const struct insn *row)
{
	if (!(row->cond & INSN_SSE) || !uses_class(l, ZYDIS_REGCLASS_MMX))
		return row->cond;
	if (uses_class(l, ZYDIS_REGCLASS_XMM))
		return row->cond | INSN_MMX;
	return (u16)((row->cond & ~INSN_SSE) | INSN_MMX);
}
