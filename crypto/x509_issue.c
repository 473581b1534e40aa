/* SPDX-License-Identifier: MIT */
/*
 * Certificates and lists written by our own DER writer and signed by our own PSS, so that the same
 * template, key and seed give the same bytes.
 */
#include "crypto/x509_issue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"

/* clang-format off */
/*
 * AlgorithmIdentifier of RSASSA-PSS	[RFC 4055 3.1]
 *	[0] sha384, NULL  [1] mgf1 (sha384, NULL)  [2] 48
 */
static void write_sigalg(struct der *d)
{
	size_t alg = der_open(d, DER_SEQUENCE);
	size_t params, field, inner, hash;

	der_oid(d, "1.2.840.113549.1.1.10");
	params = der_open(d, DER_SEQUENCE);

	field = der_open(d, DER_CONTEXT_CONSTRUCTED(0));
	inner = der_open(d, DER_SEQUENCE);
	der_oid(d, "2.16.840.1.101.3.4.2.2");
	der_null(d);
	der_close(d, inner);
	der_close(d, field);

	field = der_open(d, DER_CONTEXT_CONSTRUCTED(1));
	inner = der_open(d, DER_SEQUENCE);
	der_oid(d, "1.2.840.113549.1.1.8");
	hash = der_open(d, DER_SEQUENCE);
	der_oid(d, "2.16.840.1.101.3.4.2.2");
	der_null(d);
	der_close(d, hash);
	der_close(d, inner);
	der_close(d, field);

	field = der_open(d, DER_CONTEXT_CONSTRUCTED(2));
	der_u64(d, 48);
	der_close(d, field);

	der_close(d, params);
	der_close(d, alg);
}
/* clang-format on */

static void write_name(struct der *d, const struct x509_name *name)
{
	size_t seq = der_open(d, DER_SEQUENCE);

	for (size_t i = 0; i < name->count; i++) {
		const struct x509_attr *a = &name->attrs[i];
		bool country = strcmp(a->oid, "C") == 0;
		size_t set = der_open(d, DER_SET);
		size_t pair = der_open(d, DER_SEQUENCE);

		der_oid(d, a->oid);
		der_string(d, country ? DER_PRINTABLE_STRING : DER_UTF8_STRING, a->text);
		der_close(d, pair);
		der_close(d, set);
	}
	der_close(d, seq);
}

static void write_ec_key(struct der *d, const struct ec_public *pub)
{
	u8 point[1 + 2 * EC_MAX_BYTES] = {0x04}; /* uncompressed */
	size_t n = ec_bytes(pub->curve);
	size_t seq = der_open(d, DER_SEQUENCE);
	size_t alg = der_open(d, DER_SEQUENCE);

	der_oid(d, "1.2.840.10045.2.1");
	der_oid(d, pub->curve == EC_P384 ? "1.3.132.0.34" : "1.2.840.10045.3.1.7");
	der_close(d, alg);
	memcpy(point + 1, pub->x, n);
	memcpy(point + 1 + n, pub->y, n);
	der_bits(d, point, 1 + 2 * n);
	der_close(d, seq);
}

/* A number that stands little-endian. */
static void write_le_number(struct der *d, const u8 *le, size_t len)
{
	u8 be[RSA_MAX_BYTES];

	BUG_ON(len > sizeof(be));
	bytes_reverse(be, le, len);
	der_uint(d, be, len);
}

/* RSAPublicKey	[RFC 8017 A.1.1] */
static void write_rsa_numbers(struct der *d, const struct rsa_public *pub)
{
	size_t seq = der_open(d, DER_SEQUENCE);

	write_le_number(d, pub->modulus, sizeof(pub->modulus));
	write_le_number(d, pub->exponent, sizeof(pub->exponent));
	der_close(d, seq);
}

static void write_rsa_key(struct der *d, const struct rsa_public *pub)
{
	static const u8 unused_bits = 0;
	size_t seq = der_open(d, DER_SEQUENCE);
	size_t alg = der_open(d, DER_SEQUENCE);
	size_t bits;

	der_oid(d, "1.2.840.113549.1.1.1");
	der_null(d);
	der_close(d, alg);
	bits = der_open(d, DER_BIT_STRING);
	der_bytes(d, &unused_bits, 1);
	write_rsa_numbers(d, pub);
	der_close(d, bits);
	der_close(d, seq);
}

/* outer_tag: where the list stands, [3] in a certificate, [0] in a revocation list. */
static void write_exts(struct der *d, u8 outer_tag, const struct x509_ext *exts, size_t count)
{
	size_t outer, seq;

	if (count == 0)
		return;
	outer = der_open(d, outer_tag);
	seq = der_open(d, DER_SEQUENCE);
	for (size_t i = 0; i < count; i++) {
		size_t ext = der_open(d, DER_SEQUENCE);

		der_oid(d, exts[i].oid);
		if (exts[i].critical) /* false is the default and is left out */
			der_bool(d, true);
		der_octets(d, exts[i].value, exts[i].len);
		der_close(d, ext);
	}
	der_close(d, seq);
	der_close(d, outer);
}

static void write_serial(struct der *d, const struct x509_serial *serial)
{
	der_uint(d, serial->b, serial->len);
}

/* TBSCertificate	[RFC 5280 4.1] */
static void write_cert_body(struct der *d, const struct x509_template *t)
{
	size_t body = der_open(d, DER_SEQUENCE);
	size_t version = der_open(d, DER_CONTEXT_CONSTRUCTED(0));
	size_t validity;

	der_u64(d, 2); /* version 3 */
	der_close(d, version);
	write_serial(d, &t->serial);
	write_sigalg(d);
	write_name(d, &t->issuer);
	validity = der_open(d, DER_SEQUENCE);
	der_time(d, t->not_before);
	der_time(d, t->not_after);
	der_close(d, validity);
	write_name(d, &t->subject);
	if (t->ec)
		write_ec_key(d, t->ec);
	else
		write_rsa_key(d, t->rsa);
	write_exts(d, DER_CONTEXT_CONSTRUCTED(3), t->exts, t->ext_count);
	der_close(d, body);
}

/* An empty list is left out. */
static void write_revoked(struct der *d, const struct x509_revoked *revoked, size_t count)
{
	size_t list;

	if (count == 0)
		return;
	list = der_open(d, DER_SEQUENCE);
	for (size_t i = 0; i < count; i++) {
		size_t entry = der_open(d, DER_SEQUENCE);

		write_serial(d, &revoked[i].serial);
		der_time(d, revoked[i].when);
		der_close(d, entry);
	}
	der_close(d, list);
}

/* TBSCertList	[RFC 5280 5.1] */
static void write_crl_body(struct der *d, const struct x509_crl_template *t)
{
	size_t body = der_open(d, DER_SEQUENCE);

	der_u64(d, 1); /* version 2 */
	write_sigalg(d);
	write_name(d, &t->issuer);
	der_time(d, t->this_update);
	der_time(d, t->next_update);
	write_revoked(d, t->revoked, t->revoked_count);
	write_exts(d, DER_CONTEXT_CONSTRUCTED(0), t->exts, t->ext_count);
	der_close(d, body);
}

static int template_failure(const struct der *d, struct error *err)
{
	if (der_status(d) == -ENOMEM)
		return error_set(err, ENOMEM, "out of memory");
	return error_set(err, EINVAL, "template: an object identifier or a date has no encoding");
}

/* SEQUENCE { body, algorithm, signature }; takes the body's writer over. */
static int seal(u8 **der, size_t *len, struct der *body, const struct rsa_key *signer,
		struct rng *rng, struct error *err)
{
	size_t n = rsa_key_public(signer)->bits / 8;
	u8 sig_le[RSA_MAX_BYTES];
	u8 sig[RSA_MAX_BYTES];
	struct der whole;
	size_t seq;
	int ret;

	der_init(&whole);
	ret = der_status(body) ? template_failure(body, err) : 0;
	if (ret == 0)
		ret = rsa_pss_sign(sig_le, signer, HASH_SHA384, rng, body->bytes, body->len);
	if (ret)
		goto out;
	bytes_reverse(sig, sig_le, n);
	seq = der_open(&whole, DER_SEQUENCE);
	der_bytes(&whole, body->bytes, body->len);
	write_sigalg(&whole);
	der_bits(&whole, sig, n);
	der_close(&whole, seq);
	ret = der_status(&whole) ? template_failure(&whole, err) : 0;
	if (ret)
		goto out;
	*der = whole.bytes;
	*len = whole.len;
	der_init(&whole);
out:
	der_fini(&whole);
	der_fini(body);
	return ret;
}

int x509_issue(u8 **der, size_t *len, const struct x509_template *t, const struct rsa_key *signer,
	       struct rng *rng, struct error *err)
{
	struct der body;

	BUG_ON(!t->ec == !t->rsa);
	*der = NULL;
	*len = 0;
	der_init(&body);
	write_cert_body(&body, t);
	return seal(der, len, &body, signer, rng, err);
}

int x509_crl_issue(u8 **der, size_t *len, const struct x509_crl_template *t,
		   const struct rsa_key *signer, struct rng *rng, struct error *err)
{
	struct der body;

	*der = NULL;
	*len = 0;
	der_init(&body);
	write_crl_body(&body, t);
	return seal(der, len, &body, signer, rng, err);
}

struct x509_serial x509_serial_u64(u64 v)
{
	struct x509_serial serial = {0};
	u8 be[8];
	size_t skip = 0;

	put_be64(be, v);
	while (skip < sizeof(be) && be[skip] == 0)
		skip++;
	serial.len = sizeof(be) - skip;
	memcpy(serial.b, be + skip, serial.len);
	return serial;
}

int x509_key_id(u8 id[X509_KEY_ID_BYTES], const struct rsa_public *pub)
{
	struct sha256_digest digest;
	struct der d;
	int ret;

	der_init(&d);
	write_rsa_numbers(&d, pub);
	ret = der_status(&d);
	if (ret == 0)
		ret = sha256(&digest, d.bytes, d.len);
	if (ret == 0)
		memcpy(id, digest.b, X509_KEY_ID_BYTES);
	der_fini(&d);
	return ret;
}
