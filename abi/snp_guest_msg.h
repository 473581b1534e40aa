/* SPDX-License-Identifier: MIT */
/*
 * Guest messages: what an SNP guest and the firmware say to each other past the hypervisor, which
 * carries the pages with SNP_GUEST_REQUEST and can read none of it.
 *
 * A message is one page: a header in clear, then the payload under AES-256-GCM.  Key: the VMPCK
 * that the header names.  IV: the 64-bit sequence number and four zero bytes.  Authenticated, not
 * encrypted: bytes 30h..5Fh of the header; the tag and the number itself are not among them.
 *
 * "in" is what the guest sends, "out" what firmware answers.	[SNP 7 Guest Messages]
 */
#ifndef ABI_SNP_GUEST_MSG_H
#define ABI_SNP_GUEST_MSG_H

#include "abi/layout.h"
#include "abi/snp.h"
#include "abi/snp_pages.h"
#include "abi/snp_report.h"

/* clang-format off */

/* -- Header	[SNP SNP_GUEST_REQUEST] --------------------------------------------------------- */

enum {
	SNP_MSG_SIZE		= 0x1000,
	SNP_MSG_HDR_SIZE	= 0x60,
	SNP_MSG_HDR_VERSION	= 1,
	SNP_MSG_PAYLOAD_MAX	= SNP_MSG_SIZE - SNP_MSG_HDR_SIZE,
	SNP_MSG_AAD_OFFSET	= 0x30,
	SNP_MSG_AAD_SIZE	= SNP_MSG_HDR_SIZE - SNP_MSG_AAD_OFFSET,
	SNP_MSG_TAG_SIZE	= 16,
	SNP_MSG_IV_SIZE		= 12,
};

enum snp_msg_algo {
	SNP_MSG_ALGO_INVALID		= 0,
	SNP_MSG_ALGO_AES_256_GCM	= 1,
};

struct snp_msg_hdr {		/* in and out */
	u8	authtag[32];	/* SNP_MSG_TAG_SIZE bytes, the rest zero */
	u64	msg_seqno;
	u64	rsvd_28;
	u8	algo;		/* enum snp_msg_algo */
	u8	hdr_version;	/* SNP_MSG_HDR_VERSION */
	u16	hdr_size;	/* SNP_MSG_HDR_SIZE */
	u8	msg_type;	/* enum snp_msg_type */
	u8	msg_version;
	u16	msg_size;	/* bytes of payload, at most SNP_MSG_PAYLOAD_MAX */
	u32	rsvd_38;
	u8	msg_vmpck;	/* 0 to 3 */
	u8	rsvd_3d[35];
};
LAYOUT_SIZE(snp_msg_hdr, 0x60);
LAYOUT_AT(snp_msg_hdr, authtag, 0x00);
LAYOUT_AT(snp_msg_hdr, msg_seqno, 0x20);
LAYOUT_AT(snp_msg_hdr, rsvd_28, 0x28);
LAYOUT_AT(snp_msg_hdr, algo, 0x30);
LAYOUT_AT(snp_msg_hdr, hdr_version, 0x31);
LAYOUT_AT(snp_msg_hdr, hdr_size, 0x32);
LAYOUT_AT(snp_msg_hdr, msg_type, 0x34);
LAYOUT_AT(snp_msg_hdr, msg_version, 0x35);
LAYOUT_AT(snp_msg_hdr, msg_size, 0x36);
LAYOUT_AT(snp_msg_hdr, rsvd_38, 0x38);
LAYOUT_AT(snp_msg_hdr, msg_vmpck, 0x3c);
LAYOUT_AT(snp_msg_hdr, rsvd_3d, 0x3d);

struct snp_guest_msg {		/* in and out */
	struct snp_msg_hdr hdr;
	u8	payload[4000];
};
LAYOUT_SIZE(snp_guest_msg, 0x1000);
LAYOUT_AT(snp_guest_msg, hdr, 0x000);
LAYOUT_AT(snp_guest_msg, payload, 0x060);

/*
 * Sequence numbers: one 64-bit counter a VMPCK, zero at launch.  A request carries counter + 1, its
 * response counter + 2, and then the counter moves there; a refused request moves nothing.  Zero is
 * never valid, and there is no wrap.
 */
enum {
	SNP_MSG_SEQNO_FIRST	= 1,
	SNP_MSG_SEQNO_STEP	= 2,
};

/* A response's type is its request's plus one, its version the request's. */
enum snp_msg_type {
	SNP_MSG_CPUID_REQ		= 1,
	SNP_MSG_CPUID_RSP		= 2,
	SNP_MSG_KEY_REQ			= 3,
	SNP_MSG_KEY_RSP			= 4,
	SNP_MSG_REPORT_REQ		= 5,
	SNP_MSG_REPORT_RSP		= 6,
	SNP_MSG_EXPORT_REQ		= 7,
	SNP_MSG_EXPORT_RSP		= 8,
	SNP_MSG_IMPORT_REQ		= 9,
	SNP_MSG_IMPORT_RSP		= 10,
	SNP_MSG_ABSORB_REQ		= 11,
	SNP_MSG_ABSORB_RSP		= 12,
	SNP_MSG_VMRK_REQ		= 13,
	SNP_MSG_VMRK_RSP		= 14,
	SNP_MSG_ABSORB_NOMA_REQ		= 15,
	SNP_MSG_ABSORB_NOMA_RSP		= 16,
	SNP_MSG_TSC_INFO_REQ		= 17,
	SNP_MSG_TSC_INFO_RSP		= 18,
};

enum {
	SNP_MSG_VERSION		= 1,	/* of every message */
	SNP_MSG_VERSION_KEY_MIT	= 2,	/* KEY_REQ with a mitigation vector; 1.58 */
};

/* What the status of a payload may be: numbers of enum sp_status. */
enum snp_msg_status {
	SNP_MSG_SUCCESS		= 0x00,
	SNP_MSG_INVALID_PARAM	= 0x16,
	SNP_MSG_INVALID_KEY	= 0x27,
};

/* Which key: fields of REPORT_REQ, KEY_REQ and SNP_HV_REPORT_REQ. */
enum snp_key_sel {
	SNP_KEY_SEL_AUTO	= 0,	/* the VLEK if one is loaded, else the VCEK */
	SNP_KEY_SEL_VCEK	= 1,
	SNP_KEY_SEL_VLEK	= 2,
};

/* -- CPUID reporting	[SNP 7.1 CPUID Reporting] ----------------------------------------------- */

/* The request is struct snp_cpuid_page up to its last function. */
struct snp_msg_cpuid_rsp {			/* all out */
	u32	status;				/* enum snp_msg_status */
	u32	count;
	u64	rsvd_08;
	struct snp_cpuid_function functions[];
};
LAYOUT_SIZE(snp_msg_cpuid_rsp, 0x10);
LAYOUT_AT(snp_msg_cpuid_rsp, status, 0x00);
LAYOUT_AT(snp_msg_cpuid_rsp, count, 0x04);
LAYOUT_AT(snp_msg_cpuid_rsp, rsvd_08, 0x08);
LAYOUT_AT(snp_msg_cpuid_rsp, functions, 0x10);

/* -- Key derivation	[SNP 7.2 Key Derivation] ------------------------------------------------ */

struct snp_msg_key_req {		/* all in; version 1 ends before launch_mit_vector */
	u32	key_select;		/* SNP_KEY_REQ_ */
	u32	rsvd_04;
	u64	guest_field_select;	/* SNP_GUEST_FIELD_ */
	u32	vmpl;			/* from the VMPCK's number to 3 */
	u32	guest_svn;		/* at most the ID block's */
	u64	tcb_version;		/* every component at most CommittedTcb's */
	u64	launch_mit_vector;	/* subset of the guest's own; version 2 */
};
LAYOUT_SIZE(snp_msg_key_req, 0x28);
LAYOUT_AT(snp_msg_key_req, key_select, 0x00);
LAYOUT_AT(snp_msg_key_req, rsvd_04, 0x04);
LAYOUT_AT(snp_msg_key_req, guest_field_select, 0x08);
LAYOUT_AT(snp_msg_key_req, vmpl, 0x10);
LAYOUT_AT(snp_msg_key_req, guest_svn, 0x14);
LAYOUT_AT(snp_msg_key_req, tcb_version, 0x18);
LAYOUT_AT(snp_msg_key_req, launch_mit_vector, 0x20);

enum {
	SNP_MSG_KEY_REQ_SIZE_V1	= 0x20,
};

#define SNP_KEY_REQ_ROOT_VMRK		BIT32(0)	/* ROOT_KEY_SELECT: else VCEK or VLEK */
#define SNP_KEY_REQ_KEY_SEL_SHIFT	1		/* enum snp_key_sel */
#define SNP_KEY_REQ_KEY_SEL_MASK	BITS32(2, 1)

LAYOUT_FIELD(SNP_KEY_REQ_KEY_SEL);

/* What is mixed into the key; the field select itself and the VMPL always are. */
#define SNP_GUEST_FIELD_POLICY			BIT64(0)
#define SNP_GUEST_FIELD_IMAGE_ID		BIT64(1)
#define SNP_GUEST_FIELD_FAMILY_ID		BIT64(2)
#define SNP_GUEST_FIELD_MEASUREMENT		BIT64(3)
#define SNP_GUEST_FIELD_GUEST_SVN		BIT64(4)
#define SNP_GUEST_FIELD_TCB_VERSION		BIT64(5)
#define SNP_GUEST_FIELD_LAUNCH_MIT_VECTOR	BIT64(6)	/* version 2 */

struct snp_msg_key_rsp {		/* all out */
	u32	status;			/* enum snp_msg_status */
	u8	rsvd_04[28];
	u8	derived_key[32];
};
LAYOUT_SIZE(snp_msg_key_rsp, 0x40);
LAYOUT_AT(snp_msg_key_rsp, status, 0x00);
LAYOUT_AT(snp_msg_key_rsp, rsvd_04, 0x04);
LAYOUT_AT(snp_msg_key_rsp, derived_key, 0x20);

/* -- Attestation	[SNP 7.3 Attestation] --------------------------------------------------- */

struct snp_msg_report_req {		/* all in */
	u8	report_data[64];	/* goes into the report as it is */
	u32	vmpl;			/* from the VMPCK's number to 3 */
	u32	key_select;		/* SNP_REPORT_REQ_KEY_SEL */
	u8	rsvd_48[24];
};
LAYOUT_SIZE(snp_msg_report_req, 0x60);
LAYOUT_AT(snp_msg_report_req, report_data, 0x00);
LAYOUT_AT(snp_msg_report_req, vmpl, 0x40);
LAYOUT_AT(snp_msg_report_req, key_select, 0x44);
LAYOUT_AT(snp_msg_report_req, rsvd_48, 0x48);

#define SNP_REPORT_REQ_KEY_SEL_SHIFT	0	/* enum snp_key_sel */
#define SNP_REPORT_REQ_KEY_SEL_MASK	BITS32(1, 0)

LAYOUT_FIELD(SNP_REPORT_REQ_KEY_SEL);

struct snp_msg_report_rsp {			/* all out */
	u32	status;				/* enum snp_msg_status */
	u32	report_size;			/* bytes of the report */
	u8	rsvd_008[24];
	struct snp_attestation_report report;
};
LAYOUT_SIZE(snp_msg_report_rsp, 0x4c0);
LAYOUT_AT(snp_msg_report_rsp, status, 0x000);
LAYOUT_AT(snp_msg_report_rsp, report_size, 0x004);
LAYOUT_AT(snp_msg_report_rsp, rsvd_008, 0x008);
LAYOUT_AT(snp_msg_report_rsp, report, 0x020);

/* -- TSC information for Secure TSC	[SNP TSC Info] ------------------------------------------ */

struct snp_msg_tsc_info_req {	/* all in */
	u8	rsvd_00[128];
};
LAYOUT_SIZE(snp_msg_tsc_info_req, 0x80);
LAYOUT_AT(snp_msg_tsc_info_req, rsvd_00, 0x00);

struct snp_msg_tsc_info_rsp {		/* all out */
	u32	status;			/* enum snp_msg_status */
	u32	rsvd_04;
	u64	guest_tsc_scale;	/* for the VMSAs of further vCPUs */
	u64	guest_tsc_offset;
	u32	tsc_factor;		/* SNP_TSC_FACTOR_UNIT */
	u8	rsvd_1c[100];
};
LAYOUT_SIZE(snp_msg_tsc_info_rsp, 0x80);
LAYOUT_AT(snp_msg_tsc_info_rsp, status, 0x00);
LAYOUT_AT(snp_msg_tsc_info_rsp, rsvd_04, 0x04);
LAYOUT_AT(snp_msg_tsc_info_rsp, guest_tsc_scale, 0x08);
LAYOUT_AT(snp_msg_tsc_info_rsp, guest_tsc_offset, 0x10);
LAYOUT_AT(snp_msg_tsc_info_rsp, tsc_factor, 0x18);
LAYOUT_AT(snp_msg_tsc_info_rsp, rsvd_1c, 0x1c);

/* -- Migration agent	[SNP 7.4 VM Export, 7.5 VM Import, 7.6 VM Absorb, 7.8 VMRK Message] ----- */

/*
 * An exported guest context, version 2.  Sources disagree about 230h..2A0h: this is where natural
 * alignment puts the three fields, and only so GOSVW comes to stand at 2A0h.	[CHOICE 9]
 */
struct snp_gctx_export {			/* out of EXPORT, in for IMPORT and ABSORB */
	u8	ld[48];
	u8	oek[32];
	u8	vmpck[4][32];
	u8	vmrk[32];
	u8	host_data[32];
	u8	id_key_digest[48];
	u8	author_key_digest[48];
	u8	report_id[32];
	u8	imd[48];
	u64	msg_count[4];
	struct snp_mdata_entry root_md_entry;
	u64	flags;				/* SNP_GCTX_EXPORT_ */
	u64	policy;
	u8	state;				/* enum snp_guest_state */
	u8	rsvd_231[7];
	u64	oek_iv_count;
	struct snp_id_block id_block;
	u8	gosvw[16];
	u8	rsvd_2b0[80];
};
LAYOUT_SIZE(snp_gctx_export, 0x300);
LAYOUT_AT(snp_gctx_export, ld, 0x000);
LAYOUT_AT(snp_gctx_export, oek, 0x030);
LAYOUT_AT(snp_gctx_export, vmpck, 0x050);
LAYOUT_AT(snp_gctx_export, vmrk, 0x0d0);
LAYOUT_AT(snp_gctx_export, host_data, 0x0f0);
LAYOUT_AT(snp_gctx_export, id_key_digest, 0x110);
LAYOUT_AT(snp_gctx_export, author_key_digest, 0x140);
LAYOUT_AT(snp_gctx_export, report_id, 0x170);
LAYOUT_AT(snp_gctx_export, imd, 0x190);
LAYOUT_AT(snp_gctx_export, msg_count, 0x1c0);
LAYOUT_AT(snp_gctx_export, root_md_entry, 0x1e0);
LAYOUT_AT(snp_gctx_export, flags, 0x220);
LAYOUT_AT(snp_gctx_export, policy, 0x228);
LAYOUT_AT(snp_gctx_export, state, 0x230);
LAYOUT_AT(snp_gctx_export, rsvd_231, 0x231);
LAYOUT_AT(snp_gctx_export, oek_iv_count, 0x238);
LAYOUT_AT(snp_gctx_export, id_block, 0x240);
LAYOUT_AT(snp_gctx_export, gosvw, 0x2a0);
LAYOUT_AT(snp_gctx_export, rsvd_2b0, 0x2b0);

#define SNP_GCTX_EXPORT_AUTHOR_KEY_EN	BIT64(0)
#define SNP_GCTX_EXPORT_ID_BLOCK_EN	BIT64(1)

enum {
	SNP_GCTX_EXPORT_VERSION	= 2,
};

struct snp_msg_export_req {	/* all in */
	u64	gctx_paddr;
	u32	imi_en;		/* SNP_EXPORT_IMI_EN */
	u32	rsvd_0c;
};
LAYOUT_SIZE(snp_msg_export_req, 0x10);
LAYOUT_AT(snp_msg_export_req, gctx_paddr, 0x00);
LAYOUT_AT(snp_msg_export_req, imi_en, 0x08);
LAYOUT_AT(snp_msg_export_req, rsvd_0c, 0x0c);

#define SNP_EXPORT_IMI_EN	BIT32(0)

struct snp_msg_export_rsp {		/* all out */
	u32	status;			/* enum snp_msg_status */
	u32	gctx_size;		/* 300h */
	u32	gctx_version;		/* SNP_GCTX_EXPORT_VERSION */
	u8	rsvd_00c[20];
	struct snp_gctx_export gctx;
};
LAYOUT_SIZE(snp_msg_export_rsp, 0x320);
LAYOUT_AT(snp_msg_export_rsp, status, 0x000);
LAYOUT_AT(snp_msg_export_rsp, gctx_size, 0x004);
LAYOUT_AT(snp_msg_export_rsp, gctx_version, 0x008);
LAYOUT_AT(snp_msg_export_rsp, rsvd_00c, 0x00c);
LAYOUT_AT(snp_msg_export_rsp, gctx, 0x020);

struct snp_msg_import_req {		/* IMPORT, ABSORB and ABSORB_NOMA; all in */
	u64	gctx_paddr;		/* reserved in ABSORB_NOMA */
	u32	in_gctx_size;		/* 300h */
	u32	in_gctx_version;	/* SNP_GCTX_EXPORT_VERSION */
	u8	rsvd_010[16];
	struct snp_gctx_export gctx;
};
LAYOUT_SIZE(snp_msg_import_req, 0x320);
LAYOUT_AT(snp_msg_import_req, gctx_paddr, 0x000);
LAYOUT_AT(snp_msg_import_req, in_gctx_size, 0x008);
LAYOUT_AT(snp_msg_import_req, in_gctx_version, 0x00c);
LAYOUT_AT(snp_msg_import_req, rsvd_010, 0x010);
LAYOUT_AT(snp_msg_import_req, gctx, 0x020);

struct snp_msg_vmrk_req {	/* all in */
	u64	gctx_paddr;
	u8	rsvd_08[24];
	u8	vmrk[32];
};
LAYOUT_SIZE(snp_msg_vmrk_req, 0x40);
LAYOUT_AT(snp_msg_vmrk_req, gctx_paddr, 0x00);
LAYOUT_AT(snp_msg_vmrk_req, rsvd_08, 0x08);
LAYOUT_AT(snp_msg_vmrk_req, vmrk, 0x20);

struct snp_msg_status_rsp {	/* to IMPORT, ABSORB, ABSORB_NOMA and VMRK; all out */
	u32	status;		/* enum snp_msg_status */
	u8	rsvd_04[12];
};
LAYOUT_SIZE(snp_msg_status_rsp, 0x10);
LAYOUT_AT(snp_msg_status_rsp, status, 0x00);
LAYOUT_AT(snp_msg_status_rsp, rsvd_04, 0x04);

/* clang-format on */

#endif
