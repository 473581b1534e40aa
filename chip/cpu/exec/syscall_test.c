/* SPDX-License-Identifier: MIT */
/* SYSCALL SYSRET SYSENTER SYSEXIT SWAPGS, and segment bases. */
#include "tests/support/machine_fixture.h"

enum { ENTRY = 0x1100, RETURN = 0x1200 };

/* Segments as the GDT of the machine has them. */
static void set_star(void)
{
	SAVE->star = (u64)(SEL_USER_CODE32 | 3) << 48 | (u64)SEL_CODE64 << 32 | ENTRY;
	SAVE->lstar = ENTRY;
	SAVE->cstar = ENTRY + 0x10;
	SAVE->sfmask = RFLAGS_IF | RFLAGS_DF | RFLAGS_TF;
	machine_poke(m, ENTRY, 0xf4, 1);
	machine_poke(m, ENTRY + 0x10, 0xf4, 1);
}

static void syscall_from_64_bit_code(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	set_star();
	SAVE->rflags = RFLAGS_ONE | RFLAGS_IF | RFLAGS_DF | RFLAGS_CF | RFLAGS_OF;
	RUN(0x90, 0x0f, 0x05);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rip, ENTRY);
	assert_int_equal(machine_reg(m, 1), MACHINE_CODE_AT + 3);
	assert_int_equal(machine_reg(m, 11),
			 RFLAGS_ONE | RFLAGS_IF | RFLAGS_DF | RFLAGS_CF | RFLAGS_OF);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_CF | RFLAGS_OF);
	assert_int_equal(SAVE->cs.selector, SEL_CODE64);
	assert_int_equal(SAVE->cs.attrib, 0xa9b);
	assert_int_equal(SAVE->ss.selector, SEL_DATA);
	assert_int_equal(SAVE->ss.attrib, 0xc93);
	assert_int_equal(SAVE->cpl, 0);
	assert_int_equal(SAVE->rsp, MACHINE_STACK3);
}

static void syscall_from_compatibility_mode(void **state)
{
	machine_enter(m, MACHINE_COMPAT32);
	set_star();
	RUN(0x0f, 0x05);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rip, ENTRY + 0x10);
	assert_int_equal(SAVE->cs.attrib, 0xa9b);
}

static void syscall_in_legacy_mode(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	set_star();
	SAVE->efer |= EFER_SCE;
	SAVE->rflags |= RFLAGS_IF;
	RUN(0x0f, 0x05);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rip, ENTRY);
	assert_int_equal(SAVE->cs.attrib, 0xc9b);
	assert_int_equal(machine_reg(m, 1), MACHINE_CODE_AT + 2);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE);
}

static void disabled(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->efer &= ~EFER_SCE;
	RUN(0x0f, 0x05);
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_LONG64);
	SAVE->efer &= ~EFER_SCE;
	RUN(0x48, 0x0f, 0x07);
	assert_vector(X86_VECTOR_UD);
}

static void sysret_to_64_bit_code(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	set_star();
	SAVE->ss.attrib = 0x493; /* left alone */
	machine_set_reg(m, 1, RETURN);
	machine_set_reg(m, 11, RFLAGS_IF | RFLAGS_CF | RFLAGS_VM | RFLAGS_RF);
	machine_poke(m, RETURN, 0xf4, 1);
	CTL->intercept_exception = BIT32(X86_VECTOR_GP);
	RUN(0x48, 0x0f, 0x07);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_GP); /* HLT */
	assert_int_equal(SAVE->rip, RETURN);
	assert_int_equal(SAVE->cpl, 3);
	assert_int_equal(SAVE->cs.selector, SEL_USER_CODE64 | 3);
	assert_int_equal(SAVE->cs.attrib, 0xafb);
	assert_int_equal(SAVE->ss.selector, SEL_USER_DATA | 3);
	assert_int_equal(SAVE->ss.attrib, 0x493);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_IF | RFLAGS_CF);
}

static void sysret_to_compatibility_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	set_star();
	machine_set_reg(m, 1, 0x5500000000 | RETURN);
	machine_set_reg(m, 11, RFLAGS_ONE);
	machine_poke(m, RETURN, 0xf4, 1);
	CTL->intercept_exception = BIT32(X86_VECTOR_GP);
	RUN(0x0f, 0x07);
	assert_int_equal(SAVE->rip, RETURN);
	assert_int_equal(SAVE->cs.selector, SEL_USER_CODE32 | 3);
	assert_int_equal(SAVE->cs.attrib, 0xcfb);
}

/* The fault of an address that is not canonical is the user's, on AMD's processors. */
static void sysret_to_noncanonical(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	set_star();
	machine_set_reg(m, 1, 0x800000000000);
	machine_set_reg(m, 11, RFLAGS_ONE);
	RUN(0x48, 0x0f, 0x07);
	assert_fault(X86_VECTOR_GP, 0, 8);
	assert_int_equal(stack_item(1, 8), 0x800000000000);
	assert_int_equal(stack_item(2, 8), SEL_USER_CODE64 | 3);
	assert_int_equal(SAVE->rsp, MACHINE_STACK0 - 48);
}

static void sysret_is_privileged(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	set_star();
	RUN(0x48, 0x0f, 0x07);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

static void sysenter_and_sysexit(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	SAVE->sysenter_cs = 0xa3;
	SAVE->sysenter_esp = MACHINE_STACK;
	SAVE->sysenter_eip = ENTRY;
	SAVE->rflags |= RFLAGS_IF;
	machine_poke(m, ENTRY, 0xf4, 1);
	RUN(0x0f, 0x34);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rip, ENTRY);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
	assert_int_equal(SAVE->cs.selector, 0xa0);
	assert_int_equal(SAVE->ss.selector, 0xa8);
	assert_int_equal(SAVE->cpl, 0);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE);

	machine_set_reg(m, 1, MACHINE_STACK3);
	machine_set_reg(m, 2, RETURN);
	machine_poke(m, ENTRY + 1, 0x350f, 2);
	machine_poke(m, RETURN, 0xf4, 1);
	CTL->intercept_exception = BIT32(X86_VECTOR_GP);
	SAVE->rip++;
	machine_run(m);
	assert_int_equal(SAVE->rip, RETURN);
	assert_int_equal(SAVE->rsp, MACHINE_STACK3);
	assert_int_equal(SAVE->cs.selector, 0xb3);
	assert_int_equal(SAVE->ss.selector, 0xbb);
	assert_int_equal(SAVE->cpl, 3);
}

static void sysenter_is_not_in_long_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->sysenter_cs = SEL_CODE64;
	RUN(0x0f, 0x34);
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_COMPAT32);
	SAVE->sysenter_cs = SEL_CODE64;
	RUN(0x0f, 0x34);
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_PROT32);
	RUN(0x0f, 0x34); /* SYSENTER_CS is null */
	assert_fault(X86_VECTOR_GP, 0, 4);
}

static void swapgs(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->gs.base = 0x1111;
	SAVE->kernel_gs_base = 0xffff800000002222;
	RUN(0x0f, 0x01, 0xf8, 0xf4);
	assert_int_equal(SAVE->gs.base, 0xffff800000002222);
	assert_int_equal(SAVE->kernel_gs_base, 0x1111);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(0x0f, 0x01, 0xf8);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

static void segment_bases(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	SAVE->cr4 |= CR4_FSGSBASE;
	SAVE->fs.base = 0x123456789a;
	machine_set_reg(m, 2, 0xffff900000000008);
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	RUN(/* rdfsbase rbx; rdfsbase ecx; wrgsbase rdx; wrfsbase edx; cpuid */
	    0xf3, 0x48, 0x0f, 0xae, 0xc3, 0xf3, 0x0f, 0xae, 0xc1, 0xf3, 0x48, 0x0f, 0xae, 0xda,
	    0xf3, 0x0f, 0xae, 0xd2, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(machine_reg(m, 3), 0x123456789a);
	assert_int_equal(machine_reg(m, 1), 0x3456789a);
	assert_int_equal(SAVE->gs.base, 0xffff900000000008);
	assert_int_equal(SAVE->fs.base, 8);
}

static void segment_bases_that_fault(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* rdfsbase rbx */
	    0xf3, 0x48, 0x0f, 0xae, 0xc3);
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_LONG64);
	SAVE->cr4 |= CR4_FSGSBASE;
	machine_set_reg(m, 3, 0x800000000000);
	RUN(/* wrgsbase rbx */
	    0xf3, 0x48, 0x0f, 0xae, 0xdb);
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_COMPAT32);
	SAVE->cr4 |= CR4_FSGSBASE;
	RUN(0xf3, 0x0f, 0xae, 0xc3);
	assert_vector(X86_VECTOR_UD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syscall_from_64_bit_code),
		cmocka_unit_test(syscall_from_compatibility_mode),
		cmocka_unit_test(syscall_in_legacy_mode),
		cmocka_unit_test(disabled),
		cmocka_unit_test(sysret_to_64_bit_code),
		cmocka_unit_test(sysret_to_compatibility_mode),
		cmocka_unit_test(sysret_to_noncanonical),
		cmocka_unit_test(sysret_is_privileged),
		cmocka_unit_test(sysenter_and_sysexit),
		cmocka_unit_test(sysenter_is_not_in_long_mode),
		cmocka_unit_test(swapgs),
		cmocka_unit_test(segment_bases),
		cmocka_unit_test(segment_bases_that_fault),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
