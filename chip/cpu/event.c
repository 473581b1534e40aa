/* SPDX-License-Identifier: MIT */
/* Recording what stopped an instruction. */
#include "chip/cpu/event.h"

#include "chip/cpu/state.h"

enum { VECTOR_PF = 14 };

enum cpu_stop fault_raise(struct cpu *c, u8 vector)
{
	c->event = (struct cpu_event){.kind = EVENT_FAULT, .vector = vector};
	return CPU_EVENT;
}

enum cpu_stop fault_raise_error(struct cpu *c, u8 vector, u32 error)
{
	c->event = (struct cpu_event){
		.kind = EVENT_FAULT, .vector = vector, .has_error = true, .error = error};
	return CPU_EVENT;
}

enum cpu_stop fault_page(struct cpu *c, u64 gva, u32 error)
{
	fault_raise_error(c, VECTOR_PF, error);
	c->event.cr2 = gva;
	return CPU_EVENT;
}

enum cpu_stop exit_raise(struct cpu *c, u64 code, u64 info1, u64 info2)
{
	c->event = (struct cpu_event){
		.kind = EVENT_EXIT, .exit_code = code, .info1 = info1, .info2 = info2};
	return CPU_EVENT;
}
