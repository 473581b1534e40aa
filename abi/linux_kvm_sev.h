/* SPDX-License-Identifier: MIT */
/*
 * KVM's ABI for SEV guests: the ioctls of a VM file descriptor.  Own definitions with own names, as
 * in abi/linux_sev.h.
 *
 * "in", "out" and "io" are the program's view.  Addresses ("uaddr") are pointers of the program.
 *	[Linux include/uapi/linux/kvm.h, arch/x86/include/uapi/asm/kvm.h]
 */
#ifndef ABI_LINUX_KVM_SEV_H
#define ABI_LINUX_KVM_SEV_H

#include "abi/layout.h"

/* clang-format off */

/* -- ioctls on the VM -------------------------------------------------------------------------- */

#define LINUX_KVM_MEMORY_ENCRYPT_OP		0xc008aebau	/* struct linux_kvm_sev_cmd */
#define LINUX_KVM_MEMORY_ENCRYPT_REG_REGION	0x8010aebbu	/* struct linux_kvm_enc_region */
#define LINUX_KVM_MEMORY_ENCRYPT_UNREG_REGION	0x8010aebcu	/* struct linux_kvm_enc_region */

/* Argument of KVM_CREATE_VM. */
enum linux_kvm_vm_type {
	LINUX_KVM_X86_DEFAULT_VM	= 0,	/* made a SEV VM by SEV_INIT or SEV_ES_INIT */
	LINUX_KVM_X86_SEV_VM		= 2,
	LINUX_KVM_X86_SEV_ES_VM		= 3,
	LINUX_KVM_X86_SNP_VM		= 4,
};

enum linux_kvm_cap {
	LINUX_KVM_CAP_VM_COPY_ENC_CONTEXT_FROM	= 197,
	LINUX_KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM	= 206,
};

struct linux_kvm_enc_region {	/* all in */
	u64	uaddr;
	u64	size;
};
LAYOUT_SIZE(linux_kvm_enc_region, 0x10);
LAYOUT_AT(linux_kvm_enc_region, uaddr, 0x00);
LAYOUT_AT(linux_kvm_enc_region, size, 0x08);

struct linux_kvm_sev_cmd {
	u32	id;		/* in   enum linux_kvm_sev_cmd_id */
	u32	rsvd_04;
	u64	data;		/* in   pointer to the command's struct */
	u32	error;		/* out  enum sp_status */
	u32	sev_fd;		/* in   an open /dev/sev */
};
LAYOUT_SIZE(linux_kvm_sev_cmd, 0x18);
LAYOUT_AT(linux_kvm_sev_cmd, id, 0x00);
LAYOUT_AT(linux_kvm_sev_cmd, rsvd_04, 0x04);
LAYOUT_AT(linux_kvm_sev_cmd, data, 0x08);
LAYOUT_AT(linux_kvm_sev_cmd, error, 0x10);
LAYOUT_AT(linux_kvm_sev_cmd, sev_fd, 0x14);

enum linux_kvm_sev_cmd_id {
	LINUX_KVM_SEV_INIT			= 0,	/* no struct */
	LINUX_KVM_SEV_ES_INIT			= 1,	/* no struct */
	LINUX_KVM_SEV_LAUNCH_START		= 2,	/* linux_kvm_sev_launch_start */
	LINUX_KVM_SEV_LAUNCH_UPDATE_DATA	= 3,	/* linux_kvm_sev_blob, len in */
	LINUX_KVM_SEV_LAUNCH_UPDATE_VMSA	= 4,	/* no struct: every vCPU in order */
	LINUX_KVM_SEV_LAUNCH_SECRET		= 5,	/* linux_kvm_sev_transport */
	LINUX_KVM_SEV_LAUNCH_MEASURE		= 6,	/* linux_kvm_sev_blob */
	LINUX_KVM_SEV_LAUNCH_FINISH		= 7,	/* no struct */
	LINUX_KVM_SEV_SEND_START		= 8,	/* linux_kvm_sev_send_start */
	LINUX_KVM_SEV_SEND_UPDATE_DATA		= 9,	/* linux_kvm_sev_transport */
	LINUX_KVM_SEV_SEND_UPDATE_VMSA		= 10,	/* not implemented */
	LINUX_KVM_SEV_SEND_FINISH		= 11,	/* no struct */
	LINUX_KVM_SEV_RECEIVE_START		= 12,	/* linux_kvm_sev_receive_start */
	LINUX_KVM_SEV_RECEIVE_UPDATE_DATA	= 13,	/* linux_kvm_sev_transport */
	LINUX_KVM_SEV_RECEIVE_UPDATE_VMSA	= 14,	/* not implemented */
	LINUX_KVM_SEV_RECEIVE_FINISH		= 15,	/* no struct */
	LINUX_KVM_SEV_GUEST_STATUS		= 16,	/* linux_kvm_sev_guest_status */
	LINUX_KVM_SEV_DBG_DECRYPT		= 17,	/* linux_kvm_sev_dbg */
	LINUX_KVM_SEV_DBG_ENCRYPT		= 18,	/* linux_kvm_sev_dbg */
	LINUX_KVM_SEV_CERT_EXPORT		= 19,	/* not implemented */
	LINUX_KVM_SEV_GET_ATTESTATION_REPORT	= 20,	/* linux_kvm_sev_attestation_report */
	LINUX_KVM_SEV_SEND_CANCEL		= 21,	/* no struct */
	LINUX_KVM_SEV_INIT2			= 22,	/* linux_kvm_sev_init */
	LINUX_KVM_SEV_SNP_LAUNCH_START		= 100,	/* linux_kvm_snp_launch_start */
	LINUX_KVM_SEV_SNP_LAUNCH_UPDATE		= 101,	/* linux_kvm_snp_launch_update */
	LINUX_KVM_SEV_SNP_LAUNCH_FINISH		= 102,	/* linux_kvm_snp_launch_finish */
	LINUX_KVM_SEV_SNP_ENABLE_REQ_CERTS	= 103,	/* no struct: before the first vCPU */
	LINUX_KVM_SEV_SNP_HV_REPORT_REQ		= 104,	/* linux_kvm_snp_hv_report_req; draft */
};

/* -- KVM: SEV and SEV-ES ----------------------------------------------------------------------- */

struct linux_kvm_sev_init {
	u64	vmsa_features;	/* in   SEV_FEATURES of every VMSA */
	u32	flags;		/* in   0 */
	u16	ghcb_version;	/* in */
	u16	rsvd_0e;
	u32	rsvd_10[8];
};
LAYOUT_SIZE(linux_kvm_sev_init, 0x30);
LAYOUT_AT(linux_kvm_sev_init, vmsa_features, 0x00);
LAYOUT_AT(linux_kvm_sev_init, flags, 0x08);
LAYOUT_AT(linux_kvm_sev_init, ghcb_version, 0x0c);
LAYOUT_AT(linux_kvm_sev_init, rsvd_0e, 0x0e);
LAYOUT_AT(linux_kvm_sev_init, rsvd_10, 0x10);

struct linux_kvm_sev_launch_start {
	u32	handle;		/* io   as the firmware's LAUNCH_START */
	u32	policy;		/* in */
	u64	dh_uaddr;	/* in   0: no session */
	u32	dh_len;		/* in */
	u32	rsvd_14;
	u64	session_uaddr;	/* in   0: no session */
	u32	session_len;	/* in */
	u32	rsvd_24;
};
LAYOUT_SIZE(linux_kvm_sev_launch_start, 0x28);
LAYOUT_AT(linux_kvm_sev_launch_start, handle, 0x00);
LAYOUT_AT(linux_kvm_sev_launch_start, policy, 0x04);
LAYOUT_AT(linux_kvm_sev_launch_start, dh_uaddr, 0x08);
LAYOUT_AT(linux_kvm_sev_launch_start, dh_len, 0x10);
LAYOUT_AT(linux_kvm_sev_launch_start, rsvd_14, 0x14);
LAYOUT_AT(linux_kvm_sev_launch_start, session_uaddr, 0x18);
LAYOUT_AT(linux_kvm_sev_launch_start, session_len, 0x20);
LAYOUT_AT(linux_kvm_sev_launch_start, rsvd_24, 0x24);

struct linux_kvm_sev_blob {	/* LAUNCH_UPDATE_DATA, LAUNCH_MEASURE */
	u64	uaddr;		/* in */
	u32	len;		/* io */
	u32	rsvd_0c;
};
LAYOUT_SIZE(linux_kvm_sev_blob, 0x10);
LAYOUT_AT(linux_kvm_sev_blob, uaddr, 0x00);
LAYOUT_AT(linux_kvm_sev_blob, len, 0x08);
LAYOUT_AT(linux_kvm_sev_blob, rsvd_0c, 0x0c);

struct linux_kvm_sev_transport {	/* LAUNCH_SECRET, SEND_UPDATE_DATA, RECEIVE_UPDATE_DATA */
	u64	hdr_uaddr;	/* in */
	u32	hdr_len;	/* io */
	u32	rsvd_0c;
	u64	guest_uaddr;	/* in */
	u32	guest_len;	/* in */
	u32	rsvd_1c;
	u64	trans_uaddr;	/* in */
	u32	trans_len;	/* io */
	u32	rsvd_2c;
};
LAYOUT_SIZE(linux_kvm_sev_transport, 0x30);
LAYOUT_AT(linux_kvm_sev_transport, hdr_uaddr, 0x00);
LAYOUT_AT(linux_kvm_sev_transport, hdr_len, 0x08);
LAYOUT_AT(linux_kvm_sev_transport, rsvd_0c, 0x0c);
LAYOUT_AT(linux_kvm_sev_transport, guest_uaddr, 0x10);
LAYOUT_AT(linux_kvm_sev_transport, guest_len, 0x18);
LAYOUT_AT(linux_kvm_sev_transport, rsvd_1c, 0x1c);
LAYOUT_AT(linux_kvm_sev_transport, trans_uaddr, 0x20);
LAYOUT_AT(linux_kvm_sev_transport, trans_len, 0x28);
LAYOUT_AT(linux_kvm_sev_transport, rsvd_2c, 0x2c);

struct linux_kvm_sev_send_start {
	u32	policy;			/* out */
	u32	rsvd_04;
	u64	pdh_cert_uaddr;		/* in */
	u32	pdh_cert_len;		/* in */
	u32	rsvd_14;
	u64	plat_certs_uaddr;	/* in */
	u32	plat_certs_len;		/* in */
	u32	rsvd_24;
	u64	amd_certs_uaddr;	/* in */
	u32	amd_certs_len;		/* in */
	u32	rsvd_34;
	u64	session_uaddr;		/* in */
	u32	session_len;		/* io */
	u32	rsvd_44;
};
LAYOUT_SIZE(linux_kvm_sev_send_start, 0x48);
LAYOUT_AT(linux_kvm_sev_send_start, policy, 0x00);
LAYOUT_AT(linux_kvm_sev_send_start, rsvd_04, 0x04);
LAYOUT_AT(linux_kvm_sev_send_start, pdh_cert_uaddr, 0x08);
LAYOUT_AT(linux_kvm_sev_send_start, pdh_cert_len, 0x10);
LAYOUT_AT(linux_kvm_sev_send_start, rsvd_14, 0x14);
LAYOUT_AT(linux_kvm_sev_send_start, plat_certs_uaddr, 0x18);
LAYOUT_AT(linux_kvm_sev_send_start, plat_certs_len, 0x20);
LAYOUT_AT(linux_kvm_sev_send_start, rsvd_24, 0x24);
LAYOUT_AT(linux_kvm_sev_send_start, amd_certs_uaddr, 0x28);
LAYOUT_AT(linux_kvm_sev_send_start, amd_certs_len, 0x30);
LAYOUT_AT(linux_kvm_sev_send_start, rsvd_34, 0x34);
LAYOUT_AT(linux_kvm_sev_send_start, session_uaddr, 0x38);
LAYOUT_AT(linux_kvm_sev_send_start, session_len, 0x40);
LAYOUT_AT(linux_kvm_sev_send_start, rsvd_44, 0x44);

struct linux_kvm_sev_receive_start {
	u32	handle;		/* io   as the firmware's RECEIVE_START */
	u32	policy;		/* in */
	u64	pdh_uaddr;	/* in */
	u32	pdh_len;	/* in */
	u32	rsvd_14;
	u64	session_uaddr;	/* in */
	u32	session_len;	/* in */
	u32	rsvd_24;
};
LAYOUT_SIZE(linux_kvm_sev_receive_start, 0x28);
LAYOUT_AT(linux_kvm_sev_receive_start, handle, 0x00);
LAYOUT_AT(linux_kvm_sev_receive_start, policy, 0x04);
LAYOUT_AT(linux_kvm_sev_receive_start, pdh_uaddr, 0x08);
LAYOUT_AT(linux_kvm_sev_receive_start, pdh_len, 0x10);
LAYOUT_AT(linux_kvm_sev_receive_start, rsvd_14, 0x14);
LAYOUT_AT(linux_kvm_sev_receive_start, session_uaddr, 0x18);
LAYOUT_AT(linux_kvm_sev_receive_start, session_len, 0x20);
LAYOUT_AT(linux_kvm_sev_receive_start, rsvd_24, 0x24);

struct linux_kvm_sev_guest_status {	/* all out */
	u32	handle;
	u32	policy;
	u32	state;	/* enum sev_guest_state */
};
LAYOUT_SIZE(linux_kvm_sev_guest_status, 0x0c);
LAYOUT_AT(linux_kvm_sev_guest_status, handle, 0x00);
LAYOUT_AT(linux_kvm_sev_guest_status, policy, 0x04);
LAYOUT_AT(linux_kvm_sev_guest_status, state, 0x08);

struct linux_kvm_sev_dbg {	/* all in */
	u64	src_uaddr;
	u64	dst_uaddr;
	u32	len;
	u32	rsvd_14;
};
LAYOUT_SIZE(linux_kvm_sev_dbg, 0x18);
LAYOUT_AT(linux_kvm_sev_dbg, src_uaddr, 0x00);
LAYOUT_AT(linux_kvm_sev_dbg, dst_uaddr, 0x08);
LAYOUT_AT(linux_kvm_sev_dbg, len, 0x10);
LAYOUT_AT(linux_kvm_sev_dbg, rsvd_14, 0x14);

struct linux_kvm_sev_attestation_report {
	u8	mnonce[16];	/* in */
	u64	uaddr;		/* in */
	u32	len;		/* io */
	u32	rsvd_1c;
};
LAYOUT_SIZE(linux_kvm_sev_attestation_report, 0x20);
LAYOUT_AT(linux_kvm_sev_attestation_report, mnonce, 0x00);
LAYOUT_AT(linux_kvm_sev_attestation_report, uaddr, 0x10);
LAYOUT_AT(linux_kvm_sev_attestation_report, len, 0x18);
LAYOUT_AT(linux_kvm_sev_attestation_report, rsvd_1c, 0x1c);

/* -- KVM: SNP ---------------------------------------------------------------------------------- */

struct linux_kvm_snp_launch_start {	/* all in */
	u64	policy;
	u8	gosvw[16];
	u16	flags;		/* 0 */
	u8	rsvd_1a[6];
	u64	rsvd_20[4];
};
LAYOUT_SIZE(linux_kvm_snp_launch_start, 0x40);
LAYOUT_AT(linux_kvm_snp_launch_start, policy, 0x00);
LAYOUT_AT(linux_kvm_snp_launch_start, gosvw, 0x08);
LAYOUT_AT(linux_kvm_snp_launch_start, flags, 0x18);
LAYOUT_AT(linux_kvm_snp_launch_start, rsvd_1a, 0x1a);
LAYOUT_AT(linux_kvm_snp_launch_start, rsvd_20, 0x20);

struct linux_kvm_snp_launch_update {	/* io: moved on when not all is done */
	u64	gfn_start;	/* io */
	u64	uaddr;		/* io */
	u64	len;		/* io */
	u8	type;		/* in   enum snp_page_type, without VMSA */
	u8	rsvd_19;
	u16	flags;		/* in   0 */
	u32	rsvd_1c;
	u64	rsvd_20[4];
};
LAYOUT_SIZE(linux_kvm_snp_launch_update, 0x40);
LAYOUT_AT(linux_kvm_snp_launch_update, gfn_start, 0x00);
LAYOUT_AT(linux_kvm_snp_launch_update, uaddr, 0x08);
LAYOUT_AT(linux_kvm_snp_launch_update, len, 0x10);
LAYOUT_AT(linux_kvm_snp_launch_update, type, 0x18);
LAYOUT_AT(linux_kvm_snp_launch_update, rsvd_19, 0x19);
LAYOUT_AT(linux_kvm_snp_launch_update, flags, 0x1a);
LAYOUT_AT(linux_kvm_snp_launch_update, rsvd_1c, 0x1c);
LAYOUT_AT(linux_kvm_snp_launch_update, rsvd_20, 0x20);

struct linux_kvm_snp_launch_finish {	/* all in */
	u64	id_block_uaddr;	/* struct snp_id_block */
	u64	id_auth_uaddr;	/* struct snp_id_auth */
	u8	id_block_en;
	u8	auth_key_en;
	u8	vcek_disabled;
	u8	host_data[32];
	u8	rsvd_33[3];
	u16	flags;		/* 0 */
	u64	rsvd_38[4];
};
LAYOUT_SIZE(linux_kvm_snp_launch_finish, 0x58);
LAYOUT_AT(linux_kvm_snp_launch_finish, id_block_uaddr, 0x00);
LAYOUT_AT(linux_kvm_snp_launch_finish, id_auth_uaddr, 0x08);
LAYOUT_AT(linux_kvm_snp_launch_finish, id_block_en, 0x10);
LAYOUT_AT(linux_kvm_snp_launch_finish, auth_key_en, 0x11);
LAYOUT_AT(linux_kvm_snp_launch_finish, vcek_disabled, 0x12);
LAYOUT_AT(linux_kvm_snp_launch_finish, host_data, 0x13);
LAYOUT_AT(linux_kvm_snp_launch_finish, rsvd_33, 0x33);
LAYOUT_AT(linux_kvm_snp_launch_finish, flags, 0x36);
LAYOUT_AT(linux_kvm_snp_launch_finish, rsvd_38, 0x38);

struct linux_kvm_snp_hv_report_req {	/* all in */
	u64	report_uaddr;
	u64	report_len;
	u8	key_sel;	/* enum snp_key_sel */
	u8	rsvd_11[7];
	u64	rsvd_18[4];
};
LAYOUT_SIZE(linux_kvm_snp_hv_report_req, 0x38);
LAYOUT_AT(linux_kvm_snp_hv_report_req, report_uaddr, 0x00);
LAYOUT_AT(linux_kvm_snp_hv_report_req, report_len, 0x08);
LAYOUT_AT(linux_kvm_snp_hv_report_req, key_sel, 0x10);
LAYOUT_AT(linux_kvm_snp_hv_report_req, rsvd_11, 0x11);
LAYOUT_AT(linux_kvm_snp_hv_report_req, rsvd_18, 0x18);

#define LINUX_KVM_EXIT_SNP_REQ_CERTS	43	/* exit reason, after SNP_ENABLE_REQ_CERTS */

struct linux_kvm_snp_req_certs {	/* in the kvm_run page */
	u64	gpa;	/* out  where the certificates go */
	u64	npages;	/* io   room there; what it takes, with ENOSPC */
	u64	ret;	/* in   0, ENOSPC, EAGAIN or EIO */
};
LAYOUT_SIZE(linux_kvm_snp_req_certs, 0x18);
LAYOUT_AT(linux_kvm_snp_req_certs, gpa, 0x00);
LAYOUT_AT(linux_kvm_snp_req_certs, npages, 0x08);
LAYOUT_AT(linux_kvm_snp_req_certs, ret, 0x10);

/* clang-format on */

#endif
