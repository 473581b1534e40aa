/* SPDX-License-Identifier: MIT */
/*
 * The CPUID instruction.  A leaf is put together by OR from three sources: constant bits (of every
 * model, and of one), the features, and what is live or computed, a function each.
 *	[APM3 Appendix E Obtaining Processor Information Via CPUID]
 */
#include "chip/cpu/model/model.h"

#include <string.h>

#include "abi/cpuid.h"
#include "abi/fpu.h"
#include "abi/msr.h"
#include "abi/x86.h"
#include "base/bytes.h"
#include "chip/cpu/exec/simd/xsave.h"
#include "chip/cpu/model/msr.h"

enum { EAX, EBX, ECX, EDX };

/* -- features ----------------------------------------------------------------------------------- */

/* clang-format off */
#define AT(leaf, reg, name) {CPUID_##leaf, reg, 0, CPUID_##leaf##_##reg##_##name}

static const struct cpuid_place places[FEATURE_COUNT] = {
	[FEATURE_SSE3]		= AT(0000_0001, ECX, SSE3),
	[FEATURE_SSSE3]		= AT(0000_0001, ECX, SSSE3),
	[FEATURE_SSE41]		= AT(0000_0001, ECX, SSE41),
	[FEATURE_SSE42]		= AT(0000_0001, ECX, SSE42),
	[FEATURE_SSE4A]		= AT(8000_0001, ECX, SSE4A),
	[FEATURE_PCLMULQDQ]	= AT(0000_0001, ECX, PCLMULQDQ),
	[FEATURE_AES]		= AT(0000_0001, ECX, AES),
	[FEATURE_SHA]		= AT(0000_0007, EBX, SHA),
	[FEATURE_CX16]		= AT(0000_0001, ECX, CMPXCHG16B),
	[FEATURE_MOVBE]		= AT(0000_0001, ECX, MOVBE),
	[FEATURE_POPCNT]	= AT(0000_0001, ECX, POPCNT),
	[FEATURE_LAHF64]	= AT(8000_0001, ECX, LAHF_SAHF),
	[FEATURE_XSAVE]		= AT(0000_0001, ECX, XSAVE),
	[FEATURE_XSAVEOPT]	= {CPUID_0000_000D, EAX, 1, CPUID_0000_000D_1_EAX_XSAVEOPT},
	[FEATURE_XSAVEC]	= {CPUID_0000_000D, EAX, 1, CPUID_0000_000D_1_EAX_XSAVEC},
	[FEATURE_XGETBV1]	= {CPUID_0000_000D, EAX, 1, CPUID_0000_000D_1_EAX_XGETBV1},
	[FEATURE_XSAVES]	= {CPUID_0000_000D, EAX, 1, CPUID_0000_000D_1_EAX_XSAVES},
	[FEATURE_AVX]		= AT(0000_0001, ECX, AVX),
	[FEATURE_F16C]		= AT(0000_0001, ECX, F16C),
	[FEATURE_FMA]		= AT(0000_0001, ECX, FMA),
	[FEATURE_AVX2]		= AT(0000_0007, EBX, AVX2),
	[FEATURE_VAES]		= AT(0000_0007, ECX, VAES),
	[FEATURE_VPCLMULQDQ]	= AT(0000_0007, ECX, VPCLMULQDQ),
	[FEATURE_BMI1]		= AT(0000_0007, EBX, BMI1),
	[FEATURE_BMI2]		= AT(0000_0007, EBX, BMI2),
	[FEATURE_ADX]		= AT(0000_0007, EBX, ADX),
	[FEATURE_LZCNT]		= AT(8000_0001, ECX, ABM),
	[FEATURE_RDRAND]	= AT(0000_0001, ECX, RDRAND),
	[FEATURE_RDSEED]	= AT(0000_0007, EBX, RDSEED),
	[FEATURE_RDTSCP]	= AT(8000_0001, EDX, RDTSCP),
	[FEATURE_RDPID]		= AT(0000_0007, ECX, RDPID),
	[FEATURE_FSGSBASE]	= AT(0000_0007, EBX, FSGSBASE),
	[FEATURE_SMEP]		= AT(0000_0007, EBX, SMEP),
	[FEATURE_SMAP]		= AT(0000_0007, EBX, SMAP),
	[FEATURE_UMIP]		= AT(0000_0007, ECX, UMIP),
	[FEATURE_PKU]		= AT(0000_0007, ECX, PKU),
	[FEATURE_LA57]		= AT(0000_0007, ECX, LA57),
	[FEATURE_PCID]		= AT(0000_0001, ECX, PCID),
	[FEATURE_INVPCID]	= AT(0000_0007, EBX, INVPCID),
	[FEATURE_PDPE1GB]	= AT(8000_0001, EDX, PAGE1GB),
	[FEATURE_NX]		= AT(8000_0001, EDX, NX),
	[FEATURE_CLFLUSH]	= AT(0000_0001, EDX, CLFSH),
	[FEATURE_CLFLUSHOPT]	= AT(0000_0007, EBX, CLFLUSHOPT),
	[FEATURE_CLWB]		= AT(0000_0007, EBX, CLWB),
	[FEATURE_CLZERO]	= AT(8000_0008, EBX, CLZERO),
	[FEATURE_WBNOINVD]	= AT(8000_0008, EBX, WBNOINVD),
	[FEATURE_MONITOR]	= AT(0000_0001, ECX, MONITOR),
	[FEATURE_MONITORX]	= AT(8000_0001, ECX, MONITORX),
	[FEATURE_PREFETCHW]	= AT(8000_0001, ECX, 3DNOWPREFETCH),
	[FEATURE_3DNOW_PREFETCH] = AT(8000_0001, ECX, 3DNOWPREFETCH),
	[FEATURE_SYSCALL]	= AT(8000_0001, EDX, SYSCALL),
	[FEATURE_SVM]		= AT(8000_0001, ECX, SVM),
	[FEATURE_RDPRU]		= AT(8000_0008, EBX, RDPRU),
	[FEATURE_MCOMMIT]	= AT(8000_0008, EBX, MCOMMIT),
	[FEATURE_INVLPGB]	= AT(8000_0008, EBX, INVLPGB),
	[FEATURE_ERMS]		= AT(0000_0007, EBX, ERMS),
	[FEATURE_FSRM]		= AT(0000_0007, EDX, FSRM),
	[FEATURE_X2APIC]	= AT(0000_0001, ECX, X2APIC),
	[FEATURE_TSC_DEADLINE]	= AT(0000_0001, ECX, TSC_DEADLINE),
	[FEATURE_SME]		= AT(8000_001F, EAX, SME),
	[FEATURE_SEV]		= AT(8000_001F, EAX, SEV),
	[FEATURE_SEV_ES]	= AT(8000_001F, EAX, SEV_ES),
	[FEATURE_SEV_SNP]	= AT(8000_001F, EAX, SEV_SNP),
	[FEATURE_RMPQUERY]	= AT(8000_001F, EAX, RMPQUERY),
	[FEATURE_RMPREAD]	= AT(8000_001F, EAX, RMPREAD),
	[FEATURE_MISALIGNSSE]	= AT(8000_0001, ECX, MISALIGNSSE),
	[FEATURE_TOPOEXT]	= AT(8000_0001, ECX, TOPOEXT),
	[FEATURE_TCE]		= AT(8000_0001, ECX, TCE),
	[FEATURE_INT_WBINVD]	= AT(8000_0008, EBX, INT_WBINVD),
	[FEATURE_IBPB]		= AT(8000_0008, EBX, IBPB),
	[FEATURE_IBRS]		= AT(8000_0008, EBX, IBRS),
	[FEATURE_STIBP]		= AT(8000_0008, EBX, STIBP),
	[FEATURE_SSBD]		= AT(8000_0008, EBX, SSBD),
	[FEATURE_PSFD]		= AT(8000_0008, EBX, PSFD),
	[FEATURE_AUTOMATIC_IBRS] = AT(8000_0021, EAX, AUTOMATIC_IBRS),
};

/* -- constant bits of every model --------------------------------------------------------------- */

/* Bits that function 8000_0001 EDX repeats: 9:0, 17:12, 23, 24. */
enum {
	BASE_EDX_COMMON = CPUID_0000_0001_EDX_FPU | CPUID_0000_0001_EDX_VME |
			  CPUID_0000_0001_EDX_DE | CPUID_0000_0001_EDX_PSE |
			  CPUID_0000_0001_EDX_TSC | CPUID_0000_0001_EDX_MSR |
			  CPUID_0000_0001_EDX_PAE | CPUID_0000_0001_EDX_MCE |
			  CPUID_0000_0001_EDX_CMPXCHG8B | CPUID_0000_0001_EDX_MTRR |
			  CPUID_0000_0001_EDX_PGE | CPUID_0000_0001_EDX_MCA |
			  CPUID_0000_0001_EDX_CMOV | CPUID_0000_0001_EDX_PAT |
			  CPUID_0000_0001_EDX_PSE36 | CPUID_0000_0001_EDX_MMX |
			  CPUID_0000_0001_EDX_FXSR,
};

#define ANY CPUID_ANY_SUBLEAF
#define VENDOR .ebx = CPUID_VENDOR_AMD_EBX, .ecx = CPUID_VENDOR_AMD_ECX, .edx = CPUID_VENDOR_AMD_EDX

static const struct cpuid_row common[] = {
	{CPUID_0000_0000, ANY, {VENDOR}},
	{CPUID_0000_0001, ANY, {.ebx = FIELD_PUT(CPUID_0000_0001_EBX_CLFLUSH, 64 / 8),
				.edx = BASE_EDX_COMMON | CPUID_0000_0001_EDX_SYSENTER |
				       CPUID_0000_0001_EDX_SSE | CPUID_0000_0001_EDX_SSE2}},
	/* MONITOR: lines of 64 bytes, interrupts end MWAIT; no deeper states */
	{CPUID_0000_0005, ANY, {64, 64, 3, 0}},
	{CPUID_0000_0006, ANY, {.eax = CPUID_0000_0006_EAX_ARAT}},
	{CPUID_8000_0000, ANY, {VENDOR}},
	{CPUID_8000_0001, ANY, {.ecx = CPUID_8000_0001_ECX_ALT_MOV_CR8,
				.edx = BASE_EDX_COMMON | CPUID_8000_0001_EDX_MMXEXT |
				       CPUID_8000_0001_EDX_LM}},
	{CPUID_8000_0007, ANY, {.edx = CPUID_8000_0007_EDX_TSC_INVARIANT}},
	{CPUID_8000_0008, ANY, {.ebx = CPUID_8000_0008_EBX_RSTR_FP_ERR_PTRS}},
	{CPUID_8000_000A, ANY, {.eax = FIELD_PUT(CPUID_8000_000A_EAX_REVISION, 1)}},
};
/* clang-format on */

/* -- live and computed -------------------------------------------------------------------------- */

static u32 signature(const struct cpu_model *m)
{
	return (u32)(FIELD_PUT(CPUID_0000_0001_EAX_STEPPING, m->stepping) |
		     FIELD_PUT(CPUID_0000_0001_EAX_BASE_MODEL, m->model) |
		     FIELD_PUT(CPUID_0000_0001_EAX_BASE_FAMILY, 0xf) |
		     FIELD_PUT(CPUID_0000_0001_EAX_EXT_MODEL, m->model >> 4) |
		     FIELD_PUT(CPUID_0000_0001_EAX_EXT_FAMILY, m->family - 0xf));
}

/* Bits that number the cores of the socket. */
static unsigned apic_id_bits(const struct cpu *c)
{
	return c->cores > 1 ? 32 - (unsigned)__builtin_clz(c->cores - 1) : 0;
}

static void largest_standard(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	r->eax |= c->model->max_leaf;
}

static void largest_extended(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	r->eax |= 0x80000000u | c->model->max_extended;
}

static void leaf_1(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	r->eax |= signature(c->model);
	r->ebx |= (u32)FIELD_PUT(CPUID_0000_0001_EBX_APIC_ID, c->index) |
		  (u32)FIELD_PUT(CPUID_0000_0001_EBX_COUNT, c->cores);
	if (c->cr4 & CR4_OSXSAVE)
		r->ecx |= CPUID_0000_0001_ECX_OSXSAVE;
	if (c->msr[MSR_SLOT_APIC_BASE] & APIC_BASE_EN)
		r->edx |= CPUID_0000_0001_EDX_APIC;
	if (c->cores > 1)
		r->edx |= CPUID_0000_0001_EDX_HTT;
}

static void leaf_7(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	if (subleaf == 0 && c->cr4 & CR4_PKE)
		r->ecx |= CPUID_0000_0007_ECX_OSPKE;
}

/* Two levels: threads, of which a core has one, and cores. */
static void leaf_b(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	enum { LEVEL_SHIFT = 8, LEVEL_SMT = 1, LEVEL_CORE = 2 };

	if (c->model->max_leaf < 0x10)
		return; /* Zen 1 does not have it */
	r->ecx |= subleaf & 0xff;
	r->edx |= c->index;
	if (subleaf > 1)
		return;
	r->eax |= subleaf == 0 ? 0 : apic_id_bits(c);
	r->ebx |= subleaf == 0 ? 1 : c->cores;
	r->ecx |= (u32)(subleaf == 0 ? LEVEL_SMT : LEVEL_CORE) << LEVEL_SHIFT;
}

/* -- extended state ----------------------------------------------------------------------------- */

/* Bytes of the standard form that hold the components. */
static u32 xsave_size(u64 xcr0)
{
	if (xcr0 & XCR0_PKRU)
		return XSAVE_PKRU + XSAVE_PKRU_SIZE;
	return xcr0 & XCR0_AVX ? XSAVE_YMM + XSAVE_YMM_SIZE : XSAVE_EXTENDED;
}

static u32 xsave_compact_size(u64 xcr0)
{
	u32 size = XSAVE_EXTENDED;

	if (xcr0 & XCR0_AVX)
		size += XSAVE_YMM_SIZE;
	if (xcr0 & XCR0_PKRU)
		size += XSAVE_PKRU_SIZE;
	return size;
}

static void leaf_d(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	u64 mask = cpu_model_xcr0_mask(c->model);

	if (!cpu_model_has(c->model, FEATURE_XSAVE))
		return;
	switch (subleaf) {
	case 0:
		r->eax |= (u32)mask;
		r->ebx |= xsave_size(c->xcr0);
		r->ecx |= xsave_size(mask);
		r->edx |= (u32)(mask >> 32);
		break;
	case 1:
		r->ebx |= xsave_compact_size(c->xcr0 | c->xss);
		break;
	case 2:
		if (mask & XCR0_AVX)
			*r = (struct cpuid_regs){.eax = XSAVE_YMM_SIZE, .ebx = XSAVE_YMM};
		break;
	case 9:
		if (mask & XCR0_PKRU)
			*r = (struct cpuid_regs){.eax = XSAVE_PKRU_SIZE, .ebx = XSAVE_PKRU};
		break;
	default:
		break;
	}
}

/* -- extended leaves ---------------------------------------------------------------------------- */

static void leaf_8000_0001(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	r->eax |= signature(c->model);
	if (c->cores > 1)
		r->ecx |= CPUID_8000_0001_ECX_CMP_LEGACY;
	if (c->msr[MSR_SLOT_APIC_BASE] & APIC_BASE_EN)
		r->edx |= CPUID_0000_0001_EDX_APIC;
}

static void brand(const struct cpu *c, u32 part, struct cpuid_regs *r)
{
	char text[48] = "";

	strncpy(text, c->model->brand, sizeof(text) - 1);
	r->eax |= get_le32(text + 16 * part);
	r->ebx |= get_le32(text + 16 * part + 4);
	r->ecx |= get_le32(text + 16 * part + 8);
	r->edx |= get_le32(text + 16 * part + 12);
}

static void brand_0(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	brand(c, 0, r);
}

static void brand_1(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	brand(c, 1, r);
}

static void brand_2(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	brand(c, 2, r);
}

static void leaf_8000_0008(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	unsigned lin = cpu_model_has(c->model, FEATURE_LA57) ? 57 : 48;

	r->eax |= (u32)(FIELD_PUT(CPUID_8000_0008_EAX_PHYS, c->model->phys_bits) |
			FIELD_PUT(CPUID_8000_0008_EAX_LIN, lin));
	r->ecx |= (u32)(FIELD_PUT(CPUID_8000_0008_ECX_NC, c->cores - 1) |
			FIELD_PUT(CPUID_8000_0008_ECX_APIC_ID_SIZE, apic_id_bits(c)));
}

static void leaf_8000_000a(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	r->ebx |= c->model->asids;
	r->edx |= c->model->svm_edx;
}

static void leaf_8000_001e(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	r->eax |= c->index;
	r->ebx |= (u32)FIELD_PUT(CPUID_8000_001E_EBX_COMPUTE_UNIT, c->index);
}

static void leaf_8000_001f(const struct cpu *c, u32 subleaf, struct cpuid_regs *r)
{
	const struct cpu_model *m = c->model;

	r->eax |= m->sev_eax | (m->coherent ? CPUID_8000_001F_EAX_HW_ENF_CACHE_COH : 0);
	r->ebx |= (u32)(FIELD_PUT(CPUID_8000_001F_EBX_C_BIT, m->c_bit) |
			FIELD_PUT(CPUID_8000_001F_EBX_PHYS_REDUCTION, m->phys_reduction) |
			FIELD_PUT(CPUID_8000_001F_EBX_VMPLS, m->vmpls));
	r->ecx |= m->sev_asids;
	r->edx |= m->min_sev_asid;
}

static const struct {
	u32 leaf;
	void (*fill)(const struct cpu *c, u32 subleaf, struct cpuid_regs *r);
} computed[] = {
	{CPUID_0000_0000, largest_standard}, {CPUID_0000_0001, leaf_1},
	{CPUID_0000_0007, leaf_7},           {CPUID_0000_000B, leaf_b},
	{CPUID_0000_000D, leaf_d},           {CPUID_8000_0000, largest_extended},
	{CPUID_8000_0001, leaf_8000_0001},   {CPUID_8000_0002, brand_0},
	{CPUID_8000_0002 + 1, brand_1},      {CPUID_8000_0004, brand_2},
	{CPUID_8000_0008, leaf_8000_0008},   {CPUID_8000_000A, leaf_8000_000a},
	{CPUID_8000_001E, leaf_8000_001e},   {CPUID_8000_001F, leaf_8000_001f},
};

/* -- putting together --------------------------------------------------------------------------- */

static u32 *reg_of(struct cpuid_regs *r, unsigned n)
{
	u32 *const regs[] = {&r->eax, &r->ebx, &r->ecx, &r->edx};

	return regs[n];
}

static void add_rows(const struct cpuid_row *rows, unsigned count, u32 leaf, u32 subleaf,
		     struct cpuid_regs *r)
{
	for (unsigned n = 0; n < count; n++) {
		if (rows[n].leaf != leaf)
			continue;
		if (rows[n].subleaf != ANY && rows[n].subleaf != subleaf)
			continue;
		r->eax |= rows[n].regs.eax;
		r->ebx |= rows[n].regs.ebx;
		r->ecx |= rows[n].regs.ecx;
		r->edx |= rows[n].regs.edx;
	}
}

/* Only these two of the leaves with features have subleaves. */
static bool place_is_in(const struct cpuid_place *p, u32 leaf, u32 subleaf)
{
	if (p->leaf != leaf)
		return false;
	return p->subleaf == subleaf || (leaf != CPUID_0000_0007 && leaf != CPUID_0000_000D);
}

static void add_features(const struct cpu_model *m, u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	for (unsigned f = 0; f < FEATURE_COUNT; f++)
		if (cpu_model_has(m, f) && place_is_in(&places[f], leaf, subleaf))
			*reg_of(r, places[f].reg) |= places[f].mask;
}

struct cpuid_place cpu_feature_place(enum cpu_feature f)
{
	return places[f];
}

static bool leaf_exists(const struct cpu_model *m, u32 leaf)
{
	if (leaf & 0x80000000u)
		return leaf - 0x80000000u <= m->max_extended;
	return leaf <= m->max_leaf;
}

void cpu_cpuid(const struct cpu *c, u32 leaf, u32 subleaf, struct cpuid_regs *out)
{
	*out = (struct cpuid_regs){0};
	if (!leaf_exists(c->model, leaf))
		return;
	add_rows(common, ARRAY_SIZE(common), leaf, subleaf, out);
	add_rows(c->model->rows, c->model->row_count, leaf, subleaf, out);
	add_features(c->model, leaf, subleaf, out);
	for (unsigned n = 0; n < ARRAY_SIZE(computed); n++)
		if (computed[n].leaf == leaf)
			computed[n].fill(c, subleaf, out);
}
