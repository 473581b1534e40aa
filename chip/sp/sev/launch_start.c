/* SPDX-License-Identifier: MIT */
/*
 * LAUNCH_START: a new guest context, with its owner's session keys if there is a session.
 *	[SEV 6.2 LAUNCH_START]
 *
 * Without one nobody knows TEK and TIK, so nobody can check the measurement or inject a secret.
 */
#include <errno.h>

#include "chip/sp/internal.h"
#include "chip/sp/sev/begin.h"
#include "chip/sp/sev/commands.h"
#include "crypto/hash.h"

/* An address of 0 says that there is no session; the fields after it mean nothing then. */
static enum sp_status take_session(struct sp *sp, struct sp_call *call,
				   const struct sev_launch_start_buf *buf,
				   struct sev_session_secrets *secrets)
{
	struct sev_offer offer = {.cert_paddr = buf->dh_cert_paddr,
				  .cert_length = buf->dh_cert_length,
				  .session_paddr = buf->session_paddr,
				  .session_length = buf->session_length};

	*secrets = (struct sev_session_secrets){0};
	if (buf->dh_cert_paddr)
		return sev_check_offer(sp, call, &offer, buf->policy, secrets);
	rng_fill(sp->rng, &secrets->keys, sizeof(secrets->keys));
	return SP_SUCCESS;
}

enum sp_status sev_launch_start(struct sp *sp, struct sp_call *call)
{
	struct sev_launch_start_buf *buf = (void *)call->buf;
	struct sev_session_secrets secrets;
	struct sev_guest *g;
	struct hash *ld;
	enum sp_status s;

	/* Check. */
	s = sev_check_begin(sp, buf->handle, buf->policy);
	if (s)
		return s;
	s = take_session(sp, call, buf, &secrets);
	if (s)
		return s;
	ld = hash_new(HASH_SHA256);
	if (!ld) {
		sev_session_wipe(&secrets);
		return sp_host_failed(call, -ENOMEM);
	}

	/* Commit. */
	g = sev_begin(sp, SEV_GUEST_LUPDATE, buf->handle, buf->policy, &secrets);
	g->ld = ld;
	buf->handle = g->handle;
	sev_session_wipe(&secrets);
	return SP_SUCCESS;
}
