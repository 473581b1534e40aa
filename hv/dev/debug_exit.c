/* SPDX-License-Identifier: MIT */
/* A port that ends the machine with a code. */
#include "hv/dev/debug_exit.h"

static u64 port_read(void *ctx, u64 offset, unsigned size)
{
	return ~0ull;
}

static void port_write(void *ctx, u64 offset, unsigned size, u64 value)
{
	struct debug_exit *d = ctx;

	if (offset == 0)
		d->exit(d->ctx, (u32)value);
}

const struct bus_ops debug_exit_bus_ops = {port_read, port_write};
