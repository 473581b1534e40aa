/* SPDX-License-Identifier: MIT */
/*
 * The little of the KVM paravirtual interface that we offer: the signature leaf and the clock.
 *
 * A guest that finds the clock needs no PIT, HPET or PM timer to learn its TSC frequency.  The
 * structures stand in memory that the guest shares; version is odd while the hypervisor writes.
 *	[Linux Documentation/virt/kvm/x86/cpuid.rst, msr.rst]
 */
#ifndef ABI_KVM_PARA_H
#define ABI_KVM_PARA_H

#include "abi/layout.h"

/* clang-format off */

#define CPUID_KVM_SIGNATURE	0x40000000u	/* EAX = CPUID_KVM_FEATURES, EBX..EDX = the name */
#define CPUID_KVM_FEATURES	0x40000001u

#define KVM_SIGNATURE_EBX	0x4b4d564bu	/* "KVMK" */
#define KVM_SIGNATURE_ECX	0x564b4d56u	/* "VMKV" */
#define KVM_SIGNATURE_EDX	0x0000004du	/* "M\0\0\0" */

#define CPUID_KVM_FEATURES_EAX_CLOCKSOURCE2		BIT32(3)	/* the two MSRs below */
#define CPUID_KVM_FEATURES_EAX_CLOCKSOURCE_STABLE	BIT32(24)	/* PVCLOCK_TSC_STABLE */

#define MSR_KVM_WALL_CLOCK_NEW	0x4b564d00u	/* GPA of a pvclock_wall_clock; written at once */
#define MSR_KVM_SYSTEM_TIME_NEW	0x4b564d01u	/* GPA of a pvclock_vcpu_time_info, bit 0 enables */

#define KVM_SYSTEM_TIME_ENABLE	BIT64(0)

/* Nanoseconds = system_time + (((TSC - tsc_timestamp) << tsc_shift) * tsc_to_system_mul >> 32). */
struct pvclock_vcpu_time_info {
	u32	version;		/* out  even when consistent */
	u32	rsvd_04;
	u64	tsc_timestamp;		/* out  TSC at system_time */
	u64	system_time;		/* out  nanoseconds */
	u32	tsc_to_system_mul;	/* out  0.32 fixed point */
	s8	tsc_shift;		/* out  negative: to the right */
	u8	flags;			/* out  PVCLOCK_ bits */
	u16	rsvd_1e;
};
LAYOUT_SIZE(pvclock_vcpu_time_info, 0x20);
LAYOUT_AT(pvclock_vcpu_time_info, version, 0x00);
LAYOUT_AT(pvclock_vcpu_time_info, tsc_timestamp, 0x08);
LAYOUT_AT(pvclock_vcpu_time_info, system_time, 0x10);
LAYOUT_AT(pvclock_vcpu_time_info, tsc_to_system_mul, 0x18);
LAYOUT_AT(pvclock_vcpu_time_info, tsc_shift, 0x1c);
LAYOUT_AT(pvclock_vcpu_time_info, flags, 0x1d);

#define PVCLOCK_TSC_STABLE	BIT32(0)	/* monotonic across vCPUs */
#define PVCLOCK_GUEST_STOPPED	BIT32(1)

/* Wall clock time at system_time 0. */
struct pvclock_wall_clock {
	u32	version;	/* out */
	u32	sec;		/* out */
	u32	nsec;		/* out */
};
LAYOUT_SIZE(pvclock_wall_clock, 0x0c);
LAYOUT_AT(pvclock_wall_clock, version, 0x0);
LAYOUT_AT(pvclock_wall_clock, sec, 0x4);
LAYOUT_AT(pvclock_wall_clock, nsec, 0x8);

/* clang-format on */

#endif
