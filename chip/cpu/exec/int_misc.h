/* SPDX-License-Identifier: MIT */
/* What has no family, for the table of integer instructions. */
#ifndef CHIP_CPU_EXEC_INT_MISC_H
#define CHIP_CPU_EXEC_INT_MISC_H

#include "chip/cpu/decode/insn.h"

op_fn op_aaa, op_aas, op_daa, op_das, op_aam, op_aad, op_salc;
op_fn op_clc, op_stc, op_cmc, op_cld, op_std, op_lahf, op_sahf;
op_fn op_xlat, op_mfence;

lower_fn lower_nop, lower_mov, lower_enter;

#endif
