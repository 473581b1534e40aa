/* SPDX-License-Identifier: MIT */
/* Deriving the chip's key, and making those of the firmware. */
#include "chip/sp/identity.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "chip/sp/cert.h"
#include "chip/sp/internal.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

/* -- the chip -------------------------------------------------------------------------------- */

/* All genuine CEK certificates say so, whatever the firmware. */
enum { CEK_API_MAJOR = 0, CEK_API_MINOR = 14 };

/* The identifier is a public key of secp256k1, big-endian; nothing uses it as one. */
static int make_id(u8 id[SEV_CHIP_ID_SIZE], const u8 secret[32], struct error *err)
{
	struct ec_key key;
	int ret;

	ret = ec_key_from_be(&key, EC_SECP256K1, secret, err);
	if (ret)
		return ret;
	memcpy(id, key.pub.x, 32);
	memcpy(id + 32, key.pub.y, 32);
	ec_key_wipe(&key);
	return 0;
}

/* 448 bits of the derivation, as a little-endian number modulo n - 1, plus 1. */
static int make_cek(struct ec_key *cek, const u8 secret[32])
{
	u8 derived[56], wide[56];
	struct sha256_digest k;
	int ret;

	ret = sha256(&k, secret, 32);
	if (!ret)
		ret = kdf_derive_sev(derived, sizeof(derived), k.b, sizeof(k.b), SEV_KDF_LABEL_CEK,
				     NULL, 0);
	if (!ret) {
		bytes_reverse(wide, derived, sizeof(wide));
		ret = ec_key_from_wide(cek, EC_P384, wide, sizeof(wide));
	}
	secret_wipe(&k, sizeof(k));
	secret_wipe(derived, sizeof(derived));
	secret_wipe(wide, sizeof(wide));
	return ret;
}

int sp_chip_make(struct sp_chip *chip, const u8 secret[32], struct error *err)
{
	static const struct sev_cert_subject cek = {SEV_USAGE_CEK, SEV_ALGO_ECDSA_SHA256,
						    CEK_API_MAJOR, CEK_API_MINOR};
	int ret;

	memcpy(chip->secret, secret, sizeof(chip->secret));
	ret = make_id(chip->id, secret, err);
	if (ret)
		return ret;
	ret = make_cek(&chip->cek, secret);
	if (ret)
		return error_set(err, -ret, "chip endorsement key: %s", strerror(-ret));
	sev_cert_make(&chip->cek_cert, &cek, &chip->cek.pub);
	return 0;
}

/* -- the firmware's keys --------------------------------------------------------------------- */

static struct sev_cert_subject subject(const struct sp *sp, enum sev_usage usage,
				       enum sev_algo algo)
{
	return (struct sev_cert_subject){usage, algo, sp->firmware.api_major,
					 sp->firmware.api_minor};
}

static int make_oca(struct sev_identity *id, struct sp *sp)
{
	struct sev_cert_subject s = subject(sp, SEV_USAGE_OCA, SEV_ALGO_ECDSA_SHA256);
	int ret = ec_key_generate(&id->oca, EC_P384, sp->rng);

	if (ret)
		return ret;
	id->external = false;
	sev_cert_make(&id->oca_cert, &s, &id->oca.pub);
	return sev_cert_sign(&id->oca_cert, 1, SEV_USAGE_OCA, &id->oca);
}

static int make_pek(struct sev_identity *id, struct sp *sp)
{
	struct sev_cert_subject s = subject(sp, SEV_USAGE_PEK, SEV_ALGO_ECDSA_SHA256);
	int ret = ec_key_generate(&id->pek, EC_P384, sp->rng);

	if (ret)
		return ret;
	sev_cert_make(&id->pek_cert, &s, &id->pek.pub);
	ret = sev_cert_sign(&id->pek_cert, 1, SEV_USAGE_OCA, &id->oca);
	return ret ? ret : sev_cert_sign(&id->pek_cert, 2, SEV_USAGE_CEK, &sp->chip.cek);
}

int sev_identity_make_pdh(struct sev_identity *id, struct sp *sp)
{
	struct sev_cert_subject s = subject(sp, SEV_USAGE_PDH, SEV_ALGO_ECDH_SHA256);
	int ret = ec_key_generate(&id->pdh, EC_P384, sp->rng);

	if (ret)
		return ret;
	sev_cert_make(&id->pdh_cert, &s, &id->pdh.pub);
	return sev_cert_sign(&id->pdh_cert, 1, SEV_USAGE_PEK, &id->pek);
}

int sev_identity_make(struct sev_identity *id, struct sp *sp)
{
	int ret;

	memset(id, 0, sizeof(*id));
	ret = make_oca(id, sp);
	if (!ret)
		ret = make_pek(id, sp);
	return ret ? ret : sev_identity_make_pdh(id, sp);
}

void sev_identity_wipe(struct sev_identity *id)
{
	secret_wipe(id, sizeof(*id));
}
