/* SPDX-License-Identifier: MIT */
/*
 * x87, SSE and extended state: control and status bits, the FXSAVE image, the XSAVE header, XCR0.
 *	[APM2 11 128-Bit, 64-Bit, and x87 Programming; APM1 4.2.2 MXCSR Register, 6.2 Registers]
 */
#ifndef ABI_FPU_H
#define ABI_FPU_H

#include "abi/layout.h"

/* clang-format off */

/* -- The six exceptions: status bits in FSW and MXCSR, mask bits in FCW at the same place ------ */

#define FPU_EX_IE	BIT32(0)	/* invalid operation */
#define FPU_EX_DE	BIT32(1)	/* denormal operand */
#define FPU_EX_ZE	BIT32(2)	/* zero divide */
#define FPU_EX_OE	BIT32(3)	/* overflow */
#define FPU_EX_UE	BIT32(4)	/* underflow */
#define FPU_EX_PE	BIT32(5)	/* precision */
#define FPU_EX_ALL	BITS32(5, 0)

enum fpu_rounding {
	FPU_ROUND_NEAREST	= 0,
	FPU_ROUND_DOWN		= 1,
	FPU_ROUND_UP		= 2,
	FPU_ROUND_ZERO		= 3,
};

/* -- x87 --------------------------------------------------------------------------------------- */

#define FCW_MASKS_SHIFT	0		/* FPU_EX_ bits: 1 masks */
#define FCW_MASKS_MASK	FPU_EX_ALL
#define FCW_ONE		BIT32(6)	/* reads 1 */
#define FCW_PC_SHIFT	8		/* precision: enum fcw_precision */
#define FCW_PC_MASK	BITS32(9, 8)
#define FCW_RC_SHIFT	10		/* rounding: enum fpu_rounding */
#define FCW_RC_MASK	BITS32(11, 10)
#define FCW_Y		BIT32(12)	/* infinity, 80287 only */
#define FCW_FNINIT	0x037fu
#define FCW_RESET	0x0040u		/* after RESET */

enum fcw_precision {
	FCW_PC_SINGLE	= 0,
	FCW_PC_DOUBLE	= 2,
	FCW_PC_EXTENDED	= 3,
};

#define FSW_SF		BIT32(6)	/* stack fault */
#define FSW_ES		BIT32(7)	/* an unmasked exception is pending */
#define FSW_C0		BIT32(8)
#define FSW_C1		BIT32(9)
#define FSW_C2		BIT32(10)
#define FSW_TOP_SHIFT	11
#define FSW_TOP_MASK	BITS32(13, 11)
#define FSW_C3		BIT32(14)
#define FSW_B		BIT32(15)	/* same as ES */

#define FTW_EMPTY	0xffffu		/* full tag word: two bits a register, 3 is empty */
#define FTW_RESET	0x5555u		/* after RESET: all zero (tag 1) */

LAYOUT_FIELD(FCW_MASKS);
LAYOUT_FIELD(FCW_PC);
LAYOUT_FIELD(FCW_RC);
LAYOUT_FIELD(FSW_TOP);

/* -- MXCSR ------------------------------------------------------------------------------------- */

#define MXCSR_DAZ		BIT32(6)	/* denormals are zeros */
#define MXCSR_MASKS_SHIFT	7		/* FPU_EX_ bits: 1 masks */
#define MXCSR_MASKS_MASK	BITS32(12, 7)
#define MXCSR_RC_SHIFT		13		/* rounding: enum fpu_rounding */
#define MXCSR_RC_MASK		BITS32(14, 13)
#define MXCSR_FZ		BIT32(15)	/* flush to zero */
#define MXCSR_MM		BIT32(17)	/* misaligned exception mask, with MISALIGNSSE */
#define MXCSR_INIT		0x00001f80u	/* all masked, round to nearest */
#define MXCSR_VALID_MASK	0x0002ffffu	/* others raise #GP; without MM 0000_FFFFh */

LAYOUT_FIELD(MXCSR_MASKS);
LAYOUT_FIELD(MXCSR_RC);

/* -- FXSAVE image, also the legacy area of XSAVE  [APM2 11.4.4 Saving Media and x87 State] ----- */

struct fxsave_area {
	u16	fcw;
	u16	fsw;
	u8	ftw;		/* abridged: bit n is 1 if register n is not empty */
	u8	rsvd_05;
	u16	fop;		/* last opcode, 11 bits */
	u64	rip;		/* with REX.W; else EIP, and CS in bits 47:32 */
	u64	rdp;		/* with REX.W; else data offset, and DS in bits 47:32 */
	u32	mxcsr;
	u32	mxcsr_mask;	/* out: MXCSR_VALID_MASK of this CPU */
	u8	st[8][16];	/* ST0..ST7 by stack order, 80 bits each */
	u8	xmm[16][16];
	u8	rsvd_1a0[48];
	u8	sw_1d0[48];	/* left to software */
};
LAYOUT_SIZE(fxsave_area, 0x200);
LAYOUT_AT(fxsave_area, fcw, 0x00);
LAYOUT_AT(fxsave_area, fsw, 0x02);
LAYOUT_AT(fxsave_area, ftw, 0x04);
LAYOUT_AT(fxsave_area, fop, 0x06);
LAYOUT_AT(fxsave_area, rip, 0x08);
LAYOUT_AT(fxsave_area, rdp, 0x10);
LAYOUT_AT(fxsave_area, mxcsr, 0x18);
LAYOUT_AT(fxsave_area, mxcsr_mask, 0x1c);
LAYOUT_AT(fxsave_area, st, 0x20);
LAYOUT_AT(fxsave_area, xmm, 0xa0);
LAYOUT_AT(fxsave_area, sw_1d0, 0x1d0);

/* -- XSAVE  [APM2 11.5 XSAVE/XRSTOR Instructions] ---------------------------------------------- */

struct xsave_header {		/* at 200h of the XSAVE area */
	u64	xstate_bv;	/* components that the area holds */
	u64	xcomp_bv;	/* XCOMP_BV_COMPACT and the components that have a place */
	u8	rsvd_10[48];	/* must be zero */
};
LAYOUT_SIZE(xsave_header, 0x40);
LAYOUT_AT(xsave_header, xstate_bv, 0x00);
LAYOUT_AT(xsave_header, xcomp_bv, 0x08);

#define XCOMP_BV_COMPACT	BIT64(63)

enum {
	XSAVE_HEADER		= 0x200,
	XSAVE_EXTENDED		= 0x240,	/* first extended component of the compacted form */
	XSAVE_YMM		= 0x240,	/* standard form: bits 255:128 of YMM0..15 */
	XSAVE_YMM_SIZE		= 0x100,
	XSAVE_ALIGN		= 64,
};

/* -- XCR0, and the supervisor components of XSS  [APM2 11.5.2 XFEATURE_ENABLED_MASK] ----------- */

#define XCR0_X87	BIT64(0)	/* always 1 */
#define XCR0_SSE	BIT64(1)
#define XCR0_AVX	BIT64(2)	/* needs SSE */
#define XCR0_OPMASK	BIT64(5)	/* AVX-512: these three together, needs AVX */
#define XCR0_ZMM_HI256	BIT64(6)
#define XCR0_HI16_ZMM	BIT64(7)
#define XCR0_PKRU	BIT64(9)
#define XCR0_LWP	BIT64(62)
#define XCR0_AVX512	(XCR0_OPMASK | XCR0_ZMM_HI256 | XCR0_HI16_ZMM)
#define XCR0_INIT	XCR0_X87

#define XSS_CET_U	BIT64(11)
#define XSS_CET_S	BIT64(12)

/* clang-format on */

#endif
