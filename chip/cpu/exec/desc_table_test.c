/* SPDX-License-Identifier: MIT */
/* Loads and stores of GDTR, IDTR, LDTR and TR. */
#include "tests/support/machine_fixture.h"

#include "abi/desc.h"

static void store_and_load_in_64_bit_mode(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_DATA + 0x10, 0xfff, 2);
	machine_poke(m, MACHINE_DATA + 0x12, 0xffff800000005000, 8);
	RUN(/* sgdt [0x9000]; lidt [0x9010]; sidt [0x9020]; hlt */
	    0x0f, 0x01, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00, 0x0f, 0x01, 0x1c, 0x25, 0x10, 0x90,
	    0x00, 0x00, 0x0f, 0x01, 0x0c, 0x25, 0x20, 0x90, 0x00, 0x00, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(machine_peek(m, MACHINE_DATA, 2), MACHINE_GDT_SIZE - 1);
	assert_int_equal(machine_peek(m, MACHINE_DATA + 2, 8), MACHINE_GDT);
	assert_int_equal(SAVE->idtr.base, 0xffff800000005000);
	assert_int_equal(SAVE->idtr.limit, 0xfff);
	assert_int_equal(machine_peek(m, MACHINE_DATA + 0x22, 8), 0xffff800000005000);
}

static void base_must_be_canonical(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_poke(m, MACHINE_DATA + 2, 0x800000000000, 8);
	RUN(/* lgdt [0x9000] */
	    0x0f, 0x01, 0x14, 0x25, 0x00, 0x90, 0x00, 0x00);
	assert_fault(X86_VECTOR_GP, 0, 8);
	assert_int_equal(SAVE->gdtr.base, MACHINE_GDT);
}

static void sixteen_bit_operand_size_loads_24_bits(void **state)
{
	machine_enter(m, MACHINE_REAL16);
	machine_poke(m, MACHINE_DATA, 0x1234, 2);
	machine_poke(m, MACHINE_DATA + 2, 0x89abcdef, 4);
	RUN(/* lgdt [0x9000]; data32 lidt [0x9000]; hlt */
	    0x0f, 0x01, 0x16, 0x00, 0x90, 0x66, 0x0f, 0x01, 0x1e, 0x00, 0x90, 0xf4);
	assert_int_equal(SAVE->gdtr.base, 0xabcdef);
	assert_int_equal(SAVE->gdtr.limit, 0x1234);
	assert_int_equal(SAVE->idtr.base, 0x89abcdef);
}

static void stores_by_users_with_and_without_umip(void **state)
{
	static const u8 code[][8] = {
		{/* sgdt [0x9000] */
		 0x0f, 0x01, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00},
		{/* sidt [0x9000] */
		 0x0f, 0x01, 0x0c, 0x25, 0x00, 0x90, 0x00, 0x00},
		{0x0f, 0x00, 0xc0}, /* sldt eax */
		{0x0f, 0x00, 0xc8}, /* str eax */
		{0x0f, 0x01, 0xe0}, /* smsw eax */
	};

	for (unsigned n = 0; n < ARRAY_SIZE(code); n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		machine_write(m, MACHINE_CODE_AT, code[n], 8);
		machine_poke(m, MACHINE_CODE_AT + (code[n][1] == 1 && n < 2 ? 8 : 3), 0x0b0f, 2);
		machine_run(m);
		assert_vector(X86_VECTOR_UD);
	}
	machine_enter(m, MACHINE_LONG64);
	if (!cpu_model_has(&m->model, FEATURE_UMIP))
		return;
	for (unsigned n = 0; n < ARRAY_SIZE(code); n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		SAVE->cr4 |= CR4_UMIP;
		machine_write(m, MACHINE_CODE_AT, code[n], 8);
		machine_run(m);
		assert_fault(X86_VECTOR_GP, 0, 8);
	}
}

static void loads_need_privilege(void **state)
{
	static const u8 code[][8] = {{/* lgdt [0x9000] */
				      0x0f, 0x01, 0x14, 0x25, 0x00, 0x90, 0x00, 0x00},
				     {/* lidt [0x9000] */
				      0x0f, 0x01, 0x1c, 0x25, 0x00, 0x90, 0x00, 0x00},
				     {0x0f, 0x00, 0xd0},
				     {0x0f, 0x00, 0xd8}};

	for (unsigned n = 0; n < ARRAY_SIZE(code); n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_user(m);
		CTL->intercept_vec3 |= VMCB_VEC3_GDTR_WRITE | VMCB_VEC3_IDTR_WRITE |
				       VMCB_VEC3_LDTR_WRITE | VMCB_VEC3_TR_WRITE;
		machine_write(m, MACHINE_CODE_AT, code[n], 8);
		machine_run(m);
		assert_fault(X86_VECTOR_GP, 0, 8);
	}
}

static void intercepts(void **state)
{
	static const struct {
		u8 code[8];
		u32 bit;
		u64 exit;
	} cases[] = {
		{{/* sgdt [0x9000] */
		  0x0f, 0x01, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00},
		 VMCB_VEC3_GDTR_READ,
		 VMEXIT_GDTR_READ},
		{{/* sidt [0x9000] */
		  0x0f, 0x01, 0x0c, 0x25, 0x00, 0x90, 0x00, 0x00},
		 VMCB_VEC3_IDTR_READ,
		 VMEXIT_IDTR_READ},
		{{0x0f, 0x00, 0xc0}, VMCB_VEC3_LDTR_READ, VMEXIT_LDTR_READ},
		{{0x0f, 0x00, 0xc8}, VMCB_VEC3_TR_READ, VMEXIT_TR_READ},
		{{/* lgdt [0x9000] */
		  0x0f, 0x01, 0x14, 0x25, 0x00, 0x90, 0x00, 0x00},
		 VMCB_VEC3_GDTR_WRITE,
		 VMEXIT_GDTR_WRITE},
		{{/* lidt [0x9000] */
		  0x0f, 0x01, 0x1c, 0x25, 0x00, 0x90, 0x00, 0x00},
		 VMCB_VEC3_IDTR_WRITE,
		 VMEXIT_IDTR_WRITE},
		{{0x0f, 0x00, 0xd0}, VMCB_VEC3_LDTR_WRITE, VMEXIT_LDTR_WRITE},
		{{0x0f, 0x00, 0xd8}, VMCB_VEC3_TR_WRITE, VMEXIT_TR_WRITE},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_LONG64);
		CTL->intercept_vec3 |= cases[n].bit;
		machine_write(m, MACHINE_CODE_AT, cases[n].code, 8);
		machine_pte(m, MACHINE_DATA, 0); /* before the operand is touched */
		assert_int_equal(machine_run(m), cases[n].exit);
		assert_int_equal(SAVE->rip, MACHINE_CODE_AT);
	}
}

static void task_register(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	machine_gdt(m, SEL_TSS, machine_descriptor(0x7000, 0x67, 0x89));
	machine_gdt(m, SEL_TSS + 8, 0xffff8000);
	SAVE->tr = (struct vmcb_seg){0};
	RUN(/* mov eax, 0x50; ltr ax; str rbx; hlt */
	    0xb8, 0x50, 0x00, 0x00, 0x00, 0x0f, 0x00, 0xd8, 0x0f, 0x00, 0xcb, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->tr.base, 0xffff800000007000);
	assert_int_equal(SAVE->tr.limit, 0x67);
	assert_int_equal(SAVE->tr.attrib, 0x8b);
	assert_int_equal(machine_peek(m, MACHINE_GDT + SEL_TSS + 5, 1), 0x8b);
	assert_int_equal(machine_reg(m, 3), SEL_TSS);
}

static void loads_that_fault(void **state)
{
	static const struct {
		u8 modrm; /* 0F 00 */
		u16 sel, attr;
		u8 vector;
		u32 error;
	} cases[] = {
		{0xd8, 0, 0, X86_VECTOR_GP, 0},
		{0xd8, SEL_FREE | 4, 0x89, X86_VECTOR_GP, SEL_FREE | 4},
		{0xd8, SEL_FREE, 0x8b, X86_VECTOR_GP, SEL_FREE}, /* busy */
		{0xd8, SEL_FREE, 0x81, X86_VECTOR_GP, SEL_FREE}, /* 16-bit TSS in long mode */
		{0xd8, SEL_FREE, 0x09, X86_VECTOR_NP, SEL_FREE},
		{0xd8, SEL_DATA, 0, X86_VECTOR_GP, SEL_DATA},
		{0xd8, 0xf8, 0, X86_VECTOR_GP, 0xf8}, /* second half is beyond the GDT */
		{0xd0, SEL_FREE, 0x89, X86_VECTOR_GP, SEL_FREE},
		{0xd0, SEL_FREE, 0x02, X86_VECTOR_NP, SEL_FREE},
		{0xd0, SEL_FREE | 4, 0x82, X86_VECTOR_GP, SEL_FREE | 4},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(cases); n++) {
		machine_enter(m, MACHINE_LONG64);
		machine_gdt(m, SEL_FREE, machine_descriptor(0, 0xfff, cases[n].attr));
		SAVE->rax = cases[n].sel;
		RUN(0x0f, 0x00, cases[n].modrm);
		assert_fault(cases[n].vector, cases[n].error, 8);
	}
}

static void null_ldt(void **state)
{
	machine_enter(m, MACHINE_LONG64);
	RUN(/* mov eax, 0x70; lldt ax; xor eax, eax; lldt ax; sldt ebx; hlt */
	    0xb8, 0x70, 0x00, 0x00, 0x00, 0x0f, 0x00, 0xd0, 0x31, 0xc0, 0x0f, 0x00, 0xd0, 0x0f,
	    0x00, 0xc3, 0xf4);
	assert_int_equal(CTL->exitcode, VMEXIT_HLT);
	assert_int_equal(SAVE->ldtr.attrib & SEG_ATTRIB_P, 0);
	assert_int_equal(machine_reg(m, 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(store_and_load_in_64_bit_mode),
		cmocka_unit_test(base_must_be_canonical),
		cmocka_unit_test(sixteen_bit_operand_size_loads_24_bits),
		cmocka_unit_test(stores_by_users_with_and_without_umip),
		cmocka_unit_test(loads_need_privilege),
		cmocka_unit_test(intercepts),
		cmocka_unit_test(task_register),
		cmocka_unit_test(loads_that_fault),
		cmocka_unit_test(null_ldt),
	};

	return cmocka_run_group_tests(tests, fixture_new, fixture_free);
}
