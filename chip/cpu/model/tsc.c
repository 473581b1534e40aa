/* SPDX-License-Identifier: MIT */
/* The time stamp counter, the core's and a guest's view of it.	[APM2 15.30.5 TSC Ratio MSR] */
#include "chip/cpu/model/model.h"

#include "abi/msr.h"
#include "chip/cpu/cpu.h"
#include "chip/cpu/svm/svm.h"

u64 cpu_host_tsc(const struct cpu *c)
{
	return c->clock->ticks(c->clock->ctx, c) + c->svm->tsc_base;
}

u64 cpu_tsc(const struct cpu *c)
{
	const struct svm *s = c->svm;
	unsigned __int128 scaled = (unsigned __int128)cpu_host_tsc(c) * s->tsc_ratio;

	if (!s->in_guest)
		return cpu_host_tsc(c);
	return (u64)(scaled >> TSC_RATIO_FRACTION_BITS) + s->ctl.tsc_offset;
}
