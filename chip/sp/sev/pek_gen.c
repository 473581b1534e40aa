/* SPDX-License-Identifier: MIT */
/*
 * PEK_GEN: new OCA, PEK and PDH; the platform is its own owner again.	[SEV 5.7 PEK_GEN]
 */
#include "chip/sp/internal.h"
#include "chip/sp/platform.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_pek_gen(struct sp *sp, struct sp_call *call)
{
	struct sev_identity id;
	int ret;

	/* Check. */
	ret = sev_identity_make(&id, sp);
	if (!ret)
		ret = sev_store_identity(sp, call, &sp->platform.nv, &id);

	/* Commit. */
	if (!ret)
		sp->platform.identity = id;
	sev_identity_wipe(&id);
	return ret ? sp_host_failed(call, ret) : SP_SUCCESS;
}
