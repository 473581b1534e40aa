/* SPDX-License-Identifier: MIT */
/* Hostile certificates: no crash, and none is good but the one that was signed. */
#include <stdlib.h>

#include "base/bug.h"
#include "crypto/fuzz_edit.h"
#include "crypto/test_pki.h"
#include "crypto/x509.h"
#include "tests/support/fuzz_main.h"

static void ask_everything(const struct x509_cert *cert)
{
	struct error err;
	struct x509_serial serial;
	struct x509_bytes value;
	struct ec_public ec;
	struct rsa_public rsa;
	char text[64];
	bool critical;
	u64 number;

	x509_cert_serial(&serial, cert);
	(void)!x509_cert_subject_cn(text, sizeof(text), cert, &err);
	(void)!x509_cert_issuer_cn(text, sizeof(text), cert, &err);
	(void)!x509_cert_ec_public(&ec, cert, &err);
	(void)!x509_cert_rsa_public(&rsa, cert, &err);
	if (x509_cert_ext(&value, &critical, cert, "1.3.6.1.4.1.3704.1.3.8"))
		(void)!der_read_u64(&number, value.p, value.len, &err);
	if (x509_cert_ext(&value, &critical, cert, "1.3.6.1.4.1.3704.1.2"))
		(void)!der_read_ia5(text, sizeof(text), value.p, value.len, &err);
}

static void judge(const struct x509_cert *cert, const struct test_pki *pki, bool genuine)
{
	enum verdict v;

	BUG_ON(x509_cert_verify(&v, cert, pki->ask_cert) != 0);
	BUG_ON((v == VERDICT_GOOD) != genuine);
	BUG_ON(x509_cert_verify(&v, cert, cert) != 0);
	BUG_ON(x509_cert_verify(&v, pki->vcek_cert, cert) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct test_pki pki;
	static u8 bytes[FUZZ_EDIT_MAX];
	struct x509_cert *certs[4];
	struct error err;
	size_t count, len;

	if (!pki.rng)
		test_pki_init(&pki);
	len = fuzz_edit(bytes, data, size, pki.vcek_der, pki.vcek_len);
	if (x509_bundle_parse(certs, 4, &count, bytes, len, &err) != 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		bool genuine =
			count == 1 && len == pki.vcek_len && memcmp(bytes, pki.vcek_der, len) == 0;

		ask_everything(certs[i]);
		judge(certs[i], &pki, genuine);
		x509_cert_free(certs[i]);
	}
	return 0;
}
