/* SPDX-License-Identifier: MIT */
/*
 * Certificates and the attestation report of the legacy SEV API, and the encodings of public keys
 * and signatures, which SNP shares.
 *
 *	ARK -> ASK -> CEK -> PEK <- OCA,	PEK -> PDH,	PEK -> attestation report
 *
 * ARK and ASK are AMD's, of variable size; the others are of one fixed size.  All numbers, the
 * coordinates and signatures among them, are little-endian and padded with zeros at the end.
 * Nothing here has a direction: each party writes its own.
 *	[SEV B AMD Signing Key Certificate, C SEV Certificate]
 */
#ifndef ABI_SEV_CERT_H
#define ABI_SEV_CERT_H

#include "abi/guid.h"
#include "abi/layout.h"

/* clang-format off */

/* -- Codes	[SEV C.1] ----------------------------------------------------------------------- */

enum sev_usage {
	SEV_USAGE_ARK		= 0x0000,
	SEV_USAGE_ASK		= 0x0013,
	SEV_USAGE_INVALID	= 0x1000,	/* signature slot is empty */
	SEV_USAGE_OCA		= 0x1001,
	SEV_USAGE_PEK		= 0x1002,
	SEV_USAGE_PDH		= 0x1003,	/* an owner's ECDH key too */
	SEV_USAGE_CEK		= 0x1004,
};

enum sev_algo {
	SEV_ALGO_INVALID	= 0x000,
	SEV_ALGO_RSA_SHA256	= 0x001,	/* RSASSA-PSS, MGF1 with the same hash */
	SEV_ALGO_ECDSA_SHA256	= 0x002,
	SEV_ALGO_ECDH_SHA256	= 0x003,
	SEV_ALGO_RSA_SHA384	= 0x101,
	SEV_ALGO_ECDSA_SHA384	= 0x102,
	SEV_ALGO_ECDH_SHA384	= 0x103,
};

enum sev_curve {
	SEV_CURVE_INVALID	= 0,
	SEV_CURVE_P256		= 1,
	SEV_CURVE_P384		= 2,
};

enum {
	SEV_CERT_VERSION	= 1,
	SEV_EC_COMPONENT	= 72,	/* bytes of a coordinate, of R and of S; P-384 uses 48 */
	SEV_RSA_COMPONENT	= 512,
	SEV_SIG_SIZE		= 0x200,
	SEV_PUBKEY_SIZE		= 0x404,
};

/* -- Public keys	[SEV C.3 Public Key Formats; SNP ECDSA P-384 public key] ---------------- */

struct sev_ecdsa_pubkey {	/* ECDSA and ECDH */
	u32	curve;		/* enum sev_curve */
	u8	qx[72];
	u8	qy[72];
	u8	rsvd_094[880];
};
LAYOUT_SIZE(sev_ecdsa_pubkey, 0x404);
LAYOUT_AT(sev_ecdsa_pubkey, curve, 0x000);
LAYOUT_AT(sev_ecdsa_pubkey, qx, 0x004);
LAYOUT_AT(sev_ecdsa_pubkey, qy, 0x04c);
LAYOUT_AT(sev_ecdsa_pubkey, rsvd_094, 0x094);

struct sev_rsa_pubkey {
	u32	modulus_size;	/* bits: 2048, 4096 */
	u8	pubexp[512];
	u8	modulus[512];
};
LAYOUT_SIZE(sev_rsa_pubkey, 0x404);
LAYOUT_AT(sev_rsa_pubkey, modulus_size, 0x000);
LAYOUT_AT(sev_rsa_pubkey, pubexp, 0x004);
LAYOUT_AT(sev_rsa_pubkey, modulus, 0x204);

/* Which of the two, the algorithm beside it says. */
struct sev_pubkey {
	union {
		struct sev_ecdsa_pubkey	ec;
		struct sev_rsa_pubkey	rsa;
	};
};
LAYOUT_SIZE(sev_pubkey, 0x404);
LAYOUT_AT(sev_pubkey, ec, 0x00);
LAYOUT_AT(sev_pubkey, rsa, 0x00);

/* -- Signatures	[SEV C.4 Signature Formats; SNP ECDSA P-384 with SHA-384 signature] ----- */

struct sev_ecdsa_sig {
	u8	r[72];
	u8	s[72];
	u8	rsvd_090[368];
};
LAYOUT_SIZE(sev_ecdsa_sig, 0x200);
LAYOUT_AT(sev_ecdsa_sig, r, 0x000);
LAYOUT_AT(sev_ecdsa_sig, s, 0x048);
LAYOUT_AT(sev_ecdsa_sig, rsvd_090, 0x090);

struct sev_rsa_sig {
	u8	s[512];
};
LAYOUT_SIZE(sev_rsa_sig, 0x200);
LAYOUT_AT(sev_rsa_sig, s, 0x000);

struct sev_sig {
	union {
		struct sev_ecdsa_sig	ecdsa;
		struct sev_rsa_sig	rsa;
	};
};
LAYOUT_SIZE(sev_sig, 0x200);
LAYOUT_AT(sev_sig, ecdsa, 0x00);
LAYOUT_AT(sev_sig, rsa, 0x00);

/* -- SEV certificate: OCA, PEK, PDH, CEK, owner's ECDH key	[SEV C.1] ----------------------- */

struct sev_cert {
	u32	version;		/* SEV_CERT_VERSION */
	u8	api_major;		/* of the firmware that made the certificate */
	u8	api_minor;
	u16	rsvd_006;
	u32	pubkey_usage;		/* enum sev_usage */
	u32	pubkey_algo;		/* enum sev_algo */
	struct sev_pubkey pubkey;
	u32	sig1_usage;		/* of the key that signed; SEV_USAGE_INVALID: empty slot */
	u32	sig1_algo;
	struct sev_sig sig1;
	u32	sig2_usage;
	u32	sig2_algo;
	struct sev_sig sig2;
};
LAYOUT_SIZE(sev_cert, 0x824);
LAYOUT_AT(sev_cert, version, 0x000);
LAYOUT_AT(sev_cert, api_major, 0x004);
LAYOUT_AT(sev_cert, api_minor, 0x005);
LAYOUT_AT(sev_cert, rsvd_006, 0x006);
LAYOUT_AT(sev_cert, pubkey_usage, 0x008);
LAYOUT_AT(sev_cert, pubkey_algo, 0x00c);
LAYOUT_AT(sev_cert, pubkey, 0x010);
LAYOUT_AT(sev_cert, sig1_usage, 0x414);
LAYOUT_AT(sev_cert, sig1_algo, 0x418);
LAYOUT_AT(sev_cert, sig1, 0x41c);
LAYOUT_AT(sev_cert, sig2_usage, 0x61c);
LAYOUT_AT(sev_cert, sig2_algo, 0x620);
LAYOUT_AT(sev_cert, sig2, 0x624);

/* Both signatures cover the bytes before the first slot. */
#define SEV_CERT_SIGNED_SIZE	offsetof(struct sev_cert, sig1_usage)

struct sev_cert_chain {		/* of PDH_CERT_EXPORT and SEND_START */
	struct sev_cert pek;
	struct sev_cert oca;
	struct sev_cert cek;	/* without a signature when exported */
};
LAYOUT_SIZE(sev_cert_chain, 0x186c);
LAYOUT_AT(sev_cert_chain, pek, 0x000);
LAYOUT_AT(sev_cert_chain, oca, 0x824);
LAYOUT_AT(sev_cert_chain, cek, 0x1048);

/* -- AMD certificate: ARK, ASK	[SEV B.1] ------------------------------------------------------- */

struct amd_cert_hdr {			/* then exponent, modulus, signature */
	u32	version;		/* SEV_CERT_VERSION */
	struct guid key_id;
	struct guid certifying_key_id;	/* of the signer; key_id in an ARK */
	u32	key_usage;		/* SEV_USAGE_ARK, SEV_USAGE_ASK */
	u8	rsvd_28[16];
	u32	pubexp_size;		/* bits */
	u32	modulus_size;		/* bits: 2048 (with SHA-256), 4096 (with SHA-384) */
};
LAYOUT_SIZE(amd_cert_hdr, 0x40);
LAYOUT_AT(amd_cert_hdr, version, 0x00);
LAYOUT_AT(amd_cert_hdr, key_id, 0x04);
LAYOUT_AT(amd_cert_hdr, certifying_key_id, 0x14);
LAYOUT_AT(amd_cert_hdr, key_usage, 0x24);
LAYOUT_AT(amd_cert_hdr, rsvd_28, 0x28);
LAYOUT_AT(amd_cert_hdr, pubexp_size, 0x38);
LAYOUT_AT(amd_cert_hdr, modulus_size, 0x3c);

/* All published certificates give the exponent the width of the modulus. */
#define AMD_CERT_SIZE(bits)		(sizeof(struct amd_cert_hdr) + 3 * ((bits) / 8))
#define AMD_CERT_SIGNED_SIZE(bits)	(sizeof(struct amd_cert_hdr) + 2 * ((bits) / 8))

/* KEY_ID of AMD's published keys: X(product, ARK, ASK). */
#define AMD_CERT_KEY_IDS(X)                                                                        \
	X("Naples", GUID_TEXT(0x1bb987c3, 0x5949, 0x4606, 0xb174, 0x945601c9ea5b),                 \
		    GUID_TEXT(0xe139970c, 0xfc46, 0x4377, 0xae61, 0xb289e2f9e96e))                 \
	X("Rome",   GUID_TEXT(0xe6002122, 0xfb58, 0x4193, 0x99d1, 0x5fee7b131351),                 \
		    GUID_TEXT(0xc6cbcf14, 0x5b31, 0x46f4, 0x98e4, 0x0ecb4ad4fded))                 \
	X("Milan",  GUID_TEXT(0x94c38e41, 0x77d0, 0x4792, 0x92a7, 0xae671d083fb6),                 \
		    GUID_TEXT(0x73478c05, 0xcc17, 0x4bfe, 0xb06e, 0x718fa75dc3c8))                 \
	X("Genoa",  GUID_TEXT(0x9f9d4a8f, 0xe761, 0x4565, 0x99f6, 0x946c4c010f3a),                 \
		    GUID_TEXT(0xacbb4ad2, 0x1acc, 0x436f, 0xb3e9, 0x32f812cd01b0))                 \
	X("Turin",  GUID_TEXT(0xd05c3a8b, 0xde48, 0x4904, 0xb495, 0x52422ceb3942),                 \
		    GUID_TEXT(0x15051693, 0xf730, 0x4d65, 0xa527, 0xb4a7f3f7cb77))

/* -- Attestation report	[SEV ATTESTATION] ----------------------------------------------- */

struct sev_attestation_report {		/* all out */
	u8	mnonce[16];		/* from the command */
	u8	launch_digest[32];
	u32	policy;
	u32	sig_usage;		/* SEV_USAGE_PEK */
	u32	sig_algo;		/* SEV_ALGO_ECDSA_SHA256 */
	u32	rsvd_3c;
	u8	sig_r[72];
	u8	sig_s[72];
};
LAYOUT_SIZE(sev_attestation_report, 0xd0);
LAYOUT_AT(sev_attestation_report, mnonce, 0x00);
LAYOUT_AT(sev_attestation_report, launch_digest, 0x10);
LAYOUT_AT(sev_attestation_report, policy, 0x30);
LAYOUT_AT(sev_attestation_report, sig_usage, 0x34);
LAYOUT_AT(sev_attestation_report, sig_algo, 0x38);
LAYOUT_AT(sev_attestation_report, rsvd_3c, 0x3c);
LAYOUT_AT(sev_attestation_report, sig_r, 0x40);
LAYOUT_AT(sev_attestation_report, sig_s, 0x88);

#define SEV_REPORT_SIGNED_SIZE	offsetof(struct sev_attestation_report, sig_usage)

/* clang-format on */

#endif
