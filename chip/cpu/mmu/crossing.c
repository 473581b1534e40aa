/* SPDX-License-Identifier: MIT */
/*
 * Stores and LOCKed operations that cross from one page into the next.
 *
 * Both sides are found and checked before a byte is written.  A plain store needs the two mappings
 * at one time, and the cache may take back the first while it gives the second: then it is tried
 * again.  A LOCKed operation, and a store that has no luck, has the cache stop everybody else at
 * both pages, as a bus lock does.
 */
#include <string.h>

#include "chip/cpu/mmu/internal.h"
#include "chip/fabric/shared.h"

/* The two sides of an access. */
struct sides {
	struct place p[2];
	unsigned size[2];
};

typedef bool(find_fn)(struct cpu *c, struct bank *b, u64 la, enum access access, struct place *p);

static bool find_sides(struct cpu *c, struct bank *b, u64 la, unsigned size, find_fn *find,
		       struct sides *s)
{
	const u64 start[2] = {la, access_next_page(c, la)};

	s->size[0] = (unsigned)(PAGE_SIZE - (la & PAGE_MASK));
	s->size[1] = size - s->size[0];
	for (int i = 0; i < 2; i++)
		if (!find(c, b, start[i], ACCESS_WRITE, &s->p[i]) ||
		    !access_may_store(c, &s->p[i], s->size[i]))
			return false;
	return true;
}

/* -- the bus lock ---------------------------------------------------------------------------- */

struct bus {
	struct sides s;
	struct cache_part part[2];
	bool held; /* else the two are not lockable: see mem_cmpxchg_slow() */
};

static void bus_unlock(struct cpu *c, const struct bus *bus)
{
	if (bus->held)
		cache_end_split(c->cache, bus->part);
}

/* False with the event filled, and nothing held. */
static bool bus_lock(struct cpu *c, struct bank *b, u64 la, unsigned size, struct bus *bus)
{
	struct sides *s = &bus->s;

	if (!find_sides(c, b, la, size, access_walk, s))
		return false;
	for (int i = 0; i < 2; i++)
		bus->part[i] = (struct cache_part){.page = SPA(s->p[i].spa.v & ~PAGE_MASK),
						   .view = s->p[i].view};
	bus->held = cache_begin_split(c->cache, c->agent, bus->part);
	for (int i = 0; i < 2; i++) {
		if (rmp_check_access(c->mmu, &s->p[i].why, bus->part[i].page.v))
			continue;
		bus_unlock(c, bus);
		return false;
	}
	return true;
}

/* Where side i is now. */
static u8 *bus_side(struct cpu *c, struct bus *bus, int i, bool write)
{
	u64 off = bus->s.p[i].spa.v & PAGE_MASK;

	if (bus->held)
		return bus->part[i].hva + off;
	return frame_get(c->mmu, bus->part[i].page, bus->part[i].view, write)->hva + off;
}

static void bus_load(struct cpu *c, struct bus *bus, u8 *dst)
{
	shared_load(dst, bus_side(c, bus, 0, false), bus->s.size[0]);
	shared_load(dst + bus->s.size[0], bus_side(c, bus, 1, false), bus->s.size[1]);
}

static void bus_store(struct cpu *c, struct bus *bus, const u8 *src)
{
	for (int i = 0; i < 2; i++) {
		struct place *p = &bus->s.p[i];

		if (!p->dram)
			continue;
		shared_store(bus_side(c, bus, i, true), src + (i ? bus->s.size[0] : 0),
			     bus->s.size[i]);
		cache_code_written(c->cache, p->spa, bus->s.size[i]);
	}
}

/* -- operations ------------------------------------------------------------------------------ */

static bool store_alone(struct cpu *c, struct bank *b, u64 la, const u8 *src, unsigned size)
{
	struct bus bus;

	if (!bus_lock(c, b, la, size, &bus))
		return false;
	bus_store(c, &bus, src);
	bus_unlock(c, &bus);
	return true;
}

bool crossing_store(struct cpu *c, struct bank *b, u64 la, const u8 *src, unsigned size)
{
	struct mmu *m = c->mmu;
	struct sides s;

	for (int tries = 0; tries < HOLD_TRIES; tries++) {
		u64 drops = m->drops;

		if (!find_sides(c, b, la, size, access_place, &s))
			return false;
		if (m->drops != drops)
			continue;
		access_store(c, &s.p[0], src, s.size[0]);
		access_store(c, &s.p[1], src + s.size[0], s.size[1]);
		return true;
	}
	return store_alone(c, b, la, src, size);
}

bool crossing_cmpxchg(struct cpu *c, u64 la, unsigned size, bool *swapped)
{
	struct bus bus;
	u8 found[16];

	if (!bus_lock(c, c->mmu->bank, la, size, &bus))
		return false;
	bus_load(c, &bus, found);
	*swapped = memcmp(found, c->mem.b, size) == 0;
	if (*swapped)
		bus_store(c, &bus, c->mem.b + 16);
	else
		memcpy(c->mem.b, found, size);
	bus_unlock(c, &bus);
	return true;
}
