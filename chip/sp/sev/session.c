/* SPDX-License-Identifier: MIT */
/* Deriving session keys; opening and making the session blob. */
#include "chip/sp/sev/session.h"

#include <string.h>

#include "base/bytes.h"
#include "chip/sp/guest.h"
#include "crypto/aes.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

/* -- keys ------------------------------------------------------------------------------------ */

static int derive_from_ms(u8 key[SEV_KEY_SIZE], const u8 ms[SEV_KEY_SIZE], const char *label)
{
	return kdf_derive_sev(key, SEV_KEY_SIZE, ms, SEV_KEY_SIZE, label, NULL, 0);
}

int sev_session_derive(struct sev_session_keys *keys, const struct ec_secret *z, const u8 nonce[16])
{
	int ret;

	memset(keys, 0, sizeof(*keys));
	ret = kdf_derive_sev(keys->ms, sizeof(keys->ms), z->b, z->len, SEV_KDF_LABEL_MS, nonce, 16);
	if (!ret)
		ret = derive_from_ms(keys->kek, keys->ms, SEV_KDF_LABEL_KEK);
	if (!ret)
		ret = derive_from_ms(keys->kik, keys->ms, SEV_KDF_LABEL_KIK);
	if (ret)
		secret_wipe(keys, sizeof(*keys));
	return ret;
}

static int agree(struct sev_session_keys *keys, const struct ec_key *own,
		 const struct ec_public *peer, const u8 nonce[16])
{
	struct ec_secret z;
	int ret;

	memset(keys, 0, sizeof(*keys));
	ret = ec_agree(&z, own, peer);
	if (!ret)
		ret = sev_session_derive(keys, &z, nonce);
	secret_wipe(&z, sizeof(z));
	return ret;
}

/* TEK and TIK in, WRAP_TK out, or the reverse: the mode is its own inverse. */
static int wrap(void *out, const u8 kek[SEV_KEY_SIZE], const u8 iv[16], const void *in)
{
	struct aes128_key key;
	int ret;

	memcpy(key.b, kek, sizeof(key.b));
	ret = aes128_ctr(out, &key, iv, in, sizeof(struct sev_transport_keys));
	secret_wipe(&key, sizeof(key));
	return ret;
}

/* -- MACs ------------------------------------------------------------------------------------ */

static int wrap_mac(struct sha256_digest *mac, const struct sev_session_keys *keys,
		    const struct sev_session *blob)
{
	return hmac_sha256(mac, keys->kik, sizeof(keys->kik), blob->wrap_tk, sizeof(blob->wrap_tk));
}

static int policy_mac(struct sha256_digest *mac, const struct sev_transport_keys *keys, u32 policy)
{
	u8 message[4];

	put_le32(message, policy);
	return hmac_sha256(mac, keys->tik, sizeof(keys->tik), message, sizeof(message));
}

static void compare(enum verdict *v, const struct sha256_digest *mac, const u8 given[32])
{
	*v = secret_equal(mac->b, given, sizeof(mac->b)) ? VERDICT_GOOD : VERDICT_BAD_TAG;
}

/* -- opening --------------------------------------------------------------------------------- */

static int unwrap(struct sev_session_secrets *out, enum verdict *v,
		  const struct sev_session_keys *keys, const struct sev_session *blob, u32 policy)
{
	struct sha256_digest mac;
	int ret;

	ret = wrap_mac(&mac, keys, blob);
	if (ret)
		return ret;
	compare(v, &mac, blob->wrap_mac);
	if (*v != VERDICT_GOOD)
		return 0;
	*v = VERDICT_NONE;
	ret = wrap(&out->keys, keys->kek, blob->wrap_iv, blob->wrap_tk);
	if (!ret)
		ret = policy_mac(&mac, &out->keys, policy);
	if (!ret)
		compare(v, &mac, blob->policy_mac);
	return ret;
}

int sev_session_open(struct sev_session_secrets *out, enum verdict *v, const struct ec_key *own,
		     const struct ec_public *peer, const struct sev_session *blob, u32 policy)
{
	struct sev_session_keys keys;
	int ret;

	*v = VERDICT_NONE;
	ret = agree(&keys, own, peer, blob->nonce);
	if (!ret)
		ret = unwrap(out, v, &keys, blob, policy);
	memcpy(out->nonce, blob->nonce, sizeof(out->nonce));
	memcpy(out->ms, keys.ms, sizeof(out->ms));
	secret_wipe(&keys, sizeof(keys));
	if (*v != VERDICT_GOOD)
		sev_session_wipe(out);
	return ret;
}

/* -- making ---------------------------------------------------------------------------------- */

static int fill(struct sev_session *blob, const struct sev_session_keys *keys,
		const struct sev_transport_keys *transport, u32 policy)
{
	struct sha256_digest mac;
	int ret;

	ret = wrap(blob->wrap_tk, keys->kek, blob->wrap_iv, transport);
	if (!ret)
		ret = wrap_mac(&mac, keys, blob);
	if (ret)
		return ret;
	memcpy(blob->wrap_mac, mac.b, sizeof(blob->wrap_mac));
	ret = policy_mac(&mac, transport, policy);
	if (!ret)
		memcpy(blob->policy_mac, mac.b, sizeof(blob->policy_mac));
	return ret;
}

int sev_session_make(struct sev_session_secrets *out, struct sev_session *blob,
		     const struct ec_key *own, const struct ec_public *peer, u32 policy,
		     struct rng *rng)
{
	struct sev_session_keys keys;
	int ret;

	memset(blob, 0, sizeof(*blob));
	rng_fill(rng, blob->nonce, sizeof(blob->nonce));
	rng_fill(rng, blob->wrap_iv, sizeof(blob->wrap_iv));
	rng_fill(rng, &out->keys, sizeof(out->keys));
	ret = agree(&keys, own, peer, blob->nonce);
	if (!ret)
		ret = fill(blob, &keys, &out->keys, policy);
	memcpy(out->nonce, blob->nonce, sizeof(out->nonce));
	memcpy(out->ms, keys.ms, sizeof(out->ms));
	secret_wipe(&keys, sizeof(keys));
	if (ret) {
		sev_session_wipe(out);
		memset(blob, 0, sizeof(*blob));
	}
	return ret;
}

/* -- keeping --------------------------------------------------------------------------------- */

void sev_session_wipe(struct sev_session_secrets *s)
{
	secret_wipe(s, sizeof(*s));
}

void sev_session_give(struct sev_guest *g, const struct sev_session_secrets *s)
{
	memcpy(g->nonce, s->nonce, sizeof(g->nonce));
	memcpy(g->ms, s->ms, sizeof(g->ms));
	g->keys = s->keys;
}
