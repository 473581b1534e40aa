/* SPDX-License-Identifier: MIT */
/*
 * The legacy SEV and SEV-ES commands: identifiers and command buffers, in the document's order.
 *
 * A command is an identifier and the physical address of one of these buffers, or of nothing where
 * the list below says so.  Firmware writes "out" and "io" fields back; a length is "io" where a
 * call with too small a one is answered by SP_INVALID_LENGTH and the length that is needed.
 * Address zero is an address, except where a field says that it means absent.
 *
 * Many buffers end on a 32-bit length and so have a size that is no multiple of 8; they are packed
 * to keep the compiler from padding them at the end.	[SEV 4.3 Command Identifiers, 5, 6]
 */
#ifndef ABI_SEV_CMD_H
#define ABI_SEV_CMD_H

#include "abi/layout.h"
#include "base/compiler.h"

/* clang-format off */

enum sev_cmd {
	SEV_CMD_INIT			= 0x01,	/* sev_init_buf */
	SEV_CMD_SHUTDOWN		= 0x02,	/* no buffer */
	SEV_CMD_PLATFORM_RESET		= 0x03,	/* no buffer */
	SEV_CMD_PLATFORM_STATUS		= 0x04,	/* sev_platform_status_buf */
	SEV_CMD_PEK_GEN			= 0x05,	/* no buffer */
	SEV_CMD_PEK_CSR			= 0x06,	/* sev_pek_csr_buf */
	SEV_CMD_PEK_CERT_IMPORT		= 0x07,	/* sev_pek_cert_import_buf */
	SEV_CMD_PDH_CERT_EXPORT		= 0x08,	/* sev_pdh_cert_export_buf */
	SEV_CMD_PDH_GEN			= 0x09,	/* no buffer */
	SEV_CMD_DF_FLUSH		= 0x0a,	/* no buffer */
	SEV_CMD_DOWNLOAD_FIRMWARE	= 0x0b,	/* sev_download_firmware_buf; API 0.15 */
	SEV_CMD_GET_ID			= 0x0c,	/* sev_get_id_buf; API 0.16 */
	SEV_CMD_INIT_EX			= 0x0d,	/* sev_init_ex_buf */
	SEV_CMD_NOP			= 0x0e,	/* no buffer */
	SEV_CMD_RING_BUFFER		= 0x0f,	/* sev_ring_buffer_buf */
	SEV_CMD_DECOMMISSION		= 0x20,	/* sev_handle_buf */
	SEV_CMD_ACTIVATE		= 0x21,	/* sev_activate_buf */
	SEV_CMD_DEACTIVATE		= 0x22,	/* sev_handle_buf */
	SEV_CMD_GUEST_STATUS		= 0x23,	/* sev_guest_status_buf */
	SEV_CMD_COPY			= 0x24,	/* sev_copy_buf */
	SEV_CMD_ACTIVATE_EX		= 0x25,	/* sev_activate_ex_buf */
	SEV_CMD_LAUNCH_START		= 0x30,	/* sev_launch_start_buf */
	SEV_CMD_LAUNCH_UPDATE_DATA	= 0x31,	/* sev_launch_update_buf */
	SEV_CMD_LAUNCH_UPDATE_VMSA	= 0x32,	/* sev_launch_update_buf; API 0.17 */
	SEV_CMD_LAUNCH_MEASURE		= 0x33,	/* sev_launch_measure_buf */
	SEV_CMD_LAUNCH_SECRET		= 0x34,	/* sev_transport_buf */
	SEV_CMD_LAUNCH_FINISH		= 0x35,	/* sev_handle_buf */
	SEV_CMD_ATTESTATION		= 0x36,	/* sev_attestation_buf; API 0.23 */
	SEV_CMD_SEND_START		= 0x40,	/* sev_send_start_buf */
	SEV_CMD_SEND_UPDATE_DATA	= 0x41,	/* sev_transport_buf */
	SEV_CMD_SEND_UPDATE_VMSA	= 0x42,	/* sev_transport_buf */
	SEV_CMD_SEND_FINISH		= 0x43,	/* sev_handle_buf */
	SEV_CMD_SEND_CANCEL		= 0x44,	/* sev_handle_buf */
	SEV_CMD_RECEIVE_START		= 0x50,	/* sev_receive_start_buf */
	SEV_CMD_RECEIVE_UPDATE_DATA	= 0x51,	/* sev_transport_buf */
	SEV_CMD_RECEIVE_UPDATE_VMSA	= 0x52,	/* sev_transport_buf */
	SEV_CMD_RECEIVE_FINISH		= 0x53,	/* sev_handle_buf */
	SEV_CMD_DBG_DECRYPT		= 0x60,	/* sev_dbg_buf */
	SEV_CMD_DBG_ENCRYPT		= 0x61,	/* sev_dbg_buf */
	SEV_CMD_SWAP_OUT		= 0x70,	/* sev_swap_out_buf; API 0.24 */
	SEV_CMD_SWAP_IN			= 0x71,	/* sev_swap_in_buf; API 0.24 */
};

/* -- Platform	[SEV 5 Platform Management API] ------------------------------------------------- */

#define SEV_INIT_ES	BIT32(0)	/* options of INIT and INIT_EX: enable SEV-ES */

struct sev_init_buf {		/* [SEV INIT] */
	u32	options;	/* in   SEV_INIT_ES */
	u32	rsvd_04;
	u64	tmr_paddr;	/* in   with ES only; aligned to the TMR's size */
	u32	tmr_length;	/* in   with ES only; SEV_TMR_SIZE or SEV_TMR_SIZE_SNP */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_init_buf, 0x14);
LAYOUT_AT(sev_init_buf, options, 0x00);
LAYOUT_AT(sev_init_buf, rsvd_04, 0x04);
LAYOUT_AT(sev_init_buf, tmr_paddr, 0x08);
LAYOUT_AT(sev_init_buf, tmr_length, 0x10);

struct sev_init_ex_buf {	/* [SEV INIT_EX] */
	u32	length;		/* in   size of this buffer, 24h */
	u32	options;	/* in   as INIT */
	u64	tmr_paddr;	/* in   as INIT */
	u32	tmr_length;	/* in   as INIT */
	u32	rsvd_14;
	u64	nv_paddr;	/* in   4K aligned; firmware rewrites the image */
	u32	nv_length;	/* in   SEV_NV_SIZE */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_init_ex_buf, 0x24);
LAYOUT_AT(sev_init_ex_buf, length, 0x00);
LAYOUT_AT(sev_init_ex_buf, options, 0x04);
LAYOUT_AT(sev_init_ex_buf, tmr_paddr, 0x08);
LAYOUT_AT(sev_init_ex_buf, tmr_length, 0x10);
LAYOUT_AT(sev_init_ex_buf, rsvd_14, 0x14);
LAYOUT_AT(sev_init_ex_buf, nv_paddr, 0x18);
LAYOUT_AT(sev_init_ex_buf, nv_length, 0x20);

struct sev_platform_status_buf {	/* [SEV 5.6 PLATFORM_STATUS, table 17] */
	u8	api_major;	/* out */
	u8	api_minor;	/* out */
	u8	state;		/* out  enum sev_platform_state */
	u8	owner;		/* out  SEV_OWNER_EXTERNAL */
	u16	config;		/* out  SEV_CONFIG_ES */
	u8	rsvd_06;
	u8	build;		/* out */
	u32	guest_count;	/* out  live contexts */
};
LAYOUT_SIZE(sev_platform_status_buf, 0x0c);
LAYOUT_AT(sev_platform_status_buf, api_major, 0x00);
LAYOUT_AT(sev_platform_status_buf, api_minor, 0x01);
LAYOUT_AT(sev_platform_status_buf, state, 0x02);
LAYOUT_AT(sev_platform_status_buf, owner, 0x03);
LAYOUT_AT(sev_platform_status_buf, config, 0x04);
LAYOUT_AT(sev_platform_status_buf, rsvd_06, 0x06);
LAYOUT_AT(sev_platform_status_buf, build, 0x07);
LAYOUT_AT(sev_platform_status_buf, guest_count, 0x08);

#define SEV_OWNER_EXTERNAL	BIT32(0)		/* else self-owned */
#define SEV_CONFIG_ES		BIT32(0)		/* INIT enabled SEV-ES */

struct sev_pek_csr_buf {	/* [SEV 5.8 PEK_CSR, table 27] */
	u64	csr_paddr;	/* in   where struct sev_cert goes */
	u32	csr_length;	/* io   824h */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_pek_csr_buf, 0x0c);
LAYOUT_AT(sev_pek_csr_buf, csr_paddr, 0x00);
LAYOUT_AT(sev_pek_csr_buf, csr_length, 0x08);

struct sev_pek_cert_import_buf {	/* [SEV 5.9 PEK_CERT_IMPORT, table 29] */
	u64	pek_cert_paddr;		/* in   struct sev_cert, signed by the OCA */
	u32	pek_cert_length;	/* in   824h */
	u32	rsvd_0c;
	u64	oca_cert_paddr;		/* in   struct sev_cert */
	u32	oca_cert_length;	/* in   824h */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_pek_cert_import_buf, 0x1c);
LAYOUT_AT(sev_pek_cert_import_buf, pek_cert_paddr, 0x00);
LAYOUT_AT(sev_pek_cert_import_buf, pek_cert_length, 0x08);
LAYOUT_AT(sev_pek_cert_import_buf, rsvd_0c, 0x0c);
LAYOUT_AT(sev_pek_cert_import_buf, oca_cert_paddr, 0x10);
LAYOUT_AT(sev_pek_cert_import_buf, oca_cert_length, 0x18);

struct sev_pdh_cert_export_buf {	/* [SEV 5.11 PDH_CERT_EXPORT] */
	u64	pdh_cert_paddr;		/* in   where struct sev_cert goes */
	u32	pdh_cert_length;	/* io   824h */
	u32	rsvd_0c;
	u64	certs_paddr;		/* in   where struct sev_cert_chain goes */
	u32	certs_length;		/* io   186Ch */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_pdh_cert_export_buf, 0x1c);
LAYOUT_AT(sev_pdh_cert_export_buf, pdh_cert_paddr, 0x00);
LAYOUT_AT(sev_pdh_cert_export_buf, pdh_cert_length, 0x08);
LAYOUT_AT(sev_pdh_cert_export_buf, rsvd_0c, 0x0c);
LAYOUT_AT(sev_pdh_cert_export_buf, certs_paddr, 0x10);
LAYOUT_AT(sev_pdh_cert_export_buf, certs_length, 0x18);

struct sev_download_firmware_buf {	/* [SEV DOWNLOAD_FIRMWARE] */
	u64	fw_paddr;	/* in   SEV_FW_ALIGN */
	u32	fw_length;	/* in   SEV_FW_MAX_NAPLES, SEV_FW_MAX_MILAN */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_download_firmware_buf, 0x0c);
LAYOUT_AT(sev_download_firmware_buf, fw_paddr, 0x00);
LAYOUT_AT(sev_download_firmware_buf, fw_length, 0x08);

struct sev_get_id_buf {		/* [SEV GET_ID] */
	u64	id_paddr;	/* in   where the chip IDs go, socket 0 first */
	u32	id_length;	/* io   SEV_CHIP_ID_SIZE a socket */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_get_id_buf, 0x0c);
LAYOUT_AT(sev_get_id_buf, id_paddr, 0x00);
LAYOUT_AT(sev_get_id_buf, id_length, 0x08);

struct sev_ring_buffer_buf {		/* [SEV RING_BUFFER] */
	u64	lo_cmdptr_paddr;	/* in   low-priority queue of struct sev_ring_cmd */
	u64	lo_statval_paddr;	/* in   low-priority queue of struct sev_ring_status */
	u64	hi_cmdptr_paddr;	/* in   high-priority queues likewise */
	u64	hi_statval_paddr;	/* in */
	u8	lo_size;		/* in   in units of SP_RING_PAGE; 1 */
	u8	hi_size;		/* in   1 */
	u16	lo_threshold;		/* in   entries; interrupt threshold */
	u16	hi_threshold;		/* in */
	u16	flags;			/* in   SEV_RING_INT_ON_EMPTY */
};
LAYOUT_SIZE(sev_ring_buffer_buf, 0x28);
LAYOUT_AT(sev_ring_buffer_buf, lo_cmdptr_paddr, 0x00);
LAYOUT_AT(sev_ring_buffer_buf, lo_statval_paddr, 0x08);
LAYOUT_AT(sev_ring_buffer_buf, hi_cmdptr_paddr, 0x10);
LAYOUT_AT(sev_ring_buffer_buf, hi_statval_paddr, 0x18);
LAYOUT_AT(sev_ring_buffer_buf, lo_size, 0x20);
LAYOUT_AT(sev_ring_buffer_buf, hi_size, 0x21);
LAYOUT_AT(sev_ring_buffer_buf, lo_threshold, 0x22);
LAYOUT_AT(sev_ring_buffer_buf, hi_threshold, 0x24);
LAYOUT_AT(sev_ring_buffer_buf, flags, 0x26);

#define SEV_RING_INT_ON_EMPTY	BIT32(0)	/* interrupt when both queues are found empty */

/* -- Guest contexts	[SEV 6 Guest Management API] -------------------------------------------- */

/* DECOMMISSION, DEACTIVATE, LAUNCH_FINISH, SEND_FINISH, SEND_CANCEL, RECEIVE_FINISH. */
struct sev_handle_buf {
	u32	handle;	/* in */
};
LAYOUT_SIZE(sev_handle_buf, 0x4);
LAYOUT_AT(sev_handle_buf, handle, 0x00);

struct sev_activate_buf {	/* [SEV ACTIVATE] */
	u32	handle;	/* in */
	u32	asid;	/* in   ES guests below CPUID 8000_001F EDX, others from there up */
};
LAYOUT_SIZE(sev_activate_buf, 0x8);
LAYOUT_AT(sev_activate_buf, handle, 0x00);
LAYOUT_AT(sev_activate_buf, asid, 0x04);

struct sev_activate_ex_buf {	/* [SEV ACTIVATE_EX] */
	u32	ex_len;		/* in   size of this buffer, 18h */
	u32	handle;		/* in */
	u32	asid;		/* in   as ACTIVATE */
	u32	num_ids;	/* in   entries of the list */
	u64	ids_paddr;	/* in   u32 APIC IDs: the complexes that may run the guest */
};
LAYOUT_SIZE(sev_activate_ex_buf, 0x18);
LAYOUT_AT(sev_activate_ex_buf, ex_len, 0x00);
LAYOUT_AT(sev_activate_ex_buf, handle, 0x04);
LAYOUT_AT(sev_activate_ex_buf, asid, 0x08);
LAYOUT_AT(sev_activate_ex_buf, num_ids, 0x0c);
LAYOUT_AT(sev_activate_ex_buf, ids_paddr, 0x10);

struct sev_guest_status_buf {	/* [SEV GUEST_STATUS] */
	u32	handle;	/* in */
	u32	policy;	/* out */
	u32	asid;	/* out  0 when not active */
	u8	state;	/* out  enum sev_guest_state */
} PACKED; /* ends on a single byte */
LAYOUT_SIZE(sev_guest_status_buf, 0x0d);
LAYOUT_AT(sev_guest_status_buf, handle, 0x00);
LAYOUT_AT(sev_guest_status_buf, policy, 0x04);
LAYOUT_AT(sev_guest_status_buf, asid, 0x08);
LAYOUT_AT(sev_guest_status_buf, state, 0x0c);

struct sev_copy_buf {		/* [SEV COPY] */
	u32	handle;		/* in */
	u32	length;		/* in   multiple of SEV_BLOCK */
	u64	src_paddr;	/* in   the guest's ciphertext as it is */
	u64	dst_paddr;	/* in   where it is to live */
};
LAYOUT_SIZE(sev_copy_buf, 0x18);
LAYOUT_AT(sev_copy_buf, handle, 0x00);
LAYOUT_AT(sev_copy_buf, length, 0x04);
LAYOUT_AT(sev_copy_buf, src_paddr, 0x08);
LAYOUT_AT(sev_copy_buf, dst_paddr, 0x10);

/* -- Launch ------------------------------------------------------------------------------------ */

struct sev_launch_start_buf {	/* [SEV 6.2 LAUNCH_START] */
	u32	handle;		/* io   SEV_HANDLE_NONE, or whose key to share; the new handle */
	u32	policy;		/* in   SEV_POLICY_ */
	u64	dh_cert_paddr;	/* in   owner's ECDH key, struct sev_cert; 0: no session */
	u32	dh_cert_length;	/* in   824h */
	u32	rsvd_14;
	u64	session_paddr;	/* in   struct sev_session */
	u32	session_length;	/* in   80h */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_launch_start_buf, 0x24);
LAYOUT_AT(sev_launch_start_buf, handle, 0x00);
LAYOUT_AT(sev_launch_start_buf, policy, 0x04);
LAYOUT_AT(sev_launch_start_buf, dh_cert_paddr, 0x08);
LAYOUT_AT(sev_launch_start_buf, dh_cert_length, 0x10);
LAYOUT_AT(sev_launch_start_buf, rsvd_14, 0x14);
LAYOUT_AT(sev_launch_start_buf, session_paddr, 0x18);
LAYOUT_AT(sev_launch_start_buf, session_length, 0x20);

struct sev_launch_update_buf {	/* [SEV LAUNCH_UPDATE_DATA, LAUNCH_UPDATE_VMSA] */
	u32	handle;		/* in */
	u32	rsvd_04;
	u64	paddr;		/* in   encrypted in place; aligned to SEV_BLOCK, a VMSA to 4K */
	u32	length;		/* in   multiple of SEV_BLOCK; SEV_VMSA_SIZE */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_launch_update_buf, 0x14);
LAYOUT_AT(sev_launch_update_buf, handle, 0x00);
LAYOUT_AT(sev_launch_update_buf, rsvd_04, 0x04);
LAYOUT_AT(sev_launch_update_buf, paddr, 0x08);
LAYOUT_AT(sev_launch_update_buf, length, 0x10);

struct sev_launch_measure_buf {	/* [SEV 6.5.1 LAUNCH_MEASURE] */
	u32	handle;		/* in */
	u32	rsvd_04;
	u64	measure_paddr;	/* in   where struct sev_measurement goes */
	u32	measure_length;	/* io   30h */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_launch_measure_buf, 0x14);
LAYOUT_AT(sev_launch_measure_buf, handle, 0x00);
LAYOUT_AT(sev_launch_measure_buf, rsvd_04, 0x04);
LAYOUT_AT(sev_launch_measure_buf, measure_paddr, 0x08);
LAYOUT_AT(sev_launch_measure_buf, measure_length, 0x10);

/*
 * LAUNCH_SECRET and RECEIVE_UPDATE_* take a packet in, SEND_UPDATE_* give one out; the two lengths
 * marked io are io for SEND_UPDATE_* only.
 */
struct sev_transport_buf {	/* [SEV 6.6 LAUNCH_SECRET; SEND_UPDATE_DATA] */
	u32	handle;		/* in */
	u32	rsvd_04;
	u64	hdr_paddr;	/* in   struct sev_packet_hdr */
	u32	hdr_length;	/* io   34h */
	u32	rsvd_14;
	u64	guest_paddr;	/* in   guest memory, aligned to SEV_BLOCK */
	u32	guest_length;	/* in   plaintext bytes, multiple of SEV_BLOCK */
	u32	rsvd_24;
	u64	trans_paddr;	/* in   ciphertext */
	u32	trans_length;	/* io   ciphertext bytes; guest_length unless compressed */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_transport_buf, 0x34);
LAYOUT_AT(sev_transport_buf, handle, 0x00);
LAYOUT_AT(sev_transport_buf, rsvd_04, 0x04);
LAYOUT_AT(sev_transport_buf, hdr_paddr, 0x08);
LAYOUT_AT(sev_transport_buf, hdr_length, 0x10);
LAYOUT_AT(sev_transport_buf, rsvd_14, 0x14);
LAYOUT_AT(sev_transport_buf, guest_paddr, 0x18);
LAYOUT_AT(sev_transport_buf, guest_length, 0x20);
LAYOUT_AT(sev_transport_buf, rsvd_24, 0x24);
LAYOUT_AT(sev_transport_buf, trans_paddr, 0x28);
LAYOUT_AT(sev_transport_buf, trans_length, 0x30);

struct sev_attestation_buf {	/* [SEV ATTESTATION] */
	u32	handle;		/* in */
	u32	rsvd_04;
	u64	paddr;		/* in   where struct sev_attestation_report goes */
	u8	mnonce[16];	/* in   copied into the report */
	u32	length;		/* io   D0h */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_attestation_buf, 0x24);
LAYOUT_AT(sev_attestation_buf, handle, 0x00);
LAYOUT_AT(sev_attestation_buf, rsvd_04, 0x04);
LAYOUT_AT(sev_attestation_buf, paddr, 0x08);
LAYOUT_AT(sev_attestation_buf, mnonce, 0x10);
LAYOUT_AT(sev_attestation_buf, length, 0x20);

/* -- Migration --------------------------------------------------------------------------------- */

struct sev_send_start_buf {		/* [SEV SEND_START] */
	u32	handle;			/* in */
	u32	policy;			/* out */
	u64	pdh_cert_paddr;		/* in   the target's PDH, struct sev_cert */
	u32	pdh_cert_length;	/* in   824h */
	u32	rsvd_14;
	u64	plat_certs_paddr;	/* in   the target's struct sev_cert_chain */
	u32	plat_certs_length;	/* in   186Ch */
	u32	rsvd_24;
	u64	amd_certs_paddr;	/* in   ASK, then ARK, in AMD's format */
	u32	amd_certs_length;	/* in   AMD_CERT_SIZE twice */
	u32	rsvd_34;
	u64	session_paddr;		/* in   where struct sev_session goes */
	u32	session_length;		/* io   80h */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_send_start_buf, 0x44);
LAYOUT_AT(sev_send_start_buf, handle, 0x00);
LAYOUT_AT(sev_send_start_buf, policy, 0x04);
LAYOUT_AT(sev_send_start_buf, pdh_cert_paddr, 0x08);
LAYOUT_AT(sev_send_start_buf, pdh_cert_length, 0x10);
LAYOUT_AT(sev_send_start_buf, rsvd_14, 0x14);
LAYOUT_AT(sev_send_start_buf, plat_certs_paddr, 0x18);
LAYOUT_AT(sev_send_start_buf, plat_certs_length, 0x20);
LAYOUT_AT(sev_send_start_buf, rsvd_24, 0x24);
LAYOUT_AT(sev_send_start_buf, amd_certs_paddr, 0x28);
LAYOUT_AT(sev_send_start_buf, amd_certs_length, 0x30);
LAYOUT_AT(sev_send_start_buf, rsvd_34, 0x34);
LAYOUT_AT(sev_send_start_buf, session_paddr, 0x38);
LAYOUT_AT(sev_send_start_buf, session_length, 0x40);

struct sev_receive_start_buf {		/* [SEV 6.12 RECEIVE_START] */
	u32	handle;			/* io   as LAUNCH_START */
	u32	policy;			/* in   as the sender reported */
	u64	pdh_cert_paddr;		/* in   the sender's PDH, struct sev_cert */
	u32	pdh_cert_length;	/* in   824h */
	u32	rsvd_14;
	u64	session_paddr;		/* in   struct sev_session */
	u32	session_length;		/* in   80h */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_receive_start_buf, 0x24);
LAYOUT_AT(sev_receive_start_buf, handle, 0x00);
LAYOUT_AT(sev_receive_start_buf, policy, 0x04);
LAYOUT_AT(sev_receive_start_buf, pdh_cert_paddr, 0x08);
LAYOUT_AT(sev_receive_start_buf, pdh_cert_length, 0x10);
LAYOUT_AT(sev_receive_start_buf, rsvd_14, 0x14);
LAYOUT_AT(sev_receive_start_buf, session_paddr, 0x18);
LAYOUT_AT(sev_receive_start_buf, session_length, 0x20);

/* -- Debugging and page swap ------------------------------------------------------------------- */

struct sev_dbg_buf {		/* [SEV DBG_DECRYPT, DBG_ENCRYPT] */
	u32	handle;		/* in */
	u32	rsvd_04;
	u64	src_paddr;	/* in   aligned to SEV_BLOCK */
	u64	dst_paddr;	/* in   aligned to SEV_BLOCK */
	u32	length;		/* in   multiple of SEV_BLOCK */
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(sev_dbg_buf, 0x1c);
LAYOUT_AT(sev_dbg_buf, handle, 0x00);
LAYOUT_AT(sev_dbg_buf, rsvd_04, 0x04);
LAYOUT_AT(sev_dbg_buf, src_paddr, 0x08);
LAYOUT_AT(sev_dbg_buf, dst_paddr, 0x10);
LAYOUT_AT(sev_dbg_buf, length, 0x18);

struct sev_swap_out_buf {	/* [SEV SWAP_OUT] */
	u32	handle;		/* in */
	u32	flags;		/* in   SEV_SWAP_PAGE_2M, SEV_SWAP_TYPE */
	u64	src_paddr;	/* in   guest page */
	u64	dst_paddr;	/* in   where its ciphertext goes */
	u64	mdata_paddr;	/* in   where struct sev_swap_mdata goes */
	u64	software_data;	/* in   kept in the entry */
};
LAYOUT_SIZE(sev_swap_out_buf, 0x28);
LAYOUT_AT(sev_swap_out_buf, handle, 0x00);
LAYOUT_AT(sev_swap_out_buf, flags, 0x04);
LAYOUT_AT(sev_swap_out_buf, src_paddr, 0x08);
LAYOUT_AT(sev_swap_out_buf, dst_paddr, 0x10);
LAYOUT_AT(sev_swap_out_buf, mdata_paddr, 0x18);
LAYOUT_AT(sev_swap_out_buf, software_data, 0x20);

struct sev_swap_in_buf {	/* [SEV SWAP_IN] */
	u32	handle;		/* in */
	u32	flags;		/* in   as SWAP_OUT, and SEV_SWAP_IN_PLACE */
	u64	src_paddr;	/* in   ciphertext */
	u64	dst_paddr;	/* in   guest page; ignored when in place */
	u64	mdata_paddr;	/* in   struct sev_swap_mdata */
};
LAYOUT_SIZE(sev_swap_in_buf, 0x20);
LAYOUT_AT(sev_swap_in_buf, handle, 0x00);
LAYOUT_AT(sev_swap_in_buf, flags, 0x04);
LAYOUT_AT(sev_swap_in_buf, src_paddr, 0x08);
LAYOUT_AT(sev_swap_in_buf, dst_paddr, 0x10);
LAYOUT_AT(sev_swap_in_buf, mdata_paddr, 0x18);

/* clang-format on */

#endif
