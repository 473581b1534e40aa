/* SPDX-License-Identifier: MIT */
/*
 * Who answers at an address: the port space and the memory-mapped space of a machine.
 *
 * A device claims ranges before the first vCPU runs; from then on the bus is read only and vCPU
 * threads use it without a lock.  Devices lock for themselves.  What nobody claims reads as ones
 * and drops writes, as an undriven bus does.
 */
#ifndef HV_DEV_BUS_H
#define HV_DEV_BUS_H

#include "base/compiler.h"
#include "base/types.h"

enum bus_kind {
	BUS_PORT,
	BUS_MMIO,
	BUS_KINDS,
};

/*
 * What a device does.  offset counts from its range's base; size is 1, 2, 4 or 8 and the access
 * stays within the range.  A device answers sizes it does not know with ones.  Bits of values above
 * size are ignored.
 */
struct bus_ops {
	u64 (*read)(void *ctx, u64 offset, unsigned size);
	void (*write)(void *ctx, u64 offset, unsigned size, u64 value);
};

enum { BUS_RANGES_MAX = 64 };

struct bus {
	unsigned count;
	struct bus_range {
		enum bus_kind kind;
		u64 base, len;
		const struct bus_ops *ops;
		void *ctx;
	} range[BUS_RANGES_MAX];
};

void bus_init(struct bus *bus);

/*
 * Claims len bytes (at least 1) from base.  ops and ctx are kept.  0; -EINVAL: empty, or beyond the
 * address space; -EEXIST: overlaps another range; -ENOSPC: BUS_RANGES_MAX are there.
 */
int bus_add(struct bus *bus, enum bus_kind kind, u64 base, u64 len, const struct bus_ops *ops,
	    void *ctx) MUST_CHECK;

/*
 * An access of 1 to 8 bytes.  One that no device serves whole, or of a size that is no power of two, is
 * split into the largest parts that are powers of two, low address first.
 */
u64 bus_read(const struct bus *bus, enum bus_kind kind, u64 addr, unsigned size);
void bus_write(const struct bus *bus, enum bus_kind kind, u64 addr, unsigned size, u64 value);

#endif
