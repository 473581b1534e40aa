/* SPDX-License-Identifier: MIT */
/*
 * ACTIVATE: the guest's key is loaded for an ASID, and every core may run it there.
 *	[SEV ACTIVATE; CPUID 8000_001F ECX, EDX]
 */
#include "chip/sp/sev/activate.h"

#include "chip/sp/internal.h"
#include "chip/sp/sev/commands.h"

/* ASIDs below CPUID 8000_001F EDX are for SEV-ES guests, the others for guests that are not. */
enum sp_status sev_check_asid(const struct sp *sp, const struct sev_guest *g, u32 asid)
{
	bool es = g->policy & SEV_POLICY_ES;

	if (asid == SEV_ASID_HOST || asid > sp->product.asids)
		return SP_INVALID_ASID;
	if ((asid < sp->product.min_sev_asid) != es)
		return SP_INVALID_ASID;
	if (sp_asid_is_owned(sp, asid))
		return SP_ASID_OWNED;
	return sp_asid_is_dirty(sp, asid) ? SP_DFFLUSH_REQUIRED : SP_SUCCESS;
}

enum sp_status sev_activate(struct sp *sp, struct sp_call *call)
{
	const struct sev_activate_buf *buf = (const void *)call->buf;
	enum sp_status s;

	/* Check. */
	s = sev_check_asid(sp, call->guest, buf->asid);
	if (s)
		return s;

	/* Commit. */
	sp_asid_bind(sp, call->guest, buf->asid, sp_all_cores(sp));
	return SP_SUCCESS;
}
