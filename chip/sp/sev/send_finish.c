/* SPDX-License-Identifier: MIT */
/*
 * SEND_FINISH: the guest has gone.  It never runs here again, and only DECOMMISSION is left.
 *	[SEV SEND_FINISH]
 */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_send_finish(struct sp *sp, struct sp_call *call)
{
	/* Commit. */
	sev_guest_wipe_session(call->guest);
	sev_guest_set_state(sp, call->guest, SEV_GUEST_SENT);
	return SP_SUCCESS;
}
