/* SPDX-License-Identifier: MIT */
/*
 * AMD's key distribution service and its certificates: X.509 extensions and names, products, URLs.
 *
 *	ARK -> ASK  -> VCEK	one VCEK a chip and TCB version
 *	ARK -> ASVK -> VLEK	one VLEK a cloud provider and TCB version
 *
 * ARK, ASK and ASVK are RSA-4096, VCEK and VLEK are ECDSA P-384; all are signed by RSASSA-PSS with
 * SHA-384, MGF1-SHA-384, salt 48.	[KDS; VLEK certificates: publication 58369]
 */
#ifndef ABI_KDS_H
#define ABI_KDS_H

#include "base/types.h"

/* clang-format off */

/* -- Extensions of VCEK and VLEK certificates, none critical	[KDS VCEK Certificate Format] --- */

#define KDS_OID_BASE		"1.3.6.1.4.1.3704.1"
#define KDS_OID_STRUCT_VERSION	KDS_OID_BASE ".1"	/* INTEGER: 0 Milan and Genoa, 1 Turin */
#define KDS_OID_PRODUCT_NAME	KDS_OID_BASE ".2"	/* IA5String: "Milan-B0", "Turin" */
#define KDS_OID_BL_SPL		KDS_OID_BASE ".3.1"	/* INTEGER, as all of .3: boot loader */
#define KDS_OID_TEE_SPL		KDS_OID_BASE ".3.2"
#define KDS_OID_SNP_SPL		KDS_OID_BASE ".3.3"
#define KDS_OID_SPL_4		KDS_OID_BASE ".3.4"	/* Milan and Genoa */
#define KDS_OID_SPL_5		KDS_OID_BASE ".3.5"
#define KDS_OID_SPL_6		KDS_OID_BASE ".3.6"
#define KDS_OID_SPL_7		KDS_OID_BASE ".3.7"
#define KDS_OID_UCODE_SPL	KDS_OID_BASE ".3.8"
#define KDS_OID_FMC_SPL		KDS_OID_BASE ".3.9"	/* Turin */
#define KDS_OID_HW_ID		KDS_OID_BASE ".4"	/* VCEK: CHIP_ID, bytes without a tag */
#define KDS_OID_CSP_ID		KDS_OID_BASE ".5"	/* VLEK: IA5String, the cloud provider */

/* -- Names, in the order of the RDNs; the country is a PrintableString, the others UTF8String -- */

#define KDS_RDN_OU		"Engineering"
#define KDS_RDN_C		"US"
#define KDS_RDN_L		"Santa Clara"
#define KDS_RDN_ST		"CA"
#define KDS_RDN_O		"Advanced Micro Devices"
#define KDS_CN_ARK_FMT		"ARK-%s"		/* product, as in the URLs */
#define KDS_CN_ASK_FMT		"SEV-%s"		/* product */
#define KDS_CN_ASVK_FMT		"SEV-VLEK-%s"		/* product */
#define KDS_CN_VCEK		"SEV-VCEK"
#define KDS_CN_VLEK		"SEV-VLEK"

/* -- Product lines: X(name in URLs and certificates, CPUID family, first and last model) ------- */

#define KDS_PRODUCTS(X)                                                                            \
	X("Milan", 0x19, 0x00, 0x0f)                                                               \
	X("Genoa", 0x19, 0x10, 0x1f)                                                               \
	X("Genoa", 0x19, 0xa0, 0xaf) /* Bergamo, Siena */                                          \
	X("Turin", 0x1a, 0x00, 0x11)                                                               \
	X("Venice", 0x1a, 0x50, 0x57)                                                              \
	X("Venice", 0x1a, 0x90, 0xaf)                                                              \
	X("Venice", 0x1a, 0xc0, 0xc7)

/* -- URLs	[KDS Interface] ----------------------------------------------------------------- */

/*
 * Formats for printf: product, then the chip ID in lower-case hex (128 digits, Turin 16), then the
 * components of the TCB version as unsigned numbers.
 */
#define KDS_URL_BASE		"https://kdsintf.amd.com"
#define KDS_URL_VCEK_FMT	KDS_URL_BASE "/vcek/v1/%s/%s"					   \
				"?blSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u"
#define KDS_URL_VCEK_TURIN_FMT	KDS_URL_BASE "/vcek/v1/%s/%s"					   \
				"?fmcSPL=%02u&blSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u"
#define KDS_URL_VLEK_FMT	KDS_URL_BASE "/vlek/v1/%s/cert"	/* and the TCB, as above */
#define KDS_URL_VCEK_CHAIN_FMT	KDS_URL_BASE "/vcek/v1/%s/cert_chain"	/* PEM: ASK, ARK */
#define KDS_URL_VLEK_CHAIN_FMT	KDS_URL_BASE "/vlek/v1/%s/cert_chain"	/* PEM: ASVK, ARK */
#define KDS_URL_VCEK_CRL_FMT	KDS_URL_BASE "/vcek/v1/%s/crl"		/* DER; CRL point of ASK */
#define KDS_URL_VLEK_CRL_FMT	KDS_URL_BASE "/vlek/v1/%s/crl"		/* DER; CRL point of ASVK */
#define KDS_URL_CEK_FMT		KDS_URL_BASE "/cek/id/%s"		/* struct sev_cert */

/* clang-format on */

#endif
