/* SPDX-License-Identifier: MIT */
/*
 * Nested page tables: what guest physical addresses mean, written into DRAM for the core to walk.
 *
 * A nested table has the form of a long-mode one; the walk is a user access, so every entry has its
 * U/S bit set.	[APM2 15.25 Nested Paging]
 */
#ifndef HV_NPT_H
#define HV_NPT_H

#include "hv/memory.h"

struct npt {
	struct chip *chip;
	struct pages *pages;
	spa_t root; /* nCR3 */
	u64 tables; /* pages in use for it */
};

/* An empty table.  0 or -ENOMEM with *err set. */
int npt_init(struct npt *npt, struct chip *chip, struct pages *pages, struct error *err) MUST_CHECK;

/* Gives the tables back; nothing runs on them any more. */
void npt_fini(struct npt *npt);

/*
 * gpa .. gpa + size - 1 to spa on, readable, writable, executable; size is 4 KiB or 2 MiB, and both
 * addresses are multiples of it.  What was there is replaced (not: 4 KiB into a 2 MiB page).  0 or
 * -ENOMEM with *err set.
 */
int npt_map(struct npt *npt, gpa_t gpa, spa_t spa, u64 size, struct error *err) MUST_CHECK;

/* Takes one 4 KiB or 2 MiB page out; whoever runs on the table has to flush its TLB. */
void npt_unmap(struct npt *npt, gpa_t gpa);

/* All of a guest's memory, by pages of this size. */
int npt_map_memory(struct npt *npt, const struct memory *m, u64 page_size,
		   struct error *err) MUST_CHECK;

/* The tables' bytes that memory of this size needs at most, by 4 KiB pages. */
u64 npt_bytes_for(u64 memory_size);

#endif
