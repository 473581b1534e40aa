/* SPDX-License-Identifier: MIT */
/* Far jumps, calls and returns, call gates, and the way from real to long mode. */
#include "tests/support/machine_fixture.h"

#include "abi/desc.h"

/* A call gate at SEL_FREE; type and DPL in attr, parameters in count. */
static void call_gate(u16 sel, u64 offset, u8 attr, u8 count)
{
	u64 low = (offset & 0xffff) | (u64)sel << 16 | (u64)count << 32 | (u64)attr << 40 |
		  (offset >> 16 & 0xffff) << 48;

	machine_gdt(m, SEL_FREE, low);
	machine_gdt(m, SEL_FREE + 8, offset >> 32);
}

/* -- from real to long mode, as a kernel does it -------------------------------------------------- */

static void real_to_long_mode(void **state)
{
	const u8 gdtr[] = {MACHINE_GDT_SIZE - 1, 0, MACHINE_GDT & 0xff, MACHINE_GDT >> 8, 0, 0};

	machine_enter(m, MACHINE_LONG64);
	machine_enter(m, MACHINE_REAL16);
	machine_write(m, MACHINE_DATA, gdtr, sizeof(gdtr));
	SAVE->gdtr = (struct vmcb_seg){.limit = 0xffff};
	static const u8 low[] = {
		/* cli; lgdt [0x9000]; mov eax, cr0; or al, 1; mov cr0, eax; jmp 0x30:0x1100 */
		0xfa, 0x0f, 0x01, 0x16, 0x00, 0x90, 0x0f, 0x20, 0xc0, 0x0c,
		0x01, 0x0f, 0x22, 0xc0, 0xea, 0x00, 0x11, 0x30, 0x00};
	static const u8 high[] = {
		/* mov ax, 0x10; mov ds, eax; mov es, eax; mov ss, eax; mov eax, cr4; or al, 0x20; mov cr4, eax; mov eax, 0x10000; mov cr3, eax; mov ecx, 0xc0000080; rdmsr; or ah, 1; wrmsr; mov eax, cr0; or eax, 0x80000000; mov cr0, eax; .byte 0xea; .long 0x1200; .word 0x08 */
		0x66, 0xb8, 0x10, 0x00, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0x0f, 0x20, 0xe0, 0x0c,
		0x20, 0x0f, 0x22, 0xe0, 0xb8, 0x00, 0x00, 0x01, 0x00, 0x0f, 0x22, 0xd8, 0xb9, 0x80,
		0x00, 0x00, 0xc0, 0x0f, 0x32, 0x80, 0xcc, 0x01, 0x0f, 0x30, 0x0f, 0x20, 0xc0, 0x0d,
		0x00, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0, 0xea, 0x00, 0x12, 0x00, 0x00, 0x08, 0x00};
	static const u8 wide[] = {
		/* mov rax, 0x123456789abcdef0; xor edi, edi; mov ds, edi; mov ss, edi; hlt */
		0x48, 0xb8, 0xf0, 0xde, 0xbc, 0x9a, 0x78, 0x56, 0x34,
		0x12, 0x31, 0xff, 0x8e, 0xdf, 0x8e, 0xd7, 0xf4};
	machine_write(m, 0x1000, low, sizeof(low));
	machine_write(m, 0x1100, high, sizeof(high));
	machine_write(m, 0x1200, wide, sizeof(wide));
	assert_int_equal(machine_run(m), VMEXIT_HLT);
	assert_int_equal(SAVE->rax, 0x123456789abcdef0);
	assert_int_equal(SAVE->cs.selector, SEL_CODE64);
	assert_int_equal(SAVE->cs.attrib & SEG_ATTRIB_L, SEG_ATTRIB_L);
	assert_int_equal(SAVE->efer & EFER_LMA, EFER_LMA);
	assert_int_equal(SAVE->rip, 0x1200 + sizeof(wide) - 1);
}

/* -- direct --------------------------------------------------------------------------------------- */

static void real_mode_far_call_and_return(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	RUN(/* call 0x0100:0x0010; hlt; .org 0x10, 0x90; mov bx, 7; retf 2 */
	    0x9a, 0x10, 0x00, 0x00, 0x01, 0xf4, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0xbb, 0x07, 0x00, 0xca, 0x02, 0x00);
	assert_halted_at(5);
	assert_int_equal(machine_reg(m, 3), 7);
	assert_int_equal(SAVE->cs.selector, 0);
	assert_int_equal(SAVE->rsp, MACHINE_STACK + 2);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 4, 4), MACHINE_CODE_AT + 5);
}

static void far_jump_in_protected_mode(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, 0xc9a)); /* not accessed */
	RUN(/* jmp 0x80:0x1010; .org 0x10, 0x90; hlt */
	    0xea, 0x10, 0x10, 0x00, 0x00, 0x80, 0x00, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0xf4);
	assert_halted_at(0x10);
	assert_int_equal(SAVE->cs.selector, SEL_FREE);
	assert_int_equal(SAVE->cs.attrib, 0xc9b);
	assert_int_equal(machine_peek(m, MACHINE_GDT + SEL_FREE + 5, 1), 0x9b);
}

static void far_call_and_return_in_long_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_DATA, 0x1010, 4);
	machine_poke(m, MACHINE_DATA + 4, SEL_CODE64, 2);
	RUN(/* call fword ptr [0x9000]; hlt; .org 0x10, 0x90; mov ebx, 7; retf */
	    0xff, 0x1c, 0x25, 0x00, 0x90, 0x00, 0x00, 0xf4, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0xbb, 0x07, 0x00, 0x00, 0x00, 0xcb);
	assert_halted_at(7);
	assert_int_equal(machine_reg(m, 3), 7);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 8, 4), MACHINE_CODE_AT + 7);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 4, 4), SEL_CODE64);
}

/* As Linux enters its decompressed image. */
static void lretq(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* push 0x08; push 0x1010; rex.w retf; .org 0x10, 0x90; hlt */
	    0x6a, 0x08, 0x68, 0x10, 0x10, 0x00, 0x00, 0x48, 0xcb, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0xf4);
	assert_halted_at(0x10);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
}

static void far_return_to_user(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* push 0x23; push 0x3800; push 0x2b; push 0x1020; rex.w retf 8; .org 0x20, 0x90; hlt */
	    0x6a, 0x23, 0x68, 0x00, 0x38, 0x00, 0x00, 0x6a, 0x2b, 0x68, 0x20, 0x10, 0x00, 0x00,
	    0x48, 0xca, 0x08, 0x00, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	/* 8 bytes go from both stacks: the frame is found 8 higher */
	assert_vector(X86_VECTOR_GP);

	machine_enter(m, MACHINE_LONG64);
	RUN(/* push 0x23; push 0x3800; push 0; push 0x2b; push 0x1020; rex.w retf 8; .org 0x20, 0x90; hlt */
	    0x6a, 0x23, 0x68, 0x00, 0x38, 0x00, 0x00, 0x6a, 0x00, 0x6a, 0x2b, 0x68, 0x20, 0x10,
	    0x00, 0x00, 0x48, 0xca, 0x08, 0x00, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_fault(X86_VECTOR_GP, 0, 8);
	assert_int_equal(stack_item(1, 8), 0x1020);
	assert_int_equal(stack_item(2, 8), SEL_USER_CODE64 | 3);
	assert_int_equal(stack_item(4, 8), 0x3808);
}

static void far_jumps_that_fault(void **state)
{
	static const struct {
		u16 sel;
		u8 vector;
		u32 error;
	} cases[] = {
		{0, X86_VECTOR_GP, 0},
		{3, X86_VECTOR_GP, 0},
		{0x1f8, X86_VECTOR_GP, 0x1f8},
		{SEL_DATA, X86_VECTOR_GP, SEL_DATA},
		{SEL_USER_CODE32, X86_VECTOR_GP, SEL_USER_CODE32},
		{SEL_CODE32 | 3, X86_VECTOR_GP, SEL_CODE32}, /* RPL above CPL */
		{SEL_LDT, X86_VECTOR_GP, SEL_LDT},
		{SEL_TSS, X86_VECTOR_GP, SEL_TSS}, /* busy */
		{SEL_FREE, X86_VECTOR_NP, SEL_FREE},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_PROT32);
		machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, 0xc1b));
		RUN(0xea, 0x00, 0x10, 0x00, 0x00, (u8)cases[n].sel, cases[n].sel >> 8);
		assert_fault(cases[n].vector, cases[n].error, 4);
		assert_int_equal(stack_item(1, 4), MACHINE_CODE_AT);
		assert_int_equal(stack_item(2, 4), SEL_CODE32);
	}
}

static void far_jump_beyond_the_limit(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfff, 0x49b));
	RUN(/* jmp 0x80:0x1000 */
	    0xea, 0x00, 0x10, 0x00, 0x00, 0x80, 0x00);
	assert_fault(X86_VECTOR_GP, 0, 4);
}

static void conforming_code_keeps_cpl(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	RUN(/* jmp 0x48:0x1010; .org 0x10, 0x90; hlt */
	    0xea, 0x10, 0x10, 0x00, 0x00, 0x48, 0x00, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0xf4);
	assert_fault(X86_VECTOR_GP, 0, 4);
	assert_int_equal(stack_item(1, 4), 0x1010);
	assert_int_equal(stack_item(2, 4), SEL_CONFORMING32 | 3);
}

/* -- call gates ----------------------------------------------------------------------------------- */

static void call_gate_to_inner_level_with_parameters(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	call_gate(SEL_CODE32, 0x1020, 0xec, 2);
	RUN(/* push 0x11; push 0x22; call 0x83:0; hlt; .org 0x20, 0x90; hlt */
	    0x6a, 0x11, 0x6a, 0x22, 0x9a, 0x00, 0x00, 0x00, 0x00, 0x83, 0x00, 0xf4, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_halted_at(0x20);
	assert_int_equal(SAVE->cpl, 0);
	assert_int_equal(SAVE->ss.selector, SEL_DATA);
	assert_int_equal(SAVE->rsp, MACHINE_STACK0 - 24);
	assert_int_equal(stack_item(0, 4), MACHINE_CODE_AT + 11);
	assert_int_equal(stack_item(1, 4), SEL_USER_CODE32 | 3);
	assert_int_equal(stack_item(2, 4), 0x22);
	assert_int_equal(stack_item(3, 4), 0x11);
	assert_int_equal(stack_item(4, 4), MACHINE_STACK3 - 8);
	assert_int_equal(stack_item(5, 4), SEL_USER_DATA | 3);
}

static void call_gate_and_back(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	call_gate(SEL_CODE32, 0x1020, 0xec, 1);
	RUN(/* push 0x11; call 0x83:0; hlt; .org 0x20, 0x90; mov ebx, [esp+8]; retf 4 */
	    0x6a, 0x11, 0x9a, 0x00, 0x00, 0x00, 0x00, 0x83, 0x00, 0xf4, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0x8b, 0x5c, 0x24, 0x08, 0xca, 0x04, 0x00);
	assert_fault(X86_VECTOR_GP, 0, 4); /* HLT at CPL 3 */
	assert_int_equal(stack_item(1, 4), MACHINE_CODE_AT + 9);
	assert_int_equal(stack_item(4, 4), MACHINE_STACK3);
	assert_int_equal(machine_reg(m, 3), 0x11);
}

static void sixteen_bit_call_gate(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	call_gate(SEL_CODE32, 0x12341020, 0x84, 0);
	RUN(/* call 0x80:0; hlt; .org 0x20, 0x90; hlt */
	    0x9a, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0xf4, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_halted_at(0x20);
	assert_int_equal(SAVE->rsp, MACHINE_STACK - 4);
	assert_int_equal(stack_item(0, 2), MACHINE_CODE_AT + 7);
	assert_int_equal(stack_item(1, 2), SEL_CODE32);
}

static void call_gate_in_long_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	call_gate(SEL_CODE64, 0x1020, 0xec, 0);
	machine_poke(m, MACHINE_DATA + 4, SEL_FREE | 3, 2);
	RUN(/* call fword ptr [0x9000]; hlt; .org 0x20, 0x90; hlt */
	    0xff, 0x1c, 0x25, 0x00, 0x90, 0x00, 0x00, 0xf4, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0xf4);
	assert_halted_at(0x20);
	assert_int_equal(SAVE->rsp, MACHINE_STACK0 - 32);
	assert_int_equal(SAVE->ss.selector, 0);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT + 7);
	assert_int_equal(stack_item(1, 8), SEL_USER_CODE64 | 3);
	assert_int_equal(stack_item(2, 8), MACHINE_STACK3);
	assert_int_equal(stack_item(3, 8), SEL_USER_DATA | 3);
}

static void call_gates_that_fault(void **state)
{
	static const struct {
		u16 code;
		u8 attr, vector;
		u32 error;
	} cases[] = {
		{SEL_CODE32, 0x8c, X86_VECTOR_GP, SEL_FREE}, /* DPL below CPL */
		{SEL_CODE32, 0x6c, X86_VECTOR_NP, SEL_FREE},
		{0, 0xec, X86_VECTOR_GP, 0},
		{SEL_DATA, 0xec, X86_VECTOR_GP, SEL_DATA},
		{SEL_FREE + 0x10, 0xec, X86_VECTOR_NP, SEL_FREE + 0x10},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_PROT32);
		machine_user(m);
		call_gate(cases[n].code, 0x1020, cases[n].attr, 0);
		machine_gdt(m, SEL_FREE + 0x10, machine_descriptor(0, 0xfffff, 0xc1b));
		RUN(/* call 0x83:0 */
		    0x9a, 0x00, 0x00, 0x00, 0x00, 0x83, 0x00);
		assert_fault(cases[n].vector, cases[n].error, 4);
		assert_int_equal(stack_item(1, 4), MACHINE_CODE_AT);
		assert_int_equal(stack_item(4, 4), MACHINE_STACK3);
	}
}

static void jump_through_a_gate_cannot_change_cpl(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	call_gate(SEL_CODE32, 0x1020, 0xec, 0);
	RUN(/* jmp 0x83:0 */
	    0xea, 0x00, 0x00, 0x00, 0x00, 0x83, 0x00);
	assert_fault(X86_VECTOR_GP, SEL_CODE32, 4);
}

static void legacy_gates_and_tasks_are_not_in_long_mode(void **state)
{
	static const u8 types[] = {0x84, 0x85, 0x81, 0x89, 0x83};

	for (unsigned n = 0; n < ARRAY_SIZE(types); n++) {
		machine_enter(m, MACHINE_LONG64);
		call_gate(SEL_CODE64, 0x1020, types[n], 0);
		machine_poke(m, MACHINE_DATA + 4, SEL_FREE, 2);
		RUN(/* jmp fword ptr [0x9000] */
		    0xff, 0x2c, 0x25, 0x00, 0x90, 0x00, 0x00);
		assert_fault(X86_VECTOR_GP, SEL_FREE, 8);
	}
}

/* A fault on the inner stack leaves the caller as it was. */
static void inner_stack_fault_is_precise(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	call_gate(SEL_CODE64, 0x1020, 0xec, 0);
	machine_poke(m, MACHINE_DATA + 4, SEL_FREE | 3, 2);
	machine_pte(m, MACHINE_STACK0 - PAGE_SIZE, 0);
	CTL->intercept_exception = BIT32(X86_VECTOR_PF);
	RUN(/* call fword ptr [0x9000] */
	    0xff, 0x1c, 0x25, 0x00, 0x90, 0x00, 0x00);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_PF);
	assert_int_equal(CTL->exitinfo1, 2);
	assert_int_equal(CTL->exitinfo2, MACHINE_STACK0 - 32);
	assert_int_equal(SAVE->cpl, 3);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
	assert_int_equal(SAVE->rsp, MACHINE_STACK3);
	assert_int_equal(SAVE->ss.selector, SEL_USER_DATA | 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_to_long_mode),
		cmocka_unit_test(real_mode_far_call_and_return),
		cmocka_unit_test(far_jump_in_protected_mode),
		cmocka_unit_test(far_call_and_return_in_long_mode),
		cmocka_unit_test(lretq),
		cmocka_unit_test(far_return_to_user),
		cmocka_unit_test(far_jumps_that_fault),
		cmocka_unit_test(far_jump_beyond_the_limit),
		cmocka_unit_test(conforming_code_keeps_cpl),
		cmocka_unit_test(call_gate_to_inner_level_with_parameters),
		cmocka_unit_test(call_gate_and_back),
		cmocka_unit_test(sixteen_bit_call_gate),
		cmocka_unit_test(call_gate_in_long_mode),
		cmocka_unit_test(call_gates_that_fault),
		cmocka_unit_test(jump_through_a_gate_cannot_change_cpl),
		cmocka_unit_test(legacy_gates_and_tasks_are_not_in_long_mode),
		cmocka_unit_test(inner_stack_fault_is_precise),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
