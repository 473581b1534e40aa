/* SPDX-License-Identifier: MIT */
/*
 * The MSRs of a guest that the hypervisor answers for.
 *
 * Those that the core swaps by VMRUN and VMLOAD (EFER, STAR, segment bases, SYSENTER, PAT ...) go
 * straight through, as do those that cannot be intercepted.  The rest is here: memory types that
 * nobody acts on but that read back, machine checks that never happen, configuration that a guest
 * looks at, and KVM's clock.
 */
#ifndef HV_MSR_H
#define HV_MSR_H

#include "abi/msr.h"
#include "base/types.h"

struct vcpu;

enum { MSR_MTRR_FIXED_COUNT = 11, MSR_MTRR_VARIABLE_COUNT = 8, MSR_MC_BANK_COUNT = 10 };

struct vcpu_msrs {
	u64 mtrr_def_type;
	u64 mtrr_fixed[MSR_MTRR_FIXED_COUNT];
	u64 mtrr_variable[2 * MSR_MTRR_VARIABLE_COUNT];
	u64 mc[4 * MSR_MC_BANK_COUNT];
	u64 mcg_status;
	u64 tsc_adjust;
	u64 system_time; /* MSR_KVM_SYSTEM_TIME_NEW as written */
};

/* As after RESET. */
void msr_reset(struct vcpu_msrs *m);

/* The permission map: `map` is MSRPM_SIZE bytes; passes through what is listed there. */
void msr_fill_map(u8 *map);

/* False: #GP(0). */
bool msr_read(struct vcpu *v, u32 msr, u64 *value);
bool msr_write(struct vcpu *v, u32 msr, u64 value);

#endif
