/* SPDX-License-Identifier: MIT */
/*
 * Virtqueues, split and packed: rings in guest memory through which a driver lends buffers.
 *
 * Everything in a ring is the driver's word: each descriptor is copied once, then checked, then used.
 * A queue that holds nonsense answers VIRTQUEUE_BROKEN, and the device asks for a reset.
 *	[VIRTIO 2.7 Split Virtqueues, 2.8 Packed Virtqueues]
 */
#ifndef HV_DEV_VIRTIO_QUEUE_H
#define HV_DEV_VIRTIO_QUEUE_H

#include "base/compiler.h"
#include "base/types.h"
#include "hv/dev/dma.h"

enum { VIRTQUEUE_SIZE_MAX = 256 };

enum virtqueue_result {
	VIRTQUEUE_OK,
	VIRTQUEUE_EMPTY,
	VIRTQUEUE_BROKEN, /* the driver broke a rule, or a ring is not in memory */
};

/*
 * A chain that the driver lent: first what the device reads, then what it writes.  Lengths sum to at
 * most VIRTQUEUE_CHAIN_BYTES.
 */
enum { VIRTQUEUE_PARTS_MAX = 256 };
#define VIRTQUEUE_CHAIN_BYTES (1u << 30)

struct virtqueue_chain {
	u16 id;    /* as the driver knows it */
	u16 slots; /* ring entries it takes (packed) */
	u16 parts, out_parts;
	u32 out_len, in_len; /* bytes to read, bytes to write */
	struct virtqueue_part {
		u64 gpa;
		u32 len;
	} part[VIRTQUEUE_PARTS_MAX];
};

struct virtqueue {
	/* As the driver set it up. */
	u16 size_max, size;
	bool enabled;
	u64 desc, driver, device; /* of the areas, guest-physical */

	/* From virtqueue_enable() on. */
	const struct dma *dma;
	bool packed, event_idx, indirect;
	u16 next_avail, next_used;
	bool avail_wrap, used_wrap; /* packed */
	u16 signalled;              /* used index at the last interrupt (EVENT_IDX) */
	bool signalled_wrap, signalled_valid;
};

/* Disabled, with the largest size. */
void virtqueue_reset(struct virtqueue *q, u16 size_max);

/* Starts a queue that the driver has described.  False: its size or an alignment is wrong. */
bool virtqueue_enable(struct virtqueue *q, const struct dma *dma, u64 features) MUST_CHECK;

/* Takes the next chain.  On OK it is the device's until virtqueue_push(). */
enum virtqueue_result virtqueue_pop(struct virtqueue *q, struct virtqueue_chain *chain) MUST_CHECK;

/* Gives a chain back, `written` bytes of its in part filled.  Any order.  False: ring outside memory. */
bool virtqueue_push(struct virtqueue *q, const struct virtqueue_chain *chain,
		    u32 written) MUST_CHECK;

/* Whether the driver wants an interrupt for what was pushed since the last time.  0, 1; -1: broken. */
int virtqueue_wants_interrupt(struct virtqueue *q) MUST_CHECK;

/*
 * Asks for a notification of the next buffer, or for none.  After asking, the caller looks once more:
 * the driver may have been faster.  False: ring outside memory.
 */
bool virtqueue_set_notify(struct virtqueue *q, bool on) MUST_CHECK;

/* -- a chain's bytes ------------------------------------------------------------------------- */

/*
 * Copies len bytes at offset of the out part (read) or in part (write).  False: beyond it, or the buffer
 * is outside guest memory.
 */
bool virtqueue_read(const struct virtqueue *q, const struct virtqueue_chain *chain, u32 offset,
		    void *dst, u32 len) MUST_CHECK;
bool virtqueue_write(const struct virtqueue *q, const struct virtqueue_chain *chain, u32 offset,
		     const void *src, u32 len) MUST_CHECK;

#endif
