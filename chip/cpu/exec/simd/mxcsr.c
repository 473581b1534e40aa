/* SPDX-License-Identifier: MIT */
/* LDMXCSR and STMXCSR, legacy and VEX.	[APM4 LDMXCSR, STMXCSR] */
#include "abi/x86.h"
#include "chip/cpu/exec/simd/fpu.h"
#include "chip/cpu/exec/simd/simd_lower.h"
#include "chip/cpu/exec/simd/simd_mem.h"
#include "chip/cpu/exec/simd/tables.h"
#include "chip/cpu/run.h"

/* The value is in REG_TEMP.  Unmasking an exception changes how code is decoded. */
static OP(ldmxcsr)
{
	u64 v = c->reg[REG_TEMP];

	if (v & ~(u64)MXCSR_VALID_MASK) {
		fault_raise_error(c, X86_VECTOR_GP, 0);
		OP_EVENT();
	}
	fpu_mxcsr_set(c, (u32)v);
	if (fpu_mode_changed(c)) {
		c->icount -= cpu_not_done(c, op) - 1;
		BLOCK_END(op_next_rip(c, op) & c->ip_mask);
	}
	OP_NEXT();
}

static OP(stmxcsr)
{
	c->reg[REG_TEMP] = fpu_mxcsr_get(c);
	OP_NEXT();
}

static bool lower_ldmxcsr(struct lowering *l, const struct insn *row)
{
	lower_emit_mem(l, simd_load_gpr[2], 0, LOWER_READ)->a = REG_TEMP;
	lower_emit(l, ldmxcsr);
	simd_emit_go_on(l);
	return true;
}

static bool lower_stmxcsr(struct lowering *l, const struct insn *row)
{
	lower_emit(l, stmxcsr);
	simd_emit_store(l, simd_store_gpr[2], 0, REG_TEMP);
	return true;
}

/* clang-format off */
static const struct insn rows[] = {
	SSE_ROW(LDMXCSR,  BASE, lower_ldmxcsr, NULL),
	SSE_ROW(STMXCSR,  BASE, lower_stmxcsr, NULL),
	AVX_ROW(VLDMXCSR, AVX,  lower_ldmxcsr, NULL),
	AVX_ROW(VSTMXCSR, AVX,  lower_stmxcsr, NULL),
};
/* clang-format on */

const struct insn_table insn_table_mxcsr = {rows, ARRAY_SIZE(rows)};
