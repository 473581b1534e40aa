/* SPDX-License-Identifier: MIT */
/*
 * Debug exceptions.
 *
 * c->debug_trap collects, in the form of DR6, what is due when the running instruction is complete:
 * BS if TF was set before it, B0-B3 for data and I/O breakpoints that it hit.	[APM2 13.1.3
 * Breakpoint Detection, 13.1.4 Single Stepping]
 */
#include "chip/cpu/exec/debug.h"

#include "abi/x86.h"
#include "chip/cpu/decode/insn.h"
#include "chip/cpu/decode/ops_common.h"
#include "chip/cpu/exec/exception.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/exec/system.h"

enum { BREAKPOINTS = 4 };

static bool enabled(const struct cpu *c, unsigned n)
{
	return c->dr7 & (DR7_L(n) | DR7_G(n));
}

static enum dr7_rw kind_of(const struct cpu *c, unsigned n)
{
	return c->dr7 >> DR7_RW_SHIFT(n) & 3;
}

static unsigned length_of(const struct cpu *c, unsigned n)
{
	static const u8 length[] = {
		[DR7_LEN_1] = 1, [DR7_LEN_2] = 2, [DR7_LEN_8] = 8, [DR7_LEN_4] = 4};

	return length[c->dr7 >> DR7_LEN_SHIFT(n) & 3];
}

bool debug_armed(const struct cpu *c)
{
	return c->dr7 & DR7_ENABLE_MASK;
}

static bool counts(enum dr7_rw kind, enum debug_access access)
{
	switch (kind) {
	case DR7_RW_EXECUTE:
		return access == DEBUG_EXECUTE;
	case DR7_RW_WRITE:
		return access == DEBUG_WRITE;
	case DR7_RW_IO:
		return access == DEBUG_IO;
	default:
		return access == DEBUG_READ || access == DEBUG_WRITE;
	}
}

u16 debug_hits(const struct cpu *c, u64 la, unsigned size, enum debug_access access)
{
	u16 hit = 0;

	for (unsigned n = 0; n < BREAKPOINTS; n++) {
		u64 length = length_of(c, n);
		u64 from = c->dr[n] & ~(length - 1);

		if (enabled(c, n) && counts(kind_of(c, n), access) && la < from + length &&
		    from < la + size)
			hit |= (u16)DR6_B(n);
	}
	return hit;
}

void debug_note_io(struct cpu *c, u16 port, unsigned size)
{
	if (UNLIKELY(c->cr4 & CR4_DE && debug_armed(c)))
		c->debug_trap |= debug_hits(c, port, size, DEBUG_IO);
}

/* -- around an instruction ---------------------------------------------------------------------------- */

static u64 linear_rip(const struct cpu *c)
{
	if ((c->mode & MODE_WIDTH) == MODE_64)
		return c->rip;
	return (u32)(c->seg[SEG_CS].base + c->rip);
}

static enum cpu_stop breakpoint_fault(struct cpu *c, u16 hit)
{
	c->dr6 = (c->dr6 & ~DR6_B_MASK) | hit;
	return fault_raise(c, X86_VECTOR_DB);
}

static bool watches_data(const struct cpu *c)
{
	for (unsigned n = 0; n < BREAKPOINTS; n++)
		if (enabled(c, n) && kind_of(c, n) & DR7_RW_WRITE)
			return true;
	return false;
}

/* What the shadow of MOV SS held back stays. */
enum cpu_stop debug_before(struct cpu *c)
{
	bool shadow = c->shadow == SHADOW_MOV_SS;
	u16 hit = 0;

	if (!shadow)
		c->debug_trap = 0;
	if (!(c->rflags & RFLAGS_RF) && !shadow && debug_armed(c))
		hit = debug_hits(c, linear_rip(c), 1, DEBUG_EXECUTE);
	if (hit)
		return breakpoint_fault(c, hit);
	c->rflags &= ~RFLAGS_RF;
	if (c->rflags & RFLAGS_TF)
		c->debug_trap |= DR6_BS;
	if (watches_data(c))
		c->debug_trap |= debug_data_hits(c);
	return CPU_GO;
}

enum cpu_stop debug_after(struct cpu *c)
{
	if (c->shadow == SHADOW_MOV_SS)
		c->debug_trap &= (u16)~DR6_BS;
	if (c->debug_trap == 0 || c->shadow == SHADOW_MOV_SS)
		return CPU_GO;
	c->dr6 = (c->dr6 & ~DR6_B_MASK) | c->debug_trap;
	c->debug_trap = 0;
	return exc_deliver(c, X86_VECTOR_DB, EXC_TRAP, false, 0, 0);
}

/* -- MOV DR ------------------------------------------------------------------------------------------- */

/* DR4 and DR5 are other names of DR6 and DR7, unless CR4.DE takes them away. */
static bool dr_usable(struct cpu *c, unsigned *n)
{
	if (*n == 4 || *n == 5) {
		if (c->cr4 & CR4_DE) {
			fault_raise(c, X86_VECTOR_UD);
			return false;
		}
		*n += 2;
	}
	if (c->dr7 & DR7_GD) {
		c->dr6 |= DR6_BD;
		fault_raise(c, X86_VECTOR_DB);
		return false;
	}
	return true;
}

static bool dr_write(struct cpu *c, unsigned n, u64 v)
{
	const u64 dr7_writable = DR7_ENABLE_MASK | DR7_LE | DR7_GE | DR7_GD | DR7_RW_LEN_MASK;
	const u64 dr6_writable = DR6_B_MASK | DR6_BD | DR6_BS | DR6_BT;

	if (n < BREAKPOINTS) {
		c->dr[n] = v;
		return true;
	}
	if (v >> 32) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		return false;
	}
	if (n == 6)
		c->dr6 = (v & dr6_writable) | DR6_INIT;
	else
		c->dr7 = (v & dr7_writable) | DR7_ONE;
	cpu_context_changed(c);
	return true;
}

static u64 dr_read(const struct cpu *c, unsigned n)
{
	return n < BREAKPOINTS ? c->dr[n] : n == 6 ? c->dr6 : c->dr7;
}

static bool do_mov_to_dr(struct cpu *c, const struct op *op)
{
	u64 v = op->size == 8 ? c->reg[op->b] : (u32)c->reg[op->b];
	unsigned n = op->a;

	return dr_usable(c, &n) && !intercepted(c, op, VMEXIT_DR0_WRITE + op->a, op->b) &&
	       dr_write(c, n, v);
}

static OP(mov_to_dr)
{
	if (!do_mov_to_dr(c, op))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

static bool do_mov_from_dr(struct cpu *c, const struct op *op)
{
	unsigned n = op->b;

	if (!dr_usable(c, &n) || intercepted(c, op, VMEXIT_DR0_READ + op->b, op->a))
		return false;
	reg_set(c, op->a, op->size, dr_read(c, n));
	return true;
}

static OP(mov_from_dr)
{
	if (!do_mov_from_dr(c, op))
		OP_EVENT();
	OP_NEXT();
}

bool lower_mov_dr(struct lowering *l, bool to)
{
	struct op *op;

	if (lower_reg(l->zo[to ? 0 : 1].reg.value) > 7)
		return false;
	lower_emit(l, op_check_cpl0);
	op = lower_emit(l, to ? mov_to_dr : mov_from_dr);
	op->a = lower_reg(l->zo[0].reg.value);
	op->b = lower_reg(l->zo[1].reg.value);
	op->size = (l->mode & MODE_WIDTH) == MODE_64 ? 8 : 4;
	l->ends |= to;
	return true;
}
