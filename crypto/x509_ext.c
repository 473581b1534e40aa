/* SPDX-License-Identifier: MIT */
/* The extensions of AMD's CA certificates.	[RFC 5280 4.2.1] */
#include "crypto/x509_issue.h"

void x509_ext_ca(struct der *d, int path_len)
{
	size_t seq = der_open(d, DER_SEQUENCE);

	der_bool(d, true);
	if (path_len >= 0)
		der_u64(d, (u64)path_len);
	der_close(d, seq);
}

/*
 * Bits count from the top: keyCertSign is 5, cRLSign is 6; DER drops the zero bits behind the last.
 */
void x509_ext_key_usage(struct der *d, bool crl_sign)
{
	const u8 cert_only[] = {2, 0x04};
	const u8 cert_and_crl[] = {1, 0x06};

	der_value(d, DER_BIT_STRING, crl_sign ? cert_and_crl : cert_only, 2);
}

void x509_ext_subject_key_id(struct der *d, const u8 id[X509_KEY_ID_BYTES])
{
	der_octets(d, id, X509_KEY_ID_BYTES);
}

void x509_ext_authority_key_id(struct der *d, const u8 id[X509_KEY_ID_BYTES])
{
	size_t seq = der_open(d, DER_SEQUENCE);

	der_value(d, DER_CONTEXT(0), id, X509_KEY_ID_BYTES);
	der_close(d, seq);
}

/* One DistributionPoint, its [0] name, therein the [0] fullName, therein a [6] URI. */
void x509_ext_crl_point(struct der *d, const char *uri)
{
	size_t list = der_open(d, DER_SEQUENCE);
	size_t point = der_open(d, DER_SEQUENCE);
	size_t name = der_open(d, DER_CONTEXT_CONSTRUCTED(0));
	size_t full = der_open(d, DER_CONTEXT_CONSTRUCTED(0));

	der_string(d, DER_CONTEXT(6), uri);
	der_close(d, full);
	der_close(d, name);
	der_close(d, point);
	der_close(d, list);
}
