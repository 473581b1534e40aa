/* SPDX-License-Identifier: MIT */
/*
 * Which signatures count.  AMD's chains know one: RSASSA-PSS with SHA-384, MGF1 with SHA-384, a
 * salt of 48 bytes.  The parameters are part of the signed bytes but are read before anything is
 * verified, so a forger chooses them: nothing weaker may be named there.
 */
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "crypto/ec_math.h"
#include "crypto/x509_part.h"

static int algorithm_nid(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	return OBJ_obj2nid(oid);
}

static bool parameters_absent_or_null(const X509_ALGOR *alg)
{
	int type;

	X509_ALGOR_get0(NULL, &type, NULL, alg);
	return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

static bool parameters_absent(const X509_ALGOR *alg)
{
	int type;

	X509_ALGOR_get0(NULL, &type, NULL, alg);
	return type == V_ASN1_UNDEF;
}

/* The SEQUENCE that an algorithm has as its parameters, decoded; NULL: it has none such. */
static void *parameters_decode(const X509_ALGOR *alg, const ASN1_ITEM *item)
{
	const void *value;
	int type;
	void *decoded = NULL;

	X509_ALGOR_get0(NULL, &type, &value, alg);
	if (type == V_ASN1_SEQUENCE)
		decoded = ASN1_item_unpack(value, item);
	ERR_clear_error();
	return decoded;
}

static bool is_sha384(const X509_ALGOR *alg)
{
	return alg && algorithm_nid(alg) == NID_sha384 && parameters_absent_or_null(alg);
}

static bool is_mgf1_sha384(const X509_ALGOR *alg)
{
	X509_ALGOR *hash;
	bool good;

	if (!alg || algorithm_nid(alg) != NID_mgf1)
		return false;
	hash = parameters_decode(alg, ASN1_ITEM_rptr(X509_ALGOR));
	good = is_sha384(hash);
	X509_ALGOR_free(hash);
	return good;
}

/*
 * Absent fields mean SHA-1 and a salt of 20 bytes, except the trailer, whose default is the only
 * one.
 */
static bool pss_parameters_accepted(const X509_ALGOR *alg)
{
	RSA_PSS_PARAMS *p = parameters_decode(alg, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
	bool good;

	good = p && is_sha384(p->hashAlgorithm) && is_mgf1_sha384(p->maskGenAlgorithm) &&
	       p->saltLength && ASN1_INTEGER_get(p->saltLength) == 48 &&
	       (!p->trailerField || ASN1_INTEGER_get(p->trailerField) == 1);
	RSA_PSS_PARAMS_free(p);
	return good;
}

bool x509_sigalg_accepted(const X509_ALGOR *alg)
{
	switch (algorithm_nid(alg)) {
	case NID_rsassaPss:
		return pss_parameters_accepted(alg);
	case NID_ecdsa_with_SHA256:
	case NID_ecdsa_with_SHA384:
		return parameters_absent(alg);
	default:
		return false;
	}
}

bool x509_key_accepted(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);
	enum ec_curve curve;
	char name[32];
	bool named;

	if (EVP_PKEY_is_a(key, "RSA"))
		return bits >= 2048 && bits <= 4096;
	named = EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) == 1 &&
		ec_curve_find(&curve, name);
	ERR_clear_error();
	return named && curve != EC_SECP256K1;
}
