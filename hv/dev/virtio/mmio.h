/* SPDX-License-Identifier: MIT */
/*
 * virtio over memory-mapped registers, version 2; in ACPI an LNRO0005 device.
 *	[VIRTIO 4.2 Virtio Over MMIO]
 */
#ifndef HV_DEV_VIRTIO_MMIO_H
#define HV_DEV_VIRTIO_MMIO_H

#include "base/error.h"
#include "hv/dev/bus.h"
#include "hv/dev/irq.h"
#include "hv/dev/virtio/device.h"

struct virtio_mmio;

enum { VIRTIO_MMIO_SIZE = 0x200 };

/* Borrows the device, which must outlive it; NULL is an empty slot.  NULL with *err set: no memory. */
struct virtio_mmio *virtio_mmio_new(struct virtio *device, struct irq_line irq,
				    struct error *err) MUST_CHECK;
void virtio_mmio_free(struct virtio_mmio *m);

/* As power-on: resets the device. */
void virtio_mmio_reset(struct virtio_mmio *m);

/* VIRTIO_MMIO_SIZE bytes; ctx is the struct virtio_mmio. */
extern const struct bus_ops virtio_mmio_bus_ops;

#endif
