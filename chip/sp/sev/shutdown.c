/* SPDX-License-Identifier: MIT */
/* SHUTDOWN: every guest ends, every key is forgotten; in any state.	[SEV SHUTDOWN] */
#include "chip/sp/platform.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_shutdown(struct sp *sp, struct sp_call *call)
{
	/* Commit. */
	sev_stop(sp);
	return SP_SUCCESS;
}
