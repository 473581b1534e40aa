/* SPDX-License-Identifier: MIT */
/* GUEST_STATUS: a guest's policy, ASID and state.	[SEV GUEST_STATUS] */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_guest_status(struct sp *sp, struct sp_call *call)
{
	struct sev_guest_status_buf *buf = (void *)call->buf;
	const struct sev_guest *g = call->guest;

	/* Commit. */
	buf->policy = g->policy;
	buf->asid = g->asid;
	buf->state = (u8)g->state;
	return SP_SUCCESS;
}
