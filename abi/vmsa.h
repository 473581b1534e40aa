/* SPDX-License-Identifier: MIT */
/*
 * Virtual Machine Save Area: all registers of an SEV-ES or SEV-SNP vCPU, one encrypted page.
 *
 * VMRUN loads it and #VMEXIT stores it under the guest's key, whatever the mapping says.  An SNP
 * guest makes VMSAs for its own vCPUs, and one for each VMPL; RMPADJUST marks the page, the
 * hypervisor only learns its address.  A VMSA that may be running is edited only after EFER.SVME
 * was cleared and VINTR_CTRL.BUSY was seen 0.
 *	[APM2 15.35 SEV-ES, 15.36 SEV-SNP, Appendix B Table B-4]
 */
#ifndef ABI_VMSA_H
#define ABI_VMSA_H

#include "abi/layout.h"
#include "abi/vmcb.h"

/* clang-format off */

/*
 * The letter is the swap type.	[APM2 Appendix B Table B-3]
 *	A	VMRUN saves the host's and loads the guest's; an automatic exit does the reverse
 *	B	VMRUN loads the guest's; an exit loads what software put into the host save area
 *	C	VMRUN loads the guest's; an exit gives the host the reset value
 *	-	not swapped
 */
struct vmsa {
	struct vmcb_seg	es;			/* A */
	struct vmcb_seg	cs;			/* A */
	struct vmcb_seg	ss;			/* A */
	struct vmcb_seg	ds;			/* A */
	struct vmcb_seg	fs;			/* B */
	struct vmcb_seg	gs;			/* B */
	struct vmcb_seg	gdtr;			/* A    base and limit (16 bits) only */
	struct vmcb_seg	ldtr;			/* B */
	struct vmcb_seg	idtr;			/* A    base and limit (16 bits) only */
	struct vmcb_seg	tr;			/* B */
	u64		pl0_ssp;		/* B */
	u64		pl1_ssp;		/* B */
	u64		pl2_ssp;		/* B */
	u64		pl3_ssp;		/* B */
	u64		u_cet;			/* B */
	u16		rsvd_0c8;
	u8		vmpl;			/* -    privilege level this VMSA runs at */
	u8		cpl;			/* A */
	u32		rsvd_0cc;
	u64		efer;			/* A    SVME = 0 keeps VMRUN out */
	u64		rsvd_0d8;
	struct vmsa_perf perf[6];		/* C    PERF_CTL0, PERF_CTR0 .. PERF_CTR5 */
	u64		xss;			/* B */
	u64		cr4;			/* A */
	u64		cr3;			/* A */
	u64		cr0;			/* A */
	u64		dr7;			/* C */
	u64		dr6;			/* C */
	u64		rflags;			/* A */
	u64		rip;			/* A */
	u64		dr0;			/* B    these eight: DebugVirtualization */
	u64		dr1;			/* B */
	u64		dr2;			/* B */
	u64		dr3;			/* B */
	u64		dr0_addr_mask;		/* B */
	u64		dr1_addr_mask;		/* B */
	u64		dr2_addr_mask;		/* B */
	u64		dr3_addr_mask;		/* B */
	u64		instr_retired_ctr;	/* A    these three: with PmcVirtualization */
	u64		perf_ctr_global_sts;	/* A */
	u64		perf_ctr_global_ctl;	/* C */
	u64		rsp;			/* A */
	u64		s_cet;			/* A */
	u64		ssp;			/* A */
	u64		isst_addr;		/* A */
	u64		rax;			/* A */
	u64		star;			/* B */
	u64		lstar;			/* B */
	u64		cstar;			/* B */
	u64		sfmask;			/* B */
	u64		kernel_gs_base;		/* B */
	u64		sysenter_cs;		/* B */
	u64		sysenter_esp;		/* B */
	u64		sysenter_eip;		/* B */
	u64		cr2;			/* C */
	u8		rsvd_248[0x20];
	u64		g_pat;			/* -    the guest's PAT */
	u64		dbgctl;			/* A */
	u64		br_from;		/* A */
	u64		br_to;			/* A */
	u64		lastexcpfrom;		/* A */
	u64		lastexcpto;		/* A */
	u64		dbgextnctl;		/* A */
	u8		rsvd_2a0[0x40];
	u64		spec_ctrl;		/* A */
	u32		pkru;			/* B */
	u32		tsc_aux;		/* B    with TscAuxVirtualization */
	u64		guest_tsc_scale;	/* -    8.32, with SecureTsc */
	u64		guest_tsc_offset;	/* -    with SecureTsc */
	u64		reg_prot_nonce;		/* -    with VmsaRegProt */
	u64		rcx;			/* B */
	u64		rdx;			/* B */
	u64		rbx;			/* B */
	u64		secure_avic_ctl;	/* -    not RSP, which is at 1D8h */
	u64		rbp;			/* B */
	u64		rsi;			/* B */
	u64		rdi;			/* B */
	u64		r8;			/* B */
	u64		r9;			/* B */
	u64		r10;			/* B */
	u64		r11;			/* B */
	u64		r12;			/* B */
	u64		r13;			/* B */
	u64		r14;			/* B */
	u64		r15;			/* B */
	u8		rsvd_380[0x10];
	u64		guest_exitinfo1;	/* -    hardware writes these four at every AE */
	u64		guest_exitinfo2;	/* - */
	u64		guest_exitintinfo;	/* - */
	u64		guest_nrip;		/* - */
	u64		sev_features;		/* -    SEV_FEATURES_ bits */
	u64		vintr_ctrl;		/* -    VINTR_CTRL_ bits, with AlternateInjection */
	u64		guest_exitcode;		/* -    hardware writes it at every AE */
	u64		virtual_tom;		/* -    bits 51:21, with vTOM */
	u64		tlb_id;			/* -    hardware's TLB bookkeeping; 0 at creation */
	u64		pcpu_id;		/* -    0: next VMRUN flushes and sets it */
	u64		eventinj;		/* -    EVENTINJ_ bits, with AlternateInjection */
	u64		xcr0;			/* B */
	u8		rsvd_3f0[0x10];
	u64		x87_dp;			/* C */
	u32		mxcsr;			/* C */
	u16		x87_ftw;		/* C    full tag word */
	u16		x87_fsw;		/* C */
	u16		x87_fcw;		/* C */
	u16		x87_fop;		/* C */
	u16		x87_ds;			/* C */
	u16		x87_cs;			/* C */
	u64		x87_rip;		/* C */
	u8		fpreg_x87[8][10];	/* C    80 bits each */
	u8		fpreg_xmm[16][16];	/* C    XMM0..15 */
	u8		fpreg_ymm[16][16];	/* C    YMM0..15, bits 255:128 */
	struct vmsa_lbr	lbr_stack[16];		/* C */
	u64		lbr_select;		/* C */
	u64		ibs_fetch_ctl;		/* C    these ten: with IbsVirtualization */
	u64		ibs_fetch_linaddr;	/* C */
	u64		ibs_op_ctl;		/* C */
	u64		ibs_op_rip;		/* C */
	u64		ibs_op_data;		/* C */
	u64		ibs_op_data2;		/* C */
	u64		ibs_op_data3;		/* C */
	u64		ibs_dc_linaddr;		/* C */
	u64		bp_ibstgt_rip;		/* C */
	u64		ic_ibs_extd_ctl;	/* C */
	u8		rsvd_7c8[0x138];
	u32		intercept_vec[8];	/* -    with GuestInterceptCtl, as are the next */
	u64		intercept_msr_vec[4];	/* - */
	u8		rsvd_940[0x40];
	u64		k[8];			/* C    K0..7 */
	u8		fpreg_zmm[16][32];	/* C    ZMM0..15, bits 511:256 */
	u8		fpreg_hi_zmm[16][64];	/* C    ZMM16..31 */
	u8		rsvd_fc0[0x40];
};
LAYOUT_SIZE(vmsa, 0x1000);
LAYOUT_AT(vmsa, es, 0x000);
LAYOUT_AT(vmsa, cs, 0x010);
LAYOUT_AT(vmsa, ss, 0x020);
LAYOUT_AT(vmsa, ds, 0x030);
LAYOUT_AT(vmsa, fs, 0x040);
LAYOUT_AT(vmsa, gs, 0x050);
LAYOUT_AT(vmsa, gdtr, 0x060);
LAYOUT_AT(vmsa, ldtr, 0x070);
LAYOUT_AT(vmsa, idtr, 0x080);
LAYOUT_AT(vmsa, tr, 0x090);
LAYOUT_AT(vmsa, pl0_ssp, 0x0a0);
LAYOUT_AT(vmsa, pl1_ssp, 0x0a8);
LAYOUT_AT(vmsa, pl2_ssp, 0x0b0);
LAYOUT_AT(vmsa, pl3_ssp, 0x0b8);
LAYOUT_AT(vmsa, u_cet, 0x0c0);
LAYOUT_AT(vmsa, vmpl, 0x0ca);
LAYOUT_AT(vmsa, cpl, 0x0cb);
LAYOUT_AT(vmsa, efer, 0x0d0);
LAYOUT_AT(vmsa, perf, 0x0e0);
LAYOUT_AT(vmsa, xss, 0x140);
LAYOUT_AT(vmsa, cr4, 0x148);
LAYOUT_AT(vmsa, cr3, 0x150);
LAYOUT_AT(vmsa, cr0, 0x158);
LAYOUT_AT(vmsa, dr7, 0x160);
LAYOUT_AT(vmsa, dr6, 0x168);
LAYOUT_AT(vmsa, rflags, 0x170);
LAYOUT_AT(vmsa, rip, 0x178);
LAYOUT_AT(vmsa, dr0, 0x180);
LAYOUT_AT(vmsa, dr1, 0x188);
LAYOUT_AT(vmsa, dr2, 0x190);
LAYOUT_AT(vmsa, dr3, 0x198);
LAYOUT_AT(vmsa, dr0_addr_mask, 0x1a0);
LAYOUT_AT(vmsa, dr1_addr_mask, 0x1a8);
LAYOUT_AT(vmsa, dr2_addr_mask, 0x1b0);
LAYOUT_AT(vmsa, dr3_addr_mask, 0x1b8);
LAYOUT_AT(vmsa, instr_retired_ctr, 0x1c0);
LAYOUT_AT(vmsa, perf_ctr_global_sts, 0x1c8);
LAYOUT_AT(vmsa, perf_ctr_global_ctl, 0x1d0);
LAYOUT_AT(vmsa, rsp, 0x1d8);
LAYOUT_AT(vmsa, s_cet, 0x1e0);
LAYOUT_AT(vmsa, ssp, 0x1e8);
LAYOUT_AT(vmsa, isst_addr, 0x1f0);
LAYOUT_AT(vmsa, rax, 0x1f8);
LAYOUT_AT(vmsa, star, 0x200);
LAYOUT_AT(vmsa, lstar, 0x208);
LAYOUT_AT(vmsa, cstar, 0x210);
LAYOUT_AT(vmsa, sfmask, 0x218);
LAYOUT_AT(vmsa, kernel_gs_base, 0x220);
LAYOUT_AT(vmsa, sysenter_cs, 0x228);
LAYOUT_AT(vmsa, sysenter_esp, 0x230);
LAYOUT_AT(vmsa, sysenter_eip, 0x238);
LAYOUT_AT(vmsa, cr2, 0x240);
LAYOUT_AT(vmsa, g_pat, 0x268);
LAYOUT_AT(vmsa, dbgctl, 0x270);
LAYOUT_AT(vmsa, br_from, 0x278);
LAYOUT_AT(vmsa, br_to, 0x280);
LAYOUT_AT(vmsa, lastexcpfrom, 0x288);
LAYOUT_AT(vmsa, lastexcpto, 0x290);
LAYOUT_AT(vmsa, dbgextnctl, 0x298);
LAYOUT_AT(vmsa, spec_ctrl, 0x2e0);
LAYOUT_AT(vmsa, pkru, 0x2e8);
LAYOUT_AT(vmsa, tsc_aux, 0x2ec);
LAYOUT_AT(vmsa, guest_tsc_scale, 0x2f0);
LAYOUT_AT(vmsa, guest_tsc_offset, 0x2f8);
LAYOUT_AT(vmsa, reg_prot_nonce, 0x300);
LAYOUT_AT(vmsa, rcx, 0x308);
LAYOUT_AT(vmsa, rdx, 0x310);
LAYOUT_AT(vmsa, rbx, 0x318);
LAYOUT_AT(vmsa, secure_avic_ctl, 0x320);
LAYOUT_AT(vmsa, rbp, 0x328);
LAYOUT_AT(vmsa, rsi, 0x330);
LAYOUT_AT(vmsa, rdi, 0x338);
LAYOUT_AT(vmsa, r8, 0x340);
LAYOUT_AT(vmsa, r9, 0x348);
LAYOUT_AT(vmsa, r10, 0x350);
LAYOUT_AT(vmsa, r11, 0x358);
LAYOUT_AT(vmsa, r12, 0x360);
LAYOUT_AT(vmsa, r13, 0x368);
LAYOUT_AT(vmsa, r14, 0x370);
LAYOUT_AT(vmsa, r15, 0x378);
LAYOUT_AT(vmsa, guest_exitinfo1, 0x390);
LAYOUT_AT(vmsa, guest_exitinfo2, 0x398);
LAYOUT_AT(vmsa, guest_exitintinfo, 0x3a0);
LAYOUT_AT(vmsa, guest_nrip, 0x3a8);
LAYOUT_AT(vmsa, sev_features, 0x3b0);
LAYOUT_AT(vmsa, vintr_ctrl, 0x3b8);
LAYOUT_AT(vmsa, guest_exitcode, 0x3c0);
LAYOUT_AT(vmsa, virtual_tom, 0x3c8);
LAYOUT_AT(vmsa, tlb_id, 0x3d0);
LAYOUT_AT(vmsa, pcpu_id, 0x3d8);
LAYOUT_AT(vmsa, eventinj, 0x3e0);
LAYOUT_AT(vmsa, xcr0, 0x3e8);
LAYOUT_AT(vmsa, x87_dp, 0x400);
LAYOUT_AT(vmsa, mxcsr, 0x408);
LAYOUT_AT(vmsa, x87_ftw, 0x40c);
LAYOUT_AT(vmsa, x87_fsw, 0x40e);
LAYOUT_AT(vmsa, x87_fcw, 0x410);
LAYOUT_AT(vmsa, x87_fop, 0x412);
LAYOUT_AT(vmsa, x87_ds, 0x414);
LAYOUT_AT(vmsa, x87_cs, 0x416);
LAYOUT_AT(vmsa, x87_rip, 0x418);
LAYOUT_AT(vmsa, fpreg_x87, 0x420);
LAYOUT_AT(vmsa, fpreg_xmm, 0x470);
LAYOUT_AT(vmsa, fpreg_ymm, 0x570);
LAYOUT_AT(vmsa, lbr_stack, 0x670);
LAYOUT_AT(vmsa, lbr_select, 0x770);
LAYOUT_AT(vmsa, ibs_fetch_ctl, 0x778);
LAYOUT_AT(vmsa, ibs_fetch_linaddr, 0x780);
LAYOUT_AT(vmsa, ibs_op_ctl, 0x788);
LAYOUT_AT(vmsa, ibs_op_rip, 0x790);
LAYOUT_AT(vmsa, ibs_op_data, 0x798);
LAYOUT_AT(vmsa, ibs_op_data2, 0x7a0);
LAYOUT_AT(vmsa, ibs_op_data3, 0x7a8);
LAYOUT_AT(vmsa, ibs_dc_linaddr, 0x7b0);
LAYOUT_AT(vmsa, bp_ibstgt_rip, 0x7b8);
LAYOUT_AT(vmsa, ic_ibs_extd_ctl, 0x7c0);
LAYOUT_AT(vmsa, intercept_vec, 0x900);
LAYOUT_AT(vmsa, intercept_msr_vec, 0x920);
LAYOUT_AT(vmsa, k, 0x980);
LAYOUT_AT(vmsa, fpreg_zmm, 0x9c0);
LAYOUT_AT(vmsa, fpreg_hi_zmm, 0xbc0);

/* -- SEV_FEATURES (3B0h)  [APM2 15.36, Appendix B Table B-4] ----------------------------------- */

#define SEV_FEATURES_SNP_ACTIVE			BIT64(0)	/* all of SNP */
#define SEV_FEATURES_VTOM			BIT64(1)	/* below VIRTUAL_TOM is private */
#define SEV_FEATURES_REFLECT_VC			BIT64(2)	/* #VC becomes VMEXIT_VC */
#define SEV_FEATURES_RESTRICTED_INJECTION	BIT64(3)	/* only #HV may be injected */
#define SEV_FEATURES_ALTERNATE_INJECTION	BIT64(4)	/* VINTR_CTRL, EVENTINJ count */
#define SEV_FEATURES_DEBUG_VIRTUALIZATION	BIT64(5)	/* DR0..3 and masks are swapped */
#define SEV_FEATURES_PREVENT_HOST_IBS		BIT64(6)	/* no VMRUN while it samples */
#define SEV_FEATURES_BTB_ISOLATION		BIT64(7)
#define SEV_FEATURES_VMPL_SSS			BIT64(8)	/* RMP_PERM_SSS counts */
#define SEV_FEATURES_SECURE_TSC			BIT64(9)	/* GUEST_TSC_ fields count */
#define SEV_FEATURES_VMGEXIT_PARAMETER		BIT64(10)	/* VMCB 110h, 118h */
#define SEV_FEATURES_PMC_VIRTUALIZATION		BIT64(11)
#define SEV_FEATURES_IBS_VIRTUALIZATION		BIT64(12)
#define SEV_FEATURES_GUEST_INTERCEPT_CTL	BIT64(13)	/* 900h .. 93Fh count */
#define SEV_FEATURES_VMSA_REG_PROT		BIT64(14)	/* the XOR of VMSA_TWEAK_BITMAP */
#define SEV_FEATURES_SMT_PROTECTION		BIT64(15)	/* the sibling must be idle */
#define SEV_FEATURES_SECURE_AVIC		BIT64(16)
#define SEV_FEATURES_IBPB_ON_ENTRY		BIT64(21)

#define SEV_FEATURES_DEFINED		(BITS64(16, 0) | SEV_FEATURES_IBPB_ON_ENTRY)

/* These may be asked for only if VMCB 138h has EN and allows them. */
#define SEV_FEATURES_NEED_ALLOWED	(SEV_FEATURES_PMC_VIRTUALIZATION | \
					 SEV_FEATURES_GUEST_INTERCEPT_CTL | \
					 SEV_FEATURES_SECURE_AVIC)

/* -- VINTR_CTRL (3B8h) ------------------------------------------------------------------------- */

#define VINTR_CTRL_V_TPR_SHIFT		0
#define VINTR_CTRL_V_TPR_MASK		BITS64(7, 0)
#define VINTR_CTRL_V_IRQ		BIT64(8)
#define VINTR_CTRL_VGIF			BIT64(9)
#define VINTR_CTRL_INT_SHADOW		BIT64(10)
#define VINTR_CTRL_V_NMI		BIT64(11)
#define VINTR_CTRL_V_NMI_MASK		BIT64(12)
#define VINTR_CTRL_V_INTR_PRIO_SHIFT	16
#define VINTR_CTRL_V_INTR_PRIO_MASK	BITS64(19, 16)
#define VINTR_CTRL_V_IGN_TPR		BIT64(20)
#define VINTR_CTRL_V_NMI_ENABLE		BIT64(26)
#define VINTR_CTRL_V_INTR_VECTOR_SHIFT	32
#define VINTR_CTRL_V_INTR_VECTOR_MASK	BITS64(39, 32)
#define VINTR_CTRL_BUSY			BIT64(63)	/* VMRUN answers VMEXIT_BUSY */

LAYOUT_FIELD(VINTR_CTRL_V_TPR);
LAYOUT_FIELD(VINTR_CTRL_V_INTR_PRIO);
LAYOUT_FIELD(VINTR_CTRL_V_INTR_VECTOR);

/*
 * -- Register protection --------------------------------------------------------------------------
 *
 * With VMSA_REG_PROT qword i of the page is stored XORed with REG_PROT_NONCE if bit i of a bitmap
 * of 512 bits is set.  The bitmap is the machine's; the guest learns it from the secrets page, and
 * software that edits a saved VMSA relies on the fields it touches not being protected.  [CHOICE 7]
 * Ours covers what a program computes on: RFLAGS, RIP, RSP, RAX, CR2, the other GPRs, x87, XMM,
 * YMM, K and ZMM data.
 *	[APM2 15.36 VMSA Register Protection]
 */
enum {
	VMSA_QWORDS		= 512,
	VMSA_TWEAK_BITMAP_SIZE	= 64,
};

#define VMSA_TWEAK_BITMAP { /* u64[8]; bit n of element m is qword 64m + n */			\
	0x8800c00000000000ull,		/* 170h, 178h; 1D8h; 1F8h */				\
	0x0000ffee00000100ull,		/* 240h; 308h .. 318h, 328h .. 378h */			\
	0xfffffffffffffff0ull,		/* 420h .. */						\
	0x0000000000003fffull,		/*      .. 66Fh */					\
	0xffff000000000000ull,		/* 980h .. */						\
	0xffffffffffffffffull,									\
	0xffffffffffffffffull,									\
	0x00ffffffffffffffull,		/*      .. FBFh */					\
}

/*
 * -- First contents -------------------------------------------------------------------------------
 *
 * A vCPU that a hypervisor launches starts as after RESET, with EFER.SVME; the page is measured, so
 * every byte counts.  These are the values of the Linux hypervisor; RDX is the CPU's signature, and
 * fields without a constant are 0.
 */
enum {
	VMSA_RESET_CS_SELECTOR	= 0xf000,
	VMSA_RESET_CS_ATTRIB	= 0x9b,
	VMSA_RESET_DATA_ATTRIB	= 0x93,		/* DS, ES, FS, GS, SS */
	VMSA_RESET_LDTR_ATTRIB	= 0x82,
	VMSA_RESET_TR_ATTRIB	= 0x8b,
	VMSA_RESET_LIMIT	= 0xffff,	/* all segments, GDTR, IDTR */
	VMSA_RESET_RIP		= 0xfff0,
	VMSA_RESET_CR0		= 0x10,		/* ET */
	VMSA_RESET_CR4		= 0x40,		/* MCE */
	VMSA_RESET_EFER		= 0x1000,	/* SVME */
	VMSA_RESET_RFLAGS	= 0x2,
	VMSA_RESET_DR7		= 0x400,
	VMSA_RESET_XCR0		= 0x1,
	VMSA_RESET_MXCSR	= 0x1f80,
	VMSA_RESET_FCW		= 0x37f,
};
#define VMSA_RESET_CS_BASE	0xffff0000ull
#define VMSA_RESET_DR6		0xffff0ff0ull
#define VMSA_RESET_G_PAT	0x0007040600070406ull
#define VMSA_RESET_GPA		0xfffffffff000ull	/* where its measurement places the page */

/* What a guest puts into the VMSA of an AP, where it differs: the state after INIT and SIPI. */
enum {
	VMSA_AP_CS_ATTRIB	= 0x9a,		/* selector vector << 8, base vector << 12 */
	VMSA_AP_DATA_ATTRIB	= 0x92,
	VMSA_AP_TR_ATTRIB	= 0x83,
	VMSA_AP_CR0		= 0x60000010,	/* ET, NW, CD */
	VMSA_AP_FCW		= 0x40,
	VMSA_AP_FTW		= 0x5555,
};

/* clang-format on */

#endif
