/* SPDX-License-Identifier: MIT */
/* The run loop of a vCPU: requests, injection, VMRUN, exit; or sleep. */
#include "hv/vcpu.h"

#include <errno.h>
#include <stdlib.h>

#include "abi/cpuid.h"
#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "base/bug.h"
#include "hv/exit.h"
#include "hv/vm.h"

/* -- making ----------------------------------------------------------------------------------- */

enum { PAUSE_COUNT = 3000, PAUSE_THRESHOLD = 128 };

static void set_intercepts(struct vmcb_control *c)
{
	c->intercept_vec3 = VMCB_VEC3_INTR | VMCB_VEC3_NMI | VMCB_VEC3_SMI | VMCB_VEC3_INIT |
			    VMCB_VEC3_CPUID | VMCB_VEC3_INVD | VMCB_VEC3_HLT | VMCB_VEC3_INVLPGA |
			    VMCB_VEC3_IOIO_PROT | VMCB_VEC3_MSR_PROT | VMCB_VEC3_SHUTDOWN |
			    VMCB_VEC3_PAUSE;
	c->intercept_vec4 = VMCB_VEC4_VMRUN | VMCB_VEC4_VMMCALL | VMCB_VEC4_VMLOAD |
			    VMCB_VEC4_VMSAVE | VMCB_VEC4_STGI | VMCB_VEC4_CLGI | VMCB_VEC4_SKINIT |
			    VMCB_VEC4_WBINVD | VMCB_VEC4_MONITOR | VMCB_VEC4_MWAIT;
}

static void set_control(struct vcpu *v)
{
	const struct vm *vm = v->vm;
	struct vmcb_control *c = &v->vmcb.control;

	*c = (struct vmcb_control){
		.pause_filter_count = PAUSE_COUNT,
		.pause_filter_threshold = PAUSE_THRESHOLD,
		.iopm_base_pa = vm->iopm.v,
		.msrpm_base_pa = vm->msrpm.v,
		.tsc_offset = -vm->tsc_start,
		.guest_asid = vm->asid,
		.tlb_control = TLB_CONTROL_FLUSH_ALL,
		.vintr = VMCB_V_INTR_MASKING,
		.nested_ctl = VMCB_NP_ENABLE | (vm->cfg.boot.c_bit ? VMCB_SEV_ENABLE : 0),
		.n_cr3 = vm->npt.root.v,
	};
	set_intercepts(c);
}

int vcpu_init(struct vcpu *v, struct vm *vm, unsigned index, struct error *err)
{
	*v = (struct vcpu){.vm = vm, .index = index};
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->wake, NULL);
	v->lapic = apic_bus_lapic(vm->machine.apics, index);
	v->exits = calloc(exit_row_count, sizeof(*v->exits));
	if (!v->exits)
		return error_set(err, ENOMEM, "out of memory");
	msr_reset(&v->msrs);
	set_control(v);
	platform_extended_reset(vm->chip, index);
	return pages_alloc(&vm->pages, 1, PAGE_SIZE, &v->vmcb_spa, err);
}

void vcpu_fini(struct vcpu *v)
{
	if (!v->vm)
		return;
	free(v->exits);
	pthread_cond_destroy(&v->wake);
	pthread_mutex_destroy(&v->lock);
}

/* -- registers, for exits --------------------------------------------------------------------- */

enum { RAX = 0, RSP = 4 };

u64 vcpu_reg_get(const struct vcpu *v, unsigned n)
{
	if (n == RAX)
		return v->vmcb.save.rax;
	if (n == RSP)
		return v->vmcb.save.rsp;
	return platform_reg_get(v->vm->chip, v->index, n);
}

void vcpu_reg_set(struct vcpu *v, unsigned n, u64 value)
{
	if (n == RAX)
		v->vmcb.save.rax = value;
	else if (n == RSP)
		v->vmcb.save.rsp = value;
	else
		platform_reg_set(v->vm->chip, v->index, n, value);
}

void vcpu_advance(struct vcpu *v, u64 rip)
{
	v->vmcb.save.rip = rip;
	v->vmcb.save.rflags &= ~RFLAGS_RF;
	v->vmcb.control.interrupt_shadow = 0;
}

static void raise(struct vcpu *v, u64 event)
{
	v->vmcb.control.eventinj =
		EVENTINJ_V | FIELD_PUT(EVENTINJ_TYPE, EVENTINJ_TYPE_EXCEPTION) | event;
}

void vcpu_raise(struct vcpu *v, u8 vector)
{
	raise(v, vector);
}

void vcpu_raise_error(struct vcpu *v, u8 vector, u32 error)
{
	raise(v, vector | EVENTINJ_EV | FIELD_PUT(EVENTINJ_ERRORCODE, error));
}

u64 vcpu_tsc(const struct vcpu *v)
{
	return platform_rdtsc(v->vm->chip, v->index) + v->vmcb.control.tsc_offset;
}

/* -- requests --------------------------------------------------------------------------------- */

void vcpu_request(struct vcpu *v, enum vcpu_request what)
{
	atomic_fetch_or(&v->requests, what);
	if (atomic_load(&v->in_guest))
		platform_kick(v->vm->chip, v->index);
	if (atomic_load(&v->sleeping)) {
		pthread_mutex_lock(&v->lock);
		pthread_cond_signal(&v->wake);
		pthread_mutex_unlock(&v->lock);
	}
}

static void sleep_until_requested(struct vcpu *v)
{
	pthread_mutex_lock(&v->lock);
	atomic_store(&v->sleeping, true);
	while (atomic_load(&v->requests) == 0)
		pthread_cond_wait(&v->wake, &v->lock);
	atomic_store(&v->sleeping, false);
	pthread_mutex_unlock(&v->lock);
}

/* An interrupt that the guest does not take leaves it halted. */
static bool ends_halt(const struct vcpu *v)
{
	return (v->nmi_pending && !v->nmi_masked) ||
	       ((v->vmcb.save.rflags & RFLAGS_IF) && lapic_pending(v->lapic) >= 0);
}

static void take_requests(struct vcpu *v)
{
	unsigned r = atomic_exchange(&v->requests, 0);

	if (r & VCPU_REQUEST_INIT) {
		lapic_reset_init(v->lapic);
		v->nmi_pending = v->nmi_masked = false;
		v->state = VCPU_WAIT_SIPI;
	}
	if ((r & VCPU_REQUEST_SIPI) && v->state == VCPU_WAIT_SIPI) {
		vcpu_set_sipi(v, atomic_load(&v->sipi_vector));
		v->msrs.system_time = 0;
		BUG_ON(platform_write(v->vm->chip, v->vmcb_spa, &v->vmcb, sizeof(v->vmcb)) !=
		       PLATFORM_ACCESS_OK);
		BUG_ON(platform_vmload(v->vm->chip, v->index, v->vmcb_spa) != PLATFORM_DONE);
	}
	if (r & VCPU_REQUEST_NMI)
		v->nmi_pending = true;
	if (v->state == VCPU_HALTED && ends_halt(v))
		v->state = VCPU_RUNNING;
}

/* -- injection -------------------------------------------------------------------------------- */

/*
 * An event whose delivery a #VMEXIT cut short comes again; software interrupts and #BP, #OF come by
 * themselves when their instruction is executed again.
 */
static void inject_unfinished(struct vmcb_control *c)
{
	u64 event = c->exitintinfo;
	u64 type = FIELD_GET(EVENTINJ_TYPE, event);
	u64 vector = FIELD_GET(EVENTINJ_VECTOR, event);
	bool by_instruction = type == EVENTINJ_TYPE_SOFT_INT ||
			      (type == EVENTINJ_TYPE_EXCEPTION &&
			       (vector == X86_VECTOR_BP || vector == X86_VECTOR_OF));

	c->exitintinfo = 0;
	if ((event & EVENTINJ_V) && !by_instruction)
		c->eventinj = event;
}

static void inject_nmi(struct vcpu *v)
{
	struct vmcb_control *c = &v->vmcb.control;

	v->nmi_pending = false;
	v->nmi_masked = true;
	c->intercept_vec3 |= VMCB_VEC3_IRET;
	c->eventinj = EVENTINJ_V | FIELD_PUT(EVENTINJ_TYPE, EVENTINJ_TYPE_NMI) | X86_VECTOR_NMI;
}

static bool can_interrupt(const struct vcpu *v)
{
	const struct vmcb_control *c = &v->vmcb.control;

	return !(c->eventinj & EVENTINJ_V) && (v->vmcb.save.rflags & RFLAGS_IF) &&
	       !(c->interrupt_shadow & VMCB_INTERRUPT_SHADOW);
}

/* A virtual interrupt that is intercepted: an exit as soon as the guest could take one. */
static void set_window(struct vmcb_control *c, bool wanted)
{
	c->vintr &= ~(VMCB_V_IRQ | VMCB_V_IGN_TPR | VMCB_V_INTR_PRIO_MASK);
	c->intercept_vec3 &= ~VMCB_VEC3_VINTR;
	if (wanted) {
		c->vintr |= VMCB_V_IRQ | VMCB_V_IGN_TPR | FIELD_PUT(VMCB_V_INTR_PRIO, 0xf);
		c->intercept_vec3 |= VMCB_VEC3_VINTR;
	}
}

static void inject(struct vcpu *v)
{
	struct vmcb_control *c = &v->vmcb.control;
	int vector;

	if (!(c->eventinj & EVENTINJ_V))
		inject_unfinished(c);
	if (v->nmi_pending && !v->nmi_masked && !(c->eventinj & EVENTINJ_V))
		inject_nmi(v);
	vector = lapic_pending(v->lapic);
	if (vector >= 0 && can_interrupt(v)) {
		lapic_accept(v->lapic, (u8)vector);
		c->eventinj =
			EVENTINJ_V | FIELD_PUT(EVENTINJ_TYPE, EVENTINJ_TYPE_INTR) | (u64)vector;
		vector = lapic_pending(v->lapic);
	}
	set_window(c, vector >= 0);
}

/* -- VMRUN ------------------------------------------------------------------------------------ */

/* What VMRUN reads, and what #VMEXIT may have changed. */
enum {
	CONTROL_IN = 0xd0,
	CONTROL_OUT = offsetof(struct vmcb_control, vintr),
	CONTROL_OUT_END = offsetof(struct vmcb_control, avic_backing_page),
	SAVE_AT = offsetof(struct vmcb, save),
	SAVE_SIZE = offsetof(struct vmcb_save, dbgctl),
};

static void put_vmcb(struct vcpu *v)
{
	struct vmcb_control *c = &v->vmcb.control;

	c->vintr = (c->vintr & ~VMCB_V_TPR_MASK) | FIELD_PUT(VMCB_V_TPR, lapic_tpr(v->lapic) >> 4);
	BUG_ON(platform_write(v->vm->chip, v->vmcb_spa, c, CONTROL_IN) != PLATFORM_ACCESS_OK);
	BUG_ON(platform_write(v->vm->chip, SPA(v->vmcb_spa.v + SAVE_AT), &v->vmcb.save,
			      SAVE_SIZE) != PLATFORM_ACCESS_OK);
}

static void get_vmcb(struct vcpu *v)
{
	struct vmcb_control *c = &v->vmcb.control;
	u8 tpr;

	BUG_ON(platform_read(v->vm->chip, SPA(v->vmcb_spa.v + CONTROL_OUT), (u8 *)c + CONTROL_OUT,
			     CONTROL_OUT_END - CONTROL_OUT) != PLATFORM_ACCESS_OK);
	BUG_ON(platform_read(v->vm->chip, SPA(v->vmcb_spa.v + SAVE_AT), &v->vmcb.save, SAVE_SIZE) !=
	       PLATFORM_ACCESS_OK);
	c->tlb_control = TLB_CONTROL_NOTHING;
	tpr = (u8)FIELD_GET(VMCB_V_TPR, c->vintr);
	if (tpr != lapic_tpr(v->lapic) >> 4)
		lapic_set_tpr(v->lapic, (u8)(tpr << 4));
}

static void enter(struct vcpu *v)
{
	inject(v);
	put_vmcb(v);
	atomic_store(&v->in_guest, true);
	if (atomic_load(&v->requests) != 0)
		platform_kick(v->vm->chip, v->index);
	BUG_ON(platform_vmrun(v->vm->chip, v->index, v->vmcb_spa) != PLATFORM_DONE);
	atomic_store(&v->in_guest, false);
	get_vmcb(v);
	exit_serve(v);
}

void vcpu_run(struct vcpu *v)
{
	struct vm *vm = v->vm;

	BUG_ON(platform_write(vm->chip, v->vmcb_spa, &v->vmcb, sizeof(v->vmcb)) !=
	       PLATFORM_ACCESS_OK);
	BUG_ON(platform_vmload(vm->chip, v->index, v->vmcb_spa) != PLATFORM_DONE);
	while (!atomic_load_explicit(&vm->stop, memory_order_relaxed)) {
		if (atomic_load_explicit(&v->requests, memory_order_relaxed) != 0 ||
		    v->state != VCPU_RUNNING)
			take_requests(v);
		if (v->state == VCPU_RUNNING)
			enter(v);
		else if (!atomic_load(&vm->stop))
			sleep_until_requested(v);
	}
}
