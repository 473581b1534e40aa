/* SPDX-License-Identifier: MIT */
/*
 * SVM at the VMCB boundary: VMRUN in, #VMEXIT out.	[APM2 15]
 *
 * VMRUN swaps part of the registers (struct vmcb_save: control registers, CS to DS, RIP, RSP, RAX
 * ...); all others a guest finds as the host left them, so struct cpu holds one set of those for
 * both.  The host of this chip is not made of emulated instructions: of its own registers only
 * those exist here that VMRUN and the intercepts look at.
 */
#ifndef CHIP_CPU_SVM_SVM_H
#define CHIP_CPU_SVM_SVM_H

#include "abi/svm_exit.h"
#include "abi/vmcb.h"
#include "base/bytes.h"
#include "chip/cpu/run.h"

/* Where a guest's registers stand between its runs: behind the control area, without a key. */
struct svm_save_area {
	spa_t spa;
	view_t view;
};

/* Host registers that some guests swap and that nobody looks at while one runs. */
struct svm_host_swapped {
	u64 dbgctl, br_from, br_to, last_excp_from, last_excp_to; /* with LBR virtualization */
	u64 spec_ctrl;                                            /* where VMCBs have it */
};

struct svm {
	/* -- the guest -- */
	spa_t vmcb_spa;
	struct svm_save_area save_area;
	struct vmcb_control ctl; /* read once at VMRUN; what #VMEXIT writes is built here */
	bool in_guest;
	bool sev;          /* SEV is active: fetches, walks and C=1 data use the ASID's key */
	u64 exit_int_info; /* event being delivered when something else happened, EVENTINJ_ form */
	u16 pause_count;   /* what is left of PAUSE_FILTER_COUNT, reloaded when a gap was seen */
	u64 pause_tsc;     /* host TSC at the last PAUSE */
	_Atomic u32 pending; /* physical events: enum svm_pending bits, from any thread */

	/* -- host side: control state and MSRs that VMRUN swaps or looks at -- */
	u64 host_cr0, host_cr4, host_efer, host_pat;
	struct svm_host_swapped host;
	u64 vm_hsave_pa, vm_cr, svm_key;
	u64 syscfg, hwcr;
	u64 tsc_ratio;
	u64 tsc_base; /* host TSC minus the clock's ticks */
	bool gif;
};

enum svm_pending {
	SVM_PENDING_INTR = 1 << 0, /* a physical interrupt: #VMEXIT(INTR) */
	SVM_PENDING_NMI = 1 << 1,
	SVM_PENDING_SMI = 1 << 2,
	SVM_PENDING_INIT = 1 << 3,
};

/* NULL: out of memory.  Sets c->svm, in reset state; c->model is set before. */
struct svm *svm_new(struct cpu *c) MUST_CHECK;
void svm_free(struct svm *s);

/* VMLOAD and VMSAVE, of the host or not intercepted; vmcb is a page of DRAM, the agent runs. */
void svm_vmload(struct cpu *c, spa_t vmcb);
void svm_vmsave(struct cpu *c, spa_t vmcb);

/*
 * VMRUN a piece at a time, on a thread that several cores share: enters the guest if it is not
 * running, then makes one pass of the run loop, and more until cpu_instructions() is `until`.  PASS_EXIT:
 * as cpu_vmrun(), which this may not be mixed with before; PASS_HALTED: it would sleep.
 */
enum cpu_pass svm_slice(struct cpu *c, spa_t vmcb, u64 until);

/* -- intercepts (intercept.c) ----------------------------------------------------------------- */

/*
 * Is this intercept (by exit code, 000h-0A6h) set for the running guest?  For an instruction that
 * is intercepted, raise with exit_raise() and set c->event.next_rip.
 */
static inline bool svm_intercepts(const struct cpu *c, u64 exit_code)
{
	/* Six words, in the order of the exit codes. */
	const u8 *words = (const u8 *)&c->svm->ctl.intercept_cr;

	return get_le32(words + 4 * (exit_code >> 5)) >> (exit_code & 31) & 1;
}

/* Is exception `vector` intercepted?  (#VMEXIT 040h + vector) */
static inline bool svm_intercepts_exception(const struct cpu *c, u8 vector)
{
	return c->svm->ctl.intercept_exception >> vector & 1;
}

/* IOIO and MSR permission maps, read from DRAM.  True: intercepted. */
bool svm_intercepts_io(struct cpu *c, u16 port, unsigned size);
bool svm_intercepts_msr(struct cpu *c, u32 msr, bool write);

/* A PAUSE is executed: does it exit, by intercept and pause filter?  Counts it. */
bool svm_intercepts_pause(struct cpu *c);

/* -- events (events.c) ------------------------------------------------------------------------ */

/* GIF as the guest's STGI and CLGI see it: the virtual one where enabled, else the core's own. */
bool svm_gif(const struct cpu *c);
void svm_set_gif(struct cpu *c, bool gif);

/*
 * Between blocks, when c->attention was set: takes what is pending and allowed, in priority order;
 * one event a call.  CPU_GO: nothing to take, or taken and delivered through the guest's IDT
 * (c->halted is cleared then); CPU_EVENT: c->event is a #VMEXIT.
 */
enum cpu_stop svm_take_events(struct cpu *c);

#endif
