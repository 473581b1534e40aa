/* SPDX-License-Identifier: MIT */
/*
 * DF_FLUSH: what is behind the caches has reached memory, so ASIDs that were deactivated may be
 * used again; provided that every core wrote its caches back since the last DEACTIVATE.
 *	[SEV DF_FLUSH]
 */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_df_flush(struct sp *sp, struct sp_call *call)
{
	/* Check. */
	if (!sp_wbinvd_done(sp))
		return SP_WBINVD_REQUIRED;

	/* Commit. */
	sp_asids_clean(sp);
	return SP_SUCCESS;
}
