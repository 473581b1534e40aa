/* SPDX-License-Identifier: MIT */
/* Control transfers, for the table of integer instructions. */
#ifndef CHIP_CPU_EXEC_CONTROL_H
#define CHIP_CPU_EXEC_CONTROL_H

#include "chip/cpu/decode/insn.h"

lower_fn lower_jcc;  /* row->n: condition */
lower_fn lower_loop; /* row->n: 0 LOOP, 1 LOOPE, 2 LOOPNE, 3 JCXZ JECXZ JRCXZ */
lower_fn lower_jmp, lower_call, lower_ret;

/* The far forms of the same mnemonics: exec/far.c. */
lower_fn lower_far_jmp, lower_far_call, lower_far_ret;

#endif
