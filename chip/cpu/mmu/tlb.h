/* SPDX-License-Identifier: MIT */
/*
 * The soft TLB as hot code sees it: a bank of two direct-mapped arrays for each context (user,
 * supervisor, supervisor with AC; per address space).  An entry is a promise that every check has
 * been made: guest and nested paging, C-bit and view, RMP, code write tracking.
 *
 * An entry for slot i that holds nothing has a tag whose index bits are not i, so no address that
 * maps to the slot can match.
 */
#ifndef CHIP_CPU_MMU_TLB_H
#define CHIP_CPU_MMU_TLB_H

#include "base/compiler.h"
#include "base/types.h"

#include <stdatomic.h>

enum { TLB_BITS = 10, TLB_SIZE = 1 << TLB_BITS };

struct tlb_entry {
	u64 tag;  /* linear address of the page */
	u8 *page; /* its bytes in the host */
};

struct tlb_bank {
	struct tlb_entry load[TLB_SIZE];
	struct tlb_entry store[TLB_SIZE];
} ALIGNED(64);

static ALWAYS_INLINE unsigned tlb_index(u64 la)
{
	return (la >> PAGE_SHIFT) & (TLB_SIZE - 1);
}

/*
 * Guest memory is shared with other threads; these are the only ways a core touches it.  Unaligned
 * addresses are fine (the host is x86), aligned ones are single-copy atomic.  A guest's own data
 * races are none of ours, so ThreadSanitizer gets to see instructions where we have C.
 */
#if THREAD_SANITIZER
#define HOST_ACCESS(bits)                                                       \
	static ALWAYS_INLINE u##bits host_load##bits(const u8 *p)               \
	{                                                                       \
		u##bits v;                                                      \
		__asm__ volatile("mov (%1), %0" : "=q"(v) : "r"(p) : "memory"); \
		return v;                                                       \
	}                                                                       \
	static ALWAYS_INLINE void host_store##bits(u8 *p, u##bits v)            \
	{                                                                       \
		__asm__ volatile("mov %0, (%1)" : : "q"(v), "r"(p) : "memory"); \
	}
#else
#define HOST_ACCESS(bits)                                                                  \
	struct host_unaligned##bits {                                                      \
		u##bits v;                                                                 \
	} PACKED MAY_ALIAS;                                                                \
	static ALWAYS_INLINE u##bits host_load##bits(const u8 *p)                          \
	{                                                                                  \
		return ((const volatile struct host_unaligned##bits *)(const void *)p)->v; \
	}                                                                                  \
	static ALWAYS_INLINE void host_store##bits(u8 *p, u##bits v)                       \
	{                                                                                  \
		((volatile struct host_unaligned##bits *)(void *)p)->v = v;                \
	}
#endif

HOST_ACCESS(8)
HOST_ACCESS(16)
HOST_ACCESS(32)
HOST_ACCESS(64)

#undef HOST_ACCESS

#endif
