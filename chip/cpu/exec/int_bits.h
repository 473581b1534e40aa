/* SPDX-License-Identifier: MIT */
/* Bit instructions, for the table of integer instructions. */
#ifndef CHIP_CPU_EXEC_INT_BITS_H
#define CHIP_CPU_EXEC_INT_BITS_H

#include "chip/cpu/exec/int_family.h"

extern const struct family2 family_bt, family_bts, family_btr, family_btc;
extern const struct family2 family_bsf, family_bsr, family_tzcnt, family_lzcnt, family_popcnt;
extern const struct family2 family_adcx, family_adox;
extern const struct family2 family_andn, family_pdep, family_pext, family_bextr, family_bzhi,
	family_blsi, family_blsmsk, family_blsr;

lower_fn lower_bit, lower_crc32;
lower_fn lower_bmi; /* row->n: 1 when the register-or-memory operand is the second */

op_fn op_cmpxchg8b, op_cmpxchg16b;

#endif
