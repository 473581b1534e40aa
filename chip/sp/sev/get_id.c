/* SPDX-License-Identifier: MIT */
/* GET_ID: the chip's identifier, by which AMD gives the CEK's certificate.	[SEV GET_ID] */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_get_id(struct sp *sp, struct sp_call *call)
{
	struct sev_get_id_buf *buf = (void *)call->buf;
	enum sp_status s;

	/* Check. */
	s = sp_check_out_length(&buf->id_length, sizeof(sp->chip.id));
	if (s)
		return s;
	s = sp_check_range(sp, SP_OUT, buf->id_paddr, sizeof(sp->chip.id), 8);
	if (s)
		return s;

	/* Commit. */
	sp_write(sp, buf->id_paddr, sp->chip.id, sizeof(sp->chip.id));
	return SP_SUCCESS;
}
