/* SPDX-License-Identifier: MIT */
/*
 * The SEV-SNP firmware ABI: states, TCB versions, guest policy, page types, and the structures that
 * commands point to.  The commands are in abi/snp_cmd.h, guest messages in abi/snp_guest_msg.h, the
 * attestation report in abi/snp_report.h, the special pages of a launch in abi/snp_pages.h; mailbox
 * and status codes, shared with the legacy commands, in abi/sev.h.
 *
 * Every integer is little-endian.  "in", "out" and "io" are the caller's view.  Reserved fields
 * carry their offset in their name, and are zero on input.
 *	[SNP, publication 56860, revisions 1.55 to 1.58]
 */
#ifndef ABI_SNP_H
#define ABI_SNP_H

#include "abi/layout.h"
#include "base/compiler.h"

/* clang-format off */

/* -- States	[SNP Platform State Machine, Guest State Machine] ------------------------------- */

enum snp_platform_state {
	SNP_PLATFORM_UNINIT	= 0,
	SNP_PLATFORM_INIT	= 1,
};

enum snp_guest_state {
	SNP_GSTATE_INIT		= 0,	/* since GCTX_CREATE */
	SNP_GSTATE_LAUNCH	= 1,	/* since LAUNCH_START */
	SNP_GSTATE_RUNNING	= 2,	/* since LAUNCH_FINISH, import or absorb */
};

/* -- TCB_VERSION	[SNP TCB Version] ------------------------------------------------------- */

/*
 * A u64 whose bytes are security version numbers.  Which byte is which depends on the product, but
 * a component is one whole byte in both layouts: "every component at most" is "every byte at most".
 * The order of two u64 says nothing.
 */
#define SNP_TCB_MILAN_BOOT_LOADER_SHIFT	0	/* Milan, Genoa and their kin: CPUID family 19h */
#define SNP_TCB_MILAN_BOOT_LOADER_MASK	BITS64(7, 0)
#define SNP_TCB_MILAN_TEE_SHIFT		8
#define SNP_TCB_MILAN_TEE_MASK		BITS64(15, 8)
#define SNP_TCB_MILAN_SNP_SHIFT		48
#define SNP_TCB_MILAN_SNP_MASK		BITS64(55, 48)
#define SNP_TCB_MILAN_MICROCODE_SHIFT	56
#define SNP_TCB_MILAN_MICROCODE_MASK	BITS64(63, 56)
#define SNP_TCB_MILAN_RSVD_MASK		BITS64(47, 16)

#define SNP_TCB_TURIN_FMC_SHIFT		0	/* Turin and its kin: CPUID family 1Ah */
#define SNP_TCB_TURIN_FMC_MASK		BITS64(7, 0)
#define SNP_TCB_TURIN_BOOT_LOADER_SHIFT	8
#define SNP_TCB_TURIN_BOOT_LOADER_MASK	BITS64(15, 8)
#define SNP_TCB_TURIN_TEE_SHIFT		16
#define SNP_TCB_TURIN_TEE_MASK		BITS64(23, 16)
#define SNP_TCB_TURIN_SNP_SHIFT		24
#define SNP_TCB_TURIN_SNP_MASK		BITS64(31, 24)
#define SNP_TCB_TURIN_MICROCODE_SHIFT	56
#define SNP_TCB_TURIN_MICROCODE_MASK	BITS64(63, 56)
#define SNP_TCB_TURIN_RSVD_MASK		BITS64(55, 32)

LAYOUT_FIELD(SNP_TCB_MILAN_BOOT_LOADER);
LAYOUT_FIELD(SNP_TCB_MILAN_TEE);
LAYOUT_FIELD(SNP_TCB_MILAN_SNP);
LAYOUT_FIELD(SNP_TCB_MILAN_MICROCODE);
LAYOUT_FIELD(SNP_TCB_TURIN_FMC);
LAYOUT_FIELD(SNP_TCB_TURIN_BOOT_LOADER);
LAYOUT_FIELD(SNP_TCB_TURIN_TEE);
LAYOUT_FIELD(SNP_TCB_TURIN_SNP);
LAYOUT_FIELD(SNP_TCB_TURIN_MICROCODE);

/* -- Guest policy	[SNP Guest Policy] ------------------------------------------------------ */

#define SNP_POLICY_ABI_MINOR_SHIFT		0		/* least firmware ABI version */
#define SNP_POLICY_ABI_MINOR_MASK		BITS64(7, 0)
#define SNP_POLICY_ABI_MAJOR_SHIFT		8
#define SNP_POLICY_ABI_MAJOR_MASK		BITS64(15, 8)
#define SNP_POLICY_SMT				BIT64(16)	/* SMT may be on */
#define SNP_POLICY_RSVD_MBO			BIT64(17)	/* must be one */
#define SNP_POLICY_MIGRATE_MA			BIT64(18)	/* may have a migration agent */
#define SNP_POLICY_DEBUG			BIT64(19)	/* DBG_DECRYPT, DBG_ENCRYPT */
#define SNP_POLICY_SINGLE_SOCKET		BIT64(20)	/* runs on one socket only */
#define SNP_POLICY_CXL_ALLOW			BIT64(21)	/* CXL may be populated */
#define SNP_POLICY_MEM_AES_256_XTS		BIT64(22)	/* AES-256-XTS, not AES-128-XEX */
#define SNP_POLICY_RAPL_DIS			BIT64(23)	/* RAPL must be off */
#define SNP_POLICY_CIPHERTEXT_HIDING_DRAM	BIT64(24)	/* must be on */
#define SNP_POLICY_PAGE_SWAP_DISABLE		BIT64(25)	/* no PAGE_MOVE, SWAP_*; 1.58 */
#define SNP_POLICY_RSVD_MASK			BITS64(63, 26)

LAYOUT_FIELD(SNP_POLICY_ABI_MINOR);
LAYOUT_FIELD(SNP_POLICY_ABI_MAJOR);

/* -- Launch: page types and the digest chain	[SNP SNP_LAUNCH_UPDATE, PAGE_INFO] -------------- */

enum snp_page_type {
	SNP_PAGE_TYPE_NORMAL		= 1,
	SNP_PAGE_TYPE_VMSA		= 2,
	SNP_PAGE_TYPE_ZERO		= 3,
	SNP_PAGE_TYPE_UNMEASURED	= 4,
	SNP_PAGE_TYPE_SECRETS		= 5,	/* struct snp_secrets_page, by firmware */
	SNP_PAGE_TYPE_CPUID		= 6,	/* struct snp_cpuid_page, checked by firmware */
};

enum {
	SNP_DIGEST_SIZE		= 48,	/* SHA-384 */
	SNP_KEY_SIZE		= 32,	/* VMPCK, OEK, VMRK */
	SNP_PAGE_INFO_LENGTH	= 0x70,
};

/* LD becomes SHA-384 of this for every page added; it starts as 48 zero bytes. */
struct snp_page_info {		/* private to firmware and whoever predicts LD */
	u8	digest_cur[48];	/* LD before this page */
	u8	contents[48];	/* SHA-384 of the plaintext for NORMAL and VMSA, else zero */
	u16	length;		/* SNP_PAGE_INFO_LENGTH */
	u8	page_type;	/* enum snp_page_type */
	u8	imi_page;	/* SNP_PAGE_INFO_IMI */
	u8	rsvd_64;
	u8	vmpl1_perms;	/* RMP_PERM_ of abi/rmp.h */
	u8	vmpl2_perms;
	u8	vmpl3_perms;
	u64	gpa;		/* from the RMP entry */
};
LAYOUT_SIZE(snp_page_info, 0x70);
LAYOUT_AT(snp_page_info, digest_cur, 0x00);
LAYOUT_AT(snp_page_info, contents, 0x30);
LAYOUT_AT(snp_page_info, length, 0x60);
LAYOUT_AT(snp_page_info, page_type, 0x62);
LAYOUT_AT(snp_page_info, imi_page, 0x63);
LAYOUT_AT(snp_page_info, rsvd_64, 0x64);
LAYOUT_AT(snp_page_info, vmpl1_perms, 0x65);
LAYOUT_AT(snp_page_info, vmpl2_perms, 0x66);
LAYOUT_AT(snp_page_info, vmpl3_perms, 0x67);
LAYOUT_AT(snp_page_info, gpa, 0x68);

#define SNP_PAGE_INFO_IMI	BIT32(0)	/* part of an incoming migration image */

#define SNP_VMSA_GPA_KVM	0x0000fffffffff000ull	/* where KVM lets every VMSA be measured */

/* -- What SNP_PLATFORM_STATUS writes	[SNP SNP_PLATFORM_STATUS] ------------------------------- */

struct snp_platform_status {	/* all out */
	u8	api_major;
	u8	api_minor;
	u8	state;		/* enum snp_platform_state */
	u8	is_rmp_init;	/* SNP_STATUS_RMP_ */
	u32	build_id;
	u32	flags;		/* SNP_STATUS_ */
	u32	guest_count;
	u64	current_tcb;
	u64	reported_tcb;
};
LAYOUT_SIZE(snp_platform_status, 0x20);
LAYOUT_AT(snp_platform_status, api_major, 0x00);
LAYOUT_AT(snp_platform_status, api_minor, 0x01);
LAYOUT_AT(snp_platform_status, state, 0x02);
LAYOUT_AT(snp_platform_status, is_rmp_init, 0x03);
LAYOUT_AT(snp_platform_status, build_id, 0x04);
LAYOUT_AT(snp_platform_status, flags, 0x08);
LAYOUT_AT(snp_platform_status, guest_count, 0x0c);
LAYOUT_AT(snp_platform_status, current_tcb, 0x10);
LAYOUT_AT(snp_platform_status, reported_tcb, 0x18);

#define SNP_STATUS_RMP_IS_INIT			BIT32(0)	/* since the last reset */
#define SNP_STATUS_RMP_ALIAS_CHECK_COMPLETE	BIT32(1)	/* no two addresses alias */
#define SNP_STATUS_RMP_TIO_EN			BIT32(3)

#define SNP_STATUS_MASK_CHIP_ID			BIT32(0)	/* as SNP_CONFIG set it */
#define SNP_STATUS_MASK_CHIP_KEY		BIT32(1)
#define SNP_STATUS_VLEK_EN			BIT32(2)	/* a VLEK is loaded */
#define SNP_STATUS_FEATURE_INFO			BIT32(3)	/* the command exists */
#define SNP_STATUS_RAPL_DIS			BIT32(4)
#define SNP_STATUS_CIPHERTEXT_HIDING_DRAM_CAP	BIT32(5)
#define SNP_STATUS_CIPHERTEXT_HIDING_DRAM_EN	BIT32(6)
#define SNP_STATUS_TIO_EN			BIT32(7)

/* -- What SNP_FEATURE_INFO writes, after CPUID Fn8000_0024	[SNP SNP_FEATURE_INFO] ---------- */

struct snp_feature_info {	/* all out */
	u32	eax;	/* sub-function 0: highest sub-function */
	u32	ebx;
	u32	ecx;
	u32	edx;
};
LAYOUT_SIZE(snp_feature_info, 0x10);
LAYOUT_AT(snp_feature_info, eax, 0x00);
LAYOUT_AT(snp_feature_info, ebx, 0x04);
LAYOUT_AT(snp_feature_info, ecx, 0x08);
LAYOUT_AT(snp_feature_info, edx, 0x0c);

#define SNP_FEATURE_EBX_TIO			BIT32(1)	/* sub-function 0 all */
#define SNP_FEATURE_ECX_VLEK			BIT32(0)
#define SNP_FEATURE_ECX_X86_SNP_SHUTDOWN	BIT32(1)
#define SNP_FEATURE_ECX_RAPL_DIS		BIT32(2)
#define SNP_FEATURE_ECX_CIPHERTEXT_HIDING_DRAM	BIT32(3)
#define SNP_FEATURE_ECX_MEM_AES_256_XTS		BIT32(4)
#define SNP_FEATURE_ECX_CXL_ALLOW		BIT32(5)
#define SNP_FEATURE_ECX_VERIFY_MITIGATION	BIT32(13)

/* -- What SNP_GUEST_STATUS writes	[SNP SNP_GUEST_STATUS] ---------------------------------- */

struct snp_guest_status {	/* all out */
	u64	policy;
	u32	asid;
	u8	state;		/* enum snp_guest_state */
	u8	rsvd_0d[19];
};
LAYOUT_SIZE(snp_guest_status, 0x20);
LAYOUT_AT(snp_guest_status, policy, 0x00);
LAYOUT_AT(snp_guest_status, asid, 0x08);
LAYOUT_AT(snp_guest_status, state, 0x0c);
LAYOUT_AT(snp_guest_status, rsvd_0d, 0x0d);

/* -- Range list of SNP_INIT_EX and SNP_PAGE_SET_STATE	[SNP SNP_INIT_EX] ----------------------- */

struct snp_range {		/* all in */
	u64	base;		/* first byte */
	u32	page_count;	/* 4 KiB pages */
	u32	rsvd_0c;
};
LAYOUT_SIZE(snp_range, 0x10);
LAYOUT_AT(snp_range, base, 0x00);
LAYOUT_AT(snp_range, page_count, 0x08);
LAYOUT_AT(snp_range, rsvd_0c, 0x0c);

struct snp_range_list {			/* all in; lies within one 4 KiB page */
	u32	num_elements;		/* at most SNP_RANGE_MAX */
	u32	rsvd_04;
	struct snp_range ranges[];
};
LAYOUT_SIZE(snp_range_list, 0x08);
LAYOUT_AT(snp_range_list, num_elements, 0x00);
LAYOUT_AT(snp_range_list, rsvd_04, 0x04);
LAYOUT_AT(snp_range_list, ranges, 0x08);

enum {
	SNP_RANGE_MAX	= 255,
};

/* -- Wrapped VLEK hashstick of SNP_VLEK_LOAD	[SNP SNP_VLEK_LOAD] ----------------------------- */

struct snp_vlek_hashstick {	/* all in */
	u8	iv[12];
	u32	rsvd_00c;
	u8	wrapped[384];	/* AES-256-GCM under a key of this chip */
	u64	tcb_version;	/* authenticated; what the VLEK was derived for */
	u64	rsvd_198;
	u8	auth_tag[16];
};
LAYOUT_SIZE(snp_vlek_hashstick, 0x1b0);
LAYOUT_AT(snp_vlek_hashstick, iv, 0x000);
LAYOUT_AT(snp_vlek_hashstick, rsvd_00c, 0x00c);
LAYOUT_AT(snp_vlek_hashstick, wrapped, 0x010);
LAYOUT_AT(snp_vlek_hashstick, tcb_version, 0x190);
LAYOUT_AT(snp_vlek_hashstick, rsvd_198, 0x198);
LAYOUT_AT(snp_vlek_hashstick, auth_tag, 0x1a0);

/* -- What SNP_VERIFY_MITIGATION writes	[SNP SNP_VERIFY_MITIGATION] ----------------------------- */

struct snp_mitigation_result {		/* all out; one bit a mitigation */
	u64	mit_verified_vector;
	u64	mit_supported_vector;
	u32	mit_failure_status;
} PACKED; /* ends on a 32-bit field */
LAYOUT_SIZE(snp_mitigation_result, 0x14);
LAYOUT_AT(snp_mitigation_result, mit_verified_vector, 0x00);
LAYOUT_AT(snp_mitigation_result, mit_supported_vector, 0x08);
LAYOUT_AT(snp_mitigation_result, mit_failure_status, 0x10);

#define SNP_MIT_CVE_2025_48514	BIT64(3)	/* verified: SEV-ES guests are disabled */

/* -- Metadata entry of a swapped page	[SNP 3.1 Metadata Entries (MDATA)] ---------------------- */

struct snp_mdata_entry {	/* all out of SWAP_OUT, all in for SWAP_IN */
	u64	software_data;	/* as given to SWAP_OUT, not read by firmware */
	u64	iv;		/* counter in the guest context */
	u8	auth_tag[16];	/* AES-256-GCM under the OEK */
	u64	attrs;		/* SNP_MDATA_ */
	u8	vmpl_perms[4];	/* of VMPL0..3 */
	u32	rsvd_2c;
	u64	rsvd_30;
	u64	rsvd_38;
};
LAYOUT_SIZE(snp_mdata_entry, 0x40);
LAYOUT_AT(snp_mdata_entry, software_data, 0x00);
LAYOUT_AT(snp_mdata_entry, iv, 0x08);
LAYOUT_AT(snp_mdata_entry, auth_tag, 0x10);
LAYOUT_AT(snp_mdata_entry, attrs, 0x20);
LAYOUT_AT(snp_mdata_entry, vmpl_perms, 0x28);
LAYOUT_AT(snp_mdata_entry, rsvd_2c, 0x2c);
LAYOUT_AT(snp_mdata_entry, rsvd_30, 0x30);
LAYOUT_AT(snp_mdata_entry, rsvd_38, 0x38);

#define SNP_MDATA_VALID			BIT64(0)	/* SWAP_IN clears it, against replay */
#define SNP_MDATA_PAGE_VALIDATED	BIT64(1)
#define SNP_MDATA_VMSA			BIT64(2)
#define SNP_MDATA_METADATA		BIT64(3)
#define SNP_MDATA_PAGE_2M		BIT64(4)
#define SNP_MDATA_GPA_SHIFT		12
#define SNP_MDATA_GPA_MASK		BITS64(63, 12)

LAYOUT_FIELD(SNP_MDATA_GPA);

enum {
	SNP_MDATA_PAGE_ENTRIES	= 64,
};

/* clang-format on */

#endif
