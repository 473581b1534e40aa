/* SPDX-License-Identifier: MIT */
/*
 * Every exception that software can raise on purpose: vector, error code, saved RIP, CR2, the stack
 * it is handled on; from CPL 0 and from CPL 3.
 */
#include "abi/x86.h"

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/layout.h"
#include "tests/guests/rt/paging.h"
#include "tests/guests/rt/rt.h"
#include "tests/guests/rt/traps.h"
#include "tests/guests/rt/user.h"

#define NOT_CANONICAL 0x800000000000ull
#define UNMAPPED      RT_PAGING_BASE
#define READ_ONLY     (RT_PAGING_BASE + 0x1000)
#define NO_EXECUTE    (RT_PAGING_BASE + 0x2000)
#define RESERVED_BIT  (RT_PAGING_BASE + MIB(4))

static void expect(u64 vector, u64 error, const char *what)
{
	check_equal(trap_record.vector, vector, what);
	if (trap_record.vector == vector)
		check_equal(trap_record.error, error, what);
}

/* The instruction that the saved RIP points to, or that ends there. */
static void expect_at(u8 opcode, int back, const char *what)
{
	check_equal(((const u8 *)trap_record.rip)[-back], opcode, what);
}

/* -- faults of one instruction, CPL 0 --------------------------------------------------------- */

static void divide(void)
{
	TRAP_TRY("xor %%edx, %%edx; mov $1, %%eax; divl %0", "m"((u32){0}));
	expect(X86_VECTOR_DE, 0, "#DE: division by zero");
	expect_at(0xf7, 0, "#DE: saved RIP is that of DIV");
	TRAP_TRY("mov $-1, %%edx; mov $1, %%eax; divl %0", "m"((u32){16}));
	expect(X86_VECTOR_DE, 0, "#DE: quotient too large");
}

static void software(void)
{
	TRAP_TRY("int3");
	expect(X86_VECTOR_BP, 0, "#BP: INT3");
	expect_at(0xcc, 1, "#BP: saved RIP is behind INT3");
	TRAP_TRY("int $4");
	expect(X86_VECTOR_OF, 0, "#OF: INT 4");
	TRAP_TRY("int $0x40");
	expect(0x40, 0, "INT 40h");
	TRAP_TRY("ud2");
	expect(X86_VECTOR_UD, 0, "#UD: UD2");
	expect_at(0x0f, 0, "#UD: saved RIP is that of UD2");
}

static void segments(void)
{
	TRAP_TRY("mov %0, %%ds", "r"(RT_ABSENT));
	expect(X86_VECTOR_NP, RT_ABSENT, "#NP: absent data segment");
	TRAP_TRY("mov %0, %%ds", "r"(0xfff8));
	expect(X86_VECTOR_GP, 0xfff8, "#GP: selector beyond the GDT");
	TRAP_TRY("mov %0, %%ss", "r"(RT_ABSENT));
	expect(X86_VECTOR_SS, RT_ABSENT, "#SS: absent stack segment");
}

static void general(void)
{
	TRAP_TRY("mov (%0), %%rcx", "r"(NOT_CANONICAL));
	expect(X86_VECTOR_GP, 0, "#GP: load from a non-canonical address");
	expect_at(0x8b, -1, "#GP: saved RIP is that of the load");
}

static void double_fault(void)
{
	trap_set_gate(X86_VECTOR_DF, 0, 1, true);
	trap_set_gate(X86_VECTOR_NP, 0, 0, false);
	trap_set_gate(X86_VECTOR_GP, 0, 0, false);
	TRAP_TRY("mov (%0), %%rcx", "r"(NOT_CANONICAL));
	trap_set_gate(X86_VECTOR_NP, 0, 0, true);
	trap_set_gate(X86_VECTOR_GP, 0, 0, true);
	expect(X86_VECTOR_DF, 0, "#DF: #GP, and its gate is absent");
	check(trap_ist1() - trap_record.handler_rsp < 256, "#DF: handled on IST1");
}

/* -- page faults ------------------------------------------------------------------------------ */

static void expect_fault(u64 error, u64 address, const char *what)
{
	expect(X86_VECTOR_PF, error, what);
	check_equal(trap_record.cr2, address, what);
}

static void page_faults(void)
{
	u8 *page = paging_new_page();

	page[0] = 0xc3; /* ret */
	paging_map(READ_ONLY, page, 0);
	paging_map(NO_EXECUTE, page, PTE_RW | PTE_NX);

	TRAP_TRY("mov 3(%0), %%rcx", "r"(UNMAPPED));
	expect_fault(0, UNMAPPED + 3, "#PF: read, not present");
	TRAP_TRY("mov %%rcx, 5(%0)", "r"(UNMAPPED));
	expect_fault(PF_ERROR_W, UNMAPPED + 5, "#PF: write, not present");
	TRAP_TRY("call *%0", "r"(UNMAPPED + 7));
	expect_fault(PF_ERROR_ID, UNMAPPED + 7, "#PF: fetch, not present");
	check_equal(trap_record.rip, UNMAPPED + 7, "#PF: RIP is where the fetch failed");
	TRAP_TRY("mov %%rcx, (%0)", "r"(READ_ONLY));
	expect_fault(PF_ERROR_P | PF_ERROR_W, READ_ONLY, "#PF: write, read-only page");
	TRAP_TRY("call *%0", "r"(READ_ONLY));
	check_equal(trap_record.count, 0, "#PF: a page without NX runs");
	TRAP_TRY("call *%0", "r"(NO_EXECUTE));
	expect_fault(PF_ERROR_P | PF_ERROR_ID, NO_EXECUTE, "#PF: fetch, NX");
	TRAP_TRY("mov (%0), %%rcx", "r"(READ_ONLY - 4));
	expect_fault(0, READ_ONLY - 4, "#PF: crossing, first page not present");
	TRAP_TRY("mov (%0), %%rcx", "r"(NO_EXECUTE + 0xffc));
	expect_fault(0, NO_EXECUTE + 0x1000, "#PF: crossing, second page not present");
	TRAP_TRY("mov %%rcx, (%0)", "r"(NO_EXECUTE + 0xffc));
	expect_fault(PF_ERROR_W, NO_EXECUTE + 0x1000, "#PF: store over the edge");
	check_equal(*(u32 *)(void *)(page + 0xffc), 0, "#PF: ... stored nothing");
}

/* -- debug ------------------------------------------------------------------------------------ */

static u32 watched;
static u8 scratch[16];

static void debug(void)
{
	TRAP_TRY("pushfq; orl $0x100, (%%rsp); popfq; nop; inc %%rcx");
	expect(X86_VECTOR_DB, 0, "#DB: single step");
	expect_at(0x90, 1, "#DB: saved RIP is behind the instruction after POPF");
	check_equal(read_dr6() & (DR6_BS | DR6_B_MASK), DR6_BS, "#DB: DR6.BS");
	write_dr6(DR6_INIT);
	TRAP_TRY("mov %0, %%rdi; mov $3, %%ecx; pushfq; orl $0x100, (%%rsp); popfq; rep stosb",
		 "r"(scratch));
	expect(X86_VECTOR_DB, 0, "#DB: single step in REP");
	expect_at(0xf3, 0, "#DB: saved RIP is that of REP STOSB");
	check_equal(trap_record.rcx, 2, "#DB: after one iteration");
	write_dr6(DR6_INIT);
	write_dr0((u64)&watched);
	write_dr7(DR7_ONE | DR7_L(0) | DR7_RW_WRITE << DR7_RW_SHIFT(0) |
		  DR7_LEN_4 << DR7_LEN_SHIFT(0));
	TRAP_TRY("mov %0, %%ecx; movl $7, %0; nop", "m"(watched));
	write_dr7(DR7_ONE);
	expect(X86_VECTOR_DB, 0, "#DB: data breakpoint");
	expect_at(0x90, 0, "#DB: saved RIP is behind the store");
	check_equal(read_dr6() & (DR6_BS | DR6_B_MASK), DR6_B(0), "#DB: DR6.B0");
	check_equal(watched, 7, "#DB: the store was done");
	write_dr6(DR6_INIT);
}

/* -- floating point --------------------------------------------------------------------------- */

static void floating_point(void)
{
	u16 fcw = 0x037b; /* ZE not masked */
	u32 mxcsr = 0x1d80;
	u32 mxcsr_reset = 0x1f80;

	write_cr0(read_cr0() | CR0_TS);
	TRAP_TRY("fnop");
	expect(X86_VECTOR_NM, 0, "#NM: x87 with CR0.TS");
	TRAP_TRY("xorps %%xmm0, %%xmm0");
	expect(X86_VECTOR_NM, 0, "#NM: SSE with CR0.TS");
	__asm__ volatile("clts");
	TRAP_TRY("fninit; fldcw %0; fldz; fld1; fdivp; fwait", "m"(fcw));
	expect(X86_VECTOR_MF, 0, "#MF: x87 division by zero");
	__asm__ volatile("fninit");
	TRAP_TRY("ldmxcsr %0; xorps %%xmm0, %%xmm0; divss %%xmm0, %%xmm0; ldmxcsr %1", "m"(mxcsr),
		 "m"(mxcsr_reset));
	check_equal(trap_record.count, 0, "#XF: an invalid operation is masked");
	write_cr0(read_cr0() | CR0_EM);
	TRAP_TRY("xorps %%xmm0, %%xmm0");
	expect(X86_VECTOR_UD, 0, "#UD: SSE with CR0.EM");
	write_cr0(read_cr0() & ~CR0_EM);
}

/* -- CPL 3 ------------------------------------------------------------------------------------ */

#define USER(entry, rflags, ...)                                         \
	do {                                                             \
		static const u8 code_[] = {__VA_ARGS__};                 \
		user_run(code_, sizeof(code_), USER_BY_##entry, rflags); \
	} while (0)

static void expect_user(u64 vector, u64 error, u64 offset, const char *what)
{
	expect(vector, error, what);
	check_equal(trap_record.rip, USER_CODE + offset, what);
	check_equal(trap_record.ss, RT_USER_DS + 3, what);
	check_equal(trap_record.rsp, USER_STACK_TOP, what);
}

static void user_mode(void)
{
	trap_set_gate(0x80, 3, 0, true);
	USER(IRET, 0, 0xcd, 0x80);
	expect_user(0x80, 0, 2, "CPL 3: INT 80h");
	check_equal(trap_record.cs, RT_USER_CS64 + 3, "CPL 3: CS by IRET");
	USER(SYSRET, RFLAGS_CF | RFLAGS_OF, 0xcd, 0x80);
	expect_user(0x80, 0, 2, "CPL 3: by SYSRET");
	check_equal(trap_record.cs, RT_USER_CS64 + 3, "CPL 3: CS by SYSRET");
	check_equal(trap_record.rflags & 0x8d5, 0x801, "CPL 3: flags by SYSRET");
	USER(IRET32, 0, 0x40, 0xcd, 0x80); /* inc eax */
	expect_user(0x80, 0, 3, "CPL 3: compatibility mode");
	check_equal(trap_record.cs, RT_USER_CS32 + 3, "CPL 3: CS of compatibility mode");
	USER(IRET, RFLAGS_DF, 0x0f, 0x05);
	expect(USER_SYSCALL, 0, "CPL 3: SYSCALL");
	check_equal(trap_record.rcx, USER_CODE + 2, "CPL 3: SYSCALL leaves RIP in RCX");
	check_equal(trap_record.rflags & RFLAGS_DF, RFLAGS_DF, "CPL 3: and RFLAGS in R11");
	USER(IRET, 0, 0xf4);
	expect_user(X86_VECTOR_GP, 0, 0, "CPL 3: #GP: HLT");
	USER(IRET, 0, 0x90, 0xfa);
	expect_user(X86_VECTOR_GP, 0, 1, "CPL 3: #GP: CLI");
	USER(IRET, 0, 0xe6, 0x80);
	expect_user(X86_VECTOR_GP, 0, 0, "CPL 3: #GP: OUT without permission");
	USER(IRET, 0, 0x0f, 0x20, 0xc0);
	expect_user(X86_VECTOR_GP, 0, 0, "CPL 3: #GP: MOV from CR0");
}

static void user_faults(void)
{
	/* mov eax, [100000h] and its store: a supervisor page */
	USER(IRET, 0, 0x8b, 0x04, 0x25, 0, 0, 0x10, 0);
	expect_user(X86_VECTOR_PF, PF_ERROR_P | PF_ERROR_U, 0, "CPL 3: #PF: read");
	check_equal(trap_record.cr2, 0x100000, "CPL 3: #PF: CR2");
	USER(IRET, 0, 0x89, 0x04, 0x25, 0, 0, 0x10, 0);
	expect_user(X86_VECTOR_PF, PF_ERROR_P | PF_ERROR_U | PF_ERROR_W, 0, "CPL 3: #PF: write");
	/* mov [rip - 7], eax: code is not writable */
	USER(IRET, 0, 0x89, 0x05, 0xfa, 0xff, 0xff, 0xff);
	expect_user(X86_VECTOR_PF, PF_ERROR_P | PF_ERROR_U | PF_ERROR_W, 0,
		    "CPL 3: #PF: write to code");
	USER(IRET, 0, 0xff, 0xe4); /* jmp rsp */
	expect(X86_VECTOR_PF, PF_ERROR_U | PF_ERROR_ID, "CPL 3: #PF: fetch, not present");
}

/* -- what QEMU's TCG lets pass or answers otherwise ------------------------------------------- */

static void strict_general(void)
{
	u64 cr4 = read_cr4();

	TRAP_TRY(".byte 0xf0; mov %%ecx, %%ecx");
	expect(X86_VECTOR_UD, 0, "#UD: LOCK without memory");
	trap_set_gate(0x70, 0, 0, false);
	TRAP_TRY("int $0x70");
	expect(X86_VECTOR_NP, 0x70 * 8 + SELECTOR_ERROR_IDT, "#NP: absent gate");
	expect_at(0xcd, 0, "#NP: saved RIP is that of INT");
	TRAP_TRY("mov $0xc0000100, %%ecx; xor %%eax, %%eax; mov $0x8000, %%edx; wrmsr");
	expect(X86_VECTOR_GP, 0, "#GP: FS.base not canonical");
	TRAP_TRY("mov %0, %%cr4", "r"(cr4 | BIT64(63)));
	expect(X86_VECTOR_GP, 0, "#GP: reserved bit of CR4");
	TRAP_TRY("mov %0, %%cr0", "r"(CR0_PG));
	expect(X86_VECTOR_GP, 0, "#GP: CR0.PG without PE");
	trap_set_gate(X86_VECTOR_SS, 0, 1, true);
	TRAP_TRY("mov %0, %%rsp; pop %%rcx", "r"(NOT_CANONICAL));
	trap_set_gate(X86_VECTOR_SS, 0, 0, true);
	expect(X86_VECTOR_SS, 0, "#SS: POP with RSP not canonical");
	check_equal(trap_record.rsp, NOT_CANONICAL, "#SS: RSP as it was");
	check(trap_ist1() - trap_record.handler_rsp < 256, "#SS: handled on IST1");
	paging_set(RESERVED_BIT, PT_SHIFT_2M, rt_c_bit | BIT64(13) | PTE_PS | PTE_RW | PTE_P);
	TRAP_TRY("mov (%0), %%rcx", "r"(RESERVED_BIT));
	expect_fault(PF_ERROR_P | PF_ERROR_RSV, RESERVED_BIT, "#PF: reserved bit");
	TRAP_TRY(".byte 0xf1");
	expect(X86_VECTOR_DB, 0, "#DB: INT1");
	write_dr6(DR6_INIT);
}

static void strict_floating_point(void)
{
	u32 mxcsr = 0x1d80; /* ZE not masked */
	u32 mxcsr_reset = 0x1f80;

	TRAP_TRY("ldmxcsr %0; xorps %%xmm0, %%xmm0; pcmpeqd %%xmm1, %%xmm1; psrld $25, %%xmm1;"
		 "pslld $23, %%xmm1; divss %%xmm0, %%xmm1",
		 "m"(mxcsr));
	expect(X86_VECTOR_XF, 0, "#XF: SSE division by zero");
	__asm__ volatile("ldmxcsr %0" ::"m"(mxcsr_reset));
}

static void strict_user_mode(void)
{
	USER(IRET, 0, 0xcd, 0x40);
	expect_user(X86_VECTOR_GP, 0x40 * 8 + SELECTOR_ERROR_IDT, 0, "CPL 3: #GP: gate of DPL 0");
	write_cr0(read_cr0() | CR0_AM);
	/* mov eax, [rsp - 5] */
	USER(IRET, RFLAGS_AC, 0x8b, 0x44, 0x24, 0xfb);
	expect_user(X86_VECTOR_AC, 0, 0, "CPL 3: #AC");
	USER(IRET, 0, 0x8b, 0x44, 0x24, 0xfb, 0xcd, 0x80);
	expect_user(0x80, 0, 6, "CPL 3: no #AC without RFLAGS.AC");
	write_cr0(read_cr0() & ~CR0_AM);
}

int payload_main(void)
{
	user_init();
	divide();
	software();
	segments();
	general();
	double_fault();
	page_faults();
	debug();
	floating_point();
	user_mode();
	user_faults();
	if (!rt_option_u64("tcg")) {
		strict_general();
		strict_floating_point();
		strict_user_mode();
	}
	return check_end("exceptions");
}
