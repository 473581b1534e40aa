/* SPDX-License-Identifier: MIT */
/*
 * Real mode: through the interrupt vector table, four bytes an entry.	[APM2 8.6 Real-Mode
 * Interrupt Control Transfers]
 */
#include "chip/cpu/exec/delivery.h"

#include "abi/x86.h"
#include "chip/cpu/exec/frame.h"
#include "chip/cpu/mmu/mem.h"

u64 delivery_rflags(const struct cpu *c, const struct delivery *x)
{
	u64 rflags = cpu_rflags_get(c);

	if (x->source == EXC_FAULT && x->vector != X86_VECTOR_DB)
		rflags |= RFLAGS_RF;
	return rflags;
}

bool delivery_refuse(struct cpu *c, const struct delivery *x, u8 vector)
{
	fault_raise_error(c, vector, x->vector * 8u + SELECTOR_ERROR_IDT);
	return false;
}

bool delivery_is_software(const struct delivery *x)
{
	return x->source == EXC_SOFTWARE || x->source == EXC_BREAK;
}

/* Far pointer of the handler: IP, CS. */
static bool vector_read(struct cpu *c, const struct delivery *x, u16 entry[2])
{
	u32 at = x->vector * 4u;

	if (at + 3 > c->idtr.limit)
		return delivery_refuse(c, x, X86_VECTOR_GP);
	return mem_load_sys(c, c->idtr.base + at, entry, 4);
}

bool deliver_real(struct cpu *c, const struct delivery *x)
{
	struct push_frame f;
	u16 entry[2];

	if (!vector_read(c, x, entry))
		return false;
	if (entry[0] > c->seg[SEG_CS].limit) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		return false;
	}
	frame_here(c, &f, 2);
	frame_push(&f, cpu_rflags_get(c));
	frame_push(&f, c->seg[SEG_CS].sel);
	frame_push(&f, x->ret);
	if (!frame_write(c, &f))
		return false;
	frame_commit(c, &f);
	c->seg[SEG_CS].sel = entry[1];
	c->seg[SEG_CS].base = (u32)entry[1] << 4;
	c->rip = entry[0];
	c->rflags &= ~(RFLAGS_IF | RFLAGS_TF | RFLAGS_AC | RFLAGS_RF);
	return true;
}
