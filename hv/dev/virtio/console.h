/* SPDX-License-Identifier: MIT */
/* virtio console with one port (hvc0).	[VIRTIO 5.3 Console Device] */
#ifndef HV_DEV_VIRTIO_CONSOLE_H
#define HV_DEV_VIRTIO_CONSOLE_H

#include "base/error.h"
#include "hv/dev/chardev.h"
#include "hv/dev/virtio/device.h"

struct virtio_console;

/* NULL with *err set: no memory. */
struct virtio_console *virtio_console_new(const struct chardev *out, const struct dma *dma,
					  struct error *err) MUST_CHECK;
void virtio_console_free(struct virtio_console *c);

/* Any thread.  Characters for the guest; gives how many there was room for. */
size_t virtio_console_input(struct virtio_console *c, const void *data, size_t len);

struct virtio *virtio_console_device(struct virtio_console *c);

#endif
