/* SPDX-License-Identifier: MIT */
/* Which bits of the control registers a model has.	[APM2 3.1 System-Control Registers, 11.5.2] */
#include "chip/cpu/model/model.h"

#include "abi/fpu.h"
#include "abi/paging.h"
#include "abi/x86.h"

struct bit_of_feature {
	u64 bit;
	enum cpu_feature feature;
};

static u64 bits_of(const struct cpu_model *m, const struct bit_of_feature *list, unsigned count)
{
	u64 mask = 0;

	for (unsigned n = 0; n < count; n++)
		if (cpu_model_has(m, list[n].feature))
			mask |= list[n].bit;
	return mask;
}

u64 cpu_model_efer_mask(const struct cpu_model *m)
{
	static const struct bit_of_feature list[] = {
		{EFER_SCE | EFER_LME, FEATURE_BASE},
		{EFER_NXE, FEATURE_NX},
		{EFER_TCE, FEATURE_TCE},
		{EFER_MCOMMIT, FEATURE_MCOMMIT},
		{EFER_INTWB, FEATURE_INT_WBINVD},
		{EFER_AIBRSE, FEATURE_AUTOMATIC_IBRS},
	};

	return bits_of(m, list, ARRAY_SIZE(list));
}

u64 cpu_model_cr4_mask(const struct cpu_model *m)
{
	static const struct bit_of_feature list[] = {
		{CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_MCE | CR4_PGE |
			 CR4_PCE | CR4_OSFXSR | CR4_OSXMMEXCPT,
		 FEATURE_BASE},
		{CR4_UMIP, FEATURE_UMIP},
		{CR4_LA57, FEATURE_LA57},
		{CR4_FSGSBASE, FEATURE_FSGSBASE},
		{CR4_PCIDE, FEATURE_PCID},
		{CR4_OSXSAVE, FEATURE_XSAVE},
		{CR4_SMEP, FEATURE_SMEP},
		{CR4_SMAP, FEATURE_SMAP},
		{CR4_PKE, FEATURE_PKU},
	};

	return bits_of(m, list, ARRAY_SIZE(list));
}

u64 cpu_model_xcr0_mask(const struct cpu_model *m)
{
	static const struct bit_of_feature list[] = {
		{XCR0_X87 | XCR0_SSE, FEATURE_XSAVE},
		{XCR0_AVX, FEATURE_AVX},
		{XCR0_PKRU, FEATURE_PKU},
	};

	return bits_of(m, list, ARRAY_SIZE(list));
}

static bool pat_type_is_defined(u8 type)
{
	switch (type) {
	case X86_MEMORY_UC:
	case X86_MEMORY_WC:
	case X86_MEMORY_WT:
	case X86_MEMORY_WP:
	case X86_MEMORY_WB:
	case X86_MEMORY_UC_MINUS:
		return true;
	default:
		return false;
	}
}

bool cpu_pat_is_legal(u64 pat)
{
	for (unsigned n = 0; n < 8; n++)
		if (!pat_type_is_defined((u8)(pat >> PAT_ENTRY_SHIFT(n))))
			return false;
	return true;
}
