/* SPDX-License-Identifier: MIT */
/*
 * Protected mode without long mode: 16- and 32-bit interrupt and trap gates, task gates, and the
 * way out of virtual-8086 mode.	[APM2 8.7 Legacy Protected-Mode Interrupt Control
 * Transfers, 8.8 Virtual-8086 Mode Interrupt Control Transfers]
 */
#include "chip/cpu/exec/delivery.h"

#include "chip/cpu/exec/gate.h"
#include "chip/cpu/exec/task.h"
#include "chip/cpu/exec/v86.h"
#include "chip/cpu/mmu/mem.h"

static bool idt_read(struct cpu *c, const struct delivery *x, struct desc *d)
{
	u32 at = x->vector * 8u;

	if (at + 7 > c->idtr.limit)
		return delivery_refuse(c, x, X86_VECTOR_GP);
	*d = (struct desc){0};
	if (!mem_load_sys(c, (u32)(c->idtr.base + at), &d->low, 8))
		return false;
	d->attr = d->low >> DESC_TYPE_SHIFT & 0xff;
	return true;
}

static bool is_known_gate(u16 attr)
{
	if (attr & SEG_ATTRIB_S)
		return false;
	switch (attr_type(attr)) {
	case DESC_SYS_TASK_GATE:
	case DESC_SYS_INT_GATE16:
	case DESC_SYS_TRAP_GATE16:
	case DESC_SYS_INT_GATE:
	case DESC_SYS_TRAP_GATE:
		return true;
	default:
		return false;
	}
}

static bool idt_check(struct cpu *c, const struct delivery *x, const struct desc *d)
{
	if (!is_known_gate(d->attr))
		return delivery_refuse(c, x, X86_VECTOR_GP);
	if (delivery_is_software(x) && attr_dpl(d->attr) < c->cpl)
		return delivery_refuse(c, x, X86_VECTOR_GP);
	if (!(d->attr & SEG_ATTRIB_P))
		return delivery_refuse(c, x, X86_VECTOR_NP);
	return true;
}

static bool by_task_gate(struct cpu *c, const struct delivery *x, const struct desc *d)
{
	const struct task_switch t = {.cause = TASK_EVENT,
				      .sel = task_gate_selector(d),
				      .ret = x->ret,
				      .rf = x->source == EXC_FAULT && x->vector != X86_VECTOR_DB,
				      .has_error = x->has_error,
				      .error = x->error};

	return task_switch(c, &t);
}

static void fill(const struct cpu *c, const struct delivery *x, struct push_frame *f)
{
	if (cpu_v86(c)) {
		frame_push(f, c->seg[SEG_GS].sel);
		frame_push(f, c->seg[SEG_FS].sel);
		frame_push(f, c->seg[SEG_DS].sel);
		frame_push(f, c->seg[SEG_ES].sel);
	}
	if (f->inner) {
		frame_push(f, c->seg[SEG_SS].sel);
		frame_push(f, c->reg[REG_RSP]);
	}
	frame_push(f, delivery_rflags(c, x));
	frame_push(f, c->seg[SEG_CS].sel);
	frame_push(f, x->ret);
	if (x->has_error)
		frame_push(f, x->error);
}

/* The handler of virtual-8086 code runs at CPL 0, in a segment that does not conform. */
static bool from_v86_allowed(struct cpu *c, const struct desc *code, u8 cpl)
{
	if (!cpu_v86(c) || cpl == 0)
		return true;
	fault_selector(c, X86_VECTOR_GP, code->sel);
	return false;
}

static void leave_v86(struct cpu *c)
{
	if (!cpu_v86(c))
		return;
	for (unsigned n = 0; n < SEG_COUNT; n++)
		if (n != SEG_CS && n != SEG_SS)
			c->seg[n] = (struct segment){0};
}

static bool by_gate(struct cpu *c, const struct delivery *x, const struct gate *g)
{
	bool wide = attr_type(g->attr) & 8;
	struct push_frame f;
	struct desc code;
	u8 cpl;

	if (!gate_code(c, g->sel, &code, &cpl) || !from_v86_allowed(c, &code, cpl))
		return false;
	frame_here(c, &f, wide ? 4 : 2);
	if (cpl != c->cpl && !gate_inner_stack(c, cpl, &f))
		return false;
	if (!code_target(c, &code, g->offset))
		return false;
	fill(c, x, &f);
	if (!frame_write(c, &f) || !code_load(c, &code, cpl))
		return false;
	frame_commit(c, &f);
	leave_v86(c);
	c->rip = g->offset;
	c->rflags &= ~(RFLAGS_TF | RFLAGS_NT | RFLAGS_RF | RFLAGS_VM);
	if (!(attr_type(g->attr) & 1))
		c->rflags &= ~RFLAGS_IF;
	return true;
}

bool deliver_legacy(struct cpu *c, const struct delivery *x)
{
	struct gate g;
	struct desc d;

	if (x->source == EXC_SOFTWARE && cpu_v86(c)) {
		enum v86_int how = v86_redirect(c, x->vector);

		if (how == V86_INT_FAULT)
			return false;
		if (how == V86_INT_REDIRECT)
			return deliver_v86(c, x);
	}
	if (!idt_read(c, x, &d) || !idt_check(c, x, &d))
		return false;
	if (attr_type(d.attr) == DESC_SYS_TASK_GATE)
		return by_task_gate(c, x, &d);
	gate_from_desc(c, &d, &g);
	return by_gate(c, x, &g);
}
