/* SPDX-License-Identifier: MIT */
/*
 * JMP, CALL and RET to another code segment: directly, through call gates, and to other tasks.
 */
#include "chip/cpu/exec/far.h"

#include "chip/cpu/exec/control.h"
#include "chip/cpu/exec/gate.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/segment.h"
#include "chip/cpu/exec/stack.h"
#include "chip/cpu/exec/task.h"

static bool refuse(struct cpu *c, u8 vector, u16 sel)
{
	fault_selector(c, vector, sel);
	return false;
}

u64 far_context(const struct cpu *c)
{
	const struct segment *cs = &c->seg[SEG_CS];
	u64 flags = c->rflags & (RFLAGS_TF | RFLAGS_VM | RFLAGS_AC);
	bool flat = cs->base == 0 && cs->limit == 0xffffffff;

	return flags << 32 | (u64)flat << 31 | (u64)c->cpl << 16 | cs->attr;
}

/* -- one transfer ------------------------------------------------------------------------------------- */

/* A far JMP or CALL on its way. */
struct transfer {
	bool call;
	u8 size; /* operand size: of what CALL pushes */
	u16 sel;
	u64 offset;
	u64 ret; /* rIP behind the instruction */
};

/* A code segment that may be gone to without a gate: CPL stays. */
static bool direct_code_check(struct cpu *c, const struct desc *d)
{
	enum { LONG_AND_BIG = SEG_ATTRIB_L | SEG_ATTRIB_DB };
	u8 dpl = attr_dpl(d->attr);
	bool allowed = attr_is_conforming(d->attr)
			       ? dpl <= c->cpl
			       : dpl == c->cpl && selector_rpl(d->sel) <= c->cpl;

	if (!allowed || (cpu_long_mode(c) && (d->attr & LONG_AND_BIG) == LONG_AND_BIG))
		return refuse(c, X86_VECTOR_GP, d->sel);
	if (!(d->attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, d->sel);
	return true;
}

/* CS:rIP on the present stack, then to the code at the same CPL. */
static bool enter_code(struct cpu *c, const struct transfer *t, struct desc *d, u64 offset, u8 size)
{
	struct push_frame f;

	if (!code_target(c, d, offset))
		return false;
	frame_here(c, &f, size);
	if (t->call) {
		frame_push(&f, c->seg[SEG_CS].sel);
		frame_push(&f, t->ret);
	}
	if (!frame_write(c, &f) || !code_load(c, d, c->cpl))
		return false;
	frame_commit(c, &f);
	c->rip = offset;
	return true;
}

static bool direct(struct cpu *c, const struct transfer *t, struct desc *d)
{
	return direct_code_check(c, d) && enter_code(c, t, d, t->offset, t->size);
}

/* -- call gates --------------------------------------------------------------------------------------- */

/* Parameters are read from the outer stack before anything is pushed on the inner one. */
static bool copy_parameters(struct cpu *c, const struct gate *g, struct push_frame *f)
{
	for (unsigned n = g->count; n > 0; n--) {
		u64 v;

		if (!stack_peek(c, (n - 1u) * f->size, f->size, &v))
			return false;
		frame_push(f, v);
	}
	return true;
}

static bool call_inner(struct cpu *c, const struct transfer *t, const struct gate *g,
		       struct desc *code, u8 cpl, u8 size)
{
	struct push_frame f;

	frame_here(c, &f, size);
	if (!gate_inner_stack(c, cpl, &f))
		return false;
	frame_push(&f, c->seg[SEG_SS].sel);
	frame_push(&f, c->reg[REG_RSP]);
	if (!cpu_long_mode(c) && !copy_parameters(c, g, &f))
		return false;
	frame_push(&f, c->seg[SEG_CS].sel);
	frame_push(&f, t->ret);
	if (!code_target(c, code, g->offset) || !frame_write(c, &f) || !code_load(c, code, cpl))
		return false;
	frame_commit(c, &f);
	c->rip = g->offset;
	return true;
}

/* Gate and selector must both be open to the caller. */
static bool gate_open(struct cpu *c, const struct desc *d)
{
	u8 dpl = attr_dpl(d->attr);

	if (dpl < c->cpl || dpl < selector_rpl(d->sel))
		return refuse(c, X86_VECTOR_GP, d->sel);
	if (!(d->attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, d->sel);
	return true;
}

static bool through_gate(struct cpu *c, const struct transfer *t, struct desc *d)
{
	u8 size = cpu_long_mode(c) ? 8 : attr_type(d->attr) & 8 ? 4 : 2;
	struct desc code;
	struct gate g;
	u8 cpl;

	if (!gate_open(c, d))
		return false;
	gate_from_desc(c, d, &g);
	if (!gate_code(c, g.sel, &code, &cpl))
		return false;
	if (cpl == c->cpl)
		return enter_code(c, t, &code, g.offset, size);
	if (!t->call)
		return refuse(c, X86_VECTOR_GP, g.sel);
	return call_inner(c, t, &g, &code, cpl, size);
}

/* -- tasks -------------------------------------------------------------------------------------------- */

static bool to_task(struct cpu *c, const struct transfer *t, const struct desc *d)
{
	const struct task_switch s = {
		.cause = t->call ? TASK_CALL : TASK_JMP,
		.sel = attr_type(d->attr) == DESC_SYS_TASK_GATE ? task_gate_selector(d) : d->sel,
		.ret = t->ret,
	};

	return gate_open(c, d) && task_switch(c, &s);
}

/* -- where it leads ----------------------------------------------------------------------------------- */

static bool through_system(struct cpu *c, const struct transfer *t)
{
	struct desc d;

	if (!desc_read_system(c, t->sel, X86_VECTOR_GP, &d))
		return false;
	switch (attr_type(d.attr)) {
	case DESC_SYS_CALL_GATE:
		return through_gate(c, t, &d);
	case DESC_SYS_CALL_GATE16:
		if (!cpu_long_mode(c))
			return through_gate(c, t, &d);
		break;
	case DESC_SYS_TASK_GATE:
	case DESC_SYS_TSS16_AVAIL:
	case DESC_SYS_TSS_AVAIL:
		if (!cpu_long_mode(c))
			return to_task(c, t, &d);
		break;
	default:
		break;
	}
	return refuse(c, X86_VECTOR_GP, t->sel);
}

static bool protected_transfer(struct cpu *c, const struct transfer *t)
{
	struct desc d;

	if (selector_null(t->sel))
		return refuse(c, X86_VECTOR_GP, 0);
	if (!desc_read(c, t->sel, X86_VECTOR_GP, &d))
		return false;
	if (attr_is_system(d.attr))
		return through_system(c, t);
	if (!attr_is_code(d.attr))
		return refuse(c, X86_VECTOR_GP, t->sel);
	return direct(c, t, &d);
}

static bool real_transfer(struct cpu *c, const struct transfer *t)
{
	struct push_frame f;

	if (t->offset > c->seg[SEG_CS].limit)
		return refuse(c, X86_VECTOR_GP, 0);
	frame_here(c, &f, t->size);
	if (t->call) {
		frame_push(&f, c->seg[SEG_CS].sel);
		frame_push(&f, t->ret);
	}
	if (!frame_write(c, &f))
		return false;
	frame_commit(c, &f);
	segment_load_real(c, SEG_CS, t->sel);
	c->rip = t->offset;
	return true;
}

/* The run loop takes the rIP from the operation: the block moves to where that comes out right. */
void far_fault_rip(struct cpu *c, const struct op *op, u16 old_tr)
{
	if (c->tr.sel != old_tr)
		c->reg[REG_BLOCK] = c->rip - op->ip_off;
}

static bool transfer(struct cpu *c, const struct op *op, const struct transfer *t)
{
	u64 context = far_context(c);
	u16 task = c->tr.sel;
	bool ok = c->mode & MODE_REAL ? real_transfer(c, t) : protected_transfer(c, t);

	if (!ok)
		far_fault_rip(c, op, task);
	if (far_context(c) != context)
		cpu_context_changed(c);
	return ok;
}

/* -- JMP, CALL ---------------------------------------------------------------------------------------- */

/* imm: offset, disp: selector; misc: CALL. */
static OP(far_direct)
{
	const struct transfer t = {.call = op->misc,
				   .size = op->size,
				   .sel = (u16)op->disp,
				   .offset = op->imm,
				   .ret = op_next_rip(c, op) & c->ip_mask};

	if (!transfer(c, op, &t))
		OP_EVENT();
	return CPU_NEXT;
}

/* A 64-bit operand size still reads a 32-bit offset here.	[APM3 JMP (Far), CALL (Far)] */
static bool do_far_indirect(struct cpu *c, const struct op *op)
{
	unsigned width = op->size == 2 ? 2 : 4;
	struct transfer t = {
		.call = op->misc, .size = op->size, .ret = op_next_rip(c, op) & c->ip_mask};

	if (!mem_load_slow(c, op_ea_fast(c, op), width + 2))
		return false;
	t.offset = width == 2 ? host_load16(c->mem.b) : host_load32(c->mem.b);
	t.sel = host_load16(c->mem.b + width);
	return transfer(c, op, &t);
}

static OP(far_indirect)
{
	if (!do_far_indirect(c, op))
		OP_EVENT();
	return CPU_NEXT;
}

static bool lower_far(struct lowering *l, bool call)
{
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op = lower_emit_mem(l, far_indirect, 0, LOWER_READ);
	} else {
		op = lower_emit(l, far_direct);
		op->imm = l->zo[0].ptr.offset;
		op->disp = l->zo[0].ptr.segment;
	}
	op->misc = call;
	l->ends = true;
	return true;
}

bool lower_far_jmp(struct lowering *l, const struct insn *row)
{
	return lower_far(l, false);
}

bool lower_far_call(struct lowering *l, const struct insn *row)
{
	return lower_far(l, true);
}

/* -- RET ---------------------------------------------------------------------------------------------- */

static bool return_code_check(struct cpu *c, u16 sel, struct desc *d)
{
	enum { LONG_AND_BIG = SEG_ATTRIB_L | SEG_ATTRIB_DB };
	u8 rpl = selector_rpl(sel);
	u8 dpl;

	if (selector_null(sel))
		return refuse(c, X86_VECTOR_GP, 0);
	if (!desc_read(c, sel, X86_VECTOR_GP, d))
		return false;
	dpl = attr_dpl(d->attr);
	if (!attr_is_code(d->attr) || rpl < c->cpl ||
	    (attr_is_conforming(d->attr) ? dpl > rpl : dpl != rpl))
		return refuse(c, X86_VECTOR_GP, sel);
	if (cpu_long_mode(c) && (d->attr & LONG_AND_BIG) == LONG_AND_BIG)
		return refuse(c, X86_VECTOR_GP, sel);
	if (!(d->attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, sel);
	return true;
}

static bool to_64bit(const struct cpu *c, const struct desc *code)
{
	return cpu_long_mode(c) && code->attr & SEG_ATTRIB_L;
}

/* The stack to return to; ss->sel null: the null SS that 64-bit code below CPL 3 may have. */
static bool return_stack_check(struct cpu *c, const struct far_return *r, const struct desc *code,
			       struct desc *ss)
{
	u8 cpl = selector_rpl(r->cs);

	*ss = (struct desc){.sel = r->ss};
	if (selector_null(r->ss) && to_64bit(c, code) && cpl < 3 && selector_rpl(r->ss) == cpl)
		return true;
	return segment_check_stack(c, r->ss, cpl, X86_VECTOR_GP, ss) && desc_set_accessed(c, ss);
}

static void load_return_stack(struct cpu *c, const struct far_return *r, const struct desc *code,
			      const struct desc *ss)
{
	u8 cpl = selector_rpl(r->cs);

	if (selector_null(ss->sel)) {
		c->seg[SEG_SS] = null_ss(cpl);
		c->seg[SEG_SS].sel = ss->sel;
	} else {
		desc_to_segment(ss, &c->seg[SEG_SS]);
	}
	if (to_64bit(c, code))
		c->reg[REG_RSP] = r->rsp;
	else if (ss->attr & SEG_ATTRIB_DB)
		c->reg[REG_RSP] = (u32)r->rsp;
	else
		c->reg[REG_RSP] = (c->reg[REG_RSP] & ~0xffffull) | (r->rsp & 0xffff);
}

bool far_return(struct cpu *c, const struct far_return *r)
{
	u8 old_cpl = c->cpl;
	struct desc code, ss;

	if (!return_code_check(c, r->cs, &code) || !code_target(c, &code, r->rip))
		return false;
	if (r->has_stack && !return_stack_check(c, r, &code, &ss))
		return false;
	if (!code_load(c, &code, selector_rpl(r->cs)))
		return false;
	if (r->has_stack)
		load_return_stack(c, r, &code, &ss);
	else
		stack_drop(c, r->drop);
	c->rip = r->rip;
	if (c->cpl > old_cpl)
		segment_drop_inner(c);
	return true;
}

static bool ret_real(struct cpu *c, const struct op *op, u64 rip, u16 cs)
{
	if (rip > c->seg[SEG_CS].limit)
		return refuse(c, X86_VECTOR_GP, 0);
	stack_drop(c, 2u * op->size + op->imm);
	segment_load_real(c, SEG_CS, cs);
	c->rip = rip;
	return true;
}

/* imm: bytes to drop behind CS:rIP, and on the outer stack as well. */
static bool do_far_ret(struct cpu *c, const struct op *op)
{
	u64 rip, cs, rsp, ss;
	struct far_return r;

	if (!stack_peek(c, 0, op->size, &rip) || !stack_peek(c, op->size, op->size, &cs))
		return false;
	if (c->mode & MODE_REAL)
		return ret_real(c, op, rip, (u16)cs);
	r = (struct far_return){.cs = (u16)cs, .rip = rip, .drop = 2u * op->size + op->imm};
	if (selector_rpl(r.cs) > c->cpl) {
		if (!stack_peek(c, r.drop, op->size, &rsp) ||
		    !stack_peek(c, r.drop + op->size, op->size, &ss))
			return false;
		r.has_stack = true;
		r.rsp = rsp + op->imm;
		r.ss = (u16)ss;
	}
	return far_return(c, &r);
}

static OP(far_ret)
{
	u64 context = far_context(c);

	if (!do_far_ret(c, op))
		OP_EVENT();
	if (far_context(c) != context)
		cpu_context_changed(c);
	return CPU_NEXT;
}

bool lower_far_ret(struct lowering *l, const struct insn *row)
{
	struct op *op = lower_emit(l, far_ret);

	op->seg = SEG_SS;
	op->imm = lower_is_imm(l, 0) ? l->zo[0].imm.value.u : 0;
	l->ends = true;
	return true;
}
