/* SPDX-License-Identifier: MIT */
/*
 * Blocks: runs of decoded instructions, keyed by system physical address, view and mode.
 *
 * Each core has its own.  A block remembers the code generation of the page its bytes came from, and
 * is entered only while that is unchanged, so a store by anyone, DMA, or a
 * change of view makes it stale by itself.
 */
#ifndef CHIP_CPU_DECODE_BLOCK_H
#define CHIP_CPU_DECODE_BLOCK_H

#include "chip/cpu/op.h"

enum { BLOCK_MAX_INSNS = 64, LINK_TAKEN = 0, LINK_NEXT = 1 };

/* Where a direct jump goes: found by look-up once, then followed while the context is the same. */
struct block_link {
	struct block *to;
	u64 delta; /* target rIP minus rIP of the block that jumps */
	u64 fetch_ctx;
};

struct block {
	u64 spa;               /* of the first byte */
	u64 spa2;              /* of the second page for an instruction that crosses, else ~0 */
	_Atomic u32 *gen_now;  /* the page's code generation, and what it was at decode */
	_Atomic u32 *gen_now2; /* of the second page, looked at by op_check_second_page */
	u32 gen, gen2;
	view_t view;
	u8 mode;
	u8 count;  /* instructions */
	u16 bytes; /* length of the code */
	struct block *hash_next;
	struct block_link link[2]; /* of a direct jump; of going on behind the block */
	struct op ops[];
};

enum { JUMP_BITS = 12, JUMP_SIZE = 1 << JUMP_BITS };

struct jump_entry {
	u64 rip;
	struct block *to;
	u64 fetch_ctx;
};

/* False with *err untouched: out of memory.  Sets c->blocks and c->jumps. */
bool block_cache_init(struct cpu *c) MUST_CHECK;
void block_cache_fini(struct cpu *c);
void block_cache_flush(struct cpu *c);

/*
 * The block at c->rip in the present context, decoded if need be; fills c->link and the jump
 * cache.  NULL with c->event filled when the first instruction cannot be fetched.
 */
struct block *block_find(struct cpu *c);

/* -- ends of blocks (for handlers) ------------------------------------------------------------ */

/* Hands over to another handler.  A plain call where there are no tail calls: that is fine, too. */
#if defined(CPU_TAIL_CALLS)
#define OP_CALL(fn_, c_, op_) MUSTTAIL return (fn_)(c_, op_)
#else
#define OP_CALL(fn_, c_, op_) return (fn_)(c_, op_)
#endif

/* Runs the operations from `first` on; without tail calls the run loop does. */
#if defined(CPU_TAIL_CALLS)
#define OP_START(c_, first) OP_CALL((first)->fn, c_, first)
#else
#define OP_START(c_, first)         \
	do {                        \
		(c_)->op = (first); \
		return CPU_GO;      \
	} while (0)
#endif

static ALWAYS_INLINE bool block_may_enter(const struct cpu *c, const struct block *b)
{
	u32 stale = atomic_load_explicit(b->gen_now, memory_order_relaxed) ^ b->gen;
	u32 wants = atomic_load_explicit(c->attention, memory_order_relaxed);

	return (stale | wants) == 0;
}

/* Starts block b, whose rIP is in REG_BLOCK and which may be entered. */
#define BLOCK_START(c, b)                  \
	do {                               \
		(c)->block = (b);          \
		(c)->icount += (b)->count; \
		OP_START(c, (b)->ops);     \
	} while (0)

/* Starts block b, unless something wants attention or b is stale. */
#define BLOCK_ENTER(c, b)                                \
	do {                                             \
		const struct block *b_ = (b);            \
                                                         \
		if (UNLIKELY(!block_may_enter(c, b_))) { \
			(c)->rip = (c)->reg[REG_BLOCK];  \
			return CPU_NEXT;                 \
		}                                        \
		BLOCK_START(c, b_);                      \
	} while (0)

/* Follows a direct jump; a link that leads nowhere, or to a stale block, is to be filled. */
#define BLOCK_FOLLOW(c, l)                                                                      \
	do {                                                                                    \
		struct block_link *l_ = (l);                                                    \
                                                                                                \
		(c)->reg[REG_BLOCK] = ((c)->reg[REG_BLOCK] + l_->delta) & (c)->ip_mask;         \
		if (UNLIKELY(l_->fetch_ctx != (c)->fetch_ctx || !block_may_enter(c, l_->to))) { \
			(c)->rip = (c)->reg[REG_BLOCK];                                         \
			(c)->link = l_;                                                         \
			return CPU_NEXT;                                                        \
		}                                                                               \
		BLOCK_START(c, l_->to);                                                         \
	} while (0)

static ALWAYS_INLINE unsigned jump_index(u64 rip)
{
	return (rip ^ (rip >> JUMP_BITS)) & (JUMP_SIZE - 1);
}

/*
 * Goes to a rIP known only now (RET, indirect JMP and CALL), already truncated and checked:
 * through the jump cache when it can, else back to the run loop.
 */
#define BLOCK_GOTO(c, rip_)                                                      \
	do {                                                                     \
		u64 r_ = (rip_);                                                 \
		const struct jump_entry *j_ = &(c)->jumps[jump_index(r_)];       \
                                                                                 \
		if (UNLIKELY(j_->rip != r_ || j_->fetch_ctx != (c)->fetch_ctx || \
			     j_->to->mode != (c)->mode))                         \
			BLOCK_END(r_);                                           \
		(c)->reg[REG_BLOCK] = r_;                                        \
		BLOCK_ENTER(c, j_->to);                                          \
	} while (0)

/* Ends the block: the run loop looks up rIP.  For everything INSN_ENDS_BLOCK. */
#define BLOCK_END(next_rip)          \
	do {                         \
		c->rip = (next_rip); \
		return CPU_NEXT;     \
	} while (0)

#endif
