/* SPDX-License-Identifier: MIT */
/*
 * Making one block from bytes of guest memory.
 *
 * The lines are marked as code before they are read: a store after the mark is seen by the cache
 * and changes the generation that the block remembers from before the reading, so a block can be
 * stale but never wrong.
 */
#include "chip/cpu/decode/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "chip/cpu/decode/insn.h"
#include "chip/cpu/decode/ops_common.h"
#include "chip/cpu/exec/fuse.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/model/model.h"

enum { INSN_MAX_LEN = 15, LOWER_MAX_OPS = 8, WIDTHS = 3 };

struct decoder {
	const struct cpu_model *model;
	ZydisDecoder zydis[WIDTHS];
	ZydisDecoder real; /* real and virtual-8086 mode */
	const struct insn *row[INSN_MNEMONICS];
};

/* One block in the making. */
struct builder {
	struct cpu *c;
	struct decoder *d;
	struct block *b;
	u64 la;        /* of the block */
	u64 marked;    /* lines of its page marked so far */
	unsigned used; /* operations */
	u16 fpu_seen;  /* INSN_SSE.. classes already checked in this block */
	bool ends;
};

static void decoder_set_model(ZydisDecoder *z, const struct cpu_model *m)
{
	ZydisDecoderEnableMode(z, ZYDIS_DECODER_MODE_AMD_BRANCHES, ZYAN_TRUE);
	ZydisDecoderEnableMode(z, ZYDIS_DECODER_MODE_MPX, ZYAN_FALSE);
	ZydisDecoderEnableMode(z, ZYDIS_DECODER_MODE_CET, ZYAN_FALSE);
	ZydisDecoderEnableMode(z, ZYDIS_DECODER_MODE_LZCNT, cpu_model_has(m, FEATURE_LZCNT));
	ZydisDecoderEnableMode(z, ZYDIS_DECODER_MODE_TZCNT, cpu_model_has(m, FEATURE_BMI1));
}

struct decoder *decoder_new(const struct cpu_model *model)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->model = model;
	insn_index(d->row);
	ZydisDecoderInit(&d->zydis[MODE_16], ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16);
	ZydisDecoderInit(&d->zydis[MODE_32], ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
	ZydisDecoderInit(&d->zydis[MODE_64], ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	ZydisDecoderInit(&d->real, ZYDIS_MACHINE_MODE_REAL_16, ZYDIS_STACK_WIDTH_16);
	for (unsigned i = 0; i < WIDTHS; i++)
		decoder_set_model(&d->zydis[i], model);
	decoder_set_model(&d->real, model);
	return d;
}

void decoder_free(struct decoder *d)
{
	free(d);
}

static const ZydisDecoder *decoder_for(const struct decoder *d, u8 mode)
{
	return mode & MODE_REAL && (mode & MODE_WIDTH) == MODE_16 ? &d->real
								  : &d->zydis[mode & MODE_WIDTH];
}

static u64 lines_of(u64 la, size_t len)
{
	unsigned first = (unsigned)(la & PAGE_MASK) / 64;
	unsigned last = (unsigned)((la & PAGE_MASK) + len - 1) / 64;

	return (~0ull >> (63 - last)) & (~0ull << first);
}

/*
 * Marks the lines of the bytes, then reads them as they stand now; others may be writing them.  The
 * generation that counts is the one before the first line: a later one would cover up a change.
 */
static void read_code(struct builder *w, u8 *dst, struct mmu_fetch *page, u64 la, size_t len,
		      u32 *gen)
{
	u64 lines = lines_of(la, len);
	u32 now;

	if (lines & ~w->marked) {
		mmu_fetch_code(w->c, page, lines, &now);
		if (!w->marked)
			*gen = now;
	}
	w->marked |= lines;
	for (size_t i = 0; i < len; i++)
		dst[i] = host_load8(page->page + (la & PAGE_MASK) + i);
}

static struct lowering lowering_begin(struct builder *w, const ZydisDecodedInstruction *zi,
				      const ZydisDecodedOperand *zo)
{
	return (struct lowering){.c = w->c,
				 .mode = w->b->mode,
				 .zi = zi,
				 .zo = zo,
				 .ip_off = w->b->bytes,
				 .ops = w->b->ops + w->used,
				 .link = w->b->link,
				 .room = LOWER_MAX_OPS};
}

static bool mode_allows(const struct insn *row, u8 mode)
{
	bool is64 = (mode & MODE_WIDTH) == MODE_64;

	if ((row->cond & INSN_ONLY64 && !is64) || (row->cond & INSN_NOT64 && is64))
		return false;
	return !(row->cond & INSN_PROTECTED && mode & MODE_REAL);
}

static bool lock_allowed(const struct insn *row, const ZydisDecodedInstruction *zi,
			 const ZydisDecodedOperand *zo)
{
	if (!(zi->attributes & ZYDIS_ATTRIB_HAS_LOCK))
		return true;
	return row->cond & INSN_LOCK && zo[0].type == ZYDIS_OPERAND_TYPE_MEMORY;
}

static void emit_checks(struct builder *w, struct lowering *l, const struct insn *row)
{
	u16 fpu = simd_conditions(l, row) & (INSN_SSE | INSN_AVX | INSN_X87 | INSN_MMX);

	if (row->cond & INSN_CPL0)
		lower_emit(l, op_check_cpl0);
	if (fpu & ~w->fpu_seen) {
		lower_emit(l, op_check_fpu)->imm = fpu;
		w->fpu_seen |= fpu;
	}
}

static const struct insn *row_of(const struct decoder *d, const ZydisDecodedInstruction *zi)
{
	if (zi->meta.category == ZYDIS_CATEGORY_STRINGOP) {
		if (zi->mnemonic == ZYDIS_MNEMONIC_MOVSD)
			return d->row[INSN_MOVSD_STRING];
		if (zi->mnemonic == ZYDIS_MNEMONIC_CMPSD)
			return d->row[INSN_CMPSD_STRING];
	}
	return d->row[zi->mnemonic];
}

/* A pair of neighbours gets one handler, if there is one for it. */
static void fuse(struct op *first, op_fn *fused)
{
	if (fused)
		first->fn = fused;
}

/* Looks at the operations just lowered, and at the one before them. */
static void fuse_new(struct builder *w, const struct lowering *l)
{
	if (l->used == 1 && w->used > 0)
		fuse(l->ops - 1, fuse_jcc(l->ops - 1, l->ops));
	if (l->used > 1)
		fuse(l->ops + l->used - 2,
		     fuse_load_scalar(l->ops + l->used - 2, l->ops + l->used - 1));
}

static void lower_one(struct builder *w, const ZydisDecodedInstruction *zi,
		      const ZydisDecodedOperand *zo)
{
	const struct insn *row = row_of(w->d, zi);
	struct lowering l = lowering_begin(w, zi, zo);
	bool ok = row && mode_allows(row, w->b->mode) && cpu_model_has(w->d->model, row->feature) &&
		  lock_allowed(row, zi, zo);

	if (ok) {
		emit_checks(w, &l, row);
		ok = row->lower(&l, row);
	}
	if (!ok) {
		l.used = 0;
		lower_emit(&l, op_undefined);
		l.ends = true;
	}
	fuse_new(w, &l);
	w->used += l.used;
	w->ends = l.ends;
	w->b->bytes += zi->length;
	w->b->count++;
}

/* An instruction that cannot be: #UD, or #GP when it is longer than 15 bytes. */
static void lower_bad(struct builder *w, ZyanStatus status, unsigned have)
{
	ZydisDecodedInstruction zi = {.length = (u8)(have > INSN_MAX_LEN ? INSN_MAX_LEN : have)};
	struct lowering l = lowering_begin(w, &zi, NULL);

	lower_emit(&l, status == ZYDIS_STATUS_INSTRUCTION_TOO_LONG ? op_too_long : op_undefined);
	w->used += l.used;
	w->b->bytes += zi.length;
	w->b->count++;
	w->ends = true;
}

/*
 * Decodes the instruction at `code`, of which `have` bytes are at hand.  False: it needs more.
 */
static bool decode_one(struct builder *w, const u8 *code, unsigned have)
{
	ZydisDecodedInstruction zi;
	ZydisDecodedOperand zo[ZYDIS_MAX_OPERAND_COUNT];
	ZyanStatus status =
		ZydisDecoderDecodeFull(decoder_for(w->d, w->b->mode), code, have, &zi, zo);

	if (status == ZYDIS_STATUS_NO_MORE_DATA && have < INSN_MAX_LEN)
		return false;
	if (status == ZYDIS_STATUS_NO_MORE_DATA)
		status = ZYDIS_STATUS_INSTRUCTION_TOO_LONG;
	if (ZYAN_SUCCESS(status))
		lower_one(w, &zi, zo);
	else
		lower_bad(w, status, have);
	return true;
}

/* The first instruction goes on in the next page: a block of its own. */
static bool decode_crossing(struct builder *w, struct mmu_fetch *page)
{
	u8 code[INSN_MAX_LEN];
	unsigned first = (unsigned)(PAGE_SIZE - (w->la & PAGE_MASK));
	u64 next_la = (w->la | PAGE_MASK) + 1;
	ZydisDecodedInstruction none = {0};
	struct mmu_fetch second;
	struct lowering l;

	if ((w->b->mode & MODE_WIDTH) != MODE_64)
		next_la = (u32)next_la;
	if (!mmu_fetch(w->c, next_la, &second))
		return false;
	w->b->spa2 = second.spa.v;
	w->b->gen_now2 = second.code_gen;
	w->marked = 0;
	read_code(w, code, page, w->la, first, &w->b->gen);
	w->marked = 0;
	read_code(w, code + first, &second, next_la, INSN_MAX_LEN - first, &w->b->gen2);
	l = lowering_begin(w, &none, NULL);
	lower_emit(&l, op_check_second_page);
	w->used += l.used;
	decode_one(w, code, INSN_MAX_LEN);
	return true;
}

/* Decodes until something ends the block, at the latest the page. */
static void decode_page(struct builder *w, struct mmu_fetch *page)
{
	bool single = w->b->mode & MODE_SINGLE || w->c->pace == PACE_INSTRUCTION;
	unsigned at_most = single ? 1 : BLOCK_MAX_INSNS;
	u8 code[INSN_MAX_LEN];

	while (!w->ends && w->b->count < at_most) {
		u64 at = (w->la & PAGE_MASK) + w->b->bytes;
		unsigned have = INSN_MAX_LEN;

		if (at >= PAGE_SIZE)
			break;
		if (at + have > PAGE_SIZE)
			have = (unsigned)(PAGE_SIZE - at);
		read_code(w, code, page, w->la + w->b->bytes, have, &w->b->gen);
		if (!decode_one(w, code, have))
			break;
	}
}

/* A block that nothing ended goes on with the instruction behind it. */
static void finish(struct builder *w)
{
	ZydisDecodedInstruction none = {0};
	struct lowering l = lowering_begin(w, &none, NULL);

	if (w->ends)
		return;
	lower_emit(&l, op_go_on)->imm = (u64)(uintptr_t)&w->b->link[LINK_NEXT];
	w->b->link[LINK_NEXT].delta = w->b->bytes;
	w->used += l.used;
}

struct block *decode_block(struct cpu *c, struct decoder *d, const struct mmu_fetch *fetch, u64 la,
			   void *room, size_t *bytes)
{
	struct builder w = {.c = c, .d = d, .b = room, .la = la};
	struct mmu_fetch page = *fetch;

	*w.b = (struct block){.spa = page.spa.v | (la & PAGE_MASK),
			      .spa2 = BLOCK_ONE_PAGE,
			      .view = page.view,
			      .mode = c->mode,
			      .gen_now = page.code_gen};
	decode_page(&w, &page);
	if (w.b->count == 0 && !decode_crossing(&w, &page))
		return NULL;
	finish(&w);
	*bytes = sizeof(struct block) + w.used * sizeof(struct op);
	return w.b;
}
