/* SPDX-License-Identifier: MIT */
/* Who may change which flag, interrupt shadows, virtual interrupt flags, SMAP. */
#include "tests/support/machine_fixture.h"

static void enter_v86(u64 flags)
{
	struct vmcb_seg seg = {.attrib = 0xf3, .limit = 0xffff};

	machine_enter(m, MACHINE_PROT32);
	SAVE->cs = SAVE->ss = SAVE->ds = SAVE->es = SAVE->fs = SAVE->gs = seg;
	SAVE->cpl = 3;
	SAVE->rflags = RFLAGS_ONE | RFLAGS_VM | flags;
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
}

static void cli_and_sti_by_iopl(void **state)
{
	for (u64 iopl = 0; iopl < 4; iopl++) {
		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
		SAVE->rflags |= iopl << RFLAGS_IOPL_SHIFT | RFLAGS_IF;
		RUN(0xfa, 0x0f, 0xa2); /* cli; cpuid */
		if (iopl < 3) {
			assert_fault(X86_VECTOR_GP, 0, 8);
			continue;
		}
		assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
		assert_int_equal(SAVE->rflags & RFLAGS_IF, 0);
	}
}

static void sti_opens_a_shadow_once(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	RUN(0xfb, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(SAVE->rflags & RFLAGS_IF, RFLAGS_IF);
	assert_int_equal(CTL->interrupt_shadow & VMCB_INTERRUPT_SHADOW, VMCB_INTERRUPT_SHADOW);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	SAVE->rflags |= RFLAGS_IF;
	RUN(0xfb, 0x0f, 0xa2); /* they were on */
	assert_int_equal(CTL->interrupt_shadow & VMCB_INTERRUPT_SHADOW, 0);
}

/* A virtual interrupt that waits comes behind the instruction after STI, and before the next. */
static void interrupt_waits_for_the_shadow(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->vintr |= VMCB_V_IRQ | VMCB_V_IGN_TPR | 0x40ull << VMCB_V_INTR_VECTOR_SHIFT;
	RUN(/* sti; inc ebx; inc ebx; hlt */
	    0xfb, 0xff, 0xc3, 0xff, 0xc3, 0xf4);
	assert_vector(0x40);
	assert_int_equal(machine_reg(m, 3), 1);
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT + 3);

	machine_enter(m, MACHINE_LONG64);
	CTL->vintr |= VMCB_V_IRQ | VMCB_V_IGN_TPR | 0x40ull << VMCB_V_INTR_VECTOR_SHIFT;
	RUN(/* push 0x202; popf; inc ebx; hlt */
	    0x68, 0x02, 0x02, 0x00, 0x00, 0x9d, 0xff, 0xc3, 0xf4); /* POPF has none */
	assert_vector(0x40);
	assert_int_equal(machine_reg(m, 3), 0);
}

/* STI; HLT: the interrupt ends the wait. */
static void idle_loop(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 &= ~VMCB_VEC3_HLT;
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	CTL->vintr |= VMCB_V_IRQ | VMCB_V_IGN_TPR | 0x40ull << VMCB_V_INTR_VECTOR_SHIFT;
	machine_poke(m, MACHINE_HANDLER(0x40), 0xa20f, 2);
	RUN(/* sti; hlt; nop */
	    0xfb, 0xf4, 0x90);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(SAVE->rip, MACHINE_HANDLER(0x40));
	assert_int_equal(stack_item(0, 8), MACHINE_CODE_AT + 2);
}

static void pushf_hides_rf_and_vm(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_RF | RFLAGS_CF | RFLAGS_DF | RFLAGS_ID;
	RUN(/* pushf; pushfw; hlt */
	    0x9c, 0x66, 0x9c, 0xf4);
	assert_int_equal(SAVE->rsp, MACHINE_STACK - 10);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 8, 8),
			 RFLAGS_ONE | RFLAGS_CF | RFLAGS_DF | RFLAGS_ID);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 10, 2),
			 RFLAGS_ONE | RFLAGS_CF | RFLAGS_DF);
}

static void popf_by_privilege(void **state)
{
	const u64 all = RFLAGS_ARITH | RFLAGS_IF | RFLAGS_DF | RFLAGS_IOPL_MASK | RFLAGS_NT |
			RFLAGS_AC | RFLAGS_ID;
	static const struct {
		bool user;
		u64 before, stays;
	} cases[] = {
		{false, 0, 0},
		{true, 0, RFLAGS_IF | RFLAGS_IOPL_MASK},
		{true, RFLAGS_IOPL_MASK, RFLAGS_IOPL_MASK},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_LONG64);
		if (cases[n].user)
			machine_user(m);
		CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
		SAVE->rflags = RFLAGS_ONE | cases[n].before;
		machine_set_reg(m, 3,
				all | RFLAGS_VM | RFLAGS_VIF | RFLAGS_VIP | RFLAGS_RF | BIT64(40));
		RUN(/* push rbx; popf; cpuid */
		    0x53, 0x9d, 0x0f, 0xa2);
		assert_int_equal(SAVE->rflags, RFLAGS_ONE | (all & ~cases[n].stays) |
						       (cases[n].before & cases[n].stays));
	}
}

static void popf_of_16_bits(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->rflags |= RFLAGS_ID | RFLAGS_AC;
	RUN(/* push 0; popfw; hlt */
	    0x6a, 0x00, 0x66, 0x9d, 0xf4);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_ID | RFLAGS_AC);
	assert_int_equal(SAVE->rsp, MACHINE_STACK - 6);
}

static void intercepts_come_first(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_PUSHF | VMCB_VEC3_POPF;
	SAVE->rsp = 0x800000001000;
	RUN(0x9c);
	assert_int_equal(CTL->exitcode, VMEXIT_PUSHF);
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_PUSHF | VMCB_VEC3_POPF;
	SAVE->rsp = 0x800000001000;
	RUN(0x9d);
	assert_int_equal(CTL->exitcode, VMEXIT_POPF);
}

static void a_bad_stack_faults(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_SS, SEL_CODE64, MACHINE_HANDLER(12), 0x8e, 1);
	SAVE->rsp = 0x800000001000;
	RUN(0x9c);
	assert_fault(X86_VECTOR_SS, 0, 8);
	machine_enter(m, MACHINE_LONG64);
	machine_gate(m, X86_VECTOR_SS, SEL_CODE64, MACHINE_HANDLER(12), 0x8e, 1);
	SAVE->rsp = 0x800000001000;
	RUN(0x9d);
	assert_fault(X86_VECTOR_SS, 0, 8);
}

/* -- virtual interrupts --------------------------------------------------------------------------- */

static void protected_mode_virtual_interrupts(void **state)
{
	machine_enter(m, MACHINE_PROT32);
	machine_user(m);
	SAVE->cr4 |= CR4_PVI;
	SAVE->rflags |= RFLAGS_IF;
	CTL->intercept_vec3 |= VMCB_VEC3_CPUID;
	RUN(0xfb, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_IF | RFLAGS_VIF);

	SAVE->rip = MACHINE_CODE_AT;
	RUN(0xfa, 0x0f, 0xa2);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_IF);

	SAVE->rip = MACHINE_CODE_AT;
	SAVE->rflags |= RFLAGS_VIP;
	RUN(0xfb); /* one is pending */
	assert_fault(X86_VECTOR_GP, 0, 4);
}

static void v86_without_vme(void **state)
{
	static const u8 code[] = {0xfa, 0xfb, 0x9c, 0x9d, 0xcf};

	for (unsigned n = 0; n < ARRAY_SIZE(code); n++) {
		enter_v86(0);
		RUN(code[n], 0x0f, 0xa2);
		assert_fault(X86_VECTOR_GP, 0, 4);
		enter_v86(RFLAGS_IOPL_MASK);
		machine_poke(m, MACHINE_STACK, MACHINE_CODE_AT + 1, 4); /* IP, CS of IRET */
		machine_poke(m, MACHINE_STACK + 4, RFLAGS_ONE, 2);
		RUN(code[n], 0x0f, 0xa2);
		assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	}
}

static void v86_with_vme(void **state)
{
	enter_v86(RFLAGS_IF);
	SAVE->cr4 |= CR4_VME;
	RUN(/* sti; pushf; cli; pushf; cpuid */
	    0xfb, 0x9c, 0xfa, 0x9c, 0x0f, 0xa2);
	assert_int_equal(CTL->exitcode, VMEXIT_CPUID);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_VM | RFLAGS_IF);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 2, 2),
			 RFLAGS_ONE | RFLAGS_IF | RFLAGS_IOPL_MASK);
	assert_int_equal(machine_peek(m, MACHINE_STACK - 4, 2), RFLAGS_ONE | RFLAGS_IOPL_MASK);

	enter_v86(0);
	SAVE->cr4 |= CR4_VME;
	RUN(/* push 0x0203; popf; cpuid */
	    0x68, 0x03, 0x02, 0x9d, 0x0f, 0xa2);
	assert_int_equal(SAVE->rflags, RFLAGS_ONE | RFLAGS_VM | RFLAGS_VIF | RFLAGS_CF);

	enter_v86(0);
	SAVE->cr4 |= CR4_VME;
	RUN(                         /* push 0x0102; popf */
	    0x68, 0x02, 0x01, 0x9d); /* TF */
	assert_fault(X86_VECTOR_GP, 0, 4);

	enter_v86(0);
	SAVE->cr4 |= CR4_VME;
	RUN(             /* pushfd */
	    0x66, 0x9c); /* 32-bit form */
	assert_fault(X86_VECTOR_GP, 0, 4);
}

/* -- SMAP ----------------------------------------------------------------------------------------- */

static void stac_and_clac(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_SMAP))
		return;
	SAVE->cr4 |= CR4_SMAP;
	for (u64 page = 0; page < 0x20000; page += PAGE_SIZE)
		machine_pte(m, page, page | 3); /* the kernel's */
	machine_pte(m, MACHINE_DATA, MACHINE_DATA | 7);
	machine_poke(m, MACHINE_DATA, 0x55, 1);
	RUN(0x0f, 0x01, 0xcb, 0x8a, 0x1c, 0x25, 0x00, 0x90, 0x00, 0x00,  /* stac; mov bl, [9000h] */
	    0x0f, 0x01, 0xca, 0x8a, 0x1c, 0x25, 0x01, 0x90, 0x00, 0x00); /* clac; mov bl, [9001h] */
	assert_fault(X86_VECTOR_PF, 1, 8);
	assert_int_equal(SAVE->cr2, MACHINE_DATA + 1);
	assert_int_equal(machine_reg(m, 3) & 0xff, 0x55);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(0x0f, 0x01, 0xcb);
	assert_vector(X86_VECTOR_UD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cli_and_sti_by_iopl),
		cmocka_unit_test(sti_opens_a_shadow_once),
		cmocka_unit_test(interrupt_waits_for_the_shadow),
		cmocka_unit_test(idle_loop),
		cmocka_unit_test(pushf_hides_rf_and_vm),
		cmocka_unit_test(popf_by_privilege),
		cmocka_unit_test(popf_of_16_bits),
		cmocka_unit_test(intercepts_come_first),
		cmocka_unit_test(a_bad_stack_faults),
		cmocka_unit_test(protected_mode_virtual_interrupts),
		cmocka_unit_test(v86_without_vme),
		cmocka_unit_test(v86_with_vme),
		cmocka_unit_test(stac_and_clac),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
