/* SPDX-License-Identifier: MIT */
/*
 * #VMEXIT: exit codes, what EXITINFO1 and EXITINFO2 hold for each, and the error codes of #VC.
 *
 * A hypervisor reads these in the VMCB.  The guest of an SEV-ES machine sees the low 32 bits of the
 * same code as the error code of #VC, whenever an intercepted event is not an automatic exit.
 *	[APM2 15.6 #VMEXIT, 15.35.5 #VC Exception, Appendix C SVM Intercept Exit Codes]
 */
#ifndef ABI_SVM_EXIT_H
#define ABI_SVM_EXIT_H

#include "abi/layout.h"

/* clang-format off */

/* -- Exit codes -------------------------------------------------------------------------------- */

enum vmexit {
	VMEXIT_CR0_READ			= 0x000,	/* + n: CRn, n = 0..15 */
	VMEXIT_CR0_WRITE		= 0x010,
	VMEXIT_DR0_READ			= 0x020,	/* + n: DRn */
	VMEXIT_DR0_WRITE		= 0x030,
	VMEXIT_EXCP0			= 0x040,	/* + n: exception vector n = 0..31 */
	VMEXIT_EXCP_MC			= 0x052,	/* machine check: automatic */
	VMEXIT_VC			= 0x05d,	/* #VC under ReflectVC */
	VMEXIT_EXCP31			= 0x05f,
	VMEXIT_INTR			= 0x060,
	VMEXIT_NMI			= 0x061,
	VMEXIT_SMI			= 0x062,
	VMEXIT_INIT			= 0x063,
	VMEXIT_VINTR			= 0x064,
	VMEXIT_CR0_SEL_WRITE		= 0x065,
	VMEXIT_IDTR_READ		= 0x066,
	VMEXIT_GDTR_READ		= 0x067,
	VMEXIT_LDTR_READ		= 0x068,
	VMEXIT_TR_READ			= 0x069,
	VMEXIT_IDTR_WRITE		= 0x06a,
	VMEXIT_GDTR_WRITE		= 0x06b,
	VMEXIT_LDTR_WRITE		= 0x06c,
	VMEXIT_TR_WRITE			= 0x06d,
	VMEXIT_RDTSC			= 0x06e,
	VMEXIT_RDPMC			= 0x06f,
	VMEXIT_PUSHF			= 0x070,
	VMEXIT_POPF			= 0x071,
	VMEXIT_CPUID			= 0x072,
	VMEXIT_RSM			= 0x073,
	VMEXIT_IRET			= 0x074,
	VMEXIT_SWINT			= 0x075,	/* INTn */
	VMEXIT_INVD			= 0x076,
	VMEXIT_PAUSE			= 0x077,
	VMEXIT_HLT			= 0x078,
	VMEXIT_INVLPG			= 0x079,
	VMEXIT_INVLPGA			= 0x07a,
	VMEXIT_IOIO			= 0x07b,
	VMEXIT_MSR			= 0x07c,
	VMEXIT_TASK_SWITCH		= 0x07d,
	VMEXIT_FERR_FREEZE		= 0x07e,
	VMEXIT_SHUTDOWN			= 0x07f,
	VMEXIT_VMRUN			= 0x080,
	VMEXIT_VMMCALL			= 0x081,
	VMEXIT_VMLOAD			= 0x082,
	VMEXIT_VMSAVE			= 0x083,
	VMEXIT_STGI			= 0x084,
	VMEXIT_CLGI			= 0x085,
	VMEXIT_SKINIT			= 0x086,
	VMEXIT_RDTSCP			= 0x087,
	VMEXIT_ICEBP			= 0x088,
	VMEXIT_WBINVD			= 0x089,	/* and WBNOINVD */
	VMEXIT_MONITOR			= 0x08a,	/* and MONITORX */
	VMEXIT_MWAIT			= 0x08b,	/* and MWAITX */
	VMEXIT_MWAIT_CONDITIONAL	= 0x08c,
	VMEXIT_XSETBV			= 0x08d,
	VMEXIT_RDPRU			= 0x08e,
	VMEXIT_EFER_WRITE_TRAP		= 0x08f,	/* traps: after the write */
	VMEXIT_CR0_WRITE_TRAP		= 0x090,	/* + n: CRn */
	VMEXIT_CR15_WRITE_TRAP		= 0x09f,
	VMEXIT_INVLPGB			= 0x0a0,
	VMEXIT_INVLPGB_ILLEGAL		= 0x0a1,
	VMEXIT_INVPCID			= 0x0a2,
	VMEXIT_MCOMMIT			= 0x0a3,
	VMEXIT_TLBSYNC			= 0x0a4,
	VMEXIT_BUSLOCK			= 0x0a5,
	VMEXIT_IDLE_HLT			= 0x0a6,
	VMEXIT_NPF			= 0x400,	/* nested page fault */
	VMEXIT_AVIC_INCOMPLETE_IPI	= 0x401,
	VMEXIT_AVIC_NOACCEL		= 0x402,
	VMEXIT_VMGEXIT			= 0x403,
	VMEXIT_PAGE_NOT_VALIDATED	= 0x404,	/* error code of #VC only */
	VMEXIT_NOT_RESTARTABLE		= 0x406,	/* error code of #VC only, Secure AVIC */
};

/* Left to software; hardware never gives them.  8000_0000h .. 8000_FFFFh are in abi/ghcb.h. */
#define VMEXIT_SW		0xf0000000ull

/* VMRUN failed: the guest did not run. */
#define VMEXIT_INVALID		(~0ull)		/* -1: illegal state or controls */
#define VMEXIT_BUSY		(~1ull)		/* -2: VINTR_CTRL.BUSY in the VMSA */
#define VMEXIT_IDLE_REQUIRED	(~2ull)		/* -3: SMT protection, the sibling is not idle */
#define VMEXIT_INVALID_PMC	(~3ull)		/* -4: illegal PMC virtualization state */

/*
 * Automatic exits of an ES guest (AE); all other intercepts raise #VC in it.  NPF is automatic only
 * without NPF_INFO1_RSV.  #MC, INTR, NMI, SMI, INIT, VINTR, SHUTDOWN, BUSLOCK and NPF leave RIP
 * alone; PAUSE, HLT, IDLE_HLT, VMGEXIT and the write traps come after the instruction.
 *	[APM2 15.35.4 Types of Exits]
 */

/* -- EXITINFO1 of VMEXIT_IOIO  [APM2 15.10.2 IN and OUT Behavior] ------------------------------ */

/* EXITINFO2 is the RIP after the instruction. */
#define IOIO_INFO1_IN			BIT64(0)	/* 0 is OUT */
#define IOIO_INFO1_STR			BIT64(2)	/* INS, OUTS */
#define IOIO_INFO1_REP			BIT64(3)
#define IOIO_INFO1_SZ8			BIT64(4)
#define IOIO_INFO1_SZ16			BIT64(5)
#define IOIO_INFO1_SZ32			BIT64(6)
#define IOIO_INFO1_A16			BIT64(7)
#define IOIO_INFO1_A32			BIT64(8)
#define IOIO_INFO1_A64			BIT64(9)
#define IOIO_INFO1_BYTES_SHIFT		4		/* the SZ bits as a number: 1, 2, 4 */
#define IOIO_INFO1_BYTES_MASK		BITS64(6, 4)
#define IOIO_INFO1_SEG_SHIFT		10		/* enum x86_segment */
#define IOIO_INFO1_SEG_MASK		BITS64(12, 10)
#define IOIO_INFO1_PORT_SHIFT		16
#define IOIO_INFO1_PORT_MASK		BITS64(31, 16)

/* Numbers of the segment registers, as in a ModRM byte. */
enum x86_segment {
	X86_SEGMENT_ES	= 0,
	X86_SEGMENT_CS	= 1,
	X86_SEGMENT_SS	= 2,
	X86_SEGMENT_DS	= 3,
	X86_SEGMENT_FS	= 4,
	X86_SEGMENT_GS	= 5,
};

LAYOUT_FIELD(IOIO_INFO1_BYTES);
LAYOUT_FIELD(IOIO_INFO1_SEG);
LAYOUT_FIELD(IOIO_INFO1_PORT);

/* -- EXITINFO1 of VMEXIT_MSR  [APM2 15.11 MSR Intercepts] -------------------------------------- */

enum {
	MSR_INFO1_READ	= 0,
	MSR_INFO1_WRITE	= 1,
};

/* -- EXITINFO1 with decode assists  [APM2 15.8 Decode Assists] --------------------------------- */

/* MOV to or from CRn, DRn.  INVLPG: the linear address.  SWINT: the vector in bits 7:0. */
#define CR_INFO1_MOV		BIT64(63)	/* not LMSW, SMSW, CLTS; CR exits only */
#define CR_INFO1_GPR_SHIFT	0
#define CR_INFO1_GPR_MASK	BITS64(3, 0)

LAYOUT_FIELD(CR_INFO1_GPR);

/* EXITINFO1 of the EFER and CR write traps is the value written. */

/* -- EXITINFO2 of VMEXIT_TASK_SWITCH  [APM2 15.14.1 Task Switch Intercept] --------------------- */

/* EXITINFO1 bits 15:0 are the selector of the new task. */
#define TASK_SWITCH_INFO2_ERROR_SHIFT	0		/* error code to push */
#define TASK_SWITCH_INFO2_ERROR_MASK	BITS64(31, 0)
#define TASK_SWITCH_INFO2_IRET		BIT64(36)
#define TASK_SWITCH_INFO2_JMP		BIT64(38)
#define TASK_SWITCH_INFO2_HAS_ERROR	BIT64(44)
#define TASK_SWITCH_INFO2_RF		BIT64(48)	/* RFLAGS.RF for the outgoing TSS */

LAYOUT_FIELD(TASK_SWITCH_INFO2_ERROR);

/*
 * -- EXITINFO1 of VMEXIT_NPF ----------------------------------------------------------------------
 *
 * EXITINFO2 is the GPA without its C-bit.
 *	[APM2 15.25.6 Nested versus Guest Page Faults, 15.36.10]
 */
#define NPF_INFO1_P		BIT64(0)	/* the nested entry was present */
#define NPF_INFO1_W		BIT64(1)
#define NPF_INFO1_U		BIT64(2)	/* always 1 for a guest: the walk is user level */
#define NPF_INFO1_RSV		BIT64(3)	/* reserved bit in a nested entry */
#define NPF_INFO1_ID		BIT64(4)	/* instruction fetch */
#define NPF_INFO1_SS		BIT64(6)	/* shadow-stack access */
#define NPF_INFO1_RMP		BIT64(31)	/* an RMP check failed */
#define NPF_INFO1_FINAL		BIT64(32)	/* translating the final GPA */
#define NPF_INFO1_WALK		BIT64(33)	/* translating the GPA of a guest table */
#define NPF_INFO1_ENC		BIT64(34)	/* effective C-bit of the access */
#define NPF_INFO1_SIZEM		BIT64(35)	/* PVALIDATE, RMPADJUST: size mismatch */
#define NPF_INFO1_VMPL		BIT64(36)	/* the VMPL's permission mask forbids it */
#define NPF_INFO1_SSS		BIT64(37)	/* with VmplSSS: the page's RMP_PERM_SSS */
#define NPF_INFO1_NOT_RESTARTABLE	BIT64(63)	/* Secure AVIC backing page */

/* Exceptions: EXITINFO1 is the error code, EXITINFO2 of #PF is CR2. */

/* clang-format on */

#endif
