/* SPDX-License-Identifier: MIT */
/* Operations that decoding itself puts into blocks, and addresses in every mode. */
#include "chip/cpu/decode/ops_common.h"

#include "abi/x86.h"
#include "chip/cpu/decode/block.h"
#include "chip/cpu/exec/simd/fpu.h"

OP(op_undefined)
{
	fault_raise(c, X86_VECTOR_UD);
	OP_EVENT();
}

OP(op_too_long)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	OP_EVENT();
}

OP(op_check_cpl0)
{
	if (c->cpl != 0) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		OP_EVENT();
	}
	OP_NEXT();
}

OP(op_check_fpu)
{
	if (UNLIKELY(c->fpu.denied & op->imm))
		OP_CALL(op_refuse_fpu, c, op);
	OP_NEXT();
}

OP(op_check_second_page)
{
	const struct block *b = c->block;

	if (atomic_load_explicit(b->gen_now2, memory_order_relaxed) != b->gen2) {
		c->icount -= b->count;
		BLOCK_END(c->reg[REG_BLOCK]);
	}
	OP_NEXT();
}

OP(op_go_on)
{
	BLOCK_FOLLOW(c, (struct block_link *)(uintptr_t)op->imm);
}

OP(op_ea_read)
{
	if (!op_linear(c, op, op->size, false, &c->reg[REG_EA]))
		OP_EVENT();
	OP_NEXT();
}

OP(op_ea_write)
{
	if (!op_linear(c, op, op->size, true, &c->reg[REG_EA]))
		OP_EVENT();
	OP_NEXT();
}

static u64 mask_of_address(unsigned addr_size)
{
	return addr_size == 8 ? ~0ull : addr_size == 4 ? 0xffffffffull : 0xffffull;
}

bool op_linear(struct cpu *c, const struct op *op, unsigned size, bool write, u64 *la)
{
	u64 offset = (op_ea_fast(c, op) + op->imm) & mask_of_address(op->addr_size);

	return seg_linear(c, op->seg, offset, size, write, la);
}

static bool seg_refuses(struct cpu *c, unsigned seg)
{
	fault_raise_error(c, seg == SEG_SS ? X86_VECTOR_SS : X86_VECTOR_GP, 0);
	return false;
}

/* Limit of an expand-down segment is where it begins. */
static bool within_limit(const struct segment *s, u64 offset, unsigned size)
{
	u64 last = offset + size - 1;
	bool expand_down = (s->attr & (SEG_ATTRIB_S | 0x8 | 0x4)) == (SEG_ATTRIB_S | 0x4);

	if (!expand_down)
		return last <= s->limit && last >= offset;
	return offset > s->limit && last <= (s->attr & SEG_ATTRIB_DB ? 0xffffffffull : 0xffffull);
}

static bool access_allowed(const struct cpu *c, const struct segment *s, bool write)
{
	bool code = s->attr & 8;

	if (c->mode & MODE_REAL)
		return true;
	if (!(s->attr & SEG_ATTRIB_P))
		return false;
	if (write)
		return !code && s->attr & 2;
	return !code || s->attr & 2;
}

bool segment_allows(const struct cpu *c, const struct segment *s, u64 offset, unsigned size,
		    bool write)
{
	return access_allowed(c, s, write) && within_limit(s, offset, size);
}

bool seg_linear(struct cpu *c, unsigned seg, u64 offset, unsigned size, bool write, u64 *la)
{
	const struct segment *s = &c->seg[seg];

	if ((c->mode & MODE_WIDTH) == MODE_64) {
		*la = offset + (seg >= SEG_FS ? s->base : 0);
		return true;
	}
	if (!segment_allows(c, s, offset, size, write))
		return seg_refuses(c, seg);
	*la = (u32)(s->base + offset);
	return true;
}
