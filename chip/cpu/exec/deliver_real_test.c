/* SPDX-License-Identifier: MIT */
/* Delivery through the real-mode vector table. */
#include "tests/support/machine_fixture.h"

static void frame_in_real_mode(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	SAVE->rflags |= RFLAGS_IF | RFLAGS_AC;
	RUN(0xcd, 0x21);
	assert_vector(0x21);
	assert_int_equal(SAVE->rsp, MACHINE_STACK - 6);
	assert_int_equal(stack_item(0, 2), MACHINE_CODE_AT + 2);
	assert_int_equal(stack_item(1, 2), 0);
	assert_int_equal(stack_item(2, 2), RFLAGS_ONE | RFLAGS_IF);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE);
}

static void real_mode_handler_segment(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	machine_poke(m, MACHINE_IVT + 4 * X86_VECTOR_UD, 0x07f00100, 4); /* 07f0:0100 = 8000h */
	RUN(0x0f, 0x0b);
	assert_int_equal(SAVE->cs.selector, 0x7f0);
	assert_int_equal(SAVE->cs.base, 0x7f00);
	assert_int_equal(SAVE->rip, 0x100);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
}

static void real_mode_without_a_table_shuts_down(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	SAVE->idtr.limit = 7 * 4 - 2;
	RUN(0x0f, 0x0b);
	assert_int_equal(CTL->exitcode, VMEXIT_SHUTDOWN);
}

static void real_mode_divide_error(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	RUN(0x31, 0xc9, 0xf7, 0xf1); /* xor cx, cx; div cx */
	assert_vector(X86_VECTOR_DE);
	assert_int_equal(stack_item(0, 2), MACHINE_CODE_AT + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_in_real_mode),
		cmocka_unit_test(real_mode_handler_segment),
		cmocka_unit_test(real_mode_without_a_table_shuts_down),
		cmocka_unit_test(real_mode_divide_error),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
