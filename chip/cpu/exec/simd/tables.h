/* SPDX-License-Identifier: MIT */
/* The rows of the SIMD and x87 instructions, for decode/insn.c. */
#ifndef CHIP_CPU_EXEC_SIMD_TABLES_H
#define CHIP_CPU_EXEC_SIMD_TABLES_H

#include "chip/cpu/decode/insn.h"

extern const struct insn_table insn_table_sse_int, insn_table_sse_fp, insn_table_sse_imm,
	insn_table_sse_move;
extern const struct insn_table insn_table_sse_misc, insn_table_pcmpstr, insn_table_mmx,
	insn_table_mxcsr;
extern const struct insn_table insn_table_avx_int, insn_table_avx_fp, insn_table_avx_imm,
	insn_table_avx_move;
extern const struct insn_table insn_table_fma, insn_table_crypto, insn_table_masked;
extern const struct insn_table insn_table_x87, insn_table_x87_env, insn_table_fxsave,
	insn_table_xsave, insn_table_xcr;

#endif
