/* SPDX-License-Identifier: MIT */
/*
 * One socket: the parts, in the order in which they stand on each other.  For chip.c and platform.c
 * alone; software's door is chip/platform.h.
 */
#ifndef CHIP_CHIP_H
#define CHIP_CHIP_H

#include <stdatomic.h>

#include "chip/cache/cache.h"
#include "chip/cpu/cpu.h"
#include "chip/cpu/model/model.h"
#include "chip/fabric/fabric.h"
#include "chip/mee/mee.h"
#include "chip/platform.h"
#include "chip/sp/sp.h"
#include "crypto/rng.h"

struct chip {
	struct cpu_model model; /* as configured, and as far as this host can play it */
	struct rng *rng;
	struct fabric fabric;
	struct mee *mee;
	struct cache *cache;
	struct sp *sp;
	struct cpu_clock clock;
	struct cpu *core[CHIP_CORES_MAX];
	unsigned cores;
	bool deterministic;
	u64 tsc_hz;
	void (*host_failed)(void *ctx, const char *line); /* as configured; may be NULL */
	void *ctx;
	_Atomic u64 idle; /* deterministic: ticks that passed while no guest ran */
};

/* The core of this number, which exists: anything else is a bug of the caller's. */
struct cpu *chip_core(const struct chip *chip, unsigned core);

#endif
