/* SPDX-License-Identifier: MIT */
/*
 * x87: instructions run on the host's x87 registers, which hold the guest's (fpu.h).
 */
#ifndef CHIP_CPU_EXEC_SIMD_X87_H
#define CHIP_CPU_EXEC_SIMD_X87_H

#include "chip/cpu/decode/insn.h"

/*
 * Puts the look for a pending exception (#MF) before a waiting x87 or MMX instruction; only while
 * some exception is unmasked can there be one.
 */
void x87_emit_wait(struct lowering *l);

/* FSW.ES; brings x87 data to the host, MMX data it leaves. */
bool x87_is_pending(struct cpu *c);

#endif
