/* SPDX-License-Identifier: MIT */
/* One table of MSRs that are words or constants, and a few with a function. */
#include "hv/msr.h"

#include <string.h>

#include "abi/kvm_para.h"
#include "abi/paging.h"
#include "abi/svm_exit.h"
#include "abi/vmcb.h"
#include "abi/x86.h"
#include "hv/exit.h"
#include "hv/kvmclock.h"
#include "hv/vm.h"

/* -- passed through --------------------------------------------------------------------------- */

static const u32 passed_through[] = {
	MSR_SYSENTER_CS, MSR_SYSENTER_ESP,   MSR_SYSENTER_EIP, MSR_PAT,    MSR_EFER,
	MSR_STAR,        MSR_LSTAR,          MSR_CSTAR,        MSR_SFMASK, MSR_FS_BASE,
	MSR_GS_BASE,     MSR_KERNEL_GS_BASE, MSR_TSC_AUX,      MSR_XSS,    MSR_SEV_STATUS,
};

static void pass(u8 *map, u32 msr)
{
	u32 range = msr >= 0xc0010000   ? MSRPM_OFFSET_C001_0000
		    : msr >= 0xc0000000 ? MSRPM_OFFSET_C000_0000
					: MSRPM_OFFSET_0000_0000;
	u32 bit = range * 8 + (msr & (MSRPM_RANGE_MSRS - 1)) * 2;

	map[bit / 8] &= (u8) ~(3u << bit % 8);
}

void msr_fill_map(u8 *map)
{
	memset(map, 0xff, MSRPM_SIZE);
	for (unsigned n = 0; n < ARRAY_SIZE(passed_through); n++)
		pass(map, passed_through[n]);
}

/* -- words and constants ---------------------------------------------------------------------- */

/* `count` MSRs from `first`: words of vcpu_msrs, or a constant that takes any write. */
struct row {
	u32 first, count;
	u64 constant;
	size_t offset; /* in vcpu_msrs; NOWHERE: the constant */
};

#define NOWHERE     ((size_t)-1)
#define WORD(field) 0, offsetof(struct vcpu_msrs, field)
#define READS_AS(v) (v), NOWHERE

/* clang-format off */
static const struct row rows[] = {
	{MSR_PATCH_LEVEL,		1,	READS_AS(0)},
	{MSR_MTRR_CAP,			1,	READS_AS(MTRR_CAP_FIX | MTRR_CAP_WC |
						FIELD_PUT(MTRR_CAP_VCNT, MSR_MTRR_VARIABLE_COUNT))},
	{MSR_MTRR_PHYS_BASE(0),		2 * MSR_MTRR_VARIABLE_COUNT,	WORD(mtrr_variable)},
	{MSR_MTRR_FIX64K_00000,		1,	WORD(mtrr_fixed[0])},
	{MSR_MTRR_FIX16K_80000,		2,	WORD(mtrr_fixed[1])},
	{MSR_MTRR_FIX4K(0),		8,	WORD(mtrr_fixed[3])},
	{MSR_MTRR_DEF_TYPE,		1,	WORD(mtrr_def_type)},
	{MSR_MCG_CAP,			1,	READS_AS(BIT64(8) | MSR_MC_BANK_COUNT)},
	{MSR_MCG_STATUS,		1,	WORD(mcg_status)},
	{MSR_MCG_CTL,			1,	READS_AS(0)},
	{MSR_MC_CTL(0),			4 * MSR_MC_BANK_COUNT,	WORD(mc)},
	{MSR_DEBUG_CTL,			1,	READS_AS(0)},
	{MSR_TSC_ADJUST,		1,	WORD(tsc_adjust)},
	{MSR_PERF_LEGACY_CTL(0),	8,	READS_AS(0)},
	{MSR_SYSCFG,			1,	READS_AS(SYSCFG_MTRR_FIX_DRAM_EN | SYSCFG_MTRR_VAR_DRAM_EN)},
	{MSR_HWCR,			1,	READS_AS(HWCR_TSC_FREQ_SEL)},
	{MSR_NB_CFG,			1,	READS_AS(0)},
	{MSR_PATCH_LOADER,		1,	READS_AS(0)},
	{MSR_INT_PENDING,		1,	READS_AS(0)},
	{MSR_OSVW_ID_LENGTH,		2,	READS_AS(0)},
	{MSR_PERF_CTL(0),		12,	READS_AS(0)},
	{MSR_DE_CFG,			1,	READS_AS(BIT64(1))},	/* LFENCE serializes */
};
/* clang-format on */

static const struct row *find_row(u32 msr)
{
	for (unsigned n = 0; n < ARRAY_SIZE(rows); n++)
		if (msr - rows[n].first < rows[n].count)
			return &rows[n];
	return NULL;
}

static u64 *word_of(struct vcpu_msrs *m, const struct row *r, u32 msr)
{
	return (u64 *)(void *)((u8 *)m + r->offset) + (msr - r->first);
}

void msr_reset(struct vcpu_msrs *m)
{
	*m = (struct vcpu_msrs){
		.mtrr_def_type = MTRR_DEF_TYPE_E | MTRR_DEF_TYPE_FE | X86_MEMORY_WB,
	};
	memset(m->mtrr_fixed, X86_MEMORY_WB, sizeof(m->mtrr_fixed));
}

/* -- the others ------------------------------------------------------------------------------- */

bool msr_read(struct vcpu *v, u32 msr, u64 *value)
{
	const struct row *r = find_row(msr);

	if (lapic_owns_msr(msr))
		return lapic_msr_read(v->lapic, msr, value);
	if (msr == MSR_TSC) {
		*value = vcpu_tsc(v);
		return true;
	}
	if (msr == MSR_KVM_SYSTEM_TIME_NEW || msr == MSR_KVM_WALL_CLOCK_NEW) {
		*value = msr == MSR_KVM_SYSTEM_TIME_NEW ? v->msrs.system_time : 0;
		return true;
	}
	if (!r)
		return false;
	*value = r->offset == NOWHERE ? r->constant : *word_of(&v->msrs, r, msr);
	return true;
}

bool msr_write(struct vcpu *v, u32 msr, u64 value)
{
	const struct row *r = find_row(msr);

	if (lapic_owns_msr(msr))
		return lapic_msr_write(v->lapic, msr, value);
	switch (msr) {
	case MSR_TSC:
		v->vmcb.control.tsc_offset += value - vcpu_tsc(v);
		return true;
	case MSR_KVM_SYSTEM_TIME_NEW:
		v->msrs.system_time = value;
		kvmclock_set_system_time(v, value);
		return true;
	case MSR_KVM_WALL_CLOCK_NEW:
		kvmclock_set_wall_clock(v, value);
		return true;
	default:
		if (r && r->offset != NOWHERE)
			*word_of(&v->msrs, r, msr) = value;
		return r != NULL;
	}
}

void exit_msr(struct vcpu *v)
{
	enum { RCX = 1, RDX = 2 };
	u32 msr = (u32)vcpu_reg_get(v, RCX);
	bool write = v->vmcb.control.exitinfo1 == MSR_INFO1_WRITE;
	u64 value = (u32)v->vmcb.save.rax | vcpu_reg_get(v, RDX) << 32;

	if (!(write ? msr_write(v, msr, value) : msr_read(v, msr, &value))) {
		vcpu_raise_error(v, X86_VECTOR_GP, 0);
		return;
	}
	if (!write) {
		v->vmcb.save.rax = (u32)value;
		vcpu_reg_set(v, RDX, value >> 32);
	}
	vcpu_advance(v, v->vmcb.control.nrip);
}
