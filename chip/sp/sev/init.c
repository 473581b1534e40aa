/* SPDX-License-Identifier: MIT */
/*
 * INIT: the platform takes its identity from flash, or makes one, and waits for guests.
 *	[SEV INIT]
 */
#include "abi/sev_cmd.h"
#include "chip/sp/internal.h"
#include "chip/sp/platform.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_init(struct sp *sp, struct sp_call *call)
{
	const struct sev_init_buf *buf = (const void *)call->buf;
	struct sev_start start = {buf->options, buf->tmr_paddr, buf->tmr_length};
	struct sp_region tmr, flash = {0};
	struct sev_identity id;
	enum sp_status s;

	/* Check. */
	s = sev_check_start(sp, &start, &tmr);
	if (s)
		return s;
	s = sev_take_identity(sp, call, &flash, &id);
	if (s)
		return s;

	/* Commit. */
	sev_start(sp, &start, &tmr, &id);
	sev_identity_wipe(&id);
	return SP_SUCCESS;
}
