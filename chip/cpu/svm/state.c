/* SPDX-License-Identifier: MIT */
/*
 * The guest's registers, from a save area and back.
 *	[APM2 15.5.1 Basic Operation, 15.5.2 VMSAVE and VMLOAD, 15.6 #VMEXIT]
 */
#include "chip/cpu/svm/internal.h"

#include "abi/cpuid.h"
#include "abi/paging.h"
#include "chip/cpu/model/model.h"

enum { SEG_ATTRIB_ALL = 0xfff };

/* -- segments ----------------------------------------------------------------------------------- */

/* Base addresses are sign-extended from the width of linear addresses. */
static u64 canonical(const struct cpu *c, u64 base)
{
	unsigned unused = c->cr4 & CR4_LA57 ? 64 - VA_BITS_5LEVEL : 64 - VA_BITS_4LEVEL;

	return (u64)((s64)(base << unused) >> unused);
}

struct segment svm_segment_load(const struct cpu *c, const struct vmcb_seg *v)
{
	return (struct segment){.sel = v->selector,
				.attr = v->attrib & SEG_ATTRIB_ALL,
				.limit = v->limit,
				.base = canonical(c, v->base)};
}

struct vmcb_seg svm_segment_save(const struct segment *s)
{
	return (struct vmcb_seg){
		.selector = s->sel, .attrib = s->attr, .limit = s->limit, .base = s->base};
}

static struct table_register table_load(const struct cpu *c, const struct vmcb_seg *v)
{
	return (struct table_register){.base = canonical(c, v->base), .limit = (u16)v->limit};
}

/* Selector and attributes do not exist: they stay as they are. */
static void table_save(struct vmcb_seg *v, const struct table_register *t)
{
	v->base = t->base;
	v->limit = t->limit;
}

/* -- what only some guests have ------------------------------------------------------------------ */

static bool nested(const struct cpu *c)
{
	return c->svm->ctl.nested_ctl & VMCB_NP_ENABLE;
}

static bool swaps_lbr(const struct cpu *c)
{
	return c->svm->ctl.virt_ctl & VMCB_LBR_VIRT_ENABLE;
}

static bool swaps_spec_ctrl(const struct cpu *c)
{
	return c->model->svm_edx & CPUID_8000_000A_EDX_SPEC_CTRL;
}

void svm_host_save(struct cpu *c)
{
	c->svm->host = (struct svm_host_swapped){.dbgctl = c->dbgctl,
						 .br_from = c->br_from,
						 .br_to = c->br_to,
						 .last_excp_from = c->last_excp_from,
						 .last_excp_to = c->last_excp_to,
						 .spec_ctrl = c->spec_ctrl};
}

void svm_host_restore(struct cpu *c)
{
	const struct svm_host_swapped *h = &c->svm->host;

	if (swaps_spec_ctrl(c))
		c->spec_ctrl = h->spec_ctrl;
	if (!swaps_lbr(c))
		return;
	c->dbgctl = h->dbgctl;
	c->br_from = h->br_from;
	c->br_to = h->br_to;
	c->last_excp_from = h->last_excp_from;
	c->last_excp_to = h->last_excp_to;
}

/* -- what VMRUN loads --------------------------------------------------------------------------- */

static void load_control(struct cpu *c, const struct vmcb_save *s)
{
	bool active = s->efer & EFER_LME && s->cr0 & CR0_PG;

	c->cr0 = s->cr0 | CR0_ET;
	c->cr2 = s->cr2;
	c->cr3 = s->cr3;
	c->cr4 = s->cr4;
	c->efer = (s->efer & ~EFER_LMA) | (active ? EFER_LMA : 0);
	c->dr6 = s->dr6 | DR6_INIT;
	c->dr7 = s->dr7 | DR7_ONE;
}

/* Real mode has no privilege levels, and virtual-8086 mode is level 3. */
static u8 cpl_of(const struct vmcb_save *s)
{
	if (!(s->cr0 & CR0_PE))
		return 0;
	return s->rflags & RFLAGS_VM ? 3 : s->cpl & 3;
}

static void load_lbr(struct cpu *c, const struct vmcb_save *s)
{
	c->dbgctl = s->dbgctl;
	c->br_from = s->br_from;
	c->br_to = s->br_to;
	c->last_excp_from = s->lastexcpfrom;
	c->last_excp_to = s->lastexcpto;
}

void svm_state_load(struct cpu *c, const struct vmcb_save *s)
{
	load_control(c, s);
	c->seg[SEG_ES] = svm_segment_load(c, &s->es);
	c->seg[SEG_CS] = svm_segment_load(c, &s->cs);
	c->seg[SEG_SS] = svm_segment_load(c, &s->ss);
	c->seg[SEG_DS] = svm_segment_load(c, &s->ds);
	c->gdtr = table_load(c, &s->gdtr);
	c->idtr = table_load(c, &s->idtr);
	c->cpl = cpl_of(s);
	cpu_rflags_set(c, s->rflags);
	c->rip = canonical(c, s->rip);
	c->reg[REG_RSP] = s->rsp;
	c->reg[REG_RAX] = s->rax;
	c->pat = nested(c) ? s->g_pat : c->svm->host_pat;
	if (swaps_lbr(c))
		load_lbr(c, s);
	if (swaps_spec_ctrl(c))
		c->spec_ctrl = s->spec_ctrl;
}

/* -- what #VMEXIT stores ------------------------------------------------------------------------ */

static void save_lbr(const struct cpu *c, struct vmcb_save *s)
{
	s->dbgctl = c->dbgctl;
	s->br_from = c->br_from;
	s->br_to = c->br_to;
	s->lastexcpfrom = c->last_excp_from;
	s->lastexcpto = c->last_excp_to;
}

static void save_control(const struct cpu *c, struct vmcb_save *s)
{
	s->cr0 = c->cr0;
	s->cr2 = c->cr2;
	s->cr3 = c->cr3;
	s->cr4 = c->cr4;
	s->efer = c->efer;
	s->dr6 = c->dr6;
	s->dr7 = c->dr7;
}

void svm_state_save(const struct cpu *c, struct vmcb_save *s)
{
	s->es = svm_segment_save(&c->seg[SEG_ES]);
	s->cs = svm_segment_save(&c->seg[SEG_CS]);
	s->ss = svm_segment_save(&c->seg[SEG_SS]);
	s->ds = svm_segment_save(&c->seg[SEG_DS]);
	table_save(&s->gdtr, &c->gdtr);
	table_save(&s->idtr, &c->idtr);
	save_control(c, s);
	s->cpl = c->cpl;
	s->rflags = cpu_rflags_get(c);
	s->rip = c->rip;
	s->rsp = c->reg[REG_RSP];
	s->rax = c->reg[REG_RAX];
	if (nested(c))
		s->g_pat = c->pat;
	if (swaps_lbr(c))
		save_lbr(c, s);
	if (swaps_spec_ctrl(c))
		s->spec_ctrl = c->spec_ctrl;
}
