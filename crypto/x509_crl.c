/* SPDX-License-Identifier: MIT */
/* Revocation lists through libcrypto's X509_CRL. */
#include "crypto/x509_crl.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ossl.h"
#include "crypto/pem.h"
#include "crypto/x509_part.h"

struct x509_crl {
	X509_CRL *crl;
	s64 this_update;
	s64 next_update;
};

static int check_canonical(X509_CRL *x, const u8 *der, size_t len, struct error *err)
{
	u8 *again = NULL;
	int again_len = i2d_X509_CRL(x, &again);
	bool same = again_len >= 0 && (size_t)again_len == len && memcmp(again, der, len) == 0;

	OPENSSL_free(again);
	if (!same)
		return ossl_refuse(err,
				   "revocation list: the encoding is not DER, or bytes follow it");
	return 0;
}

static int check_fields(struct x509_crl *crl, struct error *err)
{
	STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(crl->crl);
	struct x509_serial serial;

	if (!x509_time(&crl->this_update, X509_CRL_get0_lastUpdate(crl->crl)) ||
	    !x509_time(&crl->next_update, X509_CRL_get0_nextUpdate(crl->crl)))
		return ossl_refuse(err, "revocation list: a date is missing or malformed");
	for (int i = 0; i < sk_X509_REVOKED_num(entries); i++)
		if (!x509_serial_from_asn1(&serial, X509_REVOKED_get0_serialNumber(
							    sk_X509_REVOKED_value(entries, i))))
			return error_set(err, EINVAL,
					 "revocation list: a serial number is malformed");
	return 0;
}

static int crl_parse_der(struct x509_crl **crl, const u8 *der, size_t len, struct error *err)
{
	const u8 *end = der;
	struct x509_crl *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return error_set(err, ENOMEM, "out of memory");
	c->crl = len > LONG_MAX ? NULL : d2i_X509_CRL(NULL, &end, (long)len);
	if (c->crl)
		ret = check_canonical(c->crl, der, len, err);
	else
		ret = ossl_refuse(err, "revocation list: the bytes are not an X.509 CRL");
	if (ret == 0)
		ret = check_fields(c, err);
	if (ret == 0)
		*crl = c;
	else
		x509_crl_free(c);
	return ret;
}

static int crl_parse_pem(struct x509_crl **crl, const void *data, size_t len, struct error *err)
{
	struct pem_reader reader;
	struct pem_block block;
	int ret = pem_init(&reader, data, len, err);

	if (ret)
		return ret;
	ret = pem_next(&block, &reader, err);
	if (ret == 0) {
		if (block.type && strcmp(block.type, "X509 CRL") == 0)
			ret = crl_parse_der(crl, block.der, block.len, err);
		else
			ret = error_set(err, EINVAL, "no PEM block X509 CRL found");
		pem_block_fini(&block);
	}
	pem_fini(&reader);
	return ret;
}

int x509_crl_parse(struct x509_crl **crl, const void *data, size_t len, struct error *err)
{
	*crl = NULL;
	if (pem_is_pem(data, len))
		return crl_parse_pem(crl, data, len, err);
	return crl_parse_der(crl, data, len, err);
}

void x509_crl_free(struct x509_crl *crl)
{
	if (!crl)
		return;
	X509_CRL_free(crl->crl);
	free(crl);
}

static bool has_critical(X509_CRL *crl)
{
	STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(crl);

	if (X509_CRL_get_ext_by_critical(crl, 1, -1) >= 0)
		return true;
	for (int i = 0; i < sk_X509_REVOKED_num(entries); i++)
		if (X509_REVOKED_get_ext_by_critical(sk_X509_REVOKED_value(entries, i), 1, -1) >= 0)
			return true;
	return false;
}

static enum verdict check_issuer(X509_CRL *crl, const struct x509_cert *issuer, const EVP_PKEY *key)
{
	const ASN1_BIT_STRING *sig;
	const X509_ALGOR *alg;

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer->x509)) != 0)
		return VERDICT_WRONG_ISSUER;
	/* An issuer without key usage reads as one with every use. */
	if (X509_check_ca(issuer->x509) != 1 || !(X509_get_key_usage(issuer->x509) & KU_CRL_SIGN))
		return VERDICT_ISSUER_NOT_CA;
	if (has_critical(crl))
		return VERDICT_UNKNOWN_CRITICAL;
	X509_CRL_get0_signature(crl, &sig, &alg);
	if (!key || !x509_key_accepted(key) || !x509_sigalg_accepted(alg))
		return VERDICT_BAD_ALGORITHM;
	return VERDICT_GOOD;
}

int x509_crl_verify(enum verdict *v, const struct x509_crl *crl, const struct x509_cert *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer->x509);
	enum verdict found;

	*v = VERDICT_NONE;
	found = check_issuer(crl->crl, issuer, key);
	if (found == VERDICT_GOOD && X509_CRL_verify(crl->crl, key) != 1)
		found = VERDICT_BAD_SIGNATURE;
	return ossl_settle(v, found);
}

enum verdict x509_crl_check_time(const struct x509_crl *crl, s64 unix_time)
{
	if (unix_time < crl->this_update)
		return VERDICT_NOT_YET_VALID;
	return unix_time >= crl->next_update ? VERDICT_EXPIRED : VERDICT_GOOD;
}

s64 x509_crl_this_update(const struct x509_crl *crl)
{
	return crl->this_update;
}

s64 x509_crl_next_update(const struct x509_crl *crl)
{
	return crl->next_update;
}

size_t x509_crl_entries(const struct x509_crl *crl)
{
	int count = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl->crl));

	return count > 0 ? (size_t)count : 0; /* -1: there is no list at all */
}

/* A plain search: libcrypto's own sorts the entries on first use, and these lists are short. */
bool x509_crl_lists(const struct x509_crl *crl, const struct x509_serial *serial)
{
	STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(crl->crl);
	struct x509_serial entry;

	for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
		const X509_REVOKED *revoked = sk_X509_REVOKED_value(entries, i);

		if (x509_serial_from_asn1(&entry, X509_REVOKED_get0_serialNumber(revoked)) &&
		    entry.len == serial->len && memcmp(entry.b, serial->b, entry.len) == 0)
			return true;
	}
	return false;
}

enum verdict x509_crl_check_cert(const struct x509_crl *crl, const struct x509_cert *cert)
{
	struct x509_serial serial;

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_issuer_name(cert->x509)) != 0)
		return VERDICT_WRONG_ISSUER;
	x509_cert_serial(&serial, cert);
	return x509_crl_lists(crl, &serial) ? VERDICT_REVOKED : VERDICT_GOOD;
}
