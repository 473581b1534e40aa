/* SPDX-License-Identifier: MIT */
/* What the host's instructions answer, and what they do to TLB and caches. */
#include "chip/cpu/svm/internal.h"

#include "abi/msr.h"
#include "abi/paging.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

/* -- faults ------------------------------------------------------------------------------------- */

typedef enum cpu_host_result vmcb_instruction(struct cpu *c, spa_t vmcb);

static vmcb_instruction *const with_vmcb[] = {cpu_vmrun, cpu_vmload, cpu_vmsave};

static void test_ud_without_svme(void **state)
{
	struct bed *b = bed_new("milan");
	u64 efer;

	bed_real_mode(b);
	assert_int_equal(cpu_host_rdmsr(b->cpu, MSR_EFER, &efer), CPU_HOST_OK);
	assert_int_equal(cpu_host_wrmsr(b->cpu, MSR_EFER, efer & ~EFER_SVME), CPU_HOST_OK);
	for (unsigned n = 0; n < ARRAY_SIZE(with_vmcb); n++) {
		assert_int_equal(with_vmcb[n](b->cpu, SPA(BED_VMCB)), CPU_HOST_UD);
		assert_int_equal(with_vmcb[n](b->cpu, SPA(1)), CPU_HOST_UD);
	}
	assert_int_equal(cpu_invlpga(b->cpu, 0, 1), CPU_HOST_UD);
	bed_free(b);
}

static void test_gp_for_the_address(void **state)
{
	static const u64 bad[] = {BED_VMCB + 1, BED_VMCB + 0x800, BED_DRAM, 1ull << 52, ~0xfffull};
	struct bed *b = bed_new("milan");

	for (unsigned n = 0; n < ARRAY_SIZE(with_vmcb); n++)
		for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
			assert_int_equal(with_vmcb[n](b->cpu, SPA(bad[i])), CPU_HOST_GP);
	bed_free(b);
}

/* The last page is good. */
static void test_last_page(void **state)
{
	struct bed *b = bed_new("milan");

	assert_int_equal(cpu_vmsave(b->cpu, SPA(BED_DRAM - PAGE_SIZE)), CPU_HOST_OK);
	bed_free(b);
}

/* With SNP on, VMRUN wants a host save area. */
static void test_snp_wants_hsave(void **state)
{
	struct bed *b = bed_new("milan");
	u64 syscfg;

	bed_real_mode(b);
	BED_PROGRAM(b, 0xf4);
	assert_int_equal(cpu_host_wrmsr(b->cpu, MSR_VM_HSAVE_PA, 0), CPU_HOST_OK);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(cpu_host_rdmsr(b->cpu, MSR_SYSCFG, &syscfg), CPU_HOST_OK);
	assert_int_equal(cpu_host_wrmsr(b->cpu, MSR_SYSCFG, syscfg | SYSCFG_SNP_EN), CPU_HOST_OK);
	assert_int_equal(cpu_vmrun(b->cpu, SPA(BED_VMCB)), CPU_HOST_GP);
	bed_free(b);
}

static void test_msr_faults(void **state)
{
	struct bed *b = bed_new("milan");
	u64 v = 0x1234;

	assert_int_equal(cpu_host_rdmsr(b->cpu, 0x12345678, &v), CPU_HOST_GP);
	assert_int_equal(v, 0x1234);
	assert_int_equal(cpu_host_wrmsr(b->cpu, 0x12345678, 0), CPU_HOST_GP);
	assert_int_equal(b->cpu->event.kind, EVENT_NONE);
	bed_free(b);
}

/* -- TLB and caches ----------------------------------------------------------------------------- */

/* Without a flush the guest may use what it has cached; INVLPGA of the right ASID ends that. */
static void test_invlpga(void **state)
{
	struct bed *b = bed_new("milan");
	u64 old_entry = BED_DATA | PTE_P | PTE_RW,
	    new_entry = (BED_DATA + PAGE_SIZE) | PTE_P | PTE_RW;
	const u64 table = BED_TABLES + 3 * PAGE_SIZE, la = 0x200000 * 3ull;
	u64 pde = table | PTE_P | PTE_RW;

	bed_long_mode(b);
	bed_write(b, BED_TABLES + 2 * PAGE_SIZE + 8 * 3, &pde, 8);
	bed_write(b, table, &old_entry, 8);
	bed_write(b, BED_DATA, &(u8){1}, 1);
	bed_write(b, BED_DATA + PAGE_SIZE, &(u8){2}, 1);
	BED_PROGRAM(b, 0x8a, 0x04, 0x25, 0, 0, 0x60, 0, 0xf4); /* mov al, [600000h] */
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.rax & 0xff, 1);
	bed_write(b, table, &new_entry, 8);
	b->vmcb.control.tlb_control = TLB_CONTROL_NOTHING;
	assert_int_equal(cpu_invlpga(b->cpu, la, BED_ASID), CPU_HOST_OK);
	b->vmcb.save.rip = BED_CODE;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.rax & 0xff, 2);
	bed_free(b);
}

/* WBINVD: what the guest wrote under its key is in DRAM, as ciphertext, and no longer cached. */
static void test_wbinvd(void **state)
{
	struct bed *b = bed_new("milan");
	const spa_t page = SPA(BED_GUEST_SPA + BED_DATA);
	view_t view;

	bed_long_mode(b);
	bed_enable_sev(b);
	bed_write(b, BED_DATA, &(u64){42}, 8);
	assert_int_not_equal(cache_inspect(b->cache, page, &view), CACHE_RAW);
	assert_int_equal(cpu_wbinvd(b->cpu), CPU_HOST_OK);
	assert_int_equal(cache_inspect(b->cache, page, &view), CACHE_RAW);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ud_without_svme), cmocka_unit_test(test_gp_for_the_address),
		cmocka_unit_test(test_last_page),       cmocka_unit_test(test_snp_wants_hsave),
		cmocka_unit_test(test_msr_faults),      cmocka_unit_test(test_invlpga),
		cmocka_unit_test(test_wbinvd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
