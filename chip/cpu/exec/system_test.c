/* SPDX-License-Identifier: MIT */
/* CPUID, MSRs, counters, random numbers, protection keys, HLT and PAUSE. */
#include "tests/support/machine_fixture.h"

#include "abi/msr.h"

/* -- CPUID and MSRs ------------------------------------------------------------------------------- */

static void cpuid(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rax = ~0ull << 32; /* upper halves are ignored and cleared */
	machine_set_reg(m, 3, ~0ull);
	RUN(0x0f, 0xa2, 0xf4);
	assert_int_equal(machine_reg(m, 3), 0x68747541); /* "Auth" */
	assert_int_equal(machine_reg(m, 2), 0x69746e65); /* "enti" */
	assert_int_equal(machine_reg(m, 1), 0x444d4163); /* "cAMD" */
	assert_int_equal(SAVE->rax >> 32, 0);
}

static void cpuid_intercept(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	RUN(0x90, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 1);
	assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 3);
}

static void msr_read_and_write(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, MSR_LSTAR);
	SAVE->rax = 0x1111111182345678;
	machine_set_reg(m, 2, 0x22222222ffff8000);
	RUN(/* wrmsr; xor eax, eax; rdmsr; hlt */
	    0x0f, 0x30, 0x31, 0xc0, 0x0f, 0x32, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->lstar, 0xffff800082345678);
	assert_int_equal(SAVE->rax, 0x82345678);
	assert_int_equal(machine_reg(m, 2), 0xffff8000);
}

/* What a write of EFER changes holds for the next instruction. */
static void efer_write_takes_effect(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->efer &= ~EFER_SCE;
	SAVE->lstar = MACHINE_HANDLER(200);
	SAVE->star = (u64)SEL_CODE64 << 32;
	RUN(/* mov ecx, 0xc0000080; rdmsr; or al, 1; wrmsr; syscall */
	    0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0x0c, 0x01, 0x0f, 0x30, 0x0f, 0x05);
	assert_vector(200);
}

static void msrs_that_fault(void **state)
{
	static const u8 code[] = {0x32, 0x30};

	for (unsigned n = 0; n < 2; n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_set_reg(m, 1, 0x1234); /* no such register */
		RUN(0x0f, code[n]);
		assert_fault(X86_VECTOR_GP, 0, 8);

		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		machine_intercept_msr(m, MSR_LSTAR, true, true);
		machine_set_reg(m, 1, MSR_LSTAR);
		RUN(0x0f, code[n]);
		assert_fault(X86_VECTOR_GP, 0, 8); /* before the intercept */
	}
}

static void msr_intercepts(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_intercept_msr(m, MSR_LSTAR, true, false);
	machine_set_reg(m, 1, MSR_LSTAR);
	RUN(/* wrmsr; rdmsr */
	    0x0f, 0x30, 0x0f, 0x32);
	assert_int_equal(CTL->exitcode, VMEXIT_MSR);
	assert_int_equal(CTL->exitinfo1, MSR_INFO1_READ);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 2);

	machine_enter(m, MACHINE_LONG64);
	machine_intercept_msr(m, MSR_LSTAR, false, true);
	machine_set_reg(m, 1, MSR_LSTAR);
	RUN(/* rdmsr; wrmsr */
	    0x0f, 0x32, 0x0f, 0x30);
	assert_int_equal(CTL->exitcode, VMEXIT_MSR);
	assert_int_equal(CTL->exitinfo1, MSR_INFO1_WRITE);
	assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 4);

	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, 0x12345); /* in no range of the map */
	RUN(                            /* rdmsr */
	    0x0f, 0x32);
	assert_int_equal(CTL->exitcode, VMEXIT_MSR);
}

/* -- counters ------------------------------------------------------------------------------------- */

static u64 dx_ax(void)
{
	return (SAVE->rax & 0xffffffff) | machine_reg(m, 2) << 32;
}

static void time_stamps(void **state)
{
	u64 first;

	machine_enter(m, MACHINE_LONG64);
	CTL->tsc_offset = 1ull << 62;
	SAVE->rax = ~0ull;
	RUN(/* rdtsc; mov r8, rax; mov r9, rdx; hlt */
	    0x0f, 0x31, 0x49, 0x89, 0xc0, 0x49, 0x89, 0xd1, 0xf4);
	first = machine_reg(m, 8) | machine_reg(m, 9) << 32;
	assert_true(first > 1ull << 62);
	assert_int_equal(machine_reg(m, 8) >> 32, 0);

	SAVE->rip = MACHINE_CODE_AT;
	RUN(/* mov ecx, 0xc0000103; mov eax, 0x77; xor edx, edx; wrmsr; rdtscp; hlt */
	    0xb9, 0x03, 0x01, 0x00, 0xc0, 0xb8, 0x77, 0x00, 0x00, 0x00, 0x31, 0xd2, 0x0f, 0x30,
	    0x0f, 0x01, 0xf9, 0xf4);
	assert_true(dx_ax() > first);
	assert_int_equal(machine_reg(m, 1), 0x77);
}

static void time_stamp_disable(void **state)
{
	static const u8 code[][4] = {{0x0f, 0x31}, {0x0f, 0x01, 0xf9}};

	for (unsigned n = 0; n < 2; n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		SAVE->cr4 |= CR4_TSD;
		CTL->intercept_vec3 |= VMCB_VEC3_RDTSC;
		CTL->intercept_vec4 |= VMCB_VEC4_RDTSCP;
		machine_write(m, MACHINE_CODE_AT, code[n], 4);
		machine_run(m);
		assert_fault(X86_VECTOR_GP, 0, 8); /* before the intercept */

		machine_enter(m, MACHINE_LONG64);
		CTL->intercept_vec3 |= VMCB_VEC3_RDTSC;
		CTL->intercept_vec4 |= VMCB_VEC4_RDTSCP;
		SAVE->cr4 |= CR4_TSD;
		machine_write(m, MACHINE_CODE_AT, code[n], 4);
		assert_int_equal(machine_run(m), n ? VMEXIT_RDTSCP : VMEXIT_RDTSC);
	}
}

static void performance_counters(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 2, 5);
	RUN(0x0f, 0x33, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(dx_ax(), 0);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	CTL->intercept_vec3 |= VMCB_VEC3_RDPMC;
	RUN(0x0f, 0x33);
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, 100);
	CTL->intercept_vec3 |= VMCB_VEC3_RDPMC;
	RUN(0x0f, 0x33);
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	SAVE->cr4 |= CR4_PCE;
	CTL->intercept_vec3 |= VMCB_VEC3_RDPMC;
	RUN(0x0f, 0x33);
	assert_int_equal(CTL->exitcode, VMEXIT_RDPMC);
}

static void processor_registers(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_RDPRU))
		return;
	machine_user(m);
	SAVE->cr4 |= CR4_TSD;
	RUN(0x0f, 0x01, 0xfd);
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec4 |= VMCB_VEC4_RDPRU;
	RUN(0x0f, 0x01, 0xfd);
	assert_int_equal(CTL->exitcode, VMEXIT_RDPRU);

	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, 1);
	RUN(/* .byte 0x0f, 0x01, 0xfd; mov r8d, eax; mov ecx, 2; mov edx, 7; .byte 0x0f, 0x01, 0xfd; hlt */
	    0x0f, 0x01, 0xfd, 0x41, 0x89, 0xc0, 0xb9, 0x02, 0x00, 0x00, 0x00, 0xba, 0x07, 0x00,
	    0x00, 0x00, 0x0f, 0x01, 0xfd, 0xf4);
	assert_true(machine_reg(m, 8) != 0);
	assert_int_equal(dx_ax(), 0);
}

static void processor_id(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_RDPID))
		return;
	machine_set_reg(m, 3, ~0ull);
	RUN(/* mov ecx, 0xc0000103; mov eax, 0x77; xor edx, edx; wrmsr; rdpid rbx; hlt */
	    0xb9, 0x03, 0x01, 0x00, 0xc0, 0xb8, 0x77, 0x00, 0x00, 0x00, 0x31, 0xd2, 0x0f, 0x30,
	    0xf3, 0x0f, 0xc7, 0xfb, 0xf4);
	assert_int_equal(machine_reg(m, 3), 0x77);
}

/* -- random numbers ------------------------------------------------------------------------------- */

static void random_numbers(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_OF | RFLAGS_SF | RFLAGS_ZF | RFLAGS_AF | RFLAGS_PF;
	machine_set_reg(m, 1, ~0ull);
	machine_set_reg(m, 2, ~0ull);
	RUN(/* rdrand rbx; rdseed ecx; rdrand dx; rdseed rsi; hlt */
	    0x48, 0x0f, 0xc7, 0xf3, 0x0f, 0xc7, 0xf9, 0x66, 0x0f, 0xc7, 0xf2, 0x48, 0x0f, 0xc7,
	    0xfe, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_CF);
	assert_true(machine_reg(m, 3) != machine_reg(m, 6));
	assert_int_equal(machine_reg(m, 1) >> 32, 0);
	assert_int_equal(machine_reg(m, 2) >> 16, 0xffffffffffff);
}

/* -- protection keys ------------------------------------------------------------------------------ */

static void protection_keys(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_PKU))
		return;
	RUN(0x0f, 0x01, 0xee);
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_LONG64);
	SAVE->cr4 |= CR4_PKE;
	machine_set_reg(m, 1, 1);
	RUN(0x0f, 0x01, 0xef);
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_LONG64);
	SAVE->cr4 |= CR4_PKE;
	machine_set_reg(m, 2, 1);
	RUN(0x0f, 0x01, 0xef);
	assert_fault(X86_VECTOR_GP, 0, 8);

	/* key 1 may not be written */
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	SAVE->cr4 |= CR4_PKE;
	machine_pte(m, MACHINE_DATA, MACHINE_DATA | 7 | 1ull << 59);
	RUN(/* xor ecx, ecx; xor edx, edx; mov eax, 8; wrpkru; xor eax, eax; rdpkru; mov ebx, eax; mov cl, [0x9000]; mov [0x9000], cl */
	    0x31, 0xc9, 0x31, 0xd2, 0xb8, 0x08, 0x00, 0x00, 0x00, 0x0f, 0x01, 0xef, 0x31, 0xc0,
	    0x0f, 0x01, 0xee, 0x89, 0xc3, 0x8a, 0x0c, 0x25, 0x00, 0x90, 0x00, 0x00, 0x88, 0x0c,
	    0x25, 0x00, 0x90, 0x00, 0x00);
	assert_fault(X86_VECTOR_PF, 0x27, 8);
	assert_int_equal(machine_reg(m, 3), 8);
}

/* -- HLT, PAUSE ----------------------------------------------------------------------------------- */

static void hlt(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(0x90, 0xf4);
	assert_halted_at(1);
	assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 2);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(0xf4);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

/* A HLT that is not intercepted sleeps; a physical interrupt leaves the guest behind it. */
static void hlt_sleeps_until_an_interrupt(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 &= ~VMCB_VEC3_HLT;
	cpu_kick(m->cpu);
	RUN(0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_INTR); /* before the first instruction */
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
}

/* Of newer models. */
static void idle_hlt(void **state)
{
	struct machine *common = m;

	m = machine_new("turin", MIB(8));
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec5 |= VMCB_VEC5_IDLE_HLT;
	RUN(0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_IDLE_HLT);
	machine_free(m);
	m = common;
}

static void pause(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(0xf3, 0x90, 0xf4);
	assert_halted_at(2);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	CTL->intercept_vec3 |= VMCB_VEC3_PAUSE;
	RUN(0xf3, 0x90);
	assert_int_equal(CTL->exitcode, VMEXIT_PAUSE);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_PAUSE;
	CTL->pause_filter_count = 3;
	RUN(/* pause; pause; pause; pause */
	    0xf3, 0x90, 0xf3, 0x90, 0xf3, 0x90, 0xf3, 0x90);
	assert_int_equal(CTL->exitcode, VMEXIT_PAUSE);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 6);
}

static void resume_from_system_management_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(0x0f, 0xaa);
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	CTL->intercept_vec3 |= VMCB_VEC3_RSM;
	RUN(0x0f, 0xaa);
	assert_int_equal(CTL->exitcode, VMEXIT_RSM);
}

/* LOCK belongs to none of these. */
static void lock_prefix(void **state)
{
	static const u8 code[][2] = {{0x0f, 0xa2}, {0x0f, 0x31}, {0xfa},      {0xf4},
				     {0x9c},       {0xec},       {0x0f, 0x05}};

	for (unsigned n = 0; n < ARRAY_SIZE(code); n++) {
		machine_enter(m, MACHINE_LONG64);
		RUN(0xf0, code[n][0], code[n][1]);
		assert_vector(X86_VECTOR_UD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpuid),
		cmocka_unit_test(cpuid_intercept),
		cmocka_unit_test(msr_read_and_write),
		cmocka_unit_test(efer_write_takes_effect),
		cmocka_unit_test(msrs_that_fault),
		cmocka_unit_test(msr_intercepts),
		cmocka_unit_test(time_stamps),
		cmocka_unit_test(time_stamp_disable),
		cmocka_unit_test(performance_counters),
		cmocka_unit_test(processor_registers),
		cmocka_unit_test(processor_id),
		cmocka_unit_test(random_numbers),
		cmocka_unit_test(protection_keys),
		cmocka_unit_test(hlt),
		cmocka_unit_test(hlt_sleeps_until_an_interrupt),
		cmocka_unit_test(idle_hlt),
		cmocka_unit_test(pause),
		cmocka_unit_test(resume_from_system_management_mode),
		cmocka_unit_test(lock_prefix),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
