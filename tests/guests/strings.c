/* SPDX-License-Identifier: MIT */
/*
 * String instructions over pages that lie anywhere: both directions, all sizes, faults in the
 * middle with the counts they leave, overlap, comparing and scanning.
 */
#include "abi/x86.h"

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/paging.h"
#include "tests/guests/rt/rt.h"
#include "tests/guests/rt/traps.h"

#define FROM (RT_PAGING_BASE)
#define TO   (RT_PAGING_BASE + MIB(2))

enum { PAGES = 4, BYTES = PAGES * 4096 };

struct string_regs {
	u64 rcx, rsi, rdi;
	u64 rflags;
};

/* One instruction with these registers; DF as asked. */
#define STRING(text, r, rax, down)                                                           \
	__asm__ volatile(down "\n\t" text "\n\tpushfq; pop %3; cld"                          \
			 : "+c"((r)->rcx), "+S"((r)->rsi), "+D"((r)->rdi), "=r"((r)->rflags) \
			 : "a"((u64)(rax))                                                   \
			 : "memory", "cc")

static u8 *from(u64 i)
{
	return (u8 *)FROM + i;
}

static u8 *to(u64 i)
{
	return (u8 *)TO + i;
}

/* Pages in neither order, so that nothing that ignores translation passes. */
static void map_pages(void)
{
	u8 *pool = rt_alloc(2 * BYTES, PAGE_SIZE);

	for (u64 i = 0; i < PAGES; i++) {
		paging_map(FROM + i * PAGE_SIZE, pool + (PAGES - 1 - i) * 2 * PAGE_SIZE, PTE_RW);
		paging_map(TO + i * PAGE_SIZE, pool + (i * 2 + 1) * PAGE_SIZE, PTE_RW);
	}
}

static void fill(void)
{
	for (u64 i = 0; i < BYTES; i++) {
		*from(i) = (u8)(i * 31 + (i >> 8));
		*to(i) = 0xee;
	}
}

/* Bytes of [at, at + len) that are a copy from `source`; all others must be untouched. */
static bool copied(u64 at, u64 source, u64 len)
{
	for (u64 i = 0; i < BYTES; i++) {
		u8 expected = i - at < len ? *from(i - at + source) : 0xee;

		if (*to(i) != expected)
			return false;
	}
	return true;
}

static void moves_up(void)
{
	struct string_regs r = {.rcx = 9000, .rsi = FROM + 100, .rdi = TO + 4001};

	fill();
	STRING("rep movsb", &r, 0, "cld");
	check(copied(4001, 100, 9000), "REP MOVSB over pages");
	check(r.rcx == 0 && r.rsi == FROM + 9100 && r.rdi == TO + 13001, "REP MOVSB: registers");
	fill();
	r = (struct string_regs){.rcx = 1000, .rsi = FROM + 3, .rdi = TO + 5};
	STRING("rep movsq", &r, 0, "cld");
	check(copied(5, 3, 8000), "REP MOVSQ, unaligned");
	fill();
	r = (struct string_regs){.rcx = 0, .rsi = FROM, .rdi = TO};
	STRING("rep movsl", &r, 0, "cld");
	check(copied(0, 0, 0) && r.rsi == FROM, "REP MOVSD of nothing");
}

static void moves_down(void)
{
	struct string_regs r = {.rcx = 3000, .rsi = FROM + 8191, .rdi = TO + 9191};

	fill();
	STRING("rep movsb", &r, 0, "std");
	check(copied(9191 - 2999, 8191 - 2999, 3000), "REP MOVSB downwards");
	check(r.rsi == FROM + 5191 && r.rdi == TO + 6191, "REP MOVSB downwards: registers");
	fill();
	r = (struct string_regs){.rcx = 1500, .rsi = FROM + 8190, .rdi = TO + 9190};
	STRING("rep movsw", &r, 0, "std");
	check(copied(9192 - 3000, 8192 - 3000, 3000), "REP MOVSW downwards");
}

/* Each element is read after the one before was written. */
static void overlap(void)
{
	struct string_regs r = {.rcx = 6000, .rsi = FROM + 10, .rdi = FROM + 13};
	u64 wrong = 0;

	fill();
	STRING("rep movsb", &r, 0, "cld");
	for (u64 i = 13; i < 6013; i++)
		wrong += *from(i) != *from(10 + (i - 10) % 3);
	check_equal(wrong, 0, "REP MOVSB three bytes ahead repeats them");
	fill();
	r = (struct string_regs){.rcx = 700, .rsi = FROM + 10, .rdi = FROM + 13};
	STRING("rep movsq", &r, 0, "cld");
	check_equal(*(u64 *)(void *)from(13 + 8 * 699), *(u64 *)(void *)from(10 + 8 * 699 + 3),
		    "REP MOVSQ onto itself");
}

static void stores(void)
{
	struct string_regs r = {.rcx = 1200, .rdi = TO + 4090};
	u64 wrong = 0;

	fill();
	STRING("rep stosq", &r, 0x0807060504030201, "cld");
	for (u64 i = 0; i < 9600; i++)
		wrong += *to(4090 + i) != 1 + i % 8;
	check_equal(wrong, 0, "REP STOSQ over pages");
	check(*to(4089) == 0xee && *to(4090 + 9600) == 0xee, "REP STOSQ and no more");
	fill();
	r = (struct string_regs){.rcx = 5000, .rdi = TO + 8000};
	STRING("rep stosb", &r, 0x77, "std");
	check(*to(3001) == 0x77 && *to(3000) == 0xee && *to(8000) == 0x77, "REP STOSB downwards");
}

static void compares(void)
{
	struct string_regs r = {.rcx = 8000, .rsi = FROM, .rdi = TO};

	fill();
	memcpy(to(0), from(0), BYTES);
	STRING("repe cmpsb", &r, 0, "cld");
	check(r.rcx == 0 && (r.rflags & RFLAGS_ZF), "REPE CMPSB: equal");
	*to(5003) ^= 0x80;
	r = (struct string_regs){.rcx = 8000, .rsi = FROM, .rdi = TO};
	STRING("repe cmpsb", &r, 0, "cld");
	check(r.rcx == 8000 - 5004 && r.rdi == TO + 5004 && !(r.rflags & RFLAGS_ZF),
	      "REPE CMPSB: stops behind the difference");
	memset(to(0), 0x20, BYTES);
	*to(6001) = 0;
	r = (struct string_regs){.rcx = ~0ull, .rdi = TO};
	STRING("repne scasb", &r, 0, "cld");
	check_equal(~r.rcx, 6002, "REPNE SCASB: strlen() over pages");
}

/* A page is missing in the middle: what was done stays done, and the registers say how much. */
static void faults(void)
{
	u64 entry = *paging_entry(TO + 2 * PAGE_SIZE, PT_SHIFT_4K);
	u64 left, target;

	fill();
	paging_set(TO + 2 * PAGE_SIZE, PT_SHIFT_4K, 0);
	trap_record = (struct trap_record){.vector = ~0ull};
	__asm__ volatile("lea 1f(%%rip), %%rax; mov %%rax, trap_resume(%%rip)\n\t"
			 "mov %%rsp, trap_record+80(%%rip)\n\t"
			 "mov %2, %%rcx; rep movsb\n1:"
			 : "=&c"(left), "=&D"(target)
			 : "i"(9000), "S"(from(50)), "1"(to(100))
			 : "rax", "memory", "cc");
	paging_set(TO + 2 * PAGE_SIZE, PT_SHIFT_4K, entry);
	check_equal(trap_record.vector, X86_VECTOR_PF, "REP MOVSB into a hole");
	check_equal(trap_record.cr2, TO + 8192, "REP MOVSB into a hole: CR2");
	check_equal(left, 9000 - 8092, "REP MOVSB into a hole: RCX");
	check_equal(target, TO + 8192, "REP MOVSB into a hole: RDI");
	check(copied(100, 50, 8092), "REP MOVSB into a hole: up to it");
}

int payload_main(void)
{
	map_pages();
	moves_up();
	moves_down();
	overlap();
	stores();
	compares();
	faults();
	return check_end("strings");
}
