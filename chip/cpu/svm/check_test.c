/* SPDX-License-Identifier: MIT */
/* Every consistency check of VMRUN: each fails alone, with INVALID, and nothing else is written. */
#include "chip/cpu/svm/internal.h"

#include <string.h>

#include "abi/msr.h"
#include "abi/paging.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

struct breakage {
	const char *what; /* the check that it is for */
	void (*make)(struct bed *b);
};

#define CONTROL(name, statement)                                    \
	static void name(struct bed *b)                             \
	{                                                           \
		struct vmcb_control *ctl UNUSED = &b->vmcb.control; \
		struct vmcb_save *save UNUSED = &b->vmcb.save;      \
		struct svm *svm UNUSED = b->cpu->svm;               \
                                                                    \
		statement;                                          \
	}

CONTROL(asid_zero, ctl->guest_asid = 0)
CONTROL(asid_high, ctl->guest_asid = b->model.asids)
CONTROL(no_vmrun_intercept, ctl->intercept_vec4 = 0)
CONTROL(iopm_high, ctl->iopm_base_pa = BIT64(48) - 0x2000)
CONTROL(iopm_wraps, ctl->iopm_base_pa = ~0ull)
CONTROL(msrpm_high, ctl->msrpm_base_pa = BIT64(48) - 0x1000)
CONTROL(tlb_control_2, ctl->tlb_control = 2)
CONTROL(tlb_control_8, ctl->tlb_control = 8)
CONTROL(inject_type_1, ctl->eventinj = EVENTINJ_V | 1 << 8)
CONTROL(inject_vector_2, ctl->eventinj = EVENTINJ_V | 3 << 8 | 2)
CONTROL(host_unpaged, svm->host_cr0 &= ~CR0_PG)
CONTROL(ncr3_high, ctl->n_cr3 |= BIT64(43))
CONTROL(ncr3_beyond, ctl->n_cr3 |= BIT64(52))
CONTROL(gpat_2, save->g_pat = 2)
CONTROL(gpat_8, save->g_pat |= 8ull << 56)
CONTROL(no_svme, save->efer &= ~EFER_SVME)
CONTROL(efer_bit_9, save->efer |= BIT64(9))
CONTROL(efer_bit_63, save->efer |= BIT64(63))
CONTROL(cr0_bit_32, save->cr0 |= BIT64(32))
CONTROL(nw_alone, save->cr0 |= CR0_NW)
CONTROL(cr3_bit_48, save->cr3 |= BIT64(48))
CONTROL(cr3_c_bit, save->cr3 |= BIT64(51))
CONTROL(cr4_bit_14, save->cr4 |= BIT64(14))
CONTROL(cr4_cet, save->cr4 |= CR4_CET)
CONTROL(cr4_la57, save->cr4 |= CR4_LA57)
CONTROL(dr6_bit_32, save->dr6 |= BIT64(32))
CONTROL(dr7_bit_63, save->dr7 |= BIT64(63))
CONTROL(no_pae, save->cr4 &= ~CR4_PAE)
CONTROL(no_pe, save->cr0 &= ~CR0_PE)
CONTROL(cs_l_and_d, save->cs.attrib |= SEG_ATTRIB_DB)
CONTROL(no_men, svm->syscfg &= ~SYSCFG_MEM_ENCRYPTION_MOD_EN)
CONTROL(no_np, ctl->nested_ctl &= ~VMCB_NP_ENABLE)
CONTROL(no_smm_lock, svm->hwcr &= ~HWCR_SMM_LOCK)
CONTROL(sev_asid, ctl->guest_asid = b->model.sev_asids + 1u)

static bool nothing_runs(void *ctx, unsigned asid, unsigned core)
{
	return false;
}

CONTROL(sev_not_runnable, b->cpu->asid_runnable = nothing_runs)
CONTROL(host_legacy, svm->host_efer &= ~EFER_LMA)
CONTROL(es, ctl->nested_ctl |= VMCB_SEV_ES_ENABLE)

/* clang-format off */
static const struct breakage plain[] = {
	{"guest ASID is 0 or beyond the last", asid_zero},
	{"guest ASID is 0 or beyond the last", asid_high},
	{"VMRUN is not intercepted", no_vmrun_intercept},
	{"IOPM is outside physical memory", iopm_high},
	{"IOPM is outside physical memory", iopm_wraps},
	{"MSRPM is outside physical memory", msrpm_high},
	{"TLB_CONTROL is reserved", tlb_control_2},
	{"TLB_CONTROL is reserved", tlb_control_8},
	{"EVENTINJ is illegal", inject_type_1},
	{"EVENTINJ is illegal", inject_vector_2},
	{"nested paging while host CR0.PG is 0", host_unpaged},
	{"nCR3 has reserved bits", ncr3_high},
	{"nCR3 has reserved bits", ncr3_beyond},
	{"gPAT has a reserved memory type", gpat_2},
	{"gPAT has a reserved memory type", gpat_8},
	{"EFER.SVME is 0", no_svme},
	{"EFER has reserved bits", efer_bit_9},
	{"EFER has reserved bits", efer_bit_63},
	{"CR0[63:32] is not 0", cr0_bit_32},
	{"CR0.NW without CD", nw_alone},
	{"CR3 has reserved bits", cr3_bit_48},
	{"CR3 has reserved bits", cr3_c_bit},
	{"CR4 has reserved bits", cr4_bit_14},
	{"CR4 has reserved bits", cr4_cet},
	{"CR4 has reserved bits", cr4_la57},
	{"DR6[63:32] is not 0", dr6_bit_32},
	{"DR7[63:32] is not 0", dr7_bit_63},
	{"long mode with CR4.PAE = 0", no_pae},
	{"long mode with CR0.PE = 0", no_pe},
	{"long mode with CS.L and CS.D", cs_l_and_d},
	{"SEV-ES", es},
};

static const struct breakage sev[] = {
	{"SEV without SYSCFG.MEn", no_men},
	{"SEV without nested paging", no_np},
	{"SEV without HWCR.SmmLock", no_smm_lock},
	{"SEV with an ASID that has no key", sev_asid},
	{"SEV with an ASID under which nothing may run", sev_not_runnable},
	{"SEV from a host that is not in long mode", host_legacy},
	{"SEV-ES", es},
};
/* clang-format on */

/* The one check that fails; NULL: none, or several. */
static const char *only_failure(struct bed *b)
{
	struct vmrun_entry e = {.c = b->cpu, .ctl = &b->vmcb.control, .save = &b->vmcb.save};
	const char *what = NULL;

	for (unsigned n = 0; n < vmrun_check_count; n++) {
		if (!vmrun_checks[n].fails(&e))
			continue;
		if (what)
			return NULL;
		what = vmrun_checks[n].what;
	}
	return what;
}

/* #VMEXIT(INVALID) is all that happened. */
static void assert_refused(struct bed *b)
{
	struct cpu before = *b->cpu;
	struct vmcb vmcb = b->vmcb;

	vmcb.control.exitcode = VMEXIT_INVALID;
	assert_true(bed_run(b) == VMEXIT_INVALID);
	assert_memory_equal(&b->vmcb, &vmcb, sizeof(vmcb));
	assert_memory_equal(b->cpu, &before, sizeof(before));
	assert_false(b->cpu->svm->in_guest);
}

static void break_one(const struct breakage *x, bool with_sev)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	if (with_sev)
		bed_enable_sev(b);
	BED_PROGRAM(b, 0xf4);
	assert_null(only_failure(b));
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	bed_long_mode(b);
	if (with_sev)
		bed_enable_sev(b);
	x->make(b);
	assert_string_equal(only_failure(b), x->what);
	assert_refused(b);
	bed_free(b);
}

static void test_each_check_alone(void **state)
{
	for (unsigned n = 0; n < ARRAY_SIZE(plain); n++)
		break_one(&plain[n], false);
	for (unsigned n = 0; n < ARRAY_SIZE(sev); n++)
		break_one(&sev[n], true);
}

static bool is_tested(const char *what)
{
	for (unsigned n = 0; n < ARRAY_SIZE(plain); n++)
		if (strcmp(plain[n].what, what) == 0)
			return true;
	for (unsigned n = 0; n < ARRAY_SIZE(sev); n++)
		if (strcmp(sev[n].what, what) == 0)
			return true;
	return false;
}

static void test_every_check_has_a_test(void **state)
{
	for (unsigned n = 0; n < vmrun_check_count; n++)
		assert_true(is_tested(vmrun_checks[n].what));
}

/* What may look wrong and is allowed.  Paged real mode: 32-bit tables with one 4 MiB page. */
CONTROL(paged_real_mode, {
	u32 entry = PTE_P | PTE_RW | PTE_PS;

	bed_write(b, BED_DATA, &entry, sizeof(entry));
	save->cr0 &= ~CR0_PE;
	save->cr3 = BED_DATA;
	save->cr4 = CR4_PSE;
	save->efer = EFER_SVME;
	save->cs.attrib = 0x9b;
	save->cs.limit = 0xffff;
})
CONTROL(cs_l_and_d_unpaged, {
	save->cr0 &= ~CR0_PG;
	save->cs.attrib |= SEG_ATTRIB_DB;
	save->cs.limit = 0xffffffff;
})
CONTROL(cd_and_nw, save->cr0 |= CR0_CD | CR0_NW)
CONTROL(lma_without_lme, {
	save->cr0 &= ~(CR0_PG | CR0_PE);
	save->efer = EFER_SVME | EFER_LMA;
	save->cs.attrib = 0x9b;
	save->cs.limit = 0xffff;
})
CONTROL(inject_not_valid, ctl->eventinj = 1 << 8)
CONTROL(gpat_unused, {
	ctl->nested_ctl = 0;
	ctl->n_cr3 = ~0ull;
	save->g_pat = ~0ull;
	save->cr3 += BED_GUEST_SPA;
})
CONTROL(map_low_bits, {
	ctl->iopm_base_pa |= PAGE_MASK;
	ctl->msrpm_base_pa |= PAGE_MASK;
})
CONTROL(maps_with_c_bit, {
	ctl->iopm_base_pa |= BIT64(51);
	ctl->msrpm_base_pa |= BIT64(51);
})
CONTROL(unknown_controls, {
	ctl->intercept_vec4 |= VMCB_VEC4_EFER_WRITE_TRAP | VMCB_VEC4_CR_WRITE_TRAP(0);
	ctl->nested_ctl |= VMCB_GMET_ENABLE | BIT64(40);
	ctl->clean = ~0u;
	ctl->vintr |= VMCB_AVIC_ENABLE;
})

static void test_what_is_allowed(void **state)
{
	static void (*const allowed[])(struct bed *) = {
		paged_real_mode, cs_l_and_d_unpaged, cd_and_nw,        inject_not_valid,
		map_low_bits,    maps_with_c_bit,    unknown_controls, lma_without_lme,
	};

	for (unsigned n = 0; n < ARRAY_SIZE(allowed); n++) {
		struct bed *b = bed_new("milan");

		bed_long_mode(b);
		BED_PROGRAM(b, 0xf4);
		allowed[n](b);
		assert_int_equal(bed_run(b), VMEXIT_HLT);
		bed_free(b);
	}
}

static void test_nested_state_counts_with_nested_paging_only(void **state)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	gpat_unused(b);
	assert_null(only_failure(b));
	bed_free(b);
}

/* The C-bit in CR3 is legal for SEV guests. */
static void test_sev_cr3_may_have_c_bit(void **state)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	bed_enable_sev(b);
	cr3_c_bit(b);
	BED_PROGRAM(b, 0xf4);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	bed_free(b);
}

/* LA57 and CR3 widths are the model's. */
static void test_models_differ(void **state)
{
	struct bed *b = bed_new("genoa");

	bed_long_mode(b);
	cr4_la57(b);
	assert_null(only_failure(b));
	cr3_bit_48(b);
	assert_null(only_failure(b));
	b->vmcb.save.cr3 |= BIT64(52);
	assert_string_equal(only_failure(b), "CR3 has reserved bits");
	bed_free(b);
}

/* Naples does not look whether the host is in long mode. */
static void test_naples_sev_from_legacy_host(void **state)
{
	struct bed *b = bed_new("naples");

	bed_long_mode(b);
	bed_enable_sev(b);
	host_legacy(b);
	assert_null(only_failure(b));
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_check_alone),
		cmocka_unit_test(test_every_check_has_a_test),
		cmocka_unit_test(test_what_is_allowed),
		cmocka_unit_test(test_nested_state_counts_with_nested_paging_only),
		cmocka_unit_test(test_sev_cr3_may_have_c_bit),
		cmocka_unit_test(test_models_differ),
		cmocka_unit_test(test_naples_sev_from_legacy_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
