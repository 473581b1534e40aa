/* SPDX-License-Identifier: MIT */
/*
 * How a device reaches guest memory: by address, as the DMA requester, and never by pointer.
 *
 * A device has no key.  What it reads from a private page is ciphertext, and what it writes there
 * destroys the blocks it hits; the device cannot tell.
 */
#ifndef HV_DEV_DMA_H
#define HV_DEV_DMA_H

#include "base/compiler.h"
#include "base/types.h"

/*
 * Copies len bytes from or to guest-physical memory.  0, or nonzero: some byte is outside guest memory
 * or may not be written, and an unknown part was copied.  Called by any thread, concurrently.
 */
struct dma {
	int (*read)(void *ctx, u64 gpa, void *dst, size_t len);
	int (*write)(void *ctx, u64 gpa, const void *src, size_t len);
	void *ctx;
};

static inline MUST_CHECK int dma_read(const struct dma *dma, u64 gpa, void *dst, size_t len)
{
	return dma->read(dma->ctx, gpa, dst, len);
}

static inline MUST_CHECK int dma_write(const struct dma *dma, u64 gpa, const void *src, size_t len)
{
	return dma->write(dma->ctx, gpa, src, len);
}

#endif
