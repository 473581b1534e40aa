/* SPDX-License-Identifier: MIT */
/*
 * LAUNCH_SECRET: a packet of the owner's, made for this very launch, becomes guest memory.
 *	[SEV 6.6 LAUNCH_SECRET]
 */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/begin.h"
#include "chip/sp/sev/commands.h"
#include "chip/sp/sev/transport.h"
#include "crypto/secret.h"

enum sp_status sev_launch_secret(struct sp *sp, struct sp_call *call)
{
	const struct sev_transport_buf *buf = (const void *)call->buf;
	struct sev_guest *g = call->guest;
	u8 text[SEV_PACKET_DATA_MAX];
	struct sev_packet p = {.tag = SEV_MAC_LAUNCH_SECRET, .text = text};
	enum sp_status s;

	/* Check.  Before API 0.17 the MAC did not say which launch a secret was for. */
	if (sev_api_at_least(sp, 0, 17))
		p.measure = g->measurement.measure;
	s = sev_take_packet(sp, call, &p);

	/* Commit. */
	if (!s)
		sp_guest_write(sp, g, buf->guest_paddr, text, p.len);
	secret_wipe(text, p.len);
	return s;
}
