/* SPDX-License-Identifier: MIT */
/*
 * MOV CR, LMSW, SMSW, CLTS.
 *
 * Order of a write: privilege, the intercept of the register, CR0_SEL_WRITE, the checks of the value,
 * the write, and for an ES guest the write trap.	[APM2 3.1.1-3.1.5, 15.8.1, 15.9, 15.35.4]
 */
#include "chip/cpu/exec/control_reg.h"

#include "abi/x86.h"
#include "chip/cpu/decode/ops_common.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/reg.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/exec/system.h"
#include "chip/cpu/mmu/mmu.h"
#include "chip/cpu/model/model.h"
#include "chip/cpu/run.h"
#include "chip/cpu/svm/svm.h"

static bool refuse(struct cpu *c)
{
	fault_raise_error(c, X86_VECTOR_GP, 0);
	return false;
}

/* -- CR0 ---------------------------------------------------------------------------------------------- */

static bool cr0_is_legal(u64 v)
{
	if (v >> 32)
		return false;
	if (v & CR0_PG && !(v & CR0_PE))
		return false;
	return !(v & CR0_NW) || v & CR0_CD;
}

/* Long mode begins and ends with paging.	[APM2 14.6 Enabling and Activating Long Mode] */
static bool paging_may_change(const struct cpu *c, u64 v)
{
	if (v & CR0_PG && c->efer & EFER_LME)
		return c->cr4 & CR4_PAE && !(c->seg[SEG_CS].attr & SEG_ATTRIB_L);
	if (!(v & CR0_PG))
		return !(c->cr4 & CR4_PCIDE) && (c->mode & MODE_WIDTH) != MODE_64;
	return true;
}

bool cr0_write(struct cpu *c, u64 v)
{
	if (!cr0_is_legal(v))
		return refuse(c);
	if ((v ^ c->cr0) & CR0_PG) {
		if (!paging_may_change(c, v))
			return refuse(c);
		c->efer &= ~EFER_LMA;
		if (v & CR0_PG && c->efer & EFER_LME)
			c->efer |= EFER_LMA;
	}
	c->cr0 = (v & CR0_DEFINED) | CR0_ET;
	cpu_context_changed(c);
	return true;
}

/* -- CR3 ---------------------------------------------------------------------------------------------- */

/* Reserved in long mode: above the physical width, but for the C-bit where the guest has one. */
static u64 cr3_reserved(const struct cpu *c)
{
	u64 reserved = ~0ull << c->model->phys_bits;

	if (c->svm->ctl.nested_ctl & VMCB_SEV_ENABLE)
		reserved &= ~BIT64(c->model->c_bit);
	return reserved;
}

bool cr3_write(struct cpu *c, u64 v)
{
	bool keep = c->cr4 & CR4_PCIDE && v & CR3_NO_FLUSH;

	if (c->cr4 & CR4_PCIDE)
		v &= ~CR3_NO_FLUSH;
	if (cpu_long_mode(c) && v & cr3_reserved(c))
		return refuse(c);
	mmu_write_cr3(c, v, keep);
	return true;
}

/* -- CR4 ---------------------------------------------------------------------------------------------- */

static bool cr4_is_legal(const struct cpu *c, u64 v)
{
	u64 changed = v ^ c->cr4;

	if (v & ~cpu_model_cr4_mask(c->model))
		return false;
	if (cpu_long_mode(c) && (!(v & CR4_PAE) || changed & CR4_LA57))
		return false;
	if (changed & v & CR4_PCIDE)
		return cpu_long_mode(c) && !(c->cr3 & CR3_PCID_MASK);
	return true;
}

bool cr4_write(struct cpu *c, u64 v)
{
	if (!cr4_is_legal(c, v))
		return refuse(c);
	c->cr4 = v;
	cpu_context_changed(c);
	return true;
}

/* A lower priority may let the virtual interrupt through. */
static bool cr8_write(struct cpu *c, u64 v)
{
	if (v & ~CR8_TPR_MASK)
		return refuse(c);
	c->cr8 = v;
	cpu_attend(c, ATTENTION_WINDOW);
	return true;
}

/* -- MOV ---------------------------------------------------------------------------------------------- */

static bool cr_write(struct cpu *c, unsigned n, u64 v)
{
	switch (n) {
	case 0:
		return cr0_write(c, v);
	case 2:
		c->cr2 = v;
		return true;
	case 3:
		return cr3_write(c, v);
	case 4:
		return cr4_write(c, v);
	default:
		return cr8_write(c, v);
	}
}

static u64 cr_read(const struct cpu *c, unsigned n)
{
	switch (n) {
	case 0:
		return c->cr0;
	case 2:
		return c->cr2;
	case 3:
		return c->cr3;
	case 4:
		return c->cr4;
	default:
		return c->cr8;
	}
}

/* CR0_SEL_WRITE: some bit other than TS and MP changes. */
static bool cr0_write_selected(struct cpu *c, const struct op *op, u64 v, u64 info1)
{
	if (!((v ^ c->cr0) & ~(CR0_TS | CR0_MP)))
		return false;
	return intercepted(c, op, VMEXIT_CR0_SEL_WRITE, info1);
}

/* The write is done; an ES guest's hypervisor may want to be told.  rIP is behind it then. */
static bool write_trap(struct cpu *c, const struct op *op, unsigned n)
{
	u64 code = VMEXIT_CR0_WRITE_TRAP + n;

	if (!(c->svm->ctl.nested_ctl & VMCB_SEV_ES_ENABLE) || !svm_intercepts(c, code))
		return false;
	exit_raise(c, code, cr_read(c, n), 0);
	c->event.next_rip = op_next_rip(c, op) & c->ip_mask;
	c->event.complete = true;
	return true;
}

static bool do_mov_to_cr(struct cpu *c, const struct op *op)
{
	u64 info1 = CR_INFO1_MOV | op->b;
	u64 v = op->size == 8 ? c->reg[op->b] : (u32)c->reg[op->b];

	if (intercepted(c, op, VMEXIT_CR0_WRITE + op->a, info1) ||
	    (op->a == 0 && cr0_write_selected(c, op, v, info1)))
		return false;
	return cr_write(c, op->a, v) && !write_trap(c, op, op->a);
}

static OP(mov_to_cr)
{
	if (!do_mov_to_cr(c, op))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

static OP(mov_from_cr)
{
	if (intercepted(c, op, VMEXIT_CR0_READ + op->b, CR_INFO1_MOV | op->a))
		OP_EVENT();
	reg_set(c, op->a, op->size, cr_read(c, op->b));
	OP_NEXT();
}

static bool cr_exists(unsigned n)
{
	return n == 0 || n == 2 || n == 3 || n == 4 || n == 8;
}

bool lower_mov_cr(struct lowering *l, bool to)
{
	struct op *op;

	if (!cr_exists(lower_reg(l->zo[to ? 0 : 1].reg.value)))
		return false;
	lower_emit(l, op_check_cpl0);
	op = lower_emit(l, to ? mov_to_cr : mov_from_cr);
	op->a = lower_reg(l->zo[0].reg.value);
	op->b = lower_reg(l->zo[1].reg.value);
	op->size = (l->mode & MODE_WIDTH) == MODE_64 ? 8 : 4;
	l->ends |= to;
	return true;
}

/* -- LMSW, SMSW, CLTS --------------------------------------------------------------------------------- */

/* PE can be set so, but not cleared. */
static bool do_lmsw(struct cpu *c, const struct op *op, u16 msw)
{
	const u64 mask = CR0_PE | CR0_MP | CR0_EM | CR0_TS;
	u64 v = (c->cr0 & ~mask) | (msw & mask) | (c->cr0 & CR0_PE);

	if (intercepted(c, op, VMEXIT_CR0_WRITE, 0) || cr0_write_selected(c, op, v, 0))
		return false;
	return cr0_write(c, v) && !write_trap(c, op, 0);
}

static OP(lmsw_r)
{
	if (!do_lmsw(c, op, (u16)c->reg[op->a]))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

static OP(lmsw_m)
{
	if (!mem_load_slow(c, op_ea_fast(c, op), 2) || !do_lmsw(c, op, (u16)c->mem.q[0]))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

bool lower_lmsw(struct lowering *l, const struct insn *row)
{
	if (lower_is_mem(l, 0))
		lower_emit_mem(l, lmsw_m, 0, LOWER_READ);
	else
		lower_emit(l, lmsw_r)->a = lower_reg(l->zo[0].reg.value);
	l->ends = true;
	return true;
}

static bool smsw_allowed(struct cpu *c, const struct op *op)
{
	if (c->cpl > 0 && c->cr4 & CR4_UMIP)
		return refuse(c);
	return !intercepted(c, op, VMEXIT_CR0_READ, 0);
}

static OP(smsw_r)
{
	if (!smsw_allowed(c, op))
		OP_EVENT();
	reg_set(c, op->a, op->size, c->cr0);
	OP_NEXT();
}

static OP(smsw_m)
{
	if (!smsw_allowed(c, op) || !mem_store_slow_u64(c, op_ea_fast(c, op), c->cr0, 2))
		OP_EVENT();
	OP_NEXT();
}

bool lower_smsw(struct lowering *l, const struct insn *row)
{
	struct op *op;

	if (lower_is_mem(l, 0)) {
		lower_emit_mem(l, smsw_m, 0, LOWER_WRITE);
		return true;
	}
	op = lower_emit(l, smsw_r);
	op->a = lower_reg(l->zo[0].reg.value);
	op->size = (u8)(l->zo[0].size / 8);
	return true;
}

/* Only TS changes, so the write is never a selected one. */
OP(op_clts)
{
	if (intercepted(c, op, VMEXIT_CR0_WRITE, 0))
		OP_EVENT();
	c->cr0 &= ~CR0_TS;
	fpu_gate(c);
	if (write_trap(c, op, 0))
		OP_EVENT();
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}
