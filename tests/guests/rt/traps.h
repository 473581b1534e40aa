/* SPDX-License-Identifier: MIT */
/*
 * Exceptions and software interrupts.  One that nobody expects is reported, and the machine ends
 * with code 126.  TRAP_TRY() expects one; interrupt gates may have handlers.
 */
#ifndef TESTS_GUESTS_RT_TRAPS_H
#define TESTS_GUESTS_RT_TRAPS_H

#include "base/compiler.h"
#include "base/types.h"

/* The stack as traps.S leaves it. */
struct trap_frame {
	u64 r15, r14, r13, r12, r11, r10, r9, r8;
	u64 rdi, rsi, rbp, rbx, rdx, rcx, rax;
	u64 vector, error;
	u64 rip, cs, rflags, rsp, ss;
};

/* What TRAP_TRY() found. */
struct trap_record {
	u64 count;  /* how many came; all else is about the last */
	u64 vector; /* ~0: none */
	u64 error;
	u64 rip, cs, rflags, rsp, ss;
	u64 cr2;
	u64 handler_rsp; /* where the frame stands */
	u64 resume_rsp;  /* RSP before the attempt */
	u64 rax, rcx;
};

extern struct trap_record trap_record;
extern volatile u64 trap_resume; /* where to go on; 0: nothing is expected */

/*
 * Runs instructions (text, and asm operands to read); if they trap, execution goes on behind them
 * with RSP as before.  They may change RAX, RCX, RDX and RDI.
 */
#define TRAP_TRY(text, ...)                                                     \
	do {                                                                    \
		trap_record = (struct trap_record){.vector = ~0ull};            \
		__asm__ volatile("lea 771f(%%rip), %%rax\n\t"                   \
				 "mov %%rax, trap_resume(%%rip)\n\t"            \
				 "mov %%rsp, trap_record+80(%%rip)\n\t" text    \
				 "\n771:" ::__VA_ARGS__                         \
				 : "rax", "rcx", "rdx", "rdi", "memory", "cc"); \
		trap_resume = 0;                                                \
	} while (0)

_Static_assert(offsetof(struct trap_record, resume_rsp) == 80, "TRAP_TRY writes it");

/* A handler of one's own; NULL for what is said above. */
typedef void trap_handler(struct trap_frame *f);
void trap_set_handler(u8 vector, trap_handler *handler);

/* DPL and IST of a vector's gate, and whether it is present. */
void trap_set_gate(u8 vector, unsigned dpl, unsigned ist, bool present);

/* RSP that an exception at CPL 3 gets; IST1 has a stack of its own, that ends at trap_ist1(). */
void trap_set_kernel_stack(u64 rsp);
u64 trap_ist1(void);

/* GDT, TSS, IDT of this CPU; for the runtime. */
void traps_init(unsigned cpu);
/* Loads the IDT again, after 16-bit code had its own. */
void traps_load_idt(void);

#endif
