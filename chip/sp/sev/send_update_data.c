/* SPDX-License-Identifier: MIT */
/* SEND_UPDATE_DATA: a piece of guest memory becomes a packet.	[SEV SEND_UPDATE_DATA] */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/transport.h"

enum sp_status sev_send_update_data(struct sp *sp, struct sp_call *call)
{
	struct sev_transport_buf *buf = (void *)call->buf;
	u8 text[SEV_PACKET_DATA_MAX];
	struct sev_packet p = {.tag = SEV_MAC_UPDATE_DATA, .text = text};
	enum sp_status s;

	/* Check. */
	s = sev_check_outgoing(sp, buf, p.tag);
	if (s)
		return s;
	p.len = buf->guest_length;
	sp_guest_read(sp, call->guest, buf->guest_paddr, text, p.len);
	s = sev_seal_outgoing(sp, call, &p);
	if (s)
		return s;

	/* Commit. */
	sev_give_packet(sp, buf, &p);
	return SP_SUCCESS;
}
