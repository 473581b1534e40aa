/* SPDX-License-Identifier: MIT */
/*
 * A virtio device without its transport: what it offers, what a driver chose, its queues.
 *
 * A device type is a const descriptor with a few callbacks.  Status, feature negotiation, queue
 * setup and NEEDS_RESET are common, and a device never asks which transport it sits on.
 *	[VIRTIO 2 Basic Facilities of a Virtio Device]
 *
 * Locks: `lock` protects everything here.  Transports take it around each register; callbacks are
 * called with it held, and worker threads of a device take it around their use of queues.
 */
#ifndef HV_DEV_VIRTIO_DEVICE_H
#define HV_DEV_VIRTIO_DEVICE_H

#include <pthread.h>

#include "base/compiler.h"
#include "base/types.h"
#include "hv/dev/dma.h"
#include "hv/dev/virtio/queue.h"

enum { VIRTIO_QUEUES_MAX = 4 };

enum virtio_id {
	VIRTIO_ID_NONE = 0, /* an empty slot */
	VIRTIO_ID_NET = 1,
	VIRTIO_ID_BLOCK = 2,
	VIRTIO_ID_CONSOLE = 3,
	VIRTIO_ID_ENTROPY = 4,
};

/* Device status.	[VIRTIO 2.1] */
enum {
	VIRTIO_STATUS_ACKNOWLEDGE = 1,
	VIRTIO_STATUS_DRIVER = 2,
	VIRTIO_STATUS_DRIVER_OK = 4,
	VIRTIO_STATUS_FEATURES_OK = 8,
	VIRTIO_STATUS_NEEDS_RESET = 0x40,
	VIRTIO_STATUS_FAILED = 0x80,
};

/* Why a transport interrupts: bits. */
enum {
	VIRTIO_IRQ_QUEUE = 1,
	VIRTIO_IRQ_CONFIG = 2,
};

/* Feature bits of all devices.	[VIRTIO 6 Reserved Feature Bits] */
#define VIRTIO_F_INDIRECT_DESC   BIT64(28)
#define VIRTIO_F_EVENT_IDX       BIT64(29)
#define VIRTIO_F_VERSION_1       BIT64(32)
#define VIRTIO_F_ACCESS_PLATFORM BIT64(33)
#define VIRTIO_F_RING_PACKED     BIT64(34)

struct virtio;

struct virtio_type {
	enum virtio_id id;
	unsigned queues;
	u16 queue_size; /* the largest, a power of two */
	u64 features;   /* beside those that all have; a device may offer fewer: virtio.offered */
	unsigned config_size;

	/* The driver has put buffers into queue q, or may have. */
	void (*notify)(struct virtio *v, unsigned q);
	/*
	 * The driver resets the device.  Called with the lock held; may release it while it waits
	 * for a worker.  Afterwards nobody uses the queues.  NULL: nothing to do.
	 */
	void (*reset)(struct virtio *v);
	/* A byte-addressed access within config_size was made to `config`.  NULL: read only. */
	void (*config_written)(struct virtio *v, unsigned offset, unsigned size);
};

struct virtio {
	const struct virtio_type *type;
	struct dma dma;
	pthread_mutex_t lock;
	u64 offered;
	u64 driver_features;
	u8 status;
	u8 *config; /* type->config_size bytes, the device's own */
	u32 config_generation;
	struct virtqueue queue[VIRTIO_QUEUES_MAX];

	/* The transport's: interrupts for VIRTIO_IRQ_* reasons, with the lock held. */
	void (*interrupt)(void *ctx, unsigned why);
	void *interrupt_ctx;
};

/* For device types.  config stays the caller's; the rest of *v is set here. */
void virtio_init(struct virtio *v, const struct virtio_type *type, const struct dma *dma,
		 void *config);
void virtio_fini(struct virtio *v);

/* -- for transports, with the lock held ------------------------------------------------------ */

/* A write to the status: 0 resets; FEATURES_OK stays only where the features are ones we can live with. */
void virtio_set_status(struct virtio *v, u8 status);

/* False: the queue may not be enabled as it stands, and the device is now broken. */
bool virtio_enable_queue(struct virtio *v, unsigned q);

void virtio_notify(struct virtio *v, unsigned q);

/* size is 1, 2, 4 or 8; what is outside reads as ones. */
u64 virtio_config_read(struct virtio *v, u64 offset, unsigned size);
void virtio_config_write(struct virtio *v, u64 offset, unsigned size, u64 value);

/* -- for devices, with the lock held --------------------------------------------------------- */

bool virtio_has(const struct virtio *v, u64 feature);

/* DRIVER_OK, and not broken: queues may be used. */
bool virtio_is_live(const struct virtio *v);

/* The driver did what no driver may: NEEDS_RESET, and nothing more until it resets us. */
void virtio_break(struct virtio *v);

/* Interrupts for used buffers of q if the driver wants to hear of them. */
void virtio_signal_used(struct virtio *v, unsigned q);

/* The device changed its config space. */
void virtio_config_changed(struct virtio *v);

#endif
