/* SPDX-License-Identifier: MIT */
/* Loading segment registers. */
#include "chip/cpu/exec/segment.h"

#include "chip/cpu/exec/desc.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/exec/stack.h"
#include "chip/cpu/exec/system.h"
#include "chip/cpu/model/model.h"

static bool refuse(struct cpu *c, u8 vector, u16 sel)
{
	fault_selector(c, vector, sel);
	return false;
}

/* -- null and real ------------------------------------------------------------------------------------ */

/* The first generation keeps base and limit of a segment that becomes null. */
static bool null_clears_base(const struct cpu *c)
{
	return c->model->family > 0x17 || (c->model->family == 0x17 && c->model->model >= 0x30);
}

void segment_load_null(struct cpu *c, unsigned seg, u16 sel)
{
	struct segment *s = &c->seg[seg];

	s->sel = sel;
	s->attr = 0;
	if (null_clears_base(c)) {
		s->base = 0;
		s->limit = 0;
	}
}

void segment_load_real(struct cpu *c, unsigned seg, u16 sel)
{
	enum { V86_DATA = 0xf3 }; /* present, DPL 3, writable, accessed */
	struct segment *s = &c->seg[seg];

	s->sel = sel;
	s->base = (u32)sel << 4;
	if (cpu_v86(c)) {
		s->limit = 0xffff;
		s->attr = V86_DATA;
	}
}

/* -- protected ---------------------------------------------------------------------------------------- */

/* The null selector is a stack for 64-bit code below CPL 3. */
static bool null_stack_allowed(const struct cpu *c, u16 sel, u8 cpl)
{
	return (c->mode & MODE_WIDTH) == MODE_64 && cpl < 3 && selector_rpl(sel) == cpl;
}

bool segment_check_stack(struct cpu *c, u16 sel, u8 cpl, u8 vector, struct desc *d)
{
	if (selector_null(sel))
		return refuse(c, vector, 0);
	if (!desc_read(c, sel, vector, d))
		return false;
	if (selector_rpl(sel) != cpl || attr_dpl(d->attr) != cpl || !attr_is_writable_data(d->attr))
		return refuse(c, vector, sel);
	if (!(d->attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_SS, sel);
	return true;
}

static bool load_stack(struct cpu *c, u16 sel)
{
	struct desc d;

	if (selector_null(sel) && null_stack_allowed(c, sel, c->cpl)) {
		c->seg[SEG_SS] =
			(struct segment){.sel = sel, .attr = (u16)(c->cpl << SEG_ATTRIB_DPL_SHIFT)};
		return true;
	}
	if (!segment_check_stack(c, sel, c->cpl, X86_VECTOR_GP, &d) || !desc_set_accessed(c, &d))
		return false;
	desc_to_segment(&d, &c->seg[SEG_SS]);
	return true;
}

/* Data, or code that may be read; code that conforms is open to everyone. */
static bool data_allowed(const struct cpu *c, const struct desc *d)
{
	u8 dpl = attr_dpl(d->attr);

	if (!attr_is_readable(d->attr))
		return false;
	return attr_is_conforming(d->attr) || (selector_rpl(d->sel) <= dpl && c->cpl <= dpl);
}

static bool load_data(struct cpu *c, unsigned seg, u16 sel)
{
	struct desc d;

	if (selector_null(sel)) {
		segment_load_null(c, seg, sel);
		return true;
	}
	if (!desc_read(c, sel, X86_VECTOR_GP, &d))
		return false;
	if (!data_allowed(c, &d))
		return refuse(c, X86_VECTOR_GP, sel);
	if (!(d.attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, sel);
	if (!desc_set_accessed(c, &d))
		return false;
	desc_to_segment(&d, &c->seg[seg]);
	return true;
}

bool segment_load(struct cpu *c, unsigned seg, u16 sel)
{
	if (c->mode & MODE_REAL) {
		segment_load_real(c, seg, sel);
		return true;
	}
	return seg == SEG_SS ? load_stack(c, sel) : load_data(c, seg, sel);
}

void segment_drop_inner(struct cpu *c)
{
	static const u8 data[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};

	for (unsigned n = 0; n < ARRAY_SIZE(data); n++) {
		const struct segment *s = &c->seg[data[n]];

		if (s->attr & SEG_ATTRIB_P && attr_dpl(s->attr) < c->cpl &&
		    !attr_is_conforming(s->attr))
			segment_load_null(c, data[n], 0);
	}
}

/* -- instructions ------------------------------------------------------------------------------------- */

/* One instruction without interrupts behind a load of SS, unless it stands in one itself. */
static void open_shadow(struct cpu *c, unsigned seg)
{
	if (seg != SEG_SS || c->shadow != SHADOW_NONE)
		return;
	c->shadow = SHADOW_MOV_SS;
	cpu_context_changed(c);
}

/* a: segment, b: register. */
OP(op_mov_to_sreg)
{
	if (!segment_load(c, op->a, (u16)c->reg[op->b]))
		OP_EVENT();
	if (op->a != SEG_SS)
		OP_NEXT();
	open_shadow(c, op->a);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* a: segment. */
static OP(mov_to_sreg_m)
{
	if (!mem_load_slow(c, op_ea_fast(c, op), 2) || !segment_load(c, op->a, (u16)c->mem.q[0]))
		OP_EVENT();
	if (op->a != SEG_SS)
		OP_NEXT();
	open_shadow(c, op->a);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* a: register, b: segment. */
OP(op_mov_from_sreg)
{
	reg_set(c, op->a, op->size, c->seg[op->b].sel);
	OP_NEXT();
}

static OP(mov_from_sreg_m)
{
	if (!mem_store_slow_u64(c, op_ea_fast(c, op), c->seg[op->b].sel, 2))
		OP_EVENT();
	OP_NEXT();
}

static bool lower_to_sreg(struct lowering *l)
{
	u8 seg = lower_reg(l->zo[0].reg.value);
	struct op *op;

	if (seg == SEG_CS)
		return false;
	if (lower_is_mem(l, 1)) {
		op = lower_emit_mem(l, mov_to_sreg_m, 1, LOWER_READ);
	} else {
		op = lower_emit(l, op_mov_to_sreg);
		op->b = lower_reg(l->zo[1].reg.value);
	}
	op->a = seg;
	l->ends |= seg == SEG_SS;
	return true;
}

static bool lower_from_sreg(struct lowering *l)
{
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op = lower_emit_mem(l, mov_from_sreg_m, 0, LOWER_WRITE);
	} else {
		op = lower_emit(l, op_mov_from_sreg);
		op->a = lower_reg(l->zo[0].reg.value);
		op->size = (u8)(l->zo[0].size / 8);
	}
	op->b = lower_reg(l->zo[1].reg.value);
	return true;
}

bool lower_mov_sreg(struct lowering *l, bool to)
{
	return to ? lower_to_sreg(l) : lower_from_sreg(l);
}

static bool do_pop_sreg(struct cpu *c, const struct op *op)
{
	u64 rsp = c->reg[REG_RSP];
	u64 sel;

	if (!stack_peek(c, 0, op->size, &sel))
		return false;
	stack_drop(c, op->size); /* by the old SS: its width counts */
	if (segment_load(c, op->a, (u16)sel))
		return true;
	c->reg[REG_RSP] = rsp;
	return false;
}

OP(op_pop_sreg)
{
	if (!do_pop_sreg(c, op))
		OP_EVENT();
	open_shadow(c, op->a);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* a: register, misc: segment.  The far pointer is offset, then selector; LSS opens no shadow. */
static bool do_far_pointer(struct cpu *c, const struct op *op)
{
	u64 la = op_ea_fast(c, op);
	u64 offset;

	if (!mem_load_slow(c, la, op->size + 2u))
		return false;
	offset = c->mem.q[0];
	if (!segment_load(c, op->misc, host_load16(c->mem.b + op->size)))
		return false;
	reg_set(c, op->a, op->size, offset);
	return true;
}

OP(op_lds)
{
	if (!do_far_pointer(c, op))
		OP_EVENT();
	OP_NEXT();
}

bool lower_load_far_pointer(struct lowering *l, const struct insn *row)
{
	struct op *op;

	if (!lower_is_mem(l, 1))
		return false;
	op = lower_emit_mem(l, op_lds, 1, LOWER_READ);
	op->a = lower_reg(l->zo[0].reg.value);
	op->misc = (u8)row->n;
	return true;
}
