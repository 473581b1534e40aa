/* SPDX-License-Identifier: MIT */
/* Who answers at an address.  Ranges are few, and a device access costs a #VMEXIT: a list will do. */
#include "hv/dev/bus.h"

#include <errno.h>

void bus_init(struct bus *bus)
{
	bus->count = 0;
}

static bool overlaps(const struct bus_range *r, u64 base, u64 len)
{
	return base < r->base ? r->base - base < len : base - r->base < r->len;
}

int bus_add(struct bus *bus, enum bus_kind kind, u64 base, u64 len, const struct bus_ops *ops,
	    void *ctx)
{
	u64 last = kind == BUS_PORT ? 0xffff : ~0ull;

	if (!len || base > last || len - 1 > last - base)
		return -EINVAL;
	for (unsigned i = 0; i < bus->count; i++)
		if (bus->range[i].kind == kind && overlaps(&bus->range[i], base, len))
			return -EEXIST;
	if (bus->count == BUS_RANGES_MAX)
		return -ENOSPC;
	bus->range[bus->count++] = (struct bus_range){kind, base, len, ops, ctx};
	return 0;
}

/* The range that serves the whole access, or NULL. */
static const struct bus_range *find(const struct bus *bus, enum bus_kind kind, u64 addr,
				    unsigned size)
{
	for (unsigned i = 0; i < bus->count; i++) {
		const struct bus_range *r = &bus->range[i];

		if (r->kind == kind && addr >= r->base && addr - r->base < r->len)
			return r->len - (addr - r->base) >= size ? r : NULL;
	}
	return NULL;
}

static u64 ones(unsigned size)
{
	return size >= 8 ? ~0ull : (1ull << 8 * size) - 1;
}

/* The largest power of two below size: what an access is split at. */
static unsigned first_part(unsigned size)
{
	return size > 4 ? 4 : size > 2 ? 2 : 1;
}

static bool is_whole(unsigned size)
{
	return (size & (size - 1)) == 0;
}

u64 bus_read(const struct bus *bus, enum bus_kind kind, u64 addr, unsigned size)
{
	const struct bus_range *r = is_whole(size) ? find(bus, kind, addr, size) : NULL;
	unsigned part = first_part(size);
	u64 low;

	if (r)
		return r->ops->read(r->ctx, addr - r->base, size) & ones(size);
	if (size == 1)
		return ones(1);
	low = bus_read(bus, kind, addr, part);
	return low | bus_read(bus, kind, addr + part, size - part) << 8 * part;
}

void bus_write(const struct bus *bus, enum bus_kind kind, u64 addr, unsigned size, u64 value)
{
	const struct bus_range *r = is_whole(size) ? find(bus, kind, addr, size) : NULL;
	unsigned part = first_part(size);

	if (r) {
		r->ops->write(r->ctx, addr - r->base, size, value & ones(size));
	} else if (size > 1) {
		bus_write(bus, kind, addr, part, value);
		bus_write(bus, kind, addr + part, size - part, value >> 8 * part);
	}
}
