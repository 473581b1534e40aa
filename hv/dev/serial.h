/* SPDX-License-Identifier: MIT */
/*
 * 16550A serial port: eight registers in the port space, FIFOs, and one interrupt.
 *
 * The line is infinitely fast: what is written is sent at once, so the transmitter is always empty.
 * Output is gathered, and passed on at a line's end, when the buffer is full, or soon afterwards.
 */
#ifndef HV_DEV_SERIAL_H
#define HV_DEV_SERIAL_H

#include "base/compiler.h"
#include "base/error.h"
#include "hv/dev/bus.h"
#include "hv/dev/chardev.h"
#include "hv/dev/irq.h"
#include "hv/dev/timer.h"

struct serial;

struct serial_config {
	struct irq_line irq;
	struct chardev out;
	struct timer_service *timers; /* NULL: output is passed on byte by byte */
};

enum { SERIAL_PORTS = 8 };

/* NULL with *err set: no memory. */
struct serial *serial_new(const struct serial_config *cfg, struct error *err) MUST_CHECK;

/* Passes on what is left of the output. */
void serial_free(struct serial *s);

/* Any thread.  Characters for the guest; gives how many there was room for. */
size_t serial_input(struct serial *s, const void *data, size_t len);

/* Any thread.  A break condition on the line. */
void serial_break(struct serial *s);

/* Any thread.  Passes on what is buffered of the output. */
void serial_flush(struct serial *s);

void serial_reset(struct serial *s);

/* SERIAL_PORTS ports; ctx is the struct serial. */
extern const struct bus_ops serial_bus_ops;

#endif
