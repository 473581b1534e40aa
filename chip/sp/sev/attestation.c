/* SPDX-License-Identifier: MIT */
/*
 * ATTESTATION: what was launched, under which policy, signed by the platform.
 *	[SEV ATTESTATION]
 */
#include <string.h>

#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "crypto/ecdsa.h"

static int make_report(struct sev_attestation_report *r, const struct sev_guest *g,
		       const u8 mnonce[16], const struct ec_key *pek)
{
	struct ecdsa_sig sig;
	int ret;

	*r = (struct sev_attestation_report){
		.policy = g->policy,
		.sig_usage = SEV_USAGE_PEK,
		.sig_algo = SEV_ALGO_ECDSA_SHA256,
	};
	memcpy(r->mnonce, mnonce, sizeof(r->mnonce));
	memcpy(r->launch_digest, g->launch_digest.b, sizeof(r->launch_digest));
	ret = ecdsa_sign(&sig, pek, HASH_SHA256, r, SEV_REPORT_SIGNED_SIZE);
	memcpy(r->sig_r, sig.r, sizeof(r->sig_r));
	memcpy(r->sig_s, sig.s, sizeof(r->sig_s));
	return ret;
}

enum sp_status sev_attestation(struct sp *sp, struct sp_call *call)
{
	struct sev_attestation_buf *buf = (void *)call->buf;
	struct sev_attestation_report report;
	enum sp_status s;
	int ret;

	/* Check. */
	s = sp_check_out_length(&buf->length, sizeof(report));
	if (s)
		return s;
	s = sp_check_range(sp, SP_OUT, buf->paddr, sizeof(report), 1);
	if (s)
		return s;
	ret = make_report(&report, call->guest, buf->mnonce, &sp->platform.identity.pek);
	if (ret)
		return sp_host_failed(call, ret);

	/* Commit. */
	sp_write(sp, buf->paddr, &report, sizeof(report));
	return SP_SUCCESS;
}
