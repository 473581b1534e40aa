/* SPDX-License-Identifier: MIT */
/* Picking a handler by operand form and size. */
#include "chip/cpu/exec/int_family.h"

static unsigned index_of(const struct lowering *l)
{
	return size_index(l->zo[0].size);
}

static bool is_locked(const struct lowering *l)
{
	return l->zi->attributes & ZYDIS_ATTRIB_HAS_LOCK;
}

bool lower_family2(struct lowering *l, const struct insn *row)
{
	const struct family2 *f = row->arg;
	unsigned n = index_of(l);
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op_fn *mr = is_locked(l) ? f->lock_mr[n] : f->mr[n];
		op_fn *mi = is_locked(l) ? f->lock_mi[n] : f->mi[n];

		op = lower_emit_mem(l, lower_is_imm(l, 1) ? mi : mr, 0,
				    l->zo[0].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE
					    ? LOWER_WRITE
					    : LOWER_READ);
	} else if (lower_is_mem(l, 1)) {
		op = lower_emit_mem(l, f->rm[n], 1, LOWER_READ);
		op->a = lower_reg(l->zo[0].reg.value);
	} else {
		op = lower_emit(l, lower_is_imm(l, 1) ? f->ri[n] : f->rr[n]);
		op->a = lower_reg(l->zo[0].reg.value);
	}
	if (lower_is_imm(l, 1))
		op->imm = l->zo[1].imm.value.u;
	else if (lower_is_reg(l, 1))
		op->b = lower_reg(l->zo[1].reg.value);
	return op->fn != NULL;
}

bool lower_family1(struct lowering *l, const struct insn *row)
{
	const struct family1 *f = row->arg;
	unsigned n = index_of(l);
	struct op *op;

	if (lower_is_mem(l, 0)) {
		op = lower_emit_mem(l, is_locked(l) ? f->lock_m[n] : f->m[n], 0, LOWER_WRITE);
	} else {
		op = lower_emit(l, f->r[n]);
		op->a = lower_reg(l->zo[0].reg.value);
	}
	return op->fn != NULL;
}
