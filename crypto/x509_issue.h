/* SPDX-License-Identifier: MIT */
/*
 * Issuing certificates and revocation lists in AMD's profile.	[KDS VCEK Certificate; RFC 5280]
 *
 * Signed with RSASSA-PSS, SHA-384, MGF1 with SHA-384, salt 48, the trailer left out as its default
 * demands.  Nothing here is checked against policy: a template says what the certificate shall say,
 * so that a test can also issue what nobody should.
 */
#ifndef CRYPTO_X509_ISSUE_H
#define CRYPTO_X509_ISSUE_H

#include "crypto/der.h"
#include "crypto/x509.h"

/*
 * One part of a name.  oid: dotted, or "OU", "C", "L", "ST", "O", "CN".  text: UTF-8; a country
 * ("C") is written as PrintableString, the others as UTF8String, as AMD does.
 */
struct x509_attr {
	const char *oid;
	const char *text;
};

struct x509_name {
	const struct x509_attr *attrs;
	size_t count;
};

/* value: the bytes inside the extension, usually made with a struct der. */
struct x509_ext {
	const char *oid;
	bool critical;
	const u8 *value;
	size_t len;
};

/* All borrowed. */
struct x509_template {
	struct x509_name subject;
	struct x509_name issuer;
	struct x509_serial serial;
	s64 not_before; /* seconds since 1970, year 9999 at most */
	s64 not_after;
	const struct ec_public *ec; /* the subject's key: one of these two */
	const struct rsa_public *rsa;
	const struct x509_ext *exts;
	size_t ext_count;
};

/*
 * *der is for free(), *len its length.  rng gives the salt and nothing else.  -EINVAL: an OID or a
 * date of the template has no encoding; -ENOMEM or -EIO.
 */
int x509_issue(u8 **der, size_t *len, const struct x509_template *t, const struct rsa_key *signer,
	       struct rng *rng, struct error *err) MUST_CHECK;

/* One revoked certificate. */
struct x509_revoked {
	struct x509_serial serial;
	s64 when;
};

struct x509_crl_template {
	struct x509_name issuer;
	s64 this_update;
	s64 next_update;
	const struct x509_revoked *revoked;
	size_t revoked_count;
	const struct x509_ext *exts; /* of the list: authority key identifier, CRL number */
	size_t ext_count;
};

int x509_crl_issue(u8 **der, size_t *len, const struct x509_crl_template *t,
		   const struct rsa_key *signer, struct rng *rng, struct error *err) MUST_CHECK;

/* A serial number from a small integer. */
struct x509_serial x509_serial_u64(u64 v);

/*
 * Contents of the standard extensions of AMD's CA certificates, for x509_ext.value.
 *
 *	2.5.29.19 basicConstraints: CA, with a path length unless it is negative
 *	2.5.29.15 keyUsage: keyCertSign, and cRLSign where asked
 *	2.5.29.14 subjectKeyIdentifier, 2.5.29.35 authorityKeyIdentifier: 20 bytes of the key's hash
 *	2.5.29.31 cRLDistributionPoints: one URI
 */
enum { X509_KEY_ID_BYTES = 20 };

void x509_ext_ca(struct der *d, int path_len);
void x509_ext_key_usage(struct der *d, bool crl_sign);
void x509_ext_subject_key_id(struct der *d, const u8 id[X509_KEY_ID_BYTES]);
void x509_ext_authority_key_id(struct der *d, const u8 id[X509_KEY_ID_BYTES]);
void x509_ext_crl_point(struct der *d, const char *uri);

/*
 * The identifier of an RSA key: the first 160 bits of the SHA-256 of its PKCS #1 encoding
 * [RFC 7093 2 (1)].
 */
int x509_key_id(u8 id[X509_KEY_ID_BYTES], const struct rsa_public *pub) MUST_CHECK;

#endif
