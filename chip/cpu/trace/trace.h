/* SPDX-License-Identifier: MIT */
/*
 * Trace: what a core does, a line of text for each event.
 *
 *	[0] exec 17 0008:0000000000100003 48 01 d8                add rax, rbx ; rax=0000000000000005
 *	[0] fault #PF(14) error 2 cr2 0000000000400000 at 0008:0000000000100007
 *	[0] exit IOIO(7b) info1 3f80010 info2 100009 at 0008:0000000000100008
 *
 * The number in brackets is the core's.  An exec line has the number of the instruction as
 * cpu_instructions() counts, its bytes, what Zydis makes of them, and behind the semicolon all that it
 * changed: registers and memory operands, with their new values.  An instruction that does not
 * complete has "(stopped)" there; the fault or exit line that follows says why.
 *
 * The guest does not notice: registers, memory, faults, exits and counts are those of a run without
 * trace.  "exec" costs some microseconds an instruction, and turns off what makes blocks fast;
 * "fault" and "exit" cost nothing but their lines, and a core without trace nothing at all.
 */
#ifndef CHIP_CPU_TRACE_TRACE_H
#define CHIP_CPU_TRACE_TRACE_H

#include "base/compiler.h"
#include "base/error.h"

struct cpu;

enum trace_kind {
	TRACE_EXEC = 1 << 0, /* every instruction */
	TRACE_FAULT =
		1 << 1, /* every exception that is to be delivered, intercepted ones included */
	TRACE_EXIT = 1 << 2, /* every #VMEXIT */
};

/*
 * "exec,fault,exit" or some of them, in any order, to enum trace_kind bits: 0 and *kinds, or
 * -EINVAL with the bad word and the good ones in *err.  An empty word is a bad one.
 */
int cpu_trace_parse(const char *list, unsigned *kinds, struct error *err) MUST_CHECK;

struct cpu_trace {
	unsigned kinds; /* enum trace_kind bits; 0: off */
	/*
	 * Gets each line, without its end; the text is good during the call.  On the core's thread,
	 * so cores that share a sink need a lock in it.  Must not call into the core.
	 */
	void (*line)(void *ctx, const char *line);
	void *ctx; /* kept */
};

/*
 * From the next VMRUN on.  On the core's own thread, while no guest runs; t is copied.
 * -ENOMEM with *err set: the core traces as before.
 */
int cpu_set_trace(struct cpu *c, const struct cpu_trace *t, struct error *err) MUST_CHECK;

#endif
