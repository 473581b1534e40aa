/* SPDX-License-Identifier: MIT */
/*
 * User-mode network: the guest at 10.0.2.15 behind a gateway that is this process (libslirp).
 */
#ifndef HV_DEV_VIRTIO_SLIRP_H
#define HV_DEV_VIRTIO_SLIRP_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

struct net_slirp;

/* receive() gets frames for the guest, on the network's thread. */
struct net_slirp *net_slirp_new(void (*receive)(void *ctx, const void *frame, size_t len),
				void *ctx, struct error *err) MUST_CHECK;
void net_slirp_free(struct net_slirp *n);

/* Any thread.  A frame of the guest; of type net_backend.send. */
void net_slirp_send(void *net_slirp, const void *frame, size_t len);

/*
 * Forwards a host port to the guest: "tcp:[ADDR]:HOSTPORT-[ADDR]:PORT" or "udp:...", host address
 * 127.0.0.1 and guest address 10.0.2.15 where left out.  -errno with *err set.
 */
int net_slirp_forward(struct net_slirp *n, const char *rule, struct error *err) MUST_CHECK;

#endif
