/* SPDX-License-Identifier: MIT */
/*
 * The five generations of EPYC that know SEV.
 *
 *	naples	Zen 1	SEV, SEV-ES	C-bit 47, not coherent
 *	rome	Zen 2	SEV, SEV-ES	C-bit 51
 *	milan	Zen 3	and SEV-SNP
 *	genoa	Zen 4
 *	turin	Zen 5	and RMPREAD, segmented RMP
 *
 * A feature stands here when the core implements it; AVX-512, shadow stacks, x2APIC, INVLPGB,
 * MCOMMIT and performance counters, which some of the real parts have, are not there.
 *	[APM3 Appendix E; APM2 15.34.1 Determining Support for SEV]
 */
#include "chip/cpu/model/model.h"

#include <string.h>

#include "abi/cpuid.h"

/* -- features ----------------------------------------------------------------------------------- */

#define HAS(f)      (FEATURE_##f < 64 ? BIT64(FEATURE_##f % 64) : 0)
#define HAS_HIGH(f) (FEATURE_##f < 64 ? 0 : BIT64(FEATURE_##f % 64))

/* A list of features as two words; lists are written once, as X(name) ... */
#define LOW_OF(f)  | HAS(f)
#define HIGH_OF(f) | HAS_HIGH(f)
#define SET(list)                               \
	{                                       \
		0 list(LOW_OF), 0 list(HIGH_OF) \
	}

/* clang-format off */
#define NAPLES(X) \
	X(BASE) X(SSE3) X(SSSE3) X(SSE41) X(SSE42) X(SSE4A) X(PCLMULQDQ) X(AES) X(SHA) X(CX16) \
	X(MOVBE) X(POPCNT) X(LAHF64) X(XSAVE) X(XSAVEOPT) X(XSAVEC) X(XGETBV1) X(XSAVES) X(AVX) \
	X(F16C) X(FMA) X(AVX2) X(BMI1) X(BMI2) X(ADX) X(LZCNT) X(RDRAND) X(RDSEED) X(RDTSCP) \
	X(FSGSBASE) X(SMEP) X(SMAP) X(PDPE1GB) X(NX) X(CLFLUSH) X(CLFLUSHOPT) X(CLZERO) \
	X(MONITOR) X(MONITORX) X(PREFETCHW) X(3DNOW_PREFETCH) X(SYSCALL) X(SVM) X(MISALIGNSSE) \
	X(TOPOEXT) X(TCE) X(IBPB) X(SME) X(SEV) X(SEV_ES)

#define ROME(X) \
	NAPLES(X) X(RDPID) X(UMIP) X(CLWB) X(WBNOINVD) X(RDPRU) X(INT_WBINVD) X(IBRS) \
	X(STIBP) X(SSBD)

#define MILAN(X) \
	ROME(X) X(VAES) X(VPCLMULQDQ) X(PKU) X(PCID) X(INVPCID) X(ERMS) X(FSRM) \
	X(PSFD) X(SEV_SNP)

#define GENOA(X) \
	MILAN(X) X(LA57) X(AUTOMATIC_IBRS) X(RMPQUERY)

#define TURIN(X) \
	GENOA(X) X(RMPREAD)

/* -- SVM and SEV --------------------------------------------------------------------------------- */

enum {
	SVM_NAPLES = CPUID_8000_000A_EDX_NP | CPUID_8000_000A_EDX_LBR_VIRT |
		     CPUID_8000_000A_EDX_SVML | CPUID_8000_000A_EDX_NRIPS |
		     CPUID_8000_000A_EDX_TSC_RATE_MSR | CPUID_8000_000A_EDX_VMCB_CLEAN |
		     CPUID_8000_000A_EDX_FLUSH_BY_ASID | CPUID_8000_000A_EDX_DECODE_ASSISTS |
		     CPUID_8000_000A_EDX_PAUSE_FILTER |
		     CPUID_8000_000A_EDX_PAUSE_FILTER_THRESHOLD | CPUID_8000_000A_EDX_VGIF,
	SVM_MILAN = SVM_NAPLES | CPUID_8000_000A_EDX_SPEC_CTRL,
	SVM_GENOA = SVM_MILAN | CPUID_8000_000A_EDX_VNMI,
	SVM_TURIN = SVM_GENOA | CPUID_8000_000A_EDX_IDLE_HLT,
};

#define SEV_NAPLES CPUID_8000_001F_EAX_PAGE_FLUSH_MSR

#define SEV_ROME (SEV_NAPLES | CPUID_8000_001F_EAX_64BIT_HOST | CPUID_8000_001F_EAX_VTE)

#define SEV_MILAN \
	(SEV_ROME | CPUID_8000_001F_EAX_VMPL | CPUID_8000_001F_EAX_SECURE_TSC | \
	 CPUID_8000_001F_EAX_RESTRICTED_INJECTION | CPUID_8000_001F_EAX_ALTERNATE_INJECTION | \
	 CPUID_8000_001F_EAX_DEBUG_VIRT | CPUID_8000_001F_EAX_PREVENT_HOST_IBS | \
	 CPUID_8000_001F_EAX_VMSA_REG_PROT)

#define SEV_GENOA \
	(SEV_MILAN | CPUID_8000_001F_EAX_TSC_AUX_VIRT | CPUID_8000_001F_EAX_VMGEXIT_PARAMETER | \
	 CPUID_8000_001F_EAX_VIRTUAL_TOM_MSR)

#define SEV_TURIN \
	(SEV_GENOA | CPUID_8000_001F_EAX_SEGMENTED_RMP | CPUID_8000_001F_EAX_ALLOWED_SEV_FEATURES)

/* -- leaves of one model ------------------------------------------------------------------------ */

#define ANY CPUID_ANY_SUBLEAF

/* L1 and L2 caches and TLBs; L3 in units of 512 KiB in 8000_0006 EDX[31:18]. */
#define L1_NAPLES {CPUID_8000_0005, ANY, {0xff40ff40, 0xff40ff40, 0x20080140, 0x40040140}}
#define L1_ROME   {CPUID_8000_0005, ANY, {0xff48ff40, 0xff48ff40, 0x20080140, 0x20080140}}
#define L2_L3(l2, l3_units) {CPUID_8000_0006, ANY, {0x48002200, 0x68004200, (l2), 0x00009140 | (u32)(l3_units) << 18}}

/* 8000_001D: L1 data, L1 instruction, L2, L3.  EBX: ways, partitions, line size; ECX: sets less 1. */
#define CACHES(l1i, l2_sets, l3_share, l3_sets) \
	{CPUID_8000_001D, 0, {0x00000121, 0x01c0003f, 63, 0}}, \
	{CPUID_8000_001D, 1, {0x00000122, (l1i), 0x01c0003f == (l1i) ? 63 : 255, 0}}, \
	{CPUID_8000_001D, 2, {0x00000143, 0x01c0003f, (l2_sets) - 1, 2}}, \
	{CPUID_8000_001D, 3, {0x00000163 | (u32)(l3_share) << 14, 0x03c0003f, (l3_sets) - 1, 1}}

enum { L1I_4WAY = 0x00c0003f, L1I_8WAY = 0x01c0003f };

enum {
	LEAF21_MILAN = CPUID_8000_0021_EAX_NO_NESTED_DATA_BP |
		       CPUID_8000_0021_EAX_LFENCE_ALWAYS_SERIALIZING |
		       CPUID_8000_0021_EAX_NULL_SELECT_CLEARS_BASE,
	LEAF21_GENOA = LEAF21_MILAN | CPUID_8000_0021_EAX_FS_GS_BASE_NON_SERIALIZING,
};

static const struct cpuid_row naples_rows[] = {
	L1_NAPLES,
	L2_L3(0x02006140, 0x80),
	CACHES(L1I_4WAY, 1024, 3, 8192),
};

static const struct cpuid_row rome_rows[] = {
	L1_ROME,
	L2_L3(0x02006140, 0x200),
	CACHES(L1I_8WAY, 1024, 3, 16384),
	{CPUID_8000_0008, ANY, {.ebx = CPUID_8000_0008_EBX_STIBP_ALWAYS_ON}},
};

static const struct cpuid_row milan_rows[] = {
	L1_ROME,
	L2_L3(0x02006140, 0x200),
	CACHES(L1I_8WAY, 1024, 7, 32768),
	{CPUID_8000_0008, ANY, {.ebx = CPUID_8000_0008_EBX_STIBP_ALWAYS_ON |
				       CPUID_8000_0008_EBX_NO_EFER_LMSLE |
				       CPUID_8000_0008_EBX_BTC_NO}},
	{CPUID_8000_0021, ANY, {.eax = LEAF21_MILAN}},
};

static const struct cpuid_row genoa_rows[] = {
	L1_ROME,
	L2_L3(0x04006140, 0x300),
	CACHES(L1I_8WAY, 2048, 7, 32768),
	{CPUID_8000_0008, ANY, {.ebx = CPUID_8000_0008_EBX_STIBP_ALWAYS_ON |
				       CPUID_8000_0008_EBX_NO_EFER_LMSLE |
				       CPUID_8000_0008_EBX_BTC_NO}},
	{CPUID_8000_0021, ANY, {.eax = LEAF21_GENOA}},
};

static const struct cpuid_row turin_rows[] = {
	L1_ROME,
	L2_L3(0x04006140, 0x400),
	CACHES(L1I_8WAY, 1024, 7, 32768),
	{CPUID_8000_0008, ANY, {.ebx = CPUID_8000_0008_EBX_STIBP_ALWAYS_ON |
				       CPUID_8000_0008_EBX_NO_EFER_LMSLE |
				       CPUID_8000_0008_EBX_BTC_NO}},
	{CPUID_8000_0021, ANY, {.eax = LEAF21_GENOA | CPUID_8000_0021_EAX_SRSO_NO}},
	/* segments of 16 GiB to 128 GiB, any number of them */
	{CPUID_8000_0025, ANY, {.eax = FIELD_PUT(CPUID_8000_0025_EAX_MIN_SEGMENT, 34) |
				       FIELD_PUT(CPUID_8000_0025_EAX_MAX_SEGMENT, 37),
				.ebx = FIELD_PUT(CPUID_8000_0025_EBX_CACHED, 512)}},
};

#define ROWS(name) .rows = name, .row_count = ARRAY_SIZE(name)

/* -- the models ---------------------------------------------------------------------------------- */

static const struct cpu_model models[] = {
	{
		.name = "naples", .brand = "AMD EPYC 7601 32-Core Processor",
		.family = 0x17, .model = 0x01, .stepping = 2,
		.c_bit = 47, .phys_bits = 48, .phys_reduction = 5,
		.sev_asids = 15, .min_sev_asid = 5, .asids = 0x8000,
		.max_leaf = 0x0d, .max_extended = 0x1f,
		.svm_edx = SVM_NAPLES, .sev_eax = SEV_NAPLES,
		.features = SET(NAPLES), ROWS(naples_rows),
	},
	{
		.name = "rome", .brand = "AMD EPYC 7742 64-Core Processor",
		.family = 0x17, .model = 0x31, .stepping = 0,
		.c_bit = 51, .phys_bits = 48, .phys_reduction = 5,
		.sev_asids = 509, .min_sev_asid = 10, .asids = 0x8000,
		.max_leaf = 0x10, .max_extended = 0x20,
		.svm_edx = SVM_NAPLES, .sev_eax = SEV_ROME,
		.features = SET(ROME), ROWS(rome_rows),
	},
	{
		.name = "milan", .brand = "AMD EPYC 7763 64-Core Processor",
		.family = 0x19, .model = 0x01, .stepping = 1,
		.c_bit = 51, .phys_bits = 48, .phys_reduction = 5,
		.sev_asids = 509, .min_sev_asid = 10, .asids = 0x8000,
		.vmpls = 4, .coherent = true,
		.max_leaf = 0x10, .max_extended = 0x23,
		.svm_edx = SVM_MILAN, .sev_eax = SEV_MILAN,
		.features = SET(MILAN), ROWS(milan_rows),
	},
	{
		.name = "genoa", .brand = "AMD EPYC 9654 96-Core Processor",
		.family = 0x19, .model = 0x11, .stepping = 1,
		.c_bit = 51, .phys_bits = 52, .phys_reduction = 6,
		.sev_asids = 1006, .min_sev_asid = 10, .asids = 0x8000,
		.vmpls = 4, .coherent = true,
		.max_leaf = 0x10, .max_extended = 0x26,
		.svm_edx = SVM_GENOA, .sev_eax = SEV_GENOA,
		.features = SET(GENOA), ROWS(genoa_rows),
	},
	{
		.name = "turin", .brand = "AMD EPYC 9755 128-Core Processor",
		.family = 0x1a, .model = 0x02, .stepping = 1,
		.c_bit = 51, .phys_bits = 52, .phys_reduction = 6,
		.sev_asids = 1006, .min_sev_asid = 10, .asids = 0x8000,
		.vmpls = 4, .coherent = true,
		.max_leaf = 0x10, .max_extended = 0x28,
		.svm_edx = SVM_TURIN, .sev_eax = SEV_TURIN,
		.features = SET(TURIN), ROWS(turin_rows),
	},
};
/* clang-format on */

const struct cpu_model *cpu_model_at(unsigned n)
{
	return n < ARRAY_SIZE(models) ? &models[n] : NULL;
}

const struct cpu_model *cpu_model_find(const char *name)
{
	for (unsigned n = 0; n < ARRAY_SIZE(models); n++)
		if (strcmp(models[n].name, name) == 0)
			return &models[n];
	return NULL;
}
