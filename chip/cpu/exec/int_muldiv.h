/* SPDX-License-Identifier: MIT */
/* Multiplication and division, for the table of integer instructions. */
#ifndef CHIP_CPU_EXEC_INT_MULDIV_H
#define CHIP_CPU_EXEC_INT_MULDIV_H

#include "chip/cpu/exec/int_family.h"

extern const struct family1 family_mul, family_imul, family_div, family_idiv;

lower_fn lower_imul, lower_mulx;

#endif
