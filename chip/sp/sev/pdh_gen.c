/* SPDX-License-Identifier: MIT */
/*
 * PDH_GEN: a new key for the agreement of sessions, signed by the PEK.  Sessions that owners made
 * for the old one can no longer be used; guests that have theirs run on.	[SEV 5.10 PDH_GEN]
 */
#include "chip/sp/internal.h"
#include "chip/sp/platform.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_pdh_gen(struct sp *sp, struct sp_call *call)
{
	struct sev_identity id = sp->platform.identity;
	int ret;

	/* Check. */
	ret = sev_identity_make_pdh(&id, sp);
	if (!ret)
		ret = sev_store_identity(sp, call, &sp->platform.nv, &id);

	/* Commit. */
	if (!ret)
		sp->platform.identity = id;
	sev_identity_wipe(&id);
	return ret ? sp_host_failed(call, ret) : SP_SUCCESS;
}
