/* SPDX-License-Identifier: MIT */
/* How a device asks for attention: a wire to an interrupt controller, or a message. */
#ifndef HV_DEV_IRQ_H
#define HV_DEV_IRQ_H

#include "base/types.h"

/*
 * One wire.  set() gets its level whenever it changes, or again; true is asserted, whatever polarity
 * software believes in.  Called by any thread, with the device's lock held: it must not call back.
 */
struct irq_line {
	void (*set)(void *ctx, unsigned gsi, bool level);
	void *ctx;
	unsigned gsi;
};

/* A line without a controller goes nowhere. */
static inline void irq_set(const struct irq_line *line, bool level)
{
	if (line->set)
		line->set(line->ctx, line->gsi, level);
}

#endif
