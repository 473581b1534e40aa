/* SPDX-License-Identifier: MIT */
/*
 * Delivery of exceptions and interrupts through the IDT or IVT, in every mode.	[APM2 8]
 */
#ifndef CHIP_CPU_EXEC_EXCEPTION_H
#define CHIP_CPU_EXEC_EXCEPTION_H

#include "chip/cpu/state.h"

enum exc_source {
	EXC_FAULT,    /* saved rIP: c->rip (the instruction itself) */
	EXC_TRAP,     /* saved rIP: c->rip (already past the instruction) */
	EXC_SOFTWARE, /* INT n: gate DPL is checked, no exception intercept */
	EXC_BREAK,    /* INT3, INTO: #BP and #OF, with the gate's DPL checked */
	EXC_ICEBP,    /* INT1: #DB with an intercept of its own */
	EXC_EXTERNAL, /* maskable interrupt or NMI (vector 2) */
};

/*
 * Delivers vector with c->rip as the rIP to save.  Handles exception intercepts, double and triple
 * fault, and keeps svm->exit_int_info: when the delivery itself exits, it holds the event in the
 * form of EXITINTINFO, else 0.  CPU_GO: delivered, c->rip is the handler; CPU_EVENT: c->event is a
 * #VMEXIT (SHUTDOWN for a triple fault).
 */
enum cpu_stop exc_deliver(struct cpu *c, u8 vector, enum exc_source source, bool has_error,
			  u32 error, u64 cr2);

/* The same for an event that VMRUN injects: it is not intercepted, and CR2 is the VMCB's. */
enum cpu_stop exc_inject(struct cpu *c, u8 vector, enum exc_source source, bool has_error,
			 u32 error);

/* Delivers what c->event holds (kinds FAULT, TRAP, SOFT) and clears it. */
enum cpu_stop exc_deliver_event(struct cpu *c);

#endif
