/* SPDX-License-Identifier: MIT */
/*
 * Families of handlers: one operation in all operand sizes and forms, and the lowerings that pick
 * from them.  Index of a size: 0, 1, 2, 3 for 8, 16, 32, 64 bits.
 */
#ifndef CHIP_CPU_EXEC_INT_FAMILY_H
#define CHIP_CPU_EXEC_INT_FAMILY_H

#include "chip/cpu/decode/insn.h"

/* Two operands: destination and source; r register, m memory, i immediate. */
struct family2 {
	op_fn *rr[4], *ri[4], *rm[4], *mr[4], *mi[4];
	op_fn *lock_mr[4], *lock_mi[4]; /* NULL where LOCK does not exist */
};

/* One operand that is read and written. */
struct family1 {
	op_fn *r[4], *m[4], *lock_m[4];
};

lower_fn lower_family2; /* row->arg: struct family2 */
lower_fn lower_family1; /* row->arg: struct family1 */

static inline unsigned size_index(unsigned bits)
{
	return bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3;
}

#define FAMILY_SIZES(prefix, suffix)                                                          \
	{                                                                                     \
		prefix##8##suffix, prefix##16##suffix, prefix##32##suffix, prefix##64##suffix \
	}

#endif
