/* SPDX-License-Identifier: MIT */
/* Bytes to certificates. */
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/ossl.h"
#include "crypto/pem.h"
#include "crypto/x509_part.h"

enum { MAX_EXTENSIONS = 64 };

bool x509_time(s64 *unix_time, const ASN1_TIME *t)
{
	struct tm tm;

	/* A null time would mean now. */
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*unix_time = timegm(&tm);
	return true;
}

bool x509_serial_from_asn1(struct x509_serial *serial, const ASN1_INTEGER *number)
{
	const u8 *b = ASN1_STRING_get0_data(number);
	size_t len = (size_t)ASN1_STRING_length(number);

	memset(serial, 0, sizeof(*serial));
	while (len > 0 && *b == 0) {
		b++;
		len--;
	}
	if (len > sizeof(serial->b) || ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER)
		return false;
	memcpy(serial->b, b, len);
	serial->len = len;
	return true;
}

/* Two of one kind: one reader would see the first, another the last.	[RFC 5280 4.2] */
static bool extension_repeats(const X509 *x)
{
	int count = X509_get_ext_count(x);

	for (int i = 0; i < count; i++)
		if (X509_get_ext_by_OBJ(x, X509_EXTENSION_get_object(X509_get_ext(x, i)), i) >= 0)
			return true;
	return false;
}

/* What libcrypto's decoder read must be what it would write, or else some of it was ignored. */
static int check_canonical(X509 *x, const u8 *der, size_t len, struct error *err)
{
	u8 *again = NULL;
	int again_len = i2d_X509(x, &again);
	bool same = again_len >= 0 && (size_t)again_len == len && memcmp(again, der, len) == 0;

	OPENSSL_free(again);
	if (!same)
		return ossl_refuse(err, "certificate: the encoding is not DER");
	return 0;
}

static int check_fields(struct x509_cert *cert, struct error *err)
{
	X509 *x = cert->x509;
	struct x509_serial serial;

	if (X509_get_version(x) != X509_VERSION_3)
		return error_set(err, EINVAL, "certificate: not of version 3");
	if (!x509_time(&cert->not_before, X509_get0_notBefore(x)) ||
	    !x509_time(&cert->not_after, X509_get0_notAfter(x)))
		return ossl_refuse(err, "certificate: a date is malformed");
	if (!x509_serial_from_asn1(&serial, X509_get0_serialNumber(x)))
		return error_set(err, EINVAL,
				 "certificate: the serial number is negative or above 20 bytes");
	if (X509_get_ext_count(x) > MAX_EXTENSIONS)
		return error_set(err, EINVAL, "certificate: more than %d extensions",
				 MAX_EXTENSIONS);
	if (extension_repeats(x))
		return error_set(err, EINVAL, "certificate: an extension appears twice");
	if (X509_get_extension_flags(x) & EXFLAG_INVALID)
		return ossl_refuse(err, "certificate: a field or extension is malformed");
	ERR_clear_error();
	return 0;
}

/* Takes x over, also on failure. */
static int cert_wrap(struct x509_cert **cert, X509 *x, const u8 *der, size_t len, struct error *err)
{
	struct x509_cert *c = calloc(1, sizeof(*c));
	int ret;

	if (!c) {
		X509_free(x);
		return error_set(err, ENOMEM, "out of memory");
	}
	c->x509 = x;
	ret = check_canonical(x, der, len, err);
	if (ret == 0)
		ret = check_fields(c, err);
	if (ret) {
		x509_cert_free(c);
		return ret;
	}
	*cert = c;
	return 0;
}

/* The certificate at *der; moves *der and *len behind it. */
static int cert_next(struct x509_cert **cert, const u8 **der, size_t *len, struct error *err)
{
	const u8 *start = *der;
	X509 *x;

	*cert = NULL;
	x = *len > LONG_MAX ? NULL : d2i_X509(NULL, der, (long)*len);
	if (!x)
		return ossl_refuse(err, "certificate: the bytes are not an X.509 certificate");
	*len -= (size_t)(*der - start);
	return cert_wrap(cert, x, start, (size_t)(*der - start), err);
}

static int cert_from_block(struct x509_cert **cert, const struct pem_block *block,
			   struct error *err)
{
	const u8 *der = block->der;
	size_t len = block->len;
	int ret;

	if (strcmp(block->type, "CERTIFICATE") != 0)
		return error_set(err, EINVAL, "a PEM block is %.32s, expected CERTIFICATE",
				 block->type);
	ret = cert_next(cert, &der, &len, err);
	if (ret == 0 && len > 0) {
		x509_cert_free(*cert);
		*cert = NULL;
		return error_set(err, EINVAL, "certificate: bytes follow it in its PEM block");
	}
	return ret;
}

static int too_many(size_t max, struct error *err)
{
	return error_set(err, EINVAL, "more than %zu certificate%s", max, max == 1 ? "" : "s");
}

static int bundle_parse_pem(struct x509_cert **certs, size_t max, size_t *count, const void *data,
			    size_t len, struct error *err)
{
	struct pem_reader reader;
	struct pem_block block;
	int ret = pem_init(&reader, data, len, err);

	if (ret)
		return ret;
	while ((ret = pem_next(&block, &reader, err)) == 0 && block.type) {
		ret = *count < max ? cert_from_block(&certs[*count], &block, err)
				   : too_many(max, err);
		pem_block_fini(&block);
		if (ret)
			break;
		++*count;
	}
	pem_fini(&reader);
	return ret;
}

static int bundle_parse_der(struct x509_cert **certs, size_t max, size_t *count, const void *data,
			    size_t len, struct error *err)
{
	const u8 *der = data;
	int ret;

	while (len > 0) {
		if (*count == max)
			return too_many(max, err);
		ret = cert_next(&certs[*count], &der, &len, err);
		if (ret)
			return ret;
		++*count;
	}
	return 0;
}

int x509_bundle_parse(struct x509_cert **certs, size_t max, size_t *count, const void *data,
		      size_t len, struct error *err)
{
	int ret;

	*count = 0;
	ret = pem_is_pem(data, len) ? bundle_parse_pem(certs, max, count, data, len, err)
				    : bundle_parse_der(certs, max, count, data, len, err);
	if (ret == 0 && *count == 0)
		ret = error_set(err, EINVAL, "no certificate found");
	if (ret == 0)
		return 0;
	while (*count > 0) {
		x509_cert_free(certs[--*count]);
		certs[*count] = NULL;
	}
	return ret;
}

int x509_cert_parse(struct x509_cert **cert, const void *data, size_t len, struct error *err)
{
	size_t count;

	*cert = NULL;
	return x509_bundle_parse(cert, 1, &count, data, len, err);
}

void x509_cert_free(struct x509_cert *cert)
{
	if (!cert)
		return;
	X509_free(cert->x509);
	free(cert);
}
