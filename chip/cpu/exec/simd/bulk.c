/* SPDX-License-Identifier: MIT */
/* Memory images larger than one access. */
#include "chip/cpu/exec/simd/bulk.h"

#include <string.h>

#include "chip/cpu/mmu/mem.h"

enum { PIECE = sizeof(((struct cpu *)0)->mem) };

static unsigned piece_of(size_t left)
{
	return left < PIECE ? (unsigned)left : PIECE;
}

bool bulk_load(struct cpu *c, u64 la, void *dst, size_t size)
{
	u8 *to = dst;

	for (size_t at = 0; at < size;) {
		unsigned n = piece_of(size - at);
		const u8 *p = mem_load_ptr(c, la + at, n);

		if (!p && !mem_load_slow(c, la + at, n))
			return false;
		memcpy(to + at, p ? p : c->mem.b, n);
		at += n;
	}
	return true;
}

bool bulk_store(struct cpu *c, u64 la, const void *src, size_t size)
{
	const u8 *from = src;

	for (size_t at = 0; at < size;) {
		unsigned n = piece_of(size - at);
		u8 *p = mem_store_ptr(c, la + at, n);

		memcpy(p ? p : c->mem.b, from + at, n);
		if (!p && !mem_store_slow(c, la + at, n))
			return false;
		at += n;
	}
	return true;
}
