/* SPDX-License-Identifier: MIT */
/* Shifts, for the table of integer instructions. */
#ifndef CHIP_CPU_EXEC_INT_SHIFT_H
#define CHIP_CPU_EXEC_INT_SHIFT_H

#include "chip/cpu/exec/int_family.h"

extern const struct family2 family_rol, family_ror, family_rcl, family_rcr, family_shl, family_shr,
	family_sar, family_shld, family_shrd, family_sarx, family_shlx, family_shrx, family_rorx;

lower_fn lower_double_shift, lower_flagless_shift;

#endif
