/* SPDX-License-Identifier: MIT */
/* LAR LSL VERR VERW ARPL: the answer is ZF. */
#include "chip/cpu/exec/desc_query.h"

#include "chip/cpu/exec/desc.h"
#include "chip/cpu/exec/flags.h"
#include "chip/cpu/exec/mem_op.h"
#include "chip/cpu/exec/reg.h"

static void set_zf(struct cpu *c, bool zf)
{
	c->cc = cc_from_rflags((cc_to_rflags(c->cc) & ~RFLAGS_ZF) | (zf ? RFLAGS_ZF : 0));
}

/* A fault of the selector itself is no fault here, but the answer "no". */
static bool answer_no(struct cpu *c, bool *found)
{
	*found = false;
	if (c->event.kind != EVENT_FAULT || c->event.vector != X86_VECTOR_GP)
		return false;
	c->event.kind = EVENT_NONE;
	return true;
}

/* *found: there is a descriptor.  False: the table could not be read. */
static bool look_up(struct cpu *c, u16 sel, struct desc *d, bool *found)
{
	*found = true;
	if (selector_null(sel)) {
		*found = false;
		return true;
	}
	if (!desc_read(c, sel, X86_VECTOR_GP, d))
		return answer_no(c, found);
	if (attr_is_system(d->attr) && !desc_read_system(c, sel, X86_VECTOR_GP, d))
		return answer_no(c, found);
	return true;
}

static bool privileged_enough(const struct cpu *c, const struct desc *d)
{
	u8 dpl = attr_dpl(d->attr);

	return attr_is_conforming(d->attr) || (c->cpl <= dpl && selector_rpl(d->sel) <= dpl);
}

/* System types that LAR and LSL know.	[APM3 LAR, LSL] */
static bool system_type_known(const struct cpu *c, u8 type, bool has_limit)
{
	switch (type) {
	case DESC_SYS_LDT:
	case DESC_SYS_TSS_AVAIL:
	case DESC_SYS_TSS_BUSY:
		return true;
	case DESC_SYS_TSS16_AVAIL:
	case DESC_SYS_TSS16_BUSY:
		return !cpu_long_mode(c);
	case DESC_SYS_CALL_GATE:
		return !has_limit;
	case DESC_SYS_CALL_GATE16:
	case DESC_SYS_TASK_GATE:
		return !has_limit && !cpu_long_mode(c);
	default:
		return false;
	}
}

static bool visible(const struct cpu *c, const struct desc *d, enum desc_query what)
{
	switch (what) {
	case DESC_QUERY_VERR:
		return attr_is_readable(d->attr) && privileged_enough(c, d);
	case DESC_QUERY_VERW:
		return attr_is_writable_data(d->attr) && privileged_enough(c, d);
	default:
		if (attr_is_system(d->attr) &&
		    !system_type_known(c, attr_type(d->attr), what == DESC_QUERY_LSL))
			return false;
		return privileged_enough(c, d);
	}
}

/* a: destination of LAR and LSL; misc: enum desc_query. */
static bool query(struct cpu *c, const struct op *op, u16 sel)
{
	const u32 access_rights = 0x00ffff00;
	struct desc d;
	bool found;

	if (!look_up(c, sel, &d, &found))
		return false;
	found = found && visible(c, &d, op->misc);
	set_zf(c, found);
	if (found && op->misc == DESC_QUERY_LAR)
		reg_set(c, op->a, op->size, (u32)(d.low >> 32) & access_rights);
	if (found && op->misc == DESC_QUERY_LSL)
		reg_set(c, op->a, op->size, desc_limit(&d));
	return true;
}

static OP(query_r)
{
	if (!query(c, op, (u16)c->reg[op->b]))
		OP_EVENT();
	OP_NEXT();
}

static OP(query_m)
{
	if (!mem_load_slow(c, op_ea_fast(c, op), 2) || !query(c, op, host_load16(c->mem.b)))
		OP_EVENT();
	OP_NEXT();
}

bool lower_desc_query(struct lowering *l, const struct insn *row)
{
	bool has_result = row->n == DESC_QUERY_LAR || row->n == DESC_QUERY_LSL;
	unsigned source = has_result ? 1 : 0;
	struct op *op;

	if (lower_is_mem(l, source)) {
		op = lower_emit_mem(l, query_m, source, LOWER_READ);
	} else {
		op = lower_emit(l, query_r);
		op->b = lower_reg(l->zo[source].reg.value);
	}
	if (has_result) {
		op->a = lower_reg(l->zo[0].reg.value);
		op->size = (u8)(l->zo[0].size / 8);
	}
	op->misc = (u8)row->n;
	return true;
}

/* -- ARPL --------------------------------------------------------------------------------------------- */

/* a: destination, b: source; the destination's RPL is raised to the source's. */
static OP(arpl_r)
{
	u16 dst = (u16)c->reg[op->a];
	u8 rpl = selector_rpl((u16)c->reg[op->b]);
	bool raise = selector_rpl(dst) < rpl;

	if (raise)
		reg_set16(c, op->a, (u16)((dst & ~3u) | rpl));
	set_zf(c, raise);
	OP_NEXT();
}

static bool do_arpl_m(struct cpu *c, const struct op *op)
{
	u64 la = op_ea_fast(c, op);
	u8 rpl = selector_rpl((u16)c->reg[op->b]);
	bool raise;
	u16 dst;

	if (!mem_probe_store(c, la, 2) || !mem_load_slow(c, la, 2))
		return false;
	dst = host_load16(c->mem.b);
	raise = selector_rpl(dst) < rpl;
	if (raise && !mem_store_slow_u64(c, la, (u16)((dst & ~3u) | rpl), 2))
		return false;
	set_zf(c, raise);
	return true;
}

static OP(arpl_m)
{
	if (!do_arpl_m(c, op))
		OP_EVENT();
	OP_NEXT();
}

bool lower_arpl(struct lowering *l, const struct insn *row)
{
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op = lower_emit_mem(l, arpl_m, 0, LOWER_WRITE);
	} else {
		op = lower_emit(l, arpl_r);
		op->a = lower_reg(l->zo[0].reg.value);
	}
	op->b = lower_reg(l->zo[1].reg.value);
	return true;
}
