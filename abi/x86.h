/* SPDX-License-Identifier: MIT */
/*
 * Architectural x86-64 registers that more than one party reads: control registers, EFER, RFLAGS,
 * debug registers, and the exception vectors.  Page tables are in abi/paging.h, descriptors in
 * abi/desc.h, x87 and SSE state in abi/fpu.h, model-specific registers in abi/msr.h.
 *
 * All masks are 64 bits wide like the registers themselves.
 *	[APM2 3.1 System-Control Registers, 8.2 Vectors, 13.1 Software-Debug Resources]
 */
#ifndef ABI_X86_H
#define ABI_X86_H

#include "abi/layout.h"

/* clang-format off */

/* -- CR0  [APM2 3.1.1 CR0 Register] ------------------------------------------------------------ */

#define CR0_PE		BIT64(0)	/* protection enabled */
#define CR0_MP		BIT64(1)	/* monitor coprocessor */
#define CR0_EM		BIT64(2)	/* emulation */
#define CR0_TS		BIT64(3)	/* task switched */
#define CR0_ET		BIT64(4)	/* extension type; reads 1 */
#define CR0_NE		BIT64(5)	/* numeric error */
#define CR0_WP		BIT64(16)	/* write protect */
#define CR0_AM		BIT64(18)	/* alignment mask */
#define CR0_NW		BIT64(29)	/* not write-through */
#define CR0_CD		BIT64(30)	/* cache disable */
#define CR0_PG		BIT64(31)	/* paging */

#define CR0_DEFINED	(CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | \
			 CR0_NW | CR0_CD | CR0_PG)
#define CR0_INIT	(CR0_ET | CR0_NW | CR0_CD)	/* 6000_0010h, after RESET and INIT */

/* -- CR3  [APM2 3.1.2 CR2 and CR3 Registers] --------------------------------------------------- */

#define CR3_PWT			BIT64(3)
#define CR3_PCD			BIT64(4)
#define CR3_NO_FLUSH		BIT64(63)	/* source of MOV CR3 only, with CR4.PCIDE */
#define CR3_PCID_SHIFT		0		/* with CR4.PCIDE; PWT and PCD do not exist then */
#define CR3_PCID_MASK		BITS64(11, 0)
#define CR3_BASE_SHIFT		12		/* long mode: page frame of the root table */
#define CR3_BASE_MASK		BITS64(51, 12)
#define CR3_BASE_PAE_SHIFT	5		/* legacy PAE: 32-byte aligned */
#define CR3_BASE_PAE_MASK	BITS64(31, 5)
#define CR3_BASE_LEGACY_SHIFT	12		/* 32-bit paging */
#define CR3_BASE_LEGACY_MASK	BITS64(31, 12)

LAYOUT_FIELD(CR3_PCID);
LAYOUT_FIELD(CR3_BASE);
LAYOUT_FIELD(CR3_BASE_PAE);
LAYOUT_FIELD(CR3_BASE_LEGACY);

/* -- CR4  [APM2 3.1.3 CR4 Register] ------------------------------------------------------------ */

#define CR4_VME		BIT64(0)	/* virtual-8086 mode extensions */
#define CR4_PVI		BIT64(1)	/* protected-mode virtual interrupts */
#define CR4_TSD		BIT64(2)	/* time stamp disable */
#define CR4_DE		BIT64(3)	/* debugging extensions */
#define CR4_PSE		BIT64(4)	/* page size extensions */
#define CR4_PAE		BIT64(5)	/* physical address extension */
#define CR4_MCE		BIT64(6)	/* machine check enable */
#define CR4_PGE		BIT64(7)	/* page global enable */
#define CR4_PCE		BIT64(8)	/* RDPMC at CPL 3 */
#define CR4_OSFXSR	BIT64(9)	/* FXSAVE, FXRSTOR and SSE in use */
#define CR4_OSXMMEXCPT	BIT64(10)	/* unmasked SIMD exceptions raise #XF */
#define CR4_UMIP	BIT64(11)	/* user-mode instruction prevention */
#define CR4_LA57	BIT64(12)	/* 5-level paging */
#define CR4_FSGSBASE	BIT64(16)	/* RDFSBASE and its kin */
#define CR4_PCIDE	BIT64(17)	/* process context identifiers */
#define CR4_OSXSAVE	BIT64(18)	/* XSAVE and XCR0 in use */
#define CR4_SMEP	BIT64(20)	/* supervisor mode execution prevention */
#define CR4_SMAP	BIT64(21)	/* supervisor mode access prevention */
#define CR4_PKE		BIT64(22)	/* protection keys */
#define CR4_CET		BIT64(23)	/* control-flow enforcement */

#define CR4_DEFINED	(CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_MCE | \
			 CR4_PGE | CR4_PCE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_UMIP | CR4_LA57 | \
			 CR4_FSGSBASE | CR4_PCIDE | CR4_OSXSAVE | CR4_SMEP | CR4_SMAP | CR4_PKE | \
			 CR4_CET)

/* -- CR8  [APM2 3.1.5 CR8 (Task Priority Register)] -------------------------------------------- */

#define CR8_TPR_SHIFT	0	/* task priority: bits 7:4 of the local APIC's TPR */
#define CR8_TPR_MASK	BITS64(3, 0)

LAYOUT_FIELD(CR8_TPR);

/* -- EFER (MSR_EFER)  [APM2 3.1.7 Extended Feature Enable Register] ---------------------------- */

#define EFER_SCE	BIT64(0)	/* SYSCALL, SYSRET */
#define EFER_LME	BIT64(8)	/* long mode enable */
#define EFER_LMA	BIT64(10)	/* long mode active */
#define EFER_NXE	BIT64(11)	/* no-execute enable */
#define EFER_SVME	BIT64(12)	/* SVM enable; 1 in every VMSA that may run */
#define EFER_LMSLE	BIT64(13)	/* long mode segment limit enable */
#define EFER_FFXSR	BIT64(14)	/* fast FXSAVE, FXRSTOR */
#define EFER_TCE	BIT64(15)	/* translation cache extension */
#define EFER_MCOMMIT	BIT64(17)	/* MCOMMIT instruction */
#define EFER_INTWB	BIT64(18)	/* interruptible WBINVD and WBNOINVD */
#define EFER_UAIE	BIT64(20)	/* upper address ignore */
#define EFER_AIBRSE	BIT64(21)	/* automatic IBRS */

#define EFER_DEFINED	(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME | EFER_LMSLE | \
			 EFER_FFXSR | EFER_TCE | EFER_MCOMMIT | EFER_INTWB | EFER_UAIE | \
			 EFER_AIBRSE)

/* -- RFLAGS  [APM2 3.1.6 RFLAGS Register] ------------------------------------------------------ */

#define RFLAGS_CF	BIT64(0)
#define RFLAGS_ONE	BIT64(1)	/* reads 1 */
#define RFLAGS_PF	BIT64(2)
#define RFLAGS_AF	BIT64(4)
#define RFLAGS_ZF	BIT64(6)
#define RFLAGS_SF	BIT64(7)
#define RFLAGS_TF	BIT64(8)	/* trap: single step */
#define RFLAGS_IF	BIT64(9)	/* interrupts enabled */
#define RFLAGS_DF	BIT64(10)	/* direction: string instructions go down */
#define RFLAGS_OF	BIT64(11)
#define RFLAGS_IOPL_SHIFT	12
#define RFLAGS_IOPL_MASK	BITS64(13, 12)
#define RFLAGS_NT	BIT64(14)	/* nested task */
#define RFLAGS_RF	BIT64(16)	/* resume: one instruction without breakpoints */
#define RFLAGS_VM	BIT64(17)	/* virtual-8086 mode */
#define RFLAGS_AC	BIT64(18)	/* alignment check; SMAP override */
#define RFLAGS_VIF	BIT64(19)	/* virtual interrupt flag */
#define RFLAGS_VIP	BIT64(20)	/* virtual interrupt pending */
#define RFLAGS_ID	BIT64(21)	/* writable where CPUID exists */

#define RFLAGS_ARITH	(RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)
#define RFLAGS_DEFINED	(RFLAGS_ARITH | RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_IOPL_MASK | \
			 RFLAGS_NT | RFLAGS_RF | RFLAGS_VM | RFLAGS_AC | RFLAGS_VIF | RFLAGS_VIP | \
			 RFLAGS_ID)
#define RFLAGS_INIT	RFLAGS_ONE

LAYOUT_FIELD(RFLAGS_IOPL);

/* -- Debug registers  [APM2 13.1.1 Debug Registers] -------------------------------------------- */

#define DR6_B(n)	BIT64(n)	/* breakpoint n = 0..3 was hit */
#define DR6_B_MASK	BITS64(3, 0)
#define DR6_BLD		BIT64(11)	/* bus lock detected; 0 when it happened */
#define DR6_BD		BIT64(13)	/* debug register accessed while DR7.GD */
#define DR6_BS		BIT64(14)	/* single step */
#define DR6_BT		BIT64(15)	/* task switch with the T bit */
#define DR6_INIT	0xffff0ff0ull	/* read-as-one bits, BLD among them */

#define DR7_L(n)	BIT64(2 * (n))		/* local enable of breakpoint n = 0..3 */
#define DR7_G(n)	BIT64(2 * (n) + 1)	/* global enable */
#define DR7_ENABLE_MASK	BITS64(7, 0)		/* all L and G bits */
#define DR7_LE		BIT64(8)
#define DR7_GE		BIT64(9)
#define DR7_ONE		BIT64(10)		/* reads 1 */
#define DR7_GD		BIT64(13)		/* general detect: MOV DR raises #DB */
#define DR7_RW_SHIFT(n)		(16 + 4 * (n))	/* two bits: enum dr7_rw */
#define DR7_LEN_SHIFT(n)	(18 + 4 * (n))	/* two bits: enum dr7_len */
#define DR7_RW_LEN_MASK	BITS64(31, 16)
#define DR7_INIT	DR7_ONE			/* 400h */

enum dr7_rw {
	DR7_RW_EXECUTE	= 0,
	DR7_RW_WRITE	= 1,
	DR7_RW_IO	= 2,	/* with CR4.DE */
	DR7_RW_ACCESS	= 3,	/* data read or write */
};

enum dr7_len {
	DR7_LEN_1	= 0,	/* also for DR7_RW_EXECUTE */
	DR7_LEN_2	= 1,
	DR7_LEN_8	= 2,
	DR7_LEN_4	= 3,
};

/* -- Exception vectors  [APM2 8.2 Vectors] ----------------------------------------------------- */

enum x86_vector {
	X86_VECTOR_DE	= 0,	/* divide error */
	X86_VECTOR_DB	= 1,	/* debug */
	X86_VECTOR_NMI	= 2,
	X86_VECTOR_BP	= 3,	/* breakpoint */
	X86_VECTOR_OF	= 4,	/* overflow */
	X86_VECTOR_BR	= 5,	/* bound range */
	X86_VECTOR_UD	= 6,	/* invalid opcode */
	X86_VECTOR_NM	= 7,	/* device not available */
	X86_VECTOR_DF	= 8,	/* double fault */
	X86_VECTOR_CSO	= 9,	/* coprocessor segment overrun; never raised */
	X86_VECTOR_TS	= 10,	/* invalid TSS */
	X86_VECTOR_NP	= 11,	/* segment not present */
	X86_VECTOR_SS	= 12,	/* stack */
	X86_VECTOR_GP	= 13,	/* general protection */
	X86_VECTOR_PF	= 14,	/* page fault */
	X86_VECTOR_MF	= 16,	/* x87 exception pending */
	X86_VECTOR_AC	= 17,	/* alignment check */
	X86_VECTOR_MC	= 18,	/* machine check */
	X86_VECTOR_XF	= 19,	/* SIMD exception */
	X86_VECTOR_CP	= 21,	/* control protection */
	X86_VECTOR_HV	= 28,	/* hypervisor injection: software only, benign */
	X86_VECTOR_VC	= 29,	/* VMM communication: intercept in an ES guest */
	X86_VECTOR_SX	= 30,	/* security */
};

/* The exceptions that push an error code. */
#define X86_VECTORS_WITH_ERROR_CODE                                                               \
	(BIT32(X86_VECTOR_DF) | BIT32(X86_VECTOR_TS) | BIT32(X86_VECTOR_NP) |                     \
	 BIT32(X86_VECTOR_SS) | BIT32(X86_VECTOR_GP) | BIT32(X86_VECTOR_PF) |                     \
	 BIT32(X86_VECTOR_AC) | BIT32(X86_VECTOR_CP) | BIT32(X86_VECTOR_VC) |                     \
	 BIT32(X86_VECTOR_SX))

/*
 * The contributory class: one of these raised while delivering another of them, or while delivering
 * #PF, is a double fault; so is #PF while delivering #PF.  All others are benign.
 *	[APM2 8.2 Vectors, 8.2.9 #DF]
 */
#define X86_VECTORS_CONTRIBUTORY                                                                  \
	(BIT32(X86_VECTOR_DE) | BIT32(X86_VECTOR_TS) | BIT32(X86_VECTOR_NP) |                     \
	 BIT32(X86_VECTOR_SS) | BIT32(X86_VECTOR_GP) | BIT32(X86_VECTOR_CP) |                     \
	 BIT32(X86_VECTOR_VC) | BIT32(X86_VECTOR_SX))

/* Selector error code of #TS, #NP, #SS, #GP.	[APM2 8.4.1 Selector-Error Code] */
#define SELECTOR_ERROR_EXT		BIT32(0)	/* the event was external */
#define SELECTOR_ERROR_IDT		BIT32(1)	/* index into the IDT */
#define SELECTOR_ERROR_TI		BIT32(2)	/* LDT rather than GDT, if not IDT */
#define SELECTOR_ERROR_INDEX_SHIFT	3
#define SELECTOR_ERROR_INDEX_MASK	BITS32(15, 3)

LAYOUT_FIELD(SELECTOR_ERROR_INDEX);

/* clang-format on */

#endif
