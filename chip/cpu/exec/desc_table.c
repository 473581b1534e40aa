/* SPDX-License-Identifier: MIT */
/* SGDT SIDT SLDT STR, LGDT LIDT LLDT LTR.	[APM2 4.6 Descriptor Tables, 12.2.2 TSS Descriptor] */
#include "chip/cpu/exec/desc_table.h"

#include "abi/x86.h"
#include "chip/cpu/exec/desc.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"

static bool refuse(struct cpu *c, u8 vector, u16 sel)
{
	fault_selector(c, vector, sel);
	return false;
}

/* User-mode instruction prevention, then the intercept. */
static bool may_store(struct cpu *c, const struct op *op, u64 code)
{
	if (c->cpl > 0 && c->cr4 & CR4_UMIP)
		return refuse(c, X86_VECTOR_GP, 0);
	return !intercepted(c, op, code, 0);
}

/* -- GDTR, IDTR --------------------------------------------------------------------------------------- */

static bool store_table(struct cpu *c, const struct op *op, const struct table_register *t)
{
	unsigned width = (c->mode & MODE_WIDTH) == MODE_64 ? 8 : 4;

	host_store16(c->mem.b, t->limit);
	host_store64(c->mem.b + 2, t->base);
	return mem_store_slow(c, op_ea_fast(c, op), 2 + width);
}

OP(op_sgdt)
{
	if (!may_store(c, op, VMEXIT_GDTR_READ) || !store_table(c, op, &c->gdtr))
		OP_EVENT();
	OP_NEXT();
}

OP(op_sidt)
{
	if (!may_store(c, op, VMEXIT_IDTR_READ) || !store_table(c, op, &c->idtr))
		OP_EVENT();
	OP_NEXT();
}

/* A 16-bit operand size loads 24 bits of base. */
static bool load_table(struct cpu *c, const struct op *op, struct table_register *t)
{
	bool wide = (c->mode & MODE_WIDTH) == MODE_64;
	u64 base;

	if (!mem_load_slow(c, op_ea_fast(c, op), wide ? 10 : 6))
		return false;
	base = wide ? host_load64(c->mem.b + 2) : host_load32(c->mem.b + 2);
	if (wide && (u64)((s64)(base << c->va_shift) >> c->va_shift) != base)
		return refuse(c, X86_VECTOR_GP, 0);
	t->base = op->size == 2 ? base & 0xffffff : base;
	t->limit = host_load16(c->mem.b);
	return true;
}

OP(op_lgdt)
{
	if (!load_table(c, op, &c->gdtr))
		OP_EVENT();
	OP_NEXT();
}

OP(op_lidt)
{
	if (!load_table(c, op, &c->idtr))
		OP_EVENT();
	OP_NEXT();
}

/* -- SLDT, STR ---------------------------------------------------------------------------------------- */

static const struct segment *register_of(const struct cpu *c, unsigned n)
{
	return n == DESC_REGISTER_TR ? &c->tr : &c->ldtr;
}

static u64 read_code(unsigned n)
{
	return n == DESC_REGISTER_TR ? VMEXIT_TR_READ : VMEXIT_LDTR_READ;
}

/* a: register, misc: enum desc_register. */
static OP(store_selector_r)
{
	if (!may_store(c, op, read_code(op->misc)))
		OP_EVENT();
	reg_set(c, op->a, op->size, register_of(c, op->misc)->sel);
	OP_NEXT();
}

static OP(store_selector_m)
{
	if (!may_store(c, op, read_code(op->misc)) ||
	    !mem_store_slow_u64(c, op_ea_fast(c, op), register_of(c, op->misc)->sel, 2))
		OP_EVENT();
	OP_NEXT();
}

bool lower_store_selector(struct lowering *l, const struct insn *row)
{
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op = lower_emit_mem(l, store_selector_m, 0, LOWER_WRITE);
	} else {
		op = lower_emit(l, store_selector_r);
		op->a = lower_reg(l->zo[0].reg.value);
		op->size = (u8)(l->zo[0].size / 8);
	}
	op->misc = (u8)row->n;
	return true;
}

/* -- LLDT, LTR ---------------------------------------------------------------------------------------- */

static bool read_system(struct cpu *c, u16 sel, struct desc *d)
{
	if (sel & SELECTOR_TI)
		return refuse(c, X86_VECTOR_GP, sel);
	return desc_read_system(c, sel, X86_VECTOR_GP, d);
}

static bool is_type(const struct desc *d, unsigned type)
{
	return (d->attr & (SEG_ATTRIB_S | SEG_ATTRIB_TYPE_MASK)) == type;
}

static bool load_ldt(struct cpu *c, u16 sel)
{
	struct desc d;

	if (selector_null(sel)) {
		c->ldtr.sel = sel;
		c->ldtr.attr = 0;
		return true;
	}
	if (!read_system(c, sel, &d))
		return false;
	if (!is_type(&d, DESC_SYS_LDT))
		return refuse(c, X86_VECTOR_GP, sel);
	if (!(d.attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, sel);
	desc_to_segment(&d, &c->ldtr);
	return true;
}

/* In long mode only the 64-bit TSS exists; the descriptor becomes busy. */
static bool load_tr(struct cpu *c, u16 sel)
{
	struct desc d;
	bool available;

	if (selector_null(sel))
		return refuse(c, X86_VECTOR_GP, 0);
	if (!read_system(c, sel, &d))
		return false;
	available = is_type(&d, DESC_SYS_TSS_AVAIL) ||
		    (!cpu_long_mode(c) && is_type(&d, DESC_SYS_TSS16_AVAIL));
	if (!available)
		return refuse(c, X86_VECTOR_GP, sel);
	if (!(d.attr & SEG_ATTRIB_P))
		return refuse(c, X86_VECTOR_NP, sel);
	if (!desc_change(c, &d, DESC_TSS_BUSY, 0))
		return false;
	desc_to_segment(&d, &c->tr);
	return true;
}

static bool load_selector(struct cpu *c, const struct op *op, u16 sel)
{
	return op->misc == DESC_REGISTER_TR ? load_tr(c, sel) : load_ldt(c, sel);
}

static OP(load_selector_r)
{
	if (!load_selector(c, op, (u16)c->reg[op->a]))
		OP_EVENT();
	OP_NEXT();
}

static OP(load_selector_m)
{
	if (!mem_load_slow(c, op_ea_fast(c, op), 2) || !load_selector(c, op, host_load16(c->mem.b)))
		OP_EVENT();
	OP_NEXT();
}

bool lower_load_selector(struct lowering *l, const struct insn *row)
{
	struct op *op;

	lower_emit_intercept(l, row);
	if (lower_is_mem(l, 0)) {
		op = lower_emit_mem(l, load_selector_m, 0, LOWER_READ);
	} else {
		op = lower_emit(l, load_selector_r);
		op->a = lower_reg(l->zo[0].reg.value);
	}
	op->misc = (u8)row->n;
	return true;
}
