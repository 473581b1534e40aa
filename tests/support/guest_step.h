/* SPDX-License-Identifier: MIT */
/* The small hypervisor on one thread, a step at a time: engines for lockstep. */
#ifndef TESTS_SUPPORT_GUEST_STEP_H
#define TESTS_SUPPORT_GUEST_STEP_H

#include "chip/cpu/lockstep/lockstep.h"
#include "chip/cpu/state.h"

#include "tests/support/guest_runner.h"

/* What an engine's `arg` points to.  The guest's config has `deterministic` set. */
struct guest_engine {
	struct guest_config guest;
	enum cpu_pace pace; /* of the leader: any; of the follower: PACE_INSTRUCTION */
};

/* An engine of this name: every field but name and arg, and those. */
struct lockstep_engine guest_engine(const char *name, const struct guest_engine *arg);

/* One step of a guest from guest_new(): struct lockstep_engine's step(), core() and memory(). */
enum lockstep_step guest_step(struct guest *g, unsigned cpu, u64 until);
struct cpu *guest_core(struct guest *g, unsigned cpu);
const u8 *guest_settled_memory(struct guest *g, u64 *size);

/* Stores to the guest's memory behind its back, under its key if it is encrypted. */
void guest_poke(struct guest *g, u64 gpa, const void *src, size_t len);

#endif
