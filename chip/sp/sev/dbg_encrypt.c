/* SPDX-License-Identifier: MIT */
/*
 * DBG_ENCRYPT: the host writes guest memory, where the policy allows debugging.  Save areas are not
 * memory in this sense: one that was written to would never run again.	[SEV DBG_ENCRYPT]
 */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/move.h"

enum sp_status sev_dbg_encrypt(struct sp *sp, struct sp_call *call)
{
	const struct sev_dbg_buf *buf = (const void *)call->buf;
	struct sev_move move = {.src = buf->src_paddr,
				.dst = buf->dst_paddr,
				.len = buf->length,
				.dst_guest = true};
	enum sp_status s;

	/* Check. */
	s = sev_check_move(sp, &move);
	if (s)
		return s;
	if (sp_vmsas_overlap(&sp->vmsas, sp_paddr_spa(sp, move.dst), move.len))
		return SP_INVALID_ADDRESS;

	/* Commit. */
	sev_move(sp, call->guest, &move);
	return SP_SUCCESS;
}
