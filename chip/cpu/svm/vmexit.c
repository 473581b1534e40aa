/* SPDX-License-Identifier: MIT */
/* #VMEXIT: what it reports, and what it writes.	[APM2 15.6 #VMEXIT, 15.7.1, 15.8] */
#include "chip/cpu/svm/internal.h"

#include <string.h>

#include "abi/cpuid.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/model/model.h"
#include "chip/cpu/trace/internal.h"

/* -- writing ------------------------------------------------------------------------------------ */

static const struct svm_run control_runs[] = {
	SVM_RUN(vmcb_control, vintr, exitintinfo),
	SVM_RUN(vmcb_control, eventinj, eventinj),
	SVM_RUN(vmcb_control, nrip, insn_bytes),
};

static const struct svm_run save_runs[] = {
	SVM_RUN(vmcb_save, es, ds),
	SVM_RUN(vmcb_save, gdtr.limit, gdtr.base),
	SVM_RUN(vmcb_save, idtr.limit, idtr.base),
	SVM_RUN(vmcb_save, cpl, cpl),
	SVM_RUN(vmcb_save, efer, efer),
	SVM_RUN(vmcb_save, cr4, rip),
	SVM_RUN(vmcb_save, rsp, rsp),
	SVM_RUN(vmcb_save, rax, rax),
	SVM_RUN(vmcb_save, cr2, cr2),
};

static const struct svm_run pat_run = SVM_RUN(vmcb_save, g_pat, g_pat);
static const struct svm_run lbr_run = SVM_RUN(vmcb_save, dbgctl, lastexcpto);
static const struct svm_run spec_ctrl_run = SVM_RUN(vmcb_save, spec_ctrl, spec_ctrl);

void svm_put(struct cpu *c, view_t view, spa_t base, const void *image, const struct svm_run *r)
{
	(void)cache_write(c->cache, c->agent, REQ_HOST_CORE, view, SPA(base.v + r->offset),
			  (const u8 *)image + r->offset, r->len);
}

static void write_control(struct cpu *c)
{
	struct svm *s = c->svm;

	for (unsigned n = 0; n < ARRAY_SIZE(control_runs); n++)
		svm_put(c, VIEW_RAW, s->vmcb_spa, &s->ctl, &control_runs[n]);
}

static void write_save_area(struct cpu *c)
{
	const struct svm_save_area *a = &c->svm->save_area;
	struct vmcb_save image;

	svm_state_save(c, &image);
	for (unsigned n = 0; n < ARRAY_SIZE(save_runs); n++)
		svm_put(c, a->view, a->spa, &image, &save_runs[n]);
	if (c->svm->ctl.nested_ctl & VMCB_NP_ENABLE)
		svm_put(c, a->view, a->spa, &image, &pat_run);
	if (c->svm->ctl.virt_ctl & VMCB_LBR_VIRT_ENABLE)
		svm_put(c, a->view, a->spa, &image, &lbr_run);
	if (c->model->svm_edx & CPUID_8000_000A_EDX_SPEC_CTRL)
		svm_put(c, a->view, a->spa, &image, &spec_ctrl_run);
}

/* -- decode assists ----------------------------------------------------------------------------- */

/*
 * Instruction bytes are given for faults of a data access by an instruction: nested ones, and
 * intercepted #PF.  The error code's bit for a fetch is the same in both.
 */
static bool wants_insn_bytes(const struct cpu *c)
{
	bool fault = c->event.exit_code == VMEXIT_NPF ||
		     c->event.exit_code == VMEXIT_EXCP0 + X86_VECTOR_PF;

	return fault && !(c->event.info1 & NPF_INFO1_ID) && !(c->svm->exit_int_info & EVENTINJ_V);
}

static u64 linear_rip(const struct cpu *c, unsigned n)
{
	u64 la = c->seg[SEG_CS].base + ((c->rip + n) & c->ip_mask);

	return (c->mode & MODE_WIDTH) == MODE_64 ? c->rip + n : (u32)la;
}

/* As many bytes of the instruction's fifteen as can be fetched. */
static void fetch_insn_bytes(struct cpu *c)
{
	struct vmcb_control *ctl = &c->svm->ctl;
	struct mmu_fetch page;
	unsigned n = 0;

	while (n < sizeof(ctl->insn_bytes)) {
		u64 la = linear_rip(c, n);
		u64 room = PAGE_SIZE - (la & PAGE_MASK);
		u64 want = sizeof(ctl->insn_bytes) - n;

		if (!mmu_fetch(c, la, &page))
			break;
		want = want < room ? want : room;
		memcpy(ctl->insn_bytes + n, page.page + (la & PAGE_MASK), want);
		n += (unsigned)want;
	}
	ctl->insn_len = (u8)n;
}

static void report_insn(struct cpu *c)
{
	struct cpu_event event = c->event;

	c->svm->ctl.insn_len = 0;
	memset(c->svm->ctl.insn_bytes, 0, sizeof(c->svm->ctl.insn_bytes));
	if (wants_insn_bytes(c))
		fetch_insn_bytes(c);
	c->event = event;
}

/* -- reporting ---------------------------------------------------------------------------------- */

/* V_IRQ and V_GIF are kept up to date in ctl.vintr itself. */
static void report_vintr(struct cpu *c)
{
	u64 *vintr = &c->svm->ctl.vintr;

	*vintr = (*vintr & ~VMCB_V_TPR_MASK) | FIELD_PUT(VMCB_V_TPR, c->cr8);
	if (svm_vnmi(c))
		*vintr = (*vintr & ~VMCB_V_NMI_MASK) | (c->nmi_masked ? VMCB_V_NMI_MASK : 0);
}

void svm_vmexit(struct cpu *c)
{
	struct svm *s = c->svm;
	struct vmcb_control *ctl = &s->ctl;

	if (trace_wants(c, TRACE_EXIT))
		trace_exit(c, c->event.exit_code, c->event.info1, c->event.info2);
	report_insn(c);
	report_vintr(c);
	ctl->interrupt_shadow = c->shadow != SHADOW_NONE ? VMCB_INTERRUPT_SHADOW : 0;
	ctl->exitcode = c->event.exit_code;
	ctl->exitinfo1 = c->event.info1;
	ctl->exitinfo2 = c->event.info2;
	ctl->exitintinfo = s->exit_int_info;
	ctl->eventinj &= ~EVENTINJ_V;
	ctl->nrip = c->event.next_rip;
	write_control(c);
	write_save_area(c);
	svm_host_restore(c);
	s->in_guest = false;
	s->gif = false;
	c->halted = false;
	c->event.kind = EVENT_NONE;
}

void svm_vmexit_failed(struct cpu *c, u64 exit_code)
{
	static const struct svm_run run = SVM_RUN(vmcb_control, exitcode, exitcode);

	if (trace_wants(c, TRACE_EXIT))
		trace_exit(c, exit_code, 0, 0);
	c->svm->ctl.exitcode = exit_code;
	svm_put(c, VIEW_RAW, c->svm->vmcb_spa, &c->svm->ctl, &run);
	c->svm->gif = false;
}
