/* SPDX-License-Identifier: MIT */
/* LAR LSL VERR VERW ARPL on descriptors of every kind. */
#include "tests/support/machine_fixture.h"

#include "abi/desc.h"

enum { GATE32 = 0x8c, CODE_XO = 0xc99, DATA_RO = 0xc91 };

static void prepare(enum machine_mode mode, bool user)
{
	machine_enter(m, mode);
	if (user)
		machine_user(m);
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID; /* ends the code at any CPL */
	machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, CODE_XO));
	machine_gdt(m, SEL_FREE + 0x10, machine_descriptor(0, 0xfffff, DATA_RO));
	machine_gdt(m, SEL_FREE + 0x20, machine_descriptor(0, 0, GATE32));
}

static bool zf(void)
{
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	return SAVE->rflags & RFLAGS_ZF;
}

static void lar(void **state)
{
	static const struct {
		enum machine_mode mode;
		bool user, found;
		u16 sel;
		u32 rights;
	} cases[] = {
		{MACHINE_PROT32, false, true, SEL_CODE32, 0x00cf9b00},
		{MACHINE_PROT32, false, true, SEL_TSS, 0x00008b00},
		{MACHINE_PROT32, false, true, SEL_FREE + 0x20, 0x00008c00},
		{MACHINE_PROT32, false, false, 0, 0},
		{MACHINE_PROT32, false, false, 0x1f8, 0},
		{MACHINE_PROT32, true, false, SEL_DATA, 0},
		{MACHINE_PROT32, true, true, SEL_USER_DATA | 3, 0x00cff300},
		{MACHINE_PROT32, true, true, SEL_CONFORMING32 | 3, 0x00cf9f00},
		{MACHINE_LONG64, false, true, SEL_TSS, 0x00008b00},
		{MACHINE_LONG64, false, true, SEL_CODE64, 0x00af9b00},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		prepare(cases[n].mode, cases[n].user);
		SAVE->rax = cases[n].sel;
		machine_set_reg(m, 3, 0x5555);
		RUN(/* lar ebx, eax; cpuid */
		    0x0f, 0x02, 0xd8, 0x0f, 0xa2);
		assert_int_equal(zf(), cases[n].found);
		assert_int_equal(machine_reg(m, 3), cases[n].found ? cases[n].rights : 0x5555);
	}
}

static void lsl(void **state)
{
	static const struct {
		bool found;
		u16 sel;
		u32 limit;
	} cases[] = {
		{true, SEL_CODE32, 0xffffffff},
		{true, SEL_CODE16, 0xffff},
		{true, SEL_TSS, 0xfff},
		{false, SEL_FREE + 0x20, 0},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		prepare(MACHINE_PROT32, false);
		SAVE->rax = cases[n].sel;
		machine_set_reg(m, 3, 0x5555);
		RUN(/* lsl ebx, eax; cpuid */
		    0x0f, 0x03, 0xd8, 0x0f, 0xa2);
		assert_int_equal(zf(), cases[n].found);
		assert_int_equal(machine_reg(m, 3), cases[n].found ? cases[n].limit : 0x5555);
	}
}

static void verr_and_verw(void **state)
{
	static const struct {
		bool user, r, w;
		u16 sel;
	} cases[] = {
		{false, true, true, SEL_DATA},         {false, true, false, SEL_CODE32},
		{false, false, false, SEL_FREE},       {false, true, false, SEL_FREE + 0x10},
		{false, false, false, SEL_TSS},        {true, false, false, SEL_DATA | 3},
		{true, true, true, SEL_USER_DATA | 3}, {false, false, false, 0},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		prepare(MACHINE_LONG64, cases[n].user);
		machine_poke(m, MACHINE_DATA, cases[n].sel, 2);
		RUN(/* verr [0x9000]; cpuid */
		    0x0f, 0x00, 0x24, 0x25, 0x00, 0x90, 0x00, 0x00, 0x0f, 0xa2);
		assert_int_equal(zf(), cases[n].r);
		prepare(MACHINE_LONG64, cases[n].user);
		SAVE->rax = cases[n].sel;
		RUN(/* verw ax; cpuid */
		    0x0f, 0x00, 0xe8, 0x0f, 0xa2);
		assert_int_equal(zf(), cases[n].w);
	}
}

static void the_other_flags_stay(void **state)
{
	prepare(MACHINE_LONG64, false);
	SAVE->rflags |= RFLAGS_CF | RFLAGS_SF | RFLAGS_OF | RFLAGS_AF | RFLAGS_PF;
	RUN(/* verr ax; cpuid */
	    0x0f, 0x00, 0xe0, 0x0f, 0xa2);
	assert_int_equal(SAVE->rflags,
			 RFLAGS_ONE | RFLAGS_CF | RFLAGS_SF | RFLAGS_OF | RFLAGS_AF | RFLAGS_PF);
}

static void no_such_instructions_in_real_mode(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	RUN(0x0f, 0x00, 0xe0); /* verr ax */
	assert_vector(X86_VECTOR_UD);
}

static void a_table_that_cannot_be_read_faults(void **state)
{
	prepare(MACHINE_LONG64, false);
	machine_pte(m, MACHINE_GDT, 0);
	CTL->intercept_exception = BIT32(X86_VECTOR_PF);
	SAVE->rax = SEL_DATA;
	RUN(/* verr ax */
	    0x0f, 0x00, 0xe0);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_PF);
	assert_int_equal(CTL->exitinfo2, MACHINE_GDT + SEL_DATA);
}

static void arpl(void **state)
{
	prepare(MACHINE_PROT32, false);
	SAVE->rax = 0x10;
	machine_set_reg(m, 3, 2);
	RUN(/* arpl ax, bx; cpuid */
	    0x63, 0xd8, 0x0f, 0xa2);
	assert_true(zf());
	assert_int_equal(SAVE->rax, 0x12);

	prepare(MACHINE_PROT32, false);
	machine_poke(m, MACHINE_DATA, 0x13, 2);
	machine_set_reg(m, 3, 2);
	RUN(/* arpl [0x9000], bx; cpuid */
	    0x63, 0x1d, 0x00, 0x90, 0x00, 0x00, 0x0f, 0xa2);
	assert_false(zf());
	assert_int_equal(machine_peek(m, MACHINE_DATA, 2), 0x13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lar),
		cmocka_unit_test(lsl),
		cmocka_unit_test(verr_and_verw),
		cmocka_unit_test(the_other_flags_stay),
		cmocka_unit_test(no_such_instructions_in_real_mode),
		cmocka_unit_test(a_table_that_cannot_be_read_faults),
		cmocka_unit_test(arpl),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
