/* SPDX-License-Identifier: MIT */
/* Where characters go: the host's side of a serial port or console. */
#ifndef HV_DEV_CHARDEV_H
#define HV_DEV_CHARDEV_H

#include "base/types.h"

struct chardev {
	/* Takes all of it, on any thread, with the device's lock held: it must not call back. */
	void (*write)(void *ctx, const void *data, size_t len);
	/* The device has room for input again after it had refused some.  NULL: nobody asks. */
	void (*room)(void *ctx);
	void *ctx;
};

#endif
