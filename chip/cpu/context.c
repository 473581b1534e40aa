/* SPDX-License-Identifier: MIT */
/* State that follows from other state: mode, masks, RFLAGS as one word. */
#include "chip/cpu/state.h"

#include "chip/cpu/exec/debug.h"
#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/mmu/mmu.h"

u64 cpu_rflags_get(const struct cpu *c)
{
	return (c->rflags & ~RFLAGS_ARITH) | cc_to_rflags(c->cc) | RFLAGS_ONE;
}

void cpu_rflags_set(struct cpu *c, u64 rflags)
{
	c->cc = cc_from_rflags(rflags);
	c->rflags = (rflags & RFLAGS_DEFINED & ~RFLAGS_ARITH) | RFLAGS_ONE;
}

static u8 code_width(const struct cpu *c)
{
	if (!cpu_protected(c) || cpu_v86(c))
		return MODE_16;
	if (cpu_long_mode(c) && c->seg[SEG_CS].attr & SEG_ATTRIB_L)
		return MODE_64;
	return c->seg[SEG_CS].attr & SEG_ATTRIB_DB ? MODE_32 : MODE_16;
}

static bool code_is_flat(const struct cpu *c, u8 width)
{
	if (width == MODE_64)
		return true;
	return width == MODE_32 && c->seg[SEG_CS].base == 0 && c->seg[SEG_CS].limit == 0xffffffff;
}

void cpu_context_changed(struct cpu *c)
{
	u8 width = code_width(c);
	u8 mode = width;

	if (code_is_flat(c, width))
		mode |= MODE_FLAT;
	if (!cpu_protected(c) || cpu_v86(c))
		mode |= MODE_REAL;
	if (c->rflags & RFLAGS_TF || c->shadow != SHADOW_NONE || debug_armed(c))
		mode |= MODE_SINGLE;
	mode |= fpu_mode(c);
	c->mode = mode;
	c->ip_mask = width == MODE_64 ? ~0ull : 0xffffffffull;
	c->va_shift = c->cr4 & CR4_LA57 ? 7 : 16;
	fpu_gate(c);
	mmu_context_changed(c);
}
