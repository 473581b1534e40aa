/* SPDX-License-Identifier: MIT */
/*
 * The legacy area that FXSAVE and XSAVE have in common: taking the guest's state out into one, and in
 * from one; and what all of them check of an address.
 */
#ifndef CHIP_CPU_EXEC_SIMD_LEGACY_AREA_H
#define CHIP_CPU_EXEC_SIMD_LEGACY_AREA_H

#include "chip/cpu/decode/insn.h"
#include "chip/cpu/exec/simd/fpu.h"

enum {
	FX_POINTERS_END = offsetof(struct fxsave_area, mxcsr),
	FX_MXCSR = offsetof(struct fxsave_area, mxcsr),
	FX_ST = offsetof(struct fxsave_area, st),
	FX_XMM = offsetof(struct fxsave_area, xmm),
	FX_XMM_REGS = 16,
};

/* XMM registers that the mode has: 16 or 8. */
unsigned legacy_xmm_count(const struct cpu *c);

/* Everything, as of now; rex_w: 64-bit x87 pointers.  c->fpu is complete then. */
void legacy_out(struct cpu *c, struct fxsave_area *a, bool rex_w);

/* x87, XMM registers. */
void legacy_x87_in(struct cpu *c, const struct fxsave_area *a, bool rex_w);
void legacy_xmm_in(struct cpu *c, const struct fxsave_area *a);

/* #GP(0) into c->event; false. */
bool legacy_refuse(struct cpu *c);

/*
 * Processors look at the ends of an image first: which byte a page fault names follows from that.
 * False with c->event filled.
 */
bool legacy_probe_load(struct cpu *c, u64 la);

/* Behind what may have changed masks: where code must be decoded anew the block ends. */
#define LEGACY_NEXT_OR_END(c, op)                                     \
	do {                                                          \
		if (fpu_mode_changed(c))                              \
			BLOCK_END(op_next_rip(c, op) & (c)->ip_mask); \
		OP_NEXT();                                            \
	} while (0)

/* Lowering of an instruction on such an area: handler row->fn, misc = row->n. */
lower_fn lower_state_load, lower_state_store;

#endif
