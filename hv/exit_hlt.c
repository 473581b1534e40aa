/* SPDX-License-Identifier: MIT */
/* HLT: the run loop sleeps until an interrupt.  An interrupt shadow that covered HLT is over then. */
#include "hv/exit.h"

void exit_hlt(struct vcpu *v)
{
	vcpu_advance(v, v->vmcb.control.nrip);
	v->state = VCPU_HALTED;
}
