/* SPDX-License-Identifier: MIT */
/*
 * SEND_START: a guest is going to be sent to another platform, if its policy allows that one; the
 * session for it.	[SEV SEND_START]
 *
 * The lengths of all certificates must be right and their addresses good even where the policy
 * makes nobody look at them.
 */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/chain.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/session.h"

static enum sp_status check_lengths(struct sev_send_start_buf *buf)
{
	enum sp_status s;

	s = sp_check_in_length(buf->pdh_cert_length, sizeof(struct sev_cert));
	if (!s)
		s = sp_check_in_length(buf->plat_certs_length, sizeof(struct sev_cert_chain));
	if (!s && buf->amd_certs_length != 2 * AMD_CERT_SIZE(2048) &&
	    buf->amd_certs_length != 2 * AMD_CERT_SIZE(4096))
		s = SP_INVALID_LENGTH;
	return s ? s : sp_check_out_length(&buf->session_length, sizeof(struct sev_session));
}

static enum sp_status check_ranges(const struct sp *sp, const struct sev_send_start_buf *buf)
{
	enum sp_status s;

	s = sp_check_range(sp, SP_IN, buf->pdh_cert_paddr, buf->pdh_cert_length, 1);
	if (!s)
		s = sp_check_range(sp, SP_IN, buf->plat_certs_paddr, buf->plat_certs_length, 1);
	if (!s)
		s = sp_check_range(sp, SP_IN, buf->amd_certs_paddr, buf->amd_certs_length, 1);
	return s ? s : sp_check_range(sp, SP_OUT, buf->session_paddr, buf->session_length, 1);
}

static void take_target(struct sp *sp, const struct sev_send_start_buf *buf, struct sev_target *t)
{
	sp_read(sp, buf->pdh_cert_paddr, &t->pdh, sizeof(t->pdh));
	sp_read(sp, buf->plat_certs_paddr, &t->chain, sizeof(t->chain));
	sp_read(sp, buf->amd_certs_paddr, t->amd, buf->amd_certs_length);
	t->amd_length = buf->amd_certs_length;
}

enum sp_status sev_send_start(struct sp *sp, struct sp_call *call)
{
	struct sev_send_start_buf *buf = (void *)call->buf;
	struct sev_guest *g = call->guest;
	struct sev_session_secrets secrets;
	struct sev_session blob;
	struct ec_public pdh;
	struct sev_target t;
	enum sp_status s;
	int ret;

	/* Check. */
	s = check_lengths(buf);
	if (s)
		return s;
	s = check_ranges(sp, buf);
	if (s)
		return s;
	take_target(sp, buf, &t);
	s = sev_check_target(sp, call, &t, g->policy, &pdh);
	if (s)
		return s;
	ret = sev_session_make(&secrets, &blob, &sp->platform.identity.pdh, &pdh, g->policy,
			       sp->rng);
	if (ret)
		return sp_host_failed(call, ret);

	/* Commit. */
	buf->policy = g->policy;
	sev_session_give(g, &secrets);
	sev_session_wipe(&secrets);
	sp_write(sp, buf->session_paddr, &blob, sizeof(blob));
	sev_guest_set_state(sp, g, SEV_GUEST_SUPDATE);
	return SP_SUCCESS;
}
