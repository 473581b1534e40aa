/* SPDX-License-Identifier: MIT */
/* VMRUN: read the VMCB once, check it, become the guest, run.	[APM2 15.5.1 Basic Operation] */
#include "chip/cpu/svm/internal.h"

#include "abi/cpuid.h"
#include "abi/msr.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/model/model.h"
#include "chip/cpu/run.h"

static bool passes_checks(const struct vmrun_entry *e)
{
	for (unsigned n = 0; n < vmrun_check_count; n++)
		if (vmrun_checks[n].fails(e))
			return false;
	return true;
}

/* -- becoming the guest --------------------------------------------------------------------------- */

/* Controls that this model does not have, or not for this guest, are as if they were 0. */
static void drop_unknown_controls(struct cpu *c)
{
	struct vmcb_control *ctl = &c->svm->ctl;
	u32 write_traps = VMCB_VEC4_EFER_WRITE_TRAP;

	for (unsigned n = 0; n < 16; n++)
		write_traps |= VMCB_VEC4_CR_WRITE_TRAP(n);
	ctl->intercept_vec4 &= ~write_traps; /* ES guests only */
	ctl->intercept_vec5 &= VMCB_VEC5_INVPCID | VMCB_VEC5_IDLE_HLT;
	if (!(c->model->svm_edx & CPUID_8000_000A_EDX_IDLE_HLT))
		ctl->intercept_vec5 &= ~VMCB_VEC5_IDLE_HLT;
	if (!(c->model->svm_edx & CPUID_8000_000A_EDX_LBR_VIRT))
		ctl->virt_ctl &= ~VMCB_LBR_VIRT_ENABLE;
}

static void set_mmu_guest(struct cpu *c)
{
	const struct svm *s = c->svm;
	u64 nested_ctl = s->ctl.nested_ctl;
	struct mmu_guest g = {
		.asid = s->ctl.guest_asid,
		.nested = nested_ctl & VMCB_NP_ENABLE,
		.sev = s->sev,
		.vte = s->sev && nested_ctl & VMCB_VTE_ENABLE &&
		       c->model->sev_eax & CPUID_8000_001F_EAX_VTE,
		.mem_encrypt = s->syscfg & SYSCFG_MEM_ENCRYPTION_MOD_EN,
		.ncr3 = s->ctl.n_cr3,
		.host_nx = s->host_efer & EFER_NXE,
		.host_la57 = s->host_cr4 & CR4_LA57,
	};

	mmu_set_guest(c, &g);
}

static void control_tlb(struct cpu *c)
{
	u32 asid = c->svm->ctl.guest_asid;

	switch (c->svm->ctl.tlb_control) {
	case TLB_CONTROL_FLUSH_ALL:
		mmu_flush_all(c);
		break;
	case TLB_CONTROL_FLUSH_ASID:
		mmu_flush_asid(c, asid, true);
		break;
	case TLB_CONTROL_FLUSH_ASID_LOCAL:
		mmu_flush_asid(c, asid, false);
		break;
	default:
		break;
	}
}

static void load_event_state(struct cpu *c)
{
	struct svm *s = c->svm;

	c->cr8 = s->ctl.vintr & CR8_TPR_MASK;
	c->shadow = s->ctl.interrupt_shadow & VMCB_INTERRUPT_SHADOW ? SHADOW_STI : SHADOW_NONE;
	if (svm_vnmi(c))
		c->nmi_masked = s->ctl.vintr & VMCB_V_NMI_MASK;
	c->halted = false;
	c->monitor_armed = false;
	c->debug_trap = 0;
	c->event.kind = EVENT_NONE;
	s->exit_int_info = 0;
	s->pause_count = s->ctl.pause_filter_count;
	s->gif = true;
}

static void enter_guest(struct cpu *c, const struct vmcb *vmcb)
{
	struct svm *s = c->svm;

	s->in_guest = true;
	s->sev = s->ctl.nested_ctl & VMCB_SEV_ENABLE;
	s->save_area =
		(struct svm_save_area){SPA(s->vmcb_spa.v + offsetof(struct vmcb, save)), VIEW_RAW};
	drop_unknown_controls(c);
	svm_host_save(c);
	svm_state_load(c, &vmcb->save);
	load_event_state(c);
	set_mmu_guest(c);
	control_tlb(c);
	cpu_context_changed(c);
	c->rip &= c->ip_mask;
}

/* -- the instruction ------------------------------------------------------------------------------ */

/* False: refused, and the VMCB says so. */
static bool enter(struct cpu *c, spa_t spa)
{
	struct vmcb vmcb;
	struct vmrun_entry entry = {.c = c, .ctl = &vmcb.control, .save = &vmcb.save};

	(void)cache_read(c->cache, c->agent, REQ_HOST_CORE, VIEW_RAW, spa, &vmcb, sizeof(vmcb));
	c->svm->vmcb_spa = spa;
	c->svm->ctl = vmcb.control;
	if (!passes_checks(&entry)) {
		svm_vmexit_failed(c, VMEXIT_INVALID);
		return false;
	}
	enter_guest(c, &vmcb);
	return true;
}

/* Events are looked at before the first instruction, but after an injected one is delivered. */
static bool inject(struct cpu *c)
{
	u64 eventinj = c->svm->ctl.eventinj;

	cpu_attend(c, ATTENTION_EVENT);
	return !(eventinj & EVENTINJ_V) || svm_inject(c, eventinj) != CPU_EVENT;
}

void svm_vmrun(struct cpu *c, spa_t vmcb)
{
	if (!enter(c, vmcb))
		return;
	fpu_enter(c);
	if (inject(c))
		cpu_run(c);
	fpu_leave(c);
	svm_vmexit(c);
}

/* -- a slice of it -------------------------------------------------------------------------------- */

static enum cpu_pass begin_slice(struct cpu *c, spa_t vmcb)
{
	if (c->svm->in_guest) {
		fpu_enter(c);
		return PASS_ON;
	}
	if (!enter(c, vmcb))
		return PASS_EXIT;
	fpu_enter(c);
	if (!inject(c))
		return PASS_EXIT;
	cpu_run_begin(c);
	return PASS_ON;
}

enum cpu_pass svm_slice(struct cpu *c, spa_t vmcb, u64 until)
{
	enum cpu_pass pass;

	cache_agent_run(c->agent);
	pass = begin_slice(c, vmcb);
	if (pass == PASS_ON)
		do
			pass = cpu_run_pass(c);
		while (pass == PASS_ON && c->icount < until);
	if (c->svm->in_guest) {
		fpu_leave(c);
		if (pass == PASS_EXIT)
			svm_vmexit(c);
	}
	cache_agent_park(c->agent);
	return pass;
}
