/* SPDX-License-Identifier: MIT */
/* Instructions that reach device registers, and those that must not. */
#include "hv/insn.h"

#include "tests/support/cmocka.h"

static struct insn insn;

#define DECODE(mode, ...)                                                          \
	do {                                                                       \
		const u8 b_[] = {__VA_ARGS__};                                     \
		assert_true(insn_decode(&insn, b_, sizeof(b_), INSN_MODE_##mode)); \
		assert_int_equal(insn.len, sizeof(b_));                            \
	} while (0)

#define REFUSE(mode, ...)                                                           \
	do {                                                                        \
		const u8 b_[] = {__VA_ARGS__};                                      \
		assert_false(insn_decode(&insn, b_, sizeof(b_), INSN_MODE_##mode)); \
	} while (0)

static void assert_move(enum insn_kind kind, unsigned reg, unsigned size)
{
	assert_int_equal(insn.kind, kind);
	assert_int_equal(insn.reg, reg);
	assert_int_equal(insn.size, size);
}

static void moves_of_every_size(void **state)
{
	DECODE(64, 0x8b, 0x07); /* mov (%rdi),%eax */
	assert_move(INSN_LOAD, 0, 4);
	DECODE(64, 0x89, 0x87, 0x00, 0xd0, 0x5f, 0xff); /* mov %eax,-0xa03000(%rdi) */
	assert_move(INSN_STORE, 0, 4);
	DECODE(64, 0x4c, 0x89, 0x4c, 0x24, 0x08); /* mov %r9,8(%rsp) */
	assert_move(INSN_STORE, 9, 8);
	DECODE(64, 0x66, 0x8b, 0x4b, 0x10); /* mov 0x10(%rbx),%cx */
	assert_move(INSN_LOAD, 1, 2);
	DECODE(64, 0x8b, 0x04, 0x25, 0x20, 0x00, 0xe0, 0xfe); /* mov 0xfee00020,%eax */
	assert_move(INSN_LOAD, 0, 4);
	DECODE(64, 0x8b, 0x05, 1, 2, 3, 4);          /* mov 0x4030201(%rip),%eax */
	DECODE(32, 0x8b, 0x0d, 0x20, 0, 0xe0, 0xfe); /* mov 0xfee00020,%ecx */
	assert_move(INSN_LOAD, 1, 4);
	DECODE(16, 0x8b, 0x0e, 0x20, 0x30); /* mov 0x3020,%cx */
	assert_move(INSN_LOAD, 1, 2);
	DECODE(16, 0x66, 0x67, 0x8b, 0x4c, 0x24, 0x10); /* mov 0x10(%esp),%ecx */
	assert_move(INSN_LOAD, 1, 4);
}

static void byte_registers(void **state)
{
	DECODE(64, 0x88, 0x27); /* mov %ah,(%rdi) */
	assert_move(INSN_STORE, 0, 1);
	assert_true(insn.high);
	DECODE(64, 0x40, 0x88, 0x27); /* mov %spl,(%rdi) */
	assert_move(INSN_STORE, 4, 1);
	assert_false(insn.high);
	DECODE(64, 0x45, 0x8a, 0x3e); /* mov (%r14),%r15b */
	assert_move(INSN_LOAD, 15, 1);
}

static void immediates(void **state)
{
	DECODE(64, 0xc7, 0x80, 0xb0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff); /* movl $-1,0xb0(%rax) */
	assert_true(insn.immediate);
	assert_int_equal(insn.size, 4);
	DECODE(64, 0x48, 0xc7, 0x00, 0xfe, 0xff, 0xff, 0xff); /* movq $-2,(%rax) */
	assert_int_equal(insn.value, -2);
	assert_int_equal(insn.size, 8);
	DECODE(64, 0xc6, 0x40, 0x01, 0x80); /* movb $0x80,1(%rax) */
	assert_int_equal(insn.value & 0xff, 0x80);
	DECODE(64, 0x66, 0xc7, 0x00, 0x34, 0x12); /* movw $0x1234,(%rax) */
	assert_int_equal(insn.value, 0x1234);
	REFUSE(64, 0xc7, 0x48, 0x01, 0, 0, 0, 0); /* C7 /1 */
}

static void extensions(void **state)
{
	DECODE(64, 0x0f, 0xb6, 0x07); /* movzbl (%rdi),%eax */
	assert_move(INSN_LOAD, 0, 1);
	assert_int_equal(insn.extend, INSN_ZERO);
	assert_int_equal(insn.reg_size, 4);
	DECODE(64, 0x48, 0x0f, 0xbf, 0x37); /* movswq (%rdi),%rsi */
	assert_move(INSN_LOAD, 6, 2);
	assert_int_equal(insn.extend, INSN_SIGN);
	assert_int_equal(insn.reg_size, 8);
	DECODE(64, 0x48, 0x63, 0x07); /* movslq (%rdi),%rax */
	assert_move(INSN_LOAD, 0, 4);
	assert_int_equal(insn.extend, INSN_SIGN);
	REFUSE(32, 0x63, 0x07); /* ARPL */
}

static void the_others(void **state)
{
	DECODE(64, 0x87, 0x07); /* xchg %eax,(%rdi) */
	assert_move(INSN_EXCHANGE, 0, 4);
	DECODE(64, 0xf3, 0xab); /* rep stosl */
	assert_int_equal(insn.kind, INSN_STOS);
	assert_true(insn.rep);
	assert_int_equal(insn.address_size, 8);
	DECODE(64, 0xa1, 1, 2, 3, 4, 5, 6, 7, 8); /* movabs 0x807060504030201,%eax */
	assert_move(INSN_LOAD, 0, 4);
	DECODE(64, 0x67, 0xa3, 1, 2, 3, 4);
	assert_move(INSN_STORE, 0, 4);
}

static void what_no_device_register_is_for(void **state)
{
	REFUSE(64, 0x01, 0x07);          /* add %eax,(%rdi) */
	REFUSE(64, 0xff, 0x07);          /* incl (%rdi) */
	REFUSE(64, 0x8b, 0xc7);          /* mov %edi,%eax: no memory */
	REFUSE(64, 0x0f, 0x6f, 0x07);    /* movq (%rdi),%mm0 */
	REFUSE(64, 0x48, 0xff, 0x27);    /* jmp *(%rdi) */
	REFUSE(64, 0xa4);                /* movsb */
	REFUSE(64, 0x66);                /* prefix alone */
	REFUSE(64, 0x8b);                /* cut short */
	REFUSE(64, 0x8b, 0x80, 0, 0, 0); /* displacement cut short */
	REFUSE(64, 0xc7, 0x00, 1, 2, 3); /* immediate cut short */
	assert_false(insn_decode(&insn, NULL, 0, INSN_MODE_64));
}

static void never_more_than_fifteen_bytes(void **state)
{
	u8 b[20] = {[16] = 0x8b, [17] = 0x07};

	for (unsigned n = 0; n < 16; n++)
		b[n] = 0x66;
	assert_false(insn_decode(&insn, b, sizeof(b), INSN_MODE_64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_of_every_size),
		cmocka_unit_test(byte_registers),
		cmocka_unit_test(immediates),
		cmocka_unit_test(extensions),
		cmocka_unit_test(the_others),
		cmocka_unit_test(what_no_device_register_is_for),
		cmocka_unit_test(never_more_than_fifteen_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
