/* SPDX-License-Identifier: MIT */
/*
 * Guest-Hypervisor Communication Block: how an SEV-ES or SEV-SNP guest asks its hypervisor for what
 * the hypervisor can no longer see.
 *
 *	MSR protocol	one 64-bit value in MSR_GHCB itself, before the guest has a page
 *	GHCB page	4 KiB of shared memory; its GPA is in MSR_GHCB at VMGEXIT
 *
 * Neither side trusts the other: each copies what it reads once, checks the copy, and uses the
 * copy.  "in" is written by the guest, "out" by the hypervisor.	[GHCB 2.3.1, 2.6]
 */
#ifndef ABI_GHCB_H
#define ABI_GHCB_H

#include "abi/layout.h"

/* clang-format off */

enum {
	GHCB_VERSION_MIN	= 1,
	GHCB_VERSION_MAX	= 2,	/* SNP needs 2 */
};

/*
 * -- MSR protocol ---------------------------------------------------------------------------------
 *
 * Bits 11:0 say what the rest is.  The guest writes the request, executes VMGEXIT, and reads the
 * answer from the same register.	[GHCB 2.3.1 GHCB MSR Protocol]
 */
#define GHCB_MSR_INFO_SHIFT		0		/* enum ghcb_msr_info */
#define GHCB_MSR_INFO_MASK		BITS64(11, 0)
#define GHCB_MSR_DATA_SHIFT		12
#define GHCB_MSR_DATA_MASK		BITS64(63, 12)

enum ghcb_msr_info {
	GHCB_MSR_GPA			= 0x000,	/* not a message: bits 63:12 are the page */
	GHCB_MSR_SEV_INFO_RESP		= 0x001,	/* also the value at vCPU reset */
	GHCB_MSR_SEV_INFO_REQ		= 0x002,
	GHCB_MSR_AP_JUMP_TABLE		= 0x003,	/* of a draft; not used */
	GHCB_MSR_CPUID_REQ		= 0x004,
	GHCB_MSR_CPUID_RESP		= 0x005,
	GHCB_MSR_AP_RESET_HOLD_REQ	= 0x006,
	GHCB_MSR_AP_RESET_HOLD_RESP	= 0x007,
	GHCB_MSR_PREF_GPA_REQ		= 0x010,
	GHCB_MSR_PREF_GPA_RESP		= 0x011,
	GHCB_MSR_REG_GPA_REQ		= 0x012,
	GHCB_MSR_REG_GPA_RESP		= 0x013,
	GHCB_MSR_PSC_REQ		= 0x014,
	GHCB_MSR_PSC_RESP		= 0x015,
	GHCB_MSR_RUN_VMPL_REQ		= 0x016,
	GHCB_MSR_RUN_VMPL_RESP		= 0x017,
	GHCB_MSR_HV_FEATURES_REQ	= 0x080,
	GHCB_MSR_HV_FEATURES_RESP	= 0x081,
	GHCB_MSR_TERM_REQ		= 0x100,	/* no answer */
	GHCB_MSR_VENDOR_FIRST		= 0xf00,	/* left to hypervisor vendors */
	GHCB_MSR_VENDOR_LAST		= 0xfff,
};

/* 001: SEV information.  Bits 23:12 are zero. */
#define GHCB_MSR_SEV_INFO_C_BIT_SHIFT	24		/* position of the C-bit */
#define GHCB_MSR_SEV_INFO_C_BIT_MASK	BITS64(31, 24)
#define GHCB_MSR_SEV_INFO_MIN_SHIFT	32		/* lowest protocol version */
#define GHCB_MSR_SEV_INFO_MIN_MASK	BITS64(47, 32)
#define GHCB_MSR_SEV_INFO_MAX_SHIFT	48		/* highest protocol version */
#define GHCB_MSR_SEV_INFO_MAX_MASK	BITS64(63, 48)

/* 004, 005: CPUID of one register; ECX is 0.  Bits 29:12 are zero. */
#define GHCB_MSR_CPUID_REG_SHIFT	30		/* enum ghcb_msr_cpuid_reg, echoed */
#define GHCB_MSR_CPUID_REG_MASK		BITS64(31, 30)
#define GHCB_MSR_CPUID_FN_SHIFT		32		/* request */
#define GHCB_MSR_CPUID_FN_MASK		BITS64(63, 32)
#define GHCB_MSR_CPUID_VALUE_SHIFT	32		/* response */
#define GHCB_MSR_CPUID_VALUE_MASK	BITS64(63, 32)

enum ghcb_msr_cpuid_reg {
	GHCB_MSR_CPUID_EAX	= 0,
	GHCB_MSR_CPUID_EBX	= 1,
	GHCB_MSR_CPUID_ECX	= 2,
	GHCB_MSR_CPUID_EDX	= 3,
};

/* 007: GHCB_MSR_DATA is not 0 when the AP is to start.  011, 013: it is the GFN, or this. */
#define GHCB_MSR_GFN_NONE		BITS64(51, 0)	/* no preference; registration refused */

/* 014: one 4 KiB page, PRIVATE or SHARED.  015: error code, bits 31:12 are zero. */
#define GHCB_MSR_PSC_GFN_SHIFT		12
#define GHCB_MSR_PSC_GFN_MASK		BITS64(51, 12)
#define GHCB_MSR_PSC_OP_SHIFT		52
#define GHCB_MSR_PSC_OP_MASK		BITS64(55, 52)
#define GHCB_MSR_PSC_ERROR_SHIFT	32		/* 0 is success */
#define GHCB_MSR_PSC_ERROR_MASK		BITS64(63, 32)

/* 016, 017 */
#define GHCB_MSR_RUN_VMPL_SHIFT		32
#define GHCB_MSR_RUN_VMPL_MASK		BITS64(39, 32)
#define GHCB_MSR_RUN_VMPL_ERROR_SHIFT	32		/* 0 is success */
#define GHCB_MSR_RUN_VMPL_ERROR_MASK	BITS64(63, 32)

/* 081: GHCB_MSR_DATA holds GHCB_HV_ bits. */

/* 100 */
#define GHCB_MSR_TERM_SET_SHIFT		12		/* enum ghcb_term_set */
#define GHCB_MSR_TERM_SET_MASK		BITS64(15, 12)
#define GHCB_MSR_TERM_REASON_SHIFT	16
#define GHCB_MSR_TERM_REASON_MASK	BITS64(23, 16)

LAYOUT_FIELD(GHCB_MSR_INFO);
LAYOUT_FIELD(GHCB_MSR_DATA);
LAYOUT_FIELD(GHCB_MSR_SEV_INFO_C_BIT);
LAYOUT_FIELD(GHCB_MSR_SEV_INFO_MIN);
LAYOUT_FIELD(GHCB_MSR_SEV_INFO_MAX);
LAYOUT_FIELD(GHCB_MSR_CPUID_REG);
LAYOUT_FIELD(GHCB_MSR_CPUID_FN);
LAYOUT_FIELD(GHCB_MSR_CPUID_VALUE);
LAYOUT_FIELD(GHCB_MSR_PSC_GFN);
LAYOUT_FIELD(GHCB_MSR_PSC_OP);
LAYOUT_FIELD(GHCB_MSR_PSC_ERROR);
LAYOUT_FIELD(GHCB_MSR_RUN_VMPL);
LAYOUT_FIELD(GHCB_MSR_RUN_VMPL_ERROR);
LAYOUT_FIELD(GHCB_MSR_TERM_SET);
LAYOUT_FIELD(GHCB_MSR_TERM_REASON);

/* MSR 081h, and SW_EXITINFO2 of GHCB_NAE_HV_FEATURES.  [GHCB Hypervisor Feature Support] */
#define GHCB_HV_SNP			BIT64(0)
#define GHCB_HV_SNP_AP_CREATION		BIT64(1)	/* needs SNP */
#define GHCB_HV_SNP_RESTRICTED_INJECTION	BIT64(2)	/* needs AP_CREATION */
#define GHCB_HV_SNP_RESTRICTED_TIMER	BIT64(3)	/* needs RESTRICTED_INJECTION */
#define GHCB_HV_APIC_ID_LIST		BIT64(4)
#define GHCB_HV_SNP_MULTI_VMPL		BIT64(5)
#define GHCB_HV_SEV_PSC			BIT64(6)	/* page state change without SNP */
#define GHCB_HV_SEV_TIO			BIT64(7)
#define GHCB_HV_SNP_EXT_INTERRUPTS	BIT64(9)	/* for an SVSM's alternate injection */

/* Why a guest ended itself: MSR 100h, and SW_EXITINFO1 of GHCB_NAE_TERM_REQUEST. */
enum ghcb_term_set {
	GHCB_TERM_SET_GHCB	= 0,	/* enum ghcb_term */
	GHCB_TERM_SET_LINUX	= 1,	/* enum ghcb_term_linux; OVMF has its own reasons here */
};

enum ghcb_term {
	GHCB_TERM_GENERAL		= 0,
	GHCB_TERM_VERSION		= 1,	/* no protocol version in common */
	GHCB_TERM_SNP_UNSUPPORTED	= 2,	/* no SNP, or a feature the guest does not know */
};

enum ghcb_term_linux {
	GHCB_TERM_LINUX_REGISTER	= 0,	/* GHCB GPA registration failed */
	GHCB_TERM_LINUX_PSC		= 1,
	GHCB_TERM_LINUX_PVALIDATE	= 2,
	GHCB_TERM_LINUX_NOT_VMPL0	= 3,
	GHCB_TERM_LINUX_CPUID		= 4,	/* CPUID page unusable */
	GHCB_TERM_LINUX_CPUID_HV	= 5,
	GHCB_TERM_LINUX_SECRETS_PAGE	= 6,
	GHCB_TERM_LINUX_NO_SVSM		= 7,
	GHCB_TERM_LINUX_SVSM_VMPL0	= 8,
	GHCB_TERM_LINUX_SVSM_CAA	= 9,
	GHCB_TERM_LINUX_SECURE_TSC	= 10,
	GHCB_TERM_LINUX_SVSM_CA_REMAP	= 11,
};

/*
 * -- The page -------------------------------------------------------------------------------------
 *
 * Registers stand where the VMSA has them, and count only if their bit of valid_bitmap is set.
 *	[GHCB 2.6 GHCB Layout]
 */
struct ghcb {
	u8	rsvd_000[0xcb];
	u8	cpl;			/* in */
	u8	rsvd_0cc[0x74];
	u64	xss;			/* in */
	u8	rsvd_148[0x18];
	u64	dr7;			/* in */
	u8	rsvd_168[0x90];
	u64	rax;			/* both */
	u8	rsvd_200[0x108];
	u64	rcx;			/* both */
	u64	rdx;			/* both */
	u64	rbx;			/* both */
	u64	rsvd_320;
	u64	rbp;			/* both */
	u64	rsi;			/* both */
	u64	rdi;			/* both */
	u64	r8;			/* both */
	u64	r9;			/* both */
	u64	r10;			/* both */
	u64	r11;			/* both */
	u64	r12;			/* both */
	u64	r13;			/* both */
	u64	r14;			/* both */
	u64	r15;			/* both */
	u8	rsvd_380[0x10];
	u64	sw_exitcode;		/* in   enum vmexit or GHCB_NAE_ */
	u64	sw_exitinfo1;		/* both out: enum ghcb_result in bits 31:0 */
	u64	sw_exitinfo2;		/* both */
	u64	sw_scratch;		/* in   GPA of shared memory, mostly of shared_buffer */
	u8	rsvd_3b0[0x38];
	u64	xcr0;			/* in */
	u8	valid_bitmap[16];	/* both bit n: qword n is valid */
	u64	x87_state_gpa;		/* in */
	u8	rsvd_408[0x3f8];
	u8	shared_buffer[0x7f0];	/* both */
	u8	rsvd_ff0[0xa];
	u16	protocol_version;	/* in   negotiated version */
	u32	ghcb_usage;		/* in   enum ghcb_usage */
};
LAYOUT_SIZE(ghcb, 0x1000);
LAYOUT_AT(ghcb, cpl, 0x0cb);
LAYOUT_AT(ghcb, xss, 0x140);
LAYOUT_AT(ghcb, dr7, 0x160);
LAYOUT_AT(ghcb, rax, 0x1f8);
LAYOUT_AT(ghcb, rcx, 0x308);
LAYOUT_AT(ghcb, rdx, 0x310);
LAYOUT_AT(ghcb, rbx, 0x318);
LAYOUT_AT(ghcb, rbp, 0x328);
LAYOUT_AT(ghcb, rsi, 0x330);
LAYOUT_AT(ghcb, rdi, 0x338);
LAYOUT_AT(ghcb, r8, 0x340);
LAYOUT_AT(ghcb, r9, 0x348);
LAYOUT_AT(ghcb, r10, 0x350);
LAYOUT_AT(ghcb, r11, 0x358);
LAYOUT_AT(ghcb, r12, 0x360);
LAYOUT_AT(ghcb, r13, 0x368);
LAYOUT_AT(ghcb, r14, 0x370);
LAYOUT_AT(ghcb, r15, 0x378);
LAYOUT_AT(ghcb, sw_exitcode, 0x390);
LAYOUT_AT(ghcb, sw_exitinfo1, 0x398);
LAYOUT_AT(ghcb, sw_exitinfo2, 0x3a0);
LAYOUT_AT(ghcb, sw_scratch, 0x3a8);
LAYOUT_AT(ghcb, xcr0, 0x3e8);
LAYOUT_AT(ghcb, valid_bitmap, 0x3f0);
LAYOUT_AT(ghcb, x87_state_gpa, 0x400);
LAYOUT_AT(ghcb, shared_buffer, 0x800);
LAYOUT_AT(ghcb, protocol_version, 0xffa);
LAYOUT_AT(ghcb, ghcb_usage, 0xffc);

/* Number of a field's bit in valid_bitmap: byte bit / 8, bit % 8. */
#define GHCB_VALID_BIT(field)	(offsetof(struct ghcb, field) / 8)
#define GHCB_VALID_OFFSET_MAX	0x3ff	/* fields beyond have no bit */

enum {
	GHCB_SHARED_BUFFER	= 0x800,
	GHCB_SHARED_BUFFER_SIZE	= 0x7f0,
};

enum ghcb_usage {
	GHCB_USAGE_STANDARD	= 0,	/* any other value gives the page another meaning */
};

/*
 * -- Non-automatic exits --------------------------------------------------------------------------
 *
 * SW_EXITCODE is the hardware's exit code, or one of these.  The comments give SW_EXITINFO1;
 * SW_EXITINFO2; other inputs; the outputs.	[GHCB NAE Events]
 */
#define GHCB_NAE_MMIO_READ		0x80000001ull	/* GPA; bytes; scratch; data in scratch */
#define GHCB_NAE_MMIO_WRITE		0x80000002ull	/* GPA; bytes; scratch with data */
#define GHCB_NAE_NMI_COMPLETE		0x80000003ull
#define GHCB_NAE_AP_RESET_HOLD		0x80000004ull	/* returns at SIPI with INFO2 not 0 */
#define GHCB_NAE_AP_JUMP_TABLE		0x80000005ull	/* ghcb_jump_table; GPA; ; INFO2 GPA */
#define GHCB_NAE_PSC			0x80000010ull	/* ; ; scratch: ghcb_psc; INFO2 GHCB_PSC_ */
#define GHCB_NAE_GUEST_REQUEST		0x80000011ull	/* GPA of request; of response; ; INFO2 */
#define GHCB_NAE_EXT_GUEST_REQUEST	0x80000012ull	/* same; RAX data GPA, RBX its pages */
#define GHCB_NAE_AP_CREATION		0x80000013ull	/* GHCB_AP_; VMSA GPA; RAX SEV_FEATURES */
#define GHCB_NAE_HV_DOORBELL		0x80000014ull	/* ghcb_doorbell_op; GPA; ; INFO2 GPA */
#define GHCB_NAE_HV_IPI			0x80000015ull	/* value for the ICR */
#define GHCB_NAE_HV_TIMER		0x80000016ull
#define GHCB_NAE_APIC_ID_LIST		0x80000017ull	/* GPA of list; ; RAX pages; RAX needed */
#define GHCB_NAE_RUN_VMPL		0x80000018ull	/* VMPL */
#define GHCB_NAE_SECURE_AVIC		0x8000001aull	/* ghcb_savic_op; ; RAX id, RBX GPA; RBX */
#define GHCB_NAE_CONFIGURE_INT_INJ	0x8000001bull	/* notification vector */
#define GHCB_NAE_DISABLE_ALT_INJ	0x8000001cull	/* GHCB_ALT_INJ_ */
#define GHCB_NAE_SPECIFIC_EOI		0x8000001dull	/* GHCB_EOI_ */
#define GHCB_NAE_TIO_GUEST_REQUEST	0x80000020ull	/* as GUEST_REQUEST */
#define GHCB_NAE_HV_FEATURES		0x8000fffdull	/* ; ; ; INFO2 GHCB_HV_ bits */
#define GHCB_NAE_TERM_REQUEST		0x8000fffeull	/* GHCB_NAE_TERM_; does not return */
#define GHCB_NAE_UNSUPPORTED		0x8000ffffull	/* the exit code in question */

/* VMEXIT_WBINVD */
enum {
	GHCB_WBINVD_WBINVD	= 0,
	GHCB_WBINVD_WBNOINVD	= 1,
};

enum ghcb_jump_table {
	GHCB_JUMP_TABLE_SET	= 0,
	GHCB_JUMP_TABLE_GET	= 1,	/* INFO2 0: there is none */
};

/* The AP jump table page: where an AP goes that leaves its reset hold.  [GHCB AP Jump Table] */
struct ghcb_ap_jump_table {
	u16	ip;		/* in */
	u16	cs;		/* in */
};
LAYOUT_SIZE(ghcb_ap_jump_table, 0x4);
LAYOUT_AT(ghcb_ap_jump_table, ip, 0x0);
LAYOUT_AT(ghcb_ap_jump_table, cs, 0x2);

/* AP creation, SW_EXITINFO1; SEV_FEATURES must be those of the VM's launch. */
#define GHCB_AP_REQUEST_SHIFT		0		/* enum ghcb_ap_request */
#define GHCB_AP_REQUEST_MASK		BITS64(15, 0)
#define GHCB_AP_VMPL_SHIFT		16
#define GHCB_AP_VMPL_MASK		BITS64(19, 16)
#define GHCB_AP_APIC_ID_SHIFT		32
#define GHCB_AP_APIC_ID_MASK		BITS64(63, 32)

enum ghcb_ap_request {
	GHCB_AP_CREATE_ON_INIT	= 0,
	GHCB_AP_CREATE		= 1,
	GHCB_AP_DESTROY		= 2,	/* without RAX */
};

enum ghcb_doorbell_op {
	GHCB_DOORBELL_GET_PREFERRED	= 0,
	GHCB_DOORBELL_SET		= 1,
	GHCB_DOORBELL_QUERY		= 2,
	GHCB_DOORBELL_CLEAR		= 3,
};
#define GHCB_DOORBELL_NONE		(~0ull)		/* no preferred page, no page */

enum ghcb_savic_op {
	GHCB_SAVIC_REGISTER	= 0,
	GHCB_SAVIC_UNREGISTER	= 1,	/* RBX: the old GPA */
};
#define GHCB_SAVIC_SELF			(~0ull)		/* APIC id in RAX */

#define GHCB_ALT_INJ_IF			BIT64(0)
#define GHCB_ALT_INJ_SHADOW		BIT64(1)
#define GHCB_ALT_INJ_TPR_SHIFT		8
#define GHCB_ALT_INJ_TPR_MASK		BITS64(15, 8)
#define GHCB_ALT_INJ_VMPL_SHIFT		16
#define GHCB_ALT_INJ_VMPL_MASK		BITS64(19, 16)

#define GHCB_EOI_VECTOR_SHIFT		0
#define GHCB_EOI_VECTOR_MASK		BITS64(7, 0)
#define GHCB_EOI_VMPL_SHIFT		16
#define GHCB_EOI_VMPL_MASK		BITS64(19, 16)

#define GHCB_NAE_TERM_SET_SHIFT		0		/* enum ghcb_term_set */
#define GHCB_NAE_TERM_SET_MASK		BITS64(3, 0)
#define GHCB_NAE_TERM_REASON_SHIFT	4
#define GHCB_NAE_TERM_REASON_MASK	BITS64(11, 4)

/* Guest requests, SW_EXITINFO2: the firmware's status, and the hypervisor's own error. */
#define GHCB_GUEST_REQ_FW_SHIFT		0
#define GHCB_GUEST_REQ_FW_MASK		BITS64(31, 0)
#define GHCB_GUEST_REQ_VMM_SHIFT	32
#define GHCB_GUEST_REQ_VMM_MASK		BITS64(63, 32)
#define GHCB_GUEST_REQ_VMM_INVALID_LEN	1u		/* RBX: pages needed */
#define GHCB_GUEST_REQ_VMM_BUSY		2u		/* ask again with the same message */
#define GHCB_GUEST_REQ_VMM_GENERIC	0x80000000u
#define GHCB_GUEST_REQ_FW_NOT_CALLED	0xffffffffu

LAYOUT_FIELD(GHCB_AP_REQUEST);
LAYOUT_FIELD(GHCB_AP_VMPL);
LAYOUT_FIELD(GHCB_AP_APIC_ID);
LAYOUT_FIELD(GHCB_ALT_INJ_TPR);
LAYOUT_FIELD(GHCB_ALT_INJ_VMPL);
LAYOUT_FIELD(GHCB_EOI_VECTOR);
LAYOUT_FIELD(GHCB_EOI_VMPL);
LAYOUT_FIELD(GHCB_NAE_TERM_SET);
LAYOUT_FIELD(GHCB_NAE_TERM_REASON);
LAYOUT_FIELD(GHCB_GUEST_REQ_FW);
LAYOUT_FIELD(GHCB_GUEST_REQ_VMM);

/* The list that GHCB_NAE_APIC_ID_LIST fills. */
struct ghcb_apic_id_list {
	u32	num_entries;	/* out */
	u32	apic_id[];	/* out */
};
LAYOUT_SIZE(ghcb_apic_id_list, 0x4);
LAYOUT_AT(ghcb_apic_id_list, num_entries, 0x0);
LAYOUT_AT(ghcb_apic_id_list, apic_id, 0x4);

/*
 * -- Page state change, at SW_SCRATCH -------------------------------------------------------------
 *
 * The hypervisor may return early; the guest asks again while cur_entry <= end_entry.
 *	[GHCB SNP Page State Change]
 */
struct ghcb_psc_header {
	u16	cur_entry;	/* both next entry to be done */
	u16	end_entry;	/* in   index of the last one, inclusive */
	u32	rsvd_04;	/* in   zero */
};
LAYOUT_SIZE(ghcb_psc_header, 0x8);
LAYOUT_AT(ghcb_psc_header, cur_entry, 0x0);
LAYOUT_AT(ghcb_psc_header, end_entry, 0x2);

enum {
	GHCB_PSC_ENTRIES	= 253,	/* (GHCB_SHARED_BUFFER_SIZE - 8) / 8 */
};

struct ghcb_psc {
	struct ghcb_psc_header	header;
	u64			entry[GHCB_PSC_ENTRIES];	/* both GHCB_PSC_ENTRY_ */
};
LAYOUT_SIZE(ghcb_psc, 0x7f0);
LAYOUT_AT(ghcb_psc, header, 0x0);
LAYOUT_AT(ghcb_psc, entry, 0x8);

#define GHCB_PSC_ENTRY_CUR_PAGE_SHIFT	0		/* 4 KiB pages done, 0..512 */
#define GHCB_PSC_ENTRY_CUR_PAGE_MASK	BITS64(11, 0)
#define GHCB_PSC_ENTRY_GFN_SHIFT	12
#define GHCB_PSC_ENTRY_GFN_MASK		BITS64(51, 12)
#define GHCB_PSC_ENTRY_OP_SHIFT		52		/* enum ghcb_psc_op */
#define GHCB_PSC_ENTRY_OP_MASK		BITS64(55, 52)
#define GHCB_PSC_ENTRY_2M		BIT64(56)
#define GHCB_PSC_ENTRY_RSVD		BITS64(63, 57)

enum ghcb_psc_op {
	GHCB_PSC_OP_PRIVATE	= 1,
	GHCB_PSC_OP_SHARED	= 2,
	GHCB_PSC_OP_PSMASH	= 3,	/* hints, page protocol only */
	GHCB_PSC_OP_UNSMASH	= 4,
};

/* SW_EXITINFO2; 0 is success. */
#define GHCB_PSC_INVALID_HEADER		0x0000000100000001ull
#define GHCB_PSC_INVALID_ENTRY		0x0000000100000002ull
#define GHCB_PSC_GENERIC		0x0000010000000000ull

LAYOUT_FIELD(GHCB_PSC_ENTRY_CUR_PAGE);
LAYOUT_FIELD(GHCB_PSC_ENTRY_GFN);
LAYOUT_FIELD(GHCB_PSC_ENTRY_OP);

/* -- Answers  [GHCB NAE Events] ---------------------------------------------------------------- */

/* SW_EXITINFO1 bits 31:0 */
enum ghcb_result {
	GHCB_RESULT_OK		= 0,
	GHCB_RESULT_EXCEPTION	= 1,	/* raise #GP or #UD: SW_EXITINFO2 has EVENTINJ_ bits */
	GHCB_RESULT_MALFORMED	= 2,	/* SW_EXITINFO2: enum ghcb_error */
};

enum ghcb_error {
	GHCB_ERROR_NOT_REGISTERED	= 1,	/* SNP: not the registered GPA */
	GHCB_ERROR_INVALID_USAGE	= 2,
	GHCB_ERROR_INVALID_SCRATCH	= 3,
	GHCB_ERROR_MISSING_INPUT	= 4,	/* a needed field is not valid */
	GHCB_ERROR_INVALID_INPUT	= 5,
	GHCB_ERROR_INVALID_EVENT	= 6,
};

/*
 * -- #HV doorbell page ----------------------------------------------------------------------------
 *
 * Restricted injection: the hypervisor posts events here and injects only vector 28.  Every field
 * is changed by both sides with atomic operations.	[GHCB #HV Doorbell Page]
 */
struct ghcb_ext_int_info {
	u32	status;		/* both GHCB_EXT_INT_ bits */
	u32	irr[7];		/* both vectors 32..255 */
	u32	isr[8];		/* both */
};
LAYOUT_SIZE(ghcb_ext_int_info, 0x40);
LAYOUT_AT(ghcb_ext_int_info, status, 0x00);
LAYOUT_AT(ghcb_ext_int_info, irr, 0x04);
LAYOUT_AT(ghcb_ext_int_info, isr, 0x20);

struct ghcb_hv_doorbell {
	u8	vector;				/* both pending vector, exchanged with 0 */
	u8	flags;				/* both GHCB_DOORBELL_ bits */
	u8	no_eoi_required;		/* both bit 0 */
	u8	per_vmpl_events;		/* both bit per VMPL */
	u8	rsvd_004[60];
	struct ghcb_ext_int_info per_vmpl[3];	/* both VMPL 1, 2, 3 */
	u8	rsvd_100[0xf00];
};
LAYOUT_SIZE(ghcb_hv_doorbell, 0x1000);
LAYOUT_AT(ghcb_hv_doorbell, vector, 0x000);
LAYOUT_AT(ghcb_hv_doorbell, flags, 0x001);
LAYOUT_AT(ghcb_hv_doorbell, no_eoi_required, 0x002);
LAYOUT_AT(ghcb_hv_doorbell, per_vmpl_events, 0x003);
LAYOUT_AT(ghcb_hv_doorbell, per_vmpl, 0x040);

#define GHCB_DOORBELL_NMI		BIT32(0)
#define GHCB_DOORBELL_MC		BIT32(1)
#define GHCB_DOORBELL_NO_FURTHER_SIGNAL	BIT32(7)	/* #HV was injected and not yet served */

#define GHCB_EXT_INT_VECTOR_SHIFT	0
#define GHCB_EXT_INT_VECTOR_MASK	BITS32(7, 0)
#define GHCB_EXT_INT_NMI		BIT32(8)
#define GHCB_EXT_INT_MC			BIT32(9)
#define GHCB_EXT_INT_LEVEL		BIT32(10)	/* the vector is level sensitive */
#define GHCB_EXT_INT_MULTIPLE		BIT32(14)	/* more vectors are in irr */
#define GHCB_EXT_INT_IPI		BIT32(27)
#define GHCB_EXT_INT_VECTOR_31		BIT32(31)

LAYOUT_FIELD(GHCB_EXT_INT_VECTOR);

/* clang-format on */

#endif
