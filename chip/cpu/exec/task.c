/* SPDX-License-Identifier: MIT */
/*
 * Hardware task switches.  The outgoing task's registers go to its TSS, the incoming one's come from
 * its own; from the moment TR names the new TSS, faults are the new task's.
 *	[APM2 12.2.3 32-bit TSS, 12.2.4 16-bit TSS, 12.3 Hardware Task-Management, 15.14.1]
 */
#include "chip/cpu/exec/task.h"

#include "base/bytes.h"
#include "chip/cpu/exec/gate.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/segment.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/exec/stack.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/svm/svm.h"

/* The part of a TSS that a switch reads and writes: rIP, rFLAGS, eight registers, segments. */
struct tss_form {
	u16 size;    /* of the whole */
	u16 dynamic; /* offset of IP */
	u8 width;    /* of IP, FLAGS and registers */
	u8 segments; /* saved */
	u16 seg_at;  /* offset of ES */
	u16 ldt_at;
};

static const struct tss_form form16 = {TSS16_SIZE, 0x0e, 2, 4, 0x22, 0x2a};
static const struct tss_form form32 = {TSS32_SIZE, 0x20, 4, 6, 0x48, 0x60};

enum { TSS_LINK = 0, TSS32_CR3 = 0x1c, TSS32_TRAP = 0x64 };

static const struct tss_form *form_of(u16 attr)
{
	return attr_type(attr) & 8 ? &form32 : &form16;
}

static bool refuse(struct cpu *c, u8 vector, u16 sel)
{
	fault_selector(c, vector, sel);
	return false;
}

static u64 image_get(const u8 *image, unsigned at, unsigned width)
{
	return width == 4 ? get_le32(image + at) : get_le16(image + at);
}

static void image_put(u8 *image, unsigned at, unsigned width, u64 v)
{
	if (width == 4)
		put_le32(image + at, (u32)v);
	else
		put_le16(image + at, (u16)v);
}

/* -- checks in the old task --------------------------------------------------------------------------- */

/* IRET goes back to a busy TSS and blames the link (#TS); everything else needs an available one. */
static bool tss_check(struct cpu *c, const struct task_switch *t, struct desc *d)
{
	bool back = t->cause == TASK_IRET;
	u8 vector = back ? X86_VECTOR_TS : X86_VECTOR_GP;
	u8 busy = back ? 2 : 0;

	if (selector_null(t->sel) || t->sel & SELECTOR_TI)
		return refuse(c, vector, t->sel);
	if (!desc_read(c, t->sel, vector, d))
		return false;
	if ((d->attr & (SEG_ATTRIB_S | 7)) != (1 | busy))
		return refuse(c, vector, t->sel);
	if (!(d->attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, t->sel);
	if (desc_limit(d) < form_of(d->attr)->size - 1u)
		return refuse(c, X86_VECTOR_TS, t->sel);
	return true;
}

static bool intercepts_switch(struct cpu *c, const struct task_switch *t)
{
	u64 info2 = t->error;

	if (!svm_intercepts(c, VMEXIT_TASK_SWITCH))
		return false;
	if (t->cause == TASK_IRET)
		info2 |= TASK_SWITCH_INFO2_IRET;
	if (t->cause == TASK_JMP)
		info2 |= TASK_SWITCH_INFO2_JMP;
	if (t->has_error)
		info2 |= TASK_SWITCH_INFO2_HAS_ERROR;
	if (t->rf)
		info2 |= TASK_SWITCH_INFO2_RF;
	exit_raise(c, VMEXIT_TASK_SWITCH, t->sel, info2);
	c->event.next_rip = t->ret;
	return true;
}

/* -- the old task's registers ------------------------------------------------------------------------- */

static bool save_old(struct cpu *c, const struct task_switch *t)
{
	const struct tss_form *f = form_of(c->tr.attr);
	u64 rflags = cpu_rflags_get(c) | (t->rf ? RFLAGS_RF : 0);
	u8 image[64] = {0};
	unsigned at = 0;

	if (t->cause == TASK_IRET)
		rflags &= ~RFLAGS_NT;
	image_put(image, at, f->width, t->ret);
	image_put(image, at += f->width, f->width, rflags);
	for (unsigned n = 0; n < 8; n++)
		image_put(image, at += f->width, f->width, c->reg[n]);
	for (unsigned n = 0; n < f->segments; n++)
		image_put(image, at += f->width, f->width, c->seg[n].sel);
	return mem_store_sys(c, (u32)(c->tr.base + f->dynamic), image, at + f->width);
}

/* Busy bits: the old task stays busy when the new one will return to it. */
static bool mark_busy(struct cpu *c, const struct task_switch *t, struct desc *d)
{
	struct desc old;

	if (t->cause != TASK_IRET && !desc_change(c, d, DESC_TSS_BUSY, 0))
		return false;
	if (t->cause == TASK_CALL || t->cause == TASK_EVENT)
		return true;
	return desc_read(c, c->tr.sel, X86_VECTOR_TS, &old) &&
	       desc_change(c, &old, 0, DESC_TSS_BUSY);
}

static bool link_back(struct cpu *c, const struct task_switch *t, const struct desc *d)
{
	if (t->cause == TASK_JMP || t->cause == TASK_IRET)
		return true;
	return mem_store_sys(c, (u32)desc_base(d) + TSS_LINK, &c->tr.sel, 2);
}

/* -- the new task's registers ------------------------------------------------------------------------- */

static void load_registers(struct cpu *c, const struct task_switch *t, const struct tss_form *f,
			   const u8 *image)
{
	unsigned at = f->dynamic;
	u64 rflags;

	c->rip = image_get(image, at, f->width);
	rflags = image_get(image, at += f->width, f->width);
	for (unsigned n = 0; n < 8; n++)
		c->reg[n] = image_get(image, at += f->width, f->width);
	if (t->cause == TASK_CALL || t->cause == TASK_EVENT)
		rflags |= RFLAGS_NT;
	cpu_rflags_set(c, rflags);
	for (unsigned n = 0; n < SEG_COUNT; n++)
		c->seg[n] = (struct segment){
			.sel = n < f->segments
				       ? (u16)image_get(image, f->seg_at + f->width * n, f->width)
				       : 0};
}

static bool load_ldt(struct cpu *c, u16 sel)
{
	struct desc d;

	c->ldtr = (struct segment){.sel = sel};
	if (selector_null(sel))
		return true;
	if (sel & SELECTOR_TI)
		return refuse(c, X86_VECTOR_TS, sel);
	if (!desc_read(c, sel, X86_VECTOR_TS, &d))
		return false;
	if ((d.attr & (SEG_ATTRIB_S | SEG_ATTRIB_TYPE_MASK)) != DESC_SYS_LDT ||
	    !(d.attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_TS, sel);
	desc_to_segment(&d, &c->ldtr);
	return true;
}

static bool load_code(struct cpu *c)
{
	u16 sel = c->seg[SEG_CS].sel;
	u8 rpl = selector_rpl(sel);
	struct desc d;

	if (selector_null(sel))
		return refuse(c, X86_VECTOR_TS, 0);
	if (!desc_read(c, sel, X86_VECTOR_TS, &d))
		return false;
	if (!attr_is_code(d.attr) ||
	    (attr_is_conforming(d.attr) ? attr_dpl(d.attr) > rpl : attr_dpl(d.attr) != rpl))
		return refuse(c, X86_VECTOR_TS, sel);
	if (!(d.attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, sel);
	return code_load(c, &d, rpl);
}

/* What MOV would answer with #GP is #TS here. */
static bool load_other(struct cpu *c, unsigned seg)
{
	if (segment_load(c, seg, c->seg[seg].sel))
		return true;
	if (c->event.kind == EVENT_FAULT && c->event.vector == X86_VECTOR_GP)
		c->event.vector = X86_VECTOR_TS;
	return false;
}

static bool load_segments(struct cpu *c)
{
	static const u8 others[] = {SEG_SS, SEG_ES, SEG_DS, SEG_FS, SEG_GS};

	if (cpu_v86(c)) {
		c->cpl = 3;
		segment_load_real(c, SEG_CS, c->seg[SEG_CS].sel);
	} else {
		c->cpl = selector_rpl(c->seg[SEG_CS].sel);
		if (!load_code(c))
			return false;
	}
	cpu_context_changed(c);
	for (unsigned n = 0; n < ARRAY_SIZE(others); n++)
		if (!load_other(c, others[n]))
			return false;
	return true;
}

static bool push_error(struct cpu *c, const struct task_switch *t, const struct tss_form *f)
{
	return !t->has_error || stack_push(c, f->width, t->error);
}

/* From here on c runs the new task. */
static bool enter(struct cpu *c, const struct task_switch *t, struct desc *d, const u8 *image)
{
	const struct tss_form *f = form_of(d->attr);
	const u64 local_breakpoints = DR7_L(0) | DR7_L(1) | DR7_L(2) | DR7_L(3);

	desc_to_segment(d, &c->tr);
	c->tr.attr |= 2; /* busy */
	c->cr0 |= CR0_TS;
	fpu_gate(c);
	c->dr7 &= ~local_breakpoints;
	if (f == &form32 && c->cr0 & CR0_PG)
		mmu_write_cr3(c, get_le32(image + TSS32_CR3), false);
	if (f == &form32 && image[TSS32_TRAP] & 1)
		c->debug_trap |= DR6_BT;
	load_registers(c, t, f, image);
	if (!load_ldt(c, (u16)get_le16(image + f->ldt_at)) || !load_segments(c))
		return false;
	if (c->rip > c->seg[SEG_CS].limit)
		return refuse(c, X86_VECTOR_GP, 0);
	return push_error(c, t, f);
}

bool task_switch(struct cpu *c, const struct task_switch *t)
{
	u8 image[TSS32_SIZE];
	struct desc d;

	if (!tss_check(c, t, &d) || intercepts_switch(c, t))
		return false;
	if (!mem_load_sys(c, (u32)desc_base(&d), image, form_of(d.attr)->size) || !save_old(c, t) ||
	    !link_back(c, t, &d) || !mark_busy(c, t, &d))
		return false;
	return enter(c, t, &d, image);
}
