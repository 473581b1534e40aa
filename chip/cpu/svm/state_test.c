/* SPDX-License-Identifier: MIT */
/* The guest's registers through VMRUN and #VMEXIT; the host's beside them. */
#include "chip/cpu/svm/internal.h"

#include "abi/msr.h"
#include "abi/paging.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

static struct bed *long_new(void)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	return b;
}

/* A guest that changes nothing gives every field back as it was, canonical bases apart. */
static void test_state_round_trip(void **state)
{
	struct bed *b = long_new();
	struct vmcb before;

	BED_PROGRAM(b, 0xf4);
	b->vmcb.control.virt_ctl = VMCB_LBR_VIRT_ENABLE;
	b->vmcb.save.dbgctl = DEBUG_CTL_LBR;
	b->vmcb.save.br_from = 0x1111;
	b->vmcb.save.lastexcpto = 0x2222;
	b->vmcb.save.cr2 = 0x1234567890;
	b->vmcb.save.g_pat = 0x0407050600070106;
	b->vmcb.save.spec_ctrl = SPEC_CTRL_IBRS;
	b->vmcb.save.ds.base = 0x0000800000000000;
	b->vmcb.save.gdtr.base = 0x8000000000000000 | BED_GDT;
	b->vmcb.save.gdtr.selector = 0x5555;
	b->vmcb.save.rflags |= RFLAGS_CF | RFLAGS_ZF | RFLAGS_OF | RFLAGS_ID;
	before = b->vmcb;
	before.save.ds.base = 0xffff800000000000;
	before.save.gdtr.base = BED_GDT;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_memory_equal(&b->vmcb.save, &before.save, sizeof(before.save));
	bed_free(b);
}

/* LMA is not the VMCB's to say: it follows from LME and PG. */
static void test_lma_follows(void **state)
{
	struct bed *b = long_new();

	BED_PROGRAM(b, 0xf4);
	b->vmcb.save.efer &= ~EFER_LMA;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_true(b->vmcb.save.efer & EFER_LMA);
	bed_free(b);
}

/* CPL: 0 in real mode, 3 in virtual-8086 mode whatever the field says. */
static void test_cpl(void **state)
{
	struct bed *b = bed_new("milan");

	bed_real_mode(b);
	BED_PROGRAM(b, 0xf4);
	b->vmcb.save.cpl = 3;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(b->vmcb.save.cpl, 0);
	b->vmcb.save.cr0 |= CR0_PE;
	b->vmcb.save.rflags |= RFLAGS_VM;
	b->vmcb.control.intercept_exception = 1u << X86_VECTOR_GP;
	b->vmcb.save.cpl = 0;
	assert_int_equal(bed_run(b), VMEXIT_EXCP0 + X86_VECTOR_GP);
	assert_int_equal(b->vmcb.save.cpl, 3);
	bed_free(b);
}

/* The host's own registers survive: LBR, PAT. */
static void test_host_registers_survive(void **state)
{
	struct bed *b = long_new();
	u64 v;

	BED_PROGRAM(b, 0xf4);
	assert_int_equal(cpu_host_wrmsr(b->cpu, MSR_DEBUG_CTL, DEBUG_CTL_BTF), CPU_HOST_OK);
	b->vmcb.control.virt_ctl = VMCB_LBR_VIRT_ENABLE;
	b->vmcb.save.dbgctl = DEBUG_CTL_LBR;
	b->vmcb.save.g_pat = 0;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(cpu_host_rdmsr(b->cpu, MSR_DEBUG_CTL, &v), CPU_HOST_OK);
	assert_int_equal(v, DEBUG_CTL_BTF);
	assert_int_equal(cpu_host_rdmsr(b->cpu, MSR_PAT, &v), CPU_HOST_OK);
	assert_int_equal(v, PAT_INIT);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state_round_trip),
		cmocka_unit_test(test_lma_follows),
		cmocka_unit_test(test_cpl),
		cmocka_unit_test(test_host_registers_survive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
