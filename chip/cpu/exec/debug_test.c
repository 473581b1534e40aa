/* SPDX-License-Identifier: MIT */
/* Single steps, breakpoints of every kind, MOV DR. */
#include "tests/support/machine_fixture.h"

#include "abi/desc.h"

static void set_dr(unsigned n, u64 address)
{
	struct cpu_extended x;

	cpu_extended_get(m->cpu, &x);
	x.dr[n] = address;
	assert_int_equal(cpu_extended_set(m->cpu, &x), CPU_HOST_OK);
}

/* Breakpoint n on an address, by its G bit. */
static void watch(unsigned n, u64 address, enum dr7_rw rw, enum dr7_len len)
{
	set_dr(n, address);
	SAVE->dr7 |= DR7_G(n) | (u64)rw << DR7_RW_SHIFT(n) | (u64)len << DR7_LEN_SHIFT(n);
}

static void assert_db(u64 rip, u64 dr6)
{
	assert_vector(X86_VECTOR_DB);
	assert_int_equal(stack_item(0, 8), rip);
	assert_int_equal(SAVE->dr6, DR6_INIT | dr6);
}

/* -- single steps --------------------------------------------------------------------------------- */

static void single_step(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_TF;
	RUN(0x90, 0x90);
	assert_db(MACHINE_CODE_AT + 1, DR6_BS);
	assert_int_equal(stack_item(2, 8), RFLAGS_ONE | RFLAGS_TF);
	assert_int_equal(SAVE->rflags & RFLAGS_TF, 0);
}

static void every_instruction_is_a_step(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_HANDLER(X86_VECTOR_DB), 0xcf48c1ff, 4); /* inc ecx; iretq */
	SAVE->rflags |= RFLAGS_TF;
	RUN(/* nop; jmp 1f; nop; 1: mov eax, 5; push rax; pop rbx; hlt */
	    0x90, 0xeb, 0x01, 0x90, 0xb8, 0x05, 0x00, 0x00, 0x00, 0x50, 0x5b, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_reg(m, 1), 5);
	assert_int_equal(machine_reg(m, 3), 5);
}

/* The step begins behind the instruction that sets TF, and ends behind the one that clears it. */
static void popf_begins_and_ends_it(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* push 0x102; popf; nop; nop */
	    0x68, 0x02, 0x01, 0x00, 0x00, 0x9d, 0x90, 0x90);
	assert_db(MACHINE_CODE_AT + 7, DR6_BS);

	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_HANDLER(X86_VECTOR_DB), 0xcf48c1ff, 4);
	RUN(/* push 2; push 0x102; popf; popf; nop; nop; hlt */
	    0x6a, 0x02, 0x68, 0x02, 0x01, 0x00, 0x00, 0x9d, 0x9d, 0x90, 0x90, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_reg(m, 1), 1);
}

static void mov_ss_holds_the_step_back(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_TF;
	SAVE->rax = SEL_DATA;
	RUN(/* mov ss, eax; nop; nop */
	    0x8e, 0xd0, 0x90, 0x90);
	assert_db(MACHINE_CODE_AT + 3, DR6_BS);
}

static void events_swallow_the_step(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_TF;
	RUN(0xcd, 0x40);
	assert_vector(0x40);
	assert_int_equal(SAVE->dr6, DR6_INIT);
	assert_int_equal(stack_item(2, 8), RFLAGS_ONE | RFLAGS_TF);

	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_TF;
	RUN(0x0f, 0x0b);
	assert_vector(X86_VECTOR_UD);
	assert_int_equal(SAVE->dr6, DR6_INIT);
}

static void syscall_that_masks_tf_is_no_step(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	SAVE->star = (u64)SEL_CODE64 << 32;
	SAVE->lstar = MACHINE_HANDLER(200);
	SAVE->sfmask = RFLAGS_TF;
	SAVE->rflags |= RFLAGS_TF;
	RUN(0x0f, 0x05);
	assert_vector(200);
}

static void repetitions_are_steps(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_TF;
	machine_set_reg(m, 1, 3);
	machine_set_reg(m, 7, MACHINE_DATA);
	RUN(0xf3, 0xaa); /* rep stosb */
	assert_db(MACHINE_CODE_AT, DR6_BS);
	assert_int_equal(machine_reg(m, 1), 2);
}

static void intercepted_step(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_exception = BIT32(X86_VECTOR_DB);
	SAVE->rflags |= RFLAGS_TF;
	RUN(0x90);
	assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + X86_VECTOR_DB);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 1);
	assert_int_equal(SAVE->dr6, DR6_INIT | DR6_BS);
}

/* -- breakpoints ---------------------------------------------------------------------------------- */

static void instruction_breakpoint(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	watch(2, MACHINE_CODE_AT + 2, DR7_RW_EXECUTE, DR7_LEN_1);
	RUN(/* inc ebx; inc ebx; hlt */
	    0xff, 0xc3, 0xff, 0xc3, 0xf4);
	assert_db(MACHINE_CODE_AT + 2, DR6_B(2));
	assert_int_equal(machine_reg(m, 3), 1);
	assert_int_equal(stack_item(2, 8) & RFLAGS_RF, 0);
}

/* RF lets one instruction pass; the breakpoint is live again then. */
static void resume_flag(void **state)
{
	static const u8 handler[] = {/* inc ecx; or dword ptr [rsp + 16], 0x10000; iretq */
				     0xff, 0xc1, 0x81, 0x4c, 0x24, 0x10,
				     0x00, 0x00, 0x01, 0x00, 0x48, 0xcf};

	machine_enter(m, MACHINE_LONG64);
	watch(0, MACHINE_CODE_AT + 2, DR7_RW_EXECUTE, DR7_LEN_1);
	machine_write(m, MACHINE_HANDLER(X86_VECTOR_DB), handler, sizeof(handler));
	RUN(/* mov bl, 2; 1: dec bl; jnz 1b; hlt */
	    0xb3, 0x02, 0xfe, 0xcb, 0x75, 0xfc, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_reg(m, 1), 2);
}

static void resume_flag_lasts_for_one_instruction(void **state)
{
	for (unsigned armed = 0; armed < 2; armed++) {
		machine_enter(m, MACHINE_LONG64);
		if (armed)
			watch(0, MACHINE_DATA, DR7_RW_EXECUTE, DR7_LEN_1);
		SAVE->rflags |= RFLAGS_RF;
		RUN(/* nop; int 0x40 */
		    0x90, 0xcd, 0x40);
		assert_vector(0x40);
		assert_int_equal(stack_item(2, 8), RFLAGS_ONE);
	}
}

static void breakpoint_on_a_repeated_instruction(void **state)
{
	static const u8 handler[] = {/* inc edx; or dword ptr [rsp + 16], 0x10000; iretq */
				     0xff, 0xc2, 0x81, 0x4c, 0x24, 0x10,
				     0x00, 0x00, 0x01, 0x00, 0x48, 0xcf};

	machine_enter(m, MACHINE_LONG64);
	watch(0, MACHINE_CODE_AT, DR7_RW_EXECUTE, DR7_LEN_1);
	machine_write(m, MACHINE_HANDLER(X86_VECTOR_DB), handler, sizeof(handler));
	machine_set_reg(m, 1, 3);
	machine_set_reg(m, 7, MACHINE_DATA);
	RUN(0xf3, 0xaa, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_reg(m, 2), 1);
}

static const struct {
	u8 code[8], len;
	enum dr7_rw rw;
	enum dr7_len size;
	u64 at;
	bool hit;
} data_cases[] = {
	{{/* mov [0x9004], al */
	  0x88, 0x04, 0x25, 0x04, 0x90, 0x00, 0x00},
	 7,
	 DR7_RW_WRITE,
	 DR7_LEN_1,
	 0x9004,
	 true},
	{{/* mov [0x9004], al */
	  0x88, 0x04, 0x25, 0x04, 0x90, 0x00, 0x00},
	 7,
	 DR7_RW_WRITE,
	 DR7_LEN_1,
	 0x9005,
	 false},
	{{/* mov [0x9004], eax */
	  0x89, 0x04, 0x25, 0x04, 0x90, 0x00, 0x00},
	 7,
	 DR7_RW_WRITE,
	 DR7_LEN_1,
	 0x9007,
	 true},
	{{/* mov al, [0x9004] */
	  0x8a, 0x04, 0x25, 0x04, 0x90, 0x00, 0x00},
	 7,
	 DR7_RW_WRITE,
	 DR7_LEN_1,
	 0x9004,
	 false},
	{{/* mov al, [0x9004] */
	  0x8a, 0x04, 0x25, 0x04, 0x90, 0x00, 0x00},
	 7,
	 DR7_RW_ACCESS,
	 DR7_LEN_8,
	 0x9001,
	 true},
	{{/* lea eax, [0x9004] */
	  0x8d, 0x04, 0x25, 0x04, 0x90, 0x00, 0x00},
	 7,
	 DR7_RW_ACCESS,
	 DR7_LEN_1,
	 0x9004,
	 false},
	{{/* inc byte ptr [0x9004] */
	  0xfe, 0x04, 0x25, 0x04, 0x90, 0x00, 0x00},
	 7,
	 DR7_RW_WRITE,
	 DR7_LEN_4,
	 0x9004,
	 true},
	{{/* push rax */
	  0x50},
	 1,
	 DR7_RW_WRITE,
	 DR7_LEN_8,
	 MACHINE_STACK - 8,
	 true},
	{{/* push rax */
	  0x50},
	 1,
	 DR7_RW_WRITE,
	 DR7_LEN_8,
	 MACHINE_STACK,
	 false},
	{{/* pop rax */
	  0x58},
	 1,
	 DR7_RW_ACCESS,
	 DR7_LEN_8,
	 MACHINE_STACK,
	 true},
	{{/* stosb */
	  0xaa},
	 1,
	 DR7_RW_WRITE,
	 DR7_LEN_1,
	 0x9008,
	 true},
	{{/* mov eax, gs:[rdi] */
	  0x65, 0x8b, 0x07},
	 3,
	 DR7_RW_ACCESS,
	 DR7_LEN_1,
	 0x9108,
	 true},
	{{/* mov eax, [rip + 0x10] */
	  0x8b, 0x05, 0x10, 0x00, 0x00, 0x00},
	 6,
	 DR7_RW_ACCESS,
	 DR7_LEN_1,
	 MACHINE_CODE_AT + 0x16,
	 true},
};

static void data_breakpoints(void **state)
{
	for (unsigned n = 0; n < ARRAY_SIZE(data_cases); n++) {
		machine_enter(m, MACHINE_LONG64);
		watch(1, data_cases[n].at, data_cases[n].rw, data_cases[n].size);
		SAVE->gs.base = 0x100;
		machine_set_reg(m, 7, 0x9008);
		machine_write(m, MACHINE_CODE_AT, data_cases[n].code, 8);
		machine_poke(m, MACHINE_CODE_AT + data_cases[n].len, 0xf4, 1);
		machine_run(m);
		if (data_cases[n].hit)
			assert_db(MACHINE_CODE_AT + data_cases[n].len, DR6_B(1));
		else
			assert_halted_at(data_cases[n].len);
	}
}

static void a_fault_takes_the_data_breakpoint_away(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	watch(0, MACHINE_DATA, DR7_RW_WRITE, DR7_LEN_1);
	machine_pte(m, MACHINE_DATA, 0);
	RUN(/* mov [0x9000], al */
	    0x88, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00);
	assert_vector(X86_VECTOR_PF);
	assert_int_equal(SAVE->dr6, DR6_INIT);
}

static void mov_ss_holds_a_data_breakpoint_back(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	watch(0, MACHINE_DATA, DR7_RW_ACCESS, DR7_LEN_2);
	machine_poke(m, MACHINE_DATA, SEL_DATA, 2);
	RUN(/* mov ss, [0x9000]; nop; nop */
	    0x8e, 0x14, 0x25, 0x00, 0x90, 0x00, 0x00, 0x90, 0x90);
	assert_db(MACHINE_CODE_AT + 8, DR6_B(0));
}

static void port_breakpoint(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->cr4 |= CR4_DE;
	watch(3, 0x3fa, DR7_RW_IO, DR7_LEN_1);
	machine_set_reg(m, 2, 0x3f8);
	RUN(/* out dx, ax; out dx, eax */
	    0x66, 0xef, 0xef);
	assert_db(MACHINE_CODE_AT + 3, DR6_B(3));
}

static void task_switch_trap(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_poke(m, MACHINE_TSS2 + 0x20, 0x1100, 4);
	machine_poke(m, MACHINE_TSS2 + 0x38, MACHINE_IST1, 4);
	for (unsigned n = 0; n < 4; n++)
		machine_poke(m, MACHINE_TSS2 + 0x48 + 4 * n, n == 1 ? SEL_CODE32 : SEL_DATA, 2);
	machine_poke(m, MACHINE_TSS2 + 0x64, 1, 2);
	RUN(/* jmp 0x60:0 */
	    0xea, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00);
	assert_vector(X86_VECTOR_DB);
	assert_int_equal(SAVE->dr6, DR6_INIT | DR6_BT);
	assert_int_equal(stack_item(0, 4), 0x1100);
}

/* -- MOV DR --------------------------------------------------------------------------------------- */

static void registers(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* mov rax, 0x1122334455667788; mov dr0, rax; mov rbx, dr0; mov eax, 0xffffffff; mov dr6, rax; mov rcx, dr6; xor eax, eax; mov dr7, rax; mov rdx, dr7; mov dr6, rax; mov rsi, dr6; mov rdi, dr4; hlt */
	    0x48, 0xb8, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x0f, 0x23, 0xc0, 0x0f,
	    0x21, 0xc3, 0xb8, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x23, 0xf0, 0x0f, 0x21, 0xf1, 0x31,
	    0xc0, 0x0f, 0x23, 0xf8, 0x0f, 0x21, 0xfa, 0x0f, 0x23, 0xf0, 0x0f, 0x21, 0xf6, 0x0f,
	    0x21, 0xe7, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_reg(m, 3), 0x1122334455667788);
	assert_int_equal(machine_reg(m, 1), 0xffffeff0 | 15);
	assert_int_equal(machine_reg(m, 2), DR7_ONE);
	assert_int_equal(machine_reg(m, 6), DR6_INIT);
	assert_int_equal(machine_reg(m, 7), DR6_INIT); /* DR4 is DR6 */
}

static void armed_by_the_guest(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* mov eax, 0x1010; mov dr1, rax; mov eax, 0x408; mov dr7, rax; .org 0x10, 0x90; hlt */
	    0xb8, 0x10, 0x10, 0x00, 0x00, 0x0f, 0x23, 0xc8, 0xb8, 0x08, 0x04, 0x00, 0x00, 0x0f,
	    0x23, 0xf8, 0xf4);
	assert_db(0x1010, DR6_B(1));
}

static void registers_that_fault(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	CTL->intercept_dr = ~0u;
	RUN(0x0f, 0x21, 0xc0);
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_LONG64);
	SAVE->cr4 |= CR4_DE;
	RUN(0x0f, 0x21, 0xe0); /* DR4 */
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_LONG64);
	SAVE->rax = 1ull << 32;
	RUN(0x0f, 0x23, 0xf8);
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_LONG64);
	RUN(0x44, 0x0f, 0x21, 0xc0); /* DR8 */
	assert_vector(X86_VECTOR_UD);
}

static void general_detect(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->dr7 |= DR7_GD;
	RUN(0x90, 0x0f, 0x21, 0xc0);
	assert_db(MACHINE_CODE_AT + 1, DR6_BD);
	assert_int_equal(SAVE->dr7, DR7_ONE);
}

static void intercepts(void **state)
{
	for (unsigned n = 0; n < 8; n++) {
		machine_enter(m, MACHINE_LONG64);
		CTL->intercept_dr = VMCB_INTERCEPT_READ(n);
		RUN(0x41, 0x0f, 0x21, 0xc2 | n << 3); /* mov r10, drN */
		assert_int_equal(CTL->exitcode, VMEXIT_DR0_READ + n);
		assert_int_equal(CTL->exitinfo1, 10);
		machine_enter(m, MACHINE_LONG64);
		CTL->intercept_dr = VMCB_INTERCEPT_WRITE(n);
		RUN(0x41, 0x0f, 0x23, 0xc2 | n << 3);
		assert_int_equal(CTL->exitcode, VMEXIT_DR0_WRITE + n);
		assert_int_equal(CTL->exitinfo1, 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_step),
		cmocka_unit_test(every_instruction_is_a_step),
		cmocka_unit_test(popf_begins_and_ends_it),
		cmocka_unit_test(mov_ss_holds_the_step_back),
		cmocka_unit_test(events_swallow_the_step),
		cmocka_unit_test(syscall_that_masks_tf_is_no_step),
		cmocka_unit_test(repetitions_are_steps),
		cmocka_unit_test(intercepted_step),
		cmocka_unit_test(instruction_breakpoint),
		cmocka_unit_test(resume_flag),
		cmocka_unit_test(resume_flag_lasts_for_one_instruction),
		cmocka_unit_test(breakpoint_on_a_repeated_instruction),
		cmocka_unit_test(data_breakpoints),
		cmocka_unit_test(a_fault_takes_the_data_breakpoint_away),
		cmocka_unit_test(mov_ss_holds_a_data_breakpoint_back),
		cmocka_unit_test(port_breakpoint),
		cmocka_unit_test(task_switch_trap),
		cmocka_unit_test(registers),
		cmocka_unit_test(armed_by_the_guest),
		cmocka_unit_test(registers_that_fault),
		cmocka_unit_test(general_detect),
		cmocka_unit_test(intercepts),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
