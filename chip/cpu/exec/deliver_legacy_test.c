/* SPDX-License-Identifier: MIT */
/* Delivery in protected mode, and out of virtual-8086 mode. */
#include "tests/support/machine_fixture.h"

enum { INT_GATE = 0x8e, USER_GATE = 0xee };

/* -- protected mode ----------------------------------------------------------------------------- */

static void frame_in_protected_mode(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	RUN(0x66, 0xb8, 0xf8, 0x00, 0x8e, 0xd8); /* mov ax, 0f8h; mov ds, eax */
	assert_fault(X86_VECTOR_GP, 0xf8, 4);
	assert_int_equal(SAVE->rsp, MACHINE_STACK - 16);
	assert_int_equal(stack_item(1, 4), MACHINE_CODE_AT + 4);
	assert_int_equal(stack_item(2, 4), SEL_CODE32);
	assert_int_equal(stack_item(3, 4), RFLAGS_ONE | RFLAGS_RF);
}

static void sixteen_bit_gate(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_gate(m, X86_VECTOR_UD, SEL_CODE32, MACHINE_HANDLER(6) | 0xabc0000, 0x86, 0);
	RUN(0x0f, 0x0b);
	assert_vector(X86_VECTOR_UD);
	assert_int_equal(SAVE->rsp, MACHINE_STACK - 6);
	assert_int_equal(stack_item(0, 2), MACHINE_CODE_AT);
	assert_int_equal(stack_item(1, 2), SEL_CODE32);
}

static void from_user_in_protected_mode(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	RUN(0x0f, 0x0b);
	assert_vector(X86_VECTOR_UD);
	assert_int_equal(SAVE->rsp, MACHINE_STACK0 - 20);
	assert_int_equal(SAVE->ss.selector, SEL_DATA);
	assert_int_equal(SAVE->cpl, 0);
	assert_int_equal(stack_item(3, 4), MACHINE_STACK3);
	assert_int_equal(stack_item(4, 4), SEL_USER_DATA | 3);
}

static void bad_inner_stacks(void **state)
{
	static const struct {
		u16 ss;
		u8 vector;
		u32 error;
	} cases[] = {
		{0, X86_VECTOR_TS, 0},
		{SEL_USER_DATA | 3, X86_VECTOR_TS, SEL_USER_DATA},
		{SEL_CODE32, X86_VECTOR_TS, SEL_CODE32},
		{0x1f8, X86_VECTOR_TS, 0x1f8},
		{SEL_FREE, X86_VECTOR_SS, SEL_FREE}, /* not present */
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_PROT32);
		machine_user(m);
		machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, 0xc13));
		machine_poke(m, MACHINE_TSS + 8, cases[n].ss, 2);
		/* conforming: stays on the user's stack */
		machine_gate(m, cases[n].vector, SEL_CONFORMING32, MACHINE_HANDLER(cases[n].vector),
			     INT_GATE, 0);
		machine_poke(m, MACHINE_HANDLER(cases[n].vector), 0xfeeb, 2); /* jmp $ */
		CTL->intercept_exception = BIT32(cases[n].vector);
		RUN(0x0f, 0x0b);
		assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + cases[n].vector);
		assert_int_equal(CTL->exitinfo1, cases[n].error | SELECTOR_ERROR_EXT);
		assert_int_equal(SAVE->rsp, MACHINE_STACK3);
		assert_int_equal(SAVE->cpl, 3);
	}
}

static void stack_too_small(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	SAVE->ss.limit = MACHINE_STACK - 5; /* the first push is above it */
	CTL->intercept_exception = BIT32(X86_VECTOR_SS);
	RUN(0x0f, 0x0b);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_SS);
	assert_int_equal(CTL->exitinfo1, SELECTOR_ERROR_EXT);
}

static void handler_beyond_the_code_limit(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_gdt(m, SEL_FREE, machine_descriptor(0, 0x7fff, 0x49b));
	machine_gate(m, X86_VECTOR_UD, SEL_FREE, MACHINE_HANDLER(6), INT_GATE, 0);
	RUN(0x0f, 0x0b);
	assert_fault(X86_VECTOR_GP, SELECTOR_ERROR_EXT, 4);
}

static void handler_in_less_privileged_code(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_gate(m, X86_VECTOR_UD, SEL_USER_CODE32, MACHINE_HANDLER(6), INT_GATE, 0);
	RUN(0x0f, 0x0b);
	assert_fault(X86_VECTOR_GP, SEL_USER_CODE32 | SELECTOR_ERROR_EXT, 4);
}

static void conforming_handler_keeps_cpl(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	machine_gate(m, X86_VECTOR_UD, SEL_CONFORMING32, MACHINE_HANDLER(6), INT_GATE, 0);
	machine_poke(m, MACHINE_HANDLER(6), 0xf1, 1); /* int1 */
	CTL->intercept_vec4 |= VMCB_VEC4_ICEBP;
	RUN(0x0f, 0x0b);
	assert_int_equal(CTL->exitcode, VMEXIT_ICEBP);
	assert_int_equal(SAVE->rip, MACHINE_HANDLER(6));
	assert_int_equal(SAVE->cpl, 3);
	assert_int_equal(SAVE->cs.selector, SEL_CONFORMING32 | 3);
	assert_int_equal(SAVE->rsp, MACHINE_STACK3 - 12);
}

/* -- virtual-8086 mode -------------------------------------------------------------------------- */

static void enter_v86(u64 flags)
{
	struct vmcb_seg seg = {.attrib = 0xf3, .limit = 0xffff};

	machine_enter(m, MACHINE_PROT32);
	SAVE->cs = SAVE->ss = SAVE->ds = SAVE->es = SAVE->fs = SAVE->gs = seg;
	SAVE->ds.selector = 0x123;
	SAVE->ds.base = 0x1230;
	SAVE->cpl = 3;
	SAVE->rflags = RFLAGS_ONE | RFLAGS_VM | flags;
}

static void out_of_v86(void **state)
{
	enter_v86(0);
	RUN(0x0f, 0x0b);
	assert_vector(X86_VECTOR_UD);
	assert_int_equal(SAVE->rsp, MACHINE_STACK0 - 36);
	assert_int_equal(stack_item(2, 4), RFLAGS_ONE | RFLAGS_VM | RFLAGS_RF);
	assert_int_equal(stack_item(3, 4), MACHINE_STACK);
	assert_int_equal(stack_item(5, 4), 0);
	assert_int_equal(stack_item(6, 4), 0x123);
	assert_int_equal(SAVE->ds.selector, 0);
	assert_int_equal(SAVE->ds.attrib & 0x80, 0);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE);
	assert_int_equal(SAVE->cpl, 0);
}

static void v86_int_n_needs_iopl(void **state)
{
	enter_v86(0);
	RUN(0xcd, 0x21);
	assert_fault(X86_VECTOR_GP, 0, 4);

	enter_v86(RFLAGS_IOPL_MASK);
	machine_gate(m, 0x21, SEL_CODE32, MACHINE_HANDLER(0x21), USER_GATE, 0);
	RUN(0xcd, 0x21);
	assert_vector(0x21);
	assert_int_equal(stack_item(0, 4), MACHINE_CODE_AT + 2);
}

static void v86_int_n_redirected(void **state)
{
	enter_v86(RFLAGS_VIF);
	SAVE->cr4 |= CR4_VME;
	machine_poke(m, MACHINE_TSS + 0x66, 0x100, 2); /* bitmap at E0h: all clear */
	machine_poke(m, 4 * 0x21, MACHINE_HANDLER(0x21), 4);
	RUN(0xcd, 0x21);
	/* HLT at CPL 3 in the handler: #GP */
	assert_fault(X86_VECTOR_GP, 0, 4);
	assert_int_equal(stack_item(1, 4), MACHINE_HANDLER(0x21));
	assert_int_equal(stack_item(4, 4), MACHINE_STACK - 6);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 6, 2), MACHINE_CODE_AT + 2);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 2, 2),
			 RFLAGS_ONE | RFLAGS_IF | RFLAGS_IOPL_MASK);

	enter_v86(0);
	SAVE->cr4 |= CR4_VME;
	machine_poke(m, MACHINE_TSS + 0x66, 0x100, 2);
	machine_poke(m, MACHINE_TSS + 0xe0 + 0x21 / 8, 1 << 0x21 % 8, 1);
	RUN(0xcd, 0x21);
	assert_fault(X86_VECTOR_GP, 0, 4);
	assert_int_equal(stack_item(1, 4), MACHINE_CODE_AT);
}

static void v86_handler_must_be_cpl_0(void **state)
{
	enter_v86(0);
	machine_gate(m, X86_VECTOR_UD, SEL_CONFORMING32, MACHINE_HANDLER(6), INT_GATE, 0);
	RUN(0x0f, 0x0b);
	assert_fault(X86_VECTOR_GP, SEL_CONFORMING32 | SELECTOR_ERROR_EXT, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_in_protected_mode),
		cmocka_unit_test(sixteen_bit_gate),
		cmocka_unit_test(from_user_in_protected_mode),
		cmocka_unit_test(bad_inner_stacks),
		cmocka_unit_test(stack_too_small),
		cmocka_unit_test(handler_beyond_the_code_limit),
		cmocka_unit_test(handler_in_less_privileged_code),
		cmocka_unit_test(conforming_handler_keeps_cpl),
		cmocka_unit_test(out_of_v86),
		cmocka_unit_test(v86_int_n_needs_iopl),
		cmocka_unit_test(v86_int_n_redirected),
		cmocka_unit_test(v86_handler_must_be_cpl_0),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
