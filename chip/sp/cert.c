/* SPDX-License-Identifier: MIT */
/* SEV certificates: of one size, two signature slots. */
#include "chip/sp/cert.h"

#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/ecdsa.h"

/* A signature slot; the two stand one behind the other. */
struct slot {
	u32 usage;
	u32 algo;
	struct sev_sig sig;
};
_Static_assert(SEV_CERT_SIGNED_SIZE + 2 * sizeof(struct slot) == sizeof(struct sev_cert),
	       "two slots end a certificate");

/* n: 0 or 1. */
static const struct slot *slot_at(const struct sev_cert *cert, unsigned n)
{
	return (const struct slot *)((const u8 *)cert + SEV_CERT_SIGNED_SIZE) + n;
}

static void set_slot(struct sev_cert *cert, unsigned n, const struct slot *slot)
{
	memcpy((u8 *)cert + SEV_CERT_SIGNED_SIZE + n * sizeof(*slot), slot, sizeof(*slot));
}

static enum hash_alg hash_of(enum sev_algo algo)
{
	return algo == SEV_ALGO_RSA_SHA384 || algo == SEV_ALGO_ECDSA_SHA384 ? HASH_SHA384
									    : HASH_SHA256;
}

/* -- making ---------------------------------------------------------------------------------- */

void sev_cert_make(struct sev_cert *cert, const struct sev_cert_subject *subject,
		   const struct ec_public *key)
{
	*cert = (struct sev_cert){
		.version = SEV_CERT_VERSION,
		.api_major = subject->api_major,
		.api_minor = subject->api_minor,
		.pubkey_usage = subject->usage,
		.pubkey_algo = subject->algo,
		.sig1_usage = SEV_USAGE_INVALID,
		.sig2_usage = SEV_USAGE_INVALID,
	};
	cert->pubkey.ec.curve = SEV_CURVE_P384;
	ec_public_to_le(key, cert->pubkey.ec.qx, cert->pubkey.ec.qy);
}

int sev_cert_sign(struct sev_cert *cert, unsigned slot, enum sev_usage signer,
		  const struct ec_key *key)
{
	struct slot s = {.usage = signer, .algo = SEV_ALGO_ECDSA_SHA256};
	struct ecdsa_sig sig;
	int ret;

	BUG_ON(slot != 1 && slot != 2);
	ret = ecdsa_sign(&sig, key, HASH_SHA256, cert, SEV_CERT_SIGNED_SIZE);
	if (ret)
		return ret;
	memcpy(s.sig.ecdsa.r, sig.r, sizeof(sig.r));
	memcpy(s.sig.ecdsa.s, sig.s, sizeof(sig.s));
	set_slot(cert, slot - 1, &s);
	return 0;
}

int sev_cert_sign_rsa(struct sev_cert *cert, unsigned slot, enum sev_usage signer,
		      const struct rsa_key *key, struct rng *rng)
{
	bool large = rsa_key_public(key)->bits > 2048;
	struct slot s = {.usage = signer,
			 .algo = large ? SEV_ALGO_RSA_SHA384 : SEV_ALGO_RSA_SHA256};
	int ret;

	BUG_ON(slot != 1 && slot != 2);
	ret = rsa_pss_sign(s.sig.rsa.s, key, hash_of(s.algo), rng, cert, SEV_CERT_SIGNED_SIZE);
	if (!ret)
		set_slot(cert, slot - 1, &s);
	return ret;
}

void sev_cert_keep_signature(struct sev_cert *cert, enum sev_usage signer)
{
	static const struct slot empty = {.usage = SEV_USAGE_INVALID, .algo = SEV_ALGO_INVALID};
	struct slot kept = empty;

	for (unsigned n = 2; n-- > 0;)
		if (slot_at(cert, n)->usage == (u32)signer)
			kept = *slot_at(cert, n);
	set_slot(cert, 0, &kept);
	set_slot(cert, 1, &empty);
}

/* -- taking apart ---------------------------------------------------------------------------- */

static bool ec_from_cert(struct ec_public *pub, const struct sev_ecdsa_pubkey *key)
{
	return key->curve == SEV_CURVE_P384 &&
	       bytes_are_zero(key->rsvd_094, sizeof(key->rsvd_094)) &&
	       !ec_public_from_le(pub, key->curve, key->qx, key->qy, NULL);
}

static bool rsa_from_cert(struct rsa_public *pub, const struct sev_rsa_pubkey *key)
{
	size_t bytes = key->modulus_size / 8;

	return key->modulus_size <= 8 * sizeof(key->modulus) &&
	       bytes_are_zero(key->modulus + bytes, sizeof(key->modulus) - bytes) &&
	       !rsa_public_from_le(pub, key->modulus_size, key->modulus, key->pubexp,
				   sizeof(key->pubexp), NULL);
}

static bool key_from_cert(struct sev_key *key, const struct sev_cert *cert)
{
	switch (cert->pubkey_algo) {
	case SEV_ALGO_ECDSA_SHA256:
	case SEV_ALGO_ECDSA_SHA384:
	case SEV_ALGO_ECDH_SHA256:
	case SEV_ALGO_ECDH_SHA384:
		return ec_from_cert(&key->ec, &cert->pubkey.ec);
	case SEV_ALGO_RSA_SHA256:
	case SEV_ALGO_RSA_SHA384:
		return rsa_from_cert(&key->rsa, &cert->pubkey.rsa);
	default:
		return false;
	}
}

enum sp_status sev_cert_key(struct sev_key *key, const struct sev_cert *cert, enum sev_usage usage)
{
	memset(key, 0, sizeof(*key));
	if (cert->version != SEV_CERT_VERSION || cert->rsvd_006 || cert->pubkey_usage != usage)
		return SP_INVALID_CERTIFICATE;
	if (!key_from_cert(key, cert))
		return SP_INVALID_CERTIFICATE;
	key->usage = usage;
	key->algo = cert->pubkey_algo;
	return SP_SUCCESS;
}

bool sev_key_is_ecdh(const struct sev_key *key)
{
	return key->algo == SEV_ALGO_ECDH_SHA256 || key->algo == SEV_ALGO_ECDH_SHA384;
}

static bool is_rsa(const struct sev_key *key)
{
	return key->algo == SEV_ALGO_RSA_SHA256 || key->algo == SEV_ALGO_RSA_SHA384;
}

bool sev_key_equal(const struct sev_key *a, const struct sev_key *b)
{
	if (a->algo != b->algo)
		return false;
	return is_rsa(a) ? rsa_public_equal(&a->rsa, &b->rsa) : ec_public_equal(&a->ec, &b->ec);
}

/* -- verifying ------------------------------------------------------------------------------- */

static int verify_ec(enum verdict *v, const struct sev_cert *cert, const struct slot *slot,
		     const struct sev_key *signer)
{
	const struct sev_ecdsa_sig *field = &slot->sig.ecdsa;
	struct ecdsa_sig sig;

	if (!bytes_are_zero(field->rsvd_090, sizeof(field->rsvd_090))) {
		*v = VERDICT_BAD_SIGNATURE;
		return 0;
	}
	memcpy(sig.r, field->r, sizeof(sig.r));
	memcpy(sig.s, field->s, sizeof(sig.s));
	return ecdsa_verify(v, &signer->ec, hash_of(slot->algo), cert, SEV_CERT_SIGNED_SIZE, &sig);
}

/* The signature's algorithm is the signer's key's: an ECDH key signs nothing. */
static int verify_slot(enum verdict *v, const struct sev_cert *cert, const struct slot *slot,
		       const struct sev_key *signer)
{
	*v = VERDICT_BAD_SIGNATURE;
	if (slot->algo != signer->algo || sev_key_is_ecdh(signer))
		return 0;
	if (is_rsa(signer))
		return rsa_pss_verify(v, &signer->rsa, hash_of(slot->algo), RSA_SALT_ANY, cert,
				      SEV_CERT_SIGNED_SIZE, slot->sig.rsa.s,
				      sizeof(slot->sig.rsa.s));
	return verify_ec(v, cert, slot, signer);
}

int sev_cert_verify(enum verdict *v, const struct sev_cert *cert, const struct sev_key *signer)
{
	int ret = 0;

	*v = VERDICT_WRONG_ISSUER;
	for (unsigned n = 0; n < 2 && !ret && *v != VERDICT_GOOD; n++)
		if (slot_at(cert, n)->usage == (u32)signer->usage)
			ret = verify_slot(v, cert, slot_at(cert, n), signer);
	return ret;
}
