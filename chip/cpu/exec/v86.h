/* SPDX-License-Identifier: MIT */
/* INT n in virtual-8086 mode, with and without the VME extensions. [APM2 8.8.4 Virtual Interrupts] */
#ifndef CHIP_CPU_EXEC_V86_H
#define CHIP_CPU_EXEC_V86_H

#include "chip/cpu/exec/delivery.h"

enum v86_int {
	V86_INT_IDT,      /* through the protected-mode IDT, as everything else */
	V86_INT_REDIRECT, /* through the program's own vector table at address 0 */
	V86_INT_FAULT,    /* c->event is filled: #GP(0), or the TSS could not be read */
};

enum v86_int v86_redirect(struct cpu *c, u8 vector);
bool deliver_v86(struct cpu *c, const struct delivery *x);

#endif
