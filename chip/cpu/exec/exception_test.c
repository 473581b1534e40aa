/* SPDX-License-Identifier: MIT */
/* Which event is delivered, after double faults, intercepts and injections. */
#include "tests/support/machine_fixture.h"

enum { INT_GATE = 0x8e, ABSENT = 0x0e, USER_GATE = 0xee };

static void inject(u64 type, u8 vector)
{
	CTL->eventinj = EVENTINJ_V | type << EVENTINJ_TYPE_SHIFT | vector;
}

/* -- software interrupts ------------------------------------------------------------------------ */

static void int_n_saves_the_next_rip(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	machine_gate(m, 0x80, SEL_CODE64, MACHINE_HANDLER(0x80), USER_GATE, 0);
	RUN(0xcd, 0x80);
	assert_vector(0x80);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT + 2);
	assert_int_equal(stack_item(2, 8), RFLAGS_ONE);
}

static void int_n_needs_the_gates_dpl(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(0x90, 0xcd, 0x80);
	assert_fault(X86_VECTOR_GP, 0x80 * 8 + SELECTOR_ERROR_IDT, 8);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT + 1);
}

static void int3_needs_the_gates_dpl(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(0xcc);
	assert_fault(X86_VECTOR_GP, 3 * 8 + SELECTOR_ERROR_IDT, 8);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT);
}

static void int_n_beyond_the_idt(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->idtr.limit = 0x80 * 16 + 14;
	RUN(0xcd, 0x80);
	assert_fault(X86_VECTOR_GP, 0x80 * 8 + SELECTOR_ERROR_IDT, 8);
}

static void int_n_of_absent_and_wrong_gates(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, 0x80, SEL_CODE64, MACHINE_HANDLER(0x80), ABSENT, 0);
	RUN(0xcd, 0x80);
	assert_fault(X86_VECTOR_NP, 0x80 * 8 + SELECTOR_ERROR_IDT, 8);

	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, 0x80, SEL_CODE64, MACHINE_HANDLER(0x80), 0x85, 0); /* task gate */
	RUN(0xcd, 0x80);
	assert_fault(X86_VECTOR_GP, 0x80 * 8 + SELECTOR_ERROR_IDT, 8);
}

static void int3_and_int1(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(0xcc);
	assert_vector(X86_VECTOR_BP);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT + 1);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m); /* the gate's DPL does not count for INT1 */
	RUN(0xf1);
	assert_vector(X86_VECTOR_DB);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT + 1);
}

static void into_by_overflow(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	RUN(0xce, 0xb0, 0x7f, 0x04, 0x01, 0xce); /* into; mov al, 7fh; add al, 1; into */
	assert_vector(X86_VECTOR_OF);
	assert_int_equal(stack_item(0, 4), MACHINE_CODE_AT + 6);
}

static void bound_range(void **state)
{
	static const u8 code[] = {0xb8, 5, 0, 0, 0, 0x62, 0x05, 0x00, 0x90, 0, 0, 0xf4};

	/* mov eax, 5; bound eax, [9000h]; hlt */
	machine_enter(m, MACHINE_PROT32);
	machine_write(m, MACHINE_CODE_AT, code, sizeof(code));
	machine_poke(m, MACHINE_DATA, 0xfffffffe | 5ull << 32, 8);
	machine_run(m);
	assert_halted_at(11);

	machine_enter(m, MACHINE_PROT32);
	machine_write(m, MACHINE_CODE_AT, code, sizeof(code));
	machine_poke(m, MACHINE_DATA, 0xfffffffe | 4ull << 32, 8);
	machine_run(m);
	assert_vector(X86_VECTOR_BR);
	assert_int_equal(stack_item(0, 4), MACHINE_CODE_AT + 5);
}

/* -- faults in delivery ------------------------------------------------------------------------- */

static void benign_then_contributory(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_UD, SEL_CODE64, MACHINE_HANDLER(6), ABSENT, 0);
	RUN(0x0f, 0x0b);
	assert_fault(X86_VECTOR_NP, 6 * 8 + SELECTOR_ERROR_IDT + SELECTOR_ERROR_EXT, 8);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT);
}

static void contributory_twice_is_a_double_fault(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_GP, SEL_CODE64, MACHINE_HANDLER(13), ABSENT, 0);
	RUN(0xb8, 0xf8, 0x00, 0x00, 0x00, 0x8e, 0xd8); /* mov ds, 0f8h */
	assert_fault(X86_VECTOR_DF, 0, 8);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT + 5);
}

static void page_fault_twice_is_a_double_fault(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_DF, SEL_CODE64, MACHINE_HANDLER(8), INT_GATE, 1);
	SAVE->rsp = MACHINE_DATA + 0x800;
	machine_pte(m, MACHINE_DATA, 0);
	RUN(0x50); /* push rax */
	assert_fault(X86_VECTOR_DF, 0, 8);
	assert_int_equal(SAVE->rsp, MACHINE_IST1 - 48);
}

static void page_fault_after_contributory_is_not(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	machine_gate(m, X86_VECTOR_PF, SEL_CODE64, MACHINE_HANDLER(14), INT_GATE, 1);
	machine_pte(m, MACHINE_STACK0 - PAGE_SIZE, 0);
	RUN(0xf4); /* hlt at CPL 3: #GP, whose frame finds no stack */
	assert_fault(X86_VECTOR_PF, 2, 8);
	assert_int_equal(SAVE->cr2, MACHINE_STACK0 - 48);
}

static void triple_fault_shuts_down(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->idtr.limit = 0;
	RUN(0x90, 0x0f, 0x0b);
	assert_int_equal(CTL->exitcode, VMEXIT_SHUTDOWN);
	assert_int_equal(CTL->exitintinfo, 0);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 1);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
}

/* -- exits -------------------------------------------------------------------------------------- */

static void intercepted_exceptions(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_exception = BIT32(X86_VECTOR_UD);
	RUN(0x90, 0x0f, 0x0b);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_UD);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 1);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_exception = BIT32(X86_VECTOR_PF);
	SAVE->cr2 = 0x1234;
	machine_pte(m, MACHINE_DATA, 0);
	RUN(0x8a, 0x04, 0x25, 0x10, 0x90, 0x00, 0x00); /* mov al, [9010h] */
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_PF);
	assert_int_equal(CTL->exitinfo1, 0);
	assert_int_equal(CTL->exitinfo2, MACHINE_DATA + 0x10);
	assert_int_equal(SAVE->cr2, 0x1234);
}

static void int3_is_intercepted_as_an_exception(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_exception = BIT32(X86_VECTOR_BP);
	RUN(0xcc);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_BP);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_exception = BIT32(X86_VECTOR_BP);
	RUN(0xcd, 0x03); /* int 3 in two bytes is no #BP */
	assert_vector(X86_VECTOR_BP);
}

static void int_n_and_int1_have_their_intercepts(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_INTN;
	RUN(0xcd, 0x80);
	assert_int_equal(CTL->exitcode, VMEXIT_SWINT);
	assert_int_equal(CTL->exitinfo1, 0x80);
	assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 2);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec4 |= VMCB_VEC4_ICEBP;
	RUN(0xf1);
	assert_int_equal(CTL->exitcode, VMEXIT_ICEBP);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_exception = BIT32(X86_VECTOR_DB);
	RUN(0xf1);
	assert_vector(X86_VECTOR_DB);
}

/* The event on whose account the second one came is in EXITINTINFO. */
static void intercepted_second_event(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_exception = BIT32(X86_VECTOR_DF);
	machine_gate(m, X86_VECTOR_GP, SEL_CODE64, MACHINE_HANDLER(13), ABSENT, 0);
	RUN(0xb8, 0xf8, 0x00, 0x00, 0x00, 0x8e, 0xd8);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_DF);
	assert_int_equal(CTL->exitintinfo, EVENTINJ_V | EVENTINJ_EV |
						   EVENTINJ_TYPE_EXCEPTION << EVENTINJ_TYPE_SHIFT |
						   X86_VECTOR_GP | 0xf8ull << 32);
}

static void nested_fault_in_delivery(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	machine_gate(m, 0x80, SEL_CODE64, MACHINE_HANDLER(0x80), USER_GATE, 0);
	machine_pte(m, MACHINE_STACK0 - PAGE_SIZE, 0x40000000 | 7); /* no such GPA */
	RUN(0x90, 0xcd, 0x80);
	assert_int_equal(CTL->exitcode, VMEXIT_NPF);
	assert_int_equal(CTL->exitintinfo,
			 EVENTINJ_V | EVENTINJ_TYPE_SOFT_INT << EVENTINJ_TYPE_SHIFT | 0x80);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 1);
	assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 3);
	assert_int_equal(SAVE->cpl, 3);
	assert_int_equal(SAVE->rsp, MACHINE_STACK3);
}

static void injected_events(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	inject(EVENTINJ_TYPE_INTR, 0x30);
	RUN(0xf4);
	assert_vector(0x30);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT);
	assert_int_equal(stack_item(2, 8), RFLAGS_ONE);

	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, 0x30, SEL_CODE64, MACHINE_HANDLER(0x30), ABSENT, 0);
	inject(EVENTINJ_TYPE_INTR, 0x30);
	RUN(0xf4);
	assert_fault(X86_VECTOR_NP, 0x30 * 8 + SELECTOR_ERROR_IDT + SELECTOR_ERROR_EXT, 8);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_exception = BIT32(X86_VECTOR_UD); /* does not hold for what is injected */
	inject(EVENTINJ_TYPE_EXCEPTION, X86_VECTOR_UD);
	RUN(0xf4);
	assert_vector(X86_VECTOR_UD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(int_n_saves_the_next_rip),
		cmocka_unit_test(int_n_needs_the_gates_dpl),
		cmocka_unit_test(int3_needs_the_gates_dpl),
		cmocka_unit_test(int_n_beyond_the_idt),
		cmocka_unit_test(int_n_of_absent_and_wrong_gates),
		cmocka_unit_test(int3_and_int1),
		cmocka_unit_test(into_by_overflow),
		cmocka_unit_test(bound_range),
		cmocka_unit_test(benign_then_contributory),
		cmocka_unit_test(contributory_twice_is_a_double_fault),
		cmocka_unit_test(page_fault_twice_is_a_double_fault),
		cmocka_unit_test(page_fault_after_contributory_is_not),
		cmocka_unit_test(triple_fault_shuts_down),
		cmocka_unit_test(intercepted_exceptions),
		cmocka_unit_test(int3_is_intercepted_as_an_exception),
		cmocka_unit_test(int_n_and_int1_have_their_intercepts),
		cmocka_unit_test(intercepted_second_event),
		cmocka_unit_test(nested_fault_in_delivery),
		cmocka_unit_test(injected_events),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
