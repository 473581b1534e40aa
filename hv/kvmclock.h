/* SPDX-License-Identifier: MIT */
/*
 * KVM's clock: how a guest learns time and the frequency of its TSC without any timer device.
 *
 * One line for all vCPUs, fixed when the VM starts: nanoseconds since then as a function of the TSC.
 * The TSC is invariant, so a structure that was written once is right for good.  A guest gives the
 * address; the hypervisor writes there without a key, so an encrypted guest has to share the page.
 *	[Linux Documentation/virt/kvm/x86/msr.rst]
 */
#ifndef HV_KVMCLOCK_H
#define HV_KVMCLOCK_H

#include "base/types.h"

struct vcpu;

/* A write to MSR_KVM_SYSTEM_TIME_NEW or MSR_KVM_WALL_CLOCK_NEW; no RAM there: nothing happens. */
void kvmclock_set_system_time(struct vcpu *v, u64 value);
void kvmclock_set_wall_clock(struct vcpu *v, u64 gpa);

/* ns = ((ticks << shift) * mul) >> 32, shift may be negative; hz is not 0. */
void kvmclock_scale(u64 hz, u32 *mul, s8 *shift);

#endif
