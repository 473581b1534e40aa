/* SPDX-License-Identifier: MIT */
/* Verifies legacy attestation reports. */
#include "owner/sev_report.h"

#include <errno.h>
#include <string.h>

#include "crypto/ecdsa.h"

int owner_sev_report_decode(struct sev_attestation_report *report, const void *bytes, size_t len,
			    struct error *err)
{
	memset(report, 0, sizeof(*report));
	if (len != sizeof(*report))
		return error_set(err, EINVAL, "report: %zu bytes, expected %zu", len,
				 sizeof(*report));
	memcpy(report, bytes, len);
	if (report->sig_usage != SEV_USAGE_PEK)
		return error_set(err, EINVAL, "report: signer usage %04xh, expected 1002h (PEK)",
				 report->sig_usage);
	if (report->sig_algo != SEV_ALGO_ECDSA_SHA256)
		return error_set(err, EINVAL, "report: signature algorithm %03xh, expected 002h",
				 report->sig_algo);
	if (report->rsvd_3c != 0)
		return error_set(err, EINVAL, "report: reserved bytes at 3Ch are not zero");
	return 0;
}

static void check_bytes(struct owner_audit *audit, const char *what, const u8 *expected,
			const u8 *found, size_t len)
{
	if (expected) {
		bool equal = memcmp(expected, found, len) == 0;

		owner_audit_check(audit, equal, what, "%s", equal ? "" : "not the one expected");
	}
}

int owner_sev_report_verify(struct owner_audit *audit, const struct sev_attestation_report *report,
			    const struct ec_public *pek, const struct owner_sev_expect *expect)
{
	struct ecdsa_sig sig;
	enum verdict v;
	int ret;

	memcpy(sig.r, report->sig_r, sizeof(sig.r));
	memcpy(sig.s, report->sig_s, sizeof(sig.s));
	ret = ecdsa_verify(&v, pek, HASH_SHA256, report, SEV_REPORT_SIGNED_SIZE, &sig);
	if (ret)
		return ret;
	owner_audit_check(audit, v == VERDICT_GOOD, "PEK signs report", "%s",
			  v == VERDICT_GOOD ? "" : verdict_text(v));
	if (expect->policy)
		owner_audit_check(audit, report->policy == *expect->policy, "policy",
				  "%08xh, expected %08xh", report->policy, *expect->policy);
	check_bytes(audit, "launch digest", expect->launch_digest, report->launch_digest,
		    sizeof(report->launch_digest));
	check_bytes(audit, "nonce", expect->mnonce, report->mnonce, sizeof(report->mnonce));
	return 0;
}
