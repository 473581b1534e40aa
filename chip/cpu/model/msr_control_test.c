/* SPDX-License-Identifier: MIT */
/* MSRs with rules of their own, as host and as guest. */
#include "chip/cpu/model/msr.h"

#include "abi/msr.h"
#include "abi/paging.h"
#include "chip/cpu/model/msr_testbed.h"
#include "chip/cpu/svm/svm.h"

/* -- EFER --------------------------------------------------------------------------------------- */

static void test_efer_of_a_guest(void **state)
{
	struct machine *m = guest_new("milan");
	u64 efer = guest_read(m, MSR_EFER);

	assert_int_equal(efer, m->vmcb.save.efer);
	assert_true(guest_write(m, MSR_EFER, efer | EFER_SCE | EFER_TCE));
	assert_int_equal(m->vmcb.save.efer, efer | EFER_SCE | EFER_TCE);
	assert_false(guest_write(m, MSR_EFER, efer ^ EFER_LME)); /* while paging */
	assert_false(guest_write(m, MSR_EFER, efer | EFER_LMSLE));
	assert_false(guest_write(m, MSR_EFER, efer | EFER_FFXSR));
	assert_false(guest_write(m, MSR_EFER, efer | BIT64(1)));
	assert_false(guest_write(m, MSR_EFER, efer | BIT64(32)));
	machine_free(m);
}

/* LMA follows from LME and PG; SVME of a running guest is not its own. */
static void test_efer_bits_that_stay(void **state)
{
	struct machine *m = guest_new("milan");
	u64 efer = guest_read(m, MSR_EFER);

	assert_true(guest_write(m, MSR_EFER, efer & ~(EFER_LMA | EFER_SVME)));
	assert_int_equal(m->vmcb.save.efer, efer);
	machine_enter(m, MACHINE_PROT32);
	assert_true(guest_write(m, MSR_EFER, EFER_LMA | EFER_LME));
	assert_int_equal(m->vmcb.save.efer, EFER_LME | EFER_SVME);
	machine_free(m);
}

/* NXE takes effect at once: a page with NX set faults only with it (bit 63 is reserved without). */
static void test_efer_nxe_takes_effect(void **state)
{
	struct machine *m = guest_new("milan");

	machine_pte(m, MACHINE_DATA, MACHINE_DATA | PTE_P | PTE_RW | PTE_NX);
	/* wrmsr; mov al, [9000h]; hlt */
	MACHINE_CODE(m, 0x0f, 0x30, 0x8a, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00, 0xf4);
	machine_set_reg(m, REG_RCX, MSR_EFER);
	machine_set_reg(m, REG_RDX, 0);
	m->vmcb.save.efer |= EFER_NXE;
	m->vmcb.save.rax = m->vmcb.save.efer;
	assert_int_equal(machine_run(m), VMEXIT_HLT);
	assert_int_equal(machine_vector(m), -1);
	m->vmcb.save.rip = MACHINE_CODE_AT;
	m->vmcb.save.rax = m->vmcb.save.efer & ~EFER_NXE;
	assert_int_equal(machine_run(m), VMEXIT_HLT);
	assert_int_equal(machine_vector(m), X86_VECTOR_PF);
	machine_free(m);
}

static void test_efer_of_the_host(void **state)
{
	struct machine *m = guest_new("milan");
	u64 efer = host_read(m, MSR_EFER);

	assert_true(efer & EFER_LMA);
	assert_false(host_write(m, MSR_EFER, efer & ~EFER_LME));
	assert_false(host_write(m, MSR_EFER, efer | BIT64(40)));
	assert_true(host_write(m, MSR_EFER, efer & ~EFER_SVME));
	assert_int_equal(cpu_vmrun(m->cpu, SPA(0x1000)), CPU_HOST_UD);
	assert_true(host_write(m, MSR_VM_CR, VM_CR_SVMDIS));
	assert_false(host_write(m, MSR_EFER, efer));
	assert_true(host_write(m, MSR_VM_CR, 0));
	assert_true(host_write(m, MSR_EFER, efer));
	machine_free(m);
}

/* -- memory types ------------------------------------------------------------------------------- */

static void test_pat(void **state)
{
	struct machine *m = guest_new("milan");

	assert_true(guest_write(m, MSR_PAT, 0x0407050600070106));
	assert_int_equal(m->vmcb.save.g_pat, 0x0407050600070106);
	assert_int_equal(guest_read(m, MSR_PAT), 0x0407050600070106);
	assert_int_equal(host_read(m, MSR_PAT), PAT_INIT);
	assert_false(guest_write(m, MSR_PAT, 2));
	assert_false(guest_write(m, MSR_PAT, 3ull << 56));
	assert_true(host_write(m, MSR_PAT, 0));
	assert_false(host_write(m, MSR_PAT, 0x0800));
	machine_free(m);
}

static void test_mtrrs(void **state)
{
	struct machine *m = guest_new("milan");

	assert_true(host_write(m, MSR_MTRR_PHYS_BASE(0), 0x80000000 | X86_MEMORY_WB));
	assert_false(host_write(m, MSR_MTRR_PHYS_BASE(0), X86_MEMORY_UC_MINUS));
	assert_false(host_write(m, MSR_MTRR_PHYS_BASE(0), 2));
	assert_false(host_write(m, MSR_MTRR_PHYS_BASE(0), 0x100));
	assert_false(host_write(m, MSR_MTRR_PHYS_BASE(7), BIT64(48)));
	assert_true(host_write(m, MSR_MTRR_PHYS_MASK(7), BIT64(47) | MTRR_PHYS_MASK_V));
	assert_false(host_write(m, MSR_MTRR_PHYS_MASK(0), 1));
	assert_false(host_write(m, MSR_MTRR_PHYS_BASE(8), 0));
	assert_true(host_write(m, MSR_MTRR_FIX64K_00000, 0x0605040100060504));
	assert_false(host_write(m, MSR_MTRR_FIX4K(7), 0x07ull << 32));
	assert_true(host_write(m, MSR_MTRR_DEF_TYPE, 0));
	assert_false(host_write(m, MSR_MTRR_DEF_TYPE, X86_MEMORY_UC_MINUS));
	assert_false(host_write(m, MSR_MTRR_DEF_TYPE, BIT64(12)));
	machine_free(m);
}

/* -- addresses, banks, controls ----------------------------------------------------------------- */

static void test_canonical(void **state)
{
	static const u32 addresses[] = {MSR_FS_BASE,     MSR_GS_BASE, MSR_KERNEL_GS_BASE,
					MSR_LSTAR,       MSR_CSTAR,   MSR_SYSENTER_ESP,
					MSR_SYSENTER_EIP};
	struct machine *milan = guest_new("milan"), *genoa = guest_new("genoa");

	for (unsigned n = 0; n < ARRAY_SIZE(addresses); n++) {
		assert_true(host_write(milan, addresses[n], 0xffff800000000000));
		assert_true(host_write(milan, addresses[n], 0x00007fffffffffff));
		assert_false(host_write(milan, addresses[n], 0x0000800000000000));
		assert_false(host_write(milan, addresses[n], 0xffff7fffffffffff));
		assert_true(host_write(genoa, addresses[n], 0x0000800000000000));
		assert_false(host_write(genoa, addresses[n], BIT64(56)));
	}
	assert_true(guest_write(milan, MSR_FS_BASE, 0x1234));
	assert_int_equal(milan->vmcb.save.fs.base, 0x1234);
	machine_free(milan);
	machine_free(genoa);
}

static void test_machine_check_banks(void **state)
{
	struct machine *m = guest_new("milan");

	assert_int_equal(host_read(m, MSR_MCG_CAP) & 0xff, MSR_MC_BANKS);
	assert_true(host_write(m, MSR_MC_CTL(3), ~0ull));
	assert_true(host_write(m, MSR_MC_STATUS(3), 0));
	assert_false(host_write(m, MSR_MC_STATUS(3), 1));
	assert_true(host_write(m, MSR_HWCR, BIT64(18)));
	assert_true(host_write(m, MSR_MC_STATUS(3), 1));
	assert_int_equal(host_read(m, MSR_MC_STATUS(3)), 1);
	assert_false(host_write(m, MSR_MC_CTL(MSR_MC_BANKS), 0));
	machine_free(m);
}

static void test_spec_ctrl(void **state)
{
	struct machine *milan = guest_new("milan"), *rome = guest_new("rome");

	assert_true(host_write(milan, MSR_SPEC_CTRL, SPEC_CTRL_IBRS | SPEC_CTRL_PSFD));
	assert_false(host_write(rome, MSR_SPEC_CTRL, SPEC_CTRL_PSFD));
	assert_false(host_write(milan, MSR_SPEC_CTRL, BIT64(3)));
	/* where the VMCB has it, a guest's is its own */
	assert_true(guest_write(milan, MSR_SPEC_CTRL, SPEC_CTRL_STIBP));
	assert_int_equal(milan->vmcb.save.spec_ctrl, SPEC_CTRL_STIBP);
	assert_int_equal(host_read(milan, MSR_SPEC_CTRL), SPEC_CTRL_IBRS | SPEC_CTRL_PSFD);
	machine_free(milan);
	machine_free(rome);
}

static void test_apic_base(void **state)
{
	struct machine *m = guest_new("milan");

	assert_true(host_write(m, MSR_APIC_BASE, 0xfee00000 | APIC_BASE_EN));
	assert_false(host_write(m, MSR_APIC_BASE, 0xfee00000 | APIC_BASE_EXTD | APIC_BASE_EN));
	assert_false(host_write(m, MSR_APIC_BASE, BIT64(48)));
	machine_free(m);
}

/* -- SEV ---------------------------------------------------------------------------------------- */

static void test_syscfg(void **state)
{
	struct machine *milan = guest_new("milan"), *rome = guest_new("rome");
	u64 v = host_read(rome, MSR_SYSCFG);

	assert_false(host_write(rome, MSR_SYSCFG, v | SYSCFG_SNP_EN));
	assert_false(host_write(rome, MSR_SYSCFG, v | SYSCFG_VMPL_EN));
	assert_false(host_write(rome, MSR_SYSCFG, v | SYSCFG_HOST_MULTI_KEY_EN));
	assert_true(host_write(rome, MSR_SYSCFG, v & ~SYSCFG_MEM_ENCRYPTION_MOD_EN));
	v = host_read(milan, MSR_SYSCFG);
	assert_true(host_write(milan, MSR_SYSCFG, v | SYSCFG_SNP_EN | SYSCFG_VMPL_EN));
	assert_true(host_write(milan, MSR_SYSCFG, 0));
	assert_int_equal(host_read(milan, MSR_SYSCFG), v | SYSCFG_SNP_EN | SYSCFG_VMPL_EN);
	machine_free(milan);
	machine_free(rome);
}

/* With SNP on, what says where memory is cannot be changed. */
static void test_snp_freezes(void **state)
{
	static const u32 frozen[] = {MSR_IORR_BASE(0), MSR_IORR_MASK(1),      MSR_TOP_MEM,
				     MSR_TOP_MEM2,     MSR_MTRR_FIX64K_00000, MSR_MTRR_FIX4K(3),
				     MSR_SMM_KEY,      MSR_RMP_BASE,          MSR_RMP_END};
	struct machine *m = guest_new("milan");

	for (unsigned n = 0; n < ARRAY_SIZE(frozen); n++)
		assert_true(host_write(m, frozen[n], 0));
	assert_true(host_write(m, MSR_SYSCFG, host_read(m, MSR_SYSCFG) | SYSCFG_SNP_EN));
	for (unsigned n = 0; n < ARRAY_SIZE(frozen); n++)
		assert_false(host_write(m, frozen[n], 0));
	machine_free(m);
}

static void test_smm_lock_stays(void **state)
{
	struct machine *m = guest_new("milan");

	assert_true(host_write(m, MSR_HWCR, HWCR_SMM_LOCK));
	assert_true(host_write(m, MSR_HWCR, 0));
	assert_int_equal(host_read(m, MSR_HWCR), HWCR_SMM_LOCK);
	machine_free(m);
}

/* VMPAGE_FLUSH writes a guest's page back and forgets it. */
static void test_vmpage_flush(void **state)
{
	struct machine *m = guest_new("milan");
	const u64 page = MIB(6), byte = 0x5a;
	view_t view;

	assert_int_equal(
		cache_write(m->cache, NULL, REQ_HOST_CORE, VIEW_KEY(3), SPA(page), &byte, 1),
		FABRIC_OK);
	assert_int_not_equal(cache_inspect(m->cache, SPA(page), &view), CACHE_RAW);
	assert_true(host_write(m, MSR_VMPAGE_FLUSH, page | 3));
	assert_int_equal(cache_inspect(m->cache, SPA(page), &view), CACHE_RAW);
	assert_false(host_write(m, MSR_VMPAGE_FLUSH, page)); /* ASID 0 */
	assert_false(host_write(m, MSR_VMPAGE_FLUSH, MIB(64) | 3));
	assert_false(host_reads(m, MSR_VMPAGE_FLUSH));
	machine_free(m);
}

/* -- SVM ---------------------------------------------------------------------------------------- */

static void test_vm_cr(void **state)
{
	struct machine *m = guest_new("milan");

	assert_false(host_write(m, MSR_VM_CR, BIT64(5)));
	assert_false(host_write(m, MSR_VM_CR, VM_CR_SVMDIS)); /* EFER.SVME is set */
	assert_true(host_write(m, MSR_SVM_KEY, 0x1234));
	assert_true(host_write(m, MSR_VM_CR, VM_CR_LOCK));
	assert_true(host_write(m, MSR_VM_CR, VM_CR_DPD));
	assert_int_equal(host_read(m, MSR_VM_CR), VM_CR_LOCK | VM_CR_DPD);
	assert_true(host_write(m, MSR_SVM_KEY, 0x1235));
	assert_true(host_read(m, MSR_VM_CR) & VM_CR_LOCK);
	assert_true(host_write(m, MSR_SVM_KEY, 0x1234));
	assert_false(host_read(m, MSR_VM_CR) & VM_CR_LOCK);
	machine_free(m);
}

/* A key of 0 opens nothing; a locked SVMDIS stays. */
static void test_vm_cr_locked_without_key(void **state)
{
	struct machine *m = guest_new("milan");

	assert_true(host_write(m, MSR_EFER, host_read(m, MSR_EFER) & ~EFER_SVME));
	assert_true(host_write(m, MSR_VM_CR, VM_CR_LOCK | VM_CR_SVMDIS));
	assert_true(host_write(m, MSR_SVM_KEY, 0));
	assert_true(host_write(m, MSR_VM_CR, 0));
	assert_int_equal(host_read(m, MSR_VM_CR), VM_CR_LOCK | VM_CR_SVMDIS);
	machine_free(m);
}

static void test_hsave(void **state)
{
	struct machine *m = guest_new("milan");

	assert_true(host_write(m, MSR_VM_HSAVE_PA, 0x7000));
	assert_false(host_write(m, MSR_VM_HSAVE_PA, 0x7001));
	assert_false(host_write(m, MSR_VM_HSAVE_PA, BIT64(48)));
	/* the C-bit is one only with memory encryption */
	assert_true(host_write(m, MSR_SYSCFG, 0));
	assert_false(host_write(m, MSR_VM_HSAVE_PA, BIT64(51) | 0x7000));
	assert_true(host_write(m, MSR_SYSCFG, SYSCFG_MEM_ENCRYPTION_MOD_EN));
	assert_true(host_write(m, MSR_VM_HSAVE_PA, BIT64(51) | 0x7000));
	assert_int_equal(host_read(m, MSR_VM_HSAVE_PA), BIT64(51) | 0x7000);
	machine_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_efer_of_a_guest),
		cmocka_unit_test(test_efer_bits_that_stay),
		cmocka_unit_test(test_efer_nxe_takes_effect),
		cmocka_unit_test(test_efer_of_the_host),
		cmocka_unit_test(test_pat),
		cmocka_unit_test(test_mtrrs),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_machine_check_banks),
		cmocka_unit_test(test_spec_ctrl),
		cmocka_unit_test(test_apic_base),
		cmocka_unit_test(test_syscfg),
		cmocka_unit_test(test_snp_freezes),
		cmocka_unit_test(test_smm_lock_stays),
		cmocka_unit_test(test_vmpage_flush),
		cmocka_unit_test(test_vm_cr),
		cmocka_unit_test(test_vm_cr_locked_without_key),
		cmocka_unit_test(test_hsave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
