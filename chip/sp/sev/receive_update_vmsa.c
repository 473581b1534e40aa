/* SPDX-License-Identifier: MIT */
/*
 * RECEIVE_UPDATE_VMSA: a packet becomes the state of one processor, guarded from now on.
 *	[SEV RECEIVE_UPDATE_VMSA]
 */
#include <errno.h>

#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/transport.h"
#include "crypto/secret.h"

enum sp_status sev_receive_update_vmsa(struct sp *sp, struct sp_call *call)
{
	const struct sev_transport_buf *buf = (const void *)call->buf;
	struct sev_guest *g = call->guest;
	u8 text[SEV_PACKET_DATA_MAX];
	struct sev_packet p = {.tag = SEV_MAC_UPDATE_VMSA, .text = text};
	enum sp_status s;

	/* Check. */
	s = sev_take_packet(sp, call, &p);
	if (!s && sp_vmsas_reserve(&sp->vmsas))
		s = sp_host_failed(call, -ENOMEM);

	/* Commit. */
	if (!s) {
		spa_t page = sp_paddr_spa(sp, buf->guest_paddr);

		sp_guest_write(sp, g, buf->guest_paddr, text, p.len);
		sp_vmsas_record(&sp->vmsas, g->handle, page, text);
	}
	secret_wipe(text, p.len);
	return s;
}
