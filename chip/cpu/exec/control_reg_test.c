/* SPDX-License-Identifier: MIT */
/* Control registers: values taken and refused, mode changes, intercepts. */
#include "tests/support/machine_fixture.h"

static void reads_and_writes(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->cr2 = 0x1234567890;
	RUN(/* mov rbx, cr2; mov rcx, cr0; or ecx, 8; mov cr0, rcx; mov r9, cr4; mov r10, cr3; mov eax, 5; mov cr8, rax; mov r11, cr8; mov rax, 0xffffffffffffffff; mov cr2, rax; hlt */
	    0x0f, 0x20, 0xd3, 0x0f, 0x20, 0xc1, 0x83, 0xc9, 0x08, 0x0f, 0x22, 0xc1, 0x41, 0x0f,
	    0x20, 0xe1, 0x41, 0x0f, 0x20, 0xda, 0xb8, 0x05, 0x00, 0x00, 0x00, 0x44, 0x0f, 0x22,
	    0xc0, 0x45, 0x0f, 0x20, 0xc3, 0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x22,
	    0xd0, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_reg(m, 3), 0x1234567890);
	assert_int_equal(SAVE->cr0, CR0_PE | CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_TS);
	assert_int_equal(machine_reg(m, 9), CR4_PAE | CR4_PGE);
	assert_int_equal(machine_reg(m, 10), MACHINE_PML4);
	assert_int_equal(machine_reg(m, 11), 5);
	assert_int_equal(CTL->vintr & VMCB_V_TPR_MASK, 5);
	assert_int_equal(SAVE->cr2, ~0ull);
}

static void there_are_five(void **state)
{
	static const u8 modrm[] = {0xc8, 0xe8, 0xf0, 0xf8};

	for (unsigned n = 0; n < ARRAY_SIZE(modrm); n++) {
		machine_enter(m, MACHINE_LONG64);
		RUN(0x0f, 0x20, modrm[n]);
		assert_vector(X86_VECTOR_UD);
	}
}

static void privilege_comes_before_the_intercept(void **state)
{
	static const u8 code[][4] = {
		{0x0f, 0x20, 0xc0}, {0x0f, 0x22, 0xd8}, {0x0f, 0x06}, {0x0f, 0x01, 0xf0}};

	for (unsigned n = 0; n < ARRAY_SIZE(code); n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		CTL->intercept_cr = ~0u;
		machine_write(m, MACHINE_CODE_AT, code[n], 4);
		machine_run(m);
		assert_fault(X86_VECTOR_GP, 0, 8);
	}
}

/* -- values that are refused ---------------------------------------------------------------------- */

/* mov crN, rax in long mode. */
static void refuse(u8 modrm, u64 v)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rax = v;
	RUN(0x0f, 0x22, modrm);
	assert_fault(X86_VECTOR_GP, 0, 8);
	assert_int_equal(stack_item(1, 8), MACHINE_CODE_AT);
}

static void cr0_values(void **state)
{
	refuse(0xc0, BIT64(32) | CR0_PG | CR0_PE);
	refuse(0xc0, CR0_PG | CR0_ET);          /* PG without PE */
	refuse(0xc0, CR0_PG | CR0_PE | CR0_NW); /* NW without CD */
	refuse(0xc0, CR0_PE | CR0_ET);          /* PG goes in 64-bit mode */
}

static void cr3_values(void **state)
{
	refuse(0xd8, MACHINE_PML4 | BIT64(52));
	refuse(0xd8, MACHINE_PML4 | BIT64(63)); /* without PCIDE */
	refuse(0xd8, MACHINE_PML4 | BIT64(51)); /* the C-bit is an address bit here */
}

static void cr4_values(void **state)
{
	const u64 base = CR4_PAE | CR4_PGE;

	refuse(0xe0, CR4_PGE); /* PAE goes in long mode */
	refuse(0xe0, base | BIT64(13));
	refuse(0xe0, base | BIT64(33));
	refuse(0xe0, base | CR4_CET);
	if (cpu_model_has(&m->model, FEATURE_PCID)) {
		machine_enter(m, MACHINE_LONG64);
		SAVE->rax = base | CR4_PCIDE;
		SAVE->cr3 |= CR3_PCD; /* PCID is not 0 */
		RUN(0x0f, 0x22, 0xe0);
		assert_fault(X86_VECTOR_GP, 0, 8);
	}
}

static void cr8_values(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rax = 0x10;
	RUN(0x44, 0x0f, 0x22, 0xc0);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

/* -- modes ---------------------------------------------------------------------------------------- */

static void long_mode_needs_pae(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	SAVE->efer |= EFER_LME;
	RUN(/* mov eax, cr0; or eax, 0x80000000; mov cr0, eax */
	    0x0f, 0x20, 0xc0, 0x0d, 0x00, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0);
	assert_fault(X86_VECTOR_GP, 0, 4);
	assert_int_equal(SAVE->efer & EFER_LMA, 0);
}

static void long_mode_ends_with_paging(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, 0xc9b));
	machine_poke(m, MACHINE_DATA, 0x1010, 4);
	machine_poke(m, MACHINE_DATA + 4, SEL_FREE, 2);
	RUN(/* jmp fword ptr [0x9000]; .org 0x10, 0x90; .code32; mov eax, cr0; and eax, 0x7fffffff; mov cr0, eax; hlt */
	    0xff, 0x2c, 0x25, 0x00, 0x90, 0x00, 0x00, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x0f, 0x20, 0xc0, 0x25, 0xff, 0xff, 0xff, 0x7f, 0x0f, 0x22, 0xc0, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->efer & (EFER_LME | EFER_LMA), EFER_LME);
	assert_int_equal(SAVE->cr0 & CR0_PG, 0);
}

static void write_protect_counts_for_the_kernel(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_pte(m, MACHINE_DATA, MACHINE_DATA | 5);
	RUN(/* mov rax, cr0; btr rax, 16; mov cr0, rax; mov [0x9000], al; bts rax, 16; mov cr0, rax; mov [0x9001], al */
	    0x0f, 0x20, 0xc0, 0x48, 0x0f, 0xba, 0xf0, 0x10, 0x0f, 0x22, 0xc0, 0x88, 0x04, 0x25,
	    0x00, 0x90, 0x00, 0x00, 0x48, 0x0f, 0xba, 0xe8, 0x10, 0x0f, 0x22, 0xc0, 0x88, 0x04,
	    0x25, 0x01, 0x90, 0x00, 0x00);
	assert_fault(X86_VECTOR_PF, 3, 8);
	assert_int_equal(SAVE->cr2, MACHINE_DATA + 1);
}

static void cr3_write_flushes(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_DATA, 1, 1);
	machine_poke(m, MACHINE_IST1 - 0x1000, 2, 1); /* B000h */
	RUN(/* mov al, [0x9000]; mov dword ptr [0x13048], 0xb007; mov rcx, cr3; mov cr3, rcx; mov bl, [0x9000]; hlt */
	    0x8a, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00, 0xc7, 0x04, 0x25, 0x48, 0x30, 0x01, 0x00,
	    0x07, 0xb0, 0x00, 0x00, 0x0f, 0x20, 0xd9, 0x0f, 0x22, 0xd9, 0x8a, 0x1c, 0x25, 0x00,
	    0x90, 0x00, 0x00, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rax & 0xff, 1);
	assert_int_equal(machine_reg(m, 3) & 0xff, 2);
}

/* -- LMSW, SMSW, CLTS ----------------------------------------------------------------------------- */

static void machine_status_word(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	RUN(/* mov ax, 0x0b; lmsw ax; xor ax, ax; lmsw ax; smsw ebx; smsw cx; hlt */
	    0xb8, 0x0b, 0x00, 0x0f, 0x01, 0xf0, 0x31, 0xc0, 0x0f, 0x01, 0xf0, 0x66, 0x0f, 0x01,
	    0xe3, 0x0f, 0x01, 0xe1, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->cr0, CR0_ET | CR0_PE); /* LMSW does not clear PE */
	assert_int_equal(machine_reg(m, 3), CR0_ET | CR0_PE);

	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_DATA, 0xffffffff, 4);
	RUN(/* smsw [0x9000]; lmsw [0x9000]; hlt */
	    0x0f, 0x01, 0x24, 0x25, 0x00, 0x90, 0x00, 0x00, 0x0f, 0x01, 0x34, 0x25, 0x00, 0x90,
	    0x00, 0x00, 0xf4);
	assert_int_equal(machine_peek(m, MACHINE_DATA, 4), 0xffff0031);
}

static void clear_task_switched(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->cr0 |= CR0_TS;
	RUN(0x0f, 0x06, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->cr0 & CR0_TS, 0);
}

/* -- intercepts ----------------------------------------------------------------------------------- */

static void expect(u64 exit, u64 info1)
{
	assert_int_equal(machine_run(m), exit);
	assert_int_equal(CTL->exitinfo1, info1);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
}

static void intercepts_of_reads_and_writes(void **state)
{
	static const u8 number[] = {0, 3, 4, 8};

	for (unsigned n = 0; n < ARRAY_SIZE(number); n++) {
		u8 rex = number[n] == 8 ? 0x45 : 0x41;
		u8 modrm = 0xc0 | (number[n] & 7) << 3 | 2; /* r10 */

		machine_enter(m, MACHINE_LONG64);
		CTL->intercept_cr = VMCB_INTERCEPT_READ(number[n]);
		MACHINE_CODE(m, rex, 0x0f, 0x20, modrm);
		expect(VMEXIT_CR0_READ + number[n], CR_INFO1_MOV | 10);
		assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 4);

		machine_enter(m, MACHINE_LONG64);
		CTL->intercept_cr = VMCB_INTERCEPT_WRITE(number[n]);
		machine_set_reg(m, 10, ~0ull); /* before the value is looked at */
		MACHINE_CODE(m, rex, 0x0f, 0x22, modrm);
		expect(VMEXIT_CR0_WRITE + number[n], CR_INFO1_MOV | 10);
	}
}

static void intercepts_of_the_status_word(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_cr = VMCB_INTERCEPT_READ(0) | VMCB_INTERCEPT_WRITE(0);
	MACHINE_CODE(m, 0x0f, 0x01, 0xe0);
	expect(VMEXIT_CR0_READ, 0);
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_cr = VMCB_INTERCEPT_READ(0) | VMCB_INTERCEPT_WRITE(0);
	MACHINE_CODE(m, 0x0f, 0x01, 0xf0);
	expect(VMEXIT_CR0_WRITE, 0);
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_cr = VMCB_INTERCEPT_READ(0) | VMCB_INTERCEPT_WRITE(0);
	MACHINE_CODE(m, 0x0f, 0x06);
	expect(VMEXIT_CR0_WRITE, 0);
}

/* TS and MP may change; anything else is told. */
static void selective_intercept(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_CR0_SEL_WRITE;
	RUN(/* mov rax, cr0; xor al, 10; mov cr0, rax; clts; hlt */
	    0x0f, 0x20, 0xc0, 0x34, 0x0a, 0x0f, 0x22, 0xc0, 0x0f, 0x06, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_CR0_SEL_WRITE;
	RUN(/* mov rax, cr0; bts eax, 18; mov cr0, rax */
	    0x0f, 0x20, 0xc0, 0x0f, 0xba, 0xe8, 0x12, 0x0f, 0x22, 0xc0);
	assert_int_equal(CTL->exitcode, VMEXIT_CR0_SEL_WRITE);
	assert_int_equal(CTL->exitinfo1, CR_INFO1_MOV | 0);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 7);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_CR0_SEL_WRITE;
	SAVE->rax = CR0_PE | CR0_EM;
	RUN(0x0f, 0x01, 0xf0);
	assert_int_equal(CTL->exitcode, VMEXIT_CR0_SEL_WRITE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes),
		cmocka_unit_test(there_are_five),
		cmocka_unit_test(privilege_comes_before_the_intercept),
		cmocka_unit_test(cr0_values),
		cmocka_unit_test(cr3_values),
		cmocka_unit_test(cr4_values),
		cmocka_unit_test(cr8_values),
		cmocka_unit_test(long_mode_needs_pae),
		cmocka_unit_test(long_mode_ends_with_paging),
		cmocka_unit_test(write_protect_counts_for_the_kernel),
		cmocka_unit_test(cr3_write_flushes),
		cmocka_unit_test(machine_status_word),
		cmocka_unit_test(clear_task_switched),
		cmocka_unit_test(intercepts_of_reads_and_writes),
		cmocka_unit_test(intercepts_of_the_status_word),
		cmocka_unit_test(selective_intercept),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
