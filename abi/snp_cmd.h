/* SPDX-License-Identifier: MIT */
/*
 * The SEV-SNP commands: identifiers and command buffers, in the order of the identifiers.
 *
 * A guest is named by the physical address of its context page ("gctx_paddr"), a page in the
 * Context state.  Pages that firmware writes to are in the Firmware state.
 *	[SNP Command Reference]
 */
#ifndef ABI_SNP_CMD_H
#define ABI_SNP_CMD_H

#include "abi/layout.h"
#include "base/compiler.h"

/* clang-format off */

enum snp_cmd {
	SNP_CMD_INIT			= 0x81,	/* no buffer */
	SNP_CMD_SHUTDOWN		= 0x82,	/* no buffer */
	SNP_CMD_PLATFORM_STATUS		= 0x83,	/* snp_platform_status_buf */
	SNP_CMD_DF_FLUSH		= 0x84,	/* no buffer */
	SNP_CMD_INIT_EX			= 0x85,	/* snp_init_ex_buf */
	SNP_CMD_SHUTDOWN_EX		= 0x86,	/* snp_shutdown_ex_buf */
	SNP_CMD_DECOMMISSION		= 0x90,	/* snp_gctx_buf */
	SNP_CMD_ACTIVATE		= 0x91,	/* snp_activate_buf */
	SNP_CMD_GUEST_STATUS		= 0x92,	/* snp_guest_status_buf */
	SNP_CMD_GCTX_CREATE		= 0x93,	/* snp_gctx_buf */
	SNP_CMD_GUEST_REQUEST		= 0x94,	/* snp_guest_request_buf */
	SNP_CMD_ACTIVATE_EX		= 0x95,	/* snp_activate_ex_buf */
	SNP_CMD_HV_REPORT_REQ		= 0x96,	/* snp_hv_report_req_buf */
	SNP_CMD_LAUNCH_START		= 0xa0,	/* snp_launch_start_buf */
	SNP_CMD_LAUNCH_UPDATE		= 0xa1,	/* snp_launch_update_buf */
	SNP_CMD_LAUNCH_FINISH		= 0xa2,	/* snp_launch_finish_buf */
	SNP_CMD_DBG_DECRYPT		= 0xb0,	/* snp_dbg_buf */
	SNP_CMD_DBG_ENCRYPT		= 0xb1,	/* snp_dbg_buf */
	SNP_CMD_VERIFY_MITIGATION	= 0xb2,	/* snp_verify_mitigation_buf; 1.58 */
	SNP_CMD_PAGE_SWAP_OUT		= 0xc0,	/* snp_page_swap_out_buf */
	SNP_CMD_PAGE_SWAP_IN		= 0xc1,	/* snp_page_swap_in_buf */
	SNP_CMD_PAGE_MOVE		= 0xc2,	/* snp_page_move_buf */
	SNP_CMD_PAGE_MD_INIT		= 0xc3,	/* snp_page_md_init_buf */
	SNP_CMD_PAGE_SET_STATE		= 0xc6,	/* snp_page_set_state_buf; C4h, C5h: drafts only */
	SNP_CMD_PAGE_RECLAIM		= 0xc7,	/* snp_page_paddr_buf */
	SNP_CMD_PAGE_UNSMASH		= 0xc8,	/* snp_page_paddr_buf */
	SNP_CMD_CONFIG			= 0xc9,	/* snp_config_buf */
	SNP_CMD_DOWNLOAD_FIRMWARE_EX	= 0xca,	/* snp_download_firmware_ex_buf */
	SNP_CMD_COMMIT			= 0xcb,	/* snp_commit_buf; CCh is reserved */
	SNP_CMD_VLEK_LOAD		= 0xcd,	/* snp_vlek_load_buf; 1.54 */
	SNP_CMD_FEATURE_INFO		= 0xce,	/* snp_feature_info_buf; 1.55 */
	SNP_CMD_TIO_STATUS		= 0xd0,	/* SEV-TIO: of another document */
	SNP_CMD_TIO_INIT		= 0xd1,
	SNP_CMD_TIO_DEV_CREATE		= 0xd2,
	SNP_CMD_TIO_DEV_RECLAIM		= 0xd3,
	SNP_CMD_TIO_DEV_CONNECT		= 0xd4,
	SNP_CMD_TIO_DEV_DISCONNECT	= 0xd5,
};

/* -- Platform ---------------------------------------------------------------------------------- */

struct snp_platform_status_buf {	/* [SNP SNP_PLATFORM_STATUS] */
	u64	status_paddr;	/* in   where struct snp_platform_status goes */
};
LAYOUT_SIZE(snp_platform_status_buf, 0x08);
LAYOUT_AT(snp_platform_status_buf, status_paddr, 0x00);

struct snp_init_ex_buf {	/* [SNP SNP_INIT_EX] */
	u32	flags;		/* in   SNP_INIT_ */
	u32	rsvd_04;
	u64	list_paddr;	/* in   struct snp_range_list, pages to become HV-Fixed; 1.52 */
	u16	max_snp_asid;	/* in   with ciphertext hiding: SNP takes ASIDs 1 to this */
	u8	rsvd_12[46];
};
LAYOUT_SIZE(snp_init_ex_buf, 0x40);
LAYOUT_AT(snp_init_ex_buf, flags, 0x00);
LAYOUT_AT(snp_init_ex_buf, rsvd_04, 0x04);
LAYOUT_AT(snp_init_ex_buf, list_paddr, 0x08);
LAYOUT_AT(snp_init_ex_buf, max_snp_asid, 0x10);
LAYOUT_AT(snp_init_ex_buf, rsvd_12, 0x12);

#define SNP_INIT_RMP				BIT32(0)	/* initialise the RMP */
#define SNP_INIT_LIST_PADDR_EN			BIT32(1)	/* list_paddr is valid */
#define SNP_INIT_RAPL_DIS			BIT32(2)
#define SNP_INIT_CIPHERTEXT_HIDING_DRAM_EN	BIT32(3)
#define SNP_INIT_TIO_EN				BIT32(4)

struct snp_shutdown_ex_buf {	/* [SNP SNP_SHUTDOWN_EX] */
	u32	length;	/* in   size of this buffer */
	u32	flags;	/* in   SNP_SHUTDOWN_ */
};
LAYOUT_SIZE(snp_shutdown_ex_buf, 0x08);
LAYOUT_AT(snp_shutdown_ex_buf, length, 0x00);
LAYOUT_AT(snp_shutdown_ex_buf, flags, 0x04);

#define SNP_SHUTDOWN_IOMMU	BIT32(0)	/* IOMMU_SNP_SHUTDOWN: the IOMMU enforces no more */
#define SNP_SHUTDOWN_X86	BIT32(1)	/* X86_SNP_SHUTDOWN: clears SNPEn on all cores */

struct snp_config_buf {		/* [SNP SNP_CONFIG] */
	u64	reported_tcb;	/* in   at most CommittedTcb; 0: as committed */
	u32	flags;		/* in   SNP_CONFIG_ */
	u8	rsvd_0c[52];
};
LAYOUT_SIZE(snp_config_buf, 0x40);
LAYOUT_AT(snp_config_buf, reported_tcb, 0x00);
LAYOUT_AT(snp_config_buf, flags, 0x08);
LAYOUT_AT(snp_config_buf, rsvd_0c, 0x0c);

#define SNP_CONFIG_MASK_CHIP_ID		BIT32(0)	/* CHIP_ID in reports is zero */
#define SNP_CONFIG_MASK_CHIP_KEY	BIT32(1)	/* reports are not signed */

struct snp_commit_buf {	/* [SNP SNP_COMMIT] */
	u32	length;	/* in   size of this buffer */
};
LAYOUT_SIZE(snp_commit_buf, 0x04);
LAYOUT_AT(snp_commit_buf, length, 0x00);

struct snp_download_firmware_ex_buf {	/* [SNP DOWNLOAD_FIRMWARE_EX] */
	u32	length;		/* in   size of this buffer */
	u32	rsvd_04;
	u64	fw_paddr;	/* in */
	u32	fw_len;		/* in */
	u32	flags;		/* in   SNP_DOWNLOAD_COMMIT */
};
LAYOUT_SIZE(snp_download_firmware_ex_buf, 0x18);
LAYOUT_AT(snp_download_firmware_ex_buf, length, 0x00);
LAYOUT_AT(snp_download_firmware_ex_buf, rsvd_04, 0x04);
LAYOUT_AT(snp_download_firmware_ex_buf, fw_paddr, 0x08);
LAYOUT_AT(snp_download_firmware_ex_buf, fw_len, 0x10);
LAYOUT_AT(snp_download_firmware_ex_buf, flags, 0x14);

#define SNP_DOWNLOAD_COMMIT	BIT32(0)	/* else the new firmware is provisional */

struct snp_vlek_load_buf {		/* [SNP SNP_VLEK_LOAD] */
	u32	length;			/* in   size of this buffer */
	u8	vlek_wrapped_version;	/* in   0 */
	u8	rsvd_05[3];
	u64	vlek_wrapped_paddr;	/* in   struct snp_vlek_hashstick */
};
LAYOUT_SIZE(snp_vlek_load_buf, 0x10);
LAYOUT_AT(snp_vlek_load_buf, length, 0x00);
LAYOUT_AT(snp_vlek_load_buf, vlek_wrapped_version, 0x04);
LAYOUT_AT(snp_vlek_load_buf, rsvd_05, 0x05);
LAYOUT_AT(snp_vlek_load_buf, vlek_wrapped_paddr, 0x08);

struct snp_feature_info_buf {		/* [SNP SNP_FEATURE_INFO] */
	u32	length;			/* in   size of this buffer */
	u32	ecx_in;			/* in   sub-function */
	u64	feature_info_paddr;	/* in   where struct snp_feature_info goes */
};
LAYOUT_SIZE(snp_feature_info_buf, 0x10);
LAYOUT_AT(snp_feature_info_buf, length, 0x00);
LAYOUT_AT(snp_feature_info_buf, ecx_in, 0x04);
LAYOUT_AT(snp_feature_info_buf, feature_info_paddr, 0x08);

struct snp_verify_mitigation_buf {	/* [SNP SNP_VERIFY_MITIGATION] */
	u32	length;		/* in   size of this buffer */
	u16	subcommand;	/* in   enum snp_mit_subcommand */
	u16	rsvd_06;
	u64	vector;		/* in   the mitigation to verify */
	u32	flags;		/* in   SNP_MIT_ */
	u32	rsvd_14;
	u64	src_paddr;	/* in   with SNP_MIT_SRC_PADDR_EN */
	u64	dst_paddr;	/* in   where struct snp_mitigation_result goes */
	u8	rsvd_28[24];
};
LAYOUT_SIZE(snp_verify_mitigation_buf, 0x40);
LAYOUT_AT(snp_verify_mitigation_buf, length, 0x00);
LAYOUT_AT(snp_verify_mitigation_buf, subcommand, 0x04);
LAYOUT_AT(snp_verify_mitigation_buf, rsvd_06, 0x06);
LAYOUT_AT(snp_verify_mitigation_buf, vector, 0x08);
LAYOUT_AT(snp_verify_mitigation_buf, flags, 0x10);
LAYOUT_AT(snp_verify_mitigation_buf, rsvd_14, 0x14);
LAYOUT_AT(snp_verify_mitigation_buf, src_paddr, 0x18);
LAYOUT_AT(snp_verify_mitigation_buf, dst_paddr, 0x20);
LAYOUT_AT(snp_verify_mitigation_buf, rsvd_28, 0x28);

#define SNP_MIT_DST_PADDR_EN	BIT32(0)
#define SNP_MIT_SRC_PADDR_EN	BIT32(1)

enum snp_mit_subcommand {
	SNP_MIT_STATUS	= 0,
	SNP_MIT_VERIFY	= 1,
};

/* -- Guest contexts ---------------------------------------------------------------------------- */

struct snp_gctx_buf {		/* [SNP SNP_GCTX_CREATE, SNP_DECOMMISSION] */
	u64	gctx_paddr;	/* in */
};
LAYOUT_SIZE(snp_gctx_buf, 0x08);
LAYOUT_AT(snp_gctx_buf, gctx_paddr, 0x00);

struct snp_activate_buf {	/* [SNP SNP_ACTIVATE] */
	u64	gctx_paddr;	/* in */
	u32	asid;		/* in   1 up to the last that SEV-ES may use */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(snp_activate_buf, 0x0c);
LAYOUT_AT(snp_activate_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_activate_buf, asid, 0x08);

struct snp_activate_ex_buf {	/* [SNP SNP_ACTIVATE_EX] */
	u32	ex_len;		/* in   size of this buffer */
	u32	rsvd_04;
	u64	gctx_paddr;	/* in */
	u32	asid;		/* in   as ACTIVATE */
	u32	num_ids;	/* in   entries of the list */
	u64	ids_paddr;	/* in   u32 APIC IDs: the cores that get the key */
};
LAYOUT_SIZE(snp_activate_ex_buf, 0x20);
LAYOUT_AT(snp_activate_ex_buf, ex_len, 0x00);
LAYOUT_AT(snp_activate_ex_buf, rsvd_04, 0x04);
LAYOUT_AT(snp_activate_ex_buf, gctx_paddr, 0x08);
LAYOUT_AT(snp_activate_ex_buf, asid, 0x10);
LAYOUT_AT(snp_activate_ex_buf, num_ids, 0x14);
LAYOUT_AT(snp_activate_ex_buf, ids_paddr, 0x18);

struct snp_guest_status_buf {	/* [SNP SNP_GUEST_STATUS] */
	u64	gctx_paddr;	/* in */
	u64	status_paddr;	/* in   where struct snp_guest_status goes */
};
LAYOUT_SIZE(snp_guest_status_buf, 0x10);
LAYOUT_AT(snp_guest_status_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_guest_status_buf, status_paddr, 0x08);

struct snp_guest_request_buf {	/* [SNP SNP_GUEST_REQUEST] */
	u64	gctx_paddr;	/* in */
	u64	request_paddr;	/* in   struct snp_guest_msg */
	u64	response_paddr;	/* in   where another goes; not the same page */
};
LAYOUT_SIZE(snp_guest_request_buf, 0x18);
LAYOUT_AT(snp_guest_request_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_guest_request_buf, request_paddr, 0x08);
LAYOUT_AT(snp_guest_request_buf, response_paddr, 0x10);

struct snp_hv_report_req_buf {		/* [SNP SNP_HV_REPORT_REQ] */
	u32	length;			/* in   size of this buffer */
	u32	flags;			/* in   SNP_HV_REPORT_KEY_SEL */
	u64	gctx_paddr;		/* in */
	u64	hv_report_paddr;	/* in   where struct snp_msg_report_rsp goes, in clear */
};
LAYOUT_SIZE(snp_hv_report_req_buf, 0x18);
LAYOUT_AT(snp_hv_report_req_buf, length, 0x00);
LAYOUT_AT(snp_hv_report_req_buf, flags, 0x04);
LAYOUT_AT(snp_hv_report_req_buf, gctx_paddr, 0x08);
LAYOUT_AT(snp_hv_report_req_buf, hv_report_paddr, 0x10);

#define SNP_HV_REPORT_KEY_SEL_SHIFT	0	/* enum snp_key_sel */
#define SNP_HV_REPORT_KEY_SEL_MASK	BITS32(1, 0)

LAYOUT_FIELD(SNP_HV_REPORT_KEY_SEL);

/* -- Launch ------------------------------------------------------------------------------------ */

struct snp_launch_start_buf {		/* [SNP SNP_LAUNCH_START] */
	u64	gctx_paddr;		/* in */
	u64	policy;			/* in   SNP_POLICY_ */
	u64	ma_gctx_paddr;		/* in   with SNP_LAUNCH_MA_EN: the migration agent's */
	u32	flags;			/* in   SNP_LAUNCH_ */
	u32	desired_tsc_freq;	/* in   kHz; 0: not asked for */
	u8	gosvw[16];		/* in   guest OS visible workarounds, given to the guest */
};
LAYOUT_SIZE(snp_launch_start_buf, 0x30);
LAYOUT_AT(snp_launch_start_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_launch_start_buf, policy, 0x08);
LAYOUT_AT(snp_launch_start_buf, ma_gctx_paddr, 0x10);
LAYOUT_AT(snp_launch_start_buf, flags, 0x18);
LAYOUT_AT(snp_launch_start_buf, desired_tsc_freq, 0x1c);
LAYOUT_AT(snp_launch_start_buf, gosvw, 0x20);

#define SNP_LAUNCH_MA_EN	BIT32(0)	/* the guest has a migration agent */
#define SNP_LAUNCH_IMI_EN	BIT32(1)	/* an incoming migration image is launched */

struct snp_launch_update_buf {	/* [SNP SNP_LAUNCH_UPDATE] */
	u64	gctx_paddr;	/* in */
	u32	flags;		/* in   SNP_UPDATE_ */
	u32	rsvd_0c;
	u64	page_paddr;	/* in   Pre-Guest page, encrypted in place */
	u8	rsvd_18;
	u8	vmpl1_perms;	/* in   RMP_PERM_ of abi/rmp.h */
	u8	vmpl2_perms;	/* in */
	u8	vmpl3_perms;	/* in */
	u32	rsvd_1c;
};
LAYOUT_SIZE(snp_launch_update_buf, 0x20);
LAYOUT_AT(snp_launch_update_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_launch_update_buf, flags, 0x08);
LAYOUT_AT(snp_launch_update_buf, rsvd_0c, 0x0c);
LAYOUT_AT(snp_launch_update_buf, page_paddr, 0x10);
LAYOUT_AT(snp_launch_update_buf, rsvd_18, 0x18);
LAYOUT_AT(snp_launch_update_buf, vmpl1_perms, 0x19);
LAYOUT_AT(snp_launch_update_buf, vmpl2_perms, 0x1a);
LAYOUT_AT(snp_launch_update_buf, vmpl3_perms, 0x1b);
LAYOUT_AT(snp_launch_update_buf, rsvd_1c, 0x1c);

#define SNP_UPDATE_PAGE_2M		BIT32(0)	/* else 4 KiB */
#define SNP_UPDATE_PAGE_TYPE_SHIFT	1		/* enum snp_page_type */
#define SNP_UPDATE_PAGE_TYPE_MASK	BITS32(3, 1)
#define SNP_UPDATE_IMI_PAGE		BIT32(4)

LAYOUT_FIELD(SNP_UPDATE_PAGE_TYPE);

struct snp_launch_finish_buf {	/* [SNP SNP_LAUNCH_FINISH] */
	u64	gctx_paddr;	/* in */
	u64	id_block_paddr;	/* in   struct snp_id_block */
	u64	id_auth_paddr;	/* in   struct snp_id_auth */
	u64	flags;		/* in   SNP_FINISH_ */
	u8	host_data[32];	/* in   goes into every report, not read by firmware */
};
LAYOUT_SIZE(snp_launch_finish_buf, 0x40);
LAYOUT_AT(snp_launch_finish_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_launch_finish_buf, id_block_paddr, 0x08);
LAYOUT_AT(snp_launch_finish_buf, id_auth_paddr, 0x10);
LAYOUT_AT(snp_launch_finish_buf, flags, 0x18);
LAYOUT_AT(snp_launch_finish_buf, host_data, 0x20);

#define SNP_FINISH_ID_BLOCK_EN	BIT64(0)
#define SNP_FINISH_AUTH_KEY_EN	BIT64(1)	/* the author key is in the ID authentication too */
#define SNP_FINISH_VCEK_DIS	BIT64(2)	/* reports are signed by the VLEK only */

/* -- Debugging --------------------------------------------------------------------------------- */

struct snp_dbg_buf {		/* [SNP SNP_DBG_DECRYPT, SNP_DBG_ENCRYPT] */
	u64	gctx_paddr;	/* in */
	u64	src_paddr;	/* in   one 4 KiB page */
	u64	dst_paddr;	/* in */
};
LAYOUT_SIZE(snp_dbg_buf, 0x18);
LAYOUT_AT(snp_dbg_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_dbg_buf, src_paddr, 0x08);
LAYOUT_AT(snp_dbg_buf, dst_paddr, 0x10);

/* -- Pages ------------------------------------------------------------------------------------- */

struct snp_page_paddr_buf {	/* [SNP SNP_PAGE_RECLAIM, SNP_PAGE_UNSMASH] */
	u64	page_paddr;	/* in   SNP_PAGE_PADDR_2M and the address */
};
LAYOUT_SIZE(snp_page_paddr_buf, 0x08);
LAYOUT_AT(snp_page_paddr_buf, page_paddr, 0x00);

#define SNP_PAGE_PADDR_2M	BIT64(0)	/* else 4 KiB */

struct snp_page_swap_out_buf {	/* [SNP SNP_PAGE_SWAP_OUT] */
	u64	gctx_paddr;	/* in */
	u64	src_paddr;	/* in   guest page */
	u64	dst_paddr;	/* in   where its ciphertext goes */
	u64	mdata_paddr;	/* in   struct snp_mdata_entry inside a Metadata page */
	u64	software_data;	/* in   kept in the entry */
	u64	flags;		/* in   SNP_SWAP_ */
};
LAYOUT_SIZE(snp_page_swap_out_buf, 0x30);
LAYOUT_AT(snp_page_swap_out_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_page_swap_out_buf, src_paddr, 0x08);
LAYOUT_AT(snp_page_swap_out_buf, dst_paddr, 0x10);
LAYOUT_AT(snp_page_swap_out_buf, mdata_paddr, 0x18);
LAYOUT_AT(snp_page_swap_out_buf, software_data, 0x20);
LAYOUT_AT(snp_page_swap_out_buf, flags, 0x28);

struct snp_page_swap_in_buf {	/* [SNP SNP_PAGE_SWAP_IN] */
	u64	gctx_paddr;	/* in */
	u64	src_paddr;	/* in   ciphertext */
	u64	dst_paddr;	/* in   Pre-Guest page */
	u64	mdata_paddr;	/* in   struct snp_mdata_entry inside a Metadata page */
	u64	rsvd_20;
	u64	flags;		/* in   SNP_SWAP_ */
};
LAYOUT_SIZE(snp_page_swap_in_buf, 0x30);
LAYOUT_AT(snp_page_swap_in_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_page_swap_in_buf, src_paddr, 0x08);
LAYOUT_AT(snp_page_swap_in_buf, dst_paddr, 0x10);
LAYOUT_AT(snp_page_swap_in_buf, mdata_paddr, 0x18);
LAYOUT_AT(snp_page_swap_in_buf, rsvd_20, 0x20);
LAYOUT_AT(snp_page_swap_in_buf, flags, 0x28);

#define SNP_SWAP_PAGE_2M	BIT64(0)	/* else 4 KiB */
#define SNP_SWAP_TYPE_SHIFT	1		/* enum snp_swap_type */
#define SNP_SWAP_TYPE_MASK	BITS64(2, 1)
#define SNP_SWAP_IN_PLACE	BIT64(3)	/* SWAP_IN only: the destination is the source */
#define SNP_SWAP_ROOT_MDATA_EN	BIT64(4)	/* the entry is in the guest context */

LAYOUT_FIELD(SNP_SWAP_TYPE);

enum snp_swap_type {
	SNP_SWAP_DATA		= 0,
	SNP_SWAP_METADATA	= 1,
	SNP_SWAP_VMSA		= 2,
};

struct snp_page_move_buf {	/* [SNP SNP_PAGE_MOVE] */
	u64	gctx_paddr;	/* in */
	u32	flags;		/* in   SNP_MOVE_PAGE_2M */
	u32	rsvd_0c;
	u64	src_paddr;	/* in   Pre-Swap page */
	u64	dst_paddr;	/* in   Pre-Guest page */
};
LAYOUT_SIZE(snp_page_move_buf, 0x20);
LAYOUT_AT(snp_page_move_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_page_move_buf, flags, 0x08);
LAYOUT_AT(snp_page_move_buf, rsvd_0c, 0x0c);
LAYOUT_AT(snp_page_move_buf, src_paddr, 0x10);
LAYOUT_AT(snp_page_move_buf, dst_paddr, 0x18);

#define SNP_MOVE_PAGE_2M	BIT32(0)	/* else 4 KiB */

struct snp_page_md_init_buf {	/* [SNP SNP_PAGE_MD_INIT] */
	u64	gctx_paddr;	/* in */
	u64	page_paddr;	/* in   Firmware page, becomes a Metadata page */
};
LAYOUT_SIZE(snp_page_md_init_buf, 0x10);
LAYOUT_AT(snp_page_md_init_buf, gctx_paddr, 0x00);
LAYOUT_AT(snp_page_md_init_buf, page_paddr, 0x08);

struct snp_page_set_state_buf {	/* [SNP SNP_PAGE_SET_STATE]	[CHOICE 10] */
	u32	length;		/* in   size of this buffer */
	u32	rsvd_04;
	u64	list_paddr;	/* in   struct snp_range_list, pages to become HV-Fixed */
};
LAYOUT_SIZE(snp_page_set_state_buf, 0x10);
LAYOUT_AT(snp_page_set_state_buf, length, 0x00);
LAYOUT_AT(snp_page_set_state_buf, rsvd_04, 0x04);
LAYOUT_AT(snp_page_set_state_buf, list_paddr, 0x08);

/* clang-format on */

#endif
