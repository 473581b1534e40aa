/* SPDX-License-Identifier: MIT */
/*
 * Pre-resolved operations: what decoding turns instructions into, and how one hands over to the
 * next.
 *
 * A handler does its instruction and ends with OP_NEXT(); in optimised builds that is a tail call
 * through op[1].fn, so a block runs as a chain of indirect jumps.  A handler that cannot go on
 * ends with OP_EVENT() (c->event is filled, nothing is committed) or, at the end of a block, with
 * one of the block_* functions of decode/block.h.
 *
 * Handlers must not take the address of a local that lives across OP_NEXT(): the compiler could
 * not make it a tail call.
 */
#ifndef CHIP_CPU_OP_H
#define CHIP_CPU_OP_H

#include "chip/cpu/state.h"

struct op;

typedef enum cpu_stop(op_fn)(struct cpu *c, const struct op *op);

/* Operand order is the instruction's: `a` is the first register operand, `b` the second. */
struct op {
	op_fn *fn;
	u8 a, b;        /* enum cpu_reg, or SIMD, segment, control register number */
	u8 base, index; /* enum cpu_reg: address = base + (index << scale) + disp */
	u8 scale;
	u8 seg;       /* enum cpu_seg of the memory operand; SEG_SS for stack operations */
	u16 ip_off;   /* of the instruction's first byte from that of the block */
	s32 disp;     /* RIP-relative operands: base is REG_BLOCK, disp is from the block's start */
	u8 len;       /* of the instruction in bytes */
	u8 size;      /* operand size in bytes */
	u8 addr_size; /* address size in bytes: 2, 4, 8 */
	u8 misc;      /* free for the handler family: third register, condition, rep, lock */
	u64 imm;
};
_Static_assert(sizeof(struct op) == 32, "an operation is half a cache line");

#define OP(name) enum cpu_stop name(struct cpu *c, const struct op *op)

#if defined(CPU_TAIL_CALLS)
#define OP_NEXT() MUSTTAIL return op[1].fn(c, op + 1)
#else
#define OP_NEXT()               \
	do {                    \
		c->op = op + 1; \
		return CPU_GO;  \
	} while (0)
#endif

/* The instruction at op cannot complete; c->event says why. */
#define OP_EVENT()                \
	do {                      \
		c->op = op;       \
		return CPU_EVENT; \
	} while (0)

/* rIP of the instruction at op, and of the one after it (64-bit arithmetic; callers truncate). */
static inline u64 op_rip(const struct cpu *c, const struct op *op)
{
	return c->reg[REG_BLOCK] + op->ip_off;
}

static inline u64 op_next_rip(const struct cpu *c, const struct op *op)
{
	return c->reg[REG_BLOCK] + op->ip_off + op->len;
}

/* Effective address in 64-bit mode with 64-bit addresses, no FS or GS: the common case. */
static ALWAYS_INLINE u64 op_ea_fast(const struct cpu *c, const struct op *op)
{
	return c->reg[op->base] + (c->reg[op->index] << op->scale) + (u64)(s64)op->disp;
}

/*
 * Linear address of op's memory operand of `size` bytes in every mode: address size, segment base,
 * and outside 64-bit mode type, limit and null checks for a read or a write.  False with
 * c->event filled (#GP or #SS).  Paging is not looked at.
 */
bool op_linear(struct cpu *c, const struct op *op, unsigned size, bool write, u64 *la);

/* The same for an offset already known (stack, string and far operands). */
bool seg_linear(struct cpu *c, unsigned seg, u64 offset, unsigned size, bool write, u64 *la);

/* Type and limit checks outside 64-bit mode, for a segment that need not be in a register yet. */
bool segment_allows(const struct cpu *c, const struct segment *s, u64 offset, unsigned size,
		    bool write);

#endif
