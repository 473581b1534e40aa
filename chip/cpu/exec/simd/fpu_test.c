/* SPDX-License-Identifier: MIT */
/*
 * What single instructions against the host cannot show: when SIMD and x87 may run at all, exceptions
 * that come with a later instruction, state that stays over exits, other modes.
 */
#include "chip/cpu/exec/simd/fpu_testbed.h"

/* -- availability ----------------------------------------------------------------------------------- */

#define VADDPS 0xc5, 0xf0, 0x58, 0xc2 /* vaddps xmm0, xmm1, xmm2 */
#define PADDB  0x0f, 0xfc, 0xc1       /* paddb mm0, mm1 */

/* What `code` gives with these bits of CR0 and CR4; -1: it runs. */
static int outcome(const u8 *code, size_t len, u64 cr0_set, u64 cr4_clear)
{
	enter(MACHINE_LONG64);
	SAVE->cr0 |= cr0_set;
	SAVE->cr4 &= ~cr4_clear;
	machine_write(m, MACHINE_CODE_AT, code, len);
	machine_run(m);
	return machine_vector(m);
}

#define assert_outcome(expected, cr0_set, cr4_clear, ...)                                      \
	do {                                                                                   \
		const u8 code_[] = {__VA_ARGS__, HLT};                                         \
		assert_int_equal(outcome(code_, sizeof(code_), cr0_set, cr4_clear), expected); \
	} while (0)

static void control_bits_forbid_each_class(void **state)
{
	assert_outcome(-1, 0, 0, ADDPS);
	assert_outcome(X86_VECTOR_UD, CR0_EM, 0, ADDPS);
	assert_outcome(X86_VECTOR_UD, 0, CR4_OSFXSR, ADDPS);
	assert_outcome(X86_VECTOR_NM, CR0_TS, 0, ADDPS);
	assert_outcome(-1, 0, 0, VADDPS);
	assert_outcome(X86_VECTOR_UD, 0, CR4_OSXSAVE, VADDPS);
	assert_outcome(X86_VECTOR_NM, CR0_TS, 0, VADDPS);
	assert_outcome(-1, CR0_EM, 0, VADDPS);
	assert_outcome(-1, 0, 0, FLD1);
	assert_outcome(X86_VECTOR_NM, CR0_EM, 0, FLD1);
	assert_outcome(X86_VECTOR_NM, CR0_TS, 0, FLD1);
	assert_outcome(-1, 0, CR4_OSFXSR, PADDB);
	assert_outcome(X86_VECTOR_UD, CR0_EM, 0, PADDB);
	assert_outcome(X86_VECTOR_NM, CR0_TS, 0, PADDB);
	assert_outcome(-1, 0, 0, XSAVE);
	assert_outcome(X86_VECTOR_UD, 0, CR4_OSXSAVE, XSAVE);
	assert_outcome(X86_VECTOR_NM, CR0_TS, 0, XSAVE);
	assert_outcome(-1, 0, 0, FXSAVE);
	assert_outcome(X86_VECTOR_NM, CR0_EM, 0, FXSAVE);
	assert_outcome(X86_VECTOR_NM, CR0_TS, 0, FXSAVE);
}

static void wait_needs_mp_for_nm(void **state)
{
	enter(MACHINE_LONG64);
	SAVE->cr0 |= CR0_TS;
	RUN(0x9b, HLT);
	assert_vector(X86_VECTOR_NM);
	enter(MACHINE_LONG64);
	SAVE->cr0 = (SAVE->cr0 | CR0_TS) & ~CR0_MP;
	RUN(0x9b, HLT);
	assert_halted_at(1);
}

static void avx_needs_its_state_enabled(void **state)
{
	enter(MACHINE_LONG64);
	extended.xcr0 = XCR0_X87 | XCR0_SSE;
	assert_int_equal(cpu_extended_set(m->cpu, &extended), CPU_HOST_OK);
	RUN(VADDPS, HLT);
	assert_vector(X86_VECTOR_UD);
}

/* One mnemonic, two classes: the check of the one must not do for the other. */
static void mmx_and_sse_forms_are_checked_apart(void **state)
{
	enter(MACHINE_LONG64);
	SAVE->cr4 &= ~CR4_OSFXSR;
	RUN(PADDB, 0x66, PADDB, HLT);
	assert_fault(X86_VECTOR_UD, MACHINE_CODE_AT + 3, 8);
}

static void vex_does_not_exist_in_real_mode(void **state)
{
	enter(MACHINE_REAL16);
	RUN(0xc5, 0xf0, 0x58, 0xc2, HLT);
	assert_vector(X86_VECTOR_UD);
}

static void avx2_forms_follow_the_model(void **state)
{
	u64 saved = m->model.features[FEATURE_AVX2 / 64];

	m->model.features[FEATURE_AVX2 / 64] &= ~BIT64(FEATURE_AVX2 % 64);
	enter(MACHINE_LONG64);
	RUN(0xc5, 0xf1, 0xfc, 0xc2, /* vpaddb xmm0, xmm1, xmm2 */
	    0xc5, 0xf5, 0xfc, 0xc2, HLT);
	assert_fault(X86_VECTOR_UD, MACHINE_CODE_AT + 4, 8);
	m->model.features[FEATURE_AVX2 / 64] = saved;
}

/* -- SIMD exceptions ----------------------------------------------------------------------------------- */

/* 1 / 0 by DIVSS xmm0, xmm1 */
static void load_one_and_zero(void)
{
	memset(extended.fxsave + 160, 0, 32);
	put_le32(extended.fxsave + 160, 0x3f800000);
}

#define DIVSS   0xf3, 0x0f, 0x5e, 0xc1
#define LDMXCSR 0x0f, 0xae, AT(2, DATA)

static void unmasked_simd_exception(void **state)
{
	enter(MACHINE_LONG64);
	load_one_and_zero();
	set_mxcsr(MXCSR_INIT & ~(FPU_EX_ZE << MXCSR_MASKS_SHIFT));
	RUN(DIVSS, HLT);
	assert_fault(X86_VECTOR_XF, MACHINE_CODE_AT, 8);
	assert_int_equal(get_le32(xmm(0)), 0x3f800000);
	assert_int_equal(get_le32(extended.fxsave + 24) & FPU_EX_ALL, FPU_EX_ZE);
}

static void without_osxmmexcpt_it_is_ud(void **state)
{
	enter(MACHINE_LONG64);
	load_one_and_zero();
	SAVE->cr4 &= ~CR4_OSXMMEXCPT;
	set_mxcsr(MXCSR_INIT & ~(FPU_EX_ZE << MXCSR_MASKS_SHIFT));
	RUN(DIVSS, HLT);
	assert_vector(X86_VECTOR_UD);
}

static void ldmxcsr_takes_effect_at_once(void **state)
{
	enter(MACHINE_LONG64);
	load_one_and_zero();
	set_mxcsr(MXCSR_INIT);
	machine_poke(m, DATA, MXCSR_INIT & ~(FPU_EX_ZE << MXCSR_MASKS_SHIFT), 4);
	RUN(DIVSS, LDMXCSR, DIVSS, HLT);
	/* inf / 0 raises nothing; so the second one gets a 1 again */
	assert_halted_at(16);
	enter(MACHINE_LONG64);
	load_one_and_zero();
	set_mxcsr(MXCSR_INIT);
	machine_poke(m, DATA, MXCSR_INIT & ~(FPU_EX_ZE << MXCSR_MASKS_SHIFT), 4);
	RUN(LDMXCSR, DIVSS, HLT);
	assert_fault(X86_VECTOR_XF, MACHINE_CODE_AT + 8, 8);
}

static void rounding_is_the_guests(void **state)
{
	enter(MACHINE_LONG64);
	memset(extended.fxsave + 160, 0, 32);
	put_le32(extended.fxsave + 160, 0x3f800000); /* 1 */
	put_le32(extended.fxsave + 176, 0x33000000); /* 2^-25 */
	set_mxcsr(MXCSR_INIT | FPU_ROUND_UP << MXCSR_RC_SHIFT);
	RUN(0xf3, 0x0f, 0x58, 0xc1, HLT); /* addss xmm0, xmm1 */
	assert_int_equal(get_le32(xmm(0)), 0x3f800001);
	assert_int_equal(get_le32(extended.fxsave + 24) & FPU_EX_ALL, FPU_EX_PE);
}

/* -- x87 exceptions --------------------------------------------------------------------------------------- */

#define FLDZ  0xd9, 0xee
#define FDIVP 0xde, 0xf9

static void x87_exception_waits_for_the_next_instruction(void **state)
{
	enter(MACHINE_LONG64);
	set_fcw(FCW_FNINIT & ~FPU_EX_ZE);
	/* fld1; fldz; fdivp; fnstsw ax; nop; fld1 */
	RUN(FLD1, FLDZ, FDIVP, 0xdf, 0xe0, 0x90, FLD1, HLT);
	assert_fault(X86_VECTOR_MF, MACHINE_CODE_AT + 9, 8);
	assert_int_equal(SAVE->rax & 0xffff, 0x3000 | FSW_ES | FSW_B | FPU_EX_ZE);
	assert_int_equal(fsw(), 0x3000 | FSW_ES | FSW_B | FPU_EX_ZE);
	assert_int_equal(get_le16(extended.fxsave + 6), 0x6f9); /* DE F9 */
	assert_int_equal(get_le64(extended.fxsave + 8), MACHINE_CODE_AT + 4);
}

static void no_wait_instructions_do_not_wait(void **state)
{
	enter(MACHINE_LONG64);
	set_fcw(FCW_FNINIT & ~FPU_EX_ZE);
	/* ...; fnstcw [DATA]; fnstsw [DATA + 2]; fnstenv [DATA + 16]; fnclex; fld1 */
	RUN(FLD1, FLDZ, FDIVP, 0xd9, AT(7, DATA), 0xdd, AT(7, DATA + 2), 0xd9, AT(6, DATA + 16),
	    0xdb, 0xe2, FLD1, HLT);
	assert_halted_at(31);
	assert_int_equal(machine_peek(m, DATA, 2), FCW_FNINIT & ~FPU_EX_ZE);
	assert_int_equal(machine_peek(m, DATA + 16, 2), FCW_FNINIT & ~FPU_EX_ZE);
	assert_int_equal(machine_peek(m, DATA + 16 + 12, 4), MACHINE_CODE_AT + 4);
	assert_int_equal(fsw() & (FSW_ES | FPU_EX_ALL), 0);
}

static void mmx_and_wait_see_it_too(void **state)
{
	enter(MACHINE_LONG64);
	set_fcw(FCW_FNINIT & ~FPU_EX_ZE);
	RUN(FLD1, FLDZ, FDIVP, PADDB, HLT);
	assert_fault(X86_VECTOR_MF, MACHINE_CODE_AT + 6, 8);
	enter(MACHINE_LONG64);
	set_fcw(FCW_FNINIT & ~FPU_EX_ZE);
	RUN(FLD1, FLDZ, FDIVP, 0x9b, HLT);
	assert_fault(X86_VECTOR_MF, MACHINE_CODE_AT + 6, 8);
}

static void fldcw_unmasks_what_is_there(void **state)
{
	enter(MACHINE_LONG64);
	machine_poke(m, DATA, FCW_FNINIT & ~FPU_EX_ZE, 2);
	RUN(FLD1, FLDZ, FDIVP, 0xd9, AT(5, DATA), FLD1, HLT);
	assert_fault(X86_VECTOR_MF, MACHINE_CODE_AT + 13, 8);
}

static void without_ne_it_is_ferr_freeze(void **state)
{
	enter(MACHINE_LONG64);
	set_fcw(FCW_FNINIT & ~FPU_EX_ZE);
	SAVE->cr0 &= ~CR0_NE;
	CTL->intercept_vec3 |= VMCB_VEC3_FERR_FREEZE;
	RUN(FLD1, FLDZ, FDIVP, FLD1, HLT);
	assert_int_equal(CTL->exitcode, VMEXIT_FERR_FREEZE);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 6);
}

/* -- state over exits and between classes -------------------------------------------------------------------- */

static void x87_state_stays_over_exits(void **state)
{
	enter(MACHINE_LONG64);
	RUN(FLD1, HLT);
	SAVE->rip = MACHINE_CODE_AT;
	RUN(FLD1, 0xde, 0xc1, HLT); /* fld1; faddp */
	SAVE->rip = MACHINE_CODE_AT;
	RUN(0xdb, AT(3, DATA), HLT); /* fistp dword [DATA] */
	assert_int_equal(machine_peek(m, DATA, 4), 2);
	assert_int_equal(fsw(), 0);
	assert_int_equal(extended.fxsave[4], 0);
}

static void x87_mmx_and_sse_in_one_block(void **state)
{
	enter(MACHINE_LONG64);
	/* fldpi; movd mm0, eax; emms; fld1; fistp [DATA]; movd mm1, eax; movq2dq xmm0, mm1 */
	machine_set_reg(m, 0, 0);
	SAVE->rax = 0x12345678;
	RUN(0xd9, 0xeb, 0x0f, 0x6e, 0xc0, 0x0f, 0x77, FLD1, 0xdb, AT(3, DATA), 0x0f, 0x6e, 0xc8,
	    0xf3, 0x0f, 0xd6, 0xc1, HLT);
	assert_int_equal(machine_peek(m, DATA, 4), 1);
	assert_int_equal(get_le64(xmm(0)), 0x12345678);
	assert_int_equal(extended.fxsave[4], 0xff); /* MMX: all valid */
	assert_int_equal(get_le16(extended.fxsave + 2) & FSW_TOP_MASK, 0);
	assert_int_equal(get_le64(extended.fxsave + 32), 0x12345678); /* MM0, by FXSAVE ST0 */
	assert_int_equal(get_le16(extended.fxsave + 32 + 8), 0xffff);
}

/* -- alignment -------------------------------------------------------------------------------------------------- */

static void operands_must_be_aligned_unless_mm(void **state)
{
	enter(MACHINE_LONG64);
	RUN(0x0f, 0x58, AT(0, DATA + 8), HLT); /* addps xmm0, [DATA + 8] */
	assert_fault(X86_VECTOR_GP, 0, 8);
	enter(MACHINE_LONG64);
	set_mxcsr(MXCSR_INIT | MXCSR_MM);
	RUN(0x0f, 0x58, AT(0, DATA + 8), HLT);
	assert_halted_at(8);
	enter(MACHINE_LONG64);
	set_mxcsr(MXCSR_INIT | MXCSR_MM);
	RUN(0x0f, 0x28, AT(0, DATA + 8), HLT); /* movaps is not relaxed */
	assert_fault(X86_VECTOR_GP, 0, 8);
}

/* -- other modes --------------------------------------------------------------------------------------------------- */

static void sse_and_x87_in_real_mode(void **state)
{
	enter(MACHINE_REAL16);
	machine_poke(m, DATA, 0x40000000, 4);
	/* addss xmm0, [DATA] with xmm0 = 0; fld dword [DATA]; fistp dword [DATA + 8] */
	memset(extended.fxsave + 160, 0, 16);
	set_mxcsr(MXCSR_INIT);
	RUN(0xf3, 0x0f, 0x58, AT16(0, DATA), 0xd9, AT16(0, DATA), 0xdb, AT16(3, DATA + 8), HLT);
	assert_halted_at(14);
	assert_int_equal(get_le32(xmm(0)), 0x40000000);
	assert_int_equal(machine_peek(m, DATA + 8, 4), 2);
}

static void segment_limits_hold(void **state)
{
	enter(MACHINE_PROT32);
	SAVE->ds.limit = DATA + 7;
	RUN(0x0f, 0x10, AT32(0, DATA - 8), HLT); /* movups xmm0, [DATA - 8] */
	assert_halted_at(7);
	enter(MACHINE_PROT32);
	SAVE->ds.limit = DATA + 7;
	RUN(0x0f, 0x10, AT32(0, DATA), HLT);
	assert_fault(X86_VECTOR_GP, 0, 4);
}

static void outside_64_bit_mode_eight_registers_count(void **state)
{
	enter(MACHINE_PROT32);
	RUN(0xc5, 0xf8, 0x77, HLT); /* vzeroupper */
	cpu_extended_get(m->cpu, &extended);
	assert_true(bytes_are_zero(extended.ymm[7], 16));
	assert_int_equal(extended.ymm[8][0], 0x88);
	enter(MACHINE_PROT32);
	RUN(0x0f, 0xae, AT32(0, DATA), HLT); /* fxsave */
	assert_int_equal(machine_peek(m, DATA + 160 + 16 * 7, 8), 0x1717171717171717ull);
	assert_int_equal(machine_peek(m, DATA + 160 + 16 * 8, 8), 0);
}

/* -- gathers -------------------------------------------------------------------------------------------------------------- */

static void gather_goes_on_after_a_fault(void **state)
{
	enum { NEXT_PAGE = DATA + PAGE_SIZE, RW = 3 };

	enter(MACHINE_LONG64);
	machine_pte(m, NEXT_PAGE, 0);
	machine_poke(m, NEXT_PAGE - 8, 0x2222222211111111ull, 8);
	/* indices 0, 1, 2, 3 from NEXT_PAGE - 8; mask: all */
	put_le64(extended.fxsave + 160 + 16, 0x0000000100000000ull);
	put_le64(extended.fxsave + 160 + 24, 0x0000000300000002ull);
	memset(extended.fxsave + 160 + 32, 0xff, 16);
	set_mxcsr(MXCSR_INIT);
	machine_set_reg(m, 3, NEXT_PAGE - 8);
	RUN(0xc4, 0xe2, 0x69, 0x90, 0x04, 0x8b, HLT); /* vpgatherdd xmm0, [rbx + xmm1 * 4], xmm2 */
	assert_fault(X86_VECTOR_PF, 0, 8);
	assert_int_equal(SAVE->cr2, NEXT_PAGE);
	assert_int_equal(get_le64(xmm(0)), 0x2222222211111111ull);
	assert_int_equal(get_le64(xmm(0) + 8), 0x1010101010101010ull);
	assert_int_equal(get_le64(xmm(2)), 0);
	assert_int_equal(get_le64(xmm(2) + 8), ~0ull);
	machine_pte(m, NEXT_PAGE, NEXT_PAGE | RW);
	machine_poke(m, NEXT_PAGE, 0x4444444433333333ull, 8);
	SAVE->rip = MACHINE_CODE_AT;
	SAVE->rsp = MACHINE_STACK;
	machine_run(m);
	assert_halted_at(6);
	assert_int_equal(get_le64(xmm(0) + 8), 0x4444444433333333ull);
	assert_true(bytes_are_zero(xmm(2), 16));
	assert_true(bytes_are_zero(extended.ymm[0], 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_bits_forbid_each_class),
		cmocka_unit_test(wait_needs_mp_for_nm),
		cmocka_unit_test(avx_needs_its_state_enabled),
		cmocka_unit_test(mmx_and_sse_forms_are_checked_apart),
		cmocka_unit_test(vex_does_not_exist_in_real_mode),
		cmocka_unit_test(avx2_forms_follow_the_model),
		cmocka_unit_test(unmasked_simd_exception),
		cmocka_unit_test(without_osxmmexcpt_it_is_ud),
		cmocka_unit_test(ldmxcsr_takes_effect_at_once),
		cmocka_unit_test(rounding_is_the_guests),
		cmocka_unit_test(x87_exception_waits_for_the_next_instruction),
		cmocka_unit_test(no_wait_instructions_do_not_wait),
		cmocka_unit_test(mmx_and_wait_see_it_too),
		cmocka_unit_test(fldcw_unmasks_what_is_there),
		cmocka_unit_test(without_ne_it_is_ferr_freeze),
		cmocka_unit_test(x87_state_stays_over_exits),
		cmocka_unit_test(x87_mmx_and_sse_in_one_block),
		cmocka_unit_test(operands_must_be_aligned_unless_mm),
		cmocka_unit_test(sse_and_x87_in_real_mode),
		cmocka_unit_test(segment_limits_hold),
		cmocka_unit_test(outside_64_bit_mode_eight_registers_count),
		cmocka_unit_test(gather_goes_on_after_a_fault),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
