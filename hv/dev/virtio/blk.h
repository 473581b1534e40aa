/* SPDX-License-Identifier: MIT */
/*
 * virtio block device over a raw file, or over any back end of five functions.
 *	[VIRTIO 5.2 Block Device]
 */
#ifndef HV_DEV_VIRTIO_BLK_H
#define HV_DEV_VIRTIO_BLK_H

#include "base/error.h"
#include "hv/dev/virtio/device.h"

struct virtio_blk;

/*
 * Where sectors are kept.  Offsets and lengths in bytes, multiples of 512, within size.  0 or -errno;
 * called by one worker thread.  discard and write_zeroes may be NULL: not offered.
 */
struct blk_backend {
	u64 size;
	bool read_only;
	int (*read)(void *ctx, u64 offset, void *dst, size_t len);
	int (*write)(void *ctx, u64 offset, const void *src, size_t len);
	int (*flush)(void *ctx);
	int (*discard)(void *ctx, u64 offset, u64 len);
	int (*write_zeroes)(void *ctx, u64 offset, u64 len, bool may_unmap);
	void (*close)(void *ctx); /* NULL: nothing to do */
	void *ctx;
};

/*
 * A raw image: a regular file or block device, locked against other users (shared when read_only).  -errno
 * with *err set.  virtio_blk_new() takes it over.
 */
int blk_file_open(struct blk_backend *b, const char *path, bool read_only,
		  struct error *err) MUST_CHECK;

/*
 * serial: up to 20 characters for VIRTIO_BLK_T_GET_ID.  Takes the back end over, also when it fails: NULL
 * with *err set, no memory or no thread.
 */
struct virtio_blk *virtio_blk_new(const struct blk_backend *b, const char *serial,
				  const struct dma *dma, struct error *err) MUST_CHECK;

/* Waits for requests that are under way, then closes the back end.  After the transport is gone. */
void virtio_blk_free(struct virtio_blk *b);

struct virtio *virtio_blk_device(struct virtio_blk *b);

#endif
