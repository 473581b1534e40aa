/* SPDX-License-Identifier: MIT */
/* virtio entropy device.	[VIRTIO 5.4 Entropy Device] */
#ifndef HV_DEV_VIRTIO_RNG_H
#define HV_DEV_VIRTIO_RNG_H

#include "base/error.h"
#include "hv/dev/virtio/device.h"

struct virtio_rng;

/* fill() gives len random bytes, on vCPU threads; NULL: getrandom().  NULL with *err set: no memory. */
struct virtio_rng *virtio_rng_new(void (*fill)(void *ctx, void *dst, size_t len), void *ctx,
				  const struct dma *dma, struct error *err) MUST_CHECK;
void virtio_rng_free(struct virtio_rng *r);

struct virtio *virtio_rng_device(struct virtio_rng *r);

#endif
