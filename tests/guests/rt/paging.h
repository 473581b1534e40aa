/* SPDX-License-Identifier: MIT */
/*
 * Pages beyond the identity map: anything from RT_PAGING_BASE on, in the lower half.  Tables come
 * from rt_alloc() and allow everything, so a leaf alone decides.
 */
#ifndef TESTS_GUESTS_RT_PAGING_H
#define TESTS_GUESTS_RT_PAGING_H

#include "abi/paging.h"
#include "base/types.h"

#define RT_PAGING_BASE BIT64(PT_SHIFT_512G)

/* The entry for va in the table whose entries span 1 << shift bytes: PT_SHIFT_4K .. 512G. */
u64 *paging_entry(u64 va, unsigned shift);

/* Writes the entry and forgets what was there. */
void paging_set(u64 va, unsigned shift, u64 entry);

/* Maps 4 KiB, private if the guest is encrypted; flags are PTE_ bits beside PTE_P. */
void paging_map(u64 va, const void *page, u64 flags);

/* A page of zeros. */
void *paging_new_page(void);

#endif
