/* SPDX-License-Identifier: MIT */
/*
 * Linux's doors to the firmware: /dev/sev on a host, /dev/sev-guest in an SNP guest; KVM's is in
 * abi/linux_kvm_sev.h.  Own definitions with own names, so that this header and Linux's may stand
 * side by side; ioctl numbers are those of x86-64.
 *
 * "in", "out" and "io" are the program's view.  Addresses ("uaddr") are pointers of the program.
 * The structs of /dev/sev look like the firmware's buffers and differ: they have no reserved words.
 *	[Linux include/uapi/linux/psp-sev.h, include/uapi/linux/sev-guest.h]
 */
#ifndef ABI_LINUX_SEV_H
#define ABI_LINUX_SEV_H

#include "abi/layout.h"
#include "base/compiler.h"

/* clang-format off */

/* -- /dev/sev ---------------------------------------------------------------------------------- */

#define LINUX_SEV_ISSUE_CMD	0xc0105300u	/* struct linux_sev_issue_cmd; 0 or -errno */

struct linux_sev_issue_cmd {
	u32	cmd;	/* in   enum linux_sev_cmd */
	u64	data;	/* in   pointer to the command's struct */
	u32	error;	/* out  enum sp_status, or LINUX_SEV_NO_FW_CALL */
} PACKED; /* data stands at 4 */
LAYOUT_SIZE(linux_sev_issue_cmd, 0x10);
LAYOUT_AT(linux_sev_issue_cmd, cmd, 0x00);
LAYOUT_AT(linux_sev_issue_cmd, data, 0x04);
LAYOUT_AT(linux_sev_issue_cmd, error, 0x0c);

#define LINUX_SEV_NO_FW_CALL	0xffffffffu	/* the firmware was not called */

enum linux_sev_cmd {
	LINUX_SEV_FACTORY_RESET		= 0,	/* no struct */
	LINUX_SEV_PLATFORM_STATUS	= 1,	/* linux_sev_platform_status */
	LINUX_SEV_PEK_GEN		= 2,	/* no struct */
	LINUX_SEV_PEK_CSR		= 3,	/* linux_sev_blob */
	LINUX_SEV_PDH_GEN		= 4,	/* no struct */
	LINUX_SEV_PDH_CERT_EXPORT	= 5,	/* linux_sev_pdh_cert_export */
	LINUX_SEV_PEK_CERT_IMPORT	= 6,	/* linux_sev_pek_cert_import */
	LINUX_SEV_GET_ID		= 7,	/* linux_sev_get_id; superseded */
	LINUX_SEV_GET_ID2		= 8,	/* linux_sev_blob */
	LINUX_SNP_PLATFORM_STATUS	= 9,	/* struct snp_platform_status */
	LINUX_SNP_COMMIT		= 10,	/* no struct */
	LINUX_SNP_SET_CONFIG		= 11,	/* struct snp_config_buf */
	LINUX_SNP_VLEK_LOAD		= 12,	/* struct snp_vlek_load_buf, its paddr a uaddr */
};

enum {
	LINUX_SEV_BLOB_MAX	= 0x4000,	/* of every blob that passes the driver or KVM */
	LINUX_ENOTSUPP		= 524,		/* of the kernel, leaks out of GET_ID2 */
};

struct linux_sev_platform_status {	/* all out */
	u8	api_major;
	u8	api_minor;
	u8	state;		/* enum sev_platform_state */
	u32	flags;		/* LINUX_SEV_STATUS_ */
	u8	build;
	u32	guest_count;
} PACKED; /* flags stand at 3 */
LAYOUT_SIZE(linux_sev_platform_status, 0x0c);
LAYOUT_AT(linux_sev_platform_status, api_major, 0x00);
LAYOUT_AT(linux_sev_platform_status, api_minor, 0x01);
LAYOUT_AT(linux_sev_platform_status, state, 0x02);
LAYOUT_AT(linux_sev_platform_status, flags, 0x03);
LAYOUT_AT(linux_sev_platform_status, build, 0x07);
LAYOUT_AT(linux_sev_platform_status, guest_count, 0x08);

#define LINUX_SEV_STATUS_OWNER_EXTERNAL	BIT32(0)
#define LINUX_SEV_STATUS_CONFIG_ES	BIT32(8)

struct linux_sev_blob {	/* PEK_CSR, GET_ID2 */
	u64	uaddr;	/* in */
	u32	length;	/* io */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(linux_sev_blob, 0x0c);
LAYOUT_AT(linux_sev_blob, uaddr, 0x00);
LAYOUT_AT(linux_sev_blob, length, 0x08);

struct linux_sev_pdh_cert_export {
	u64	pdh_cert_uaddr;		/* in */
	u32	pdh_cert_length;	/* io */
	u64	certs_uaddr;		/* in */
	u32	certs_length;		/* io */
} PACKED; /* an address stands at 0Ch */
LAYOUT_SIZE(linux_sev_pdh_cert_export, 0x18);
LAYOUT_AT(linux_sev_pdh_cert_export, pdh_cert_uaddr, 0x00);
LAYOUT_AT(linux_sev_pdh_cert_export, pdh_cert_length, 0x08);
LAYOUT_AT(linux_sev_pdh_cert_export, certs_uaddr, 0x0c);
LAYOUT_AT(linux_sev_pdh_cert_export, certs_length, 0x14);

struct linux_sev_pek_cert_import {	/* all in */
	u64	pek_cert_uaddr;
	u32	pek_cert_length;
	u64	oca_cert_uaddr;
	u32	oca_cert_length;
} PACKED; /* an address stands at 0Ch */
LAYOUT_SIZE(linux_sev_pek_cert_import, 0x18);
LAYOUT_AT(linux_sev_pek_cert_import, pek_cert_uaddr, 0x00);
LAYOUT_AT(linux_sev_pek_cert_import, pek_cert_length, 0x08);
LAYOUT_AT(linux_sev_pek_cert_import, oca_cert_uaddr, 0x0c);
LAYOUT_AT(linux_sev_pek_cert_import, oca_cert_length, 0x14);

struct linux_sev_get_id {	/* all out */
	u8	socket1[64];
	u8	socket2[64];
};
LAYOUT_SIZE(linux_sev_get_id, 0x80);
LAYOUT_AT(linux_sev_get_id, socket1, 0x00);
LAYOUT_AT(linux_sev_get_id, socket2, 0x40);

/* -- /dev/sev-guest ---------------------------------------------------------------------------- */

#define LINUX_SNP_GET_REPORT		0xc0205300u	/* all: struct linux_snp_guest_request */
#define LINUX_SNP_GET_DERIVED_KEY	0xc0205301u
#define LINUX_SNP_GET_EXT_REPORT	0xc0205302u

struct linux_snp_guest_request {
	u8	msg_version;	/* in   not 0 */
	u8	rsvd_01[7];
	u64	req_uaddr;	/* in */
	u64	resp_uaddr;	/* in */
	u64	exitinfo2;	/* out  LINUX_SNP_ERROR_; all ones before the call */
};
LAYOUT_SIZE(linux_snp_guest_request, 0x20);
LAYOUT_AT(linux_snp_guest_request, msg_version, 0x00);
LAYOUT_AT(linux_snp_guest_request, rsvd_01, 0x01);
LAYOUT_AT(linux_snp_guest_request, req_uaddr, 0x08);
LAYOUT_AT(linux_snp_guest_request, resp_uaddr, 0x10);
LAYOUT_AT(linux_snp_guest_request, exitinfo2, 0x18);

#define LINUX_SNP_ERROR_FW_SHIFT	0	/* enum sp_status */
#define LINUX_SNP_ERROR_FW_MASK		BITS64(31, 0)
#define LINUX_SNP_ERROR_VMM_SHIFT	32	/* enum linux_snp_vmm_error */
#define LINUX_SNP_ERROR_VMM_MASK	BITS64(63, 32)

LAYOUT_FIELD(LINUX_SNP_ERROR_FW);
LAYOUT_FIELD(LINUX_SNP_ERROR_VMM);

enum linux_snp_vmm_error {
	LINUX_SNP_VMM_INVALID_LEN	= 1,	/* certs_length now says what it takes */
	LINUX_SNP_VMM_BUSY		= 2,
};

struct linux_snp_report_req {	/* GET_REPORT; all in */
	u8	user_data[64];
	u32	vmpl;
	u8	rsvd_44[28];
};
LAYOUT_SIZE(linux_snp_report_req, 0x60);
LAYOUT_AT(linux_snp_report_req, user_data, 0x00);
LAYOUT_AT(linux_snp_report_req, vmpl, 0x40);
LAYOUT_AT(linux_snp_report_req, rsvd_44, 0x44);

struct linux_snp_report_resp {	/* GET_REPORT, GET_EXT_REPORT; all out */
	u8	data[4000];	/* struct snp_msg_report_rsp */
};
LAYOUT_SIZE(linux_snp_report_resp, 0xfa0);
LAYOUT_AT(linux_snp_report_resp, data, 0x000);

/* GET_DERIVED_KEY: version 1 of struct snp_msg_key_req; all in */
struct linux_snp_derived_key_req {
	u32	root_key_select;
	u32	rsvd_04;
	u64	guest_field_select;
	u32	vmpl;
	u32	guest_svn;
	u64	tcb_version;
};
LAYOUT_SIZE(linux_snp_derived_key_req, 0x20);
LAYOUT_AT(linux_snp_derived_key_req, root_key_select, 0x00);
LAYOUT_AT(linux_snp_derived_key_req, rsvd_04, 0x04);
LAYOUT_AT(linux_snp_derived_key_req, guest_field_select, 0x08);
LAYOUT_AT(linux_snp_derived_key_req, vmpl, 0x10);
LAYOUT_AT(linux_snp_derived_key_req, guest_svn, 0x14);
LAYOUT_AT(linux_snp_derived_key_req, tcb_version, 0x18);

struct linux_snp_derived_key_resp {	/* all out */
	u8	data[64];	/* struct snp_msg_key_rsp */
};
LAYOUT_SIZE(linux_snp_derived_key_resp, 0x40);
LAYOUT_AT(linux_snp_derived_key_resp, data, 0x00);

struct linux_snp_ext_report_req {		/* GET_EXT_REPORT */
	struct linux_snp_report_req report;	/* in */
	u64	certs_uaddr;			/* in   certificate table; 0 with length 0 */
	u32	certs_length;			/* io   whole pages, at most LINUX_SEV_BLOB_MAX */
	u32	rsvd_6c;
};
LAYOUT_SIZE(linux_snp_ext_report_req, 0x70);
LAYOUT_AT(linux_snp_ext_report_req, report, 0x00);
LAYOUT_AT(linux_snp_ext_report_req, certs_uaddr, 0x60);
LAYOUT_AT(linux_snp_ext_report_req, certs_length, 0x68);
LAYOUT_AT(linux_snp_ext_report_req, rsvd_6c, 0x6c);

/* clang-format on */

#endif
