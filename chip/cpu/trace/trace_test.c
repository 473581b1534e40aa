/* SPDX-License-Identifier: MIT */
/* Lines as they are to be; and that the guest does not notice. */
#include "chip/cpu/trace/trace.h"

#include <stdio.h>
#include <string.h>

#include "abi/x86.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

/* -- a sink ----------------------------------------------------------------------------------- */

struct lines {
	char text[8192];
	size_t len;
	volatile double sum; /* floating point in a sink is the guest's no business */
};

static void take_line(void *ctx, const char *line)
{
	struct lines *l = ctx;

	l->len += (size_t)snprintf(l->text + l->len, sizeof(l->text) - l->len, "%s\n", line);
	l->sum = (l->sum + 1) / 3;
}

static void trace(struct bed *b, const char *list, struct lines *l)
{
	struct cpu_trace t = {.line = take_line, .ctx = l};
	struct error err = {.text = ""};

	memset(l, 0, sizeof(*l));
	if (list)
		assert_int_equal(cpu_trace_parse(list, &t.kinds, &err), 0);
	assert_int_equal(cpu_set_trace(b->cpu, &t, &err), 0);
}

/* -- kinds ------------------------------------------------------------------------------------ */

static void test_kinds(void **state)
{
	struct error err;
	unsigned kinds = 0;

	assert_int_equal(cpu_trace_parse("exec", &kinds, &err), 0);
	assert_int_equal(kinds, TRACE_EXEC);
	assert_int_equal(cpu_trace_parse("exit,fault", &kinds, &err), 0);
	assert_int_equal(kinds, TRACE_EXIT | TRACE_FAULT);
	assert_int_equal(cpu_trace_parse("exec,fault,exit,exec", &kinds, &err), 0);
	assert_int_equal(kinds, TRACE_EXEC | TRACE_FAULT | TRACE_EXIT);
}

static void test_bad_kinds(void **state)
{
	static const char *const bad[][2] = {
		{"", "trace: \"\": not one of exec, fault, exit"},
		{"exec,", "trace: \"\": not one of exec, fault, exit"},
		{"exec,,exit", "trace: \"\": not one of exec, fault, exit"},
		{"exit,faults", "trace: \"faults\": not one of exec, fault, exit"},
		{"exe", "trace: \"exe\": not one of exec, fault, exit"},
	};
	struct error err;
	unsigned kinds = 77;

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_true(cpu_trace_parse(bad[i][0], &kinds, &err) < 0);
		assert_string_equal(err.text, bad[i][1]);
		assert_int_equal(kinds, 77);
	}
}

/* -- lines ------------------------------------------------------------------------------------ */

static void expect(struct bed *b, const char *list, u64 exit_code, const char *lines)
{
	struct lines l;

	trace(b, list, &l);
	assert_int_equal(bed_run(b), exit_code);
	assert_string_equal(l.text, lines);
	bed_free(b);
}

static struct bed *new_guest(bool sev)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	if (sev)
		bed_enable_sev(b);
	return b;
}

static void test_registers_and_memory(void **state)
{
	for (int sev = 0; sev < 2; sev++) {
		struct bed *b = new_guest(sev);

		BED_PROGRAM(b, 0xb8, 5, 0, 0, 0,    /* mov eax, 5 */
			    0x48, 0x83, 0xe8, 6,    /* sub rax, 6 */
			    0x50,                   /* push rax */
			    0x66, 0x0f, 0x6e, 0xc8, /* movd xmm1, eax */
			    0xdb, 0xe3,             /* fninit */
			    0xd9, 0xe8,             /* fld1 */
			    0x90, 0xf4);
		b->vmcb.save.cr4 |= CR4_OSFXSR;
		expect(b, "exec,exit", VMEXIT_HLT,
		       "[0] exec 1 0008:0000000000001000 b8 05 00 00 00          mov eax, 0x05 ; "
		       "rax=0000000000000005\n"
		       "[0] exec 2 0008:0000000000001005 48 83 e8 06             sub rax, 0x06 ; "
		       "rax=ffffffffffffffff rflags=00000097[CF PF AF SF]\n"
		       "[0] exec 3 0008:0000000000001009 50                      push rax ; "
		       "rsp=0000000000003ff8 [3ff8]=ffffffffffffffff\n"
		       "[0] exec 4 0008:000000000000100a 66 0f 6e c8             movd xmm1, eax ; "
		       "xmm1=000000000000000000000000ffffffff\n"
		       "[0] exec 5 0008:000000000000100e db e3                   fninit ; "
		       "fcw=037f ftw=00\n"
		       "[0] exec 6 0008:0000000000001010 d9 e8                   fld1 ; fsw=3800 "
		       "ftw=80 fpr7=3fff8000000000000000\n"
		       "[0] exec 7 0008:0000000000001012 90                      nop\n"
		       "[0] exec 8 0008:0000000000001013 f4                      hlt ; (stopped)\n"
		       "[0] exit HLT(78) info1 0 info2 0 at 0008:0000000000001013\n");
	}
}

static void test_faults(void **state)
{
	struct bed *b = new_guest(false);

	bed_gate64(b, X86_VECTOR_PF, BED_CODE + 0x20);
	BED_PROGRAM(b, 0x48, 0xc7, 0xc0, 0, 0, 0, 0x80, /* mov rax, -80000000h */
		    0x88, 0x00,                         /* mov [rax], al */
		    [0x20] = 0x0f, 0x0b);               /* ud2, without a gate */
	expect(b, "fault,exit", VMEXIT_SHUTDOWN,
	       "[0] fault #PF(14) error 2 cr2 ffffffff80000000 at 0008:0000000000001007\n"
	       "[0] fault #UD(6) at 0008:0000000000001020\n"
	       "[0] fault #GP(13) error 33 at 0008:0000000000001020\n"
	       "[0] fault #DF(8) error 0 at 0008:0000000000001020\n"
	       "[0] exit SHUTDOWN(7f) info1 0 info2 0 at 0008:0000000000001020\n");
}

/* An instruction on two pages, and one that is none. */
static void test_crossing_and_bad(void **state)
{
	struct bed *b = new_guest(false);
	const u8 code[] = {0xb8, 1, 2, 3, 4, 0x0f, 0xff};

	b->vmcb.control.intercept_exception = BIT32(X86_VECTOR_UD);
	b->vmcb.save.rip = 0x1ffe;
	bed_write(b, 0x1ffe, code, sizeof(code));
	expect(b, "exec,exit", VMEXIT_EXCP0 + X86_VECTOR_UD,
	       "[0] exec 1 0008:0000000000001ffe b8 01 02 03 04          mov eax, 0x4030201 ; "
	       "rax=0000000004030201\n"
	       "[0] exec 2 0008:0000000000002003 0f ff 00                ud0 eax, [rax] ; "
	       "(stopped)\n"
	       "[0] exit EXCP6(46) info1 0 info2 0 at 0008:0000000000002003\n");
}

static void test_refused_vmrun(void **state)
{
	struct bed *b = new_guest(false);

	b->vmcb.control.guest_asid = 0;
	expect(b, "exit", VMEXIT_INVALID,
	       "[0] exit INVALID(ffffffffffffffff) info1 0 info2 0 at f000:000000000000fff0\n");
}

/* -- unnoticed -------------------------------------------------------------------------------- */

/*
 * What could tell: single step with RF and its frame, a shadow of MOV SS, code that changes itself,
 * repeated instructions, the clock, MXCSR's status bits.
 */
static void run_telltales(struct bed *b, const char *list, struct vmcb *end, u64 regs[16],
			  u64 *count)
{
	static const u8 code[] = {
		0x9c, 0x80, 0x4c, 0x24, 0x01, 0x01, 0x9d,       /* pushf; TF; popf */
		0x90, 0x90, 0x8e, 0xd2,                         /* mov ss, edx */
		0x90, 0x9c, 0x80, 0x64, 0x24, 0x01, 0xfe, 0x9d, /* TF off */
		0xb9, 0x00, 0x02, 0x00, 0x00,                   /* mov ecx, 200h */
		0xbf, 0x00, 0x80, 0x00, 0x00,                   /* mov edi, 8000h */
		0xf3, 0xaa,                                     /* rep stosb */
		0xc6, 0x05, 0x00, 0x00, 0x00, 0x00, 0x43,       /* the next opcode: REX prefix */
		0x90, 0x0f, 0x31,                               /* rdtsc */
		0x0f, 0xae, 0x1c, 0x25, 0x00, 0x90, 0,    0,    /* stmxcsr [9000h] */
		0x8b, 0x1c, 0x25, 0x00, 0x90, 0,    0,          /* mov ebx, [9000h] */
		0x90, 0xf4,
	};
	static const u8 handler[] = {0x49, 0xff, 0xc0, 0x48, 0xcf}; /* inc r8; iretq */
	struct lines l;

	b->cpu->clock = &cpu_clock_instructions;
	bed_gate64(b, X86_VECTOR_DB, BED_CODE + 0x800);
	bed_write(b, BED_CODE, code, sizeof(code));
	bed_write(b, BED_CODE + 0x800, handler, sizeof(handler));
	b->vmcb.save.cr4 |= CR4_OSFXSR;
	cpu_reg_set(b->cpu, REG_RDX, BED_DATA_SEL);
	trace(b, list, &l);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	*end = b->vmcb;
	for (unsigned n = 0; n < 16; n++)
		regs[n] = cpu_reg_get(b->cpu, n);
	*count = cpu_instructions(b->cpu);
}

static void test_unnoticed(void **state)
{
	static const char *const lists[] = {NULL, "exec", "exec,fault,exit", "fault,exit"};
	struct vmcb first, end;
	u64 first_regs[16], regs[16], first_count, count;

	for (unsigned i = 0; i < ARRAY_SIZE(lists); i++) {
		struct bed *b = new_guest(false);

		run_telltales(b, lists[i], &end, regs, &count);
		if (i == 0) {
			first = end;
			first_count = count;
			memcpy(first_regs, regs, sizeof(regs));
			assert_true(regs[REG_R8] >= 4); /* it did step */
		}
		assert_memory_equal(&end, &first, sizeof(end));
		assert_memory_equal(regs, first_regs, sizeof(regs));
		assert_int_equal(count, first_count);
		bed_free(b);
	}
}

/* Off again: no more lines, and the blocks of one instruction are gone. */
static void test_off(void **state)
{
	struct bed *b = new_guest(false);
	struct lines l;

	BED_PROGRAM(b, 0x90, 0xf4);
	trace(b, "exec", &l);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_true(l.len > 0);
	trace(b, NULL, &l);
	b->vmcb.save.rip = BED_CODE;
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	assert_int_equal(l.len, 0);
	assert_null(b->cpu->trace);
	assert_int_equal(b->cpu->pace, PACE_FREE);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_bad_kinds),
		cmocka_unit_test(test_registers_and_memory),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_crossing_and_bad),
		cmocka_unit_test(test_refused_vmrun),
		cmocka_unit_test(test_unnoticed),
		cmocka_unit_test(test_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
