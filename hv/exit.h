/* SPDX-License-Identifier: MIT */
/*
 * Exits by family: one table, one file a family.
 *
 * A handler finds what the core reported in v->vmcb, changes the guest's state there (and by
 * vcpu_reg_set()), and either lets the guest go on or ends the VM by vm_end() or vm_fail().
 */
#ifndef HV_EXIT_H
#define HV_EXIT_H

#include "hv/vcpu.h"

struct exit_row {
	u64 code;         /* enum vmexit */
	const char *name; /* for the summary of a run */
	void (*serve)(struct vcpu *v);
};

/* The last row, for every other exit, has code VMEXIT_INVALID. */
extern const struct exit_row exit_rows[];
extern const unsigned exit_row_count;

/* Serves what stands in v->vmcb, and counts it. */
void exit_serve(struct vcpu *v);

void exit_io(struct vcpu *v);
void exit_msr(struct vcpu *v);
void exit_cpuid(struct vcpu *v);
void exit_hlt(struct vcpu *v);
void exit_npf(struct vcpu *v);

#endif
