/* SPDX-License-Identifier: MIT */
/*
 * Packets between host memory and guest memory: what LAUNCH_SECRET, SEND_UPDATE_* and
 * RECEIVE_UPDATE_* have in common.  All take a struct sev_transport_buf, and all this is Check.
 *						[SEV 6.6 LAUNCH_SECRET, SEND_UPDATE_DATA]
 *
 * The tag says which command it is, and with that what guest memory must be: a whole page for
 * SEV_MAC_UPDATE_VMSA; else 16 bytes to SEV_PACKET_DATA_MAX; and an address with the C-bit for
 * SEV_MAC_UPDATE_DATA.
 */
#ifndef CHIP_SP_SEV_TRANSPORT_H
#define CHIP_SP_SEV_TRANSPORT_H

#include "abi/sev.h"
#include "abi/sev_cmd.h"
#include "base/compiler.h"
#include "chip/sp/sev/packet.h"

struct sp;
struct sp_call;

/*
 * Takes a packet in: lengths, addresses, then header and ciphertext, read once, are authenticated
 * and decrypted with the guest's transport keys.  p->tag, p->measure and p->text, with
 * SEV_PACKET_DATA_MAX bytes of room, are set by the caller, who wipes the text.
 *
 * SP_INVALID_LENGTH, SP_INVALID_ADDRESS; SP_BAD_MEASUREMENT: the MAC is wrong; SP_UNSUPPORTED: the
 * plaintext is compressed; SP_INVALID_PARAM: an unknown flag is set.  Flags mean nothing before the
 * MAC has agreed, so a flag that was flipped on the way is a wrong MAC.
 */
enum sp_status sev_take_packet(struct sp *sp, struct sp_call *call,
			       struct sev_packet *p) MUST_CHECK;

/*
 * Lengths and addresses of a packet that is to go out.  SP_INVALID_LENGTH: a length is wrong, and
 * the buffer says how long header and ciphertext would be; SP_INVALID_ADDRESS.
 */
enum sp_status sev_check_outgoing(struct sp *sp, struct sev_transport_buf *buf,
				  enum sev_mac_tag tag) MUST_CHECK;

/*
 * Seals p->text, which sev_check_outgoing() allowed, with the guest's transport keys.  On failure
 * the text is wiped.
 */
enum sp_status sev_seal_outgoing(struct sp *sp, struct sp_call *call,
				 struct sev_packet *p) MUST_CHECK;

/* Commit: writes a sealed packet where the buffer says. */
void sev_give_packet(struct sp *sp, const struct sev_transport_buf *buf,
		     const struct sev_packet *p);

#endif
