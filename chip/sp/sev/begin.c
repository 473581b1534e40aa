/* SPDX-License-Identifier: MIT */
/* Policy, key sharing, the session offered, and the context that comes of them. */
#include "chip/sp/sev/begin.h"

#include <string.h>

#include "chip/sp/cert.h"
#include "chip/sp/command.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"

/* -- policy ---------------------------------------------------------------------------------- */

bool sev_api_at_least(const struct sp *sp, u8 major, u8 minor)
{
	const struct sp_firmware *fw = &sp->firmware;

	return fw->api_major > major || (fw->api_major == major && fw->api_minor >= minor);
}

bool sev_api_suffices(u8 major, u8 minor, u32 policy)
{
	u32 least_major = FIELD_GET(SEV_POLICY_API_MAJOR, policy);
	u32 least_minor = FIELD_GET(SEV_POLICY_API_MINOR, policy);

	return major > least_major || (major == least_major && minor >= least_minor);
}

static enum sp_status check_policy(const struct sp *sp, u32 policy)
{
	if (policy & SEV_POLICY_RSVD_MASK)
		return SP_POLICY_FAILURE;
	if (!sev_api_suffices(sp->firmware.api_major, sp->firmware.api_minor, policy))
		return SP_POLICY_FAILURE;
	if ((policy & SEV_POLICY_ES) && !sp->platform.es)
		return SP_UNSUPPORTED;
	return SP_SUCCESS;
}

/* Equal bit for bit: with any other policy the key would be under rules its owner did not make. */
static enum sp_status check_share(struct sp *sp, u32 share, u32 policy)
{
	const struct sev_guest *g;

	if (share == SEV_HANDLE_NONE)
		return SP_SUCCESS;
	g = sev_guest_find(sp, share);
	if (!g)
		return SP_INVALID_GUEST;
	if (g->state == SEV_GUEST_SENT)
		return SP_INVALID_GUEST_STATE;
	if (g->policy != policy || (policy & SEV_POLICY_NOKS))
		return SP_POLICY_FAILURE;
	return SP_SUCCESS;
}

enum sp_status sev_check_begin(struct sp *sp, u32 share, u32 policy)
{
	enum sp_status s;

	s = check_share(sp, share, policy);
	if (!s)
		s = check_policy(sp, policy);
	if (!s && !sev_guest_room(sp))
		s = SP_RESOURCE_LIMIT;
	return s;
}

/* -- session --------------------------------------------------------------------------------- */

static enum sp_status check_ranges(const struct sp *sp, const struct sev_offer *o)
{
	enum sp_status s;

	s = sp_check_in_length(o->cert_length, sizeof(struct sev_cert));
	if (!s)
		s = sp_check_in_length(o->session_length, sizeof(struct sev_session));
	if (!s)
		s = sp_check_range(sp, SP_IN, o->cert_paddr, sizeof(struct sev_cert), 1);
	if (!s)
		s = sp_check_range(sp, SP_IN, o->session_paddr, sizeof(struct sev_session), 1);
	return s;
}

enum sp_status sev_check_offer(struct sp *sp, struct sp_call *call, const struct sev_offer *offer,
			       u32 policy, struct sev_session_secrets *secrets)
{
	struct sev_session blob;
	struct sev_cert cert;
	struct sev_key peer;
	enum verdict v;
	enum sp_status s;
	int ret;

	s = check_ranges(sp, offer);
	if (s)
		return s;
	sp_read(sp, offer->cert_paddr, &cert, sizeof(cert));
	sp_read(sp, offer->session_paddr, &blob, sizeof(blob));
	s = sev_cert_key(&peer, &cert, SEV_USAGE_PDH);
	if (s)
		return s;
	if (peer.algo != SEV_ALGO_ECDH_SHA256)
		return SP_INVALID_CERTIFICATE;
	ret = sev_session_open(secrets, &v, &sp->platform.identity.pdh, &peer.ec, &blob, policy);
	if (ret)
		return sp_host_failed(call, ret);
	return v == VERDICT_GOOD ? SP_SUCCESS : SP_BAD_MEASUREMENT;
}

/* -- the context ----------------------------------------------------------------------------- */

struct sev_guest *sev_begin(struct sp *sp, enum sev_guest_state state, u32 share, u32 policy,
			    const struct sev_session_secrets *secrets)
{
	const struct sev_guest *with = sev_guest_find(sp, share);
	struct sev_guest *g = sev_guest_new(sp, state);

	g->policy = policy;
	if (with)
		memcpy(g->vek, with->vek, sizeof(g->vek));
	else
		rng_fill(sp->rng, g->vek, sizeof(g->vek));
	rng_fill(sp->rng, &g->swap_key, sizeof(g->swap_key));
	sev_session_give(g, secrets);
	return g;
}
