/* SPDX-License-Identifier: MIT */
/*
 * DECOMMISSION: the guest context ends; with the last one the platform is INIT again.
 *	[SEV DECOMMISSION]
 */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_decommission(struct sp *sp, struct sp_call *call)
{
	/* Commit. */
	sev_guest_free(sp, call->guest);
	return SP_SUCCESS;
}
