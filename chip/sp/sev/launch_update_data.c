/* SPDX-License-Identifier: MIT */
/*
 * LAUNCH_UPDATE_DATA: a piece of the guest's first memory is measured and encrypted in place.
 *	[SEV LAUNCH_UPDATE_DATA]
 *
 * The launch digest knows contents and order, not addresses.
 */
#include "base/bytes.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_launch_update_data(struct sp *sp, struct sp_call *call)
{
	const struct sev_launch_update_buf *buf = (const void *)call->buf;
	enum sp_status s;

	/* Check. */
	s = sp_check_blocks(buf->length);
	if (s)
		return s;
	s = sp_check_range(sp, SP_GUEST, buf->paddr, buf->length, SEV_BLOCK);
	if (s)
		return s;

	/* Commit. */
	sp_encrypt_in_place(sp, call->guest, buf->paddr, buf->length, call->guest->ld);
	return SP_SUCCESS;
}
