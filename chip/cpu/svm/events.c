/* SPDX-License-Identifier: MIT */
/*
 * Physical and virtual events between instructions: INIT, SMI, NMI, INTR, then the guest's virtual
 * NMI and virtual interrupt.	[APM2 8.5 Priorities, 15.13, 15.17, 15.21]
 *
 * Physical events come from other threads and have no source behind them: an intercepted one is
 * taken by its #VMEXIT.  One that is not intercepted:
 *
 *	INIT	becomes #SX with VM_CR.R_INIT; else is held, for this chip has no reset vector
 *	SMI	vanishes, as if system management mode had been entered and left
 *	NMI	goes through the guest's IDT
 *	INTR	is held: there is no interrupt controller that could tell its vector
 */
#include "chip/cpu/svm/internal.h"

#include "abi/cpuid.h"
#include "abi/msr.h"
#include "chip/cpu/exec/exception.h"
#include "chip/cpu/model/model.h"
#include "chip/cpu/run.h"

enum { SX_ERROR_INIT = 1 }; /* error code of #SX: a redirected INIT */

/* -- GIF ---------------------------------------------------------------------------------------- */

static bool virtual_gif(const struct cpu *c)
{
	return c->svm->ctl.vintr & VMCB_V_GIF_ENABLE &&
	       c->model->svm_edx & CPUID_8000_000A_EDX_VGIF;
}

bool svm_gif(const struct cpu *c)
{
	return virtual_gif(c) ? c->svm->ctl.vintr & VMCB_V_GIF : c->svm->gif;
}

void svm_set_gif(struct cpu *c, bool gif)
{
	if (!virtual_gif(c))
		c->svm->gif = gif;
	else if (gif)
		c->svm->ctl.vintr |= VMCB_V_GIF;
	else
		c->svm->ctl.vintr &= ~VMCB_V_GIF;
	cpu_attend(c, ATTENTION_WINDOW);
}

bool svm_vnmi(const struct cpu *c)
{
	return c->svm->ctl.vintr & VMCB_V_NMI_ENABLE &&
	       c->model->svm_edx & CPUID_8000_000A_EDX_VNMI;
}

/* -- physical events ---------------------------------------------------------------------------- */

/*
 * With V_INTR_MASKING the host's own RFLAGS.IF counts, which is 1 whenever this host executes
 * VMRUN.  An interrupt shadow does not hold back an exit.	[APM2 15.21.1 V_INTR_MASKING]
 */
static bool intr_is_open(const struct cpu *c)
{
	return c->svm->ctl.vintr & VMCB_V_INTR_MASKING || c->rflags & RFLAGS_IF;
}

static void clear_pending(struct cpu *c, enum svm_pending event)
{
	atomic_fetch_and_explicit(&c->svm->pending, ~(u32)event, memory_order_relaxed);
}

/* The event is not intercepted.  CPU_NEXT: nothing to deliver. */
static enum cpu_stop take_natively(struct cpu *c, enum svm_pending event)
{
	switch (event) {
	case SVM_PENDING_INIT:
		if (!(c->svm->vm_cr & VM_CR_R_INIT))
			return CPU_NEXT;
		return exc_deliver(c, X86_VECTOR_SX, EXC_FAULT, true, SX_ERROR_INIT, 0);
	case SVM_PENDING_NMI:
		if (c->nmi_masked || c->shadow != SHADOW_NONE)
			return CPU_NEXT;
		c->nmi_masked = true;
		return exc_deliver(c, X86_VECTOR_NMI, EXC_EXTERNAL, false, 0, 0);
	case SVM_PENDING_SMI:
		clear_pending(c, event);
		return CPU_NEXT;
	default:
		return CPU_NEXT;
	}
}

/* CPU_NEXT: cannot be taken now. */
static enum cpu_stop take_physical(struct cpu *c, enum svm_pending event, u64 exit_code)
{
	enum cpu_stop stop;

	if (event == SVM_PENDING_INTR && !intr_is_open(c))
		return CPU_NEXT;
	if (svm_intercepts(c, exit_code))
		stop = exit_raise(c, exit_code, 0, 0);
	else
		stop = take_natively(c, event);
	if (stop != CPU_NEXT)
		clear_pending(c, event);
	return stop;
}

static enum cpu_stop take_any_physical(struct cpu *c)
{
	static const struct {
		enum svm_pending event;
		u16 exit_code;
	} order[] = {
		{SVM_PENDING_INIT, VMEXIT_INIT},
		{SVM_PENDING_SMI, VMEXIT_SMI},
		{SVM_PENDING_NMI, VMEXIT_NMI},
		{SVM_PENDING_INTR, VMEXIT_INTR},
	};
	u32 pending = atomic_load_explicit(&c->svm->pending, memory_order_acquire);

	if (!c->svm->gif)
		return CPU_NEXT;
	for (unsigned n = 0; n < ARRAY_SIZE(order); n++) {
		enum cpu_stop stop = CPU_NEXT;

		if (pending & order[n].event)
			stop = take_physical(c, order[n].event, order[n].exit_code);
		if (stop != CPU_NEXT)
			return stop;
	}
	return CPU_NEXT;
}

/* -- virtual events ----------------------------------------------------------------------------- */

static enum cpu_stop take_virtual_nmi(struct cpu *c)
{
	if (!svm_vnmi(c) || !(c->svm->ctl.vintr & VMCB_V_NMI) || !svm_gif(c) || c->nmi_masked ||
	    c->shadow != SHADOW_NONE)
		return CPU_NEXT;
	c->svm->ctl.vintr &= ~VMCB_V_NMI;
	c->nmi_masked = true;
	return exc_deliver(c, X86_VECTOR_NMI, EXC_EXTERNAL, false, 0, 0);
}

static bool virtual_interrupt_is_open(const struct cpu *c)
{
	u64 vintr = c->svm->ctl.vintr;

	if (!(vintr & VMCB_V_IRQ) || !svm_gif(c))
		return false;
	if (!(c->rflags & RFLAGS_IF) || c->shadow != SHADOW_NONE)
		return false;
	return vintr & VMCB_V_IGN_TPR || FIELD_GET(VMCB_V_INTR_PRIO, vintr) > c->cr8;
}

/* The exit comes before the interrupt is taken: V_IRQ stays.	[APM2 15.21.4, 15.21.5] */
static enum cpu_stop take_virtual_interrupt(struct cpu *c)
{
	struct svm *s = c->svm;

	if (!virtual_interrupt_is_open(c))
		return CPU_NEXT;
	if (svm_intercepts(c, VMEXIT_VINTR))
		return exit_raise(c, VMEXIT_VINTR, 0, 0);
	s->ctl.vintr &= ~VMCB_V_IRQ;
	return exc_deliver(c, (u8)FIELD_GET(VMCB_V_INTR_VECTOR, s->ctl.vintr), EXC_EXTERNAL, false,
			   0, 0);
}

enum cpu_stop svm_take_events(struct cpu *c)
{
	enum cpu_stop stop = take_any_physical(c);

	if (stop == CPU_NEXT)
		stop = take_virtual_nmi(c);
	if (stop == CPU_NEXT)
		stop = take_virtual_interrupt(c);
	if (stop == CPU_NEXT)
		return CPU_GO;
	c->halted = false;
	if (stop == CPU_GO)
		cpu_attend(c, ATTENTION_EVENT); /* there may be more */
	return stop;
}
