/* SPDX-License-Identifier: MIT */
/*
 * What VMRUN refuses: every illegal combination of controls and guest state, one function each, in
 * one table.  Any of them gives #VMEXIT(INVALID).
 *	[APM2 15.5.1 Basic Operation, 15.25.3, 15.25.4, 15.34.3 Enabling SEV]
 *
 * AMD's list also has checks of shadow-stack state; they begin with CR4.CET, which no model here
 * has, so that CR4's own check covers them.
 */
#include "chip/cpu/svm/internal.h"

#include "abi/cpuid.h"
#include "abi/fpu.h"
#include "abi/msr.h"
#include "abi/paging.h"
#include "chip/cpu/model/model.h"

/* -- controls ----------------------------------------------------------------------------------- */

static bool asid_is_wrong(const struct vmrun_entry *e)
{
	return e->ctl->guest_asid == 0 || e->ctl->guest_asid >= e->c->model->asids;
}

static bool vmrun_not_intercepted(const struct vmrun_entry *e)
{
	return !(e->ctl->intercept_vec4 & VMCB_VEC4_VMRUN);
}

/* The low twelve bits do not count. */
static bool map_is_outside(const struct vmrun_entry *e, u64 base, u64 size)
{
	struct host_address a = svm_host_address(e->c, base & ~PAGE_MASK);

	return a.spa.v + size > BIT64(e->c->model->phys_bits) || a.spa.v + size < size;
}

static bool iopm_is_outside(const struct vmrun_entry *e)
{
	return map_is_outside(e, e->ctl->iopm_base_pa, IOPM_SIZE);
}

static bool msrpm_is_outside(const struct vmrun_entry *e)
{
	return map_is_outside(e, e->ctl->msrpm_base_pa, MSRPM_SIZE);
}

static bool tlb_control_is_reserved(const struct vmrun_entry *e)
{
	switch (e->ctl->tlb_control) {
	case TLB_CONTROL_NOTHING:
	case TLB_CONTROL_FLUSH_ALL:
	case TLB_CONTROL_FLUSH_ASID:
	case TLB_CONTROL_FLUSH_ASID_LOCAL:
		return false;
	default:
		return true;
	}
}

static bool injection_is_illegal(const struct vmrun_entry *e)
{
	return e->ctl->eventinj & EVENTINJ_V && svm_inject_is_illegal(e->ctl->eventinj);
}

/* -- nested paging ------------------------------------------------------------------------------ */

static bool nested(const struct vmrun_entry *e)
{
	return e->ctl->nested_ctl & VMCB_NP_ENABLE;
}

static bool nested_without_host_paging(const struct vmrun_entry *e)
{
	return nested(e) && !(e->c->svm->host_cr0 & CR0_PG);
}

/* Address bits between the usable width and the C-bit, and beyond it, must be zero. */
static bool ncr3_is_wrong(const struct vmrun_entry *e)
{
	const struct cpu_model *m = e->c->model;
	bool encrypts = e->c->svm->syscfg & SYSCFG_MEM_ENCRYPTION_MOD_EN;
	unsigned width = m->phys_bits - (encrypts ? m->phys_reduction : 0);

	return nested(e) && svm_host_address(e->c, e->ctl->n_cr3).spa.v >> width;
}

static bool gpat_is_wrong(const struct vmrun_entry *e)
{
	return nested(e) && !cpu_pat_is_legal(e->save->g_pat);
}

/* -- guest state -------------------------------------------------------------------------------- */

static bool efer_without_svme(const struct vmrun_entry *e)
{
	return !(e->save->efer & EFER_SVME);
}

static bool efer_reserved(const struct vmrun_entry *e)
{
	return e->save->efer & ~(cpu_model_efer_mask(e->c->model) | EFER_LMA | EFER_SVME);
}

static bool cr0_upper(const struct vmrun_entry *e)
{
	return e->save->cr0 >> 32;
}

static bool cr0_nw_without_cd(const struct vmrun_entry *e)
{
	return (e->save->cr0 & (CR0_CD | CR0_NW)) == CR0_NW;
}

/* An SEV guest's CR3 may have the C-bit, which has no effect there. */
static bool cr3_reserved(const struct vmrun_entry *e)
{
	u64 cr3 = e->save->cr3;

	if (e->ctl->nested_ctl & VMCB_SEV_ENABLE)
		cr3 &= ~BIT64(e->c->model->c_bit);
	return cr3 >> e->c->model->phys_bits;
}

static bool cr4_reserved(const struct vmrun_entry *e)
{
	return e->save->cr4 & ~cpu_model_cr4_mask(e->c->model);
}

static bool dr6_upper(const struct vmrun_entry *e)
{
	return e->save->dr6 >> 32;
}

static bool dr7_upper(const struct vmrun_entry *e)
{
	return e->save->dr7 >> 32;
}

static bool enters_long_mode(const struct vmrun_entry *e)
{
	return e->save->efer & EFER_LME && e->save->cr0 & CR0_PG;
}

static bool long_mode_without_pae(const struct vmrun_entry *e)
{
	return enters_long_mode(e) && !(e->save->cr4 & CR4_PAE);
}

static bool long_mode_without_pe(const struct vmrun_entry *e)
{
	return enters_long_mode(e) && !(e->save->cr0 & CR0_PE);
}

static bool long_mode_with_cs_l_and_d(const struct vmrun_entry *e)
{
	u16 both = SEG_ATTRIB_L | SEG_ATTRIB_DB;

	return enters_long_mode(e) && e->save->cr4 & CR4_PAE && (e->save->cs.attrib & both) == both;
}

/* -- SEV ---------------------------------------------------------------------------------------- */

static bool sev(const struct vmrun_entry *e)
{
	return e->ctl->nested_ctl & VMCB_SEV_ENABLE;
}

static bool sev_not_enabled(const struct vmrun_entry *e)
{
	return sev(e) && !(cpu_model_has(e->c->model, FEATURE_SEV) &&
			   e->c->svm->syscfg & SYSCFG_MEM_ENCRYPTION_MOD_EN);
}

static bool sev_without_nested_paging(const struct vmrun_entry *e)
{
	return sev(e) && !nested(e);
}

static bool sev_without_smm_lock(const struct vmrun_entry *e)
{
	return sev(e) && !(e->c->svm->hwcr & HWCR_SMM_LOCK);
}

static bool sev_asid_too_high(const struct vmrun_entry *e)
{
	return sev(e) && e->ctl->guest_asid > e->c->model->sev_asids;
}

/* The Secure Processor says: a guest is active there, launched, and may run on this core. */
static bool sev_asid_not_runnable(const struct vmrun_entry *e)
{
	const struct cpu *c = e->c;

	if (!sev(e) || !c->asid_runnable || sev_asid_too_high(e))
		return false;
	return !c->asid_runnable(c->ctx, e->ctl->guest_asid, c->index);
}

static bool sev_host_not_64bit(const struct vmrun_entry *e)
{
	return sev(e) && e->c->model->sev_eax & CPUID_8000_001F_EAX_64BIT_HOST &&
	       !(e->c->svm->host_efer & EFER_LMA);
}

/* The chip does as if SEV-ES were not enabled on it. */
static bool sev_es_not_enabled(const struct vmrun_entry *e)
{
	return e->ctl->nested_ctl & VMCB_SEV_ES_ENABLE;
}

/* -- the table ---------------------------------------------------------------------------------- */

/* clang-format off */
const struct vmrun_check vmrun_checks[] = {
	{"guest ASID is 0 or beyond the last",		asid_is_wrong},
	{"VMRUN is not intercepted",			vmrun_not_intercepted},
	{"IOPM is outside physical memory",		iopm_is_outside},
	{"MSRPM is outside physical memory",		msrpm_is_outside},
	{"TLB_CONTROL is reserved",			tlb_control_is_reserved},
	{"EVENTINJ is illegal",				injection_is_illegal},
	{"nested paging while host CR0.PG is 0",	nested_without_host_paging},
	{"nCR3 has reserved bits",			ncr3_is_wrong},
	{"gPAT has a reserved memory type",		gpat_is_wrong},
	{"EFER.SVME is 0",				efer_without_svme},
	{"EFER has reserved bits",			efer_reserved},
	{"CR0[63:32] is not 0",				cr0_upper},
	{"CR0.NW without CD",				cr0_nw_without_cd},
	{"CR3 has reserved bits",			cr3_reserved},
	{"CR4 has reserved bits",			cr4_reserved},
	{"DR6[63:32] is not 0",				dr6_upper},
	{"DR7[63:32] is not 0",				dr7_upper},
	{"long mode with CR4.PAE = 0",			long_mode_without_pae},
	{"long mode with CR0.PE = 0",			long_mode_without_pe},
	{"long mode with CS.L and CS.D",		long_mode_with_cs_l_and_d},
	{"SEV without SYSCFG.MEn",			sev_not_enabled},
	{"SEV without nested paging",			sev_without_nested_paging},
	{"SEV without HWCR.SmmLock",			sev_without_smm_lock},
	{"SEV with an ASID that has no key",		sev_asid_too_high},
	{"SEV with an ASID under which nothing may run",	sev_asid_not_runnable},
	{"SEV from a host that is not in long mode",	sev_host_not_64bit},
	{"SEV-ES",					sev_es_not_enabled},
};
/* clang-format on */

const unsigned vmrun_check_count = ARRAY_SIZE(vmrun_checks);
