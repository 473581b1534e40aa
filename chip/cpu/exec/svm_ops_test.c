/* SPDX-License-Identifier: MIT */
/* SVM's instructions in a guest. */
#include "tests/support/machine_fixture.h"

static const struct {
	u8 modrm; /* 0F 01 */
	u32 vec3, vec4;
	u64 exit;
} svm[] = {
	{0xd8, 0, VMCB_VEC4_VMRUN, VMEXIT_VMRUN},     {0xda, 0, VMCB_VEC4_VMLOAD, VMEXIT_VMLOAD},
	{0xdb, 0, VMCB_VEC4_VMSAVE, VMEXIT_VMSAVE},   {0xdc, 0, VMCB_VEC4_STGI, VMEXIT_STGI},
	{0xdd, 0, VMCB_VEC4_CLGI, VMEXIT_CLGI},       {0xde, 0, VMCB_VEC4_SKINIT, VMEXIT_SKINIT},
	{0xdf, VMCB_VEC3_INVLPGA, 0, VMEXIT_INVLPGA},
};

static void set(unsigned n)
{
	CTL->intercept_vec3 |= svm[n].vec3;
	CTL->intercept_vec4 |= svm[n].vec4;
}

static void intercepts(void **state)
{
	for (unsigned n = 0; n < ARRAY_SIZE(svm); n++) {
		machine_enter(m, MACHINE_LONG64);
		set(n);
		RUN(0x0f, 0x01, svm[n].modrm);
		assert_int_equal(CTL->exitcode, svm[n].exit);
		assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
		assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 3);
	}
}

static void exceptions_come_first(void **state)
{
	for (unsigned n = 0; n < ARRAY_SIZE(svm); n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		set(n);
		RUN(0x0f, 0x01, svm[n].modrm);
		assert_fault(X86_VECTOR_GP, 0, 8);

		machine_enter(m, MACHINE_REAL16);
		set(n);
		RUN(0x0f, 0x01, svm[n].modrm);
		assert_vector(X86_VECTOR_UD);
	}
}

/* Behind the intercepts: system physical memory, whose page 7000h is nobody's. */
static void vmsave_and_vmload(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	SAVE->fs.base = 0x123456789;
	SAVE->star = 0x55;
	SAVE->rax = 0x7000;
	RUN(/* vmsave rax; xor ebx, ebx; mov fs, ebx; vmload rax; hlt */
	    0x0f, 0x01, 0xdb, 0x31, 0xdb, 0x8e, 0xe3, 0x0f, 0x01, 0xda, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->fs.base, 0x123456789);
	assert_int_equal(SAVE->fs.selector, SEL_DATA);

	machine_enter(m, MACHINE_LONG64);
	SAVE->rax = 0x7008;
	RUN(/* vmsave rax */
	    0x0f, 0x01, 0xdb);
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_LONG64);
	SAVE->rax = 0x1000000000;
	RUN(/* vmload rax */
	    0x0f, 0x01, 0xda);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

static void global_interrupt_flag(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->vintr |= VMCB_V_GIF_ENABLE | VMCB_V_GIF;
	RUN(0x0f, 0x01, 0xdd, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(CTL->vintr & VMCB_V_GIF, 0);
	SAVE->rip = MACHINE_CODE_AT;
	RUN(0x0f, 0x01, 0xdc, 0xf4);
	assert_int_equal(CTL->vintr & VMCB_V_GIF, VMCB_V_GIF);
}

static void vmmcall(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(0x0f, 0x01, 0xd9);
	assert_vector(X86_VECTOR_UD);

	for (unsigned prefix = 0xf2; prefix < 0xf5;
	     prefix++) { /* F2 and F3: VMGEXIT, the same here */
		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		CTL->intercept_vec4 |= VMCB_VEC4_VMMCALL;
		RUN(prefix == 0xf4 ? 0x40 : (u8)prefix, 0x0f, 0x01, 0xd9);
		assert_int_equal(CTL->exitcode, VMEXIT_VMMCALL);
		assert_int_equal(CTL->nrip, MACHINE_CODE_AT + 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intercepts),        cmocka_unit_test(exceptions_come_first),
		cmocka_unit_test(vmsave_and_vmload), cmocka_unit_test(global_interrupt_flag),
		cmocka_unit_test(vmmcall),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
