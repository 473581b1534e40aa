/* SPDX-License-Identifier: MIT */
/* TLB and cache control, MONITOR and MWAIT: effects, privilege, intercepts. */
#include "tests/support/machine_fixture.h"

/* Loads a byte of DATA, moves that page to STACK0's, flushes by `flush`, loads again: BL. */
static u8 remap(const u8 *flush, size_t len)
{
	static const u8 before[] = {/* mov al, [0x9000]; mov dword ptr [0x13048], 0xb007 */
				    0x8a, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00, 0xc7, 0x04,
				    0x25, 0x48, 0x30, 0x01, 0x00, 0x07, 0xb0, 0x00, 0x00};
	static const u8 after[] = {/* mov bl, [0x9000]; hlt */
				   0x8a, 0x1c, 0x25, 0x00, 0x90, 0x00, 0x00, 0xf4};
	u64 at = MACHINE_CODE_AT;

	machine_poke(m, MACHINE_DATA, 1, 1);
	machine_poke(m, MACHINE_STACK0, 2, 1);
	machine_write(m, at, before, sizeof(before));
	machine_write(m, at += sizeof(before), flush, len);
	machine_write(m, at + len, after, sizeof(after));
	assert_int_equal(machine_run(m), VMEXIT_HLT);
	assert_int_equal(SAVE->rax & 0xff, 1);
	return (u8)machine_reg(m, 3);
}

static void invlpg(void **state)
{
	static const u8 by_address[] = {/* invlpg [0x9123] */
					0x0f, 0x01, 0x3c, 0x25, 0x23, 0x91, 0x00, 0x00};
	static const u8 by_rcx[] = {/* invlpg [rcx] */
				    0x0f, 0x01, 0x39};

	machine_enter(m, MACHINE_LONG64);
	assert_int_equal(remap(by_address, sizeof(by_address)), 2);

	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, 0x800000000000); /* not canonical: no operation */
	assert_int_equal(remap(by_rcx, sizeof(by_rcx)), 1);
}

static void invlpg_intercept_and_privilege(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec3 |= VMCB_VEC3_INVLPG;
	machine_set_reg(m, 3, 0x800000001000);
	RUN(/* invlpg [rbx + 0x10] */
	    0x0f, 0x01, 0x7b, 0x10);
	assert_int_equal(CTL->exitcode, VMEXIT_INVLPG);
	assert_int_equal(CTL->exitinfo1, 0x800000001010);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	CTL->intercept_vec3 |= VMCB_VEC3_INVLPG;
	RUN(/* invlpg [rbx] */
	    0x0f, 0x01, 0x3b);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

static void invpcid(void **state)
{
	static const u8 code[] = {/* xor ecx, ecx; invpcid rcx, [0x9010] */
				  0x31, 0xc9, 0x66, 0x0f, 0x38, 0x82,
				  0x0c, 0x25, 0x10, 0x90, 0x00, 0x00};

	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_INVPCID))
		return;
	machine_poke(m, MACHINE_DATA + 0x18, 0x9000, 8);
	assert_int_equal(remap(code, sizeof(code)), 2);
}

static void invpcid_that_faults(void **state)
{
	static const struct {
		u64 type, pcid, la;
	} cases[] = {
		{4, 0, 0}, {0, 0x1000, 0}, {0, 1, 0}, {1, 1, 0}, {0, 0, 0x800000000000},
	};

	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_INVPCID))
		return;
	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_set_reg(m, 1, cases[n].type);
		machine_poke(m, MACHINE_DATA, cases[n].pcid, 8);
		machine_poke(m, MACHINE_DATA + 8, cases[n].la, 8);
		RUN(/* invpcid rcx, [0x9000] */
		    0x66, 0x0f, 0x38, 0x82, 0x0c, 0x25, 0x00, 0x90, 0x00, 0x00);
		assert_fault(X86_VECTOR_GP, 0, 8);
	}
	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec5 |= VMCB_VEC5_INVPCID;
	machine_set_reg(m, 1, 4);
	machine_pte(m, MACHINE_DATA, 0);
	RUN(/* invpcid rcx, [0x9000] */
	    0x66, 0x0f, 0x38, 0x82, 0x0c, 0x25, 0x00, 0x90, 0x00, 0x00);
	assert_int_equal(CTL->exitcode, VMEXIT_INVPCID);
}

static void cache_control(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* mov dword ptr [0x9000], 0x12345678; clflush [0x9000]; clflushopt [0x9000]; clwb [0x9000]; wbinvd; wbnoinvd; invd; mov eax, [0x9000]; hlt */
	    0xc7, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00, 0x78, 0x56, 0x34, 0x12, 0x0f, 0xae, 0x3c,
	    0x25, 0x00, 0x90, 0x00, 0x00, 0x66, 0x0f, 0xae, 0x3c, 0x25, 0x00, 0x90, 0x00, 0x00,
	    0x66, 0x0f, 0xae, 0x34, 0x25, 0x00, 0x90, 0x00, 0x00, 0x0f, 0x09, 0xf3, 0x0f, 0x09,
	    0x0f, 0x08, 0x8b, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->rax, 0x12345678);
}

static void cache_control_privilege_and_intercepts(void **state)
{
	static const struct {
		u8 code[3];
		u64 exit;
	} cases[] = {{{0x0f, 0x09}, VMEXIT_WBINVD},
		     {{0xf3, 0x0f, 0x09}, VMEXIT_WBINVD},
		     {{0x0f, 0x08}, VMEXIT_INVD}};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++)
		for (unsigned user = 0; user < 2; user++) {
			machine_enter(m, MACHINE_LONG64);
			if (user)
				machine_user(m);
			CTL->intercept_vec3 |= VMCB_VEC3_INVD;
			CTL->intercept_vec4 |= VMCB_VEC4_WBINVD;
			machine_write(m, MACHINE_CODE_AT, cases[n].code, 3);
			machine_run(m);
			if (user)
				assert_fault(X86_VECTOR_GP, 0, 8);
			else
				assert_int_equal(CTL->exitcode, cases[n].exit);
		}
}

static void clflush_faults_like_a_load(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_pte(m, MACHINE_DATA, 0);
	RUN(/* clflush [0x9000] */
	    0x0f, 0xae, 0x3c, 0x25, 0x00, 0x90, 0x00, 0x00);
	assert_fault(X86_VECTOR_PF, 0, 8);
}

static void clzero(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_CLZERO))
		return;
	for (unsigned n = 0; n < 256; n += 8)
		machine_poke(m, MACHINE_DATA + n, ~0ull, 8);
	SAVE->rax = MACHINE_DATA + 64 + 33;
	RUN(0x0f, 0x01, 0xfc, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_peek(m, MACHINE_DATA + 56, 8), ~0ull);
	for (unsigned n = 64; n < 128; n += 8)
		assert_int_equal(machine_peek(m, MACHINE_DATA + n, 8), 0);
	assert_int_equal(machine_peek(m, MACHINE_DATA + 128, 8), ~0ull);

	machine_enter(m, MACHINE_LONG64);
	machine_pte(m, MACHINE_DATA, MACHINE_DATA | 5);
	SAVE->rax = MACHINE_DATA;
	RUN(0x0f, 0x01, 0xfc);
	assert_fault(X86_VECTOR_PF, 3, 8);
}

static void monitor_and_mwait(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_MONITOR))
		return;
	SAVE->rax = MACHINE_DATA;
	RUN(0x0f, 0x01, 0xc8, 0x0f, 0x01, 0xc9, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);

	machine_enter(m, MACHINE_LONG64);
	machine_user(m);
	RUN(0x0f, 0x01, 0xc8);
	assert_vector(X86_VECTOR_UD);

	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, 1); /* a hint that does not exist */
	RUN(0x0f, 0x01, 0xc8);
	assert_fault(X86_VECTOR_GP, 0, 8);

	machine_enter(m, MACHINE_LONG64);
	machine_set_reg(m, 1, 4);
	RUN(0x0f, 0x01, 0xc9);
	assert_fault(X86_VECTOR_GP, 0, 8);
}

static void monitor_intercepts(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_MONITOR))
		return;
	CTL->intercept_vec4 |= VMCB_VEC4_MONITOR;
	RUN(0x0f, 0x01, 0xc8);
	assert_int_equal(CTL->exitcode, VMEXIT_MONITOR);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec4 |= VMCB_VEC4_MWAIT_ARMED;
	SAVE->rax = MACHINE_DATA;
	RUN(0x0f, 0x01, 0xc9, 0x0f, 0x01, 0xc8, 0x0f, 0x01, 0xc9); /* mwait; monitor; mwait */
	assert_int_equal(CTL->exitcode, VMEXIT_MWAIT_CONDITIONAL);
	assert_int_equal(SAVE->rip, MACHINE_CODE_AT + 6);

	machine_enter(m, MACHINE_LONG64);
	CTL->intercept_vec4 |= VMCB_VEC4_MWAIT;
	RUN(0x0f, 0x01, 0xc9);
	assert_int_equal(CTL->exitcode, VMEXIT_MWAIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invlpg),
		cmocka_unit_test(invlpg_intercept_and_privilege),
		cmocka_unit_test(invpcid),
		cmocka_unit_test(invpcid_that_faults),
		cmocka_unit_test(cache_control),
		cmocka_unit_test(cache_control_privilege_and_intercepts),
		cmocka_unit_test(clflush_faults_like_a_load),
		cmocka_unit_test(clzero),
		cmocka_unit_test(monitor_and_mwait),
		cmocka_unit_test(monitor_intercepts),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
