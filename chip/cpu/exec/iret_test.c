/* SPDX-License-Identifier: MIT */
/* IRET in every mode: what it pops, what it refuses, what it unmasks. */
#include "tests/support/machine_fixture.h"

#include "abi/desc.h"

static void same_level_in_long_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* mov rax, rsp; push 0x10; push rax; push 0x247; push 8; push 0x1020; iretq; hlt; .org 0x20, 0x90; hlt */
	    0x48, 0x89, 0xe0, 0x6a, 0x10, 0x50, 0x68, 0x47, 0x02, 0x00, 0x00, 0x6a, 0x08, 0x68,
	    0x20, 0x10, 0x00, 0x00, 0x48, 0xcf, 0xf4, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_halted_at(0x20);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
	assert_int_equal(SAVE->rflags, 0x246 | RFLAGS_CF);
}

/* SS:RSP is popped even when CPL stays. */
static void stack_is_always_popped(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* push 0; push 0x3800; push 2; push 8; push 0x1020; iretq; .org 0x20, 0x90; hlt */
	    0x6a, 0x00, 0x68, 0x00, 0x38, 0x00, 0x00, 0x6a, 0x02, 0x6a, 0x08, 0x68, 0x20, 0x10,
	    0x00, 0x00, 0x48, 0xcf, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_halted_at(0x20);
	assert_int_equal(SAVE->rsp, 0x3800);
	assert_int_equal(SAVE->ss.selector, 0);
}

static void to_user(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* push 0x23; push 0x3800; push 0x3202; push 0x2b; push 0x1020; iretq; .org 0x20, 0x90; int3 */
	    0x6a, 0x23, 0x68, 0x00, 0x38, 0x00, 0x00, 0x68, 0x02, 0x32, 0x00, 0x00, 0x6a, 0x2b,
	    0x68, 0x20, 0x10, 0x00, 0x00, 0x48, 0xcf, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xcc);
	assert_fault(X86_VECTOR_GP, 3 * 8 + SELECTOR_ERROR_IDT, 8); /* the gate has DPL 0 */
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT + 0x20);
	assert_int_equal(stack_item(2, 8), SEL_USER_CODE64 | 3);
	assert_int_equal(stack_item(3, 8), 0x3202 | RFLAGS_RF);
	assert_int_equal(stack_item(4, 8), 0x3800);
	assert_int_equal(stack_item(5, 8), SEL_USER_DATA | 3);
	/* data segments of the kernel are not the user's */
	assert_int_equal(SAVE->ds.selector, 0);
}

static void to_compatibility_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	/* mov eax, -1; int3 in 32-bit code: as 64-bit code it would be another instruction */
	RUN(/* push 0x23; push 0x3800; push 2; push 0x1b; push 0x1020; iretq; .org 0x20, 0x90; dec eax; mov eax, ebx; int3 */
	    0x6a, 0x23, 0x68, 0x00, 0x38, 0x00, 0x00, 0x6a, 0x02, 0x6a, 0x1b, 0x68, 0x20, 0x10,
	    0x00, 0x00, 0x48, 0xcf, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xff, 0xc8, 0x89, 0xd8, 0xcc);
	assert_vector(X86_VECTOR_GP);
	assert_int_equal(stack_item(2, 8), SEL_USER_CODE32 | 3);
}

static void nested_task_flag_in_long_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_NT;
	RUN(0x48, 0xcf);
	assert_fault(X86_VECTOR_GP, 0, 8);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT);
}

/* Frames that IRETQ refuses, with its error code; nothing is popped. */
static void refused_frames(void **state)
{
	static const struct {
		u64 rip, cs, ss;
		u32 error;
	} cases[] = {
		{0x1000, 0, 0, 0},                            /* null CS */
		{0x1000, SEL_DATA, 0, SEL_DATA},              /* not code */
		{0x1000, 0x1f8, 0, 0x1f8},                    /* beyond the GDT */
		{0x1000, SEL_CODE64 | 1, 0, SEL_CODE64},      /* DPL is not RPL */
		{0x1000, SEL_CODE64, SEL_DATA | 1, SEL_DATA}, /* SS.RPL is not CPL */
		{0x1000, SEL_CODE64, SEL_USER_DATA, SEL_USER_DATA},
		{0x1000, SEL_USER_CODE64 | 3, 3, 0}, /* null SS at CPL 3 */
		{0x1000, SEL_USER_CODE32 | 3, SEL_DATA, SEL_DATA},
		{0x800000000000, SEL_CODE64, 0, 0}, /* not canonical */
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_LONG64);
		SAVE->rsp = MACHINE_DATA;
		machine_poke(m, MACHINE_DATA + 0, cases[n].rip, 8);
		machine_poke(m, MACHINE_DATA + 8, cases[n].cs, 8);
		machine_poke(m, MACHINE_DATA + 16, 2, 8);
		machine_poke(m, MACHINE_DATA + 24, MACHINE_STACK, 8);
		machine_poke(m, MACHINE_DATA + 32, cases[n].ss, 8);
		machine_gate(m, X86_VECTOR_GP, SEL_CODE64, MACHINE_HANDLER(13), 0x8e, 1);
		RUN(0x48, 0xcf);
		assert_fault(X86_VECTOR_GP, cases[n].error, 8);
		assert_int_equal(stack_item(4, 8), MACHINE_DATA);
		assert_int_equal(stack_item(5, 8), SEL_DATA);
	}
}

static void absent_segments(void **state)
{
	static const struct {
		u64 cs, ss;
		u8 vector;
	} cases[] = {
		{SEL_FREE, 0, X86_VECTOR_NP},
		{SEL_CODE64, SEL_FREE + 8, X86_VECTOR_SS},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, 0xa1b));
		machine_gdt(m, SEL_FREE + 8, machine_descriptor(0, 0xfffff, 0xc13));
		SAVE->rsp = MACHINE_DATA;
		machine_poke(m, MACHINE_DATA + 0, 0x1000, 8);
		machine_poke(m, MACHINE_DATA + 8, cases[n].cs, 8);
		machine_poke(m, MACHINE_DATA + 16, 2, 8);
		machine_poke(m, MACHINE_DATA + 32, cases[n].ss, 8);
		machine_gate(m, cases[n].vector, SEL_CODE64, MACHINE_HANDLER(cases[n].vector), 0x8e,
			     1);
		RUN(0x48, 0xcf);
		assert_vector(cases[n].vector);
		assert_int_equal(stack_item(0, 8), n ? SEL_FREE + 8 : SEL_FREE);
	}
}

static void user_does_not_gain_privilege(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(/* push 0x10; push 0x3800; push 2; push 8; push 0x1000; iretq */
	    0x6a, 0x10, 0x68, 0x00, 0x38, 0x00, 0x00, 0x6a, 0x02, 0x6a, 0x08, 0x68, 0x00, 0x10,
	    0x00, 0x00, 0x48, 0xcf);
	assert_fault(X86_VECTOR_GP, SEL_CODE64, 8);

	/* IOPL and IF stay, the rest of RFLAGS is the program's */
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(/* push 0x23; push 0x3800; push 0x3ad7; push 0x2b; push 0x1020; iretq; .org 0x20, 0x90; int3 */
	    0x6a, 0x23, 0x68, 0x00, 0x38, 0x00, 0x00, 0x68, 0xd7, 0x3a, 0x00, 0x00, 0x6a, 0x2b,
	    0x68, 0x20, 0x10, 0x00, 0x00, 0x48, 0xcf, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xcc);
	assert_vector(X86_VECTOR_GP);
	assert_int_equal(stack_item(3, 8), (0x3ad7 & ~(RFLAGS_IOPL_MASK | RFLAGS_IF)) | RFLAGS_RF);
}

static void in_real_mode(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	RUN(/* push 0x0246; push 0x0100; push 0x0010; iret; .org 0x10, 0x90; hlt */
	    0x68, 0x46, 0x02, 0x68, 0x00, 0x01, 0x6a, 0x10, 0xcf, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0xf4);
	/* 0100:0010 = 1010h */
	assert_int_equal(SAVE->cs.selector, 0x100);
	assert_int_equal(SAVE->cs.base, 0x1000);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
	assert_int_equal(SAVE->rflags & 0xffff, 0x246);
}

static void in_protected_mode(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	RUN(/* pushf; push 0x30; push 0x1020; iret; .org 0x20, 0x90; hlt */
	    0x9c, 0x6a, 0x30, 0x68, 0x20, 0x10, 0x00, 0x00, 0xcf, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_halted_at(0x20);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
}

static void to_user_in_protected_mode(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	RUN(/* push 0x23; push 0x3800; push 0x2; push 0x1b; push 0x1020; iret; .org 0x20, 0x90; hlt */
	    0x6a, 0x23, 0x68, 0x00, 0x38, 0x00, 0x00, 0x6a, 0x02, 0x6a, 0x1b, 0x68, 0x20, 0x10,
	    0x00, 0x00, 0xcf, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_fault(X86_VECTOR_GP, 0, 4); /* HLT */
	assert_int_equal(stack_item(1, 4), MACHINE_CODE_AT + 0x20);
	assert_int_equal(stack_item(2, 4), SEL_USER_CODE32 | 3);
	assert_int_equal(stack_item(4, 4), 0x3800);
	assert_int_equal(stack_item(5, 4), SEL_USER_DATA | 3);
}

static void to_virtual_8086_mode(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	RUN(/* push 0x111; push 0x222; push 0x333; push 0x444; push 0x300; push 0x800; push 0x20002; push 0x100; push 0x30; iret; .org 0x30, 0x90; hlt */
	    0x68, 0x11, 0x01, 0x00, 0x00, 0x68, 0x22, 0x02, 0x00, 0x00, 0x68, 0x33, 0x03, 0x00,
	    0x00, 0x68, 0x44, 0x04, 0x00, 0x00, 0x68, 0x00, 0x03, 0x00, 0x00, 0x68, 0x00, 0x08,
	    0x00, 0x00, 0x68, 0x02, 0x00, 0x02, 0x00, 0x68, 0x00, 0x01, 0x00, 0x00, 0x6a, 0x30,
	    0xcf, 0x90, 0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_fault(X86_VECTOR_GP, 0, 4); /* HLT at 0100:0030 */
	assert_int_equal(stack_item(1, 4), 0x30);
	assert_int_equal(stack_item(2, 4), 0x100);
	assert_int_equal(stack_item(3, 4), 0x20002 | RFLAGS_RF);
	assert_int_equal(stack_item(4, 4), 0x800);
	assert_int_equal(stack_item(5, 4), 0x300);
	assert_int_equal(stack_item(6, 4), 0x444);
	assert_int_equal(stack_item(7, 4), 0x333);
	assert_int_equal(stack_item(8, 4), 0x222);
	assert_int_equal(stack_item(9, 4), 0x111);
}

static void nmis_stay_masked_until_iret(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_HANDLER(X86_VECTOR_NMI), 0xcf48f4, 3); /* hlt; iretq */
	cpu_raise_nmi(m->cpu);
	RUN(0x90, 0x90, 0xf4);
	assert_vector(X86_VECTOR_NMI);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT);

	cpu_raise_nmi(m->cpu); /* held back until the handler's IRET */
	SAVE->rip++;
	machine_run(m);
	assert_vector(X86_VECTOR_NMI);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT);
	SAVE->rip++;
	machine_run(m);
	assert_halted_at(2);
}

static void intercept_comes_first(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_IRET;
	SAVE->rsp = 0x800000000000; /* would fault */
	RUN(0x48, 0xcf);
	assert_int_equal(CTL->exitcode, VMEXIT_IRET);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
	assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_level_in_long_mode),
		cmocka_unit_test(stack_is_always_popped),
		cmocka_unit_test(to_user),
		cmocka_unit_test(to_compatibility_mode),
		cmocka_unit_test(nested_task_flag_in_long_mode),
		cmocka_unit_test(refused_frames),
		cmocka_unit_test(absent_segments),
		cmocka_unit_test(user_does_not_gain_privilege),
		cmocka_unit_test(in_real_mode),
		cmocka_unit_test(in_protected_mode),
		cmocka_unit_test(to_user_in_protected_mode),
		cmocka_unit_test(to_virtual_8086_mode),
		cmocka_unit_test(nmis_stay_masked_until_iret),
		cmocka_unit_test(intercept_comes_first),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
