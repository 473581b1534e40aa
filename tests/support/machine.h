/* SPDX-License-Identifier: MIT */
/*
 * A machine for tests that run raw code: DRAM, engine, cache, one core, and a hypervisor of a few
 * lines that enters the code by VMRUN and comes back with a #VMEXIT.
 *
 *	struct machine *m = machine_new("milan", MIB(16));
 *
 *	machine_enter(m, MACHINE_LONG64);
 *	MACHINE_CODE(m, 0xb8, 0x2a, 0, 0, 0, 0xf4);	// mov eax, 42; hlt
 *	assert_int_equal(machine_run(m), VMEXIT_HLT);
 *	assert_int_equal(m->vmcb.save.rax, 42);
 *
 * The guest's memory starts at SPA 2 MiB (nested tables map GPA x there) and holds, ready for use in
 * every mode, at the GPAs below: code, stacks, GDT, IDT, a TSS, page tables that map it 1:1 for
 * user and supervisor (the first 2 MiB by 4 KiB pages), and one handler a vector, which is a HLT: an
 * event that nothing else catches ends as VMEXIT_HLT with RIP at MACHINE_HANDLER(vector).
 */
#ifndef TESTS_SUPPORT_MACHINE_H
#define TESTS_SUPPORT_MACHINE_H

#include "abi/vmcb.h"
#include "base/types.h"
#include "chip/cache/cache.h"
#include "chip/cpu/cpu.h"
#include "chip/cpu/model/model.h"

enum {
	MACHINE_IVT = 0,
	MACHINE_CODE_AT = 0x1000,
	MACHINE_STACK = 0x4000, /* top; initial RSP */
	MACHINE_IDT = 0x5000,
	MACHINE_GDT = 0x6000,
	MACHINE_TSS = 0x7000,
	MACHINE_HANDLERS = 0x8000,
	MACHINE_DATA = 0x9000,   /* 4 KiB, zero */
	MACHINE_STACK0 = 0xb000, /* top: RSP0, ESP0 of the TSS */
	MACHINE_IST1 = 0xc000,   /* top */
	MACHINE_STACK3 = 0xd000, /* top: for code at CPL 3 */
	MACHINE_TSS2 = 0xe000,   /* a second 32-bit TSS */
	MACHINE_PML4 = 0x10000,  /* then PDPT, PD, and the PT of the first 2 MiB */
	MACHINE_PT = 0x13000,
};

#define MACHINE_HANDLER(vector) (MACHINE_HANDLERS + 8 * (vector))

/* Selectors of the GDT, in the order that STAR wants.  Base 0 and limit 4 GiB where it matters. */
enum {
	SEL_CODE64 = 0x08,
	SEL_DATA = 0x10,
	SEL_USER_CODE32 = 0x18,
	SEL_USER_DATA = 0x20,
	SEL_USER_CODE64 = 0x28,
	SEL_CODE32 = 0x30,
	SEL_CODE16 = 0x38, /* limit FFFFh */
	SEL_DATA16 = 0x40, /* limit FFFFh */
	SEL_CONFORMING32 = 0x48,
	SEL_TSS = 0x50,  /* 16 bytes in long mode */
	SEL_TSS2 = 0x60, /* legacy modes only */
	SEL_LDT = 0x70,  /* 16 bytes in long mode: three entries at MACHINE_GDT + 800h */
	SEL_FREE = 0x80, /* from here on zero, for the test */
	MACHINE_GDT_SIZE = 0x100,
};

enum machine_mode {
	MACHINE_REAL16,   /* all bases 0 */
	MACHINE_PROT16,   /* SEL_CODE16, SEL_DATA16 */
	MACHINE_PROT32,   /* SEL_CODE32, SEL_DATA; paging off */
	MACHINE_COMPAT32, /* long mode at CPL 3: SEL_USER_CODE32, SEL_USER_DATA */
	MACHINE_LONG64,   /* SEL_CODE64, SEL_DATA */
};

struct machine {
	struct fabric fabric;
	struct mee *mee;
	struct cache *cache;
	struct rng *rng;
	struct cpu_model model;
	struct cpu *cpu;
	struct vmcb vmcb; /* what machine_run() enters with, and what it finds afterwards */
};

/* dram_size: a multiple of 2 MiB, 4 MiB or more.  The model is limited to what this host has. */
struct machine *machine_new(const char *model, u64 dram_size);
void machine_free(struct machine *m);

/*
 * Sets memory and m->vmcb for a mode, whatever they held: RIP MACHINE_CODE_AT, RSP MACHINE_STACK,
 * interrupts disabled; intercepts: HLT, SHUTDOWN, INTR, and all ports and MSRs whose bit the test
 * sets in the maps.
 */
void machine_enter(struct machine *m, enum machine_mode mode);

/* The same code, but at CPL 3: user segments, stack MACHINE_STACK3.  PROT32 and LONG64. */
void machine_user(struct machine *m);

/* VMLOAD, VMRUN, VMSAVE: all of m->vmcb is the guest's.  Gives the exit code. */
u64 machine_run(struct machine *m);

/* The vector whose handler halted, or -1: some other exit, or a HLT elsewhere. */
int machine_vector(const struct machine *m);

/* -- memory, at guest-physical addresses ------------------------------------------------------ */

void machine_write(struct machine *m, u64 gpa, const void *src, size_t len);
void machine_read(struct machine *m, u64 gpa, void *dst, size_t len);
u64 machine_peek(struct machine *m, u64 gpa, unsigned size);
void machine_poke(struct machine *m, u64 gpa, u64 v, unsigned size);

#define MACHINE_CODE(m, ...)                                               \
	do {                                                               \
		const u8 code_[] = {__VA_ARGS__};                          \
		machine_write((m), MACHINE_CODE_AT, code_, sizeof(code_)); \
	} while (0)

/* -- tables ----------------------------------------------------------------------------------- */

/* A descriptor of the GDT. */
u64 machine_descriptor(u32 base, u32 limit, u16 attr);
void machine_gdt(struct machine *m, u16 sel, u64 descriptor);

/*
 * A gate in the form of the mode last entered: type and DPL as in a descriptor's attributes (8Eh:
 * interrupt gate), ist for long mode only.
 */
void machine_gate(struct machine *m, u8 vector, u16 sel, u64 offset, u8 attr, u8 ist);

/* Page-table entry of a page below 2 MiB; flush the guest's TLB by INVLPG, CR3 or machine_enter(). */
void machine_pte(struct machine *m, u64 gva, u64 entry);

/* Bit of a permission map: port, or MSR bit as the MSRPM counts. */
void machine_intercept_port(struct machine *m, u16 port);
void machine_intercept_msr(struct machine *m, u32 msr, bool read, bool write);

/* -- registers -------------------------------------------------------------------------------- */

/* By encoding order; RAX and RSP are in m->vmcb.save. */
u64 machine_reg(const struct machine *m, unsigned n);
void machine_set_reg(struct machine *m, unsigned n, u64 v);

#endif
