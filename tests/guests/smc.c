/* SPDX-License-Identifier: MIT */
/*
 * Code that changes: an immediate, an instruction of the block that is running, through another
 * address, over a page's edge, by REP MOVS, by a new mapping.  x86 needs no flush for any of it.
 */
#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/paging.h"
#include "tests/guests/rt/rt.h"

#define ALIAS    RT_PAGING_BASE
#define REMAPPED (RT_PAGING_BASE + MIB(2))
#define EDGE     (RT_PAGING_BASE + MIB(4))

static const u8 return_imm[] = {0xb8, 0, 0, 0, 0, 0xc3}; /* mov eax, imm32; ret */

static u32 call(const void *code)
{
	return ((u32(*)(void))(u64)code)();
}

static void put_u32(u8 *to, u32 v)
{
	__builtin_memcpy(to, &v, sizeof(v));
	barrier();
}

static void immediates(u8 *code)
{
	u64 wrong = 0;

	memcpy(code, return_imm, sizeof(return_imm));
	for (u32 i = 0; i < 1000; i++) {
		put_u32(code + 1, i);
		wrong += call(code) != i;
	}
	check_equal(wrong, 0, "a changed immediate");
	for (u32 i = 0; i < 1000; i++) {
		code[2] = (u8)i;
		barrier();
		wrong += call(code) != ((999 & ~0xff00u) | (i & 0xff) << 8);
	}
	check_equal(wrong, 0, "one changed byte");
}

/* The store changes the instruction right behind it, in straight-line code. */
static void own_block(u8 *code)
{
	static const u8 text[] = {
		0xc6, 0x05, 0x01, 0, 0, 0, 2, /* mov byte [rip + 1], 2 */
		0xb8, 1,    0,    0, 0,       /* mov eax, 1: the byte meant is this 1 */
		0x83, 0xc0, 0x10,             /* add eax, 16 */
		0xc3,
	};
	u64 wrong = 0;

	for (u32 i = 0; i < 50; i++) {
		memcpy(code, text, sizeof(text));
		code[6] = (u8)i;
		barrier();
		wrong += call(code) != i + 16;
	}
	check_equal(wrong, 0, "the instruction behind the store");
}

/* A loop whose body rewrites its own increment in each round. */
static void own_loop(u8 *code)
{
	static const u8 text[] = {
		0x31, 0xc0,                         /* xor eax, eax */
		0xb9, 10,   0,    0,    0,          /* mov ecx, 10 */
		0x83, 0xc0, 1,                      /* add eax, 1: offset 7 */
		0xfe, 0x05, 0xf9, 0xff, 0xff, 0xff, /* inc byte [rip - 7]: the 1 */
		0xff, 0xc9,                         /* dec ecx */
		0x75, 0xf3,                         /* jnz 7 */
		0xc3,
	};

	memcpy(code, text, sizeof(text));
	barrier();
	check_equal(call(code), 55, "a loop that rewrites itself");
}

static void through_alias(u8 *code)
{
	u8 *alias = (u8 *)ALIAS;
	u64 wrong = 0;

	memcpy(code, return_imm, sizeof(return_imm));
	paging_map(ALIAS, code, PTE_RW);
	for (u32 i = 0; i < 200; i++) {
		put_u32((i & 1 ? alias : code) + 1, i);
		wrong += call(i & 2 ? alias : code) != i;
	}
	check_equal(wrong, 0, "written and run at two addresses");
}

static void over_the_edge(u8 *first, u8 *second)
{
	u8 *code = (u8 *)EDGE + 0xffd; /* mov eax, imm32 has two bytes in the second page */
	u64 wrong = 0;

	paging_map(EDGE, first, PTE_RW);
	paging_map(EDGE + PAGE_SIZE, second, PTE_RW);
	memcpy(code, return_imm, sizeof(return_imm));
	for (u32 i = 0; i < 200; i++) {
		put_u32(code + 1, i << 16 | i);
		wrong += call(code) != (i << 16 | i);
		second[0] = 0x5a; /* byte 3 of the instruction: imm32 bits 16 to 23 */
		barrier();
		wrong += call(code) != ((i << 16 | i) & 0xff00ffff) + 0x5a0000;
	}
	check_equal(wrong, 0, "an instruction over a page's edge");
}

static void by_string(u8 *code, u8 *spare)
{
	u64 wrong = 0;

	memcpy(spare, return_imm, sizeof(return_imm));
	for (u32 i = 0; i < 100; i++) {
		put_u32(spare + 1, i * 3);
		memcpy(code, spare, sizeof(return_imm));
		wrong += call(code) != i * 3;
	}
	check_equal(wrong, 0, "copied by REP MOVSB");
	memset(code, 0x90, 64);
	memcpy(code + 64, return_imm, sizeof(return_imm));
	put_u32(code + 65, 77);
	check_equal(call(code), 77, "a sled by REP STOSB");
}

static void remapped(u8 *one, u8 *two)
{
	u64 wrong = 0;

	memcpy(one, return_imm, sizeof(return_imm));
	memcpy(two, return_imm, sizeof(return_imm));
	put_u32(one + 1, 1);
	put_u32(two + 1, 2);
	for (u32 i = 0; i < 100; i++) {
		paging_map(REMAPPED, i & 1 ? two : one, PTE_RW);
		wrong += call((const void *)REMAPPED) != 1 + (i & 1);
	}
	check_equal(wrong, 0, "another page at the same address");
}

int payload_main(void)
{
	u8 *code = paging_new_page();
	u8 *spare = paging_new_page();

	immediates(code);
	own_block(code);
	own_loop(code);
	through_alias(code);
	over_the_edge(code, spare);
	by_string(code, spare);
	remapped(code, spare);
	return check_end("smc");
}
