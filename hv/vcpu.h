/* SPDX-License-Identifier: MIT */
/*
 * One vCPU: a VMCB in DRAM, a host thread, and the core of the same number that runs it.
 *
 * The thread takes the VMCB's fields into `vmcb` after every #VMEXIT, serves the exit there, and
 * writes them back before the next VMRUN.  Everything without a comment belongs to that thread.
 *
 * Others reach the vCPU by requests: a bit in `requests`, then vcpu_kick(), which ends a guest that
 * runs and wakes one that sleeps.  in_guest and sleeping tell which of the two is needed; each side
 * writes its own flag before it reads the other's, so no kick is lost.
 */
#ifndef HV_VCPU_H
#define HV_VCPU_H

#include <pthread.h>
#include <stdatomic.h>

#include "abi/vmcb.h"
#include "hv/dev/lapic.h"
#include "hv/memory.h"
#include "hv/msr.h"

struct vm;

enum vcpu_request {
	VCPU_REQUEST_LOOK = 1, /* at lapic_pending(), or at whether the VM ends */
	VCPU_REQUEST_INIT = 2,
	VCPU_REQUEST_SIPI = 4,
	VCPU_REQUEST_NMI = 8,
};

enum vcpu_state {
	VCPU_RUNNING,
	VCPU_HALTED,    /* HLT: until an interrupt that can be taken */
	VCPU_WAIT_SIPI, /* after INIT */
};

struct vcpu {
	struct vm *vm;
	unsigned index; /* core number, APIC ID */
	spa_t vmcb_spa;
	struct vmcb vmcb;
	struct lapic *lapic;
	struct vcpu_msrs msrs;
	enum vcpu_state state;
	bool nmi_pending, nmi_masked;
	u64 *exits; /* one count a row of exit_rows[] */
	pthread_t thread;

	_Atomic unsigned requests;
	_Atomic u8 sipi_vector;
	_Atomic bool in_guest, sleeping;
	pthread_mutex_t lock; /* for sleeping alone */
	pthread_cond_t wake;
};

struct boot_entry;

/* Takes pages for its VMCB.  0 or -errno with *err set. */
int vcpu_init(struct vcpu *v, struct vm *vm, unsigned index, struct error *err) MUST_CHECK;
void vcpu_fini(struct vcpu *v);

/* Before the thread starts: the first vCPU at a kernel's entry; the others wait for a SIPI. */
void vcpu_set_entry(struct vcpu *v, const struct boot_entry *entry);
void vcpu_set_wait(struct vcpu *v);

/* A SIPI: real mode at vector * 1000h.  On the vCPU's thread. */
void vcpu_set_sipi(struct vcpu *v, u8 vector);

/* The thread's whole life: until the VM ends. */
void vcpu_run(struct vcpu *v);

/* Any thread.  Makes the vCPU look at this soon. */
void vcpu_request(struct vcpu *v, enum vcpu_request what);

/* -- for the files that serve exits; on the vCPU's thread ------------------------------------- */

u64 vcpu_reg_get(const struct vcpu *v, unsigned n); /* 0..15 in encoding order */
void vcpu_reg_set(struct vcpu *v, unsigned n, u64 value);

/* The instruction is done: goes on at rip, and the interrupt shadow is over. */
void vcpu_advance(struct vcpu *v, u64 rip);

/* An exception with or without error code, instead. */
void vcpu_raise(struct vcpu *v, u8 vector);
void vcpu_raise_error(struct vcpu *v, u8 vector, u32 error);

/* The guest's time-stamp counter.  Any thread. */
u64 vcpu_tsc(const struct vcpu *v);

#endif
