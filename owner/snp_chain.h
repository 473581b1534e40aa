/* SPDX-License-Identifier: MIT */
/*
 * The X.509 certificates that tie a report of SEV-SNP to AMD.	[KDS VCEK Certificate]
 *
 *	ARK -> ASK  -> VCEK	a chip's own key at one TCB version
 *	    -> ASVK -> VLEK	a cloud provider's key at one TCB version
 *
 * They come in files, DER or PEM, one or several, in any order; the common name says what each is.
 */
#ifndef OWNER_SNP_CHAIN_H
#define OWNER_SNP_CHAIN_H

#include "crypto/x509.h"
#include "crypto/x509_crl.h"
#include "owner/audit.h"
#include "owner/roots.h"

enum owner_snp_part {
	OWNER_SNP_ARK,
	OWNER_SNP_ASK,
	OWNER_SNP_ASVK,
	OWNER_SNP_VCEK,
	OWNER_SNP_VLEK,
	OWNER_SNP_PARTS,
};

enum { OWNER_PRODUCT_SIZE = 16 };

/* All zero before the first owner_snp_chain_add(); end it with owner_snp_chain_fini(). */
struct owner_snp_chain {
	struct x509_cert *cert[OWNER_SNP_PARTS]; /* NULL: not there */
	struct x509_crl *crl;                    /* NULL: not asked */
};

/* Whether the bytes begin like DER or hold a PEM block. */
bool owner_snp_chain_recognises(const void *bytes, size_t len);

/*
 * Adds the certificates that the bytes hold; name stands first in the line of an error.  -EINVAL:
 * not certificates, one that is no part of such a chain, or a second one of its kind.
 */
int owner_snp_chain_add(struct owner_snp_chain *chain, const char *name, const void *bytes,
			size_t len, struct error *err) MUST_CHECK;

/* Adds AMD's list of revoked ASKs and ASVKs; at most one. */
int owner_snp_chain_add_crl(struct owner_snp_chain *chain, const char *name, const void *bytes,
			    size_t len, struct error *err) MUST_CHECK;
void owner_snp_chain_fini(struct owner_snp_chain *chain);

/*
 * Checks each link down to the leaf, OWNER_SNP_VCEK or OWNER_SNP_VLEK, the validity of each
 * certificate at unix_time, and the revocation list if there is one; the caller completes the record.
 * product gets the name that the chain is for ("Milan"), empty when it has none.  0, or -ENOMEM or
 * -EIO.
 */
int owner_snp_chain_verify(struct owner_audit *audit, char product[OWNER_PRODUCT_SIZE],
			   const struct owner_snp_chain *chain, enum owner_snp_part leaf,
			   const struct owner_trust *trust, s64 unix_time) MUST_CHECK;

#endif
