/* SPDX-License-Identifier: MIT */
/*
 * Near control transfers.
 *
 * A direct jump in a flat code segment follows a link to the block it leads to; everything else
 * (16-bit operand size, code segments with a base or limit) ends the block after the checks.
 */
#include "chip/cpu/exec/control.h"

#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/fuse.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/exec/stack.h"

static ALWAYS_INLINE struct block_link *link_of(const struct op *op)
{
	return (struct block_link *)(uintptr_t)op->imm;
}

/* #GP(0) for a target outside the code segment or not canonical. */
static ALWAYS_INLINE bool target_allowed(struct cpu *c, u64 rip)
{
	bool ok = (c->mode & MODE_WIDTH) == MODE_64
			  ? (u64)((s64)(rip << c->va_shift) >> c->va_shift) == rip
			  : rip <= c->seg[SEG_CS].limit;

	if (UNLIKELY(!ok))
		fault_raise_error(c, X86_VECTOR_GP, 0);
	return ok;
}

static u64 truncate_rip(const struct op *op, u64 rip)
{
	return op->size == 2 ? (u16)rip : op->size == 4 ? (u32)rip : rip;
}

/* -- direct jumps --------------------------------------------------------------------------------- */

static OP(jmp_linked)
{
	BLOCK_FOLLOW(c, link_of(op));
}

/* imm: displacement. */
static OP(jmp_checked)
{
	u64 target = truncate_rip(op, op_next_rip(c, op) + op->imm);

	if (!target_allowed(c, target))
		OP_EVENT();
	BLOCK_END(target);
}

#define JCC(n)                                            \
	static OP(jcc##n)                                 \
	{                                                 \
		if (cc_test(c->cc, n))                    \
			BLOCK_FOLLOW(c, link_of(op));     \
		BLOCK_FOLLOW(c, link_of(op) + LINK_NEXT); \
	}

JCC(0)
JCC(1)
JCC(2)
JCC(3)
JCC(4)
JCC(5)
JCC(6)
JCC(7)
JCC(8)
JCC(9)
JCC(10)
JCC(11)
JCC(12)
JCC(13)
JCC(14)
JCC(15)

static op_fn *const jcc_linked[] = {jcc0, jcc1, jcc2,  jcc3,  jcc4,  jcc5,  jcc6,  jcc7,
				    jcc8, jcc9, jcc10, jcc11, jcc12, jcc13, jcc14, jcc15};

int jcc_condition(op_fn *fn)
{
	for (int n = 0; n < (int)ARRAY_SIZE(jcc_linked); n++)
		if (jcc_linked[n] == fn)
			return n;
	return -1;
}

static OP(jcc_checked)
{
	if (cc_test(c->cc, op->misc))
		OP_CALL(jmp_checked, c, op);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* LOOP, LOOPE, LOOPNE, JCXZ by address size; misc: enum. */
enum { LOOP_PLAIN, LOOP_E, LOOP_NE, LOOP_CXZ };

static bool loop_taken(struct cpu *c, const struct op *op)
{
	u64 count = reg_get(c, REG_RCX, op->addr_size);
	bool zf = cc_zf(c->cc);

	if (op->misc == LOOP_CXZ)
		return count == 0;
	count--;
	reg_set(c, REG_RCX, op->addr_size, count);
	count = reg_get(c, REG_RCX, op->addr_size);
	return count != 0 && (op->misc == LOOP_PLAIN || (op->misc == LOOP_E) == zf);
}

static OP(loop_linked)
{
	if (loop_taken(c, op))
		BLOCK_FOLLOW(c, link_of(op));
	BLOCK_FOLLOW(c, link_of(op) + LINK_NEXT);
}

static OP(loop_checked)
{
	u64 target = truncate_rip(op, op_next_rip(c, op) + op->imm);
	u64 rcx = c->reg[REG_RCX];

	if (!loop_taken(c, op))
		BLOCK_END(op_next_rip(c, op) & c->ip_mask);
	if (!target_allowed(c, target)) {
		c->reg[REG_RCX] = rcx;
		OP_EVENT();
	}
	BLOCK_END(target);
}

/* May blocks be linked over this jump? */
static bool linkable(const struct lowering *l)
{
	return (l->mode & MODE_FLAT) && !(l->mode & MODE_SINGLE) && l->zi->operand_width != 16;
}

/* The jump itself: fn when linked, its checked twin when not. */
static struct op *emit_jump(struct lowering *l, op_fn *linked, op_fn *checked)
{
	bool link = linkable(l);
	struct op *op = lower_emit(l, link ? linked : checked);
	u64 behind = (u64)l->ip_off + l->zi->length;
	u64 displacement = (u64)l->zo[0].imm.value.s;

	op->imm = displacement;
	if (link) {
		l->link[LINK_TAKEN].delta = behind + displacement;
		l->link[LINK_NEXT].delta = behind;
		op->imm = (u64)(uintptr_t)l->link;
	}
	if ((l->mode & MODE_WIDTH) == MODE_64)
		op->size = 8;
	l->ends = true;
	return op;
}

bool lower_jcc(struct lowering *l, const struct insn *row)
{
	emit_jump(l, jcc_linked[row->n], jcc_checked)->misc = (u8)row->n;
	return true;
}

bool lower_loop(struct lowering *l, const struct insn *row)
{
	emit_jump(l, loop_linked, loop_checked)->misc = (u8)row->n;
	return true;
}

/* -- indirect jumps -------------------------------------------------------------------------------- */

static OP(jmp64_r)
{
	if (UNLIKELY(!target_allowed(c, c->reg[op->a])))
		OP_EVENT();
	BLOCK_GOTO(c, c->reg[op->a]);
}

static NOINLINE COLD OP(jmp64_m_slow)
{
	if (!mem_load_slow(c, op_ea_fast(c, op), 8) || !target_allowed(c, c->mem.q[0]))
		OP_EVENT();
	BLOCK_END(c->mem.q[0]);
}

static OP(jmp64_m)
{
	const u8 *p = mem_load_ptr(c, op_ea_fast(c, op), 8);

	if (UNLIKELY(!p))
		OP_CALL(jmp64_m_slow, c, op);
	if (UNLIKELY(!target_allowed(c, host_load64(p))))
		OP_EVENT();
	BLOCK_GOTO(c, host_load64(p));
}

/* Any mode and size; misc: the target is in register a, not in memory. */
static bool any_target(struct cpu *c, const struct op *op, u64 *target)
{
	if (op->misc) {
		*target = reg_get(c, op->a, op->size);
	} else {
		c->mem.q[0] = 0;
		if (!mem_load_slow(c, op_ea_fast(c, op), op->size))
			return false;
		*target = truncate_rip(op, c->mem.q[0]);
	}
	return target_allowed(c, *target);
}

static OP(jmp_any)
{
	u64 target;

	if (!any_target(c, op, &target))
		OP_EVENT();
	BLOCK_END(target); /* returns to the run loop: a local's address is harmless */
}

static bool is_fast64(const struct lowering *l)
{
	return (l->mode & (MODE_WIDTH | MODE_SINGLE)) == MODE_64 && l->zi->operand_width == 64;
}

/* An indirect transfer by register or memory: the fast forms for 64-bit mode, else `any`. */
static void emit_indirect(struct lowering *l, op_fn *fast_r, op_fn *fast_m, op_fn *any)
{
	bool fast = is_fast64(l);
	struct op *op;

	if (lower_is_reg(l, 0)) {
		op = lower_emit(l, fast ? fast_r : any);
		op->a = lower_reg(l->zo[0].reg.value);
		op->misc = 1;
	} else {
		op = lower_emit_mem(l, fast ? fast_m : any, 0, LOWER_READ);
	}
	op->size = (u8)(l->zo[0].size / 8);
	l->ends = true;
}

bool lower_jmp(struct lowering *l, const struct insn *row)
{
	if (l->zi->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
		return lower_far_jmp(l, row);
	if (lower_is_imm(l, 0))
		emit_jump(l, jmp_linked, jmp_checked);
	else
		emit_indirect(l, jmp64_r, jmp64_m, jmp_any);
	return true;
}

/* -- CALL ------------------------------------------------------------------------------------------ */

static NOINLINE COLD OP(call64_linked_slow)
{
	if (!mem_store_slow_u64(c, c->reg[REG_RSP] - 8, op_next_rip(c, op), 8))
		OP_EVENT();
	c->reg[REG_RSP] -= 8;
	BLOCK_FOLLOW(c, link_of(op));
}

static OP(call64_linked)
{
	u8 *p = mem_store_ptr(c, c->reg[REG_RSP] - 8, 8);

	if (UNLIKELY(!p))
		OP_CALL(call64_linked_slow, c, op);
	host_store64(p, op_next_rip(c, op));
	c->reg[REG_RSP] -= 8;
	BLOCK_FOLLOW(c, link_of(op));
}

/* 32-bit code. */
static OP(call_linked)
{
	if (!stack_push(c, op->size, op_next_rip(c, op) & c->ip_mask))
		OP_EVENT();
	BLOCK_FOLLOW(c, link_of(op));
}

static OP(call_checked)
{
	u64 target = truncate_rip(op, op_next_rip(c, op) + op->imm);

	if (!target_allowed(c, target) || !stack_push(c, op->size, op_next_rip(c, op)))
		OP_EVENT();
	BLOCK_END(target);
}

static NOINLINE COLD OP(call_any)
{
	u64 target;

	if (!any_target(c, op, &target) || !stack_push(c, op->size, op_next_rip(c, op)))
		OP_EVENT();
	BLOCK_END(target);
}

static OP(call64_r)
{
	u8 *p = mem_store_ptr(c, c->reg[REG_RSP] - 8, 8);
	u64 target = c->reg[op->a];

	if (UNLIKELY(!p))
		OP_CALL(call_any, c, op);
	if (UNLIKELY(!target_allowed(c, target)))
		OP_EVENT();
	host_store64(p, op_next_rip(c, op));
	c->reg[REG_RSP] -= 8;
	BLOCK_GOTO(c, target);
}

static OP(call64_m)
{
	const u8 *from = mem_load_ptr(c, op_ea_fast(c, op), 8);
	u8 *p = mem_store_ptr(c, c->reg[REG_RSP] - 8, 8);
	u64 target;

	if (UNLIKELY(!p || !from))
		OP_CALL(call_any, c, op);
	target = host_load64(from);
	if (UNLIKELY(!target_allowed(c, target)))
		OP_EVENT();
	host_store64(p, op_next_rip(c, op));
	c->reg[REG_RSP] -= 8;
	BLOCK_GOTO(c, target);
}

bool lower_call(struct lowering *l, const struct insn *row)
{
	bool in64 = (l->mode & MODE_WIDTH) == MODE_64;

	if (l->zi->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
		return lower_far_call(l, row);
	if (!lower_is_imm(l, 0))
		emit_indirect(l, call64_r, call64_m, call_any);
	else
		emit_jump(l, in64 ? call64_linked : call_linked, call_checked)->seg = SEG_SS;
	return true;
}

/* -- RET ------------------------------------------------------------------------------------------- */

/* imm: bytes to drop behind the return address. */
static OP(ret_any)
{
	u64 rsp = c->reg[REG_RSP];
	u64 target = 0;

	if (!stack_pop(c, op->size, &target) || !target_allowed(c, target)) {
		c->reg[REG_RSP] = rsp;
		OP_EVENT();
	}
	stack_drop(c, op->imm);
	BLOCK_END(target);
}

static OP(ret64)
{
	const u8 *p = mem_load_ptr(c, c->reg[REG_RSP], 8);
	u64 target;

	if (UNLIKELY(!p))
		OP_CALL(ret_any, c, op);
	target = host_load64(p);
	if (UNLIKELY(!target_allowed(c, target)))
		OP_EVENT();
	c->reg[REG_RSP] += 8 + op->imm;
	BLOCK_GOTO(c, target);
}

bool lower_ret(struct lowering *l, const struct insn *row)
{
	struct op *op;

	if (l->zi->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
		return lower_far_ret(l, row);
	op = lower_emit(l, is_fast64(l) ? ret64 : ret_any);
	op->seg = SEG_SS;
	op->imm = lower_is_imm(l, 0) ? l->zo[0].imm.value.u : 0;
	l->ends = true;
	return true;
}
