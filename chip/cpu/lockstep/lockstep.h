/* SPDX-License-Identifier: MIT */
/*
 * Lockstep: two engines run the same guest, and the first difference between them is told.
 *
 * An *engine* is a way to run guest code on a struct cpu: blocks that are linked, one instruction at a
 * time, a translator.  The leader takes a step, of any length; the follower goes on until it has
 * retired as many instructions; then all registers are compared, and from time to time memory.  So
 * the follower must be able to stop after any instruction.
 *
 * Both engines must do the same in every run: time counted in instructions, no other threads.  A
 * difference is then narrowed down by running both again from the start, the last time with the
 * follower's instructions of the step in question traced into the report.
 */
#ifndef CHIP_CPU_LOCKSTEP_LOCKSTEP_H
#define CHIP_CPU_LOCKSTEP_LOCKSTEP_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

struct cpu;

enum lockstep_step {
	LOCKSTEP_ON,     /* in the guest */
	LOCKSTEP_EXITED, /* a #VMEXIT, which the engine's hypervisor has answered */
	LOCKSTEP_HALTED, /* the CPU sleeps; nothing was done */
	LOCKSTEP_ENDED,  /* the guest is at its end */
};

struct lockstep_engine {
	const char *name;

	/* A guest before its first instruction.  NULL with *err set. */
	void *(*make)(const void *arg, struct error *err);
	void (*free)(void *guest);
	const void *arg;

	/*
	 * Goes on with this CPU by one step of the engine's own length, then further steps while
	 * fewer than `until` instructions are retired, in all, by it.  Comes back early with
	 * anything but LOCKSTEP_ON.
	 */
	enum lockstep_step (*step)(void *guest, unsigned cpu, u64 until);

	/* Registers are complete in it (fpu_leave()). */
	struct cpu *(*core)(void *guest, unsigned cpu);

	/* All of memory in a form that can be compared, *size bytes; good until the next step. */
	const u8 *(*memory)(void *guest, u64 *size);
};

struct lockstep {
	const struct lockstep_engine *leader, *follower;
	unsigned cpus;       /* take turns, one step of the leader each */
	u64 instructions;    /* stop after so many, all CPUs together; 0: at the guest's end */
	u64 memory_interval; /* compare memory every so many steps, and at the end; 0: only there */
};

enum lockstep_result { LOCKSTEP_SAME, LOCKSTEP_DIFFERENT, LOCKSTEP_NO_GUEST };

enum { LOCKSTEP_TEXT = 1 << 14 };

struct lockstep_report {
	u64 instructions; /* compared, all CPUs together */
	u64 steps;        /* of the leader */
	/* Of a difference: the CPU, and the instructions of the step that made it, first to last. */
	unsigned cpu;
	u64 first, last;
	bool in_memory;
	u64 address; /* first byte that differs, in engine->memory() */
	/* To be read: what differs, and the follower's trace of the step. */
	char text[LOCKSTEP_TEXT];
};

/* LOCKSTEP_NO_GUEST: *err says why.  *r is filled otherwise; it is large, so not for the stack. */
enum lockstep_result lockstep_run(const struct lockstep *l, struct lockstep_report *r,
				  struct error *err) MUST_CHECK;

#endif
