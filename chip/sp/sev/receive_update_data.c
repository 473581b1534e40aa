/* SPDX-License-Identifier: MIT */
/* RECEIVE_UPDATE_DATA: a packet becomes guest memory.	[SEV RECEIVE_UPDATE_DATA] */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/transport.h"
#include "crypto/secret.h"

enum sp_status sev_receive_update_data(struct sp *sp, struct sp_call *call)
{
	const struct sev_transport_buf *buf = (const void *)call->buf;
	u8 text[SEV_PACKET_DATA_MAX];
	struct sev_packet p = {.tag = SEV_MAC_UPDATE_DATA, .text = text};
	enum sp_status s;

	/* Check. */
	s = sev_take_packet(sp, call, &p);

	/* Commit. */
	if (!s)
		sp_guest_write(sp, call->guest, buf->guest_paddr, text, p.len);
	secret_wipe(text, p.len);
	return s;
}
