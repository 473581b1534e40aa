/* SPDX-License-Identifier: MIT */
/* Flag instructions, decimal adjustments, XLAT, fences, and lowerings that sort out mnemonics. */
#include "chip/cpu/exec/int_misc.h"

#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/int_family.h"
#include "chip/cpu/exec/int_move.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/exec/segment.h"
#include "chip/cpu/exec/stack.h"
#include "chip/cpu/exec/string.h"
#include "chip/cpu/exec/system.h"

enum { CC_CF = 0x100, CC_AF = 0x1000 };

/* -- flags ------------------------------------------------------------------------------------------ */

OP(op_clc)
{
	c->cc &= (cc_t)~CC_CF;
	OP_NEXT();
}

OP(op_stc)
{
	c->cc |= CC_CF;
	OP_NEXT();
}

OP(op_cmc)
{
	c->cc ^= CC_CF;
	OP_NEXT();
}

OP(op_cld)
{
	c->rflags &= ~RFLAGS_DF;
	OP_NEXT();
}

OP(op_std)
{
	c->rflags |= RFLAGS_DF;
	OP_NEXT();
}

/* SF ZF . AF . PF 1 CF, as LAHF leaves them. */
OP(op_lahf)
{
	reg_set8(c, 0x20, (u8)((cc_to_rflags(c->cc) & 0xd5) | RFLAGS_ONE));
	OP_NEXT();
}

OP(op_sahf)
{
	u8 ah = reg_get8(c, 0x20);

	c->cc = (cc_t)((ah & 0xd5) << 8 | (c->cc & 1));
	OP_NEXT();
}

OP(op_salc)
{
	reg_set8(c, REG_RAX, cc_cf(c->cc) ? 0xff : 0);
	OP_NEXT();
}

/* -- decimal adjustments ---------------------------------------------------------------------------- */

/* SF ZF PF of al, with CF and AF as given; OF is undefined: cleared. */
static cc_t cc_of_al(u8 al, bool cf, bool af)
{
	cc_t cc = (cc_t)((cf ? CC_CF : 0) | (af ? CC_AF : 0));

	if (al == 0)
		cc |= 0x4000;
	if (al & 0x80)
		cc |= 0x8000;
	if (!__builtin_parity(al))
		cc |= 0x400;
	return cc;
}

static void adjust_decimal(struct cpu *c, int sign)
{
	u8 old = (u8)c->reg[REG_RAX];
	u8 al = old;
	bool cf = cc_cf(c->cc);
	bool af = (al & 15) > 9 || c->cc & CC_AF;
	bool carry = false;

	if (af) {
		carry = cf || (sign > 0 ? al > 0xf9 : al < 6);
		al = (u8)(al + sign * 6);
	}
	if (old > 0x99 || cf) {
		al = (u8)(al + sign * 0x60);
		carry = true;
	}
	reg_set8(c, REG_RAX, al);
	c->cc = cc_of_al(al, carry, af);
}

OP(op_daa)
{
	adjust_decimal(c, 1);
	OP_NEXT();
}

OP(op_das)
{
	adjust_decimal(c, -1);
	OP_NEXT();
}

static void adjust_ascii(struct cpu *c, int sign)
{
	u16 ax = (u16)c->reg[REG_RAX];
	bool adjust = (ax & 15) > 9 || c->cc & CC_AF;

	if (adjust)
		ax = (u16)(ax + sign * 0x106);
	ax &= 0xff0f;
	reg_set16(c, REG_RAX, ax);
	c->cc = cc_of_al((u8)ax, adjust, adjust);
}

OP(op_aaa)
{
	adjust_ascii(c, 1);
	OP_NEXT();
}

OP(op_aas)
{
	adjust_ascii(c, -1);
	OP_NEXT();
}

/* imm: the base; #DE when it is zero. */
OP(op_aam)
{
	u8 base = (u8)op->imm;
	u8 al = (u8)c->reg[REG_RAX];

	if (base == 0) {
		fault_raise(c, X86_VECTOR_DE);
		OP_EVENT();
	}
	reg_set16(c, REG_RAX, (u16)((al / base) << 8 | al % base));
	c->cc = cc_of_al(al % base, false, false);
	OP_NEXT();
}

OP(op_aad)
{
	u8 al = (u8)(c->reg[REG_RAX] + reg_get8(c, 0x20) * (u8)op->imm);

	reg_set16(c, REG_RAX, al);
	c->cc = cc_of_al(al, false, false);
	OP_NEXT();
}

/* -- XLAT, fences ------------------------------------------------------------------------------------ */

static bool do_xlat(struct cpu *c, const struct op *op)
{
	u64 offset = c->reg[REG_RBX] + (u8)c->reg[REG_RAX];
	u64 la;

	if (op->addr_size < 8)
		offset &= op->addr_size == 4 ? 0xffffffffull : 0xffffull;
	if (!seg_linear(c, op->seg, offset, 1, false, &la) || !mem_load_slow(c, la, 1))
		return false;
	reg_set8(c, REG_RAX, c->mem.b[0]);
	return true;
}

OP(op_xlat)
{
	if (!do_xlat(c, op))
		OP_EVENT();
	OP_NEXT();
}

OP(op_mfence)
{
	atomic_thread_fence(memory_order_seq_cst);
	OP_NEXT();
}

/* -- lowerings --------------------------------------------------------------------------------------- */

static OP(op_nop)
{
	OP_NEXT();
}

/* The operation stays, so that single steps and breakpoints see the instruction. */
bool lower_nop(struct lowering *l, const struct insn *row)
{
	if (l->zi->mnemonic == ZYDIS_MNEMONIC_NOP && l->zi->attributes & ZYDIS_ATTRIB_HAS_LOCK)
		return false;
	lower_emit(l, op_nop);
	return true;
}

/* MOV is also the moves of segment, control and debug registers. */
bool lower_mov(struct lowering *l, const struct insn *row)
{
	for (unsigned n = 0; n < 2; n++) {
		if (!lower_is_reg(l, n))
			continue;
		switch (ZydisRegisterGetClass(l->zo[n].reg.value)) {
		case ZYDIS_REGCLASS_SEGMENT:
			return lower_mov_sreg(l, n == 0);
		case ZYDIS_REGCLASS_CONTROL:
			return lower_mov_cr(l, n == 0);
		case ZYDIS_REGCLASS_DEBUG:
			return lower_mov_dr(l, n == 0);
		default:
			break;
		}
	}
	return lower_family2(l, &(struct insn){.arg = &family_mov});
}

bool lower_enter(struct lowering *l, const struct insn *row)
{
	struct op *op = lower_emit(l, op_enter);

	op->imm = l->zo[0].imm.value.u;
	op->misc = l->zo[1].imm.value.u & 31;
	op->seg = SEG_SS;
	return true;
}
