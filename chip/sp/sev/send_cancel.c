/* SPDX-License-Identifier: MIT */
/* SEND_CANCEL: the guest stays here after all.	[SEV SEND_CANCEL] */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_send_cancel(struct sp *sp, struct sp_call *call)
{
	/* Commit. */
	sev_guest_wipe_session(call->guest);
	sev_guest_set_state(sp, call->guest, SEV_GUEST_RUNNING);
	return SP_SUCCESS;
}
