/* SPDX-License-Identifier: MIT */
/*
 * DEACTIVATE: the guest's key leaves the memory controller; no core may run its ASID, and the next
 * guest gets it only after WBINVD on every core and DF_FLUSH.	[SEV DEACTIVATE]
 */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_deactivate(struct sp *sp, struct sp_call *call)
{
	/* Commit.  A guest that is not active stays so. */
	if (call->guest->asid != SEV_ASID_HOST)
		sp_asid_unbind(sp, call->guest);
	return SP_SUCCESS;
}
