/* SPDX-License-Identifier: MIT */
/*
 * Who has which page of DRAM: the hypervisor's physical page allocator.
 *
 * One bit a page, first fit.  Page 0 is never given away, so that SPA 0 means "none".  Not for two
 * threads at once; a machine is built on one.
 */
#ifndef HV_PAGES_H
#define HV_PAGES_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

struct pages {
	u8 *used;
	u64 count;
	u64 free;
	u64 hint; /* no page below is free */
};

/* dram_size: bytes, a multiple of 4 KiB.  0 or -ENOMEM with *err set. */
int pages_init(struct pages *p, u64 dram_size, struct error *err) MUST_CHECK;
void pages_fini(struct pages *p);

/*
 * `count` pages in a row that start at a multiple of `align` bytes (a power of two, 4 KiB or more).
 * 0, or -ENOMEM with *err set: there is no such row.  What is in them is left as it is.
 */
int pages_alloc(struct pages *p, u64 count, u64 align, spa_t *spa, struct error *err) MUST_CHECK;

/* Gives back what pages_alloc() gave, whole or in part. */
void pages_free(struct pages *p, spa_t spa, u64 count);

#endif
