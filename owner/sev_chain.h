/* SPDX-License-Identifier: MIT */
/*
 * The certificates that tie a platform's keys to AMD.	[SEV 2.1 Platform Keys and Certificates]
 *
 *	ARK -> ASK -> CEK -> PEK <- OCA		PEK -> PDH
 *
 * They come as the files of the usual tools, in any order and number: one certificate each, or
 * several one after the other (sevctl's export: PDH, PEK, OCA, CEK, and ASK, ARK where it was asked
 * for them).  Each certificate says what it is.
 */
#ifndef OWNER_SEV_CHAIN_H
#define OWNER_SEV_CHAIN_H

#include "owner/audit.h"
#include "owner/roots.h"
#include "owner/sev_cert.h"

enum owner_chain_part {
	OWNER_CHAIN_PDH,
	OWNER_CHAIN_PEK,
	OWNER_CHAIN_OCA,
	OWNER_CHAIN_CEK,
	OWNER_CHAIN_ASK,
	OWNER_CHAIN_ARK,
	OWNER_CHAIN_PARTS,
};

/* About 15 KiB; zero it before the first owner_chain_add(). */
struct owner_chain {
	bool has[OWNER_CHAIN_PARTS];
	struct owner_cert pdh, pek, oca, cek;
	struct owner_amd_cert ask, ark;
};

/*
 * Adds the certificates that the bytes hold; name stands first in the line of an error.  -EINVAL:
 * bytes that are no certificate, a field that is not as it must be, or a second certificate of one
 * kind.  What was added before the failure stays.
 */
int owner_chain_add(struct owner_chain *chain, const char *name, const void *bytes, size_t len,
		    struct error *err) MUST_CHECK;

/*
 * Checks each link from the root down to the leaf, which is the PDH or the PEK, and records it; the
 * caller completes the record.  0, or -ENOMEM or -EIO.
 */
int owner_chain_verify(struct owner_audit *audit, const struct owner_chain *chain,
		       enum owner_chain_part leaf, const struct owner_trust *trust) MUST_CHECK;

#endif
