/* SPDX-License-Identifier: MIT */
/*
 * Unmasked SIMD floating-point exceptions.  The host runs the instruction with everything masked;
 * fp_begin before it keeps what it will change and clears the status bits, fp_end after it looks at
 * them and, if one of them is not masked by the guest, takes the result back and raises #XF.
 *	[APM1 4.10 SIMD Floating-Point Exceptions]
 */
#ifndef CHIP_CPU_EXEC_SIMD_FP_CHECK_H
#define CHIP_CPU_EXEC_SIMD_FP_CHECK_H

#include "chip/cpu/op.h"

/* a: slot of the destination; or the general register that it is. */
op_fn simd_fp_begin, simd_fp_begin_gpr;

/* The same; misc: enum simd_fp, imm: bytes of the destination. */
op_fn simd_fp_end, simd_fp_end_gpr;

#endif
