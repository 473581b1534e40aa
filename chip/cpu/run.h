/* SPDX-License-Identifier: MIT */
/* The loop that runs guest code between VMRUN and #VMEXIT. */
#ifndef CHIP_CPU_RUN_H
#define CHIP_CPU_RUN_H

#include "chip/cpu/op.h"

/* c->attention: why the run loop must look up.  Set with atomic OR from any thread. */
enum cpu_attention {
	ATTENTION_EVENT = 1 << 1,  /* svm->pending or the virtual interrupt may have changed */
	ATTENTION_WINDOW = 1 << 2, /* IF, GIF or a shadow changed: an event may be taken now */
	ATTENTION_ALL = ATTENTION_EVENT | ATTENTION_WINDOW, /* CACHE_PENDING is the cache's */
};

/* Any thread: makes the core look up before its next block, awake if it sleeps in HLT. */
void cpu_attend(struct cpu *c, u32 why);

/*
 * Runs from c->rip until c->event is a #VMEXIT.  The agent is running; events are taken, faults
 * delivered, HLT sleeps.
 */
void cpu_run(struct cpu *c);

/*
 * The same a piece at a time, for lockstep: begin, then passes until PASS_EXIT.  A pass looks up, runs
 * what c->pace says, and handles what stopped it.  PASS_HALTED: HLT would sleep; nothing was done.
 */
enum cpu_pass { PASS_ON, PASS_HALTED, PASS_EXIT };
void cpu_run_begin(struct cpu *c);
enum cpu_pass cpu_run_pass(struct cpu *c);

/* Between passes, or while no guest runs: decoded blocks go. */
void cpu_set_pace(struct cpu *c, enum cpu_pace pace);

/*
 * Instructions of the running block that are counted in c->icount but not complete: op's own and
 * those behind it.
 */
unsigned cpu_not_done(const struct cpu *c, const struct op *op);

/* For tests: one look-up, at most one block (or instruction in MODE_SINGLE). */
enum cpu_stop cpu_run_block(struct cpu *c);

#endif
