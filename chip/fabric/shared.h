/* SPDX-License-Identifier: MIT */
/*
 * Memory that other threads load and store while we do: how to touch it.
 *
 * A core runs on DRAM and on plaintext pages with plain host instructions, so a device or the SP
 * that copies from the same page at the same time must tear no more than real hardware would.
 * Every aligned unit of 1, 2, 4 or 8 bytes here is one host access, of relaxed order: in C's terms
 * no data race, on x86-64 a plain mov.
 */
#ifndef CHIP_FABRIC_SHARED_H
#define CHIP_FABRIC_SHARED_H

#include "base/compiler.h"
#include "base/types.h"

/* From shared memory into private memory; no overlap. */
void shared_load(void *dst, const void *shared, size_t len);

/* From private memory into shared memory; no overlap. */
void shared_store(void *shared, const void *src, size_t len);

/*
 * Compare-exchange of len = 1, 2, 4, 8 or 16 bytes at any alignment, by the host's LOCK prefix:
 * atomic against every host instruction, across cache lines and virtually contiguous pages too.
 * Only 16 bytes off their natural alignment have no such instruction; they are compared and stored
 * in two steps, atomic against those alone whom the caller keeps out.  True: memory equalled
 * `expected` and now holds `desired`.  False: `expected` has what memory held.
 */
bool shared_cmpxchg(void *shared, void *expected, const void *desired, size_t len);

#endif
