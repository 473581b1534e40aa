/* SPDX-License-Identifier: MIT */
/*
 * PLATFORM_RESET: the stored OCA, PEK and PDH are deleted, and the next INIT makes new ones.  The
 * chip stays who it is: its identifier and CEK come from the fuses.	[SEV 5.5 PLATFORM_RESET]
 */
#include "chip/sp/internal.h"
#include "chip/sp/platform.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_platform_reset(struct sp *sp, struct sp_call *call)
{
	struct sp_region flash = {0};
	int ret;

	/* Check: that storage takes it is all that can fail. */
	ret = sev_erase_identity(sp, call, &flash);
	return ret ? sp_host_failed(call, ret) : SP_SUCCESS;
}
