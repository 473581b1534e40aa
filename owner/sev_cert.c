/* SPDX-License-Identifier: MIT */
/* Reads and verifies the certificates of legacy SEV. */
#include "owner/sev_cert.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/ecdsa.h"

/* AMD's key server once wrote this into the slot that a CEK leaves empty. */
enum { CEK_OLD_EMPTY_USAGE = 0x0010 };

/* One of the two signature slots. */
struct slot {
	u32 usage;
	u32 algo;
	const struct sev_sig *sig;
};

static struct slot cert_slot(const struct sev_cert *c, unsigned n)
{
	return n == 0 ? (struct slot){c->sig1_usage, c->sig1_algo, &c->sig1}
		      : (struct slot){c->sig2_usage, c->sig2_algo, &c->sig2};
}

const char *owner_usage_name(u32 usage)
{
	switch (usage) {
	case SEV_USAGE_ARK:
		return "ARK";
	case SEV_USAGE_ASK:
		return "ASK";
	case SEV_USAGE_OCA:
		return "OCA";
	case SEV_USAGE_PEK:
		return "PEK";
	case SEV_USAGE_PDH:
		return "PDH";
	case SEV_USAGE_CEK:
		return "CEK";
	default:
		return "?";
	}
}

static bool algo_is_rsa(u32 algo)
{
	return algo == SEV_ALGO_RSA_SHA256 || algo == SEV_ALGO_RSA_SHA384;
}

static bool algo_is_ecdsa(u32 algo)
{
	return algo == SEV_ALGO_ECDSA_SHA256 || algo == SEV_ALGO_ECDSA_SHA384;
}

static enum hash_alg algo_hash(u32 algo)
{
	return algo == SEV_ALGO_RSA_SHA384 || algo == SEV_ALGO_ECDSA_SHA384 ? HASH_SHA384
									    : HASH_SHA256;
}

/* The owner of a platform may bring an OCA with an RSA key; the firmware's own keys are P-384. */
static int check_key_algo(enum sev_usage usage, u32 algo, struct error *err)
{
	u32 expected = usage == SEV_USAGE_PDH ? SEV_ALGO_ECDH_SHA256 : SEV_ALGO_ECDSA_SHA256;

	if (algo == expected)
		return 0;
	if (usage == SEV_USAGE_OCA && (algo_is_rsa(algo) || algo_is_ecdsa(algo)))
		return 0;
	return error_set(err, EINVAL, "%s: key algorithm %03xh, expected %03xh",
			 owner_usage_name(usage), algo, expected);
}

static int check_head(const struct sev_cert *c, enum sev_usage usage, struct error *err)
{
	const char *name = owner_usage_name(usage);

	if (c->version != SEV_CERT_VERSION)
		return error_set(err, EINVAL, "%s: version %u, expected 1", name, c->version);
	if (c->rsvd_006 != 0)
		return error_set(err, EINVAL, "%s: reserved bytes at 006h are not zero", name);
	if (c->pubkey_usage != (u32)usage)
		return error_set(err, EINVAL, "%s: key usage %04xh, expected %04xh", name,
				 c->pubkey_usage, (u32)usage);
	return check_key_algo(usage, c->pubkey_algo, err);
}

static int decode_ec(struct owner_signer *key, const struct sev_ecdsa_pubkey *pub,
		     struct error *err)
{
	const char *name = owner_usage_name(key->usage);
	struct error said = {0};
	int ret;

	if (pub->curve != SEV_CURVE_P384)
		return error_set(err, EINVAL, "%s: curve %u, expected 2 (P-384)", name, pub->curve);
	if (!bytes_are_zero(pub->rsvd_094, sizeof(pub->rsvd_094)))
		return error_set(err, EINVAL, "%s: bytes after the public key are not zero", name);
	ret = ec_public_from_le(&key->ec, pub->curve, pub->qx, pub->qy, &said);
	return ret ? error_set(err, -ret, "%s: public key: %.300s", name, said.text) : 0;
}

static int decode_rsa(struct owner_signer *key, const struct sev_rsa_pubkey *pub, struct error *err)
{
	const char *name = owner_usage_name(key->usage);
	size_t bytes = pub->modulus_size / 8;
	struct error said = {0};
	int ret;

	key->is_rsa = true;
	ret = rsa_public_from_le(&key->rsa, pub->modulus_size, pub->modulus, pub->pubexp,
				 sizeof(pub->pubexp), &said);
	if (ret)
		return error_set(err, -ret, "%s: public key: %.300s", name, said.text);
	if (!bytes_are_zero(pub->modulus + bytes, sizeof(pub->modulus) - bytes))
		return error_set(err, EINVAL, "%s: bytes after the modulus are not zero", name);
	return 0;
}

static bool slot_is_empty(const struct slot *s, enum sev_usage usage)
{
	bool named_empty = s->usage == SEV_USAGE_INVALID ||
			   (usage == SEV_USAGE_CEK && s->usage == CEK_OLD_EMPTY_USAGE);

	return named_empty && s->algo == SEV_ALGO_INVALID &&
	       bytes_are_zero(s->sig, sizeof(*s->sig));
}

/* Who may sign a certificate of this usage. */
static bool may_sign(u32 signer, enum sev_usage usage)
{
	switch (usage) {
	case SEV_USAGE_PDH:
		return signer == SEV_USAGE_PEK;
	case SEV_USAGE_PEK:
		return signer == SEV_USAGE_OCA || signer == SEV_USAGE_CEK;
	case SEV_USAGE_OCA:
		return signer == SEV_USAGE_OCA;
	case SEV_USAGE_CEK:
		return signer == SEV_USAGE_ASK;
	default:
		return false;
	}
}

static int check_slots(const struct sev_cert *c, enum sev_usage usage, struct error *err)
{
	for (unsigned n = 0; n < 2; n++) {
		struct slot s = cert_slot(c, n);

		if (slot_is_empty(&s, usage))
			continue;
		if (!may_sign(s.usage, usage))
			return error_set(err, EINVAL,
					 "%s: signature %u: signer usage %04xh has no place here",
					 owner_usage_name(usage), n + 1, s.usage);
		if (!algo_is_rsa(s.algo) && !algo_is_ecdsa(s.algo))
			return error_set(err, EINVAL, "%s: signature %u: algorithm %03xh",
					 owner_usage_name(usage), n + 1, s.algo);
	}
	return 0;
}

static int decode_cert(struct owner_cert *cert, enum sev_usage usage, struct error *err)
{
	const struct sev_cert *c = &cert->raw;
	int ret = check_head(c, usage, err);

	if (ret)
		return ret;
	cert->key.usage = usage;
	ret = algo_is_rsa(c->pubkey_algo) ? decode_rsa(&cert->key, &c->pubkey.rsa, err)
					  : decode_ec(&cert->key, &c->pubkey.ec, err);
	return ret ? ret : check_slots(c, usage, err);
}

int owner_cert_decode(struct owner_cert *cert, enum sev_usage usage, const void *bytes, size_t len,
		      struct error *err)
{
	int ret;

	memset(cert, 0, sizeof(*cert));
	if (len != sizeof(cert->raw))
		return error_set(err, EINVAL, "%s: %zu bytes, expected %zu",
				 owner_usage_name(usage), len, sizeof(cert->raw));
	memcpy(&cert->raw, bytes, len);
	ret = decode_cert(cert, usage, err);
	if (ret)
		memset(cert, 0, sizeof(*cert));
	return ret;
}

static int check_amd_head(const struct amd_cert_hdr *h, enum sev_usage usage, struct error *err)
{
	const char *name = owner_usage_name(usage);

	if (h->version != SEV_CERT_VERSION)
		return error_set(err, EINVAL, "%s: version %u, expected 1", name, h->version);
	if (h->key_usage != (u32)usage)
		return error_set(err, EINVAL, "%s: key usage %04xh, expected %04xh", name,
				 h->key_usage, (u32)usage);
	if (!bytes_are_zero(h->rsvd_28, sizeof(h->rsvd_28)))
		return error_set(err, EINVAL, "%s: reserved bytes at 28h are not zero", name);
	if (h->modulus_size != 2048 && h->modulus_size != 4096)
		return error_set(err, EINVAL, "%s: modulus of %u bits, expected 2048 or 4096", name,
				 h->modulus_size);
	if (h->pubexp_size != h->modulus_size)
		return error_set(err, EINVAL, "%s: exponent of %u bits, expected %u", name,
				 h->pubexp_size, h->modulus_size);
	if (usage == SEV_USAGE_ARK &&
	    memcmp(&h->key_id, &h->certifying_key_id, sizeof(h->key_id)) != 0)
		return error_set(err, EINVAL, "%s: certified by another key, expected its own",
				 name);
	return 0;
}

static int decode_amd_cert(struct owner_amd_cert *cert, enum sev_usage usage, struct error *err)
{
	const struct amd_cert_hdr *h = &cert->hdr;
	const u8 *exponent = cert->raw + sizeof(*h);
	struct error said = {0};
	int ret = check_amd_head(h, usage, err);

	if (ret)
		return ret;
	if (cert->len != AMD_CERT_SIZE(h->modulus_size))
		return error_set(err, EINVAL, "%s: %zu bytes, expected %zu",
				 owner_usage_name(usage), cert->len,
				 AMD_CERT_SIZE(h->modulus_size));
	cert->key.usage = usage;
	cert->key.is_rsa = true;
	ret = rsa_public_from_le(&cert->key.rsa, h->modulus_size, exponent + h->pubexp_size / 8,
				 exponent, h->pubexp_size / 8, &said);
	if (ret)
		return error_set(err, -ret, "%s: public key: %.300s", owner_usage_name(usage),
				 said.text);
	return 0;
}

int owner_amd_cert_decode(struct owner_amd_cert *cert, enum sev_usage usage, const void *bytes,
			  size_t len, struct error *err)
{
	int ret;

	memset(cert, 0, sizeof(*cert));
	if (len < sizeof(cert->hdr) || len > sizeof(cert->raw))
		return error_set(err, EINVAL, "%s: %zu bytes, expected %zu or %zu",
				 owner_usage_name(usage), len, AMD_CERT_SIZE(2048),
				 AMD_CERT_SIZE(4096));
	memcpy(cert->raw, bytes, len);
	memcpy(&cert->hdr, bytes, sizeof(cert->hdr));
	cert->len = len;
	ret = decode_amd_cert(cert, usage, err);
	if (ret)
		memset(cert, 0, sizeof(*cert));
	return ret;
}

bool owner_cert_names_signer(const struct owner_cert *cert, enum sev_usage usage)
{
	return cert->raw.sig1_usage == (u32)usage || cert->raw.sig2_usage == (u32)usage;
}

static int verify_ecdsa(enum verdict *v, const struct owner_cert *cert, const struct slot *s,
			const struct owner_signer *signer)
{
	const struct sev_ecdsa_sig *field = &s->sig->ecdsa;
	struct ecdsa_sig sig;

	if (!bytes_are_zero(field->rsvd_090, sizeof(field->rsvd_090))) {
		*v = VERDICT_BAD_SIGNATURE;
		return 0;
	}
	memcpy(sig.r, field->r, sizeof(sig.r));
	memcpy(sig.s, field->s, sizeof(sig.s));
	return ecdsa_verify(v, &signer->ec, algo_hash(s->algo), &cert->raw, SEV_CERT_SIGNED_SIZE,
			    &sig);
}

/* AMD's own signatures have one salt; an owner's OCA may be some other tool's. */
static int verify_rsa(enum verdict *v, const struct owner_cert *cert, const struct slot *s,
		      const struct owner_signer *signer)
{
	enum rsa_salt salt = signer->usage == SEV_USAGE_ASK ? RSA_SALT_AS_DIGEST : RSA_SALT_ANY;

	return rsa_pss_verify(v, &signer->rsa, algo_hash(s->algo), salt, &cert->raw,
			      SEV_CERT_SIGNED_SIZE, s->sig->rsa.s, sizeof(s->sig->rsa.s));
}

/* AMD ties the hash to the size of its keys. */
static bool algo_fits(u32 algo, const struct owner_signer *signer)
{
	if (!signer->is_rsa)
		return algo_is_ecdsa(algo);
	if (signer->usage != SEV_USAGE_ASK)
		return algo_is_rsa(algo);
	return algo == (signer->rsa.bits == 2048 ? SEV_ALGO_RSA_SHA256 : SEV_ALGO_RSA_SHA384);
}

int owner_cert_verify(enum verdict *v, const struct owner_cert *cert,
		      const struct owner_signer *signer)
{
	bool first = cert->raw.sig1_usage == (u32)signer->usage;
	bool second = cert->raw.sig2_usage == (u32)signer->usage;
	struct slot s = cert_slot(&cert->raw, first ? 0 : 1);

	*v = VERDICT_WRONG_ISSUER;
	if (first == second)
		return 0;
	*v = VERDICT_BAD_ALGORITHM;
	if (!algo_fits(s.algo, signer))
		return 0;
	*v = VERDICT_NONE;
	return signer->is_rsa ? verify_rsa(v, cert, &s, signer) : verify_ecdsa(v, cert, &s, signer);
}

int owner_amd_cert_verify(enum verdict *v, const struct owner_amd_cert *cert,
			  const struct owner_amd_cert *signer)
{
	size_t signed_len = AMD_CERT_SIGNED_SIZE(cert->hdr.modulus_size);
	size_t sig_len = cert->hdr.modulus_size / 8;

	*v = VERDICT_WRONG_ISSUER;
	if (memcmp(&cert->hdr.certifying_key_id, &signer->hdr.key_id, sizeof(struct guid)) != 0)
		return 0;
	/* The signature has the width of the signed key, so both are of one size. */
	*v = VERDICT_BAD_ALGORITHM;
	if (cert->hdr.modulus_size != signer->hdr.modulus_size)
		return 0;
	*v = VERDICT_NONE;
	return rsa_pss_verify(
		v, &signer->key.rsa, signer->key.rsa.bits == 2048 ? HASH_SHA256 : HASH_SHA384,
		RSA_SALT_AS_DIGEST, cert->raw, signed_len, cert->raw + signed_len, sig_len);
}
