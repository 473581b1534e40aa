/* SPDX-License-Identifier: MIT */
/*
 * For tests: a chip's memory, cores that are nothing but an MMU, and the making of page tables.
 *
 * Guest-physical address g is system-physical g + BED_SHIFT where nested tables are in use, so an
 * address of the wrong kind does not get far.
 */
#ifndef CHIP_CPU_MMU_TESTBED_H
#define CHIP_CPU_MMU_TESTBED_H

#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/model/model.h"
#include "crypto/rng.h"

enum { BED_SLOTS = 4, BED_ASID = 2, BED_C_BIT = 47, BED_CORES = 4 };

#define BED_DRAM  MIB(32) /* twice what MMU frames cover: pages 16 MiB apart collide */
#define BED_SHIFT MIB(8)
#define BED_C     BIT64(BED_C_BIT)

/* The entries' bits under short names; RWU as most tables have it. */
#define E_RWU 0x7ull
#define E_AD  0x60ull

/* Page tables under construction: where they are, and how they look. */
struct tables {
	unsigned levels, index_bits, entry_size;
	u64 root;   /* in the tables' own addresses */
	u64 offset; /* those + offset = SPA */
	view_t view;
	u64 next; /* the next page for a table, in the tables' own addresses */
};

struct bed_config {
	bool nested, sev;
	bool no_mem_encrypt; /* SYSCFG.MEn clear */
	bool incoherent;
	u64 capacity;
	unsigned cores; /* 0: one */
};

struct bed {
	struct rng *rng;
	struct mee *mee;
	struct fabric fabric;
	struct cache *cache;
	struct cpu_model model;
	struct mmu_guest guest;
	struct tables npt;
	struct cpu *cpu; /* the first core, whose agent runs */
	struct cpu *core[BED_CORES];
};

/*
 * All cores are in long mode, four levels, CPL 0, WP, NX and PGE on, CR3 = 0 (no tables yet).  With
 * `nested`, nested tables map all that is above BED_SHIFT, by 4 KiB pages.
 */
struct bed *bed_new(const struct bed_config *cfg);
void bed_free(struct bed *b);

/* From now on the test's thread runs core n, and the one before is parked. */
void bed_switch(struct bed *b, unsigned n);

/* -- memory ---------------------------------------------------------------------------------- */

/* As a core or an engine would under the view; the test's own core runs. */
u64 bed_read(struct bed *b, spa_t spa, view_t view);
void bed_write(struct bed *b, spa_t spa, view_t view, u64 v);

/* A device's accesses; no core runs meanwhile. */
u64 bed_dma_read(struct bed *b, spa_t spa);
void bed_dma_write(struct bed *b, spa_t spa, u64 v);

/* What stands in DRAM, with all caches written back. */
u64 bed_dram(struct bed *b, spa_t spa);
/* What the engine makes of it under a slot's key. */
u64 bed_decrypt(struct bed *b, unsigned slot, spa_t spa);

/* Where a guest-physical address is, and under which view the guest's tables are. */
spa_t bed_spa(const struct bed *b, u64 gpa);
view_t bed_private(const struct bed *b);

/* -- tables ---------------------------------------------------------------------------------- */

enum { TABLES_GUEST_AT = MIB(1) }; /* the guest's tables grow from here */

/* Empty tables of the guest for a mode with this shape; 4 or 5, 3 (PAE), 2 (32-bit) levels. */
struct tables bed_tables(struct bed *b, unsigned levels);

/* The place of la's entry of a level (1: PTE) in the tables' addresses; makes tables above it. */
u64 tables_at(struct bed *b, struct tables *t, u64 la, unsigned level);
u64 tables_get(struct bed *b, struct tables *t, u64 la, unsigned level);
void tables_set(struct bed *b, struct tables *t, u64 la, unsigned level, u64 entry);

/* 4 KiB at la, RWU. */
void tables_map(struct bed *b, struct tables *t, u64 la, u64 to);

/* The core runs with these tables in the mode of their shape; MOV CR3 flushes as it does. */
void bed_use(struct bed *b, struct tables *t);

/* -- what happened --------------------------------------------------------------------------- */

/* One 8-byte access; true and *v, or false with c->event. */
bool bed_load(struct cpu *c, u64 la, u64 *v);
bool bed_store(struct cpu *c, u64 la, u64 v);

void assert_no_event(const struct cpu *c);
void assert_pf(const struct cpu *c, u64 la, u32 error);
void assert_npf(const struct cpu *c, u64 gpa, u64 info1);
void assert_gp(const struct cpu *c, bool noncanonical);

#endif
