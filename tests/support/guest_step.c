/* SPDX-License-Identifier: MIT */
/* Slices of VMRUN, and the same answers to exits as in a run. */
#include "tests/support/guest_step.h"

#include "base/bug.h"
#include "chip/cpu/run.h"
#include "chip/cpu/svm/svm.h"

#include "tests/support/guest_internal.h"

enum lockstep_step guest_step(struct guest *g, unsigned cpu, u64 until)
{
	struct vcpu *v = &g->vcpu[cpu];

	if (!v->loaded) {
		BUG_ON(cpu_vmload(v->core, v->vmcb) != CPU_HOST_OK);
		v->loaded = true;
	}
	switch (svm_slice(v->core, v->vmcb, until)) {
	case PASS_ON:
		return LOCKSTEP_ON;
	case PASS_HALTED:
		return LOCKSTEP_HALTED;
	default:
		guest_serve_exit(v);
		return g->result == STILL_RUNNING ? LOCKSTEP_EXITED : LOCKSTEP_ENDED;
	}
}

struct cpu *guest_core(struct guest *g, unsigned cpu)
{
	return g->vcpu[cpu].core;
}

/* DRAM, after every dirty line has gone there. */
const u8 *guest_settled_memory(struct guest *g, u64 *size)
{
	BUG_ON(cpu_wbinvd(g->vcpu[0].core) != CPU_HOST_OK);
	*size = g->fabric.dram_size;
	return g->fabric.dram;
}

void guest_poke(struct guest *g, u64 gpa, const void *src, size_t len)
{
	view_t view = g->cfg.encrypted ? VIEW_KEY(GUEST_ASID) : VIEW_RAW;

	BUG_ON(cache_write(g->cache, NULL, REQ_SP, view, SPA(GUEST_BASE + gpa), src, len) !=
	       FABRIC_OK);
}

/* -- the engine ------------------------------------------------------------------------------- */

static void *make(const void *arg, struct error *err)
{
	const struct guest_engine *e = arg;
	struct guest *g = guest_new(&e->guest, err);

	for (unsigned n = 0; g && n < g->cfg.cpus; n++)
		cpu_set_pace(g->vcpu[n].core, e->pace);
	return g;
}

static void drop(void *guest)
{
	guest_free(guest);
}

static enum lockstep_step step(void *guest, unsigned cpu, u64 until)
{
	return guest_step(guest, cpu, until);
}

static struct cpu *core(void *guest, unsigned cpu)
{
	return guest_core(guest, cpu);
}

static const u8 *memory(void *guest, u64 *size)
{
	return guest_settled_memory(guest, size);
}

struct lockstep_engine guest_engine(const char *name, const struct guest_engine *arg)
{
	return (struct lockstep_engine){.name = name,
					.make = make,
					.free = drop,
					.arg = arg,
					.step = step,
					.core = core,
					.memory = memory};
}
