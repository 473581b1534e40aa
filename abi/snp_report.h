/* SPDX-License-Identifier: MIT */
/*
 * The SNP attestation report, the ID block that a guest owner signs, and the table that brings
 * certificates to a guest.
 *
 * The report is 4A0h bytes in all versions; a version fills in fields that were reserved before.
 * The signature is ECDSA P-384 over SHA-384 of bytes 0..29Fh by the chip's VCEK or the provider's
 * VLEK, whose certificates come from AMD (abi/kds.h).	[SNP 7.3 Attestation]
 */
#ifndef ABI_SNP_REPORT_H
#define ABI_SNP_REPORT_H

#include "abi/guid.h"
#include "abi/layout.h"
#include "abi/sev_cert.h"

/* clang-format off */

/* -- ATTESTATION_REPORT	[SNP ATTESTATION_REPORT] ---------------------------------------- */

enum {
	SNP_REPORT_V2		= 2,
	SNP_REPORT_V3		= 3,	/* CPUID family, model, stepping */
	SNP_REPORT_V5		= 5,	/* mitigation vectors */
	SNP_CHIP_ID_SIZE	= 64,	/* Turin uses SNP_CHIP_ID_SIZE_TURIN, then zeros */
	SNP_CHIP_ID_SIZE_TURIN	= 8,
};

/* The only signature algorithm of SNP: of reports and of the ID block. */
enum snp_sig_algo {
	SNP_SIG_ALGO_ECDSA_P384_SHA384	= 1,
};

/* all out; "v": fields that a version brought, zero before */
struct snp_attestation_report {
	u32	version;
	u32	guest_svn;		/* ID block */
	u64	policy;			/* SNP_POLICY_ */
	u8	family_id[16];		/* ID block */
	u8	image_id[16];		/* ID block */
	u32	vmpl;			/* of the request; SNP_REPORT_VMPL_HOST */
	u32	signature_algo;		/* enum snp_sig_algo */
	u64	current_tcb;		/* running firmware */
	u64	platform_info;		/* SNP_PLATFORM_INFO_ */
	u32	key_info;		/* SNP_KEY_INFO_ */
	u32	rsvd_04c;
	u8	report_data[64];	/* from the request */
	u8	measurement[48];	/* launch digest */
	u8	host_data[32];		/* SNP_LAUNCH_FINISH */
	u8	id_key_digest[48];	/* SHA-384 of the 404h bytes of the ID key */
	u8	author_key_digest[48];	/* likewise of the author key */
	u8	report_id[32];		/* random, one a guest */
	u8	report_id_ma[32];	/* migration agent's; all FFh without one */
	u64	reported_tcb;		/* what the VCEK was derived for */
	u8	cpuid_fam_id;		/* v3: family, combined */
	u8	cpuid_mod_id;		/* v3: model, combined */
	u8	cpuid_step;		/* v3 */
	u8	rsvd_18b[21];
	u8	chip_id[64];		/* zero when masked */
	u64	committed_tcb;		/* least that may be loaded */
	u8	current_build;
	u8	current_minor;
	u8	current_major;
	u8	rsvd_1eb;
	u8	committed_build;
	u8	committed_minor;
	u8	committed_major;
	u8	rsvd_1ef;
	u64	launch_tcb;		/* current_tcb at launch */
	u64	launch_mit_vector;	/* v5 */
	u64	current_mit_vector;	/* v5 */
	u8	rsvd_208[152];
	struct sev_ecdsa_sig signature;
};
LAYOUT_SIZE(snp_attestation_report, 0x4a0);
LAYOUT_AT(snp_attestation_report, version, 0x000);
LAYOUT_AT(snp_attestation_report, guest_svn, 0x004);
LAYOUT_AT(snp_attestation_report, policy, 0x008);
LAYOUT_AT(snp_attestation_report, family_id, 0x010);
LAYOUT_AT(snp_attestation_report, image_id, 0x020);
LAYOUT_AT(snp_attestation_report, vmpl, 0x030);
LAYOUT_AT(snp_attestation_report, signature_algo, 0x034);
LAYOUT_AT(snp_attestation_report, current_tcb, 0x038);
LAYOUT_AT(snp_attestation_report, platform_info, 0x040);
LAYOUT_AT(snp_attestation_report, key_info, 0x048);
LAYOUT_AT(snp_attestation_report, rsvd_04c, 0x04c);
LAYOUT_AT(snp_attestation_report, report_data, 0x050);
LAYOUT_AT(snp_attestation_report, measurement, 0x090);
LAYOUT_AT(snp_attestation_report, host_data, 0x0c0);
LAYOUT_AT(snp_attestation_report, id_key_digest, 0x0e0);
LAYOUT_AT(snp_attestation_report, author_key_digest, 0x110);
LAYOUT_AT(snp_attestation_report, report_id, 0x140);
LAYOUT_AT(snp_attestation_report, report_id_ma, 0x160);
LAYOUT_AT(snp_attestation_report, reported_tcb, 0x180);
LAYOUT_AT(snp_attestation_report, cpuid_fam_id, 0x188);
LAYOUT_AT(snp_attestation_report, cpuid_mod_id, 0x189);
LAYOUT_AT(snp_attestation_report, cpuid_step, 0x18a);
LAYOUT_AT(snp_attestation_report, rsvd_18b, 0x18b);
LAYOUT_AT(snp_attestation_report, chip_id, 0x1a0);
LAYOUT_AT(snp_attestation_report, committed_tcb, 0x1e0);
LAYOUT_AT(snp_attestation_report, current_build, 0x1e8);
LAYOUT_AT(snp_attestation_report, current_minor, 0x1e9);
LAYOUT_AT(snp_attestation_report, current_major, 0x1ea);
LAYOUT_AT(snp_attestation_report, rsvd_1eb, 0x1eb);
LAYOUT_AT(snp_attestation_report, committed_build, 0x1ec);
LAYOUT_AT(snp_attestation_report, committed_minor, 0x1ed);
LAYOUT_AT(snp_attestation_report, committed_major, 0x1ee);
LAYOUT_AT(snp_attestation_report, rsvd_1ef, 0x1ef);
LAYOUT_AT(snp_attestation_report, launch_tcb, 0x1f0);
LAYOUT_AT(snp_attestation_report, launch_mit_vector, 0x1f8);
LAYOUT_AT(snp_attestation_report, current_mit_vector, 0x200);
LAYOUT_AT(snp_attestation_report, rsvd_208, 0x208);
LAYOUT_AT(snp_attestation_report, signature, 0x2a0);

#define SNP_REPORT_SIGNED_SIZE	offsetof(struct snp_attestation_report, signature)

#define SNP_REPORT_VMPL_HOST	0xffffffffu	/* by SNP_HV_REPORT_REQ: the guest did not ask */

#define SNP_PLATFORM_INFO_SMT_EN			BIT64(0)
#define SNP_PLATFORM_INFO_TSME_EN			BIT64(1)
#define SNP_PLATFORM_INFO_ECC_EN			BIT64(2)
#define SNP_PLATFORM_INFO_RAPL_DIS			BIT64(3)
#define SNP_PLATFORM_INFO_CIPHERTEXT_HIDING_DRAM_EN	BIT64(4)
#define SNP_PLATFORM_INFO_ALIAS_CHECK_COMPLETE		BIT64(5)
#define SNP_PLATFORM_INFO_IOMMU_WRITE_SAFE		BIT64(6)
#define SNP_PLATFORM_INFO_TIO_EN			BIT64(7)

#define SNP_KEY_INFO_AUTHOR_KEY_EN	BIT32(0)	/* author_key_digest is valid */
#define SNP_KEY_INFO_MASK_CHIP_KEY	BIT32(1)	/* the report is not signed */
#define SNP_KEY_INFO_SIGNING_KEY_SHIFT	2		/* enum snp_signing_key */
#define SNP_KEY_INFO_SIGNING_KEY_MASK	BITS32(4, 2)

LAYOUT_FIELD(SNP_KEY_INFO_SIGNING_KEY);

enum snp_signing_key {
	SNP_SIGNING_KEY_VCEK	= 0,
	SNP_SIGNING_KEY_VLEK	= 1,
	SNP_SIGNING_KEY_NONE	= 7,
};

/* -- ID block and its authentication	[SNP SNP_LAUNCH_FINISH, ID_BLOCK, ID_AUTH] -------------- */

enum {
	SNP_ID_BLOCK_VERSION	= 1,
};

struct snp_id_block {		/* all in */
	u8	ld[48];		/* the launch digest that is expected */
	u8	family_id[16];	/* the owner's, not read by firmware */
	u8	image_id[16];	/* the owner's, not read by firmware */
	u32	version;	/* SNP_ID_BLOCK_VERSION */
	u32	guest_svn;	/* the owner's */
	u64	policy;		/* the launch policy that is expected */
};
LAYOUT_SIZE(snp_id_block, 0x60);
LAYOUT_AT(snp_id_block, ld, 0x00);
LAYOUT_AT(snp_id_block, family_id, 0x30);
LAYOUT_AT(snp_id_block, image_id, 0x40);
LAYOUT_AT(snp_id_block, version, 0x50);
LAYOUT_AT(snp_id_block, guest_svn, 0x54);
LAYOUT_AT(snp_id_block, policy, 0x58);

struct snp_id_auth {				/* all in */
	u32	id_key_algo;			/* enum snp_sig_algo */
	u32	auth_key_algo;			/* enum snp_sig_algo; 0 without an author key */
	u8	rsvd_008[56];
	struct sev_ecdsa_sig id_block_sig;	/* by the ID key, over the ID block */
	struct sev_ecdsa_pubkey id_key;
	u8	rsvd_644[60];
	struct sev_ecdsa_sig id_key_sig;	/* by the author key, over id_key */
	struct sev_ecdsa_pubkey author_key;
	u8	rsvd_c84[892];
};
LAYOUT_SIZE(snp_id_auth, 0x1000);
LAYOUT_AT(snp_id_auth, id_key_algo, 0x000);
LAYOUT_AT(snp_id_auth, auth_key_algo, 0x004);
LAYOUT_AT(snp_id_auth, rsvd_008, 0x008);
LAYOUT_AT(snp_id_auth, id_block_sig, 0x040);
LAYOUT_AT(snp_id_auth, id_key, 0x240);
LAYOUT_AT(snp_id_auth, rsvd_644, 0x644);
LAYOUT_AT(snp_id_auth, id_key_sig, 0x680);
LAYOUT_AT(snp_id_auth, author_key, 0x880);
LAYOUT_AT(snp_id_auth, rsvd_c84, 0xc84);

/* -- Certificate table of the extended guest request	[GHCB SNP Extended Guest Request] ------- */

struct snp_cert_table_entry {	/* a zero entry ends the table, the certificates follow */
	struct guid guid;	/* SNP_CERT_GUID_, bytes in the order of the text */
	u32	offset;		/* from the start of the table */
	u32	length;
};
LAYOUT_SIZE(snp_cert_table_entry, 0x18);
LAYOUT_AT(snp_cert_table_entry, guid, 0x00);
LAYOUT_AT(snp_cert_table_entry, offset, 0x10);
LAYOUT_AT(snp_cert_table_entry, length, 0x14);

#define SNP_CERT_GUID_ARK	GUID_TEXT(0xc0b406a4, 0xa803, 0x4952, 0x9743, 0x3fb6014cd0ae)
#define SNP_CERT_GUID_ASK	GUID_TEXT(0x4ab7b379, 0xbbac, 0x4fe4, 0xa02f, 0x05aef327c782)
#define SNP_CERT_GUID_VCEK	GUID_TEXT(0x63da758d, 0xe664, 0x4564, 0xadc5, 0xf4b93be8accd)
#define SNP_CERT_GUID_VLEK	GUID_TEXT(0xa8074bc2, 0xa25a, 0x483e, 0xaae6, 0x39c045a0b8a1)
#define SNP_CERT_GUID_CRL	GUID_TEXT(0x92f81bc3, 0x5811, 0x4d3d, 0x97ff, 0xd19f88dc67ea)

/* Of no AMD document: {u32 size, u32 CPUID Fn1 EAX}, for reports before version 3. */
#define SNP_CERT_GUID_EXTRA	GUID_TEXT(0xecae0c0f, 0x9502, 0x43b1, 0xafa2, 0x0ae2e0d565b6)

/* clang-format on */

#endif
