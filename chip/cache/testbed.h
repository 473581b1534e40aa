/* SPDX-License-Identifier: MIT */
/* For tests: one chip's memory, and cores as simple as they can be: a soft TLB, loads, stores. */
#ifndef CHIP_CACHE_TESTBED_H
#define CHIP_CACHE_TESTBED_H

#include <pthread.h>

#include "chip/cache/cache.h"
#include "crypto/rng.h"

enum { TESTBED_PAGES = 256, TESTBED_SLOTS = 4, TESTBED_VIEWS = TESTBED_SLOTS + 1 };

struct testbed {
	struct rng *rng;
	struct mee *mee;
	struct fabric fabric;
	struct cache *cache;
};

struct testbed_config {
	enum mee_profile profile;
	/* Portable unless said otherwise: what vector code touches, the thread sanitizer misses. */
	enum mee_path path;
	u64 capacity;
	bool incoherent;
	const char *dram_file;
};

/* 1 MiB of DRAM and an engine of TESTBED_SLOTS keys; anything that fails aborts. */
void testbed_init(struct testbed *t, const struct testbed_config *cfg);
void testbed_fini(struct testbed *t);

/* What DRAM holds at spa, decrypted under a slot's key by the engine alone. */
void testbed_decrypt(const struct testbed *t, unsigned slot, spa_t spa, void *dst, size_t len);

/* -- cores ----------------------------------------------------------------------------------- */

/* One entry for each page and view: a TLB that never forgets by itself. */
struct core_entry {
	u8 *load, *store;
};

struct core {
	struct cache *cache;
	struct cache_agent *agent;
	struct core_entry tlb[TESTBED_PAGES][TESTBED_VIEWS];
	unsigned drops[2];    /* calls of drop(), by enum cache_drop */
	pthread_t dropped_by; /* the thread of the last */
};

/* Parked. */
void core_init(struct core *core, struct cache *c);
void core_fini(struct core *core);

/* What a running core does between instructions. */
void core_poll(struct core *core);

/* The core runs.  Polls first, as a core does at an instruction's start; NULL: not DRAM. */
u8 *core_hva(struct core *core, view_t view, spa_t spa, bool write);

/* 8 aligned bytes. */
u64 core_load(struct core *core, view_t view, spa_t spa);
void core_store(struct core *core, view_t view, spa_t spa, u64 v);

/* Whether the TLB has the page in the view; never fills. */
bool core_maps(const struct core *core, view_t view, spa_t spa, bool write);

/* -- the usual set-up ------------------------------------------------------------------------ */

/* A chip with two cores, of which the test's own thread runs a; b is parked. */
struct rig {
	struct testbed t;
	struct core a, b;
};

struct rig *rig_new(const struct testbed_config *cfg);
void rig_free(struct rig *r);

/* The fabric's accesses, with core a parked meanwhile.  They do not abort. */
void rig_dma_read(struct rig *r, spa_t spa, void *dst, size_t len);
void rig_dma_write(struct rig *r, spa_t spa, const void *src, size_t len);

/* The state of a page, and what it is cached under. */
bool rig_page_is(struct rig *r, spa_t page, enum cache_state state, view_t view);

#endif
