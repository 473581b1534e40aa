/* SPDX-License-Identifier: MIT */
/*
 * AMD's own format for ARK and ASK: a header, then exponent, modulus and signature, each as wide as
 * the modulus.	[SEV B.1]
 */
#include <string.h>

#include "base/bytes.h"
#include "chip/sp/cert.h"

static enum hash_alg hash_for(u32 bits)
{
	return bits == 2048 ? HASH_SHA256 : HASH_SHA384;
}

static bool header_is_sound(const struct amd_cert_hdr *h, enum sev_usage usage, size_t len)
{
	return h->version == SEV_CERT_VERSION && h->key_usage == (u32)usage &&
	       bytes_are_zero(h->rsvd_28, sizeof(h->rsvd_28)) &&
	       (h->modulus_size == 2048 || h->modulus_size == 4096) &&
	       h->pubexp_size == h->modulus_size && len >= AMD_CERT_SIZE(h->modulus_size);
}

enum sp_status amd_cert_parse(struct amd_cert *cert, enum sev_usage usage, const u8 *bytes,
			      size_t len)
{
	const u8 *exponent = bytes + sizeof(struct amd_cert_hdr);
	struct amd_cert_hdr h;

	memset(cert, 0, sizeof(*cert));
	if (len < sizeof(h))
		return SP_INVALID_CERTIFICATE;
	memcpy(&h, bytes, sizeof(h));
	if (!header_is_sound(&h, usage, len))
		return SP_INVALID_CERTIFICATE;
	if (rsa_public_from_le(&cert->key, h.modulus_size, exponent + h.pubexp_size / 8, exponent,
			       h.pubexp_size / 8, NULL))
		return SP_INVALID_CERTIFICATE;
	cert->key_id = h.key_id;
	cert->certifying_key_id = h.certifying_key_id;
	cert->usage = usage;
	cert->size = AMD_CERT_SIZE(h.modulus_size);
	cert->bytes = bytes;
	return SP_SUCCESS;
}

int amd_cert_verify(enum verdict *v, const struct amd_cert *cert, const struct amd_cert *signer)
{
	size_t signature = AMD_CERT_SIGNED_SIZE(cert->key.bits);

	*v = VERDICT_WRONG_ISSUER;
	if (memcmp(&cert->certifying_key_id, &signer->key_id, sizeof(signer->key_id)) ||
	    cert->key.bits != signer->key.bits)
		return 0;
	return rsa_pss_verify(v, &signer->key, hash_for(signer->key.bits), RSA_SALT_ANY,
			      cert->bytes, signature, cert->bytes + signature,
			      signer->key.bits / 8);
}

void amd_cert_signer(struct sev_key *key, const struct amd_cert *cert)
{
	memset(key, 0, sizeof(*key));
	key->usage = cert->usage;
	key->algo = cert->key.bits == 2048 ? SEV_ALGO_RSA_SHA256 : SEV_ALGO_RSA_SHA384;
	key->rsa = cert->key;
}

int amd_cert_make(u8 *bytes, const struct amd_cert_subject *subject, const struct rsa_key *signer,
		  struct rng *salt)
{
	u32 bits = subject->key->bits;
	struct amd_cert_hdr h = {
		.version = SEV_CERT_VERSION,
		.key_id = subject->key_id,
		.certifying_key_id = subject->certifying_key_id,
		.key_usage = subject->usage,
		.pubexp_size = bits,
		.modulus_size = bits,
	};

	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + sizeof(h), subject->key->exponent, bits / 8);
	memcpy(bytes + sizeof(h) + bits / 8, subject->key->modulus, bits / 8);
	return rsa_pss_sign(bytes + AMD_CERT_SIGNED_SIZE(bits), signer, hash_for(bits), salt, bytes,
			    AMD_CERT_SIGNED_SIZE(bits));
}
