/* SPDX-License-Identifier: MIT */
/* virtio network card over a back end that moves Ethernet frames.	[VIRTIO 5.1 Network Device] */
#ifndef HV_DEV_VIRTIO_NET_H
#define HV_DEV_VIRTIO_NET_H

#include "base/error.h"
#include "hv/dev/virtio/device.h"

struct virtio_net;

enum { NET_FRAME_MAX = 1514 }; /* without FCS */

/* The network.  send() gets a frame of the guest, on vCPU threads; it copies what it keeps. */
struct net_backend {
	void (*send)(void *ctx, const void *frame, size_t len);
	void *ctx;
};

/* NULL with *err set: no memory. */
struct virtio_net *virtio_net_new(const struct net_backend *b, const u8 mac[6],
				  const struct dma *dma, struct error *err) MUST_CHECK;
void virtio_net_free(struct virtio_net *n);

/* Any thread.  A frame for the guest; false: no buffer, dropped. */
bool virtio_net_receive(struct virtio_net *n, const void *frame, size_t len);

struct virtio *virtio_net_device(struct virtio_net *n);

#endif
