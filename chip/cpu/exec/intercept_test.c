/* SPDX-License-Identifier: MIT */
/*
 * How an ES guest leaves: by itself, or by #VC.  The core is put into its position by hand, behind
 * the VMRUN of an ordinary guest, so that the VMSA has no part in this.
 */
#include "tests/support/machine_fixture.h"

#include "chip/cpu/exec/flags.h"
#include "chip/cpu/run.h"
#include "chip/cpu/svm/svm.h"

enum { AT = MACHINE_CODE_AT + 0x100 };

/* A guest that has just halted, as an ES guest; then the code at AT runs in it. */
static struct cpu *es_guest(const u8 *code, size_t len)
{
	struct cpu *c = m->cpu;

	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_CODE_AT, 0xf4, 1);
	machine_write(m, AT, code, len);
	machine_run(m);
	c->svm->ctl.nested_ctl |= VMCB_SEV_ES_ENABLE;
	c->svm->in_guest = true;
	c->svm->exit_int_info = 0;
	c->rip = AT;
	return c;
}

static void run(struct cpu *c)
{
	cache_agent_run(c->agent);
	cpu_run(c);
	cache_agent_park(c->agent);
	assert_int_equal(c->event.kind, EVENT_EXIT);
}

#define ES_GUEST(...) es_guest((const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__}))

/* #VC was delivered: its handler halted, with the code on its stack and rIP at the instruction. */
static void assert_vc(struct cpu *c, u64 code)
{
	assert_int_equal(c->event.exit_code, VMEXIT_HLT);
	assert_int_equal(c->rip, MACHINE_HANDLER(X86_VECTOR_VC) + 1); /* HLT is automatic */
	assert_int_equal(machine_peek(m, c->reg[REG_RSP], 8), code);
	assert_int_equal(machine_peek(m, c->reg[REG_RSP] + 8, 8), AT);
}

static void not_automatic(void **state)
{
	static const struct {
		u8 code[4];
		u64 exit;
	} cases[] = {
		{{0x0f, 0xa2}, VMEXIT_CPUID},          {{0x0f, 0x31}, VMEXIT_RDTSC},
		{{0xcd, 0x80}, VMEXIT_SWINT},          {{0x0f, 0x09}, VMEXIT_WBINVD},
		{{0x0f, 0x20, 0xc0}, VMEXIT_CR0_READ}, {{0x0f, 0x23, 0xf8}, VMEXIT_DR0_WRITE + 7},
		{{0x0f, 0x01, 0xd9}, VMEXIT_VMMCALL},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		struct cpu *c = es_guest(cases[n].code, 4);
		u32 *words = &c->svm->ctl.intercept_cr;

		words[cases[n].exit >> 5] |= BIT32(cases[n].exit & 31);
		run(c);
		assert_vc(c, cases[n].exit);
	}
}

static void ports_and_msrs(void **state)
{
	struct cpu *c = ES_GUEST(0xec);

	machine_intercept_port(m, 0);
	run(c);
	assert_vc(c, VMEXIT_IOIO);

	c = ES_GUEST(0x0f, 0x32);
	c->reg[REG_RCX] = 0x12345;
	run(c);
	assert_vc(c, VMEXIT_MSR);
}

/* HLT and PAUSE exit with rIP behind them. */
static void automatic(void **state)
{
	struct cpu *c = ES_GUEST(0xf4);

	run(c);
	assert_int_equal(c->event.exit_code, VMEXIT_HLT);
	assert_int_equal(c->rip, AT + 1);

	c = ES_GUEST(0xf3, 0x90);
	c->svm->ctl.intercept_vec3 |= VMCB_VEC3_PAUSE;
	run(c);
	assert_int_equal(c->event.exit_code, VMEXIT_PAUSE);
	assert_int_equal(c->rip, AT + 2);
}

static void vmgexit(void **state)
{
	for (unsigned prefix = 0xf2; prefix < 0xf4; prefix++) {
		struct cpu *c = ES_GUEST((u8)prefix, 0x0f, 0x01, 0xd9);

		run(c);
		assert_int_equal(c->event.exit_code, VMEXIT_VMGEXIT);
		assert_int_equal(c->rip, AT + 4);
	}
}

/* After the write, with rIP behind it. */
static void write_traps(void **state)
{
	struct cpu *c = ES_GUEST(0x0f, 0x20, 0xe0, 0x34, 0x04, 0x0f, 0x22, 0xe0); /* xor cr4, 4 */

	c->svm->ctl.intercept_vec4 |= VMCB_VEC4_CR_WRITE_TRAP(4);
	run(c);
	assert_int_equal(c->event.exit_code, VMEXIT_CR0_WRITE_TRAP + 4);
	assert_int_equal(c->event.info1, CR4_PAE | CR4_PGE | CR4_TSD);
	assert_int_equal(c->cr4, CR4_PAE | CR4_PGE | CR4_TSD);
	assert_int_equal(c->rip, AT + 8);

	/* mov ecx, EFER; rdmsr; and al, ~1; wrmsr */
	c = ES_GUEST(0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0x24, 0xfe, 0x0f, 0x30);
	c->svm->ctl.intercept_vec4 |= VMCB_VEC4_EFER_WRITE_TRAP;
	run(c);
	assert_int_equal(c->event.exit_code, VMEXIT_EFER_WRITE_TRAP);
	assert_int_equal(c->efer & EFER_SCE, 0);
	assert_int_equal(c->rip, AT + 11);

	/* a write that is refused has no trap */
	c = ES_GUEST(0x0f, 0x22, 0xe0);
	c->svm->ctl.intercept_vec4 |= VMCB_VEC4_CR_WRITE_TRAP(4);
	c->reg[REG_RAX] = 0;
	run(c);
	assert_int_equal(c->rip, MACHINE_HANDLER(X86_VECTOR_GP) + 1);
}

/* Exceptions that are intercepted come as #VC(40h + vector); #MC exits, #VC stays itself. */
static void exceptions(void **state)
{
	struct cpu *c = ES_GUEST(0x0f, 0x0b);

	c->svm->ctl.intercept_exception = BIT32(X86_VECTOR_UD) | BIT32(X86_VECTOR_VC);
	run(c);
	assert_vc(c, VMEXIT_EXCP0 + X86_VECTOR_UD);

	c = ES_GUEST(0x0f, 0xa2);
	c->svm->ctl.intercept_exception = BIT32(X86_VECTOR_VC);
	c->svm->ctl.intercept_vec3 |= VMCB_VEC3_CPUID;
	run(c);
	assert_vc(c, VMEXIT_CPUID);
}

/* #VC is contributory: without a handler it is a double fault. */
static void vc_without_a_handler(void **state)
{
	struct cpu *c = ES_GUEST(0x0f, 0xa2);

	machine_gate(m, X86_VECTOR_VC, 0, 0, 0x0e, 0);
	c->svm->ctl.intercept_vec3 |= VMCB_VEC3_CPUID;
	run(c);
	assert_int_equal(c->rip, MACHINE_HANDLER(X86_VECTOR_DF) + 1);
	assert_int_equal(machine_peek(m, c->reg[REG_RSP] + 8, 8), AT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_automatic),
		cmocka_unit_test(ports_and_msrs),
		cmocka_unit_test(automatic),
		cmocka_unit_test(vmgexit),
		cmocka_unit_test(write_traps),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(vc_without_a_handler),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
