/* SPDX-License-Identifier: MIT */
/* RECEIVE_FINISH: the guest is here and may run; the session ends.	[SEV RECEIVE_FINISH] */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_receive_finish(struct sp *sp, struct sp_call *call)
{
	/* Commit. */
	sev_guest_wipe_session(call->guest);
	sev_guest_set_state(sp, call->guest, SEV_GUEST_RUNNING);
	return SP_SUCCESS;
}
