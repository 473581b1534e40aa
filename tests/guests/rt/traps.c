/* SPDX-License-Identifier: MIT */
/* IDT and TSS, and what happens when an exception comes. */
#include "tests/guests/rt/traps.h"

#include "abi/desc.h"
#include "abi/x86.h"

#include "tests/guests/rt/insn.h"
#include "tests/guests/rt/layout.h"
#include "tests/guests/rt/rt.h"

enum { VECTORS = 256, STUB_SIZE = 16, IST_STACK = 0x1000 };

struct PACKED table_pointer {
	u16 limit;
	u64 base;
};

extern const u8 trap_stubs[];
extern u64 rt_gdt[];

struct trap_record trap_record;
volatile u64 trap_resume;
static trap_handler *handlers[VECTORS];
static struct desc_gate64 idt[VECTORS] ALIGNED(16);
static struct tss64 tss[RT_CPUS] ALIGNED(128);
static u8 ist_stack[RT_CPUS][IST_STACK] ALIGNED(16);

void trap_set_gate(u8 vector, unsigned dpl, unsigned ist, bool present)
{
	u64 offset = (u64)trap_stubs + STUB_SIZE * vector;

	idt[vector].low = FIELD_PUT(GATE_OFFSET_LOW, offset) | FIELD_PUT(GATE_SELECTOR, RT_CS64) |
			  FIELD_PUT(GATE_IST, ist) | FIELD_PUT(DESC_TYPE, DESC_SYS_INT_GATE) |
			  FIELD_PUT(DESC_DPL, dpl) | (present ? DESC_P : 0) |
			  FIELD_PUT(GATE_OFFSET_HIGH, offset >> 16);
	idt[vector].offset_63_32 = (u32)(offset >> 32);
}

void trap_set_handler(u8 vector, trap_handler *handler)
{
	handlers[vector] = handler;
}

static void set_pair(u32 pair[2], u64 v)
{
	pair[0] = (u32)v;
	pair[1] = (u32)(v >> 32);
}

void trap_set_kernel_stack(u64 rsp)
{
	set_pair(tss[0].rsp[0], rsp);
}

u64 trap_ist1(void)
{
	return (u64)ist_stack[0] + IST_STACK;
}

void traps_load_idt(void)
{
	struct table_pointer p = {.limit = sizeof(idt) - 1, .base = (u64)idt};

	__asm__ volatile("lidt %0" ::"m"(p));
}

static void load_tss(unsigned cpu)
{
	u64 base = (u64)&tss[cpu];
	u64 *desc = &rt_gdt[RT_TSS / 8 + 2 * cpu];

	set_pair(tss[cpu].ist[0], (u64)ist_stack[cpu] + IST_STACK);
	tss[cpu].iomap_base = sizeof(tss[cpu]);
	desc[0] = FIELD_PUT(DESC_LIMIT_LOW, sizeof(tss[cpu]) - 1) | FIELD_PUT(DESC_BASE_LOW, base) |
		  FIELD_PUT(DESC_TYPE, DESC_SYS_TSS_AVAIL) | DESC_P |
		  FIELD_PUT(DESC_BASE_HIGH, base >> 24);
	desc[1] = base >> 32;
	__asm__ volatile("ltr %w0" ::"r"(RT_TSS + 16 * cpu));
}

void traps_init(unsigned cpu)
{
	if (cpu == 0)
		for (unsigned v = 0; v < VECTORS; v++)
			trap_set_gate((u8)v, 0, 0, true);
	load_tss(cpu);
	traps_load_idt();
}

/* -- dispatch --------------------------------------------------------------------------------- */

static void put_field(const char *name, u64 v)
{
	put_text(name);
	put_hex(v);
}

static NORETURN void unexpected(const struct trap_frame *f)
{
	put_text("trap ");
	put_dec(f->vector);
	put_field(" error ", f->error);
	put_field(" at ", f->rip);
	put_field(" cr2 ", read_cr2());
	put_field(" rsp ", f->rsp);
	put_text("\n");
	rt_exit(126);
}

static void record(struct trap_frame *f)
{
	trap_record.count++;
	trap_record.vector = f->vector;
	trap_record.error = f->error;
	trap_record.rip = f->rip;
	trap_record.cs = f->cs;
	trap_record.rflags = f->rflags;
	trap_record.rsp = f->rsp;
	trap_record.ss = f->ss;
	trap_record.cr2 = read_cr2();
	trap_record.rax = f->rax;
	trap_record.rcx = f->rcx;
	trap_record.handler_rsp = (u64)f;
	f->rip = trap_resume;
	f->rsp = trap_record.resume_rsp;
	f->cs = RT_CS64;
	f->ss = RT_DS;
	f->rflags &= ~(RFLAGS_TF | RFLAGS_AC | RFLAGS_DF);
	trap_resume = 0;
}

/* traps.S comes here. */
void trap_dispatch(struct trap_frame *f);
void trap_dispatch(struct trap_frame *f)
{
	if (handlers[f->vector])
		handlers[f->vector](f);
	else if (trap_resume)
		record(f);
	else
		unexpected(f);
}
