/* SPDX-License-Identifier: MIT */
/* The arithmetic families, for the table of integer instructions. */
#ifndef CHIP_CPU_EXEC_INT_ALU_H
#define CHIP_CPU_EXEC_INT_ALU_H

#include "chip/cpu/exec/int_family.h"

extern const struct family2 family_add, family_or, family_adc, family_sbb, family_and, family_sub,
	family_xor, family_cmp, family_test;
extern const struct family1 family_inc, family_dec, family_neg, family_not;

#endif
