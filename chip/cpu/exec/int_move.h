/* SPDX-License-Identifier: MIT */
/* Moves, for the table of integer instructions. */
#ifndef CHIP_CPU_EXEC_INT_MOVE_H
#define CHIP_CPU_EXEC_INT_MOVE_H

#include "chip/cpu/exec/int_family.h"

extern const struct family2 family_mov, family_xadd, family_cmpxchg, family_movbe;

lower_fn lower_extend; /* row->n: 1 sign-extends */
lower_fn lower_lea, lower_xchg;
lower_fn lower_cmov, lower_setcc; /* row->n: condition */

op_fn op_cbw, op_cwde, op_cdqe, op_cwd, op_cdq, op_cqo, op_bswap;

#endif
