/* SPDX-License-Identifier: MIT */
/*
 * IRET: back from handlers, in every mode.	[APM2 8.6-8.9, APM3 IRET]
 */
#include "chip/cpu/exec/far.h"

#include "chip/cpu/exec/debug.h"
#include "chip/cpu/exec/flags_sys.h"
#include "chip/cpu/exec/gate.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/segment.h"
#include "chip/cpu/exec/stack.h"
#include "chip/cpu/exec/task.h"
#include "chip/cpu/mmu/mem.h"
#include "chip/cpu/run.h"

struct return_frame {
	u64 rip, rflags, rsp;
	u16 cs, ss;
	u8 size;
};

static bool refuse(struct cpu *c, u16 sel)
{
	fault_selector(c, X86_VECTOR_GP, sel);
	return false;
}

/* NMIs are open again. */
static void unmask_nmi(struct cpu *c)
{
	if (!c->nmi_masked)
		return;
	c->nmi_masked = false;
	cpu_attend(c, ATTENTION_WINDOW);
}

/* RF only counts where breakpoints do, and is cleared there after one instruction. */
static void set_rf(struct cpu *c, u64 rflags)
{
	c->rflags &= ~RFLAGS_RF;
	if (debug_armed(c))
		c->rflags |= rflags & RFLAGS_RF;
}

/* -- real and virtual-8086 mode ------------------------------------------------------------------------ */

static bool read3(struct cpu *c, struct return_frame *f)
{
	u64 cs;

	if (!stack_peek(c, 0, f->size, &f->rip) || !stack_peek(c, f->size, f->size, &cs) ||
	    !stack_peek(c, 2u * f->size, f->size, &f->rflags))
		return false;
	f->cs = (u16)cs;
	return true;
}

/* With VME and IOPL < 3 the popped IF is the virtual one; *mask: what may be replaced. */
static bool v86_flags(struct cpu *c, struct return_frame *f, u64 *mask)
{
	*mask &= ~(u64)RFLAGS_IOPL_MASK;
	if (flags_iopl(c) == 3)
		return true;
	if (!(c->cr4 & CR4_VME) || f->size != 2)
		return refuse(c, 0);
	if (f->rflags & RFLAGS_TF || (f->rflags & RFLAGS_IF && c->rflags & RFLAGS_VIP))
		return refuse(c, 0);
	*mask = (*mask & ~RFLAGS_IF) | RFLAGS_VIF;
	f->rflags = (f->rflags & ~RFLAGS_VIF) | (f->rflags & RFLAGS_IF ? RFLAGS_VIF : 0);
	return true;
}

static bool iret_real(struct cpu *c, struct return_frame *f)
{
	u64 mask = flags_writable(c, f->size);

	if (!read3(c, f) || (cpu_v86(c) && !v86_flags(c, f, &mask)))
		return false;
	if (f->rip > c->seg[SEG_CS].limit)
		return refuse(c, 0);
	stack_drop(c, 3u * f->size);
	segment_load_real(c, SEG_CS, f->cs);
	flags_replace(c, f->rflags, mask);
	c->rip = f->rip;
	return true;
}

/* -- to virtual-8086 mode ------------------------------------------------------------------------------ */

/* EIP CS EFLAGS ESP SS ES DS FS GS, four bytes each. */
static bool iret_to_v86(struct cpu *c, struct return_frame *f)
{
	static const u8 order[] = {SEG_SS, SEG_ES, SEG_DS, SEG_FS, SEG_GS};
	u64 sel[ARRAY_SIZE(order)];
	u64 rsp;

	if (!stack_peek(c, 12, 4, &rsp))
		return false;
	for (unsigned n = 0; n < ARRAY_SIZE(order); n++)
		if (!stack_peek(c, 16 + 4 * n, 4, &sel[n]))
			return false;
	if (f->rip > 0xffff)
		return refuse(c, 0);
	flags_replace(c, f->rflags, RFLAGS_DEFINED & ~RFLAGS_RF);
	set_rf(c, f->rflags);
	c->cpl = 3;
	for (unsigned n = 0; n < ARRAY_SIZE(order); n++)
		segment_load_real(c, order[n], (u16)sel[n]);
	segment_load_real(c, SEG_CS, f->cs);
	c->reg[REG_RSP] = (u32)rsp;
	c->rip = f->rip;
	return true;
}

/* -- protected and long mode --------------------------------------------------------------------------- */

/* 64-bit mode pops SS:RSP always, the others when CPL changes. */
static bool read_stack_pointer(struct cpu *c, struct return_frame *f)
{
	u64 ss;

	if (!stack_peek(c, 3u * f->size, f->size, &f->rsp) ||
	    !stack_peek(c, 4u * f->size, f->size, &ss))
		return false;
	f->ss = (u16)ss;
	return true;
}

static bool pops_stack(const struct cpu *c, const struct return_frame *f)
{
	return (c->mode & MODE_WIDTH) == MODE_64 || selector_rpl(f->cs) != c->cpl;
}

static void commit_flags(struct cpu *c, const struct return_frame *f, u64 mask)
{
	flags_replace(c, f->rflags, mask);
	set_rf(c, f->rflags);
}

/* VIF and VIP too at CPL 0, with the 32- and 64-bit forms. */
static u64 iret_writable(const struct cpu *c, unsigned size)
{
	u64 mask = flags_writable(c, size);

	return c->cpl == 0 && size > 2 ? mask | RFLAGS_VIF | RFLAGS_VIP : mask;
}

static bool iret_protected(struct cpu *c, struct return_frame *f)
{
	u64 mask = iret_writable(c, f->size);
	struct far_return r = {.cs = f->cs, .rip = f->rip};

	if (pops_stack(c, f)) {
		if (!read_stack_pointer(c, f))
			return false;
		r.has_stack = true;
		r.ss = f->ss;
		r.rsp = f->rsp;
	} else {
		r.drop = 3u * f->size;
	}
	if (!far_return(c, &r))
		return false;
	commit_flags(c, f, mask);
	return true;
}

static bool task_return(struct cpu *c, const struct op *op)
{
	struct task_switch t = {.cause = TASK_IRET, .ret = op_next_rip(c, op) & c->ip_mask};
	u16 link;

	if (!mem_load_sys(c, (u32)c->tr.base, &link, 2))
		return false;
	t.sel = link;
	return task_switch(c, &t);
}

static bool do_iret(struct cpu *c, const struct op *op)
{
	struct return_frame f = {.size = op->size};

	if (c->mode & MODE_REAL)
		return iret_real(c, &f);
	if (c->rflags & RFLAGS_NT)
		return cpu_long_mode(c) ? refuse(c, 0) : task_return(c, op);
	if (!read3(c, &f))
		return false;
	if (f.rflags & RFLAGS_VM && c->cpl == 0 && f.size == 4 && !cpu_long_mode(c))
		return iret_to_v86(c, &f);
	return iret_protected(c, &f);
}

static OP(iret)
{
	u64 context = far_context(c);
	u16 task = c->tr.sel;

	if (!do_iret(c, op)) {
		far_fault_rip(c, op, task);
		OP_EVENT();
	}
	unmask_nmi(c);
	if (far_context(c) != context)
		cpu_context_changed(c);
	return CPU_NEXT;
}

bool lower_iret(struct lowering *l, const struct insn *row)
{
	lower_emit_intercept(l, row);
	lower_emit(l, iret)->seg = SEG_SS;
	l->ends = true;
	return true;
}
