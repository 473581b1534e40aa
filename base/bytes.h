/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing integers in byte arrays at any alignment, and small bit helpers.
 * Little-endian unless the name says otherwise.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/types.h"

#include <string.h>

static inline u16 get_le16(const void *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline u32 get_le32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline u64 get_le64(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void put_le16(void *p, u16 v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void put_le32(void *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void put_le64(void *p, u64 v)
{
	memcpy(p, &v, sizeof(v));
}

static inline u32 get_be32(const void *p)
{
	return __builtin_bswap32(get_le32(p));
}

static inline u64 get_be64(const void *p)
{
	return __builtin_bswap64(get_le64(p));
}

static inline void put_be32(void *p, u32 v)
{
	put_le32(p, __builtin_bswap32(v));
}

static inline void put_be64(void *p, u64 v)
{
	put_le64(p, __builtin_bswap64(v));
}

/* Copies len bytes in reverse order; dst and src must not overlap. */
static inline void bytes_reverse(u8 *dst, const u8 *src, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = src[len - 1 - i];
}

static inline bool bytes_are_zero(const void *p, size_t len)
{
	const u8 *b = p;
	u8 acc = 0;

	for (size_t i = 0; i < len; i++)
		acc |= b[i];
	return acc == 0;
}

static inline u64 align_down(u64 v, u64 to)
{
	return v & ~(to - 1);
}

/* `to` is a power of two; wraps at 2^64, so callers bound v first. */
static inline u64 align_up(u64 v, u64 to)
{
	return (v + to - 1) & ~(to - 1);
}

static inline bool is_aligned(u64 v, u64 to)
{
	return (v & (to - 1)) == 0;
}

/* Bits lo..lo+count-1 of v; count 1..63. */
static inline u64 bits_get(u64 v, unsigned lo, unsigned count)
{
	return (v >> lo) & ((1ull << count) - 1);
}

#endif
