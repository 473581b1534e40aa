/* SPDX-License-Identifier: MIT */
/* Hardware task switches, both ways and with faults on either side. */
#include "tests/support/machine_fixture.h"

#include "abi/desc.h"

enum {
	TSS_CR3 = 0x1c,
	TSS_EIP = 0x20,
	TSS_EFLAGS = 0x24,
	TSS_EAX = 0x28,
	TSS_ESP = 0x38,
	TSS_ES = 0x48,
	TSS_LDT = 0x60,
	NEW_TASK = 0x1100
};

static u64 tss(unsigned which, unsigned at, unsigned size)
{
	return machine_peek(m, (which ? MACHINE_TSS2 : MACHINE_TSS) + at, size);
}

static void set_tss2(unsigned at, u32 v)
{
	machine_poke(m, MACHINE_TSS2 + at, v, 4);
}

/* Type of a TSS descriptor in the GDT. */
static u8 tss_type(u16 sel)
{
	return machine_peek(m, MACHINE_GDT + sel + 5, 1) & 15;
}

/* The second task: flat segments, at NEW_TASK. */
static void prepare(void)
{
	static const u16 seg[] = {SEL_DATA, SEL_CODE32, SEL_DATA, SEL_DATA, SEL_DATA, 0};

	machine_enter(m, MACHINE_PROT32);
	set_tss2(TSS_EIP, NEW_TASK);
	set_tss2(TSS_EFLAGS, RFLAGS_ONE);
	set_tss2(TSS_ESP, MACHINE_IST1);
	set_tss2(TSS_EAX, 0x1234);
	for (unsigned n = 0; n < ARRAY_SIZE(seg); n++)
		set_tss2(TSS_ES + 4 * n, seg[n]);
	machine_poke(m, NEW_TASK, 0xf4, 1);
}

static void jump_to_a_task(void **state)
{
	prepare();
	machine_set_reg(m, 3, 0xbbb);
	RUN(/* jmp 0x60:0 */
	    0xea, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rip, NEW_TASK);
	assert_int_equal(SAVE->rax, 0x1234);
	assert_int_equal(machine_reg(m, 3), 0);
	assert_int_equal(SAVE->rsp, MACHINE_IST1);
	assert_int_equal(SAVE->tr.selector, SEL_TSS2);
	assert_int_equal(SAVE->tr.base, MACHINE_TSS2);
	assert_int_equal(SAVE->cr0 & CR0_TS, CR0_TS);
	assert_int_equal(SAVE->rflags & RFLAGS_NT, 0);
	assert_int_equal(SAVE->gs.selector, 0);
	assert_int_equal(tss_type(SEL_TSS), DESC_SYS_TSS_AVAIL);
	assert_int_equal(tss_type(SEL_TSS2), DESC_SYS_TSS_BUSY);
	assert_int_equal(tss(0, TSS_EIP, 4), MACHINE_CODE_AT + 7);
	assert_int_equal(tss(0, TSS_EAX + 12, 4), 0xbbb);
	assert_int_equal(tss(0, TSS_ESP, 4), MACHINE_STACK);
	assert_int_equal(tss(0, TSS_ES + 4, 2), SEL_CODE32);
}

static void call_a_task_and_return(void **state)
{
	static const u8 task[] = {/* inc eax; iret; inc eax; iret */
				  0x40, 0xcf, 0x40, 0xcf};

	prepare();
	machine_write(m, NEW_TASK, task, sizeof(task));
	RUN(/* call 0x60:0; call 0x60:0; hlt */
	    0x9a, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00, 0x9a, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00,
	    0xf4);
	assert_halted_at(14);
	assert_int_equal(SAVE->tr.selector, SEL_TSS);
	assert_int_equal(tss(1, 0, 2), SEL_TSS);      /* the link */
	assert_int_equal(tss(1, TSS_EAX, 4), 0x1236); /* ran twice, going on behind its IRET */
	assert_int_equal(tss(1, TSS_EFLAGS, 4) & RFLAGS_NT, 0);
	assert_int_equal(SAVE->rsp, MACHINE_STACK);
	assert_int_equal(tss_type(SEL_TSS), DESC_SYS_TSS_BUSY);
	assert_int_equal(tss_type(SEL_TSS2), DESC_SYS_TSS_AVAIL);
}

static void task_gate_in_the_idt(void **state)
{
	prepare();
	machine_gate(m, X86_VECTOR_GP, SEL_TSS2, 0, 0x85, 0);
	RUN(0x66, 0xb8, 0xf8, 0x00, 0x8e, 0xd8); /* mov ds, 0f8h */
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rip, NEW_TASK);
	assert_int_equal(stack_item(0, 4), 0xf8);
	assert_int_equal(SAVE->rflags & RFLAGS_NT, RFLAGS_NT);
	assert_int_equal(tss(0, TSS_EIP, 4), MACHINE_CODE_AT + 4);
	assert_int_equal(tss(0, TSS_EFLAGS, 4) & RFLAGS_RF, RFLAGS_RF);
}

static void sixteen_bit_task(void **state)
{
	enum {
		IP = 0x0e,
		FLAGS = 0x10,
		AX = 0x12,
		SP = 0x1a,
		ES = 0x22,
		CS = 0x24,
		SS = 0x26,
		DS = 0x28
	};

	prepare();
	machine_gdt(m, SEL_TSS2, machine_descriptor(MACHINE_TSS2, TSS16_SIZE - 1, 0x81));
	machine_poke(m, MACHINE_TSS2 + IP, NEW_TASK, 2);
	machine_poke(m, MACHINE_TSS2 + FLAGS, RFLAGS_ONE, 2);
	machine_poke(m, MACHINE_TSS2 + AX, 0x4321, 2);
	machine_poke(m, MACHINE_TSS2 + SP, 0x3000, 2);
	machine_poke(m, MACHINE_TSS2 + ES, SEL_DATA16, 2);
	machine_poke(m, MACHINE_TSS2 + CS, SEL_CODE16, 2);
	machine_poke(m, MACHINE_TSS2 + SS, SEL_DATA16, 2);
	machine_poke(m, MACHINE_TSS2 + DS, SEL_DATA16, 2);
	machine_poke(m, MACHINE_TSS2 + 0x2a, 0, 2);
	RUN(/* jmp 0x60:0 */
	    0xea, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rip, NEW_TASK);
	assert_int_equal(SAVE->rax, 0x4321);
	assert_int_equal(SAVE->cs.selector, SEL_CODE16);
	assert_int_equal(SAVE->fs.selector, 0);
}

static void intercept(void **state)
{
	prepare();
	CTL->intercept_vec3 |= VMCB_VEC3_TASK_SWITCH;
	RUN(/* jmp 0x60:0 */
	    0xea, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00);
	assert_int_equal(CTL->exitcode, VMEXIT_TASK_SWITCH);
	assert_int_equal(CTL->exitinfo1, SEL_TSS2);
	assert_int_equal(CTL->exitinfo2, TASK_SWITCH_INFO2_JMP);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
	assert_int_equal(tss_type(SEL_TSS2), DESC_SYS_TSS_AVAIL);

	prepare();
	CTL->intercept_vec3 |= VMCB_VEC3_TASK_SWITCH;
	machine_gate(m, X86_VECTOR_GP, SEL_TSS2, 0, 0x85, 0);
	RUN(0x66, 0xb8, 0xf8, 0x00, 0x8e, 0xd8);
	assert_int_equal(CTL->exitcode, VMEXIT_TASK_SWITCH);
	assert_int_equal(CTL->exitinfo2, TASK_SWITCH_INFO2_HAS_ERROR | TASK_SWITCH_INFO2_RF | 0xf8);
	assert_int_equal(CTL->exitintinfo >> 32, 0xf8);
}

static void targets_that_fault_in_the_old_task(void **state)
{
	static const struct {
		u16 attr;
		u32 limit;
		u8 vector;
	} cases[] = {
		{0x8b, TSS32_SIZE - 1, X86_VECTOR_GP}, /* busy */
		{0x09, TSS32_SIZE - 1, X86_VECTOR_NP},
		{0x89, TSS32_SIZE - 2, X86_VECTOR_TS},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		prepare();
		machine_gdt(m, SEL_TSS2,
			    machine_descriptor(MACHINE_TSS2, cases[n].limit, cases[n].attr));
		RUN(/* jmp 0x60:0 */
		    0xea, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00);
		assert_fault(cases[n].vector, SEL_TSS2, 4);
		assert_int_equal(stack_item(1, 4), MACHINE_CODE_AT);
		assert_int_equal(SAVE->tr.selector, SEL_TSS);
	}
}

/* Its own segments are the new task's business: the fault's rIP is there, and its stack. */
static void faults_in_the_new_task(void **state)
{
	static const struct {
		unsigned at;
		u32 v;
		u8 vector;
		u32 error;
	} cases[] = {
		{TSS_ES + 4, SEL_DATA, X86_VECTOR_TS, SEL_DATA}, /* CS */
		{TSS_ES + 12, SEL_USER_CODE64, X86_VECTOR_TS, 0}, /* DS: user code is readable: no fault */
		{TSS_ES + 12, SEL_TSS, X86_VECTOR_TS, SEL_TSS},
		{TSS_ES, SEL_FREE, X86_VECTOR_NP, SEL_FREE},
		{TSS_LDT, SEL_DATA, X86_VECTOR_TS, SEL_DATA},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		prepare();
		machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfffff, 0xc13));
		set_tss2(cases[n].at, cases[n].v);
		CTL->intercept_exception = BIT32(cases[n].vector);
		RUN(/* jmp 0x60:0 */
		    0xea, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00);
		if (cases[n].error == 0) {
			assert_int_equal(CTL->exitcode, VMEXIT_HLT);
			continue;
		}
		assert_int_equal(CTL->exitcode, VMEXIT_EXCP0 + cases[n].vector);
		assert_int_equal(CTL->exitinfo1, cases[n].error);
		assert_int_equal(SAVE->rip, NEW_TASK);
		assert_int_equal(SAVE->tr.selector, SEL_TSS2);
	}
}

static void local_breakpoints_end_with_the_task(void **state)
{
	prepare();
	SAVE->dr7 = DR7_ONE | DR7_L(0) | DR7_G(1);
	RUN(/* jmp 0x60:0 */
	    0xea, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->dr7, DR7_ONE | DR7_G(1));
}

static void address_space_follows(void **state)
{
	prepare();
	/* 32-bit paging by 4 MiB pages: one directory here, another there */
	machine_poke(m, MACHINE_PML4, 0x87, 4);
	machine_poke(m, 0x12000, 0x87, 4);
	SAVE->cr4 |= CR4_PSE;
	SAVE->cr3 = MACHINE_PML4;
	SAVE->cr0 |= CR0_PG;
	set_tss2(TSS_CR3, 0x12000);
	RUN(/* jmp 0x60:0 */
	    0xea, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->cr3, 0x12000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jump_to_a_task),
		cmocka_unit_test(call_a_task_and_return),
		cmocka_unit_test(task_gate_in_the_idt),
		cmocka_unit_test(sixteen_bit_task),
		cmocka_unit_test(intercept),
		cmocka_unit_test(targets_that_fault_in_the_old_task),
		cmocka_unit_test(faults_in_the_new_task),
		cmocka_unit_test(local_breakpoints_end_with_the_task),
		cmocka_unit_test(address_space_follows),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
