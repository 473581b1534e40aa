/* SPDX-License-Identifier: MIT */
/* Copies that tear nothing of 8 bytes or less, and the LOCKed compare-exchange. */
#include "chip/fabric/shared.h"

#include <stdatomic.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"

/* -- copies ---------------------------------------------------------------------------------- */

/* The largest unit, of 8 bytes at most, that is aligned at `at` and fits in len. */
static size_t unit_at(uintptr_t at, size_t len)
{
	size_t unit = 8;

	while (!is_aligned(at, unit) || unit > len)
		unit /= 2;
	return unit;
}

static void load_unit(u8 *dst, const u8 *src, size_t unit)
{
	u64 v;

	switch (unit) {
	case 8:
		v = atomic_load_explicit((const _Atomic u64 *)(const void *)src,
					 memory_order_relaxed);
		break;
	case 4:
		v = atomic_load_explicit((const _Atomic u32 *)(const void *)src,
					 memory_order_relaxed);
		break;
	case 2:
		v = atomic_load_explicit((const _Atomic u16 *)(const void *)src,
					 memory_order_relaxed);
		break;
	default:
		v = atomic_load_explicit((const _Atomic u8 *)src, memory_order_relaxed);
		break;
	}
	memcpy(dst, &v, unit);
}

static void store_unit(u8 *dst, const u8 *src, size_t unit)
{
	switch (unit) {
	case 8:
		atomic_store_explicit((_Atomic u64 *)(void *)dst, get_le64(src),
				      memory_order_relaxed);
		break;
	case 4:
		atomic_store_explicit((_Atomic u32 *)(void *)dst, get_le32(src),
				      memory_order_relaxed);
		break;
	case 2:
		atomic_store_explicit((_Atomic u16 *)(void *)dst, get_le16(src),
				      memory_order_relaxed);
		break;
	default:
		atomic_store_explicit((_Atomic u8 *)dst, *src, memory_order_relaxed);
		break;
	}
}

void shared_load(void *dst, const void *shared, size_t len)
{
	const u8 *from = shared;
	u8 *to = dst;

	while (len) {
		size_t unit = unit_at((uintptr_t)from, len);

		do {
			load_unit(to, from, unit);
			from += unit;
			to += unit;
			len -= unit;
		} while (unit == 8 && len >= 8);
	}
}

void shared_store(void *shared, const void *src, size_t len)
{
	const u8 *from = src;
	u8 *to = shared;

	while (len) {
		size_t unit = unit_at((uintptr_t)to, len);

		do {
			store_unit(to, from, unit);
			from += unit;
			to += unit;
			len -= unit;
		} while (unit == 8 && len >= 8);
	}
}

/* -- compare-exchange ------------------------------------------------------------------------ */

/*
 * The C language has no atomic operation off its natural alignment, the processor has: hence
 * assembly, here and nowhere else.
 */
#define DEFINE_LOCK_CMPXCHG(bits, suffix)                                             \
	static bool lock_cmpxchg##bits(void *at, void *expected, const void *desired) \
	{                                                                             \
		u##bits old, new;                                                     \
		bool swapped;                                                         \
                                                                                      \
		memcpy(&old, expected, sizeof(old));                                  \
		memcpy(&new, desired, sizeof(new));                                   \
		__asm__ volatile("lock cmpxchg" suffix " %[new], (%[at])"             \
				 : "=@ccz"(swapped), "+a"(old)                        \
				 : [new] "q"(new), [at] "r"(at)                       \
				 : "memory");                                         \
		memcpy(expected, &old, sizeof(old));                                  \
		return swapped;                                                       \
	}

DEFINE_LOCK_CMPXCHG(8, "b")
DEFINE_LOCK_CMPXCHG(16, "w")
DEFINE_LOCK_CMPXCHG(32, "l")
DEFINE_LOCK_CMPXCHG(64, "q")

static bool lock_cmpxchg128(void *at, void *expected, const void *desired)
{
	u64 old[2], new[2];
	bool swapped;

	memcpy(old, expected, sizeof(old));
	memcpy(new, desired, sizeof(new));
	__asm__ volatile("lock cmpxchg16b (%[at])"
			 : "=@ccz"(swapped), "+a"(old[0]), "+d"(old[1])
			 : "b"(new[0]), "c"(new[1]), [at] "r"(at)
			 : "memory");
	memcpy(expected, old, sizeof(old));
	return swapped;
}

/* 16 bytes astride their alignment: cmpxchg16b would fault. */
static bool two_step_cmpxchg128(void *at, void *expected, const void *desired)
{
	u8 old[16];
	bool equal;

	shared_load(old, at, sizeof(old));
	equal = memcmp(old, expected, sizeof(old)) == 0;
	if (equal)
		shared_store(at, desired, sizeof(old));
	else
		memcpy(expected, old, sizeof(old));
	return equal;
}

bool shared_cmpxchg(void *shared, void *expected, const void *desired, size_t len)
{
	switch (len) {
	case 1:
		return lock_cmpxchg8(shared, expected, desired);
	case 2:
		return lock_cmpxchg16(shared, expected, desired);
	case 4:
		return lock_cmpxchg32(shared, expected, desired);
	case 8:
		return lock_cmpxchg64(shared, expected, desired);
	case 16:
		if (is_aligned((uintptr_t)shared, 16))
			return lock_cmpxchg128(shared, expected, desired);
		return two_step_cmpxchg128(shared, expected, desired);
	default:
		BUG();
	}
}
