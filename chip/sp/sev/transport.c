/* SPDX-License-Identifier: MIT */
/* Checking transport buffers; reading and writing the packets they name. */
#include "chip/sp/sev/transport.h"

#include "base/bytes.h"
#include "chip/sp/command.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "crypto/secret.h"

/* -- guest memory ---------------------------------------------------------------------------- */

static enum sp_status check_guest_length(u32 len, enum sev_mac_tag tag)
{
	if (tag == SEV_MAC_UPDATE_VMSA)
		return sp_check_in_length(len, SEV_VMSA_SIZE);
	return len <= SEV_PACKET_DATA_MAX ? sp_check_blocks(len) : SP_INVALID_LENGTH;
}

static enum sp_status check_guest_range(const struct sp *sp, enum sp_use use,
					const struct sev_transport_buf *buf, enum sev_mac_tag tag)
{
	u64 align = tag == SEV_MAC_UPDATE_VMSA ? PAGE_SIZE : SEV_BLOCK;

	if (tag == SEV_MAC_UPDATE_DATA && sp_paddr_view(sp, buf->guest_paddr) == VIEW_RAW)
		return SP_INVALID_ADDRESS;
	return sp_check_range(sp, use, buf->guest_paddr, buf->guest_length, align);
}

/* -- in -------------------------------------------------------------------------------------- */

static enum sp_status check_incoming(const struct sp *sp, const struct sev_transport_buf *buf,
				     enum sev_mac_tag tag)
{
	enum sp_status s;

	s = sp_check_in_length(buf->hdr_length, sizeof(struct sev_packet_hdr));
	if (!s)
		s = check_guest_length(buf->guest_length, tag);
	if (!s)
		s = sp_check_in_length(buf->trans_length, buf->guest_length);
	if (!s)
		s = sp_check_range(sp, SP_IN, buf->hdr_paddr, buf->hdr_length, 1);
	if (!s)
		s = check_guest_range(sp, SP_GUEST, buf, tag);
	if (!s)
		s = sp_check_range(sp, SP_IN, buf->trans_paddr, buf->trans_length, 1);
	return s;
}

static enum sp_status check_flags(u32 flags)
{
	if (flags & ~SEV_PACKET_COMPRESSED)
		return SP_INVALID_PARAM;
	return flags ? SP_UNSUPPORTED : SP_SUCCESS;
}

enum sp_status sev_take_packet(struct sp *sp, struct sp_call *call, struct sev_packet *p)
{
	const struct sev_transport_buf *buf = (const void *)call->buf;
	enum sp_status s;
	enum verdict v;
	int ret;

	s = check_incoming(sp, buf, p->tag);
	if (s)
		return s;
	p->len = buf->guest_length;
	sp_read(sp, buf->hdr_paddr, &p->hdr, sizeof(p->hdr));
	sp_read(sp, buf->trans_paddr, p->text, p->len);
	ret = sev_packet_open(&v, p, &call->guest->keys);
	if (ret)
		return sp_host_failed(call, ret);
	return v == VERDICT_GOOD ? check_flags(p->hdr.flags) : SP_BAD_MEASUREMENT;
}

/* -- out ------------------------------------------------------------------------------------- */

enum sp_status sev_check_outgoing(struct sp *sp, struct sev_transport_buf *buf,
				  enum sev_mac_tag tag)
{
	enum sp_status s, s_text;

	s = sp_check_out_length(&buf->hdr_length, sizeof(struct sev_packet_hdr));
	s_text = sp_check_out_length(&buf->trans_length, buf->guest_length);
	if (s || s_text || check_guest_length(buf->guest_length, tag))
		return SP_INVALID_LENGTH;
	s = sp_check_range(sp, SP_OUT, buf->hdr_paddr, buf->hdr_length, 1);
	if (!s)
		s = check_guest_range(sp, SP_IN, buf, tag);
	if (!s)
		s = sp_check_range(sp, SP_OUT, buf->trans_paddr, buf->trans_length, 1);
	return s;
}

enum sp_status sev_seal_outgoing(struct sp *sp, struct sp_call *call, struct sev_packet *p)
{
	int ret = sev_packet_seal(p, &call->guest->keys, sp->rng);

	if (!ret)
		return SP_SUCCESS;
	secret_wipe(p->text, p->len);
	return sp_host_failed(call, ret);
}

void sev_give_packet(struct sp *sp, const struct sev_transport_buf *buf, const struct sev_packet *p)
{
	sp_write(sp, buf->hdr_paddr, &p->hdr, sizeof(p->hdr));
	sp_write(sp, buf->trans_paddr, p->text, p->len);
}
