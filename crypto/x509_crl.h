/* SPDX-License-Identifier: MIT */
/*
 * Certificate revocation lists.	[RFC 5280 5; KDS]
 *
 * The ARK signs the list of its own revoked certificates (ASK, ASVK); nothing lists VCEKs, whose
 * revocation is a newer TCB.
 */
#ifndef CRYPTO_X509_CRL_H
#define CRYPTO_X509_CRL_H

#include "crypto/x509.h"

struct x509_crl; /* immutable, may be shared by threads */

/* One list, DER or PEM; as strict as x509_cert_parse(), and both dates must be there. */
int x509_crl_parse(struct x509_crl **crl, const void *data, size_t len,
		   struct error *err) MUST_CHECK;
void x509_crl_free(struct x509_crl *crl);

/*
 * Whether issuer signed the list and had the right to (key usage cRLSign, if it has any key usage).
 * Any critical extension, of the list or of an entry, is VERDICT_UNKNOWN_CRITICAL: those change
 * what the list is about, and AMD's have none.
 */
int x509_crl_verify(enum verdict *v, const struct x509_crl *crl,
		    const struct x509_cert *issuer) MUST_CHECK;

/* VERDICT_GOOD, VERDICT_NOT_YET_VALID or, from next update on, VERDICT_EXPIRED. */
enum verdict x509_crl_check_time(const struct x509_crl *crl, s64 unix_time) MUST_CHECK;
s64 x509_crl_this_update(const struct x509_crl *crl);
s64 x509_crl_next_update(const struct x509_crl *crl);

size_t x509_crl_entries(const struct x509_crl *crl);

/* Whether the list names this serial number. */
bool x509_crl_lists(const struct x509_crl *crl, const struct x509_serial *serial);

/*
 * What the list says of cert: VERDICT_GOOD, VERDICT_REVOKED, or VERDICT_WRONG_ISSUER when the list
 * is not about certificates of cert's issuer.  Verify the list first.
 */
enum verdict x509_crl_check_cert(const struct x509_crl *crl,
				 const struct x509_cert *cert) MUST_CHECK;

#endif
