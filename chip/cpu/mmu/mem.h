/* SPDX-License-Identifier: MIT */
/*
 * Memory as instructions see it: linear addresses, through the soft TLB.
 *
 * A hit costs an XOR, a compare and an add.  One unsigned compare catches a miss, an invalid entry
 * and an access that leaves the page, so everything unusual goes to the slow path in mmu/access.c,
 * where all checks are made: canonical form, paging, nested paging, C-bit, RMP, A and D bits,
 * code write tracking, page crossing, alignment check.
 *
 * Every function returns false with c->event filled (a fault or a #VMEXIT) when the access cannot
 * be done; no byte has been written then.
 */
#ifndef CHIP_CPU_MMU_MEM_H
#define CHIP_CPU_MMU_MEM_H

#include "chip/cpu/mmu/tlb.h"
#include "chip/cpu/state.h"

/*
 * Slow paths: any size from 1 to 64 bytes, any alignment, page-crossing included.  Data passes
 * through c->mem and not through a pointer to a local, which would spoil the handlers' tail calls.
 */
NOINLINE bool mem_load_slow(struct cpu *c, u64 la, unsigned size);  /* result in c->mem */
NOINLINE bool mem_store_slow(struct cpu *c, u64 la, unsigned size); /* data in c->mem */
NOINLINE bool mem_store_slow_u64(struct cpu *c, u64 la, u64 v, unsigned size);

/*
 * Implicit accesses by the processor itself (descriptor tables, TSS, IDT, stack switches to an
 * inner level): supervisor rights whatever the CPL.
 */
bool mem_load_sys(struct cpu *c, u64 la, void *dst, unsigned size);
bool mem_store_sys(struct cpu *c, u64 la, const void *src, unsigned size);

/*
 * Checks that `size` bytes could be stored (sets A and D bits, fills the TLB), without storing:
 * for instructions that must know before they change anything.
 */
bool mem_probe_store(struct cpu *c, u64 la, unsigned size);

/*
 * Atomic compare-exchange of 1, 2, 4, 8 or 16 bytes: what LOCKed instructions use when
 * mem_store_ptr() gives them no direct pointer (page crossing, tracked code page, not DRAM).
 * Expected value in c->mem.b[0..15], desired in c->mem.b[16..31]; when *swapped is false the value
 * found is in c->mem.b[0..15].
 *
 * Atomic against every access of every core and device, two pages included: for those the cache is
 * asked for both exclusively, as a bus lock would.  Two exceptions, which no real program meets: 16
 * bytes off 16-byte alignment within a page (CMPXCHG16B cannot ask for it), and two pages of which
 * one is not DRAM, or which are one page under two keys: compared and stored in two steps.
 */
bool mem_cmpxchg_slow(struct cpu *c, u64 la, unsigned size, bool *swapped);

/*
 * Host pointers for bulk string operations: the bytes from la to the end of its page, at most
 * `want` (not 0); *got tells how many.  NULL with c->event filled on a fault; NULL with EVENT_NONE
 * where there are no spans (the alignment of each element counts): go element by element.  A
 * pointer is good until the next call here that is not an inline hit.
 *
 * After storing through one, call mem_span_stored() before anything else: the bytes may have been
 * code.  What is not DRAM reads as ones and swallows what is stored.
 */
const u8 *mem_span_load(struct cpu *c, u64 la, u64 want, u64 *got);
u8 *mem_span_store(struct cpu *c, u64 la, u64 want, u64 *got);
void mem_span_stored(struct cpu *c);

/*
 * Both at once, for MOVS: the source is looked at first.  *got is what both pages have room for, or
 * 0 where there are no spans or the two cannot be had together (the cache is too small): then move
 * one element by load and store.  False with c->event filled on a fault.
 */
struct mem_pair {
	const u8 *src;
	u8 *dst;
};
bool mem_span_pair(struct cpu *c, u64 src, u64 dst, u64 want, struct mem_pair *out, u64 *got);

/* One function pair per size: mem_load8 .. mem_load64, mem_store8 .. mem_store64. */
#define MEM_FUNCTIONS(bits, bytes)                                                  \
	static ALWAYS_INLINE bool mem_load##bits(struct cpu *c, u64 la, u##bits *v) \
	{                                                                           \
		const struct tlb_entry *e = &c->tlb->load[tlb_index(la)];           \
		u64 off = la ^ e->tag;                                              \
                                                                                    \
		if (UNLIKELY(off > PAGE_SIZE - (bytes)))                            \
			return mem_load_slow(c, la, bytes) &&                       \
			       (*v = host_load##bits(c->mem.b), true);              \
		*v = host_load##bits(e->page + off);                                \
		return true;                                                        \
	}                                                                           \
	static ALWAYS_INLINE bool mem_store##bits(struct cpu *c, u64 la, u##bits v) \
	{                                                                           \
		const struct tlb_entry *e = &c->tlb->store[tlb_index(la)];          \
		u64 off = la ^ e->tag;                                              \
                                                                                    \
		if (UNLIKELY(off > PAGE_SIZE - (bytes)))                            \
			return mem_store_slow_u64(c, la, v, bytes);                 \
		host_store##bits(e->page + off, v);                                 \
		return true;                                                        \
	}

MEM_FUNCTIONS(8, 1)
MEM_FUNCTIONS(16, 2)
MEM_FUNCTIONS(32, 4)
MEM_FUNCTIONS(64, 8)

#undef MEM_FUNCTIONS

/* Direct host pointer for 1..64 bytes that lie in one mapped page, or NULL: use the slow path. */
static ALWAYS_INLINE const u8 *mem_load_ptr(const struct cpu *c, u64 la, unsigned size)
{
	const struct tlb_entry *e = &c->tlb->load[tlb_index(la)];
	u64 off = la ^ e->tag;

	return LIKELY(off <= PAGE_SIZE - size) ? NONNULL(e->page + off) : NULL;
}

static ALWAYS_INLINE u8 *mem_store_ptr(const struct cpu *c, u64 la, unsigned size)
{
	const struct tlb_entry *e = &c->tlb->store[tlb_index(la)];
	u64 off = la ^ e->tag;

	return LIKELY(off <= PAGE_SIZE - size) ? NONNULL(e->page + off) : NULL;
}

#endif
