/* SPDX-License-Identifier: MIT */
/*
 * Attestation reports of SEV-SNP, versions 2 to 5.	[SNP 7.3 Attestation]
 *
 * A report says much; its signature makes that the word of a chip whose key AMD certified for a
 * firmware version.  So the certificate must be of the chip and the TCB that the report names, and
 * what the report says must be what the owner expects.
 */
#ifndef OWNER_SNP_REPORT_H
#define OWNER_SNP_REPORT_H

#include "abi/snp_report.h"
#include "base/error.h"
#include "owner/snp_chain.h"

/* The components of a TCB version; the product line decides where each stands in the u64. */
struct owner_tcb {
	u8 fmc; /* Turin and later */
	u8 boot_loader;
	u8 tee;
	u8 snp;
	u8 microcode;
};

/* What the owner wants to see; NULL: any. */
struct owner_snp_expect {
	const u64 *policy;
	const u8 *measurement; /* 48 bytes */
	const u8 *report_data; /* 64 bytes */
	const u8 *host_data;   /* 32 bytes */
	const u32 *vmpl;
	const struct owner_tcb
		*min_tcb; /* each component of each TCB of the report is at least this */
};

/*
 * -EINVAL, with a line that names the field: the size, an unknown version or algorithm, a byte that
 * the version reserves.
 */
int owner_snp_report_decode(struct snp_attestation_report *report, const void *bytes, size_t len,
			    struct error *err) MUST_CHECK;

/*
 * Verifies the chain (owner_snp_chain_verify()), then records what ties the report to it, and each
 * expectation; the caller completes the record.  Whether a VCEK or a VLEK must have signed, the
 * report says.  0, or -ENOMEM or -EIO.
 */
int owner_snp_report_verify(struct owner_audit *audit, const struct snp_attestation_report *report,
			    const struct owner_snp_chain *chain, const struct owner_trust *trust,
			    s64 unix_time, const struct owner_snp_expect *expect) MUST_CHECK;

/*
 * "bl=3,tee=0,snp=8,ucode=115", in any order, "fmc" too; what is not named is 0.  -EINVAL otherwise.
 */
int owner_tcb_parse(struct owner_tcb *tcb, const char *text, struct error *err) MUST_CHECK;

#endif
