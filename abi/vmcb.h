/* SPDX-License-Identifier: MIT */
/*
 * Virtual Machine Control Block: 4 KiB in system memory, through which a hypervisor hands a guest
 * to VMRUN and learns from #VMEXIT why it came back.
 *
 *	000h	control area: intercepts, ASID, nested paging, events, exit reason
 *	400h	state save area: the guest's registers, if it is not an ES guest
 *
 * An ES guest's registers are in its VMSA (abi/vmsa.h) instead.  "in" is read by VMRUN, "out" is
 * written by #VMEXIT.	[APM2 15.5 VMRUN Instruction, 15.6 #VMEXIT, Appendix B]
 */
#ifndef ABI_VMCB_H
#define ABI_VMCB_H

#include "abi/layout.h"

/* clang-format off */

/*
 * -- Intercepts -----------------------------------------------------------------------------------
 *
 * The exit code of an intercept follows from its place: 040h + n for exception n, 060h + n for bit
 * n of vec3, 080h + n of vec4, 0A0h + n of vec5; 000h + n, 010h + n for CRn reads and writes, 020h
 * + n and 030h + n for DRn.	[APM2 Appendix B Table B-1, Appendix C]
 */
#define VMCB_INTERCEPT_READ(n)	BIT32(n)	/* of intercept_cr and intercept_dr */
#define VMCB_INTERCEPT_WRITE(n)	BIT32(16 + (n))

#define VMCB_VEC3_INTR		BIT32(0)
#define VMCB_VEC3_NMI		BIT32(1)
#define VMCB_VEC3_SMI		BIT32(2)
#define VMCB_VEC3_INIT		BIT32(3)
#define VMCB_VEC3_VINTR		BIT32(4)
#define VMCB_VEC3_CR0_SEL_WRITE	BIT32(5)	/* change of CR0 bits other than TS and MP */
#define VMCB_VEC3_IDTR_READ	BIT32(6)
#define VMCB_VEC3_GDTR_READ	BIT32(7)
#define VMCB_VEC3_LDTR_READ	BIT32(8)
#define VMCB_VEC3_TR_READ	BIT32(9)
#define VMCB_VEC3_IDTR_WRITE	BIT32(10)
#define VMCB_VEC3_GDTR_WRITE	BIT32(11)
#define VMCB_VEC3_LDTR_WRITE	BIT32(12)
#define VMCB_VEC3_TR_WRITE	BIT32(13)
#define VMCB_VEC3_RDTSC		BIT32(14)
#define VMCB_VEC3_RDPMC		BIT32(15)
#define VMCB_VEC3_PUSHF		BIT32(16)
#define VMCB_VEC3_POPF		BIT32(17)
#define VMCB_VEC3_CPUID		BIT32(18)
#define VMCB_VEC3_RSM		BIT32(19)
#define VMCB_VEC3_IRET		BIT32(20)
#define VMCB_VEC3_INTN		BIT32(21)
#define VMCB_VEC3_INVD		BIT32(22)
#define VMCB_VEC3_PAUSE		BIT32(23)
#define VMCB_VEC3_HLT		BIT32(24)
#define VMCB_VEC3_INVLPG	BIT32(25)
#define VMCB_VEC3_INVLPGA	BIT32(26)
#define VMCB_VEC3_IOIO_PROT	BIT32(27)	/* by the IOPM */
#define VMCB_VEC3_MSR_PROT	BIT32(28)	/* by the MSRPM */
#define VMCB_VEC3_TASK_SWITCH	BIT32(29)
#define VMCB_VEC3_FERR_FREEZE	BIT32(30)
#define VMCB_VEC3_SHUTDOWN	BIT32(31)

#define VMCB_VEC4_VMRUN		BIT32(0)	/* must be 1 */
#define VMCB_VEC4_VMMCALL	BIT32(1)
#define VMCB_VEC4_VMLOAD	BIT32(2)
#define VMCB_VEC4_VMSAVE	BIT32(3)
#define VMCB_VEC4_STGI		BIT32(4)
#define VMCB_VEC4_CLGI		BIT32(5)
#define VMCB_VEC4_SKINIT	BIT32(6)
#define VMCB_VEC4_RDTSCP	BIT32(7)
#define VMCB_VEC4_ICEBP		BIT32(8)
#define VMCB_VEC4_WBINVD	BIT32(9)	/* and WBNOINVD */
#define VMCB_VEC4_MONITOR	BIT32(10)	/* and MONITORX */
#define VMCB_VEC4_MWAIT		BIT32(11)	/* and MWAITX */
#define VMCB_VEC4_MWAIT_ARMED	BIT32(12)	/* only if the monitor is armed */
#define VMCB_VEC4_XSETBV	BIT32(13)
#define VMCB_VEC4_RDPRU		BIT32(14)
#define VMCB_VEC4_EFER_WRITE_TRAP	BIT32(15)	/* traps: after the write */
#define VMCB_VEC4_CR_WRITE_TRAP(n)	BIT32(16 + (n))

#define VMCB_VEC5_INVLPGB	BIT32(0)
#define VMCB_VEC5_INVLPGB_ILLEGAL	BIT32(1)
#define VMCB_VEC5_INVPCID	BIT32(2)
#define VMCB_VEC5_MCOMMIT	BIT32(3)
#define VMCB_VEC5_TLBSYNC	BIT32(4)
#define VMCB_VEC5_BUSLOCK	BIT32(5)
#define VMCB_VEC5_IDLE_HLT	BIT32(6)

/* -- Fields of the control area, by offset ----------------------------------------------------- */

/* 05Ch.  For an SNP-active guest 3 and 7 both flush global entries.  [APM2 15.16 TLB Control] */
enum vmcb_tlb_control {
	TLB_CONTROL_NOTHING		= 0,
	TLB_CONTROL_FLUSH_ALL		= 1,
	TLB_CONTROL_FLUSH_ASID		= 3,
	TLB_CONTROL_FLUSH_ASID_LOCAL	= 7,	/* non-global entries */
};

/* 05Dh */
#define VMCB_ERAP_ALLOW_LARGER_RAP	BIT32(0)
#define VMCB_ERAP_CLEAR_RAP		BIT32(1)

/* 060h	[APM2 15.21 Interrupt and Local APIC Support] */
#define VMCB_V_TPR_SHIFT		0
#define VMCB_V_TPR_MASK			BITS64(7, 0)
#define VMCB_V_IRQ			BIT64(8)
#define VMCB_V_GIF			BIT64(9)	/* value of the virtual GIF */
#define VMCB_V_NMI			BIT64(11)	/* pending */
#define VMCB_V_NMI_MASK			BIT64(12)	/* blocked */
#define VMCB_V_INTR_PRIO_SHIFT		16
#define VMCB_V_INTR_PRIO_MASK		BITS64(19, 16)
#define VMCB_V_IGN_TPR			BIT64(20)
#define VMCB_V_INTR_MASKING		BIT64(24)
#define VMCB_V_GIF_ENABLE		BIT64(25)
#define VMCB_V_NMI_ENABLE		BIT64(26)
#define VMCB_X2AVIC_ENABLE		BIT64(30)
#define VMCB_AVIC_ENABLE		BIT64(31)
#define VMCB_V_INTR_VECTOR_SHIFT	32
#define VMCB_V_INTR_VECTOR_MASK		BITS64(39, 32)

/* 068h */
#define VMCB_INTERRUPT_SHADOW		BIT64(0)
#define VMCB_GUEST_INTERRUPT_MASK	BIT64(1)	/* out: RFLAGS.IF of an ES guest */

/* 090h	[APM2 15.25 Nested Paging, 15.34.3, 15.35.2] */
#define VMCB_NP_ENABLE			BIT64(0)
#define VMCB_SEV_ENABLE			BIT64(1)
#define VMCB_SEV_ES_ENABLE		BIT64(2)	/* needs SEV_ENABLE */
#define VMCB_GMET_ENABLE		BIT64(3)	/* guest mode execute trap */
#define VMCB_SSS_CHECK_ENABLE		BIT64(4)	/* supervisor shadow stack check */
#define VMCB_VTE_ENABLE			BIT64(5)	/* virtual transparent encryption */
#define VMCB_ROGPT_ENABLE		BIT64(6)	/* read-only guest page tables */
#define VMCB_INVLPGB_TLBSYNC_ENABLE	BIT64(7)

/* 0A8h, 088h, vmsa.eventinj, and the exception a hypervisor asks for in a GHCB. [APM2 15.20] */
#define EVENTINJ_VECTOR_SHIFT		0
#define EVENTINJ_VECTOR_MASK		BITS64(7, 0)
#define EVENTINJ_TYPE_SHIFT		8		/* enum eventinj_type */
#define EVENTINJ_TYPE_MASK		BITS64(10, 8)
#define EVENTINJ_EV			BIT64(11)	/* error code valid */
#define EVENTINJ_V			BIT64(31)	/* valid */
#define EVENTINJ_ERRORCODE_SHIFT	32
#define EVENTINJ_ERRORCODE_MASK		BITS64(63, 32)

enum eventinj_type {
	EVENTINJ_TYPE_INTR	= 0,	/* external or virtual interrupt */
	EVENTINJ_TYPE_NMI	= 2,
	EVENTINJ_TYPE_EXCEPTION	= 3,
	EVENTINJ_TYPE_SOFT_INT	= 4,	/* INTn; never into an ES guest */
};

/* 0B8h */
#define VMCB_LBR_VIRT_ENABLE		BIT64(0)	/* must be 1 for ES guests */
#define VMCB_VMSAVE_VIRT_ENABLE		BIT64(1)	/* VMLOAD and VMSAVE in the guest */
#define VMCB_IBS_VIRT_ENABLE		BIT64(2)
#define VMCB_PMC_VIRT_ENABLE		BIT64(3)

/* 0C0h: what VMRUN need not reload.  Bits 5 to 10 do not count for ES guests. [APM2 15.15.3] */
#define VMCB_CLEAN_INTERCEPTS		BIT32(0)	/* intercepts, tsc_offset, pause filter */
#define VMCB_CLEAN_IOPM			BIT32(1)	/* iopm_base_pa, msrpm_base_pa */
#define VMCB_CLEAN_ASID			BIT32(2)
#define VMCB_CLEAN_TPR			BIT32(3)	/* vintr */
#define VMCB_CLEAN_NP			BIT32(4)	/* n_cr3, g_pat, nested paging */
#define VMCB_CLEAN_CRX			BIT32(5)	/* CR0, CR3, CR4, EFER */
#define VMCB_CLEAN_DRX			BIT32(6)	/* DR6, DR7 */
#define VMCB_CLEAN_DT			BIT32(7)	/* GDTR, IDTR */
#define VMCB_CLEAN_SEG			BIT32(8)	/* CS, DS, SS, ES, CPL */
#define VMCB_CLEAN_CR2			BIT32(9)
#define VMCB_CLEAN_LBR			BIT32(10)
#define VMCB_CLEAN_AVIC			BIT32(11)
#define VMCB_CLEAN_CET			BIT32(12)

/* 0E0h, 0F0h, 0F8h, 108h */
#define VMCB_PAGE_POINTER_SHIFT		12
#define VMCB_PAGE_POINTER_MASK		BITS64(51, 12)
#define VMCB_AVIC_MAX_INDEX_SHIFT	0
#define VMCB_AVIC_MAX_INDEX_MASK	BITS64(8, 0)

/* 138h: what a VMSA may ask for, if EN. */
#define VMCB_ALLOWED_SEV_FEATURES_SHIFT	0		/* SEV_FEATURES_ bits */
#define VMCB_ALLOWED_SEV_FEATURES_MASK	BITS64(61, 0)
#define VMCB_ALLOWED_SEV_FEATURES_EN	BIT64(63)

LAYOUT_FIELD(VMCB_V_TPR);
LAYOUT_FIELD(VMCB_V_INTR_PRIO);
LAYOUT_FIELD(VMCB_V_INTR_VECTOR);
LAYOUT_FIELD(EVENTINJ_VECTOR);
LAYOUT_FIELD(EVENTINJ_TYPE);
LAYOUT_FIELD(EVENTINJ_ERRORCODE);
LAYOUT_FIELD(VMCB_PAGE_POINTER);
LAYOUT_FIELD(VMCB_AVIC_MAX_INDEX);
LAYOUT_FIELD(VMCB_ALLOWED_SEV_FEATURES);

/* -- Permission maps  [APM2 15.10 IOIO Intercepts, 15.11 MSR Intercepts] ----------------------- */

/*
 * IOPM: one bit a port, and room for an access at port FFFFh that runs over the end.  MSRPM: two
 * bits an MSR, read then write, in three ranges; MSRs outside them always intercept.
 */
enum {
	IOPM_SIZE		= 0x3000,
	MSRPM_SIZE		= 0x2000,
	MSRPM_RANGE_MSRS	= 0x2000,	/* MSRs in a range */
	MSRPM_RANGE_SIZE	= 0x0800,	/* bytes of a range */
	MSRPM_OFFSET_0000_0000	= 0x0000,	/* map offset of the range that starts at ... */
	MSRPM_OFFSET_C000_0000	= 0x0800,
	MSRPM_OFFSET_C001_0000	= 0x1000,
};

/* -- The structures ---------------------------------------------------------------------------- */

struct vmcb_control {
	u32	intercept_cr;			/* in   bit n: read of CRn, bit 16 + n: write */
	u32	intercept_dr;			/* in   bit n: read of DRn, bit 16 + n: write */
	u32	intercept_exception;		/* in   bit n: exception vector n */
	u32	intercept_vec3;			/* in   VMCB_VEC3_ bits */
	u32	intercept_vec4;			/* in   VMCB_VEC4_ bits */
	u32	intercept_vec5;			/* in   VMCB_VEC5_ bits */
	u8	rsvd_018[0x24];
	u16	pause_filter_threshold;		/* in */
	u16	pause_filter_count;		/* in */
	u64	iopm_base_pa;			/* in   SPA, 12 KiB, page aligned */
	u64	msrpm_base_pa;			/* in   SPA, 8 KiB, page aligned */
	u64	tsc_offset;			/* in */
	u32	guest_asid;			/* in   0 is the host's: refused */
	u8	tlb_control;			/* in   enum vmcb_tlb_control */
	u8	erap;				/* in   VMCB_ERAP_ bits */
	u16	rsvd_05e;
	u64	vintr;				/* both VMCB_V_ bits */
	u64	interrupt_shadow;		/* both VMCB_INTERRUPT_SHADOW, VMCB_GUEST_.. */
	u64	exitcode;			/* out  enum vmexit */
	u64	exitinfo1;			/* out */
	u64	exitinfo2;			/* out */
	u64	exitintinfo;			/* out  EVENTINJ_ bits: event not yet delivered */
	u64	nested_ctl;			/* in   VMCB_NP_ENABLE and what follows it */
	u64	avic_apic_bar;			/* in   bits 51:0 */
	u64	ghcb_gpa;			/* both image of MSR_GHCB */
	u64	eventinj;			/* in   EVENTINJ_ bits; hardware clears it */
	u64	n_cr3;				/* in   SPA of the nested root table */
	u64	virt_ctl;			/* in   VMCB_LBR_VIRT_ENABLE and what follows it */
	u32	clean;				/* in   VMCB_CLEAN_ bits: unchanged since then */
	u32	rsvd_0c4;
	u64	nrip;				/* out  RIP of the next instruction */
	u8	insn_len;			/* out  number of bytes fetched, 0..15 */
	u8	insn_bytes[15];			/* out */
	u64	avic_backing_page;		/* in   SPA bits 51:12 */
	u64	rsvd_0e8;
	u64	avic_logical_table;		/* in   SPA bits 51:12 */
	u64	avic_physical_table;		/* in   SPA bits 51:12, max index 8:0 */
	u64	rsvd_100;
	u64	vmsa_pointer;			/* in   SPA bits 51:12, ES guests */
	u64	vmgexit_rax;			/* out  with VmgexitParameter */
	u8	vmgexit_cpl;			/* out  with VmgexitParameter */
	u8	rsvd_119[7];
	u16	bus_lock_threshold;		/* both counts down to the bus lock exit */
	u8	rsvd_122[0x12];
	u32	update_irr;			/* in   bit 0: merge requested_irr (Secure AVIC) */
	u64	allowed_sev_features;		/* in   VMCB_ALLOWED_SEV_FEATURES_EN and a mask */
	u64	guest_sev_features;		/* out  copy of vmsa.sev_features */
	u64	rsvd_148;
	u32	requested_irr[8];		/* in   256 bits, one a vector */
	u8	rsvd_170[0x270];
	u8	sw_3e0[32];			/* host software's own */
};
LAYOUT_SIZE(vmcb_control, 0x400);
LAYOUT_AT(vmcb_control, intercept_cr, 0x000);
LAYOUT_AT(vmcb_control, intercept_dr, 0x004);
LAYOUT_AT(vmcb_control, intercept_exception, 0x008);
LAYOUT_AT(vmcb_control, intercept_vec3, 0x00c);
LAYOUT_AT(vmcb_control, intercept_vec4, 0x010);
LAYOUT_AT(vmcb_control, intercept_vec5, 0x014);
LAYOUT_AT(vmcb_control, pause_filter_threshold, 0x03c);
LAYOUT_AT(vmcb_control, pause_filter_count, 0x03e);
LAYOUT_AT(vmcb_control, iopm_base_pa, 0x040);
LAYOUT_AT(vmcb_control, msrpm_base_pa, 0x048);
LAYOUT_AT(vmcb_control, tsc_offset, 0x050);
LAYOUT_AT(vmcb_control, guest_asid, 0x058);
LAYOUT_AT(vmcb_control, tlb_control, 0x05c);
LAYOUT_AT(vmcb_control, erap, 0x05d);
LAYOUT_AT(vmcb_control, vintr, 0x060);
LAYOUT_AT(vmcb_control, interrupt_shadow, 0x068);
LAYOUT_AT(vmcb_control, exitcode, 0x070);
LAYOUT_AT(vmcb_control, exitinfo1, 0x078);
LAYOUT_AT(vmcb_control, exitinfo2, 0x080);
LAYOUT_AT(vmcb_control, exitintinfo, 0x088);
LAYOUT_AT(vmcb_control, nested_ctl, 0x090);
LAYOUT_AT(vmcb_control, avic_apic_bar, 0x098);
LAYOUT_AT(vmcb_control, ghcb_gpa, 0x0a0);
LAYOUT_AT(vmcb_control, eventinj, 0x0a8);
LAYOUT_AT(vmcb_control, n_cr3, 0x0b0);
LAYOUT_AT(vmcb_control, virt_ctl, 0x0b8);
LAYOUT_AT(vmcb_control, clean, 0x0c0);
LAYOUT_AT(vmcb_control, nrip, 0x0c8);
LAYOUT_AT(vmcb_control, insn_len, 0x0d0);
LAYOUT_AT(vmcb_control, insn_bytes, 0x0d1);
LAYOUT_AT(vmcb_control, avic_backing_page, 0x0e0);
LAYOUT_AT(vmcb_control, avic_logical_table, 0x0f0);
LAYOUT_AT(vmcb_control, avic_physical_table, 0x0f8);
LAYOUT_AT(vmcb_control, vmsa_pointer, 0x108);
LAYOUT_AT(vmcb_control, vmgexit_rax, 0x110);
LAYOUT_AT(vmcb_control, vmgexit_cpl, 0x118);
LAYOUT_AT(vmcb_control, bus_lock_threshold, 0x120);
LAYOUT_AT(vmcb_control, update_irr, 0x134);
LAYOUT_AT(vmcb_control, allowed_sev_features, 0x138);
LAYOUT_AT(vmcb_control, guest_sev_features, 0x140);
LAYOUT_AT(vmcb_control, requested_irr, 0x150);
LAYOUT_AT(vmcb_control, sw_3e0, 0x3e0);

/* A segment register with its hidden part.	[APM2 15.5.1, Appendix B] */
struct vmcb_seg {
	u16	selector;
	u16	attrib;		/* SEG_ATTRIB_ bits: descriptor bits 55:52 and 47:40, packed */
	u32	limit;		/* in bytes: G is already applied */
	u64	base;
};
LAYOUT_SIZE(vmcb_seg, 0x10);
LAYOUT_AT(vmcb_seg, selector, 0x0);
LAYOUT_AT(vmcb_seg, attrib, 0x2);
LAYOUT_AT(vmcb_seg, limit, 0x4);
LAYOUT_AT(vmcb_seg, base, 0x8);

#define SEG_ATTRIB_TYPE_SHIFT	0	/* as in a descriptor: DESC_TYPE_, enum desc_system_type */
#define SEG_ATTRIB_TYPE_MASK	BITS32(3, 0)
#define SEG_ATTRIB_S		BIT32(4)
#define SEG_ATTRIB_DPL_SHIFT	5
#define SEG_ATTRIB_DPL_MASK	BITS32(6, 5)
#define SEG_ATTRIB_P		BIT32(7)
#define SEG_ATTRIB_AVL		BIT32(8)
#define SEG_ATTRIB_L		BIT32(9)
#define SEG_ATTRIB_DB		BIT32(10)
#define SEG_ATTRIB_G		BIT32(11)

LAYOUT_FIELD(SEG_ATTRIB_TYPE);
LAYOUT_FIELD(SEG_ATTRIB_DPL);

struct vmsa_perf {
	u64	ctl;
	u64	ctr;
};
LAYOUT_SIZE(vmsa_perf, 0x10);
LAYOUT_AT(vmsa_perf, ctl, 0x0);
LAYOUT_AT(vmsa_perf, ctr, 0x8);

struct vmsa_lbr {
	u64	from;
	u64	to;
};
LAYOUT_SIZE(vmsa_lbr, 0x10);
LAYOUT_AT(vmsa_lbr, from, 0x0);
LAYOUT_AT(vmsa_lbr, to, 0x8);

/*
 * State save area of a guest that is not an ES guest, both loaded and stored.  The page at
 * VM_HSAVE_PA has the full VMSA form at the same place, for the host's registers.
 *	[APM2 Appendix B Table B-2]
 */
struct vmcb_save {
	struct vmcb_seg	es;
	struct vmcb_seg	cs;
	struct vmcb_seg	ss;
	struct vmcb_seg	ds;
	struct vmcb_seg	fs;			/* VMLOAD, VMSAVE */
	struct vmcb_seg	gs;			/* VMLOAD, VMSAVE */
	struct vmcb_seg	gdtr;			/* base and limit (16 bits) only */
	struct vmcb_seg	ldtr;			/* VMLOAD, VMSAVE */
	struct vmcb_seg	idtr;			/* base and limit (16 bits) only */
	struct vmcb_seg	tr;			/* VMLOAD, VMSAVE */
	u8		rsvd_0a0[0x2b];
	u8		cpl;
	u32		rsvd_0cc;
	u64		efer;			/* SVME must be 1 */
	u64		rsvd_0d8;
	struct vmsa_perf perf[6];		/* these: with PMC virtualization */
	u64		rsvd_140;
	u64		cr4;
	u64		cr3;
	u64		cr0;
	u64		dr7;
	u64		dr6;
	u64		rflags;
	u64		rip;
	u8		rsvd_180[0x40];
	u64		instr_retired_ctr;	/* these three: with PMC virtualization */
	u64		perf_ctr_global_sts;
	u64		perf_ctr_global_ctl;
	u64		rsp;
	u64		s_cet;			/* these three: with CR4.CET */
	u64		ssp;
	u64		isst_addr;
	u64		rax;
	u64		star;			/* VMLOAD, VMSAVE */
	u64		lstar;			/* VMLOAD, VMSAVE */
	u64		cstar;			/* VMLOAD, VMSAVE */
	u64		sfmask;			/* VMLOAD, VMSAVE */
	u64		kernel_gs_base;		/* VMLOAD, VMSAVE */
	u64		sysenter_cs;		/* VMLOAD, VMSAVE */
	u64		sysenter_esp;		/* VMLOAD, VMSAVE */
	u64		sysenter_eip;		/* VMLOAD, VMSAVE */
	u64		cr2;
	u8		rsvd_248[0x20];
	u64		g_pat;			/* with nested paging */
	u64		dbgctl;			/* these six: with LBR virtualization */
	u64		br_from;
	u64		br_to;
	u64		lastexcpfrom;
	u64		lastexcpto;
	u64		dbgextnctl;
	u8		rsvd_2a0[0x40];
	u64		spec_ctrl;
	u8		rsvd_2e8[0x388];
	struct vmsa_lbr	lbr_stack[16];		/* these two: with LBR virtualization */
	u64		lbr_select;
	u64		ibs_fetch_ctl;		/* these ten: with IBS virtualization */
	u64		ibs_fetch_linaddr;
	u64		ibs_op_ctl;
	u64		ibs_op_rip;
	u64		ibs_op_data;
	u64		ibs_op_data2;
	u64		ibs_op_data3;
	u64		ibs_dc_linaddr;
	u64		bp_ibstgt_rip;
	u64		ic_ibs_extd_ctl;
	u8		rsvd_7c8[0x438];
};
LAYOUT_SIZE(vmcb_save, 0xc00);
LAYOUT_AT(vmcb_save, es, 0x000);
LAYOUT_AT(vmcb_save, cs, 0x010);
LAYOUT_AT(vmcb_save, ss, 0x020);
LAYOUT_AT(vmcb_save, ds, 0x030);
LAYOUT_AT(vmcb_save, fs, 0x040);
LAYOUT_AT(vmcb_save, gs, 0x050);
LAYOUT_AT(vmcb_save, gdtr, 0x060);
LAYOUT_AT(vmcb_save, ldtr, 0x070);
LAYOUT_AT(vmcb_save, idtr, 0x080);
LAYOUT_AT(vmcb_save, tr, 0x090);
LAYOUT_AT(vmcb_save, cpl, 0x0cb);
LAYOUT_AT(vmcb_save, efer, 0x0d0);
LAYOUT_AT(vmcb_save, perf, 0x0e0);
LAYOUT_AT(vmcb_save, cr4, 0x148);
LAYOUT_AT(vmcb_save, cr3, 0x150);
LAYOUT_AT(vmcb_save, cr0, 0x158);
LAYOUT_AT(vmcb_save, dr7, 0x160);
LAYOUT_AT(vmcb_save, dr6, 0x168);
LAYOUT_AT(vmcb_save, rflags, 0x170);
LAYOUT_AT(vmcb_save, rip, 0x178);
LAYOUT_AT(vmcb_save, instr_retired_ctr, 0x1c0);
LAYOUT_AT(vmcb_save, perf_ctr_global_sts, 0x1c8);
LAYOUT_AT(vmcb_save, perf_ctr_global_ctl, 0x1d0);
LAYOUT_AT(vmcb_save, rsp, 0x1d8);
LAYOUT_AT(vmcb_save, s_cet, 0x1e0);
LAYOUT_AT(vmcb_save, ssp, 0x1e8);
LAYOUT_AT(vmcb_save, isst_addr, 0x1f0);
LAYOUT_AT(vmcb_save, rax, 0x1f8);
LAYOUT_AT(vmcb_save, star, 0x200);
LAYOUT_AT(vmcb_save, lstar, 0x208);
LAYOUT_AT(vmcb_save, cstar, 0x210);
LAYOUT_AT(vmcb_save, sfmask, 0x218);
LAYOUT_AT(vmcb_save, kernel_gs_base, 0x220);
LAYOUT_AT(vmcb_save, sysenter_cs, 0x228);
LAYOUT_AT(vmcb_save, sysenter_esp, 0x230);
LAYOUT_AT(vmcb_save, sysenter_eip, 0x238);
LAYOUT_AT(vmcb_save, cr2, 0x240);
LAYOUT_AT(vmcb_save, g_pat, 0x268);
LAYOUT_AT(vmcb_save, dbgctl, 0x270);
LAYOUT_AT(vmcb_save, br_from, 0x278);
LAYOUT_AT(vmcb_save, br_to, 0x280);
LAYOUT_AT(vmcb_save, lastexcpfrom, 0x288);
LAYOUT_AT(vmcb_save, lastexcpto, 0x290);
LAYOUT_AT(vmcb_save, dbgextnctl, 0x298);
LAYOUT_AT(vmcb_save, spec_ctrl, 0x2e0);
LAYOUT_AT(vmcb_save, lbr_stack, 0x670);
LAYOUT_AT(vmcb_save, lbr_select, 0x770);
LAYOUT_AT(vmcb_save, ibs_fetch_ctl, 0x778);
LAYOUT_AT(vmcb_save, ibs_fetch_linaddr, 0x780);
LAYOUT_AT(vmcb_save, ibs_op_ctl, 0x788);
LAYOUT_AT(vmcb_save, ibs_op_rip, 0x790);
LAYOUT_AT(vmcb_save, ibs_op_data, 0x798);
LAYOUT_AT(vmcb_save, ibs_op_data2, 0x7a0);
LAYOUT_AT(vmcb_save, ibs_op_data3, 0x7a8);
LAYOUT_AT(vmcb_save, ibs_dc_linaddr, 0x7b0);
LAYOUT_AT(vmcb_save, bp_ibstgt_rip, 0x7b8);
LAYOUT_AT(vmcb_save, ic_ibs_extd_ctl, 0x7c0);

struct vmcb {
	struct vmcb_control	control;
	struct vmcb_save	save;
};
LAYOUT_SIZE(vmcb, 0x1000);
LAYOUT_AT(vmcb, control, 0x000);
LAYOUT_AT(vmcb, save, 0x400);

/* clang-format on */

#endif
