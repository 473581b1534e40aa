/* SPDX-License-Identifier: MIT */
/* Packs secrets. */
#include "owner/secret.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/aes.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"

static bool guid_equal(const struct guid *a, const struct guid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int check_entries(size_t *total, const struct owner_secret *secrets, size_t count,
			 struct error *err)
{
	*total = sizeof(struct sev_secret_head);
	if (count == 0)
		return error_set(err, EINVAL, "no secret");
	for (size_t i = 0; i < count; i++) {
		if (secrets[i].len > SEV_PACKET_DATA_MAX)
			return error_set(err, EINVAL, "secret %zu: above %d bytes", i + 1,
					 SEV_PACKET_DATA_MAX);
		*total += sizeof(struct sev_secret_head) + secrets[i].len;
		if (*total > SEV_PACKET_DATA_MAX)
			return error_set(err, EINVAL, "the secrets are above %d bytes together",
					 SEV_PACKET_DATA_MAX);
		for (size_t j = 0; j < i; j++)
			if (guid_equal(&secrets[i].guid, &secrets[j].guid))
				return error_set(err, EINVAL, "secrets %zu and %zu have one GUID",
						 j + 1, i + 1);
	}
	return 0;
}

static u8 *put_head(u8 *p, const struct guid *guid, size_t len)
{
	struct sev_secret_head head = {.guid = *guid, .length = (u32)len};

	memcpy(p, &head, sizeof(head));
	return p + sizeof(head);
}

int owner_secret_table(u8 out[SEV_PACKET_DATA_MAX], size_t *len, const struct owner_secret *secrets,
		       size_t count, struct error *err)
{
	static const struct guid table = SEV_SECRET_GUID_TABLE;
	size_t total;
	int ret = check_entries(&total, secrets, count, err);
	u8 *p = out;

	*len = 0;
	if (ret)
		return ret;
	memset(out, 0, SEV_PACKET_DATA_MAX);
	p = put_head(p, &table, total);
	for (size_t i = 0; i < count; i++) {
		p = put_head(p, &secrets[i].guid, sizeof(struct sev_secret_head) + secrets[i].len);
		if (secrets[i].len > 0)
			memcpy(p, secrets[i].bytes, secrets[i].len);
		p += secrets[i].len;
	}
	*len = align_up(total, SEV_BLOCK);
	return 0;
}

static int packet_mac(struct sev_packet_hdr *hdr, const void *payload, size_t len, const u8 *tik,
		      const u8 measure[SEV_DIGEST_SIZE])
{
	struct sev_packet_mac_msg msg = {
		.tag = SEV_MAC_LAUNCH_SECRET,
		.flags = hdr->flags,
		.guest_length = (u32)len,
		.trans_length = (u32)len,
	};
	struct hmac *m = hmac_new(HASH_SHA256, tik, SEV_KEY_SIZE);
	struct sha256_digest mac;

	if (!m)
		return -ENOMEM;
	memcpy(msg.iv, hdr->iv, sizeof(msg.iv));
	hmac_update(m, &msg, sizeof(msg));
	hmac_update(m, payload, len);
	hmac_update(m, measure, SEV_DIGEST_SIZE);
	hmac_final_sha256(m, &mac);
	hmac_free(m);
	memcpy(hdr->mac, mac.b, sizeof(hdr->mac));
	return 0;
}

int owner_secret_seal_iv(struct sev_packet_hdr *hdr, void *payload, const void *plain, size_t len,
			 const struct sev_transport_keys *keys, const u8 measure[SEV_DIGEST_SIZE],
			 const u8 iv[16], struct error *err)
{
	struct aes128_key tek;
	int ret;

	memset(hdr, 0, sizeof(*hdr));
	if (len == 0 || len > SEV_PACKET_DATA_MAX || !is_aligned(len, SEV_BLOCK))
		return error_set(err, EINVAL,
				 "%zu bytes of secret, expected a multiple of 16 up to %d", len,
				 SEV_PACKET_DATA_MAX);
	memcpy(hdr->iv, iv, sizeof(hdr->iv));
	memcpy(tek.b, keys->tek, sizeof(tek.b));
	ret = aes128_ctr(payload, &tek, hdr->iv, plain, len);
	if (ret == 0)
		ret = packet_mac(hdr, payload, len, keys->tik, measure);
	secret_wipe(&tek, sizeof(tek));
	return ret ? error_set(err, -ret, "cannot encrypt: %s", strerror(-ret)) : 0;
}

int owner_secret_seal(struct sev_packet_hdr *hdr, void *payload, const void *plain, size_t len,
		      const struct sev_transport_keys *keys, const u8 measure[SEV_DIGEST_SIZE],
		      struct rng *rng, struct error *err)
{
	u8 iv[16];

	rng_fill(rng, iv, sizeof(iv));
	return owner_secret_seal_iv(hdr, payload, plain, len, keys, measure, iv, err);
}
