/* SPDX-License-Identifier: MIT */
/*
 * LAUNCH_UPDATE_VMSA: the first state of one processor is measured, encrypted in place, and from
 * now on guarded against change.	[SEV LAUNCH_UPDATE_VMSA]
 */
#include <errno.h>

#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_launch_update_vmsa(struct sp *sp, struct sp_call *call)
{
	const struct sev_launch_update_buf *buf = (const void *)call->buf;
	struct sev_guest *g = call->guest;
	u8 vmsa[SEV_VMSA_SIZE];
	enum sp_status s;

	/* Check. */
	s = sp_check_in_length(buf->length, SEV_VMSA_SIZE);
	if (s)
		return s;
	s = sp_check_range(sp, SP_GUEST, buf->paddr, SEV_VMSA_SIZE, PAGE_SIZE);
	if (s)
		return s;
	if (sp_vmsas_reserve(&sp->vmsas))
		return sp_host_failed(call, -ENOMEM);

	/* Commit.  Measured, encrypted and guarded are the same bytes, read once. */
	sp_read(sp, buf->paddr, vmsa, sizeof(vmsa));
	hash_update(g->ld, vmsa, sizeof(vmsa));
	sp_guest_write(sp, g, buf->paddr, vmsa, sizeof(vmsa));
	sp_vmsas_record(&sp->vmsas, g->handle, sp_paddr_spa(sp, buf->paddr), vmsa);
	return SP_SUCCESS;
}
