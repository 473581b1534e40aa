/* SPDX-License-Identifier: MIT */
/* The legacy area of FXSAVE and XSAVE.	[APM2 11.4.4 Saving Media and x87 State] */
#include "chip/cpu/exec/simd/legacy_area.h"

#include <string.h>

#include "abi/x86.h"
#include "chip/cpu/exec/simd/bulk.h"
#include "chip/cpu/exec/simd/simd_lower.h"

unsigned legacy_xmm_count(const struct cpu *c)
{
	return (c->mode & MODE_WIDTH) == MODE_64 ? FX_XMM_REGS : FX_XMM_REGS / 2;
}

/* With REX.W 64-bit pointers, else 32 bits and a selector. */
static void pointers_out(const struct cpu *c, struct fxsave_area *a, bool rex_w)
{
	const struct fxsave_area *image = fpu_image_const(c);

	a->fop = image->fop;
	a->rip = rex_w ? image->rip : (u32)image->rip | (u64)c->fpu.x87_cs << 32;
	a->rdp = rex_w ? image->rdp : (u32)image->rdp | (u64)c->fpu.x87_ds << 32;
}

static void pointers_in(struct cpu *c, const struct fxsave_area *a, bool rex_w)
{
	struct fxsave_area *image = fpu_image(c);

	image->fop = a->fop & 0x7ff;
	image->rip = rex_w ? a->rip : (u32)a->rip;
	image->rdp = rex_w ? a->rdp : (u32)a->rdp;
	c->fpu.x87_cs = rex_w ? 0 : (u16)(a->rip >> 32);
	c->fpu.x87_ds = rex_w ? 0 : (u16)(a->rdp >> 32);
}

void legacy_out(struct cpu *c, struct fxsave_area *a, bool rex_w)
{
	const struct fxsave_area *image = fpu_image_const(c);

	fpu_sync(c);
	memset(a, 0, sizeof(*a));
	a->fcw = image->fcw;
	a->fsw = image->fsw;
	a->ftw = image->ftw;
	pointers_out(c, a, rex_w);
	a->mxcsr = c->fpu.mxcsr;
	a->mxcsr_mask = MXCSR_VALID_MASK;
	memcpy(a->st, image->st, sizeof(a->st));
	for (unsigned i = 0; i < FX_XMM_REGS; i++)
		memcpy(a->xmm[i], c->fpu.ymm[i], sizeof(a->xmm[i]));
}

void legacy_x87_in(struct cpu *c, const struct fxsave_area *a, bool rex_w)
{
	struct fxsave_area *image = fpu_image(c);

	if (c->fpu.x87_at == X87_IN_HOST)
		fpu_x87_forget_host(c);
	c->fpu.x87_at = X87_IN_MEMORY;
	image->fcw = a->fcw;
	image->fsw = a->fsw;
	image->ftw = a->ftw;
	pointers_in(c, a, rex_w);
	memcpy(image->st, a->st, sizeof(image->st));
	fpu_x87_normalise(c);
}

void legacy_xmm_in(struct cpu *c, const struct fxsave_area *a)
{
	for (unsigned i = 0; i < legacy_xmm_count(c); i++)
		memcpy(c->fpu.ymm[i], a->xmm[i], sizeof(a->xmm[i]));
}

bool legacy_refuse(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

bool legacy_probe_load(struct cpu *c, u64 la)
{
	u8 byte;

	return bulk_load(c, la, &byte, 1);
}

/* Where nothing about decoding changed, the block goes on by a link. */
static bool lower_state(struct lowering *l, const struct insn *row, enum lower_access access)
{
	lower_emit_mem(l, row->fn, 0, access)->misc = (u8)row->n;
	simd_emit_go_on(l);
	return true;
}

bool lower_state_load(struct lowering *l, const struct insn *row)
{
	return lower_state(l, row, LOWER_READ);
}

bool lower_state_store(struct lowering *l, const struct insn *row)
{
	return lower_state(l, row, LOWER_WRITE);
}
