/* SPDX-License-Identifier: MIT */
/* Hostile revocation lists: no crash, and none is good but the one that was signed. */
#include <stdlib.h>

#include "base/bug.h"
#include "crypto/fuzz_edit.h"
#include "crypto/test_pki.h"
#include "crypto/x509_crl.h"
#include "tests/support/fuzz_main.h"

static u8 *issue(size_t *len, const struct test_pki *pki)
{
	const struct x509_revoked revoked[] = {{x509_serial_u64(7), T0}, {x509_serial_u64(8), T0}};
	struct x509_attr attrs[TEST_NAME_ATTRS];
	const struct x509_crl_template t = {
		.issuer = test_name(attrs, "ARK-Test"),
		.this_update = T0,
		.next_update = T1,
		.revoked = revoked,
		.revoked_count = ARRAY_SIZE(revoked),
	};
	u8 *der;

	BUG_ON(x509_crl_issue(&der, len, &t, pki->ark, pki->rng, NULL) != 0);
	return der;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct test_pki pki;
	static u8 *good;
	static size_t good_len;
	static u8 bytes[FUZZ_EDIT_MAX];
	struct x509_crl *crl;
	struct error err;
	enum verdict v;
	size_t len;

	if (!good) {
		test_pki_init(&pki);
		good = issue(&good_len, &pki);
	}
	len = fuzz_edit(bytes, data, size, good, good_len);
	if (x509_crl_parse(&crl, bytes, len, &err) != 0)
		return 0;
	BUG_ON(x509_crl_verify(&v, crl, pki.ark_cert) != 0);
	BUG_ON(v == VERDICT_GOOD && (len != good_len || memcmp(bytes, good, len) != 0));
	(void)!x509_crl_check_cert(crl, pki.ask_cert);
	(void)!x509_crl_check_time(crl, T0);
	x509_crl_free(crl);
	return 0;
}
