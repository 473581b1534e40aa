/* SPDX-License-Identifier: MIT */
/* Hardware task switches: legacy protected mode only.	[APM2 12.3 Hardware Task-Management] */
#ifndef CHIP_CPU_EXEC_TASK_H
#define CHIP_CPU_EXEC_TASK_H

#include "chip/cpu/exec/desc.h"

enum task_cause { TASK_JMP, TASK_CALL, TASK_IRET, TASK_EVENT };

struct task_switch {
	enum task_cause cause;
	u16 sel; /* of the new TSS */
	u64 ret; /* rIP that the old task goes on at */
	bool rf; /* RF in the old task's saved flags: the switch is caused by a fault */
	bool has_error;
	u32 error; /* TASK_EVENT: pushed on the new task's stack */
};

/*
 * Switches; c->rip is the new task's then, and the caller calls cpu_context_changed().  False with
 * c->event filled: the TASK_SWITCH intercept, or a fault.  A fault from the old task leaves the
 * state as before; one that the new task's own segments cause is the new task's, and c->rip says
 * so.
 */
bool task_switch(struct cpu *c, const struct task_switch *t);

/* What a task gate names. */
static inline u16 task_gate_selector(const struct desc *d)
{
	return (u16)(d->low >> GATE_SELECTOR_SHIFT);
}

#endif
