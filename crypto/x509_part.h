/* SPDX-License-Identifier: MIT */
/* What certificates and revocation lists share; private to crypto/. */
#ifndef CRYPTO_X509_PART_H
#define CRYPTO_X509_PART_H

#include <openssl/x509.h>

#include "crypto/x509.h"

struct x509_cert {
	X509 *x509;
	s64 not_before;
	s64 not_after;
};

/* false: not a time that a certificate may hold. */
bool x509_time(s64 *unix_time, const ASN1_TIME *t);

/* false: negative, or longer than RFC 5280 allows. */
bool x509_serial_from_asn1(struct x509_serial *serial, const ASN1_INTEGER *number);

/* Whether the algorithm, with its parameters, is one that x509_cert_verify() names. */
bool x509_sigalg_accepted(const X509_ALGOR *alg);

/* Whether the issuer's key has a size that x509_cert_verify() names. */
bool x509_key_accepted(const EVP_PKEY *key);

#endif
