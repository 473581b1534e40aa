/* SPDX-License-Identifier: MIT */
/* Reading a certificate's fields, and verifying it under an issuer. */
#include "crypto/x509.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "crypto/ec_math.h"
#include "crypto/ossl.h"
#include "crypto/rsa_key.h"
#include "crypto/x509_part.h"

void x509_cert_serial(struct x509_serial *serial, const struct x509_cert *cert)
{
	/* Checked when parsed. */
	BUG_ON(!x509_serial_from_asn1(serial, X509_get0_serialNumber(cert->x509)));
}

s64 x509_cert_not_before(const struct x509_cert *cert)
{
	return cert->not_before;
}

s64 x509_cert_not_after(const struct x509_cert *cert)
{
	return cert->not_after;
}

static int name_cn(char *cn, size_t size, const X509_NAME *name, struct error *err)
{
	int at = -1;
	int next;
	u8 *text = NULL;
	int len;

	cn[0] = '\0';
	while ((next = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0)
		at = next;
	if (at < 0)
		return error_set(err, EINVAL, "certificate: a name has no common name");
	len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (len < 0)
		return ossl_refuse(err, "certificate: a common name is not text");
	if ((size_t)len >= size || memchr(text, '\0', (size_t)len)) {
		OPENSSL_free(text);
		return error_set(err, EINVAL,
				 "certificate: a common name has a NUL or is too long");
	}
	memcpy(cn, text, (size_t)len);
	cn[len] = '\0';
	OPENSSL_free(text);
	return 0;
}

int x509_cert_subject_cn(char *cn, size_t size, const struct x509_cert *cert, struct error *err)
{
	return name_cn(cn, size, X509_get_subject_name(cert->x509), err);
}

int x509_cert_issuer_cn(char *cn, size_t size, const struct x509_cert *cert, struct error *err)
{
	return name_cn(cn, size, X509_get_issuer_name(cert->x509), err);
}

/* Compares texts, so that a look-up needs no memory. */
static bool oid_is(const ASN1_OBJECT *obj, const char *oid)
{
	char text[128];
	int len = OBJ_obj2txt(text, sizeof(text), obj, 1);

	return len > 0 && (size_t)len < sizeof(text) && strcmp(text, oid) == 0;
}

bool x509_cert_ext(struct x509_bytes *value, bool *critical, const struct x509_cert *cert,
		   const char *oid)
{
	int count = X509_get_ext_count(cert->x509);

	for (int i = 0; i < count; i++) {
		X509_EXTENSION *ext = X509_get_ext(cert->x509, i);
		const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(ext);

		if (!oid_is(X509_EXTENSION_get_object(ext), oid))
			continue;
		value->p = ASN1_STRING_get0_data(data);
		value->len = (size_t)ASN1_STRING_length(data);
		if (critical)
			*critical = X509_EXTENSION_get_critical(ext) != 0;
		return true;
	}
	return false;
}

/* One coordinate of an EC key; false: see ossl_failure(). */
static bool coordinate_get(u8 *out, size_t size, const EVP_PKEY *pkey, const char *name)
{
	BIGNUM *v = NULL;
	bool done;

	done = EVP_PKEY_get_bn_param(pkey, name, &v) == 1 &&
	       BN_bn2binpad(v, out, (int)size) == (int)size;
	BN_free(v);
	return done;
}

int x509_cert_ec_public(struct ec_public *pub, const struct x509_cert *cert, struct error *err)
{
	const EVP_PKEY *pkey = X509_get0_pubkey(cert->x509);
	u8 x[EC_MAX_BYTES];
	u8 y[EC_MAX_BYTES];
	enum ec_curve curve;
	char name[32];
	size_t n;

	memset(pub, 0, sizeof(*pub));
	if (!pkey || !EVP_PKEY_is_a(pkey, "EC"))
		return ossl_refuse(err, "certificate: the subject's key is no elliptic curve key");
	if (EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL) != 1 ||
	    !ec_curve_find(&curve, name))
		return ossl_refuse(err, "certificate: the subject's key is on an unknown curve");
	n = ec_bytes(curve);
	if (!coordinate_get(x, n, pkey, OSSL_PKEY_PARAM_EC_PUB_X) ||
	    !coordinate_get(y, n, pkey, OSSL_PKEY_PARAM_EC_PUB_Y))
		return ossl_failure(err); /* a key that decoded has them, and they fit */
	return ec_public_from_be(pub, curve, x, y, err);
}

int x509_cert_rsa_public(struct rsa_public *pub, const struct x509_cert *cert, struct error *err)
{
	const EVP_PKEY *pkey = X509_get0_pubkey(cert->x509);

	memset(pub, 0, sizeof(*pub));
	if (!pkey)
		return ossl_refuse(err, "certificate: the subject's key does not decode");
	return rsa_public_from_pkey(pub, pkey, err);
}

int x509_cert_der(u8 **der, size_t *len, const struct x509_cert *cert)
{
	u8 *theirs = NULL;
	int size = i2d_X509(cert->x509, &theirs);

	*der = NULL;
	*len = 0;
	if (size < 0)
		return ossl_failure(NULL);
	*der = malloc((size_t)size);
	if (*der) {
		memcpy(*der, theirs, (size_t)size);
		*len = (size_t)size;
	}
	OPENSSL_free(theirs);
	return *der ? 0 : -ENOMEM;
}

/* Everything about an issuer but the signature itself. */
static enum verdict check_issuer(const struct x509_cert *cert, const struct x509_cert *issuer)
{
	u32 flags = X509_get_extension_flags(cert->x509);

	switch (X509_check_issued(issuer->x509, cert->x509)) {
	case X509_V_OK:
		break;
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return VERDICT_ISSUER_NOT_CA;
	case X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH:
	case X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM:
		return VERDICT_BAD_ALGORITHM;
	default:
		return VERDICT_WRONG_ISSUER;
	}
	if (X509_check_ca(issuer->x509) != 1)
		return VERDICT_ISSUER_NOT_CA;
	if (X509_get_pathlen(issuer->x509) == 0 && X509_check_ca(cert->x509) != 0 &&
	    !(flags & EXFLAG_SI))
		return VERDICT_ISSUER_NOT_CA;
	return flags & EXFLAG_CRITICAL ? VERDICT_UNKNOWN_CRITICAL : VERDICT_GOOD;
}

static enum verdict check_algorithm(const struct x509_cert *cert, const EVP_PKEY *key)
{
	const ASN1_BIT_STRING *sig;
	const X509_ALGOR *alg;

	X509_get0_signature(&sig, &alg, cert->x509);
	if (!key || !x509_key_accepted(key) || !x509_sigalg_accepted(alg))
		return VERDICT_BAD_ALGORITHM;
	return VERDICT_GOOD;
}

int x509_cert_verify(enum verdict *v, const struct x509_cert *cert, const struct x509_cert *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer->x509);
	enum verdict found;

	*v = VERDICT_NONE;
	found = check_issuer(cert, issuer);
	if (found == VERDICT_GOOD)
		found = check_algorithm(cert, key);
	if (found == VERDICT_GOOD && X509_verify(cert->x509, key) != 1)
		found = VERDICT_BAD_SIGNATURE;
	return ossl_settle(v, found);
}

enum verdict x509_cert_check_time(const struct x509_cert *cert, s64 unix_time)
{
	if (unix_time < cert->not_before)
		return VERDICT_NOT_YET_VALID;
	return unix_time > cert->not_after ? VERDICT_EXPIRED : VERDICT_GOOD;
}
