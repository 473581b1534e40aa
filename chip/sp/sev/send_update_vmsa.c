/* SPDX-License-Identifier: MIT */
/*
 * SEND_UPDATE_VMSA: the state of one processor becomes a packet.	[SEV 6.10 SEND_UPDATE_VMSA]
 *
 * The target will trust what it receives, so what is sent must be what the last exit left here.
 */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/transport.h"
#include "crypto/secret.h"

enum sp_status sev_send_update_vmsa(struct sp *sp, struct sp_call *call)
{
	struct sev_transport_buf *buf = (void *)call->buf;
	struct sev_guest *g = call->guest;
	u8 vmsa[SEV_VMSA_SIZE];
	struct sev_packet p = {.tag = SEV_MAC_UPDATE_VMSA, .text = vmsa, .len = SEV_VMSA_SIZE};
	enum sp_status s;

	/* Check. */
	s = sev_check_outgoing(sp, buf, p.tag);
	if (s)
		return s;
	sp_guest_read(sp, g, buf->guest_paddr, vmsa, p.len);
	if (!sp_vmsas_agree(&sp->vmsas, g->handle, sp_paddr_spa(sp, buf->guest_paddr), vmsa)) {
		secret_wipe(vmsa, p.len);
		return SP_BAD_MEASUREMENT;
	}
	s = sev_seal_outgoing(sp, call, &p);
	if (s)
		return s;

	/* Commit. */
	sev_give_packet(sp, buf, &p);
	return SP_SUCCESS;
}
