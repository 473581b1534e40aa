/* SPDX-License-Identifier: MIT */
/* LAUNCH_FINISH: the guest may run; its owner's session ends.	[SEV LAUNCH_FINISH] */
#include <string.h>

#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_launch_finish(struct sp *sp, struct sp_call *call)
{
	struct sev_guest *g = call->guest;

	/* Commit.  The launch digest stays, for ATTESTATION. */
	sev_guest_wipe_session(g);
	memset(&g->measurement, 0, sizeof(g->measurement));
	sev_guest_set_state(sp, g, SEV_GUEST_RUNNING);
	return SP_SUCCESS;
}
