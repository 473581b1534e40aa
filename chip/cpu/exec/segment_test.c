/* SPDX-License-Identifier: MIT */
/* Loads of segment registers: checks, marks, shadows. */
#include "tests/support/machine_fixture.h"

#include "abi/desc.h"

enum { ABSENT_DATA = 0xc13 };

/* mov ax, sel; mov ds, eax; hlt, in 32- and 64-bit code. */
static void load_ds(u16 sel)
{
	RUN(0x66, 0xb8, (u8)sel, sel >> 8, 0x8e, 0xd8, 0xf4);
}

static void load_ss(u16 sel)
{
	RUN(0x66, 0xb8, (u8)sel, sel >> 8, 0x8e, 0xd0, 0x90, 0xf4);
}

static void real_mode_keeps_the_limit(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	SAVE->ds.limit = 0xffffffff; /* "unreal" */
	RUN(                         /* mov ax, 0x1234; mov ds, ax; hlt */
	    0xb8, 0x34, 0x12, 0x8e, 0xd8, 0xf4);
	assert_halted_at(5);
	assert_int_equal(SAVE->ds.selector, 0x1234);
	assert_int_equal(SAVE->ds.base, 0x12340);
	assert_int_equal(SAVE->ds.limit, 0xffffffff);
}

static void unreal_mode_reaches_high_memory(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	RUN(/* mov ax, 1; lmsw ax; mov bx, 0x10; mov ds, bx; mov eax, cr0; and al, 0xfe; mov cr0, eax; xor bx, bx; mov ds, bx; mov ecx, 0x100000; mov dword ptr [ecx], 0x12345678; hlt */
	    0xb8, 0x01, 0x00, 0x0f, 0x01, 0xf0, 0xbb, 0x10, 0x00, 0x8e, 0xdb, 0x0f, 0x20, 0xc0,
	    0x24, 0xfe, 0x0f, 0x22, 0xc0, 0x31, 0xdb, 0x8e, 0xdb, 0x66, 0xb9, 0x00, 0x00, 0x10,
	    0x00, 0x67, 0x66, 0xc7, 0x01, 0x78, 0x56, 0x34, 0x12, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_peek(m, 0x100000, 4), 0x12345678);
}

static void data_segment_is_unpacked(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_gdt(m, SEL_FREE,
		    machine_descriptor(0x12345678, 0x2345, 0x892)); /* G, not accessed */
	load_ds(SEL_FREE | 0);
	assert_halted_at(6);
	assert_int_equal(SAVE->ds.base, 0x12345678);
	assert_int_equal(SAVE->ds.limit, 0x2345fff);
	assert_int_equal(SAVE->ds.attrib, 0x893);
	assert_int_equal(machine_peek(m, MACHINE_GDT + SEL_FREE + 5, 1), 0x93);
}

/* The processor marks the descriptor with its own rights. */
static void user_load_marks_a_supervisor_table(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, 0xcf2));
	machine_pte(m, MACHINE_GDT, MACHINE_GDT | 3); /* not the user's */
	load_ds(SEL_FREE | 3);
	assert_fault(X86_VECTOR_GP, 0, 8); /* HLT */
	assert_int_equal(machine_peek(m, MACHINE_GDT + SEL_FREE + 5, 1), 0xf3);
	assert_int_equal(SAVE->ds.selector, SEL_FREE | 3);
}

static void data_loads_that_fault(void **state)
{
	static const struct {
		bool user;
		u16 sel;
		u8 vector;
		u32 error;
	} cases[] = {
		{false, 0x1f8, X86_VECTOR_GP, 0x1f8},
		{false, SEL_TSS, X86_VECTOR_GP, SEL_TSS},
		{false, SEL_DATA | 1, X86_VECTOR_GP, SEL_DATA}, /* RPL above DPL */
		{true, SEL_DATA | 3, X86_VECTOR_GP, SEL_DATA},
		{true, SEL_CODE32 | 3, X86_VECTOR_GP, SEL_CODE32},
		{false, SEL_FREE, X86_VECTOR_NP, SEL_FREE},
		{false, SEL_FREE + 8, X86_VECTOR_GP, SEL_FREE + 8}, /* execute only */
		{false, SEL_DATA | 4, X86_VECTOR_GP, SEL_DATA | 4}, /* there is no LDT */
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_PROT32);
		if (cases[n].user)
			machine_user(m);
		machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, ABSENT_DATA));
		machine_gdt(m, SEL_FREE + 8, machine_descriptor(0, 0xfffff, 0xc99));
		load_ds(cases[n].sel);
		assert_fault(cases[n].vector, cases[n].error, 4);
		assert_int_equal(SAVE->ds.limit, 0xffffffff);
	}
}

static void conforming_code_is_data_for_all(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	load_ds(SEL_CONFORMING32 | 3);
	assert_vector(X86_VECTOR_GP); /* HLT */
	assert_int_equal(SAVE->ds.selector, SEL_CONFORMING32 | 3);
}

static void null_data_segment(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	RUN(/* xor eax, eax; mov ds, eax; mov al, [0x9000] */
	    0x31, 0xc0, 0x8e, 0xd8, 0xa0, 0x00, 0x90, 0x00, 0x00);
	assert_fault(X86_VECTOR_GP, 0, 4);
	assert_int_equal(stack_item(1, 4), MACHINE_CODE_AT + 4);
	assert_int_equal(SAVE->ds.attrib & SEG_ATTRIB_P, 0);
}

static void ldt_segment(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_poke(m, MACHINE_GDT + 0x808, machine_descriptor(0x5000, 0xfff, 0x493), 8);
	RUN(/* mov ax, 0x70; lldt ax; mov ax, 0x0c; mov ds, eax; hlt */
	    0x66, 0xb8, 0x70, 0x00, 0x0f, 0x00, 0xd0, 0x66, 0xb8, 0x0c, 0x00, 0x8e, 0xd8, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->ds.base, 0x5000);
	assert_int_equal(SAVE->ldtr.base, MACHINE_GDT + 0x800);
}

static void stack_segment_loads_that_fault(void **state)
{
	static const struct {
		u16 sel;
		u8 vector;
		u32 error;
	} cases[] = {
		{0, X86_VECTOR_GP, 0},
		{SEL_USER_DATA | 3, X86_VECTOR_GP, SEL_USER_DATA},
		{SEL_USER_DATA, X86_VECTOR_GP, SEL_USER_DATA},
		{SEL_CODE32, X86_VECTOR_GP, SEL_CODE32},
		{SEL_FREE, X86_VECTOR_SS, SEL_FREE},
		{SEL_FREE + 8, X86_VECTOR_GP, SEL_FREE + 8}, /* read only */
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_PROT32);
		machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, ABSENT_DATA));
		machine_gdt(m, SEL_FREE + 8, machine_descriptor(0, 0xfffff, 0xc91));
		load_ss(cases[n].sel);
		assert_fault(cases[n].vector, cases[n].error, 4);
		assert_int_equal(SAVE->ss.selector, SEL_DATA);
	}
}

static void null_stack_in_64_bit_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	load_ss(0);
	assert_halted_at(7);
	assert_int_equal(SAVE->ss.selector, 0);

	machine_enter(m, MACHINE_LONG64);
	load_ss(3); /* RPL is not CPL */
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	load_ss(3);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

/* An exit of the very next instruction shows the shadow. */
static void mov_ss_opens_a_shadow(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	RUN(/* mov eax, 0x10; mov ss, eax; cpuid */
	    0xb8, 0x10, 0x00, 0x00, 0x00, 0x8e, 0xd0, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(CTL->interrupt_shadow & VMCB_INTERRUPT_SHADOW, VMCB_INTERRUPT_SHADOW);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	RUN(/* mov eax, 0x10; mov ss, eax; nop; cpuid */
	    0xb8, 0x10, 0x00, 0x00, 0x00, 0x8e, 0xd0, 0x90, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(CTL->interrupt_shadow & VMCB_INTERRUPT_SHADOW, 0);
}

static void pop_moves_the_stack_only_when_it_succeeds(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	RUN(/* push 0x10; pop ds; push 0x1f8; pop es */
	    0x6a, 0x10, 0x1f, 0x68, 0xf8, 0x01, 0x00, 0x00, 0x07);
	assert_fault(X86_VECTOR_GP, 0x1f8, 4);
	assert_int_equal(SAVE->ds.selector, SEL_DATA);
	assert_int_equal(SAVE->rsp, MACHINE_STACK - 4 - 16);

	machine_enter(m, MACHINE_LONG64);
	RUN(/* push 0x20; pop fs; push 0; pop gs; hlt */
	    0x6a, 0x20, 0x0f, 0xa1, 0x6a, 0x00, 0x0f, 0xa9, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->fs.selector, SEL_USER_DATA);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
}

static void stores_of_selectors(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_DATA, ~0ull, 8);
	RUN(/* mov rax, -1; mov ax, ss; mov rbx, -1; mov ebx, cs; mov rcx, -1; mov rcx, ds; mov [0x9000], es; hlt */
	    0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff, 0x66, 0x8c, 0xd0, 0x48, 0xc7, 0xc3, 0xff,
	    0xff, 0xff, 0xff, 0x8c, 0xcb, 0x48, 0xc7, 0xc1, 0xff, 0xff, 0xff, 0xff, 0x8c, 0xd9,
	    0x8c, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00, 0xf4);
	assert_int_equal(SAVE->rax, 0xffffffffffff0010);
	assert_int_equal(machine_reg(m, 3), SEL_CODE64);
	assert_int_equal(machine_reg(m, 1), SEL_DATA);
	assert_int_equal(machine_peek(m, MACHINE_DATA, 8), 0xffffffffffff0010);
}

static void far_pointers(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_poke(m, MACHINE_DATA, 0x12345678, 4);
	machine_poke(m, MACHINE_DATA + 4, SEL_USER_DATA, 2);
	machine_set_reg(m, 1, 0xaaaaaaaa);
	RUN(/* les ebx, [0x9000]; lfs cx, [0x9002]; hlt */
	    0xc4, 0x1d, 0x00, 0x90, 0x00, 0x00, 0x66, 0x0f, 0xb4, 0x0d, 0x02, 0x90, 0x00, 0x00,
	    0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_reg(m, 3), 0x12345678);
	assert_int_equal(SAVE->es.selector, SEL_USER_DATA);
	assert_int_equal(machine_reg(m, 1), 0xaaaa1234);
	assert_int_equal(SAVE->fs.selector, SEL_USER_DATA);
}

static void far_pointer_to_a_bad_segment(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_poke(m, MACHINE_DATA + 4, 0x1f8, 2);
	machine_set_reg(m, 3, 0xaaaa);
	RUN(/* lds ebx, [0x9000] */
	    0xc5, 0x1d, 0x00, 0x90, 0x00, 0x00);
	assert_fault(X86_VECTOR_GP, 0x1f8, 4);
	assert_int_equal(machine_reg(m, 3), 0xaaaa);
}

static void lss_opens_no_shadow(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_DATA, 0x3000, 4);
	machine_poke(m, MACHINE_DATA + 4, SEL_DATA, 2);
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	RUN(/* lss esp, [0x9000]; cpuid */
	    0x0f, 0xb2, 0x24, 0x25, 0x00, 0x90, 0x00, 0x00, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(SAVE->rsp, 0x3000);
	assert_int_equal(CTL->interrupt_shadow & VMCB_INTERRUPT_SHADOW, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_mode_keeps_the_limit),
		cmocka_unit_test(unreal_mode_reaches_high_memory),
		cmocka_unit_test(data_segment_is_unpacked),
		cmocka_unit_test(user_load_marks_a_supervisor_table),
		cmocka_unit_test(data_loads_that_fault),
		cmocka_unit_test(conforming_code_is_data_for_all),
		cmocka_unit_test(null_data_segment),
		cmocka_unit_test(ldt_segment),
		cmocka_unit_test(stack_segment_loads_that_fault),
		cmocka_unit_test(null_stack_in_64_bit_mode),
		cmocka_unit_test(mov_ss_opens_a_shadow),
		cmocka_unit_test(pop_moves_the_stack_only_when_it_succeeds),
		cmocka_unit_test(stores_of_selectors),
		cmocka_unit_test(far_pointers),
		cmocka_unit_test(far_pointer_to_a_bad_segment),
		cmocka_unit_test(lss_opens_no_shadow),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
