/* SPDX-License-Identifier: MIT */
/* Delivery in long mode: frames, stacks, gates. */
#include "tests/support/machine_fixture.h"

enum { TRAP_GATE = 0x8f, INT_GATE = 0x8e };

static void frame_in_long_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rsp = MACHINE_STACK - 4;
	RUN(0x90, 0x0f, 0x0b); /* nop; ud2 */
	assert_vector(X86_VECTOR_UD);
	assert_int_equal(SAVE->rsp, MACHINE_STACK - 16 - 40);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT + 1);
	assert_int_equal(stack_item(1, 8), SEL_CODE64);
	assert_int_equal(stack_item(2, 8), RFLAGS_ONE | RFLAGS_RF);
	assert_int_equal(stack_item(3, 8), MACHINE_STACK - 4);
	assert_int_equal(stack_item(4, 8), SEL_DATA);
	assert_int_equal(SAVE->ss.selector, SEL_DATA);
}

static void error_code_in_long_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(0xb8, 0xf8, 0x00, 0x00, 0x00, 0x8e, 0xd8); /* mov eax, 0f8h; mov ds, eax */
	assert_fault(X86_VECTOR_GP, 0xf8, 8);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT + 5);
	assert_int_equal(SAVE->ds.selector, SEL_DATA);
}

static void page_fault_sets_cr2(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_pte(m, MACHINE_DATA, 0);
	RUN(0xc6, 0x04, 0x25, 0x10, 0x90, 0x00, 0x00, 0x01); /* mov byte [9010h], 1 */
	assert_fault(X86_VECTOR_PF, 2, 8);
	assert_int_equal(SAVE->cr2, MACHINE_DATA + 0x10);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT);
}

static void from_user_to_the_tss_stack(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(0x0f, 0x0b); /* ud2 */
	assert_vector(X86_VECTOR_UD);
	assert_int_equal(SAVE->rsp, MACHINE_STACK0 - 40);
	assert_int_equal(SAVE->ss.selector, 0);
	assert_int_equal(SAVE->cpl, 0);
	assert_int_equal(SAVE->cs.selector, SEL_CODE64);
	assert_int_equal(stack_item(1, 8), SEL_USER_CODE64 | 3);
	assert_int_equal(stack_item(3, 8), MACHINE_STACK3);
	assert_int_equal(stack_item(4, 8), SEL_USER_DATA | 3);
}

static void ist_is_used_at_any_privilege(void **state)
{
	for (unsigned user = 0; user < 2; user++) {
		machine_enter(m, MACHINE_LONG64);
		if (user)
			machine_user(m);
		machine_gate(m, X86_VECTOR_UD, SEL_CODE64, MACHINE_HANDLER(6), INT_GATE, 1);
		RUN(0x0f, 0x0b);
		assert_vector(X86_VECTOR_UD);
		assert_int_equal(SAVE->rsp, MACHINE_IST1 - 40);
	}
}

static void gates_clear_flags(void **state)
{
	const u64 all = RFLAGS_ONE | RFLAGS_IF | RFLAGS_NT | RFLAGS_AC | RFLAGS_DF;

	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags = all;
	RUN(0x0f, 0x0b);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_AC | RFLAGS_DF);
	assert_int_equal(stack_item(2, 8), all | RFLAGS_RF);

	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_UD, SEL_CODE64, MACHINE_HANDLER(6), TRAP_GATE, 0);
	SAVE->rflags = all;
	RUN(0x0f, 0x0b);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_IF | RFLAGS_AC | RFLAGS_DF);
}

static void handler_must_be_64_bit_code(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_UD, SEL_CODE32, MACHINE_HANDLER(6), INT_GATE, 0);
	RUN(0x0f, 0x0b);
	assert_fault(X86_VECTOR_GP, SEL_CODE32 | SELECTOR_ERROR_EXT, 8);
}

static void null_handler_selector(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_UD, 0, MACHINE_HANDLER(6), INT_GATE, 0);
	RUN(0x0f, 0x0b);
	assert_fault(X86_VECTOR_GP, SELECTOR_ERROR_EXT, 8);
}

static void handler_offset_must_be_canonical(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_UD, SEL_CODE64, 0x800000000000, INT_GATE, 0);
	RUN(0x0f, 0x0b);
	assert_fault(X86_VECTOR_GP, SELECTOR_ERROR_EXT, 8);
}

static void noncanonical_stack(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_SS, SEL_CODE64, MACHINE_HANDLER(12), INT_GATE, 1);
	SAVE->rsp = 0x800000001000;
	RUN(0x0f, 0x0b);
	assert_fault(X86_VECTOR_SS, SELECTOR_ERROR_EXT, 8);
	assert_int_equal(stack_item(4, 8), 0x800000001000);
}

static void tss_too_short_for_the_stack(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	machine_gate(m, X86_VECTOR_TS, SEL_CODE64, MACHINE_HANDLER(10), INT_GATE, 1);
	SAVE->tr.limit = 10;
	RUN(0x0f, 0x0b);
	/* IST1 is beyond the limit as well: #TS while delivering #TS */
	assert_int_equal(CTL->exitcode, VMEXIT_SHUTDOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_in_long_mode),
		cmocka_unit_test(error_code_in_long_mode),
		cmocka_unit_test(page_fault_sets_cr2),
		cmocka_unit_test(from_user_to_the_tss_stack),
		cmocka_unit_test(ist_is_used_at_any_privilege),
		cmocka_unit_test(gates_clear_flags),
		cmocka_unit_test(handler_must_be_64_bit_code),
		cmocka_unit_test(null_handler_selector),
		cmocka_unit_test(handler_offset_must_be_canonical),
		cmocka_unit_test(noncanonical_stack),
		cmocka_unit_test(tss_too_short_for_the_stack),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
