/* SPDX-License-Identifier: MIT */
/*
 * Long mode: 16-byte gates, 64-bit handlers, a stack that is always switched to and aligned, with
 * SS:RSP always in the frame.	[APM2 8.9 Long-Mode Interrupt Control Transfers]
 */
#include "chip/cpu/exec/delivery.h"

#include "chip/cpu/exec/gate.h"
#include "chip/cpu/mmu/mem.h"

static bool gate_read(struct cpu *c, const struct delivery *x, struct gate *g)
{
	u32 at = x->vector * 16u;
	struct desc d = {0};
	u64 half[2];

	if (at + 15 > c->idtr.limit)
		return delivery_refuse(c, x, X86_VECTOR_GP);
	if (!mem_load_sys(c, c->idtr.base + at, half, sizeof(half)))
		return false;
	d.low = half[0];
	d.high = (u32)half[1];
	d.attr = half[0] >> DESC_TYPE_SHIFT & 0xff;
	gate_from_desc(c, &d, g);
	return true;
}

/* The type with the S bit. */
static bool is_long_gate(u16 attr)
{
	u16 type = attr & (SEG_ATTRIB_TYPE_MASK | SEG_ATTRIB_S);

	return type == DESC_SYS_INT_GATE || type == DESC_SYS_TRAP_GATE;
}

static bool gate_check(struct cpu *c, const struct delivery *x, const struct gate *g)
{
	if (!is_long_gate(g->attr))
		return delivery_refuse(c, x, X86_VECTOR_GP);
	if (delivery_is_software(x) && attr_dpl(g->attr) < c->cpl)
		return delivery_refuse(c, x, X86_VECTOR_GP);
	if (!(g->attr & SEG_ATTRIB_P))
		return delivery_refuse(c, x, X86_VECTOR_NP);
	return true;
}

/* The handler's stack: by IST, of the inner level, or the present one. */
static bool stack_select(struct cpu *c, const struct gate *g, u8 cpl, struct push_frame *f)
{
	frame_here(c, f, 8);
	f->flat = true;
	if (cpl != c->cpl) {
		f->cpl = cpl;
		f->ss = null_ss(cpl);
	}
	if (g->count) {
		if (!gate_ist_stack(c, g->count, f))
			return false;
	} else if (cpl != c->cpl && !gate_inner_stack(c, cpl, f)) {
		return false;
	}
	f->inner = false; /* its #SS has error code 0 */
	f->rsp &= ~15ull;
	return true;
}

static void fill(const struct cpu *c, const struct delivery *x, struct push_frame *f)
{
	frame_push(f, c->seg[SEG_SS].sel);
	frame_push(f, c->reg[REG_RSP]);
	frame_push(f, delivery_rflags(c, x));
	frame_push(f, c->seg[SEG_CS].sel);
	frame_push(f, x->ret);
	if (x->has_error)
		frame_push(f, x->error);
}

bool deliver_long(struct cpu *c, const struct delivery *x)
{
	struct push_frame f;
	struct desc code;
	struct gate g;
	u8 cpl;

	if (!gate_read(c, x, &g) || !gate_check(c, x, &g) || !gate_code(c, g.sel, &code, &cpl) ||
	    !stack_select(c, &g, cpl, &f) || !code_target(c, &code, g.offset))
		return false;
	fill(c, x, &f);
	if (!frame_write(c, &f) || !code_load(c, &code, cpl))
		return false;
	frame_commit(c, &f);
	c->rip = g.offset;
	c->rflags &= ~(RFLAGS_TF | RFLAGS_NT | RFLAGS_RF | RFLAGS_VM);
	if (attr_type(g.attr) == DESC_SYS_INT_GATE)
		c->rflags &= ~RFLAGS_IF;
	return true;
}
