/* SPDX-License-Identifier: MIT */
/* All families of instructions. */
#include "chip/cpu/exec/tables.h"

#include "chip/cpu/exec/simd/tables.h"

/* clang-format off */
const struct insn_table *const insn_tables[] = {
	&insn_table_int,
	&insn_table_sys,
	&insn_table_sse_int, &insn_table_sse_fp, &insn_table_sse_imm, &insn_table_sse_move, &insn_table_sse_misc,
	&insn_table_pcmpstr, &insn_table_mmx, &insn_table_mxcsr,
	&insn_table_avx_int, &insn_table_avx_fp, &insn_table_avx_imm, &insn_table_avx_move,
	&insn_table_fma, &insn_table_crypto, &insn_table_masked,
	&insn_table_x87, &insn_table_x87_env, &insn_table_fxsave, &insn_table_xsave, &insn_table_xcr,
};
/* clang-format on */

const size_t insn_table_count = ARRAY_SIZE(insn_tables);
