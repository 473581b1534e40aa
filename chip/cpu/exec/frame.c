/* SPDX-License-Identifier: MIT */
/* Frames on stacks that are not switched to yet. */
#include "chip/cpu/exec/frame.h"

#include <string.h>

#include "abi/x86.h"
#include "chip/cpu/exec/desc.h"
#include "chip/cpu/mmu/mem.h"
#include "chip/cpu/op.h"

void frame_here(const struct cpu *c, struct push_frame *f, u8 size)
{
	f->ss = c->seg[SEG_SS];
	f->rsp = c->reg[REG_RSP];
	f->cpl = c->cpl;
	f->size = size;
	f->flat = (c->mode & MODE_WIDTH) == MODE_64;
	f->inner = false;
	f->count = 0;
}

u64 frame_mask(const struct push_frame *f)
{
	if (f->flat)
		return ~0ull;
	return f->ss.attr & SEG_ATTRIB_DB ? 0xffffffffull : 0xffffull;
}

static bool refuse(struct cpu *c, const struct push_frame *f)
{
	fault_selector(c, X86_VECTOR_SS, f->inner ? f->ss.sel : 0);
	return false;
}

static bool store(struct cpu *c, const struct push_frame *f, u64 la, const void *src, unsigned size)
{
	bool ok;

	if (f->cpl == 3) {
		memcpy(c->mem.b, src, size);
		ok = mem_store_slow(c, la, size);
	} else {
		ok = mem_store_sys(c, la, src, size);
	}
	if (!ok && c->event.kind == EVENT_FAULT && c->event.noncanonical)
		return refuse(c, f);
	return ok;
}

/* 64-bit mode: at most eight items, in one piece. */
static bool write_flat(struct cpu *c, struct push_frame *f)
{
	u64 image[8];
	u64 rsp = f->rsp - 8ull * f->count;

	for (unsigned n = 0; n < f->count; n++)
		image[f->count - 1 - n] = f->item[n];
	if (!store(c, f, rsp, image, 8u * f->count))
		return false;
	f->rsp = rsp;
	return true;
}

static bool write_item(struct cpu *c, const struct push_frame *f, u64 offset, u64 v)
{
	u64 la = f->ss.base + offset;

	if (f->flat)
		return store(c, f, offset, &v, f->size);
	if (!segment_allows(c, &f->ss, offset, f->size, true))
		return refuse(c, f);
	return store(c, f, (u32)la, &v, f->size);
}

bool frame_write(struct cpu *c, struct push_frame *f)
{
	u64 mask = frame_mask(f);
	u64 rsp = f->rsp;

	if (f->flat && f->size == 8)
		return write_flat(c, f);
	for (unsigned n = 0; n < f->count; n++) {
		rsp = (rsp & ~mask) | ((rsp - f->size) & mask);
		if (!write_item(c, f, rsp & mask, f->item[n]))
			return false;
	}
	f->rsp = rsp;
	return true;
}

void frame_commit(struct cpu *c, const struct push_frame *f)
{
	c->seg[SEG_SS] = f->ss;
	c->reg[REG_RSP] = f->rsp;
}
