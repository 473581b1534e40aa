/* SPDX-License-Identifier: MIT */
/* A port that ends the machine with a code: for payloads that are tests. */
#ifndef HV_DEV_DEBUG_EXIT_H
#define HV_DEV_DEBUG_EXIT_H

#include "base/types.h"
#include "hv/dev/bus.h"

/* exit() runs on the thread of the vCPU that wrote; it only asks the machine to stop. */
struct debug_exit {
	void (*exit)(void *ctx, u32 value);
	void *ctx;
};

enum { DEBUG_EXIT_PORTS = 4 };

/* DEBUG_EXIT_PORTS ports, of which the first counts; ctx is the struct debug_exit. */
extern const struct bus_ops debug_exit_bus_ops;

#endif
