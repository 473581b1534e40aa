/* SPDX-License-Identifier: MIT */
/*
 * INIT_EX: as INIT, but the identity is kept in memory of the host, as a sealed image that the
 * driver writes to disk.  The host can bring back an old image; that is what the command is.
 *	[SEV INIT_EX]
 */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/platform.h"
#include "chip/sp/sev/commands.h"

static enum sp_status check(struct sp *sp, const struct sev_init_ex_buf *buf,
			    const struct sev_start *start, struct sp_region *tmr,
			    struct sp_region *nv)
{
	enum sp_status s;

	if (buf->length != sizeof(*buf) || buf->nv_length != SEV_NV_SIZE)
		return SP_INVALID_LENGTH;
	s = sev_check_start(sp, start, tmr);
	if (s)
		return s;
	*nv = (struct sp_region){buf->nv_paddr, buf->nv_length};
	s = sp_check_range(sp, SP_OUT, nv->paddr, nv->size, SEV_NV_ALIGN);
	if (s)
		return s;
	return sp_ranges_overlap(sp, nv->paddr, nv->size, tmr->paddr, tmr->size)
		       ? SP_INVALID_ADDRESS
		       : SP_SUCCESS;
}

enum sp_status sev_init_ex(struct sp *sp, struct sp_call *call)
{
	const struct sev_init_ex_buf *buf = (const void *)call->buf;
	struct sev_start start = {buf->options, buf->tmr_paddr, buf->tmr_length};
	struct sp_region tmr, nv;
	struct sev_identity id;
	enum sp_status s;

	/* Check. */
	s = check(sp, buf, &start, &tmr, &nv);
	if (s)
		return s;
	s = sev_take_identity(sp, call, &nv, &id);
	if (s)
		return s;

	/* Commit. */
	sev_start(sp, &start, &tmr, &id);
	sp->platform.nv = nv;
	sev_identity_wipe(&id);
	return SP_SUCCESS;
}
