/* SPDX-License-Identifier: MIT */
/* PLATFORM_STATUS: version, state, owner, configuration.	[SEV 5.6 PLATFORM_STATUS] */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_platform_status(struct sp *sp, struct sp_call *call)
{
	struct sev_platform_status_buf *buf = (void *)call->buf;
	bool initialised = sp->platform.initialised;

	/* Commit. */
	*buf = (struct sev_platform_status_buf){
		.api_major = sp->firmware.api_major,
		.api_minor = sp->firmware.api_minor,
		.build = sp->firmware.build,
		.state = sev_platform_state(sp),
		.owner = initialised && sp->platform.identity.external ? SEV_OWNER_EXTERNAL : 0,
		.config = initialised && sp->platform.es ? SEV_CONFIG_ES : 0,
		.guest_count = sp->guests.count,
	};
	return SP_SUCCESS;
}
