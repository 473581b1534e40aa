/* SPDX-License-Identifier: MIT */
/* A chip, its pages, and a guest's memory, for tests of what stands on them. */
#ifndef HV_TESTBED_H
#define HV_TESTBED_H

#include "base/bug.h"
#include "hv/memory.h"

struct testbed {
	struct chip *chip;
	struct pages pages;
	struct memory memory;
	struct error err;
};

static inline void testbed_init(struct testbed *t, u64 memory, enum memory_placement placement)
{
	const struct chip_config cfg = {.cores = 1, .dram_size = memory + MIB(8)};

	*t = (struct testbed){.chip = chip_new(&cfg, &t->err)};
	BUG_ON(!t->chip);
	BUG_ON(pages_init(&t->pages, cfg.dram_size, &t->err) != 0);
	BUG_ON(memory_init(&t->memory, t->chip, &t->pages, memory, placement, &t->err) != 0);
}

static inline void testbed_fini(struct testbed *t)
{
	memory_fini(&t->memory);
	pages_fini(&t->pages);
	chip_free(t->chip);
}

#endif
