/* SPDX-License-Identifier: MIT */
/*
 * CPU models as data: naples, rome, milan, genoa, turin.  Which features, which CPUID leaves, which
 * MSRs with which reset values, where the C-bit is, how many ASIDs.
 *
 * CPUID here is the core's own, as a host kernel sees it.  A guest sees it too unless its
 * hypervisor intercepts CPUID, which hypervisors do.
 */
#ifndef CHIP_CPU_MODEL_MODEL_H
#define CHIP_CPU_MODEL_MODEL_H

#include "chip/cpu/model/feature.h"
#include "chip/cpu/state.h"

struct cpuid_regs {
	u32 eax, ebx, ecx, edx;
};

/* Bits of a CPUID leaf that no feature, field or live state gives: they are ORed in. */
struct cpuid_row {
	u32 leaf;
	u32 subleaf; /* or CPUID_ANY_SUBLEAF */
	struct cpuid_regs regs;
};

enum { CPUID_ANY_SUBLEAF = 0xffffffffu };

struct cpu_model {
	const char *name;  /* "milan" */
	const char *brand; /* CPUID 8000_0002..4, at most 47 characters */
	u8 family, model, stepping;
	u8 c_bit;          /* position: 47 or 51 */
	u8 phys_bits;      /* physical address width, not reduced */
	u8 phys_reduction; /* bits lost when memory encryption is enabled */
	u16 sev_asids;     /* highest SEV ASID: CPUID 8000_001F ECX */
	u16 min_sev_asid;  /* lowest ASID of a guest without ES: CPUID 8000_001F EDX */
	u32 asids;         /* of guests in all, and the host's: CPUID 8000_000A EBX */
	u8 vmpls;
	bool coherent;                /* HwEnfCacheCoh */
	u16 max_leaf;                 /* highest standard leaf */
	u16 max_extended;             /* highest extended leaf, less 8000_0000h */
	u32 svm_edx;                  /* CPUID 8000_000A EDX */
	u32 sev_eax;                  /* CPUID 8000_001F EAX without the bits that are features */
	u64 features[2];              /* bit n % 64 of word n / 64: enum cpu_feature n */
	const struct cpuid_row *rows; /* of this model alone */
	unsigned row_count;
};

/* NULL: no such model.  "host-limited" sets are made with cpu_model_limit(). */
const struct cpu_model *cpu_model_find(const char *name);
const struct cpu_model *cpu_model_at(unsigned n); /* for listing; NULL after the last */

static inline bool cpu_model_has(const struct cpu_model *m, enum cpu_feature f)
{
	return m->features[f / 64] >> (f % 64) & 1;
}

/*
 * A copy of m without the features whose instructions run on the host's own and which this host
 * lacks (AVX, AVX2, FMA, AES, SHA ...).
 */
void cpu_model_limit(struct cpu_model *out, const struct cpu_model *m);

/* Bits that software may set; of EFER without SVME, and without LMA, which follows. */
u64 cpu_model_efer_mask(const struct cpu_model *m);
u64 cpu_model_cr4_mask(const struct cpu_model *m);
u64 cpu_model_xcr0_mask(const struct cpu_model *m);

/* Eight defined memory types? */
bool cpu_pat_is_legal(u64 pat);

/* -- CPUID -------------------------------------------------------------------------------------- */

/* What the CPUID instruction gives on this core now (OSXSAVE, APIC id, XCR0 size are live). */
void cpu_cpuid(const struct cpu *c, u32 leaf, u32 subleaf, struct cpuid_regs *out);

/* Where a feature is announced.  FEATURE_BASE has no place: mask is 0. */
struct cpuid_place {
	u32 leaf;
	u8 reg;     /* 0..3: EAX, EBX, ECX, EDX */
	u8 subleaf; /* 0, or 1 for leaf 0000_000D */
	u32 mask;
};
struct cpuid_place cpu_feature_place(enum cpu_feature f);

/* -- MSRs --------------------------------------------------------------------------------------- */

/*
 * RDMSR and WRMSR after the permission checks and intercepts: CPU_GO when done, else the fault
 * (#GP(0) for an MSR or value this model does not have).  For the guest while one runs, else for
 * the host.
 */
enum cpu_stop cpu_rdmsr(struct cpu *c, u32 msr, u64 *value);
enum cpu_stop cpu_wrmsr(struct cpu *c, u32 msr, u64 value);

/* All MSRs as RESET leaves them. */
void cpu_msr_reset(struct cpu *c);

/* Guest TSC now: host TSC scaled and offset as the VMCB says; and the host's own. */
u64 cpu_tsc(const struct cpu *c);
u64 cpu_host_tsc(const struct cpu *c);

#endif
