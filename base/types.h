/* SPDX-License-Identifier: MIT */
/*
 * Fixed-width names, and the two address types that must never be mixed.
 *
 * Freestanding: guest code and abi/ use this header too.
 */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* System physical address: what leaves the core for memory, C-bit already removed. */
typedef struct {
	u64 v;
} spa_t;

/* Guest physical address: input of the nested walk, C-bit already removed. */
typedef struct {
	u64 v;
} gpa_t;

#define SPA(addr) ((spa_t){(addr)})
#define GPA(addr) ((gpa_t){(addr)})

#define PAGE_SHIFT    12
#define PAGE_SIZE     4096ull
#define PAGE_MASK     (PAGE_SIZE - 1)
#define PAGE_2M_SHIFT 21
#define PAGE_2M_SIZE  (1ull << PAGE_2M_SHIFT)

#define KIB(n) ((u64)(n) << 10)
#define MIB(n) ((u64)(n) << 20)
#define GIB(n) ((u64)(n) << 30)

#define BIT64(n) (1ull << (n))
#define BIT32(n) (1u << (n))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
