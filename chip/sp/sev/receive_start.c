/* SPDX-License-Identifier: MIT */
/*
 * RECEIVE_START: a new guest context for a guest that another platform sends, or that its owner
 * prepared offline; the session is theirs.	[SEV 6.12 RECEIVE_START]
 */
#include "chip/sp/internal.h"
#include "chip/sp/sev/begin.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_receive_start(struct sp *sp, struct sp_call *call)
{
	struct sev_receive_start_buf *buf = (void *)call->buf;
	struct sev_offer offer = {.cert_paddr = buf->pdh_cert_paddr,
				  .cert_length = buf->pdh_cert_length,
				  .session_paddr = buf->session_paddr,
				  .session_length = buf->session_length};
	struct sev_session_secrets secrets;
	enum sp_status s;

	/* Check. */
	s = sev_check_begin(sp, buf->handle, buf->policy);
	if (s)
		return s;
	s = sev_check_offer(sp, call, &offer, buf->policy, &secrets);
	if (s)
		return s;

	/* Commit. */
	buf->handle = sev_begin(sp, SEV_GUEST_RUPDATE, buf->handle, buf->policy, &secrets)->handle;
	sev_session_wipe(&secrets);
	return SP_SUCCESS;
}
