/* SPDX-License-Identifier: MIT */
/*
 * X.509 certificates as AMD's SEV-SNP chains use them.	[KDS VCEK Certificate; RFC 5280]
 *
 *	ARK (RSA-4096, self-signed) -> ASK  (RSA-4096) -> VCEK (P-384, one per chip and TCB)
 *				    -> ASVK (RSA-4096) -> VLEK (P-384, one per provider and TCB)
 *
 * Parsing is strict and tells what is wrong; whether a certificate is worth anything is asked step
 * by step: who signed it, is it valid now, is it revoked.  Which chain to build, and which
 * extension must say what, is the verifier's policy and stands in owner/.
 */
#ifndef CRYPTO_X509_H
#define CRYPTO_X509_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "crypto/ec.h"
#include "crypto/rsa.h"
#include "crypto/verdict.h"

/* A parsed certificate; immutable, may be shared by threads. */
struct x509_cert;

/*
 * One certificate, DER or PEM; nothing may follow it but, after PEM, text.  -EINVAL, with a line,
 * if it is not exactly DER, not of version 3, has a field or known extension that does not decode,
 * repeats an extension, or carries more than 64 of them.  *cert is NULL unless 0.
 */
int x509_cert_parse(struct x509_cert **cert, const void *data, size_t len,
		    struct error *err) MUST_CHECK;

/*
 * A bundle: PEM blocks, or certificates in DER one after the other; 1 .. max of them, in order,
 * into certs[].  All or nothing; free each one.
 */
int x509_bundle_parse(struct x509_cert **certs, size_t max, size_t *count, const void *data,
		      size_t len, struct error *err) MUST_CHECK;
void x509_cert_free(struct x509_cert *cert);

/* The certificate's own bytes in DER, by libcrypto; lives as long as the certificate. */
struct x509_bytes {
	const u8 *p;
	size_t len;
};

/* A serial number as a big-endian integer without leading zeros; zero has no bytes. */
enum { X509_SERIAL_MAX = 20 };
struct x509_serial {
	u8 b[X509_SERIAL_MAX];
	size_t len;
};

void x509_cert_serial(struct x509_serial *serial, const struct x509_cert *cert);

/* Seconds since 1970; both ends are inside the validity. */
s64 x509_cert_not_before(const struct x509_cert *cert);
s64 x509_cert_not_after(const struct x509_cert *cert);

/* The last common name, UTF-8; -EINVAL if there is none, it does not fit, or holds a NUL. */
int x509_cert_subject_cn(char *cn, size_t size, const struct x509_cert *cert,
			 struct error *err) MUST_CHECK;
int x509_cert_issuer_cn(char *cn, size_t size, const struct x509_cert *cert,
			struct error *err) MUST_CHECK;

/*
 * The bytes inside extension `oid` ("1.3.6.1.4.1.3704.1.4"); false: the certificate has no such
 * extension.  critical may be NULL.
 */
bool x509_cert_ext(struct x509_bytes *value, bool *critical, const struct x509_cert *cert,
		   const char *oid);

/* The subject's key; -EINVAL if it is of another kind, curve or size, or does not decode. */
int x509_cert_ec_public(struct ec_public *pub, const struct x509_cert *cert,
			struct error *err) MUST_CHECK;
int x509_cert_rsa_public(struct rsa_public *pub, const struct x509_cert *cert,
			 struct error *err) MUST_CHECK;

/* The whole certificate in DER, for free(). */
int x509_cert_der(u8 **der, size_t *len, const struct x509_cert *cert) MUST_CHECK;

/*
 * Whether issuer signed cert, and had the right to: names and key identifiers fit, issuer is a CA
 * (critical or not) whose key usage, if any, allows it and whose path length, if 0, is kept, cert
 * has no critical extension unknown to libcrypto, and the signature is RSASSA-PSS with SHA-384 in
 * AMD's parameters or ECDSA with SHA-256 or SHA-384, under an RSA key of 2048 to 4096 bits or P-256
 * or P-384.  A root is verified under itself; whether it is *the* root is for the caller.
 */
int x509_cert_verify(enum verdict *v, const struct x509_cert *cert,
		     const struct x509_cert *issuer) MUST_CHECK;

/* VERDICT_GOOD, VERDICT_NOT_YET_VALID or VERDICT_EXPIRED at unix_time. */
enum verdict x509_cert_check_time(const struct x509_cert *cert, s64 unix_time) MUST_CHECK;

#endif
