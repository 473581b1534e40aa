/* SPDX-License-Identifier: MIT */
/*
 * What stops an instruction: a fault, a trap, or a #VMEXIT.  Faults are return values: whoever
 * finds one fills c->event and returns CPU_EVENT (or false); nothing of the instruction has been
 * committed by then.
 */
#ifndef CHIP_CPU_EVENT_H
#define CHIP_CPU_EVENT_H

#include "base/compiler.h"
#include "base/types.h"

struct cpu;

enum cpu_stop {
	CPU_GO,    /* trampoline builds only: c->op is the next operation */
	CPU_NEXT,  /* the block is over; c->rip is where to go on */
	CPU_EVENT, /* c->event says why */
};

enum cpu_event_kind {
	EVENT_NONE,
	EVENT_FAULT,   /* exception; saved rIP is the instruction's own */
	EVENT_TRAP,    /* exception; saved rIP is the next instruction's (#DB trap, #BP, #OF) */
	EVENT_SOFT,    /* INT n: as a trap, with the software-interrupt rules */
	EVENT_RESTART, /* a store into the running block: run this instruction alone */
	EVENT_EXIT, /* #VMEXIT with the codes below; rIP is the instruction's own if not complete */
};

struct cpu_event {
	enum cpu_event_kind kind;
	u8 vector;
	bool has_error;
	bool noncanonical; /* #GP(0) for the address: #SS(0) if the operand was by SS */
	bool complete;     /* EVENT_EXIT: the instruction is done, rIP is next_rip */
	u32 error;
	u64 cr2; /* #PF only */
	u64 exit_code, info1, info2;
	u64 next_rip; /* EVENT_TRAP, EVENT_SOFT and instruction intercepts */
};

/* Each records the event and returns CPU_EVENT, so that handlers read "return fault_gp(c, 0);". */
enum cpu_stop fault_raise(struct cpu *c, u8 vector);                  /* no error code */
enum cpu_stop fault_raise_error(struct cpu *c, u8 vector, u32 error); /* with one */
enum cpu_stop fault_page(struct cpu *c, u64 gva, u32 error);
enum cpu_stop exit_raise(struct cpu *c, u64 code, u64 info1, u64 info2);

#endif
