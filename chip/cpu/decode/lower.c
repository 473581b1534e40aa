/* SPDX-License-Identifier: MIT */
/* From a decoded instruction to operations: operands, addresses, the plain lowering. */
#include "chip/cpu/decode/insn.h"

#include "chip/cpu/decode/ops_common.h"

#include "base/bug.h"

#include <string.h>

struct op *lower_emit(struct lowering *l, op_fn *fn)
{
	struct op *op = &l->ops[l->used];

	BUG_ON(l->used >= l->room);
	l->used++;
	memset(op, 0, sizeof(*op));
	op->fn = fn;
	op->ip_off = l->ip_off;
	op->len = l->zi->length;
	op->size = (u8)(l->zi->operand_width / 8);
	op->addr_size = (u8)(l->zi->address_width / 8);
	op->base = REG_ZERO;
	op->index = REG_ZERO;
	op->seg = SEG_DS;
	return op;
}

static u8 address_reg(ZydisRegister reg)
{
	if (reg == ZYDIS_REGISTER_NONE)
		return REG_ZERO;
	if (reg == ZYDIS_REGISTER_RIP || reg == ZYDIS_REGISTER_EIP)
		return REG_BLOCK;
	return lower_reg(reg);
}

static u8 log2_scale(u8 scale)
{
	return scale > 1 ? (u8)__builtin_ctz(scale) : 0;
}

/*
 * A SIB byte with base 101b and mod 0 has no base, whatever REX.B says; Zydis 4.0 takes R13D for one
 * when the address size is 32.
 */
static bool sib_without_base(const ZydisDecodedInstruction *zi)
{
	return zi->raw.sib.offset != 0 && zi->raw.modrm.mod == 0 && zi->raw.sib.base == 5;
}

/* Address fields as the instruction has them; RIP-relative: from the block's start. */
void lower_address(const struct lowering *l, struct op *op, unsigned n)
{
	const ZydisDecodedOperandMem *m = &l->zo[n].mem;

	op->base = address_reg(m->base);
	op->index = address_reg(m->index);
	op->scale = log2_scale(m->scale);
	op->disp = (s32)m->disp.value;
	if (sib_without_base(l->zi)) {
		op->base = REG_ZERO;
		op->disp = (s32)l->zi->raw.disp.value;
	}
	if (op->base == REG_BLOCK)
		op->disp += l->ip_off + l->zi->length;
	op->seg = lower_reg(m->segment);
}

static bool address_is_fast(const struct lowering *l, unsigned n)
{
	const ZydisDecodedOperandMem *m = &l->zo[n].mem;

	return (l->mode & MODE_WIDTH) == MODE_64 && l->zi->address_width == 64 &&
	       m->segment != ZYDIS_REGISTER_FS && m->segment != ZYDIS_REGISTER_GS &&
	       (s64)(s32)m->disp.value == m->disp.value && m->base != ZYDIS_REGISTER_EIP;
}

/*
 * MOV moffs has a 64-bit displacement: it goes into imm of the address operation.  Of an operand as
 * long as an XSAVE area segment limits are checked for the first bytes only.
 */
static void emit_address(struct lowering *l, unsigned n, enum lower_access access)
{
	const ZydisDecodedOperandMem *m = &l->zo[n].mem;
	unsigned bytes = l->zo[n].size / 8u;
	struct op *op = lower_emit(l, access == LOWER_WRITE ? op_ea_write : op_ea_read);

	lower_address(l, op, n);
	op->size = bytes < UINT8_MAX ? (u8)bytes : UINT8_MAX;
	if ((s64)(s32)m->disp.value != m->disp.value) {
		op->disp = 0;
		op->imm = (u64)m->disp.value;
	}
}

struct op *lower_emit_mem(struct lowering *l, op_fn *fn, unsigned n, enum lower_access access)
{
	bool fast = address_is_fast(l, n);
	struct op *op;

	if (!fast)
		emit_address(l, n, access);
	op = lower_emit(l, fn);
	lower_address(l, op, n);
	if (!fast) {
		op->base = REG_EA;
		op->index = REG_ZERO;
		op->scale = 0;
		op->disp = 0;
	}
	return op;
}

u8 lower_reg(ZydisRegister reg)
{
	ZydisRegisterClass cls = ZydisRegisterGetClass(reg);

	if (reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH)
		return (u8)((reg - ZYDIS_REGISTER_AH) | 0x20);
	/* Zydis numbers AL CL DL BL AH CH DH BH SPL BPL SIL DIL R8B: its ids are not ours there. */
	if (reg >= ZYDIS_REGISTER_SPL && reg <= ZYDIS_REGISTER_DIL)
		return (u8)(reg - ZYDIS_REGISTER_SPL + REG_RSP);
	if (reg >= ZYDIS_REGISTER_R8B && reg <= ZYDIS_REGISTER_R15B)
		return (u8)(reg - ZYDIS_REGISTER_R8B + REG_R8);
	if (cls == ZYDIS_REGCLASS_INVALID)
		return 0;
	return (u8)ZydisRegisterGetId(reg);
}

/* The memory operand among the visible ones, or -1. */
static int visible_mem(const struct lowering *l)
{
	for (unsigned n = 0; n < l->zi->operand_count_visible; n++)
		if (lower_is_mem(l, n))
			return (int)n;
	return -1;
}

static bool mem_is_written(const struct lowering *l, unsigned n)
{
	return l->zo[n].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE;
}

static void fill_visible(const struct lowering *l, struct op *op)
{
	bool have_a = false;

	for (unsigned n = 0; n < l->zi->operand_count_visible; n++) {
		const ZydisDecodedOperand *o = &l->zo[n];

		if (o->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
			op->imm = o->imm.value.u;
		} else if (o->type == ZYDIS_OPERAND_TYPE_REGISTER) {
			*(have_a ? &op->b : &op->a) = lower_reg(o->reg.value);
			have_a = true;
		}
	}
}

bool lower_plain(struct lowering *l, const struct insn *row)
{
	op_fn *fn = row->fn;
	int m = visible_mem(l);
	struct op *op;

	if (m >= 0 && l->zo[m].mem.type != ZYDIS_MEMOP_TYPE_AGEN)
		op = lower_emit_mem(l, fn, (unsigned)m,
				    mem_is_written(l, (unsigned)m) ? LOWER_WRITE : LOWER_READ);
	else
		op = lower_emit(l, fn);
	fill_visible(l, op);
	op->misc = (u8)row->n;
	l->ends |= (row->cond & INSN_ENDS_BLOCK) != 0;
	return true;
}
