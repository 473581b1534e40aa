/* SPDX-License-Identifier: MIT */
/*
 * The legacy SEV and SEV-ES firmware API: the mailbox, status codes, states, policy, and the blobs
 * that firmware, hypervisor and guest owner hand to each other.  Commands and their buffers are in
 * abi/sev_cmd.h, certificates and the attestation report in abi/sev_cert.h.
 *
 * Mailbox and status codes serve the SNP commands (abi/snp_cmd.h) as well.
 *
 * Every integer is little-endian.  "in", "out" and "io" are the caller's view.  Reserved fields
 * carry their offset in their name, and are zero on input.  An address ("paddr") is a system
 * physical address and may carry the C-bit.	[SEV, publication 55766, API 0.24]
 */
#ifndef ABI_SEV_H
#define ABI_SEV_H

#include "abi/layout.h"
#include "base/compiler.h"

/* clang-format off */

/* -- Mailbox: registers in BAR 2 of the Secure Processor's PCI function ------------------------ */

enum {
	SP_PCI_VENDOR			= 0x1022,
	SP_PCI_DEVICE_NAPLES		= 0x1456,	/* register set 1 */
	SP_PCI_DEVICE_ROME_MILAN	= 0x1486,	/* register set 2, as all that follow */
	SP_PCI_DEVICE_GENOA		= 0x14ca,
	SP_PCI_DEVICE_TURIN		= 0x156e,
	SP_PCI_BAR			= 2,
};

enum sp_mailbox_v1 {
	SP_V1_CMDRESP		= 0x10580,
	SP_V1_CMDBUF_ADDR_LO	= 0x105e0,
	SP_V1_CMDBUF_ADDR_HI	= 0x105e4,
	SP_V1_FEATURE		= 0x105fc,
	SP_V1_INTEN		= 0x10610,
	SP_V1_INTSTS		= 0x10614,
};

enum sp_mailbox_v2 {
	SP_V2_CMDRESP		= 0x10980,
	SP_V2_CMDBUF_ADDR_LO	= 0x109e0,
	SP_V2_CMDBUF_ADDR_HI	= 0x109e4,
	SP_V2_FEATURE		= 0x109fc,
	SP_V2_INTEN		= 0x10690,
	SP_V2_INTSTS		= 0x10694,
	SP_V2_INTEN_TURIN	= 0x10510,
	SP_V2_INTSTS_TURIN	= 0x10514,
};

/* CmdResp: written, it starts a command; bit 31 is 0 while the command runs. */
#define SP_CMDRESP_IOC		BIT32(0)	/* write: interrupt on completion */
#define SP_CMDRESP_CMD_SHIFT	16		/* write: enum sev_cmd, enum snp_cmd */
#define SP_CMDRESP_CMD_MASK	BITS32(26, 16)
#define SP_CMDRESP_STATUS_SHIFT	0		/* read: enum sp_status */
#define SP_CMDRESP_STATUS_MASK	BITS32(15, 0)
#define SP_CMDRESP_RESPONSE	BIT32(31)	/* 0 on write; firmware sets it when done */

LAYOUT_FIELD(SP_CMDRESP_CMD);
LAYOUT_FIELD(SP_CMDRESP_STATUS);

#define SP_INTSTS_CMD_COMPLETE	BIT32(1)	/* write 1 to clear; INTEN has the same bit */

#define SP_FEATURE_SEV		BIT32(0)	/* the register reads all ones when inaccessible */
#define SP_FEATURE_TEE		BIT32(1)
#define SP_FEATURE_HSTI		BIT32(7)	/* security attributes stand in bits 8 and up */
#define SP_FEATURE_HSTI_SHIFT	8

/* -- Ring-buffer mode: the mailbox registers change role	[SEV RING_BUFFER] --------------- */

#define SP_RING_CTL_X86		BIT32(31)	/* CmdResp: written by x86 software */
#define SP_RING_CTL_ACTIVE	BIT32(30)	/* CmdResp: ring mode is on */
#define SP_RING_CTL_CLEAR_INT	BIT32(29)	/* CmdResp: clear the interrupt */
#define SP_RING_HEAD_PAUSED	BIT32(30)	/* Lo register: the queues are paused */

/* Hi register: tails; Lo register: heads; both as entry numbers. */
#define SP_RING_HIGH_SHIFT	16		/* high-priority queue */
#define SP_RING_HIGH_MASK	BITS32(26, 16)
#define SP_RING_LOW_SHIFT	0		/* low-priority queue */
#define SP_RING_LOW_MASK	BITS32(10, 0)

LAYOUT_FIELD(SP_RING_HIGH);
LAYOUT_FIELD(SP_RING_LOW);

enum {
	SP_RING_PAGE		= 0x1000,	/* unit of the queue sizes */
	SP_RING_PAGE_ENTRIES	= 256,
};

struct sev_ring_cmd {		/* entry of a command queue */
	u16	cmd;		/* in   enum sev_cmd */
	u16	flags;		/* in   SEV_RING_CMD_ */
	u32	software_data;	/* in   not read by firmware */
	u64	buf_paddr;	/* in   command buffer */
};
LAYOUT_SIZE(sev_ring_cmd, 0x10);
LAYOUT_AT(sev_ring_cmd, cmd, 0x00);
LAYOUT_AT(sev_ring_cmd, flags, 0x02);
LAYOUT_AT(sev_ring_cmd, software_data, 0x04);
LAYOUT_AT(sev_ring_cmd, buf_paddr, 0x08);

#define SEV_RING_CMD_INT	BIT32(0)	/* interrupt when it is done */
#define SEV_RING_CMD_CONTINUE	BIT32(1)	/* go on if it fails; else the queue pauses */

struct sev_ring_status {	/* entry of a status queue */
	u16	status;		/* out  enum sp_status */
	u16	rsvd_02;
	u8	rsvd_04[12];
};
LAYOUT_SIZE(sev_ring_status, 0x10);
LAYOUT_AT(sev_ring_status, status, 0x00);
LAYOUT_AT(sev_ring_status, rsvd_02, 0x02);
LAYOUT_AT(sev_ring_status, rsvd_04, 0x04);

/* -- Status codes	[SEV 4.4 Status Codes; SNP Status Codes] -------------------------------- */

enum sp_status {
	SP_SUCCESS			= 0x00,
	SP_INVALID_PLATFORM_STATE	= 0x01,
	SP_INVALID_GUEST_STATE		= 0x02,
	SP_INVALID_CONFIG		= 0x03,
	SP_INVALID_LENGTH		= 0x04,	/* also the answer to a length query */
	SP_ALREADY_OWNED		= 0x05,
	SP_INVALID_CERTIFICATE		= 0x06,	/* chain or format */
	SP_POLICY_FAILURE		= 0x07,
	SP_INACTIVE			= 0x08,	/* the guest has no ASID */
	SP_INVALID_ADDRESS		= 0x09,
	SP_BAD_SIGNATURE		= 0x0a,	/* asymmetric signatures */
	SP_BAD_MEASUREMENT		= 0x0b,	/* every MAC and tag */
	SP_ASID_OWNED			= 0x0c,
	SP_INVALID_ASID			= 0x0d,
	SP_WBINVD_REQUIRED		= 0x0e,
	SP_DFFLUSH_REQUIRED		= 0x0f,
	SP_INVALID_GUEST		= 0x10,
	SP_INVALID_COMMAND		= 0x11,
	SP_ACTIVE			= 0x12,
	SP_HWERROR_PLATFORM		= 0x13,	/* may be tried again */
	SP_HWERROR_UNSAFE		= 0x14,	/* stop using the platform */
	SP_UNSUPPORTED			= 0x15,
	SP_INVALID_PARAM		= 0x16,
	SP_RESOURCE_LIMIT		= 0x17,
	SP_SECURE_DATA_INVALID		= 0x18,	/* the NV state is gone; trying again succeeds */
	SP_INVALID_PAGE_SIZE		= 0x19,
	SP_INVALID_PAGE_STATE		= 0x1a,
	SP_INVALID_MDATA_ENTRY		= 0x1b,
	SP_INVALID_PAGE_OWNER		= 0x1c,
	SP_AEAD_OFLOW			= 0x1d,	/* a nonce or sequence number is used up */
	SP_RING_BUFFER_EXIT		= 0x1f,	/* 1Eh is not assigned */
	SP_RMP_INIT_REQUIRED		= 0x20,
	SP_BAD_SVN			= 0x21,
	SP_BAD_VERSION			= 0x22,
	SP_SHUTDOWN_REQUIRED		= 0x23,
	SP_UPDATE_FAILED		= 0x24,	/* the previous firmware runs on */
	SP_RESTORE_REQUIRED		= 0x25,	/* only the previous firmware may be loaded */
	SP_RMP_INITIALIZATION_FAILED	= 0x26,
	SP_INVALID_KEY			= 0x27,
	SP_SHUTDOWN_INCOMPLETE		= 0x28,	/* this and all below: later than API 0.24 */
	SP_INCORRECT_BUFFER_LENGTH	= 0x30,
	SP_EXPAND_BUFFER_LENGTH_REQUEST	= 0x31,
	SP_STATUS_BOOT_LOADER		= 0x8000, /* and up: from the boot loader */
};

/* -- States	[SEV 5.1.2 Platform State Machine, 6.1.1 GSTATE Finite State Machine] ----------- */

enum sev_platform_state {
	SEV_PLATFORM_UNINIT	= 0,	/* after reset, SHUTDOWN or a firmware update */
	SEV_PLATFORM_INIT	= 1,	/* no guest contexts */
	SEV_PLATFORM_WORKING	= 2,	/* at least one guest context */
};

enum sev_guest_state {
	SEV_GUEST_UNINIT	= 0,	/* no context */
	SEV_GUEST_LUPDATE	= 1,	/* since LAUNCH_START */
	SEV_GUEST_LSECRET	= 2,	/* since LAUNCH_MEASURE */
	SEV_GUEST_RUNNING	= 3,	/* since LAUNCH_FINISH, RECEIVE_FINISH or SEND_CANCEL */
	SEV_GUEST_SUPDATE	= 4,	/* since SEND_START */
	SEV_GUEST_RUPDATE	= 5,	/* since RECEIVE_START */
	SEV_GUEST_SENT		= 6,	/* since SEND_FINISH */
};

enum {
	SEV_HANDLE_NONE	= 0,	/* never a valid handle; in LAUNCH_START: make a new key */
	SEV_ASID_HOST	= 0,	/* never a guest's */
};

/* -- Guest policy	[SEV 3 Guest Policy] ---------------------------------------------------- */

#define SEV_POLICY_NODBG		BIT32(0)	/* no DBG_DECRYPT and DBG_ENCRYPT */
#define SEV_POLICY_NOKS			BIT32(1)	/* the key is no other guest's */
#define SEV_POLICY_ES			BIT32(2)	/* the guest is an SEV-ES guest */
#define SEV_POLICY_NOSEND		BIT32(3)	/* SEND_START is refused */
#define SEV_POLICY_DOMAIN		BIT32(4)	/* sent only to platforms of the same OCA */
#define SEV_POLICY_SEV			BIT32(5)	/* sent only to genuine AMD platforms */
#define SEV_POLICY_RSVD_MASK		BITS32(15, 6)
#define SEV_POLICY_API_MAJOR_SHIFT	16		/* least firmware API version */
#define SEV_POLICY_API_MAJOR_MASK	BITS32(23, 16)
#define SEV_POLICY_API_MINOR_SHIFT	24
#define SEV_POLICY_API_MINOR_MASK	BITS32(31, 24)

LAYOUT_FIELD(SEV_POLICY_API_MAJOR);
LAYOUT_FIELD(SEV_POLICY_API_MINOR);

/* -- Sizes and alignments ---------------------------------------------------------------------- */

enum {
	SEV_TMR_SIZE		= 0x100000,	/* trusted memory region, aligned to its size */
	SEV_TMR_SIZE_SNP	= 0x200000,	/* on platforms that can do SNP */
	SEV_NV_SIZE		= 0x8000,	/* NV image of INIT_EX; all FFh: empty */
	SEV_NV_ALIGN		= 0x1000,
	SEV_CHIP_ID_SIZE	= 64,		/* of one socket */
	SEV_FW_ALIGN		= 32,		/* image of DOWNLOAD_FIRMWARE */
	SEV_FW_MAX_NAPLES	= 0x10000,	/* Naples and Rome */
	SEV_FW_MAX_MILAN	= 0x20000,
	SEV_BLOCK		= 16,		/* unit of guest memory lengths and addresses */
	SEV_VMSA_SIZE		= 0x1000,	/* one page a vCPU, wholly measured */
	SEV_PACKET_DATA_MAX	= 0x4000,	/* plaintext bytes of one packet	[CHOICE 6] */
	SEV_DIGEST_SIZE		= 32,		/* SHA-256, HMAC-SHA-256 */
	SEV_KEY_SIZE		= 16,		/* TEK, TIK, KEK, KIK, MS */
};

/* -- Session: the owner's keys for one guest	[SEV 6.2 LAUNCH_START, table 45] ---------------- */

/* in for LAUNCH_START and RECEIVE_START, out of SEND_START. */
struct sev_session {		/* session blob */
	u8	nonce[16];	/* random; context of the KDF for MS */
	u8	wrap_tk[32];	/* TEK and TIK, AES-128-CTR under KEK */
	u8	wrap_iv[16];	/* initial counter block, counts up as a big-endian number */
	u8	wrap_mac[32];	/* HMAC-SHA-256(KIK, wrap_tk); the IV is not covered */
	u8	policy_mac[32];	/* HMAC-SHA-256(TIK, policy as 4 little-endian bytes) */
};
LAYOUT_SIZE(sev_session, 0x80);
LAYOUT_AT(sev_session, nonce, 0x00);
LAYOUT_AT(sev_session, wrap_tk, 0x10);
LAYOUT_AT(sev_session, wrap_iv, 0x30);
LAYOUT_AT(sev_session, wrap_mac, 0x40);
LAYOUT_AT(sev_session, policy_mac, 0x60);

/* The keys inside wrap_tk. */
struct sev_transport_keys {
	u8	tek[16];	/* transport encryption key, AES-128-CTR */
	u8	tik[16];	/* transport integrity key, HMAC-SHA-256 */
};
LAYOUT_SIZE(sev_transport_keys, 0x20);
LAYOUT_AT(sev_transport_keys, tek, 0x00);
LAYOUT_AT(sev_transport_keys, tik, 0x10);

/*
 * Labels of the key derivation, SP 800-108 in counter mode over HMAC-SHA-256 with 32-bit
 * little-endian integers; without their NUL, but one zero byte stands between label and context.
 * Z is the shared secret, 48 bytes, and the one big-endian number here.  The CEK takes 448 bits.
 */
#define SEV_KDF_LABEL_MS	"sev-master-secret"		/* key: Z, context: nonce */
#define SEV_KDF_LABEL_KEK	"sev-kek"			/* key: MS */
#define SEV_KDF_LABEL_KIK	"sev-kik"			/* key: MS */
#define SEV_KDF_LABEL_CEK	"sev-chip-endorsement-key"	/* key: SHA-256(fuses) */

/* -- Measurement	[SEV 6.5.1 LAUNCH_MEASURE, table 52] ------------------------------------ */

struct sev_measurement {	/* what LAUNCH_MEASURE writes */
	u8	measure[32];	/* out  HMAC-SHA-256(TIK, struct sev_measure_msg) */
	u8	mnonce[16];	/* out  random */
};
LAYOUT_SIZE(sev_measurement, 0x30);
LAYOUT_AT(sev_measurement, measure, 0x00);
LAYOUT_AT(sev_measurement, mnonce, 0x20);

struct sev_measure_msg {	/* what MEASURE authenticates, API 0.17 and later */
	u8	tag;		/* SEV_MAC_LAUNCH_MEASURE */
	u8	api_major;	/* as PLATFORM_STATUS reports */
	u8	api_minor;
	u8	build;
	u32	policy;
	u8	ld[32];		/* launch digest */
	u8	mnonce[16];
};
LAYOUT_SIZE(sev_measure_msg, 0x38);
LAYOUT_AT(sev_measure_msg, tag, 0x00);
LAYOUT_AT(sev_measure_msg, api_major, 0x01);
LAYOUT_AT(sev_measure_msg, api_minor, 0x02);
LAYOUT_AT(sev_measure_msg, build, 0x03);
LAYOUT_AT(sev_measure_msg, policy, 0x04);
LAYOUT_AT(sev_measure_msg, ld, 0x08);
LAYOUT_AT(sev_measure_msg, mnonce, 0x28);

/* First byte of an authenticated message; WRAP_MAC and POLICY_MAC have none. */
enum sev_mac_tag {
	SEV_MAC_LAUNCH_SECRET	= 0x01,
	SEV_MAC_UPDATE_DATA	= 0x02,	/* SEND_UPDATE_DATA, RECEIVE_UPDATE_DATA */
	SEV_MAC_UPDATE_VMSA	= 0x03,	/* SEND_UPDATE_VMSA, RECEIVE_UPDATE_VMSA	[CHOICE 6] */
	SEV_MAC_LAUNCH_MEASURE	= 0x04,
};

/* -- Packets: LAUNCH_SECRET, SEND_UPDATE_*, RECEIVE_UPDATE_*	[SEV 6.6, table 55] ------------- */

/* in for LAUNCH_SECRET and RECEIVE_UPDATE_*, out of SEND_UPDATE_*. */
struct sev_packet_hdr {
	u32	flags;		/* SEV_PACKET_COMPRESSED */
	u8	iv[16];		/* initial counter block, never twice under one TEK */
	u8	mac[32];	/* HMAC-SHA-256(TIK, struct sev_packet_mac_msg, ciphertext, ...) */
};
LAYOUT_SIZE(sev_packet_hdr, 0x34);
LAYOUT_AT(sev_packet_hdr, flags, 0x00);
LAYOUT_AT(sev_packet_hdr, iv, 0x04);
LAYOUT_AT(sev_packet_hdr, mac, 0x14);

#define SEV_PACKET_COMPRESSED	BIT32(0)	/* the plaintext is compressed */

/* Then the ciphertext, then for LAUNCH_SECRET alone the 32 bytes of sev_measurement.measure. */
struct sev_packet_mac_msg {	/* head of what the MAC covers */
	u8	tag;		/* enum sev_mac_tag */
	u32	flags;		/* as in the header */
	u8	iv[16];		/* as in the header */
	u32	guest_length;	/* as in the command buffer */
	u32	trans_length;	/* as in the command buffer */
} PACKED; /* a one-byte tag stands before the integers */
LAYOUT_SIZE(sev_packet_mac_msg, 0x1d);
LAYOUT_AT(sev_packet_mac_msg, tag, 0x00);
LAYOUT_AT(sev_packet_mac_msg, flags, 0x01);
LAYOUT_AT(sev_packet_mac_msg, iv, 0x05);
LAYOUT_AT(sev_packet_mac_msg, guest_length, 0x15);
LAYOUT_AT(sev_packet_mac_msg, trans_length, 0x19);

/* -- Page swap	[SEV SWAP_OUT, SWAP_IN] --------------------------------------------------------- */

/* Flags of the command and of the entry. */
#define SEV_SWAP_PAGE_2M	BIT32(0)	/* else 4 KiB */
#define SEV_SWAP_TYPE_SHIFT	1		/* enum sev_swap_type */
#define SEV_SWAP_TYPE_MASK	BITS32(2, 1)
#define SEV_SWAP_IN_PLACE	BIT32(3)	/* SWAP_IN only: the destination is the source */

LAYOUT_FIELD(SEV_SWAP_TYPE);

enum sev_swap_type {
	SEV_SWAP_DATA	= 0,
	SEV_SWAP_VMSA	= 2,
};

struct sev_swap_mdata {		/* metadata entry: out of SWAP_OUT, in for SWAP_IN */
	u64	software_data;	/* as given to SWAP_OUT, not read by firmware */
	u8	iv[8];
	u8	auth_tag[16];
	u8	rsvd_20[28];
	u32	flags;		/* SEV_SWAP_PAGE_2M, SEV_SWAP_TYPE */
};
LAYOUT_SIZE(sev_swap_mdata, 0x40);
LAYOUT_AT(sev_swap_mdata, software_data, 0x00);
LAYOUT_AT(sev_swap_mdata, iv, 0x08);
LAYOUT_AT(sev_swap_mdata, auth_tag, 0x10);
LAYOUT_AT(sev_swap_mdata, rsvd_20, 0x20);
LAYOUT_AT(sev_swap_mdata, flags, 0x3c);

/* clang-format on */

#endif
