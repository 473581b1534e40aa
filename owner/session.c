/* SPDX-License-Identifier: MIT */
/* Makes sessions. */
#include "owner/session.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/aes.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

/* KEK and KIK. */
struct wrap_keys {
	struct aes128_key kek;
	u8 kik[SEV_KEY_SIZE];
};

int owner_policy_check(u32 policy, struct error *err)
{
	if (policy & SEV_POLICY_RSVD_MASK)
		return error_set(err, EINVAL, "policy %08xh: bits 15:6 are reserved", policy);
	return 0;
}

/* Firmware does not look at the signature of this certificate; its slots stay empty. */
static void make_godh(struct sev_cert *cert, const struct ec_public *pub)
{
	memset(cert, 0, sizeof(*cert));
	cert->version = SEV_CERT_VERSION;
	cert->pubkey_usage = SEV_USAGE_PDH;
	cert->pubkey_algo = SEV_ALGO_ECDH_SHA256;
	cert->pubkey.ec.curve = SEV_CURVE_P384;
	ec_public_to_le(pub, cert->pubkey.ec.qx, cert->pubkey.ec.qy);
	cert->sig1_usage = SEV_USAGE_INVALID;
	cert->sig2_usage = SEV_USAGE_INVALID;
}

static int derive(struct wrap_keys *keys, const struct ec_key *godh, const struct ec_public *pdh,
		  const u8 nonce[16])
{
	u8 ms[SEV_KEY_SIZE];
	struct ec_secret z;
	int ret = ec_agree(&z, godh, pdh);

	if (ret == 0)
		ret = kdf_derive_sev(ms, sizeof(ms), z.b, z.len, SEV_KDF_LABEL_MS, nonce, 16);
	if (ret == 0)
		ret = kdf_derive_sev(keys->kek.b, sizeof(keys->kek.b), ms, sizeof(ms),
				     SEV_KDF_LABEL_KEK, NULL, 0);
	if (ret == 0)
		ret = kdf_derive_sev(keys->kik, sizeof(keys->kik), ms, sizeof(ms),
				     SEV_KDF_LABEL_KIK, NULL, 0);
	secret_wipe(&z, sizeof(z));
	secret_wipe(ms, sizeof(ms));
	return ret;
}

static int mac(u8 out[SEV_DIGEST_SIZE], const u8 key[SEV_KEY_SIZE], const void *data, size_t len)
{
	struct sha256_digest d;
	int ret = hmac_sha256(&d, key, SEV_KEY_SIZE, data, len);

	if (ret == 0)
		memcpy(out, d.b, SEV_DIGEST_SIZE);
	return ret;
}

static int wrap(struct sev_session *blob, const struct wrap_keys *keys, u32 policy,
		const struct owner_session_secrets *secrets)
{
	u8 policy_bytes[4];
	int ret;

	put_le32(policy_bytes, policy);
	memcpy(blob->nonce, secrets->nonce, sizeof(blob->nonce));
	memcpy(blob->wrap_iv, secrets->wrap_iv, sizeof(blob->wrap_iv));
	ret = aes128_ctr(blob->wrap_tk, &keys->kek, blob->wrap_iv, &secrets->keys,
			 sizeof(secrets->keys));
	if (ret == 0)
		ret = mac(blob->wrap_mac, keys->kik, blob->wrap_tk, sizeof(blob->wrap_tk));
	if (ret == 0)
		ret = mac(blob->policy_mac, secrets->keys.tik, policy_bytes, sizeof(policy_bytes));
	return ret;
}

int owner_session_from(struct owner_session *s, const struct ec_public *pdh, u32 policy,
		       const struct owner_session_secrets *secrets, struct error *err)
{
	struct wrap_keys keys;
	int ret = owner_policy_check(policy, err);

	memset(s, 0, sizeof(*s));
	if (ret)
		return ret;
	if (pdh->curve != EC_P384 || secrets->godh.pub.curve != EC_P384)
		return error_set(err, EINVAL, "PDH: not a key on P-384");
	make_godh(&s->godh, &secrets->godh.pub);
	s->keys = secrets->keys;
	ret = derive(&keys, &secrets->godh, pdh, secrets->nonce);
	if (ret == 0)
		ret = wrap(&s->blob, &keys, policy, secrets);
	secret_wipe(&keys, sizeof(keys));
	if (ret) {
		owner_session_wipe(s);
		return error_set(err, -ret, "cannot make a session: %s", strerror(-ret));
	}
	return 0;
}

int owner_session_new(struct owner_session *s, const struct ec_public *pdh, u32 policy,
		      struct rng *rng, struct error *err)
{
	struct owner_session_secrets secrets;
	int ret = ec_key_generate(&secrets.godh, EC_P384, rng);

	memset(s, 0, sizeof(*s));
	if (ret)
		return error_set(err, -ret, "cannot make a key: %s", strerror(-ret));
	rng_fill(rng, secrets.nonce, sizeof(secrets.nonce));
	rng_fill(rng, secrets.wrap_iv, sizeof(secrets.wrap_iv));
	rng_fill(rng, &secrets.keys, sizeof(secrets.keys));
	ret = owner_session_from(s, pdh, policy, &secrets, err);
	secret_wipe(&secrets, sizeof(secrets));
	return ret;
}

void owner_session_wipe(struct owner_session *s)
{
	secret_wipe(s, sizeof(*s));
}
