/* SPDX-License-Identifier: MIT */
/*
 * The guest's x87, MMX and SIMD state, and how it shares the host's FPU.
 *
 * Guest instructions run on the host's own, so results, flags and rounding are the host's, bit for
 * bit.  What a guest leaves in the FPU between instructions is in one of these places:
 *
 *   XMM, YMM	c->fpu.ymm[]; handlers load, compute, store.
 *   MXCSR	control bits in c->fpu.mxcsr.  While a guest runs the host's MXCSR has them too, with
 *		every exception masked, and gathers the status bits.
 *   x87, MMX	c->fpu.x87[], or the host's x87 registers: see enum fpu_x87_at.  The control word is
 *		always also in c->fpu.x87[], and the three pointers (FOP, FIP, FDP) only there.
 *
 * Unmasked exceptions.  x87 instructions run with the guest's own control word: the host then keeps
 * an unmasked exception pending, as the architecture wants, and we look at FSW.ES before each waiting
 * instruction so that the host never comes to raise it.  SIMD exceptions stay masked on the host; code
 * decoded with MODE_FP_SLOW checks status bits after each instruction (simd_lower.h).
 *
 * The three pointers.  AMD processors note FOP, FIP and FDP for an instruction that leaves an unmasked
 * exception pending, and save them as 0 while none is; so we note them only in MODE_X87_SLOW.
 *	[APM1 6.8 x87 Floating-Point Exceptions, APM1 4.10 SIMD Floating-Point Exceptions]
 */
#ifndef CHIP_CPU_EXEC_SIMD_FPU_H
#define CHIP_CPU_EXEC_SIMD_FPU_H

#include "abi/fpu.h"
#include "chip/cpu/op.h"

enum fpu_x87_at {
	X87_IN_MEMORY, /* c->fpu.x87 */
	X87_IN_MMX,    /* the same, and TOP is 0, all registers valid: MMX may go on */
	X87_IN_HOST,   /* the host's x87 registers */
};

/* -- around a guest's run ---------------------------------------------------------------------- */

/* VMRUN: from here to fpu_leave() the host's MXCSR is the guest's; no other C code may rely on it. */
void fpu_enter(struct cpu *c);

/* #VMEXIT: c->fpu is complete, the host's FPU as the C compiler wants it. */
void fpu_leave(struct cpu *c);

/* Between the two: makes c->fpu complete without leaving (saving a VMSA, a debugger's look). */
void fpu_sync(struct cpu *c);

/* State after RESET; INIT leaves the FPU alone.	[APM2 14.1.3 Processor Initialization State] */
void fpu_reset(struct cpu *c);

/* -- what decides how blocks are decoded --------------------------------------------------------- */

/*
 * MODE_FP_SLOW and MODE_X87_SLOW: is some SIMD, some x87 exception unmasked?  For
 * cpu_context_changed(), which is called whenever the answer changes.
 */
u8 fpu_mode(const struct cpu *c);

/* -- what may run ----------------------------------------------------------------------------- */

/*
 * After a change of CR0, CR4 or XCR0 (cpu_context_changed() calls it too): which classes of
 * instructions do not run now, into c->fpu.denied.  The operation that stands before the first
 * instruction of each class in a block looks there.
 */
void fpu_gate(struct cpu *c);

/* What comes instead of an instruction of classes that are denied: #UD or #NM.  imm: INSN_ bits. */
op_fn op_refuse_fpu;

/* -- for handlers -------------------------------------------------------------------------------- */

static inline struct fxsave_area *fpu_image(struct cpu *c)
{
	return (struct fxsave_area *)(void *)c->fpu.x87;
}

static inline const struct fxsave_area *fpu_image_const(const struct cpu *c)
{
	return (const struct fxsave_area *)(const void *)c->fpu.x87;
}

/* MXCSR with its status bits, and all of it (valid bits only). */
u32 fpu_mxcsr_get(const struct cpu *c);
void fpu_mxcsr_set(struct cpu *c, u32 mxcsr);

/* Makes x87 data live in the host, or complete in memory, or ready for an MMX instruction. */
void fpu_x87_to_host(struct cpu *c);
void fpu_x87_to_memory(struct cpu *c);
void fpu_x87_to_mmx(struct cpu *c);

/* What is in the host's x87 registers is worth nothing: c->fpu.x87 as it stands is the state. */
void fpu_x87_forget_host(struct cpu *c);

/* c->fpu.x87 has been written from outside: gives reserved and dependent bits their values. */
void fpu_x87_normalise(struct cpu *c);

/* After a change of masks: true when code must be decoded anew (c->mode has changed). */
bool fpu_mode_changed(struct cpu *c);

/*
 * An x87 exception is pending and the instruction waits: raises #MF, or with CR0.NE clear the
 * FERR_FREEZE exit.  Fills c->event.
 */
void fpu_raise_pending(struct cpu *c);

#endif
