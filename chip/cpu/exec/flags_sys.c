/* SPDX-License-Identifier: MIT */
/* CLI STI PUSHF POPF STAC CLAC, and their virtual-8086 and protected-mode-virtual forms. */
#include "chip/cpu/exec/flags_sys.h"

#include "abi/x86.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/stack.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/run.h"

u64 flags_writable(const struct cpu *c, unsigned size)
{
	u64 mask = RFLAGS_ARITH | RFLAGS_TF | RFLAGS_DF | RFLAGS_NT | RFLAGS_AC | RFLAGS_ID;

	if (c->cpl <= flags_iopl(c))
		mask |= RFLAGS_IF;
	if (c->cpl == 0)
		mask |= RFLAGS_IOPL_MASK;
	return size == 2 ? mask & 0xffff : mask;
}

void flags_replace(struct cpu *c, u64 value, u64 mask)
{
	bool was_open = c->rflags & RFLAGS_IF;
	u64 old = cpu_rflags_get(c);

	cpu_rflags_set(c, (old & ~mask) | (value & mask));
	if (!was_open && c->rflags & RFLAGS_IF)
		cpu_attend(c, ATTENTION_WINDOW);
}

static bool refuse(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

/* -- CLI, STI ----------------------------------------------------------------------------------------- */

/* Real mode, or privilege enough; v86 code counts as CPL 3. */
static bool may_change_if(const struct cpu *c)
{
	return !cpu_protected(c) || c->cpl <= flags_iopl(c);
}

/* The flag that stands in for IF without that privilege. */
static bool has_virtual_if(const struct cpu *c)
{
	if (cpu_v86(c))
		return c->cr4 & CR4_VME;
	return c->cr4 & CR4_PVI && c->cpl == 3;
}

static bool do_cli(struct cpu *c)
{
	if (may_change_if(c))
		c->rflags &= ~RFLAGS_IF;
	else if (has_virtual_if(c))
		c->rflags &= ~RFLAGS_VIF;
	else
		return refuse(c);
	return true;
}

OP(op_cli)
{
	if (!do_cli(c))
		OP_EVENT();
	OP_NEXT();
}

/* Interrupts stay off for one instruction more, if they were off. */
static bool do_sti(struct cpu *c)
{
	if (!may_change_if(c)) {
		if (!has_virtual_if(c) || c->rflags & RFLAGS_VIP)
			return refuse(c);
		c->rflags |= RFLAGS_VIF;
		return true;
	}
	if (c->rflags & RFLAGS_IF)
		return true;
	c->rflags |= RFLAGS_IF;
	if (c->shadow == SHADOW_NONE) {
		c->shadow = SHADOW_STI;
		cpu_context_changed(c);
	}
	return true;
}

OP(op_sti)
{
	if (!do_sti(c))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

/* -- PUSHF, POPF -------------------------------------------------------------------------------------- */

/* Virtual-8086 code without IOPL 3: #GP, but for the 16-bit forms with VME. */
static bool v86_restricted(const struct cpu *c)
{
	return cpu_v86(c) && flags_iopl(c) < 3;
}

static bool do_pushf(struct cpu *c, const struct op *op)
{
	u64 rflags = cpu_rflags_get(c);

	if (v86_restricted(c)) {
		if (!(c->cr4 & CR4_VME) || op->size != 2)
			return refuse(c);
		rflags = (rflags & ~RFLAGS_IF) | RFLAGS_IOPL_MASK |
			 (rflags & RFLAGS_VIF ? RFLAGS_IF : 0);
	}
	return stack_push(c, op->size, rflags & ~(RFLAGS_RF | RFLAGS_VM));
}

OP(op_pushf)
{
	if (!do_pushf(c, op))
		OP_EVENT();
	OP_NEXT();
}

static bool popf_v86(struct cpu *c, const struct op *op)
{
	u64 mask = flags_writable(c, 2) & ~(RFLAGS_IF | RFLAGS_IOPL_MASK);
	u64 value;

	if (!(c->cr4 & CR4_VME) || op->size != 2)
		return refuse(c);
	if (!stack_peek(c, 0, 2, &value))
		return false;
	if (value & RFLAGS_TF || (value & RFLAGS_IF && c->rflags & RFLAGS_VIP))
		return refuse(c);
	stack_drop(c, 2);
	flags_replace(c, value, mask);
	c->rflags = (c->rflags & ~RFLAGS_VIF) | (value & RFLAGS_IF ? RFLAGS_VIF : 0);
	return true;
}

static bool do_popf(struct cpu *c, const struct op *op)
{
	u64 value;

	if (v86_restricted(c))
		return popf_v86(c, op);
	if (!stack_pop(c, op->size, &value))
		return false;
	flags_replace(c, value, flags_writable(c, op->size) | RFLAGS_RF);
	return true;
}

OP(op_popf)
{
	u64 before = c->rflags;

	if (!do_popf(c, op))
		OP_EVENT();
	c->rflags &= ~RFLAGS_RF;
	if ((before ^ c->rflags) & (RFLAGS_TF | RFLAGS_AC))
		cpu_context_changed(c);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

bool lower_pushf(struct lowering *l, const struct insn *row)
{
	lower_emit_intercept(l, row);
	lower_emit(l, row->fn)->seg = SEG_SS;
	l->ends |= (row->cond & INSN_ENDS_BLOCK) != 0;
	return true;
}

/* -- STAC, CLAC --------------------------------------------------------------------------------------- */

/* Only the rights of data accesses change, so the block goes on. */
static bool set_ac(struct cpu *c, bool ac)
{
	if (c->cpl != 0) {
		fault_raise(c, X86_VECTOR_UD);
		return false;
	}
	c->rflags = (c->rflags & ~RFLAGS_AC) | (ac ? RFLAGS_AC : 0);
	mmu_context_changed(c);
	return true;
}

OP(op_stac)
{
	if (!set_ac(c, true))
		OP_EVENT();
	OP_NEXT();
}

OP(op_clac)
{
	if (!set_ac(c, false))
		OP_EVENT();
	OP_NEXT();
}
