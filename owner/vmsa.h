/* SPDX-License-Identifier: MIT */
/*
 * The first contents of a vCPU's save area, which an SEV-ES launch measures byte by byte: as a Linux
 * host with QEMU makes it.	[APM2 15.35 SEV-ES, Appendix B Table B-4]
 */
#ifndef OWNER_VMSA_H
#define OWNER_VMSA_H

#include "abi/vmsa.h"
#include "base/compiler.h"
#include "base/error.h"

/* Where the boot CPU starts, as CS base and IP. */
#define OWNER_BOOT_CPU_START 0xfffffff0u

struct owner_vcpu {
	u32 start;     /* CS base in bits 31:16, IP in bits 15:0 */
	u32 signature; /* CPUID Fn0000_0001 EAX */
	u64 features;  /* SEV_FEATURES; 0 unless the VMM asks for some */
	/*
	 * The host kernel leaves x87 and SSE control at 0 when the VM was made by SEV_ES_INIT, and
	 * puts their reset values there for SEV_INIT2.
	 */
	bool no_fpu;
};

void owner_vmsa_reset(struct vmsa *vmsa, const struct owner_vcpu *vcpu);

/*
 * The signature that a name stands for: "milan" and its kin (swsev's own models), "EPYC-Milan" and
 * its kin (QEMU's).  -EINVAL: unknown, with the names.
 */
int owner_vcpu_signature(u32 *signature, const char *name, struct error *err) MUST_CHECK;

/* The signature of a family, model and stepping as CPUID tells them; family FFh + Fh at most. */
u32 owner_cpu_signature(u32 family, u32 model, u32 stepping);

#endif
