/* SPDX-License-Identifier: MIT */
/*
 * INT n in virtual-8086 mode.  With CR4.VME a bitmap in the TSS, below the I/O permission map, tells
 * which vectors the 8086 program serves itself.	[APM2 8.8.4, 12.2.4 Legacy Task-State Segment]
 */
#include "chip/cpu/exec/v86.h"

#include "abi/desc.h"
#include "abi/x86.h"
#include "chip/cpu/exec/frame.h"
#include "chip/cpu/mmu/mem.h"

static bool refuse(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

static bool tss_byte(struct cpu *c, u32 offset, u8 *v)
{
	if (offset > c->tr.limit)
		return refuse(c);
	return mem_load_sys(c, (u32)(c->tr.base + offset), v, 1);
}

/* *redirected: the vector's bit is clear. */
static bool bitmap_lookup(struct cpu *c, u8 vector, bool *redirected)
{
	enum { BITMAP_SIZE = 32 };
	u8 low, high, bits;

	if (!tss_byte(c, TSS32_IOMAP, &low) || !tss_byte(c, TSS32_IOMAP + 1, &high) ||
	    !tss_byte(c, (u32)(low | high << 8) - BITMAP_SIZE + vector / 8, &bits))
		return false;
	*redirected = !(bits >> (vector % 8) & 1);
	return true;
}

enum v86_int v86_redirect(struct cpu *c, u8 vector)
{
	bool trusted = (c->rflags & RFLAGS_IOPL_MASK) == RFLAGS_IOPL_MASK;
	bool redirected = false;

	if (c->cr4 & CR4_VME && !bitmap_lookup(c, vector, &redirected))
		return V86_INT_FAULT;
	if (redirected)
		return V86_INT_REDIRECT;
	if (trusted)
		return V86_INT_IDT;
	refuse(c);
	return V86_INT_FAULT;
}

/* With IOPL < 3 the program sees its virtual interrupt flag as IF. */
static u64 flags_image(const struct cpu *c, bool trusted)
{
	u64 rflags = cpu_rflags_get(c);

	if (trusted)
		return rflags;
	rflags = (rflags & ~RFLAGS_IF) | (rflags & RFLAGS_VIF ? RFLAGS_IF : 0);
	return rflags | RFLAGS_IOPL_MASK;
}

bool deliver_v86(struct cpu *c, const struct delivery *x)
{
	bool trusted = (c->rflags & RFLAGS_IOPL_MASK) == RFLAGS_IOPL_MASK;
	struct push_frame f;
	u16 ip, cs;

	if (!mem_load_slow(c, x->vector * 4u, 4))
		return false;
	ip = (u16)c->mem.q[0];
	cs = (u16)(c->mem.q[0] >> 16);
	frame_here(c, &f, 2);
	frame_push(&f, flags_image(c, trusted));
	frame_push(&f, c->seg[SEG_CS].sel);
	frame_push(&f, x->ret);
	if (!frame_write(c, &f))
		return false;
	frame_commit(c, &f);
	c->seg[SEG_CS].sel = cs;
	c->seg[SEG_CS].base = (u32)cs << 4;
	c->rip = ip;
	c->rflags &= ~(RFLAGS_TF | RFLAGS_RF | (trusted ? RFLAGS_IF : RFLAGS_VIF));
	return true;
}
