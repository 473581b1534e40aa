/* SPDX-License-Identifier: MIT */
/*
 * The XSAVE area: what a CPU model's leaves must say about it, and the kinds of instructions that
 * write and read it.	[APM2 11.5]
 */
#ifndef CHIP_CPU_EXEC_SIMD_XSAVE_H
#define CHIP_CPU_EXEC_SIMD_XSAVE_H

#include "abi/fpu.h"
#include "chip/cpu/state.h"

/*
 * Protection keys lie behind AVX-512's components in the standard form, whether a model has those or
 * not.	[CPUID Fn0000_000D ECX=9 of family 19h]
 */
enum { XSAVE_PKRU = 0x980, XSAVE_PKRU_SIZE = 8 };

enum xsave_kind {
	XSAVE_REX_W = 1 << 0,      /* 64-bit x87 pointers */
	XSAVE_SKIP_INIT = 1 << 1,  /* components in their initial state are not written */
	XSAVE_COMPACT = 1 << 2,    /* compacted form */
	XSAVE_SUPERVISOR = 1 << 3, /* XSS counts too; only the compacted form */
};

/* XINUSE: components not in their initial state; c->fpu is complete.	[APM2 11.5.3] */
u64 xsave_in_use(const struct cpu *c);

#endif
