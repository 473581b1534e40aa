/* SPDX-License-Identifier: MIT */
/*
 * Stores and loads of selected lanes: MASKMOVDQU, VMASKMOVPS and its kin, gathers.  A lane that is not
 * selected is not accessed and, MASKMOVDQU and MASKMOVQ apart, cannot fault.
 */
#include <string.h>

#include "base/bytes.h"
#include "chip/cpu/exec/simd/simd.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/mmu/mem.h"

static bool selected(struct cpu *c, unsigned mask_slot, unsigned lane, unsigned lane_bytes)
{
	return lanes8(c, mask_slot)[(lane + 1) * lane_bytes - 1] & 0x80;
}

static bool store_lane(struct cpu *c, u64 la, const u8 *v, unsigned bytes)
{
	if (bytes == 1)
		return mem_store8(c, la, *v);
	if (bytes == 4)
		return mem_store32(c, la, get_le32(v));
	return mem_store64(c, la, get_le64(v));
}

static bool load_lane(struct cpu *c, u64 la, u8 *v, unsigned bytes)
{
	const u8 *p = mem_load_ptr(c, la, bytes);

	if (!p && !mem_load_slow(c, la, bytes))
		return false;
	memcpy(v, p ? p : c->mem.b, bytes);
	return true;
}

/* All lanes lie in a page that may be written: no fault can come. */
static void store_masked_direct(struct cpu *c, u8 *p, const struct op *op, unsigned lanes,
				unsigned lane_bytes)
{
	const u8 *data = lanes8(c, op->a);

	for (unsigned i = 0; i < lanes; i++)
		if (selected(c, op->b, i, lane_bytes))
			memcpy(p + i * lane_bytes, data + i * lane_bytes, lane_bytes);
}

bool simd_store_masked(struct cpu *c, u64 la, const struct op *op, unsigned lanes,
		       unsigned lane_bytes)
{
	u8 *p = mem_store_ptr(c, la, lanes * lane_bytes);
	const u8 *data = lanes8(c, op->a);

	if (p) {
		store_masked_direct(c, p, op, lanes, lane_bytes);
		return true;
	}
	for (unsigned i = 0; i < lanes; i++)
		if (selected(c, op->b, i, lane_bytes) &&
		    !mem_probe_store(c, la + i * lane_bytes, lane_bytes))
			return false;
	for (unsigned i = 0; i < lanes; i++)
		if (selected(c, op->b, i, lane_bytes) &&
		    !store_lane(c, la + i * lane_bytes, data + i * lane_bytes, lane_bytes))
			return false;
	return true;
}

/* Lanes that are not selected become 0. */
static NOINLINE bool load_masked(struct cpu *c, const struct op *op, unsigned lane_bytes)
{
	u64 la = op_ea_fast(c, op);
	const u8 *p = mem_load_ptr(c, la, (unsigned)op->imm);
	u8 result[32] = {0};

	for (unsigned i = 0; i < op->imm / lane_bytes; i++) {
		unsigned at = i * lane_bytes;

		if (!selected(c, op->b, i, lane_bytes))
			continue;
		if (p)
			memcpy(result + at, p + at, lane_bytes);
		else if (!load_lane(c, la + at, result + at, lane_bytes))
			return false;
	}
	memcpy(lanes8(c, op->a), result, sizeof(result));
	return true;
}

#define MASKED(lane_bytes)                                                                       \
	static OP(store_masked##lane_bytes)                                                      \
	{                                                                                        \
		if (!simd_store_masked(c, op_ea_fast(c, op), op, (unsigned)op->imm / lane_bytes, \
				       lane_bytes))                                              \
			OP_EVENT();                                                              \
		OP_NEXT();                                                                       \
	}                                                                                        \
	static OP(load_masked##lane_bytes)                                                       \
	{                                                                                        \
		if (!load_masked(c, op, lane_bytes))                                             \
			OP_EVENT();                                                              \
		OP_NEXT();                                                                       \
	}

MASKED(4)
MASKED(8)

/* MASKMOVDQU: the whole operand must be writable, whatever is selected. */
static OP(store_masked1)
{
	if (!mem_probe_store(c, op_ea_fast(c, op), 16) ||
	    !simd_store_masked(c, op_ea_fast(c, op), op, 16, 1))
		OP_EVENT();
	OP_NEXT();
}

/* MASKMOVDQU xmm, mask, to DS:rDI. */
static bool lower_maskmovdqu(struct lowering *l, const struct insn *row)
{
	struct op *op = lower_emit_mem(l, store_masked1, 2, LOWER_WRITE);

	op->a = simd_operand(l->zo[0].reg.value);
	op->b = simd_operand(l->zo[1].reg.value);
	return true;
}

/* VMASKMOVxx reg, mask, mem and mem, mask, reg.  row->n: bytes of a lane. */
static bool lower_maskmov(struct lowering *l, const struct insn *row)
{
	bool store = lower_is_mem(l, 0);
	unsigned mem = store ? 0 : 2;
	op_fn *fn;
	struct op *op;

	if (row->n == 4)
		fn = store ? store_masked4 : load_masked4;
	else
		fn = store ? store_masked8 : load_masked8;
	op = lower_emit_mem(l, fn, mem, store ? LOWER_WRITE : LOWER_READ);
	op->a = simd_operand(l->zo[2 - mem].reg.value);
	op->b = simd_operand(l->zo[1].reg.value);
	op->imm = l->zi->avx.vector_length / 8u;
	return true;
}

/* -- gathers: VPGATHERxy dst, [base + index vector * scale + disp], mask ------------------------------- */

/* What of a gather does not fit into struct op, in its imm. */
struct gather {
	u8 index_slot;
	u8 scale; /* log2 */
	u8 lanes;
	u8 lane_bytes;  /* of data and mask */
	u8 index_bytes; /* 4 or 8 */
	u8 addr_bytes;
	u8 seg;
	u8 clear_from; /* bytes of the destination from here on become 0 */
};
_Static_assert(sizeof(struct gather) == sizeof(u64), "fits op->imm");

static u64 gather_index(struct cpu *c, const struct gather *g, unsigned lane)
{
	return g->index_bytes == 4 ? (u64)(s64)(s32)lanes32(c, g->index_slot)[lane]
				   : lanes64(c, g->index_slot)[lane];
}

static bool gather_load(struct cpu *c, const struct op *op, const struct gather *g, unsigned lane)
{
	u64 offset = c->reg[op->base] + (u64)(s64)op->disp + (gather_index(c, g, lane) << g->scale);
	u64 la;

	if (g->addr_bytes == 4)
		offset = (u32)offset;
	return seg_linear(c, g->seg, offset, g->lane_bytes, false, &la) &&
	       load_lane(c, la, lanes8(c, op->a) + lane * g->lane_bytes, g->lane_bytes);
}

/*
 * Lane by lane from the lowest: each that has been loaded is written and its mask cleared, so that
 * after a fault the instruction goes on where it stopped.	[APM4 VPGATHERDD]
 */
static NOINLINE bool gather(struct cpu *c, const struct op *op)
{
	u8 *dst = lanes8(c, op->a), *mask = lanes8(c, op->b);
	struct gather g;

	memcpy(&g, &op->imm, sizeof(g));
	for (unsigned i = 0; i < g.lanes; i++) {
		if (selected(c, op->b, i, g.lane_bytes) && !gather_load(c, op, &g, i))
			return false;
		memset(mask + i * g.lane_bytes, 0, g.lane_bytes);
	}
	memset(dst + g.clear_from, 0, 32u - g.clear_from);
	memset(mask, 0, 32);
	return true;
}

static OP(vgather)
{
	if (!gather(c, op))
		OP_EVENT();
	OP_NEXT();
}

/* row->n: bytes of an index, times 16, plus bytes of a lane.  #UD if two of the registers are equal. */
static bool lower_gather(struct lowering *l, const struct insn *row)
{
	const ZydisDecodedOperandMem *m = &l->zo[1].mem;
	unsigned lane = row->n & 15, index = row->n >> 4, bytes = l->zi->avx.vector_length / 8u;
	unsigned lanes = bytes / (lane > index ? lane : index);
	u8 dst = simd_operand(l->zo[0].reg.value), mask = simd_operand(l->zo[2].reg.value);
	struct gather g = {.index_slot = simd_operand(m->index),
			   .scale = (u8)__builtin_ctz(m->scale),
			   .lanes = (u8)lanes,
			   .lane_bytes = (u8)lane,
			   .index_bytes = (u8)index,
			   .addr_bytes = (u8)(l->zi->address_width / 8),
			   .clear_from = (u8)(lanes * lane)};
	struct op *op;

	if (dst == mask || dst == g.index_slot || mask == g.index_slot)
		return false;
	op = lower_emit(l, vgather);
	lower_address(l, op, 1);
	g.seg = op->seg;
	op->index = REG_ZERO;
	op->scale = 0;
	op->a = dst;
	op->b = mask;
	memcpy(&op->imm, &g, sizeof(g));
	return true;
}

/* -- rows ------------------------------------------------------------------------------------------------ */

/* clang-format off */
#define ROW(NAME, needs, lower, number) \
	{ZYDIS_MNEMONIC_##NAME, INSN_AVX | INSN_PROTECTED, EXIT_NONE, ES_NONE, FEATURE_##needs, \
	 lower, NULL, NULL, number}
#define GATHER(index, lane) ((index) << 4 | (lane))

static const struct insn rows[] = {
	SSE_ROW(MASKMOVDQU, BASE, lower_maskmovdqu, NULL),
	ROW(VMASKMOVDQU,	AVX,	lower_maskmovdqu,	0),
	ROW(VMASKMOVPS,		AVX,	lower_maskmov,		4),
	ROW(VMASKMOVPD,		AVX,	lower_maskmov,		8),
	ROW(VPMASKMOVD,		AVX2,	lower_maskmov,		4),
	ROW(VPMASKMOVQ,		AVX2,	lower_maskmov,		8),
	ROW(VPGATHERDD,		AVX2,	lower_gather,		GATHER(4, 4)),
	ROW(VPGATHERDQ,		AVX2,	lower_gather,		GATHER(4, 8)),
	ROW(VPGATHERQD,		AVX2,	lower_gather,		GATHER(8, 4)),
	ROW(VPGATHERQQ,		AVX2,	lower_gather,		GATHER(8, 8)),
	ROW(VGATHERDPS,		AVX2,	lower_gather,		GATHER(4, 4)),
	ROW(VGATHERDPD,		AVX2,	lower_gather,		GATHER(4, 8)),
	ROW(VGATHERQPS,		AVX2,	lower_gather,		GATHER(8, 4)),
	ROW(VGATHERQPD,		AVX2,	lower_gather,		GATHER(8, 8)),
};
/* clang-format on */

const struct insn_table insn_table_masked = {rows, ARRAY_SIZE(rows)};
