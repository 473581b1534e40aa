/* SPDX-License-Identifier: MIT */
/*
 * MMX forms of instructions that SSE has too; rows are with the SSE forms.	[APM5]
 */
#ifndef CHIP_CPU_EXEC_SIMD_MMX_H
#define CHIP_CPU_EXEC_SIMD_MMX_H

#include "chip/cpu/decode/insn.h"
#include "chip/cpu/exec/simd/list.h"

#define DECLARE(name, ...) op_fn mmx_##name;
LIST_INT_MMX(DECLARE)
LIST_INT_1_MMX(DECLARE)
#undef DECLARE

/* Shifts: by a register or memory, by an immediate. */
#define DECLARE(name, ...) op_fn mmx_##name, mmx_##name##_imm;
LIST_SHIFT(DECLARE)
#undef DECLARE

/* MOVD, MOVQ and MOVNTQ with an MM register. */
lower_fn lower_mmx_move;

/* Only the change of state; it goes before fp_begin. */
op_fn mmx_enter;

op_fn mmx_palignr, mmx_pextrw, mmx_pinsrw, mmx_pmovmskb;

#endif
