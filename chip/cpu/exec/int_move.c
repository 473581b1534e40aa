/* SPDX-License-Identifier: MIT */
/* MOV and its kin: moves, extensions, LEA, XCHG, CMOVcc, SETcc, sign conversions, BSWAP, MOVBE. */
#include "chip/cpu/exec/int_move.h"

#include "chip/cpu/exec/alu.h"
#include "chip/cpu/exec/lock.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"

#define SIZES(MAKE) MAKE(8) MAKE(16) MAKE(32) MAKE(64)

/* -- MOV --------------------------------------------------------------------------------------- */

#define MOVE(bits)                                                   \
	static OP(mov##bits##_rr)                                    \
	{                                                            \
		reg_set##bits(c, op->a, reg_get##bits(c, op->b));    \
		OP_NEXT();                                           \
	}                                                            \
	static OP(mov##bits##_ri)                                    \
	{                                                            \
		reg_set##bits(c, op->a, (u##bits)op->imm);           \
		OP_NEXT();                                           \
	}                                                            \
	OP_LOADING(mov##bits##_rm, bits, reg_set##bits(c, op->a, v)) \
	OP_STORING(mov##bits##_mr, bits, reg_get##bits(c, op->b))    \
	OP_STORING(mov##bits##_mi, bits, op->imm)

SIZES(MOVE)

const struct family2 family_mov = {
	.rr = FAMILY_SIZES(mov, _rr),
	.ri = FAMILY_SIZES(mov, _ri),
	.rm = FAMILY_SIZES(mov, _rm),
	.mr = FAMILY_SIZES(mov, _mr),
	.mi = FAMILY_SIZES(mov, _mi),
};

/* -- MOVZX, MOVSX, MOVSXD ---------------------------------------------------------------------- */

#define EXTEND(name, from, to, type)                                         \
	static OP(name##from##to##_rr)                                       \
	{                                                                    \
		reg_set##to(c, op->a, (u##to)(type)reg_get##from(c, op->b)); \
		OP_NEXT();                                                   \
	}                                                                    \
	OP_LOADING(name##from##to##_rm, from, reg_set##to(c, op->a, (u##to)(type)v))

EXTEND(movzx, 8, 16, u8)
EXTEND(movzx, 8, 32, u8)
EXTEND(movzx, 16, 16, u16)
EXTEND(movzx, 16, 32, u16)
EXTEND(movsx, 8, 16, s8)
EXTEND(movsx, 8, 32, s8)
EXTEND(movsx, 8, 64, s8)
EXTEND(movsx, 16, 16, s16)
EXTEND(movsx, 16, 32, s16)
EXTEND(movsx, 16, 64, s16)
EXTEND(movsx, 32, 16, s32)
EXTEND(movsx, 32, 32, s32)
EXTEND(movsx, 32, 64, s32)

/* By source size (8, 16, 32) and destination size (16, 32, 64); a 64-bit MOVZX is a 32-bit one. */
struct extensions {
	op_fn *rr[3][3], *rm[3][3];
};

static const struct extensions zero_extend = {
	.rr = {{movzx816_rr, movzx832_rr, movzx832_rr}, {movzx1616_rr, movzx1632_rr, movzx1632_rr}},
	.rm = {{movzx816_rm, movzx832_rm, movzx832_rm}, {movzx1616_rm, movzx1632_rm, movzx1632_rm}},
};

static const struct extensions sign_extend = {
	.rr = {{movsx816_rr, movsx832_rr, movsx864_rr},
	       {movsx1616_rr, movsx1632_rr, movsx1664_rr},
	       {movsx3216_rr, movsx3232_rr, movsx3264_rr}},
	.rm = {{movsx816_rm, movsx832_rm, movsx864_rm},
	       {movsx1616_rm, movsx1632_rm, movsx1664_rm},
	       {movsx3216_rm, movsx3232_rm, movsx3264_rm}},
};

/* row->n: 1 sign-extends. */
bool lower_extend(struct lowering *l, const struct insn *row)
{
	const struct extensions *x = row->n ? &sign_extend : &zero_extend;
	unsigned from = size_index(l->zo[1].size);
	unsigned to = size_index(l->zo[0].size) - 1;
	struct op *op;

	if (lower_is_mem(l, 1))
		op = lower_emit_mem(l, x->rm[from][to], 1, LOWER_READ);
	else
		op = lower_emit(l, x->rr[from][to]);
	op->a = lower_reg(l->zo[0].reg.value);
	if (lower_is_reg(l, 1))
		op->b = lower_reg(l->zo[1].reg.value);
	return true;
}

/* -- LEA --------------------------------------------------------------------------------------- */

static OP(lea64_fast)
{
	c->reg[op->a] = op_ea_fast(c, op);
	OP_NEXT();
}

static OP(lea_any)
{
	u64 ea = op_ea_fast(c, op);

	if (op->addr_size < 8)
		ea &= op->addr_size == 4 ? 0xffffffffull : 0xffffull;
	reg_set(c, op->a, op->size, ea);
	OP_NEXT();
}

bool lower_lea(struct lowering *l, const struct insn *row)
{
	bool fast = l->zi->address_width == 64 && l->zi->operand_width == 64;
	struct op *op;

	if (!lower_is_mem(l, 1))
		return false;
	op = lower_emit(l, fast ? lea64_fast : lea_any);
	lower_address(l, op, 1);
	op->a = lower_reg(l->zo[0].reg.value);
	return true;
}

/* -- XCHG, XADD, CMPXCHG: memory forms of XCHG are always LOCKed ------------------------------- */

#define EXCHANGE(bits)                                                                             \
	static OP(xchg##bits##_rr)                                                                 \
	{                                                                                          \
		u##bits t = reg_get##bits(c, op->a);                                               \
                                                                                                   \
		reg_set##bits(c, op->a, reg_get##bits(c, op->b));                                  \
		reg_set##bits(c, op->b, t);                                                        \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static NOINLINE COLD OP(xchg##bits##_mr_slow)                                              \
	{                                                                                          \
		u64 la = op_ea_fast(c, op);                                                        \
                                                                                                   \
		do {                                                                               \
			if (!mem_probe_store(c, la, bits / 8) ||                                   \
			    !mem_load_slow(c, la, bits / 8) ||                                     \
			    !lock_cmpxchg_slow(c, la, bits / 8, host_load##bits(c->mem.b),         \
					       reg_get##bits(c, op->b)))                           \
				OP_EVENT();                                                        \
		} while (!c->swapped);                                                             \
		reg_set##bits(c, op->b, host_load##bits(c->mem.b));                                \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static OP(xchg##bits##_mr)                                                                 \
	{                                                                                          \
		u8 *p = mem_store_ptr(c, op_ea_fast(c, op), bits / 8);                             \
                                                                                                   \
		if (UNLIKELY(!p))                                                                  \
			OP_CALL(xchg##bits##_mr_slow, c, op);                                      \
		reg_set##bits(c, op->b, host_xchg##bits(p, reg_get##bits(c, op->b)));              \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static OP(xadd##bits##_rr)                                                                 \
	{                                                                                          \
		u##bits old = reg_get##bits(c, op->a);                                             \
		u##bits sum = alu_add##bits(old, reg_get##bits(c, op->b), &c->cc);                 \
                                                                                                   \
		reg_set##bits(c, op->b, old);                                                      \
		reg_set##bits(c, op->a, sum);                                                      \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static NOINLINE COLD OP(xadd##bits##_mr_slow)                                              \
	{                                                                                          \
		u64 la = op_ea_fast(c, op);                                                        \
		u##bits old;                                                                       \
		cc_t cc;                                                                           \
                                                                                                   \
		do {                                                                               \
			if (!mem_probe_store(c, la, bits / 8) || !mem_load_slow(c, la, bits / 8))  \
				OP_EVENT();                                                        \
			old = host_load##bits(c->mem.b);                                           \
			if (!lock_cmpxchg_slow(c, la, bits / 8, old,                               \
					       alu_add##bits(old, reg_get##bits(c, op->b), &cc)))  \
				OP_EVENT();                                                        \
		} while (!c->swapped);                                                             \
		c->cc = cc;                                                                        \
		reg_set##bits(c, op->b, old);                                                      \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static OP(xadd##bits##_mr)                                                                 \
	{                                                                                          \
		u8 *p = mem_store_ptr(c, op_ea_fast(c, op), bits / 8);                             \
                                                                                                   \
		if (UNLIKELY(!p))                                                                  \
			OP_CALL(xadd##bits##_mr_slow, c, op);                                      \
		reg_set##bits(c, op->b, host_lock_xadd##bits(p, reg_get##bits(c, op->b), &c->cc)); \
		OP_NEXT();                                                                         \
	}                                                                                          \
	/* Flags are those of comparing rAX with what was found. */                                \
	static OP(cmpxchg##bits##_rr)                                                              \
	{                                                                                          \
		u##bits ax = reg_get##bits(c, REG_RAX);                                            \
		u##bits found = reg_get##bits(c, op->a);                                           \
                                                                                                   \
		alu_cmp##bits(ax, found, &c->cc);                                                  \
		if (ax == found)                                                                   \
			reg_set##bits(c, op->a, reg_get##bits(c, op->b));                          \
		else                                                                               \
			reg_set##bits(c, REG_RAX, found);                                          \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static NOINLINE COLD OP(cmpxchg##bits##_mr_slow)                                           \
	{                                                                                          \
		u64 la = op_ea_fast(c, op);                                                        \
		u##bits ax = reg_get##bits(c, REG_RAX);                                            \
		u##bits found;                                                                     \
                                                                                                   \
		if (!lock_cmpxchg_slow(c, la, bits / 8, ax, reg_get##bits(c, op->b)))              \
			OP_EVENT();                                                                \
		found = c->swapped ? ax : host_load##bits(c->mem.b);                               \
		alu_cmp##bits(ax, found, &c->cc);                                                  \
		if (ax != found)                                                                   \
			reg_set##bits(c, REG_RAX, found);                                          \
		OP_NEXT();                                                                         \
	}                                                                                          \
	static OP(cmpxchg##bits##_mr)                                                              \
	{                                                                                          \
		u8 *p = mem_store_ptr(c, op_ea_fast(c, op), bits / 8);                             \
		u##bits ax = reg_get##bits(c, REG_RAX);                                            \
		u##bits found;                                                                     \
                                                                                                   \
		if (UNLIKELY(!p))                                                                  \
			OP_CALL(cmpxchg##bits##_mr_slow, c, op);                                   \
		found = host_lock_cmpxchg##bits(p, ax, reg_get##bits(c, op->b));                   \
		alu_cmp##bits(ax, found, &c->cc);                                                  \
		if (ax != found)                                                                   \
			reg_set##bits(c, REG_RAX, found);                                          \
		OP_NEXT();                                                                         \
	}

SIZES(EXCHANGE)

/* XADD and CMPXCHG without LOCK are done LOCKed too: one vCPU cannot tell, and nobody is hurt. */
const struct family2 family_xadd = {
	.rr = FAMILY_SIZES(xadd, _rr),
	.mr = FAMILY_SIZES(xadd, _mr),
	.lock_mr = FAMILY_SIZES(xadd, _mr),
};

const struct family2 family_cmpxchg = {
	.rr = FAMILY_SIZES(cmpxchg, _rr),
	.mr = FAMILY_SIZES(cmpxchg, _mr),
	.lock_mr = FAMILY_SIZES(cmpxchg, _mr),
};

static const struct family2 family_xchg = {
	.rr = FAMILY_SIZES(xchg, _rr),
	.mr = FAMILY_SIZES(xchg, _mr),
	.lock_mr = FAMILY_SIZES(xchg, _mr),
};

/* XCHG reg,mem may decode with either operand first. */
bool lower_xchg(struct lowering *l, const struct insn *row)
{
	unsigned n = size_index(l->zo[0].size);
	struct op *op;

	if (!lower_is_mem(l, 1))
		return lower_family2(l, &(struct insn){.arg = &family_xchg});
	op = lower_emit_mem(l, family_xchg.mr[n], 1, LOWER_WRITE);
	op->b = lower_reg(l->zo[0].reg.value);
	return true;
}

/* -- CMOVcc, SETcc ------------------------------------------------------------------------------ */

/* A 32-bit CMOV clears the upper half even when it does not move; a memory source is always read. */
#define CMOV(bits)                                                               \
	static OP(cmov##bits##_rr)                                               \
	{                                                                        \
		u##bits keep = reg_get##bits(c, op->a);                          \
		u##bits take = reg_get##bits(c, op->b);                          \
                                                                                 \
		reg_set##bits(c, op->a, cc_test(c->cc, op->misc) ? take : keep); \
		OP_NEXT();                                                       \
	}                                                                        \
	OP_LOADING(                                                              \
		cmov##bits##_rm, bits,                                           \
		reg_set##bits(c, op->a, cc_test(c->cc, op->misc) ? v : reg_get##bits(c, op->a)))

CMOV(16)
CMOV(32)
CMOV(64)

static const struct family2 family_cmov = {
	.rr = {NULL, cmov16_rr, cmov32_rr, cmov64_rr},
	.rm = {NULL, cmov16_rm, cmov32_rm, cmov64_rm},
};

bool lower_cmov(struct lowering *l, const struct insn *row)
{
	bool ok = lower_family2(l, &(struct insn){.arg = &family_cmov});

	l->ops[l->used - 1].misc = (u8)row->n;
	return ok;
}

static OP(setcc_r)
{
	reg_set8(c, op->a, cc_test(c->cc, op->misc));
	OP_NEXT();
}

OP_STORING(setcc_m, 8, cc_test(c->cc, op->misc))

bool lower_setcc(struct lowering *l, const struct insn *row)
{
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op = lower_emit_mem(l, setcc_m, 0, LOWER_WRITE);
	} else {
		op = lower_emit(l, setcc_r);
		op->a = lower_reg(l->zo[0].reg.value);
	}
	op->misc = (u8)row->n;
	return true;
}

/* -- sign conversions of the accumulator, BSWAP -------------------------------------------------- */

OP(op_cbw)
{
	reg_set16(c, REG_RAX, (u16)(s8)c->reg[REG_RAX]);
	OP_NEXT();
}

OP(op_cwde)
{
	reg_set32(c, REG_RAX, (u32)(s16)c->reg[REG_RAX]);
	OP_NEXT();
}

OP(op_cdqe)
{
	c->reg[REG_RAX] = (u64)(s64)(s32)c->reg[REG_RAX];
	OP_NEXT();
}

OP(op_cwd)
{
	reg_set16(c, REG_RDX, (s16)c->reg[REG_RAX] < 0 ? 0xffff : 0);
	OP_NEXT();
}

OP(op_cdq)
{
	reg_set32(c, REG_RDX, (s32)c->reg[REG_RAX] < 0 ? 0xffffffff : 0);
	OP_NEXT();
}

OP(op_cqo)
{
	c->reg[REG_RDX] = (s64)c->reg[REG_RAX] < 0 ? ~0ull : 0;
	OP_NEXT();
}

/* BSWAP of a 16-bit register is undefined by the documents; processors clear it. */
OP(op_bswap)
{
	if (op->size == 8)
		c->reg[op->a] = __builtin_bswap64(c->reg[op->a]);
	else if (op->size == 4)
		reg_set32(c, op->a, __builtin_bswap32((u32)c->reg[op->a]));
	else
		reg_set16(c, op->a, 0);
	OP_NEXT();
}

#define MOVBE(bits)                                                                           \
	OP_LOADING(movbe##bits##_rm, bits, reg_set##bits(c, op->a, __builtin_bswap##bits(v))) \
	OP_STORING(movbe##bits##_mr, bits, __builtin_bswap##bits(reg_get##bits(c, op->b)))

MOVBE(16)
MOVBE(32)
MOVBE(64)

const struct family2 family_movbe = {
	.rm = {NULL, movbe16_rm, movbe32_rm, movbe64_rm},
	.mr = {NULL, movbe16_mr, movbe32_mr, movbe64_mr},
};
