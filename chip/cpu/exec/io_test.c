/* SPDX-License-Identifier: MIT */
/* Ports: exits and what they report, strings, permission. */
#include "tests/support/machine_fixture.h"

enum { PORT = 0x3f8 };

static void nothing_answers(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rax = 0x1122334455667788;
	machine_set_reg(m, 2, PORT);
	RUN(/* out dx, al; in al, dx; mov rbx, rax; in ax, dx; mov rcx, rax; in eax, 0x71; hlt */
	    0xee, 0xec, 0x48, 0x89, 0xc3, 0x66, 0xed, 0x48, 0x89, 0xc1, 0xe5, 0x71, 0xf4);
	assert_int_equal(machine_reg(m, 3), 0x11223344556677ff);
	assert_int_equal(machine_reg(m, 1), 0x112233445566ffff);
	assert_int_equal(SAVE->rax, 0xffffffff);
}

/* -- exits ---------------------------------------------------------------------------------------- */

static void exit_information(void **state)
{
	static const struct {
		u8 code[4];
		u8 len;
		u64 info1; /* without the port */
	} cases[] = {
		{{0xec}, 1, IOIO_INFO1_IN | IOIO_INFO1_SZ8 | IOIO_INFO1_A64},
		{{0x66, 0xed}, 2, IOIO_INFO1_IN | IOIO_INFO1_SZ16 | IOIO_INFO1_A64},
		{{0xef}, 1, IOIO_INFO1_SZ32 | IOIO_INFO1_A64},
		{{0x67, 0xee}, 2, IOIO_INFO1_SZ8 | IOIO_INFO1_A32},
		{{0xe6, 0xf8}, 2, IOIO_INFO1_SZ8 | IOIO_INFO1_A64},
		{{0x6c}, 1, IOIO_INFO1_IN | IOIO_INFO1_STR | IOIO_INFO1_SZ8 | IOIO_INFO1_A64},
		{{0xf3, 0x6f},
		 2,
		 IOIO_INFO1_STR | IOIO_INFO1_REP | IOIO_INFO1_SZ32 | IOIO_INFO1_A64 |
			 X86_SEGMENT_DS << IOIO_INFO1_SEG_SHIFT},
		{{0x64, 0x67, 0x66, 0x6f},
		 4,
		 IOIO_INFO1_STR | IOIO_INFO1_SZ16 | IOIO_INFO1_A32 |
			 X86_SEGMENT_FS << IOIO_INFO1_SEG_SHIFT},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		u16 port = n == 4 ? 0xf8 : PORT;

		machine_enter(m, MACHINE_LONG64);
		machine_intercept_port(m, port);
		machine_set_reg(m, 2, PORT);
		machine_set_reg(m, 1, 2);
		machine_write(m, MACHINE_CODE_AT, cases[n].code, 4);
		assert_int_equal(machine_run(m), VMEXIT_IOIO);
		assert_int_equal(CTL->exitinfo1,
				 cases[n].info1 | (u64)port << IOIO_INFO1_PORT_SHIFT);
		assert_int_equal(CTL->exitinfo2, MACHINE_CODE_AT + cases[n].len);
		assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
	}
}

static void each_byte_of_an_access_counts(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_intercept_port(m, PORT + 3);
	machine_set_reg(m, 2, PORT);
	RUN(/* in al, dx; in ax, dx; in eax, dx */
	    0xec, 0x66, 0xed, 0xed);
	assert_int_equal(CTL->exitcode, VMEXIT_IOIO);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 3);
}

static void real_mode_exit(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	machine_intercept_port(m, PORT);
	machine_set_reg(m, 2, PORT);
	RUN(0x6e); /* outsb */
	assert_int_equal(CTL->exitinfo1, IOIO_INFO1_STR | IOIO_INFO1_SZ8 | IOIO_INFO1_A16 |
						 X86_SEGMENT_DS << IOIO_INFO1_SEG_SHIFT |
						 (u64)PORT << IOIO_INFO1_PORT_SHIFT);
}

/* Memory is looked at behind the intercept. */
static void intercept_comes_before_the_page_fault(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_intercept_port(m, PORT);
	machine_set_reg(m, 2, PORT);
	machine_set_reg(m, 7, MACHINE_DATA);
	machine_pte(m, MACHINE_DATA, 0);
	RUN(0x6c);
	assert_int_equal(CTL->exitcode, VMEXIT_IOIO);

	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 7, MACHINE_DATA);
	machine_pte(m, MACHINE_DATA, 0);
	RUN(0x6c);
	assert_fault(X86_VECTOR_PF, 2, 8);
}

/* -- strings -------------------------------------------------------------------------------------- */

static void repeated_input(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, 3);
	machine_set_reg(m, 7, MACHINE_DATA);
	RUN(0xf3, 0x66, 0x6d, 0xf4); /* rep insw; hlt */
	assert_halted_at(3);
	assert_int_equal(machine_reg(m, 1), 0);
	assert_int_equal(machine_reg(m, 7), MACHINE_DATA + 6);
	assert_int_equal(machine_peek(m, MACHINE_DATA, 8), 0xffffffffffff);
}

static void repeated_output_downwards(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_DF;
	machine_set_reg(m, 1, 3);
	machine_set_reg(m, 6, MACHINE_DATA + 8);
	RUN(0xf3, 0x6f, 0xf4); /* rep outsd */
	assert_halted_at(2);
	assert_int_equal(machine_reg(m, 6), MACHINE_DATA - 4);
}

static void nothing_is_done_for_a_count_of_zero(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_intercept_port(m, PORT);
	machine_set_reg(m, 2, PORT);
	machine_set_reg(m, 7, MACHINE_DATA);
	RUN(0xf3, 0x6c, 0xf4);
	assert_halted_at(2);
}

/* A fault leaves the elements before it done. */
static void fault_in_the_middle(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, 4);
	machine_set_reg(m, 7, MACHINE_DATA + PAGE_SIZE - 8);
	machine_pte(m, MACHINE_DATA + PAGE_SIZE, 0);
	RUN(0xf3, 0x6d); /* rep insd */
	assert_fault(X86_VECTOR_PF, 2, 8);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT);
	assert_int_equal(machine_reg(m, 1), 2);
	assert_int_equal(machine_reg(m, 7), MACHINE_DATA + PAGE_SIZE);
}

/* -- permission ----------------------------------------------------------------------------------- */

static void permission_bitmap(void **state)
{
	static const struct {
		u16 port;
		u8 opcode; /* in al, dx; in eax, dx */
		bool allowed;
	} cases[] = {
		{0x10, 0xec, true}, {0x11, 0xec, false},   {0x0e, 0xed, false}, {0x0d, 0xed, true},
		{0x17, 0xec, true}, {0x8000, 0xec, false}, /* beyond the limit */
	};

	for (unsigned mode = 0; mode < 2; mode++)
		for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
			machine_enter(m, mode ? MACHINE_PROT32 : MACHINE_LONG64);
			machine_user(m);
			machine_poke(m, MACHINE_TSS + 0x68 + 2, 0x02, 1); /* port 11h */
			CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
			machine_intercept_port(m, 0x11); /* behind the #GP */
			machine_set_reg(m, 2, cases[n].port);
			RUN(cases[n].opcode, 0x0f, 0xa2);
			if (cases[n].allowed)
				assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
			else
				assert_fault(X86_VECTOR_GP, 0, mode ? 4 : 8);
		}
}

static void io_privilege_level(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	SAVE->rflags |= RFLAGS_IOPL_MASK;
	machine_poke(m, MACHINE_TSS + 0x66, 0xffff, 2); /* no bitmap */
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	RUN(0xec, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	machine_poke(m, MACHINE_TSS + 0x66, 0xffff, 2);
	RUN(0xec);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

/* Virtual-8086 code has the bitmap only, whatever IOPL says. */
static void v86_always_asks_the_bitmap(void **state)
{
	struct vmcb_seg seg = {.attrib = 0xf3, .limit = 0xffff};

	machine_enter(m, MACHINE_PROT32);
	SAVE->cs = SAVE->ss = SAVE->ds = SAVE->es = SAVE->fs = SAVE->gs = seg;
	SAVE->cpl = 3;
	SAVE->rflags = RFLAGS_ONE | RFLAGS_VM | RFLAGS_IOPL_MASK;
	machine_poke(m, MACHINE_TSS + 0x68, 0x01, 1);
	RUN(0xec);
	assert_fault(X86_VECTOR_GP, 0, 4);
}

static void sixteen_bit_tss_has_no_bitmap(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	SAVE->tr.attrib = 0x83;
	machine_gate(m, X86_VECTOR_GP, SEL_CONFORMING32, MACHINE_HANDLER(13), 0x8e, 0);
	CTL->intercept_exception = BIT32(X86_VECTOR_GP);
	RUN(0xec);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_GP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_answers),
		cmocka_unit_test(exit_information),
		cmocka_unit_test(each_byte_of_an_access_counts),
		cmocka_unit_test(real_mode_exit),
		cmocka_unit_test(intercept_comes_before_the_page_fault),
		cmocka_unit_test(repeated_input),
		cmocka_unit_test(repeated_output_downwards),
		cmocka_unit_test(nothing_is_done_for_a_count_of_zero),
		cmocka_unit_test(fault_in_the_middle),
		cmocka_unit_test(permission_bitmap),
		cmocka_unit_test(io_privilege_level),
		cmocka_unit_test(v86_always_asks_the_bitmap),
		cmocka_unit_test(sixteen_bit_tss_has_no_bitmap),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
