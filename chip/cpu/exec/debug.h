/* SPDX-License-Identifier: MIT */
/* Single step, hardware breakpoints, MOV DR.	[APM2 13.1] */
#ifndef CHIP_CPU_EXEC_DEBUG_H
#define CHIP_CPU_EXEC_DEBUG_H

#include "abi/x86.h"
#include "chip/cpu/state.h"

/* Some breakpoint is enabled in DR7, so instructions run one by one. */
bool debug_armed(const struct cpu *c);

/*
 * Around each instruction in MODE_SINGLE.  debug_before() notes TF, looks for an instruction
 * breakpoint at c->rip (CPU_EVENT with the #DB fault in c->event), and notes which data breakpoints
 * the instruction is going to hit.  debug_after() delivers the #DB trap of a single step or data
 * breakpoint, unless the shadow of MOV SS holds it back; CPU_EVENT: a #VMEXIT.
 */
enum cpu_stop debug_before(struct cpu *c);
enum cpu_stop debug_after(struct cpu *c);

/* An I/O instruction is about to touch these ports: does a breakpoint want to know? */
void debug_note_io(struct cpu *c, u16 port, unsigned size);

/* A repeated instruction goes on at its own rIP: its breakpoint has been reported. */
static inline void debug_resume(struct cpu *c)
{
	if (c->mode & MODE_SINGLE)
		c->rflags |= RFLAGS_RF;
}

enum debug_access { DEBUG_EXECUTE, DEBUG_READ, DEBUG_WRITE, DEBUG_IO };

/* Enabled breakpoints that an access to these bytes hits, as DR6_B() bits. */
u16 debug_hits(const struct cpu *c, u64 la, unsigned size, enum debug_access access);

/*
 * Data breakpoints that the instruction at c->rip is going to hit, by its operands as they stand
 * now.  Accesses that are no operands (descriptors, TSS, frames of events) and vector-indexed ones
 * hit nothing; c->event is as before.
 */
u16 debug_data_hits(struct cpu *c);

#endif
