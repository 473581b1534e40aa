/* SPDX-License-Identifier: MIT */
/* Sealing and opening packets: encrypt, then authenticate. */
#include "chip/sp/sev/packet.h"

#include <errno.h>
#include <string.h>

#include "crypto/aes.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"

int sev_packet_mac(struct sha256_digest *mac, const struct sev_packet *p,
		   const u8 tik[SEV_KEY_SIZE])
{
	struct sev_packet_mac_msg head = {
		.tag = (u8)p->tag,
		.flags = p->hdr.flags,
		.guest_length = p->len,
		.trans_length = p->len,
	};
	struct hmac *h = hmac_new(HASH_SHA256, tik, SEV_KEY_SIZE);

	if (!h)
		return -ENOMEM;
	memcpy(head.iv, p->hdr.iv, sizeof(head.iv));
	hmac_update(h, &head, sizeof(head));
	hmac_update(h, p->text, p->len);
	if (p->measure)
		hmac_update(h, p->measure, SEV_DIGEST_SIZE);
	hmac_final_sha256(h, mac);
	hmac_free(h);
	return 0;
}

static int crypt(struct sev_packet *p, const struct sev_transport_keys *keys)
{
	struct aes128_key tek;
	int ret;

	memcpy(tek.b, keys->tek, sizeof(tek.b));
	ret = aes128_ctr(p->text, &tek, p->hdr.iv, p->text, p->len);
	secret_wipe(&tek, sizeof(tek));
	return ret;
}

int sev_packet_seal(struct sev_packet *p, const struct sev_transport_keys *keys, struct rng *rng)
{
	struct sha256_digest mac;
	int ret;

	p->hdr = (struct sev_packet_hdr){0};
	rng_fill(rng, p->hdr.iv, sizeof(p->hdr.iv));
	ret = crypt(p, keys);
	if (!ret)
		ret = sev_packet_mac(&mac, p, keys->tik);
	if (!ret)
		memcpy(p->hdr.mac, mac.b, sizeof(p->hdr.mac));
	return ret;
}

int sev_packet_open(enum verdict *v, struct sev_packet *p, const struct sev_transport_keys *keys)
{
	struct sha256_digest mac;
	int ret;

	*v = VERDICT_NONE;
	ret = sev_packet_mac(&mac, p, keys->tik);
	if (ret)
		return ret;
	if (!secret_equal(mac.b, p->hdr.mac, sizeof(mac.b))) {
		*v = VERDICT_BAD_TAG;
		return 0;
	}
	ret = crypt(p, keys);
	if (!ret)
		*v = VERDICT_GOOD;
	return ret;
}
