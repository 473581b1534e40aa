/* SPDX-License-Identifier: MIT */
/* PUSH, POP, PUSHA, POPA, ENTER, LEAVE. */
#include "chip/cpu/exec/stack.h"

#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/exec/segment.h"

u64 stack_mask(const struct cpu *c)
{
	if ((c->mode & MODE_WIDTH) == MODE_64)
		return ~0ull;
	return c->seg[SEG_SS].attr & SEG_ATTRIB_DB ? 0xffffffffull : 0xffffull;
}

static void set_rsp(struct cpu *c, u64 rsp)
{
	u64 mask = stack_mask(c);

	c->reg[REG_RSP] = (c->reg[REG_RSP] & ~mask) | (rsp & mask);
}

static bool stack_linear(struct cpu *c, u64 offset, unsigned size, bool write, u64 *la)
{
	return seg_linear(c, SEG_SS, offset & stack_mask(c), size, write, la);
}

bool stack_push(struct cpu *c, unsigned size, u64 v)
{
	u64 rsp = c->reg[REG_RSP] - size;
	u64 la;

	if (!stack_linear(c, rsp, size, true, &la) || !mem_store_slow_u64(c, la, v, size))
		return false;
	set_rsp(c, rsp);
	return true;
}

bool stack_peek(struct cpu *c, u64 offset, unsigned size, u64 *v)
{
	u64 la;

	if (!stack_linear(c, c->reg[REG_RSP] + offset, size, false, &la) ||
	    !mem_load_slow(c, la, size))
		return false;
	*v = size == 8 ? c->mem.q[0] : size == 4 ? (u32)c->mem.q[0] : (u16)c->mem.q[0];
	return true;
}

void stack_drop(struct cpu *c, u64 bytes)
{
	set_rsp(c, c->reg[REG_RSP] + bytes);
}

bool stack_pop(struct cpu *c, unsigned size, u64 *v)
{
	if (!stack_peek(c, 0, size, v))
		return false;
	stack_drop(c, size);
	return true;
}

/* -- PUSH ------------------------------------------------------------------------------------------- */

static NOINLINE COLD OP(push64_slow)
{
	u64 v = op->misc ? op->imm : c->reg[op->a];

	if (!mem_store_slow_u64(c, c->reg[REG_RSP] - 8, v, 8))
		OP_EVENT();
	c->reg[REG_RSP] -= 8;
	OP_NEXT();
}

static OP(push64_r)
{
	u8 *p = mem_store_ptr(c, c->reg[REG_RSP] - 8, 8);

	if (UNLIKELY(!p))
		OP_CALL(push64_slow, c, op);
	host_store64(p, c->reg[op->a]);
	c->reg[REG_RSP] -= 8;
	OP_NEXT();
}

static OP(push64_i)
{
	u8 *p = mem_store_ptr(c, c->reg[REG_RSP] - 8, 8);

	if (UNLIKELY(!p))
		OP_CALL(push64_slow, c, op);
	host_store64(p, op->imm);
	c->reg[REG_RSP] -= 8;
	OP_NEXT();
}

static OP(push_r)
{
	if (!stack_push(c, op->size, c->reg[op->a]))
		OP_EVENT();
	OP_NEXT();
}

static OP(push_i)
{
	if (!stack_push(c, op->size, op->imm))
		OP_EVENT();
	OP_NEXT();
}

static OP(push_m)
{
	u64 v;

	if (!mem_load_slow(c, op_ea_fast(c, op), op->size))
		OP_EVENT();
	v = c->mem.q[0];
	if (!stack_push(c, op->size, v))
		OP_EVENT();
	OP_NEXT();
}

static OP(push_sreg)
{
	if (!stack_push(c, op->size, c->seg[op->a].sel))
		OP_EVENT();
	OP_NEXT();
}

static bool is_segment(ZydisRegister reg)
{
	return ZydisRegisterGetClass(reg) == ZYDIS_REGCLASS_SEGMENT;
}

bool lower_push(struct lowering *l, const struct insn *row)
{
	bool fast = (l->mode & MODE_WIDTH) == MODE_64 && l->zi->operand_width == 64;
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op = lower_emit_mem(l, push_m, 0, LOWER_READ);
	} else if (lower_is_imm(l, 0)) {
		op = lower_emit(l, fast ? push64_i : push_i);
		op->imm = l->zo[0].imm.value.u;
		op->misc = 1;
	} else if (is_segment(l->zo[0].reg.value)) {
		op = lower_emit(l, push_sreg);
		op->a = lower_reg(l->zo[0].reg.value);
	} else {
		op = lower_emit(l, fast ? push64_r : push_r);
		op->a = lower_reg(l->zo[0].reg.value);
	}
	op->seg = SEG_SS;
	return true;
}

/* -- POP -------------------------------------------------------------------------------------------- */

static NOINLINE OP(pop_r)
{
	if (!stack_peek(c, 0, op->size, &c->mem.q[1]))
		OP_EVENT();
	stack_drop(c, op->size);
	reg_set(c, op->a, op->size, c->mem.q[1]);
	OP_NEXT();
}

static OP(pop64_r)
{
	const u8 *p = mem_load_ptr(c, c->reg[REG_RSP], 8);

	if (UNLIKELY(!p))
		OP_CALL(pop_r, c, op);
	c->reg[REG_RSP] += 8;
	c->reg[op->a] = host_load64(p);
	OP_NEXT();
}

/* An address by rSP is computed with rSP already incremented; a fault leaves rSP as it was. */
static OP(pop_m)
{
	u64 rsp = c->reg[REG_RSP];

	if (!stack_pop(c, op->size, &c->mem.q[1]))
		OP_EVENT();
	if (!op_linear(c, op, op->size, true, &c->reg[REG_EA]) ||
	    !mem_store_slow_u64(c, c->reg[REG_EA], c->mem.q[1], op->size)) {
		c->reg[REG_RSP] = rsp;
		OP_EVENT();
	}
	OP_NEXT();
}

bool lower_pop(struct lowering *l, const struct insn *row)
{
	bool fast = (l->mode & MODE_WIDTH) == MODE_64 && l->zi->operand_width == 64;
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op = lower_emit(l, pop_m);
		lower_address(l, op, 0);
	} else if (is_segment(l->zo[0].reg.value)) {
		op = lower_emit(l, op_pop_sreg);
		op->a = lower_reg(l->zo[0].reg.value);
		l->ends = true;
	} else {
		op = lower_emit(l, fast ? pop64_r : pop_r);
		op->a = lower_reg(l->zo[0].reg.value);
		op->seg = SEG_SS;
	}
	return true;
}

/* -- PUSHA, POPA ------------------------------------------------------------------------------------ */

/* The first and the last slot are probed before anything is written. */
static bool do_pusha(struct cpu *c, unsigned size)
{
	u64 rsp = c->reg[REG_RSP];
	u64 la;

	if (!stack_linear(c, rsp - 8 * size, size, true, &la) || !mem_probe_store(c, la, size))
		return false;
	for (unsigned n = 0; n < 8; n++)
		if (!stack_push(c, size, n == REG_RSP ? rsp : c->reg[n])) {
			c->reg[REG_RSP] = rsp;
			return false;
		}
	return true;
}

OP(op_pusha)
{
	if (!do_pusha(c, op->size))
		OP_EVENT();
	OP_NEXT();
}

static bool do_popa(struct cpu *c, unsigned size)
{
	u64 value[8];

	for (unsigned n = 0; n < 8; n++)
		if (!stack_peek(c, n * size, size, &value[7 - n]))
			return false;
	for (unsigned n = 0; n < 8; n++)
		if (n != REG_RSP)
			reg_set(c, n, size, value[n]);
	stack_drop(c, 8 * size);
	return true;
}

OP(op_popa)
{
	if (!do_popa(c, op->size))
		OP_EVENT();
	OP_NEXT();
}

/* -- ENTER, LEAVE ----------------------------------------------------------------------------------- */

/* imm: bytes of locals; misc: nesting level modulo 32. */
static bool do_enter(struct cpu *c, const struct op *op)
{
	unsigned size = op->size;
	u64 frame;
	u64 la;

	if (!stack_push(c, size, c->reg[REG_RBP]))
		return false;
	frame = c->reg[REG_RSP];
	for (unsigned level = 1; level < op->misc; level++) {
		if (!stack_linear(c, c->reg[REG_RBP] - (u64)size * level, size, false, &la) ||
		    !mem_load_slow(c, la, size) || !stack_push(c, size, c->mem.q[0]))
			return false;
	}
	if (op->misc && !stack_push(c, size, frame))
		return false;
	/* The new top of stack must be writable. */
	if (!stack_linear(c, c->reg[REG_RSP] - op->imm, size, true, &la) ||
	    !mem_probe_store(c, la, size))
		return false;
	set_rsp(c, c->reg[REG_RSP] - op->imm);
	reg_set(c, REG_RBP, size, frame);
	return true;
}

OP(op_enter)
{
	u64 rsp = c->reg[REG_RSP];

	if (!do_enter(c, op)) {
		c->reg[REG_RSP] = rsp;
		OP_EVENT();
	}
	OP_NEXT();
}

static OP(leave_any)
{
	if (!stack_linear(c, c->reg[REG_RBP], op->size, false, &c->reg[REG_EA]) ||
	    !mem_load_slow(c, c->reg[REG_EA], op->size))
		OP_EVENT();
	set_rsp(c, c->reg[REG_RBP] + op->size);
	reg_set(c, REG_RBP, op->size, c->mem.q[0]);
	OP_NEXT();
}

static OP(leave64)
{
	const u8 *p = mem_load_ptr(c, c->reg[REG_RBP], 8);

	if (UNLIKELY(!p))
		OP_CALL(leave_any, c, op);
	c->reg[REG_RSP] = c->reg[REG_RBP] + 8;
	c->reg[REG_RBP] = host_load64(p);
	OP_NEXT();
}

bool lower_leave(struct lowering *l, const struct insn *row)
{
	bool fast = (l->mode & MODE_WIDTH) == MODE_64 && l->zi->operand_width == 64;

	lower_emit(l, fast ? leave64 : leave_any)->seg = SEG_SS;
	return true;
}
