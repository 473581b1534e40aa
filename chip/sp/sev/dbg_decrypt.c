/* SPDX-License-Identifier: MIT */
/*
 * DBG_DECRYPT: guest memory in plaintext for the host, where the policy allows debugging; save areas
 * too.	[SEV DBG_DECRYPT]
 */
#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/move.h"

enum sp_status sev_dbg_decrypt(struct sp *sp, struct sp_call *call)
{
	const struct sev_dbg_buf *buf = (const void *)call->buf;
	struct sev_move move = {.src = buf->src_paddr,
				.dst = buf->dst_paddr,
				.len = buf->length,
				.src_guest = true};
	enum sp_status s;

	/* Check. */
	s = sev_check_move(sp, &move);
	if (s)
		return s;

	/* Commit. */
	sev_move(sp, call->guest, &move);
	return SP_SUCCESS;
}
