/* SPDX-License-Identifier: MIT */
/*
 * I/O APIC: 24 wires in, messages to the LAPICs out.
 *
 * A rising edge, or an asserted level whose last message has seen its EOI, becomes a message as the
 * pin's redirection entry says.  An edge at a masked pin is lost.
 *
 * One lock; held while a message goes out.  ioapic_set() and the EOI come from any thread.
 */
#ifndef HV_DEV_IOAPIC_H
#define HV_DEV_IOAPIC_H

#include "hv/dev/bus.h"
#include "hv/dev/irq.h"
#include "hv/dev/lapic.h"

struct ioapic;

enum { IOAPIC_WINDOW_SIZE = 0x1000 };

/* Joins the bus (and hears its EOIs).  NULL with *err set: no memory. */
struct ioapic *ioapic_new(struct apic_bus *bus, u8 id, struct error *err) MUST_CHECK;
void ioapic_free(struct ioapic *io);

/* Wire `gsi` has this level now.  A gsi of no pin is ignored. */
void ioapic_set(struct ioapic *io, unsigned gsi, bool level);

/* The end of wire `gsi` that a device holds. */
struct irq_line ioapic_line(struct ioapic *io, unsigned gsi);

/* All pins masked, as after power-on; the wires keep their levels. */
void ioapic_reset(struct ioapic *io);

/* IOAPIC_WINDOW_SIZE bytes at IOAPIC_BASE; ctx is the struct ioapic. */
extern const struct bus_ops ioapic_bus_ops;

#endif
