/* SPDX-License-Identifier: MIT */
/* Saved state where the host is no oracle: other modes' formats, XSAVE's supervisor side, XCR0. */
#include "chip/cpu/exec/simd/fpu_testbed.h"
#include "chip/cpu/exec/simd/xsave.h"

/* A pending exception at a known place, and its environment in all four formats. */
static void fnstenv_formats(void **state)
{
	enter(MACHINE_PROT32);
	set_fcw(FCW_FNINIT & ~FPU_EX_ZE);
	machine_poke(m, DATA, 0, 4);
	RUN(FLD1, 0xd8, AT32(6, DATA), 0xd9, AT32(6, DATA + 64), HLT); /* fdiv [DATA]; fnstenv */
	assert_int_equal(machine_peek(m, DATA + 64, 4), 0xffff0000 | (FCW_FNINIT & ~FPU_EX_ZE));
	assert_int_equal(machine_peek(m, DATA + 64 + 12, 4), MACHINE_CODE_AT + 2);
	assert_int_equal(machine_peek(m, DATA + 64 + 18, 2), 0x035 | 0 << 8);
	assert_int_equal(machine_peek(m, DATA + 64 + 20, 4), DATA);
	enter(MACHINE_REAL16);
	set_fcw(FCW_FNINIT & ~FPU_EX_ZE);
	RUN(FLD1, 0xd8, AT16(6, DATA), 0xd9, AT16(6, DATA + 64), HLT);
	assert_int_equal(machine_peek(m, DATA + 64, 2), FCW_FNINIT & ~FPU_EX_ZE);
	assert_int_equal(machine_peek(m, DATA + 64 + 6, 2), MACHINE_CODE_AT + 2);
	assert_int_equal(machine_peek(m, DATA + 64 + 8, 2), 0x036);
	assert_int_equal(machine_peek(m, DATA + 64 + 10, 2), DATA);
}

static void fnsave_and_frstor_in_16_bit_format(void **state)
{
	enter(MACHINE_PROT16);
	/* fld1; fldpi; fnsave [DATA]; frstor [DATA]; fstp [DATA + 128]; fistp [DATA + 136] */
	RUN(FLD1, 0xd9, 0xeb, 0xdd, AT16(6, DATA), 0xdd, AT16(4, DATA), 0xdd, 0xd8, 0xdb,
	    AT16(3, DATA + 136), HLT);
	assert_int_equal(machine_peek(m, DATA + 2, 2) & FSW_TOP_MASK, 6 << FSW_TOP_SHIFT);
	assert_int_equal(machine_peek(m, DATA + 4, 2), 0x0fff);
	assert_int_equal(machine_peek(m, DATA + 14 + 8, 2), 0x4000);
	assert_int_equal(machine_peek(m, DATA + 136, 4), 1);
}

/* -- XSAVE, supervisor and model side -------------------------------------------------------------------------------- */

static void xsaves_and_xrstors_round_trip(void **state)
{
	enter(MACHINE_LONG64);
	SAVE->rax = XCR0_SSE | XCR0_AVX;
	/* xsaves64 [DATA]; xorps xmm3, xmm3; xrstors64 [DATA] */
	RUN(0x48, 0x0f, 0xc7, AT(5, DATA), 0x0f, 0x57, 0xdb, 0x48, 0x0f, 0xc7, AT(3, DATA), HLT);
	assert_halted_at(21);
	assert_int_equal(machine_peek(m, DATA + 512, 8), XCR0_SSE | XCR0_AVX);
	assert_int_equal(machine_peek(m, DATA + 520, 8), XCOMP_BV_COMPACT | XCR0_SSE | XCR0_AVX);
	assert_int_equal(get_le64(xmm(3)), 0x1313131313131313ull);
}

static void xrstors_takes_only_the_compacted_form(void **state)
{
	enter(MACHINE_LONG64);
	RUN(0x0f, 0xc7, AT(3, DATA), HLT);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

static void protection_keys_are_a_component(void **state)
{
	enter(MACHINE_LONG64);
	extended.xcr0 |= XCR0_PKRU;
	extended.pkru = 0x55555554;
	assert_int_equal(cpu_extended_set(m->cpu, &extended), CPU_HOST_OK);
	SAVE->rax = XCR0_PKRU;
	RUN(XSAVE, 0x0f, 0xae, AT(6, DATA + 0xb00 - 0x980), 0xbb, 0, 0, 0, 0, HLT);
	assert_int_equal(machine_peek(m, DATA + XSAVE_PKRU, 8), 0x55555554);
	assert_int_equal(machine_peek(m, DATA + 512, 8), XCR0_PKRU);
}

static void xsetbv_checks_its_value(void **state)
{
	static const u64 bad[] = {0, XCR0_SSE, XCR0_X87 | XCR0_AVX, XCR0_X87 | BIT64(63),
				  XCR0_X87 | XCR0_AVX512};

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		enter(MACHINE_LONG64);
		SAVE->rax = (u32)bad[i];
		machine_set_reg(m, 2, bad[i] >> 32);
		machine_set_reg(m, 1, 0);
		RUN(0x0f, 0x01, 0xd1, HLT);
		assert_fault(X86_VECTOR_GP, 0, 8);
	}
	enter(MACHINE_LONG64);
	SAVE->rax = XCR0_X87;
	machine_set_reg(m, 2, 0);
	machine_set_reg(m, 1, 0);
	RUN(0x0f, 0x01, 0xd1, 0x0f, 0x01, 0xd0, HLT);
	assert_halted_at(6);
	assert_int_equal(SAVE->rax, XCR0_X87);
}

static void xsetbv_order_of_refusals(void **state)
{
	enter(MACHINE_LONG64);
	SAVE->cr4 &= ~CR4_OSXSAVE;
	machine_user(m);
	RUN(0x0f, 0x01, 0xd1);
	assert_vector(X86_VECTOR_UD);
	enter(MACHINE_LONG64);
	CTL->intercept_vec4 |= VMCB_VEC4_XSETBV;
	machine_user(m);
	RUN(0x0f, 0x01, 0xd1);
	assert_fault(X86_VECTOR_GP, 0, 8);
	enter(MACHINE_LONG64);
	CTL->intercept_vec4 |= VMCB_VEC4_XSETBV;
	machine_set_reg(m, 1, 7);
	RUN(0x0f, 0x01, 0xd1);
	assert_int_equal(CTL->exitcode, VMEXIT_XSETBV);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
}

static void xgetbv_tells_what_is_in_use(void **state)
{
	enter(MACHINE_LONG64);
	machine_set_reg(m, 1, 1);
	RUN(0xc5, 0xfc, 0x77, 0x0f, 0x01, 0xd0, HLT); /* vzeroall; xgetbv */
	assert_int_equal(SAVE->rax, 0);
	enter(MACHINE_LONG64);
	machine_set_reg(m, 1, 1);
	RUN(FLD1, 0x0f, 0x01, 0xd0, HLT);
	assert_int_equal(SAVE->rax, XCR0_X87 | XCR0_SSE | XCR0_AVX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fnstenv_formats),
		cmocka_unit_test(fnsave_and_frstor_in_16_bit_format),
		cmocka_unit_test(xsaves_and_xrstors_round_trip),
		cmocka_unit_test(xrstors_takes_only_the_compacted_form),
		cmocka_unit_test(protection_keys_are_a_component),
		cmocka_unit_test(xsetbv_checks_its_value),
		cmocka_unit_test(xsetbv_order_of_refusals),
		cmocka_unit_test(xgetbv_tells_what_is_in_use),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
