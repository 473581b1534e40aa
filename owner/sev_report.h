/* SPDX-License-Identifier: MIT */
/*
 * Attestation reports of legacy SEV, signed by the platform's PEK.	[SEV ATTESTATION]
 */
#ifndef OWNER_SEV_REPORT_H
#define OWNER_SEV_REPORT_H

#include "abi/sev_cert.h"
#include "base/error.h"
#include "crypto/ec.h"
#include "owner/audit.h"

/* What the owner wants to see; NULL: any. */
struct owner_sev_expect {
	const u32 *policy;
	const u8 *launch_digest; /* 32 bytes */
	const u8 *mnonce;        /* 16 bytes: what the owner asked the report for */
};

/* -EINVAL, with a line: not a report's size, another signer or algorithm, reserved bytes set. */
int owner_sev_report_decode(struct sev_attestation_report *report, const void *bytes, size_t len,
			    struct error *err) MUST_CHECK;

/*
 * Records the signature and each expectation; the caller completes the record.  pek: from a chain
 * that was verified.  0, or -ENOMEM or -EIO.
 */
int owner_sev_report_verify(struct owner_audit *audit, const struct sev_attestation_report *report,
			    const struct ec_public *pek,
			    const struct owner_sev_expect *expect) MUST_CHECK;

#endif
