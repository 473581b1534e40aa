/* SPDX-License-Identifier: MIT */
/* The loop that runs guest code between VMRUN and #VMEXIT. */
#ifndef CHIP_CPU_RUN_H
#define CHIP_CPU_RUN_H

#include "chip/cpu/state.h"

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

/* For tests and lockstep: one look-up, at most one block (or instruction in MODE_SINGLE). */
enum cpu_stop cpu_run_block(struct cpu *c);

#endif
