/* SPDX-License-Identifier: MIT */
/*
 * MOVS STOS LODS SCAS CMPS, with and without REP.
 *
 * A repeated MOVS or STOS that goes upwards takes a page at a time: the host's own REP instruction
 * on what is left of both pages, so overlapping operands come out as on hardware.  Registers are
 * up to date after each piece; between pieces the instruction can be left and taken up again.
 */
#include "chip/cpu/exec/string.h"

#include "chip/cpu/exec/alu.h"
#include "chip/cpu/exec/debug.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/run.h"

enum { REP_NONE, REP_E, REP_NE }; /* op->misc; REP of MOVS, STOS, LODS is REP_E */

enum string_step { STEP_DONE, STEP_MORE, STEP_EVENT };

typedef enum string_step(step_fn)(struct cpu *c, const struct op *op);

static u64 index_mask(const struct op *op)
{
	return op->addr_size == 8 ? ~0ull : op->addr_size == 4 ? 0xffffffffull : 0xffffull;
}

static s64 stride(const struct cpu *c, const struct op *op)
{
	return c->rflags & RFLAGS_DF ? -(s64)op->size : (s64)op->size;
}

static bool source(struct cpu *c, const struct op *op, u64 *la)
{
	return seg_linear(c, op->seg, c->reg[REG_RSI] & index_mask(op), op->size, false, la);
}

static bool destination(struct cpu *c, const struct op *op, bool write, u64 *la)
{
	return seg_linear(c, SEG_ES, c->reg[REG_RDI] & index_mask(op), op->size, write, la);
}

static void advance(struct cpu *c, const struct op *op, unsigned reg, s64 by)
{
	reg_set(c, reg, op->addr_size, c->reg[reg] + (u64)by);
}

/* -- one element -------------------------------------------------------------------------------------- */

static enum string_step movs_one(struct cpu *c, const struct op *op)
{
	u64 from, to;

	if (!source(c, op, &from) || !destination(c, op, true, &to) ||
	    !mem_load_slow(c, from, op->size) || !mem_store_slow(c, to, op->size))
		return STEP_EVENT;
	advance(c, op, REG_RSI, stride(c, op));
	advance(c, op, REG_RDI, stride(c, op));
	return STEP_MORE;
}

static enum string_step stos_one(struct cpu *c, const struct op *op)
{
	u64 to;

	if (!destination(c, op, true, &to) || !mem_store_slow_u64(c, to, c->reg[REG_RAX], op->size))
		return STEP_EVENT;
	advance(c, op, REG_RDI, stride(c, op));
	return STEP_MORE;
}

static enum string_step lods_one(struct cpu *c, const struct op *op)
{
	u64 from;

	if (!source(c, op, &from) || !mem_load_slow(c, from, op->size))
		return STEP_EVENT;
	reg_set(c, REG_RAX, op->size, c->mem.q[0]);
	advance(c, op, REG_RSI, stride(c, op));
	return STEP_MORE;
}

static void compare(struct cpu *c, unsigned size, u64 a, u64 b)
{
	switch (size) {
	case 1:
		alu_cmp8((u8)a, (u8)b, &c->cc);
		break;
	case 2:
		alu_cmp16((u16)a, (u16)b, &c->cc);
		break;
	case 4:
		alu_cmp32((u32)a, (u32)b, &c->cc);
		break;
	default:
		alu_cmp64(a, b, &c->cc);
		break;
	}
}

static enum string_step after_compare(const struct cpu *c, const struct op *op)
{
	return op->misc == REP_NONE || cc_zf(c->cc) == (op->misc == REP_E) ? STEP_MORE : STEP_DONE;
}

static enum string_step scas_one(struct cpu *c, const struct op *op)
{
	u64 at;

	if (!destination(c, op, false, &at) || !mem_load_slow(c, at, op->size))
		return STEP_EVENT;
	compare(c, op->size, c->reg[REG_RAX], c->mem.q[0]);
	advance(c, op, REG_RDI, stride(c, op));
	return after_compare(c, op);
}

static enum string_step cmps_one(struct cpu *c, const struct op *op)
{
	u64 from, to, first;

	if (!source(c, op, &from) || !destination(c, op, false, &to) ||
	    !mem_load_slow(c, from, op->size))
		return STEP_EVENT;
	first = c->mem.q[0];
	if (!mem_load_slow(c, to, op->size))
		return STEP_EVENT;
	compare(c, op->size, first, c->mem.q[0]);
	advance(c, op, REG_RSI, stride(c, op));
	advance(c, op, REG_RDI, stride(c, op));
	return after_compare(c, op);
}

/* -- a page at a time ----------------------------------------------------------------------------------- */

/* Bytes that REP still has to do, or 0 when going downwards or outside a flat address space. */
static u64 bulk_bytes(const struct cpu *c, const struct op *op, u64 count)
{
	if (c->rflags & RFLAGS_DF || (c->mode & MODE_WIDTH) != MODE_64 || op->addr_size != 8)
		return 0;
	return count > (1ull << 32) ? 1ull << 32 : count * op->size;
}

static void host_rep_stos(u8 *to, u64 v, u64 count, unsigned size)
{
	switch (size) {
	case 1:
		__asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(v) : "memory");
		break;
	case 2:
		__asm__ volatile("rep stosw" : "+D"(to), "+c"(count) : "a"(v) : "memory");
		break;
	case 4:
		__asm__ volatile("rep stosl" : "+D"(to), "+c"(count) : "a"(v) : "memory");
		break;
	default:
		__asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(v) : "memory");
		break;
	}
}

/* Elements of the given size, so that overlapping operands repeat as they do on hardware. */
static void host_rep_movs(u8 *to, const u8 *from, u64 count, unsigned size)
{
	switch (size) {
	case 1:
		__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
		break;
	case 2:
		__asm__ volatile("rep movsw" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
		break;
	case 4:
		__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
		break;
	default:
		__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
		break;
	}
}

/* Elements done in one go, 0: do one the slow way; a fault leaves it to movs_one to find it. */
static u64 stos_bulk(struct cpu *c, const struct op *op, u64 count)
{
	u64 want = bulk_bytes(c, op, count);
	u64 got = 0;
	u8 *to;

	if (want < 2 * op->size)
		return 0;
	to = mem_span_store(c, c->reg[REG_RDI], want, &got);
	got /= op->size;
	if (!to || got == 0) {
		c->event.kind = EVENT_NONE;
		return 0;
	}
	host_rep_stos(to, c->reg[REG_RAX], got, op->size);
	mem_span_stored(c);
	c->reg[REG_RDI] += got * op->size;
	return got;
}

static u64 movs_bulk(struct cpu *c, const struct op *op, u64 count)
{
	u64 want = bulk_bytes(c, op, count);
	u64 base = op->seg >= SEG_FS ? c->seg[op->seg].base : 0;
	struct mem_pair pair;
	u64 got = 0;

	if (want < 2 * op->size)
		return 0;
	if (!mem_span_pair(c, base + c->reg[REG_RSI], c->reg[REG_RDI], want, &pair, &got) ||
	    got < op->size) {
		c->event.kind = EVENT_NONE;
		return 0;
	}
	got /= op->size;
	host_rep_movs(pair.dst, pair.src, got, op->size);
	mem_span_stored(c);
	c->reg[REG_RSI] += got * op->size;
	c->reg[REG_RDI] += got * op->size;
	return got;
}

/* -- repetition ------------------------------------------------------------------------------------------ */

static bool wanted_elsewhere(const struct cpu *c)
{
	return atomic_load_explicit(c->attention, memory_order_relaxed) != 0;
}

/* Without a bulk form, look for interrupts every so many elements. */
enum { REP_POLL = 256 };

/*
 * STEP_DONE: the instruction is complete.  STEP_MORE: it was left between two elements and goes on
 * at the same rIP.
 */
static enum string_step repeat(struct cpu *c, const struct op *op, step_fn *one,
			       u64 (*bulk)(struct cpu *, const struct op *, u64))
{
	for (unsigned round = 1;; round++) {
		u64 count = c->reg[REG_RCX] & index_mask(op);
		enum string_step step = STEP_MORE;
		u64 done;

		if (count == 0)
			return STEP_DONE;
		done = bulk && !(c->mode & MODE_SINGLE) ? bulk(c, op, count) : 0;
		if (done == 0) {
			step = one(c, op);
			if (step == STEP_EVENT)
				return step;
			done = 1;
		}
		reg_set(c, REG_RCX, op->addr_size, count - done);
		if (step == STEP_DONE || count == done)
			return STEP_DONE;
		if (c->mode & MODE_SINGLE ||
		    ((done > 1 || round % REP_POLL == 0) && wanted_elsewhere(c)))
			return STEP_MORE;
	}
}

static enum string_step run(struct cpu *c, const struct op *op, step_fn *one,
			    u64 (*bulk)(struct cpu *, const struct op *, u64))
{
	if (op->misc != REP_NONE)
		return repeat(c, op, one, bulk);
	return one(c, op) == STEP_EVENT ? STEP_EVENT : STEP_DONE;
}

#define STRING(name, bulk)                                            \
	static OP(name)                                               \
	{                                                             \
		enum string_step step = run(c, op, name##_one, bulk); \
                                                                      \
		if (step == STEP_EVENT)                               \
			OP_EVENT();                                   \
		if (step == STEP_MORE) {                              \
			debug_resume(c);                              \
			c->icount -= cpu_not_done(c, op);             \
			BLOCK_END(op_rip(c, op));                     \
		}                                                     \
		OP_NEXT();                                            \
	}

STRING(movs, movs_bulk)
STRING(stos, stos_bulk)
STRING(lods, NULL)
STRING(scas, NULL)
STRING(cmps, NULL)

static op_fn *const string_ops[] = {movs, stos, lods, scas, cmps};

static u8 rep_of(const struct lowering *l)
{
	if (l->zi->attributes & ZYDIS_ATTRIB_HAS_REPNE)
		return REP_NE;
	return l->zi->attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE) ? REP_E
										  : REP_NONE;
}

/* The operand by rSI may have a segment override. */
static u8 source_segment(const struct lowering *l)
{
	for (unsigned n = 0; n < l->zi->operand_count; n++)
		if (lower_is_mem(l, n) && (l->zo[n].mem.base == ZYDIS_REGISTER_RSI ||
					   l->zo[n].mem.base == ZYDIS_REGISTER_ESI ||
					   l->zo[n].mem.base == ZYDIS_REGISTER_SI))
			return lower_reg(l->zo[n].mem.segment);
	return SEG_DS;
}

bool lower_string(struct lowering *l, const struct insn *row)
{
	struct op *op = lower_emit(l, string_ops[row->n & 0xff]);

	op->size = (u8)(row->n >> 8);
	op->misc = rep_of(l);
	op->seg = source_segment(l);
	return true;
}
