/* SPDX-License-Identifier: MIT */
/*
 * The two special pages of an SNP launch: the CPUID page, filled in by the hypervisor and checked
 * by firmware, and the secrets page, written by firmware and read by nobody but the guest.
 *	[SNP SNP_LAUNCH_UPDATE]
 */
#ifndef ABI_SNP_PAGES_H
#define ABI_SNP_PAGES_H

#include "abi/layout.h"

/* clang-format off */

/* -- CPUID page	[SNP 7.1 CPUID Reporting] ----------------------------------------------- */

enum {
	SNP_CPUID_COUNT_MAX	= 64,
};

struct snp_cpuid_function {	/* "in" is what the answer depends on */
	u32	eax_in;		/* in   leaf */
	u32	ecx_in;		/* in   sub-leaf */
	u64	xcr0_in;	/* in   leaf Dh only */
	u64	xss_in;		/* in   leaf Dh only */
	u32	eax;		/* io   firmware corrects what it refuses */
	u32	ebx;		/* io */
	u32	ecx;		/* io */
	u32	edx;		/* io */
	u64	rsvd_28;
};
LAYOUT_SIZE(snp_cpuid_function, 0x30);
LAYOUT_AT(snp_cpuid_function, eax_in, 0x00);
LAYOUT_AT(snp_cpuid_function, ecx_in, 0x04);
LAYOUT_AT(snp_cpuid_function, xcr0_in, 0x08);
LAYOUT_AT(snp_cpuid_function, xss_in, 0x10);
LAYOUT_AT(snp_cpuid_function, eax, 0x18);
LAYOUT_AT(snp_cpuid_function, ebx, 0x1c);
LAYOUT_AT(snp_cpuid_function, ecx, 0x20);
LAYOUT_AT(snp_cpuid_function, edx, 0x24);
LAYOUT_AT(snp_cpuid_function, rsvd_28, 0x28);

/* page of SNP_LAUNCH_UPDATE, payload of MSG_CPUID_REQ */
struct snp_cpuid_page {
	u32	count;					/* in   at most SNP_CPUID_COUNT_MAX */
	u32	rsvd_004;
	u64	rsvd_008;
	struct snp_cpuid_function functions[64];	/* io */
	u8	rsvd_c10[1008];
};
LAYOUT_SIZE(snp_cpuid_page, 0x1000);
LAYOUT_AT(snp_cpuid_page, count, 0x000);
LAYOUT_AT(snp_cpuid_page, rsvd_004, 0x004);
LAYOUT_AT(snp_cpuid_page, rsvd_008, 0x008);
LAYOUT_AT(snp_cpuid_page, functions, 0x010);
LAYOUT_AT(snp_cpuid_page, rsvd_c10, 0xc10);

/* -- Secrets page	[SNP SECRETS page; GHCB Secrets Page Layout] ---------------------------- */

enum snp_secrets_version {
	SNP_SECRETS_V2	= 2,
	SNP_SECRETS_V3	= 3,	/* tsc_factor	[CHOICE 8] */
	SNP_SECRETS_V4	= 4,	/* launch_mit_vector	[CHOICE 8] */
};

/* "out" is firmware's; the two areas are zero at launch and belong to the guest's software. */
struct snp_secrets_page {
	u32	version;		/* out  enum snp_secrets_version */
	u32	imi_en;			/* out  SNP_SECRETS_IMI_EN */
	u32	fms;			/* out  CPUID Fn1 EAX */
	u32	rsvd_00c;
	u8	gosvw[16];		/* out  from SNP_LAUNCH_START */
	u8	vmpck[4][32];		/* out  VMPCK0..3 */
	u32	msg_seqno_lo[4];	/* area 1: sequence number of each VMPCK */
	u64	ap_jump_table;		/* area 1: guest physical address */
	u32	msg_seqno_hi[4];	/* area 1: upper halves, area1_version 1 */
	u8	rsvd_0c8[22];		/* area 1 */
	u16	area1_version;		/* area 1: SNP_SECRETS_AREA1_VERSION */
	u8	guest_usage[32];	/* area 1: for the guest OS */
	u8	vmsa_tweak_bitmap[64];	/* out  bit n: VMSA quadword n is tweaked when saved */
	u64	svsm_base;		/* area 2, as all svsm_: an SVSM tells the guest below it */
	u64	svsm_size;
	u64	svsm_caa;		/* calling area of the boot vCPU, guest physical address */
	u32	svsm_max_version;
	u8	svsm_guest_vmpl;
	u8	rsvd_15d[3];		/* area 2 */
	u32	tsc_factor;		/* out  SNP_TSC_FACTOR_UNIT */
	u32	rsvd_164;
	u64	launch_mit_vector;	/* out */
	u8	rsvd_170[3728];
};
LAYOUT_SIZE(snp_secrets_page, 0x1000);
LAYOUT_AT(snp_secrets_page, version, 0x000);
LAYOUT_AT(snp_secrets_page, imi_en, 0x004);
LAYOUT_AT(snp_secrets_page, fms, 0x008);
LAYOUT_AT(snp_secrets_page, rsvd_00c, 0x00c);
LAYOUT_AT(snp_secrets_page, gosvw, 0x010);
LAYOUT_AT(snp_secrets_page, vmpck, 0x020);
LAYOUT_AT(snp_secrets_page, msg_seqno_lo, 0x0a0);
LAYOUT_AT(snp_secrets_page, ap_jump_table, 0x0b0);
LAYOUT_AT(snp_secrets_page, msg_seqno_hi, 0x0b8);
LAYOUT_AT(snp_secrets_page, rsvd_0c8, 0x0c8);
LAYOUT_AT(snp_secrets_page, area1_version, 0x0de);
LAYOUT_AT(snp_secrets_page, guest_usage, 0x0e0);
LAYOUT_AT(snp_secrets_page, vmsa_tweak_bitmap, 0x100);
LAYOUT_AT(snp_secrets_page, svsm_base, 0x140);
LAYOUT_AT(snp_secrets_page, svsm_size, 0x148);
LAYOUT_AT(snp_secrets_page, svsm_caa, 0x150);
LAYOUT_AT(snp_secrets_page, svsm_max_version, 0x158);
LAYOUT_AT(snp_secrets_page, svsm_guest_vmpl, 0x15c);
LAYOUT_AT(snp_secrets_page, rsvd_15d, 0x15d);
LAYOUT_AT(snp_secrets_page, tsc_factor, 0x160);
LAYOUT_AT(snp_secrets_page, rsvd_164, 0x164);
LAYOUT_AT(snp_secrets_page, launch_mit_vector, 0x168);
LAYOUT_AT(snp_secrets_page, rsvd_170, 0x170);

#define SNP_SECRETS_IMI_EN	BIT32(0)	/* launched as an incoming migration image */

enum {
	SNP_SECRETS_AREA1_VERSION	= 1,		/* GHCB 2.01: msg_seqno_hi is in use */
	SNP_TSC_FACTOR_UNIT		= 100000,	/* mean = nominal * (1 - factor / unit) */
};

/* clang-format on */

#endif
