/* SPDX-License-Identifier: MIT */
/*
 * The SVM and SNP instructions: encodings and register operands.
 *
 * All are 0F 01 with a fixed ModRM byte; the prefix (none, F3 or F2) is part of the opcode.
 *	[APM2 15.5, 15.17, 15.18, 15.35.6, 15.36; APM3 4 System Instruction Reference]
 */
#ifndef ABI_SVM_INSN_H
#define ABI_SVM_INSN_H

#include "abi/layout.h"

/* clang-format off */

#define SVM_INSN_ESCAPE_0	0x0f
#define SVM_INSN_ESCAPE_1	0x01
#define SVM_INSN_F3		0xf3
#define SVM_INSN_F2		0xf2

/* ModRM bytes; several instructions share one and differ by prefix. */
enum svm_insn_modrm {
	SVM_MODRM_VMRUN		= 0xd8,	/* none: rAX = VMCB SPA */
	SVM_MODRM_VMMCALL	= 0xd9,	/* none */
	SVM_MODRM_VMGEXIT	= 0xd9,	/* F3; F2 is an alias.  VMMCALL in a guest without ES */
	SVM_MODRM_VMLOAD	= 0xda,	/* none: rAX = VMCB SPA */
	SVM_MODRM_VMSAVE	= 0xdb,	/* none: rAX = VMCB SPA */
	SVM_MODRM_STGI		= 0xdc,	/* none */
	SVM_MODRM_CLGI		= 0xdd,	/* none */
	SVM_MODRM_SKINIT	= 0xde,	/* none: EAX = secure loader block */
	SVM_MODRM_INVLPGA	= 0xdf,	/* none: rAX = VA, ECX = ASID */
	SVM_MODRM_MONITORX	= 0xfa,	/* none */
	SVM_MODRM_MCOMMIT	= 0xfa,	/* F3 */
	SVM_MODRM_MWAITX	= 0xfb,	/* none */
	SVM_MODRM_CLZERO	= 0xfc,	/* none */
	SVM_MODRM_RDPRU		= 0xfd,	/* none */
	SVM_MODRM_RMPQUERY	= 0xfd,	/* F3: guest, 64-bit */
	SVM_MODRM_RMPREAD	= 0xfd,	/* F2: host, 64-bit */
	SVM_MODRM_INVLPGB	= 0xfe,	/* none */
	SVM_MODRM_RMPADJUST	= 0xfe,	/* F3: guest, 64-bit */
	SVM_MODRM_RMPUPDATE	= 0xfe,	/* F2: host, 64-bit */
	SVM_MODRM_TLBSYNC	= 0xff,	/* none */
	SVM_MODRM_PSMASH	= 0xff,	/* F3: host, 64-bit */
	SVM_MODRM_PVALIDATE	= 0xff,	/* F2: guest, any mode */
};

/*
 * Register operands; the result code (enum rmp_result) comes back in EAX.
 *
 *			RAX	RCX		RDX		out, beside EAX
 *	PVALIDATE	GVA	RMP_SIZE_	PVALIDATE_	CF: nothing changed
 *	RMPADJUST	GVA	RMP_SIZE_	RMPADJUST_
 *	RMPQUERY	GVA			target VMPL	RCX RMP_SIZE_, RDX RMPADJUST_
 *	RMPUPDATE	SPA	GVA of entry			(struct rmp_arch_entry)
 *	RMPREAD		SPA	GVA of entry			the entry
 *	PSMASH		SPA					(2 MiB aligned)
 */
#define PVALIDATE_VALIDATE		BIT32(0)	/* EDX: 1 validates, 0 rescinds */

#define RMPADJUST_TARGET_VMPL_SHIFT	0
#define RMPADJUST_TARGET_VMPL_MASK	BITS64(7, 0)
#define RMPADJUST_PERM_SHIFT		8		/* RMP_PERM_ bits */
#define RMPADJUST_PERM_MASK		BITS64(15, 8)
#define RMPADJUST_VMSA			BIT64(16)

LAYOUT_FIELD(RMPADJUST_TARGET_VMPL);
LAYOUT_FIELD(RMPADJUST_PERM);

/* INVLPGB: RAX says what, EDX whose, ECX how much.	[APM3 INVLPGB] */
#define INVLPGB_RAX_VA			BIT64(0)	/* the VA field counts */
#define INVLPGB_RAX_PCID		BIT64(1)
#define INVLPGB_RAX_ASID		BIT64(2)
#define INVLPGB_RAX_GLOBAL		BIT64(3)	/* global entries too */
#define INVLPGB_RAX_FINAL_ONLY		BIT64(4)	/* only final translations */
#define INVLPGB_RAX_NESTED		BIT64(5)	/* nested translations too */
#define INVLPGB_RAX_VA_SHIFT		12
#define INVLPGB_RAX_VA_MASK		BITS64(63, 12)
#define INVLPGB_EDX_ASID_SHIFT		0
#define INVLPGB_EDX_ASID_MASK		BITS32(15, 0)
#define INVLPGB_EDX_PCID_SHIFT		16
#define INVLPGB_EDX_PCID_MASK		BITS32(27, 16)
#define INVLPGB_ECX_EXTRA_SHIFT		0		/* pages after the first */
#define INVLPGB_ECX_EXTRA_MASK		BITS32(15, 0)
#define INVLPGB_ECX_2M			BIT32(31)	/* step by 2 MiB */

LAYOUT_FIELD(INVLPGB_RAX_VA);
LAYOUT_FIELD(INVLPGB_EDX_ASID);
LAYOUT_FIELD(INVLPGB_EDX_PCID);
LAYOUT_FIELD(INVLPGB_ECX_EXTRA);

/* clang-format on */

#endif
