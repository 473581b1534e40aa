/* SPDX-License-Identifier: MIT */
/* XGETBV, XSETBV: extended control register 0.	[APM2 11.5.2 XFEATURE_ENABLED_MASK] */
#include "abi/svm_exit.h"
#include "abi/x86.h"
#include "chip/cpu/exec/intercept.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/exec/simd/xsave.h"
#include "chip/cpu/model/model.h"

static OP(xgetbv)
{
	u32 which = (u32)c->reg[REG_RCX];
	u64 v = c->xcr0;

	if (!(c->cr4 & CR4_OSXSAVE)) {
		fault_raise(c, X86_VECTOR_UD);
		OP_EVENT();
	}
	if (which > 1 || (which == 1 && !cpu_model_has(c->model, FEATURE_XGETBV1))) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		OP_EVENT();
	}
	if (which == 1) {
		fpu_sync(c);
		v = xsave_in_use(c);
	}
	c->reg[REG_RAX] = (u32)v;
	c->reg[REG_RDX] = v >> 32;
	OP_NEXT();
}

static bool xcr0_is_valid(const struct cpu *c, u64 v)
{
	if (v & ~cpu_model_xcr0_mask(c->model) || !(v & XCR0_X87))
		return false;
	return !(v & XCR0_AVX) || v & XCR0_SSE;
}

/* What stands before the intercept. */
static OP(xsetbv_check)
{
	if (!(c->cr4 & CR4_OSXSAVE)) {
		fault_raise(c, X86_VECTOR_UD);
		OP_EVENT();
	}
	if (c->cpl != 0) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		OP_EVENT();
	}
	OP_NEXT();
}

static OP(xsetbv)
{
	u64 v = c->reg[REG_RDX] << 32 | (u32)c->reg[REG_RAX];

	if ((u32)c->reg[REG_RCX] != 0 || !xcr0_is_valid(c, v)) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		OP_EVENT();
	}
	c->xcr0 = v;
	fpu_gate(c);
	BLOCK_END(op_next_rip(c, op) & c->ip_mask);
}

static bool lower_xgetbv(struct lowering *l, const struct insn *row)
{
	lower_emit(l, xgetbv);
	return true;
}

static bool lower_xsetbv(struct lowering *l, const struct insn *row)
{
	lower_emit(l, xsetbv_check);
	lower_emit_intercept(l, row);
	lower_emit(l, xsetbv);
	l->ends = true;
	return true;
}

/* clang-format off */
static const struct insn rows[] = {
	{ZYDIS_MNEMONIC_XGETBV, 0, EXIT_NONE, ES_NONE, FEATURE_XSAVE, lower_xgetbv, NULL, NULL, 0},
	{ZYDIS_MNEMONIC_XSETBV, 0, VMEXIT_XSETBV, ES_NAE, FEATURE_XSAVE, lower_xsetbv, NULL, NULL, 0},
};
/* clang-format on */

const struct insn_table insn_table_xcr = {rows, ARRAY_SIZE(rows)};
