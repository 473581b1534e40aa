/* SPDX-License-Identifier: MIT */
/* Issues the test world's certificates. */
#include "crypto/test_pki.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "crypto/testbed.h"

enum { MAX_EXTS = 80 };

struct x509_name test_name(struct x509_attr attrs[TEST_NAME_ATTRS], const char *cn)
{
	attrs[0] = (struct x509_attr){"OU", "Engineering"};
	attrs[1] = (struct x509_attr){"C", "US"};
	attrs[2] = (struct x509_attr){"CN", cn};
	return (struct x509_name){attrs, TEST_NAME_ATTRS};
}

u8 *test_issue_der(size_t *len, const struct test_pki *pki, const struct test_spec *spec,
		   const struct rsa_key *signer)
{
	struct x509_attr subject[TEST_NAME_ATTRS];
	struct x509_attr issuer[TEST_NAME_ATTRS];
	struct x509_ext exts[MAX_EXTS];
	struct x509_template t = {
		.subject = test_name(subject, spec->subject),
		.issuer = test_name(issuer, spec->issuer),
		.serial = x509_serial_u64(spec->serial),
		.not_before = T0,
		.not_after = T1,
		.rsa = spec->rsa,
		.ec = spec->ec,
		.exts = exts,
	};
	u8 usage[16];
	struct der ca;
	u8 *der;

	der_init(&ca);
	if (spec->ca) {
		x509_ext_ca(&ca, spec->path_len);
		exts[t.ext_count++] = (struct x509_ext){"2.5.29.19", true, ca.bytes, ca.len};
	}
	if (spec->key_usage)
		exts[t.ext_count++] = (struct x509_ext){
			"2.5.29.15", true, usage, unhex(usage, sizeof(usage), spec->key_usage)};
	for (size_t i = 0; i < spec->more_count; i++)
		exts[t.ext_count++] = spec->more[i];
	BUG_ON(x509_issue(&der, len, &t, signer, pki->rng, NULL) != 0);
	der_fini(&ca);
	return der;
}

struct x509_cert *test_issue(const struct test_pki *pki, const struct test_spec *spec,
			     const struct rsa_key *signer)
{
	struct x509_cert *cert;
	struct error err;
	size_t len;
	u8 *der = test_issue_der(&len, pki, spec, signer);

	if (x509_cert_parse(&cert, der, len, &err) != 0)
		fail_msg("%s", err.text);
	free(der);
	return cert;
}

static void issue_vcek(struct test_pki *pki)
{
	static const u8 hwid[64] = {0x54, 0xf3};
	static const u8 spl[] = {0x02, 0x02, 0x00, 0xd1};
	static const u8 product[] = {0x16, 0x05, 'T', 'e', 's', 't', '0'};
	const struct x509_ext exts[] = {
		{"1.3.6.1.4.1.3704.1.2", false, product, sizeof(product)},
		{"1.3.6.1.4.1.3704.1.3.8", false, spl, sizeof(spl)},
		{"1.3.6.1.4.1.3704.1.4", false, hwid, sizeof(hwid)},
	};
	const struct test_spec spec = {
		.subject = "SEV-VCEK",
		.issuer = "SEV-Test",
		.more = exts,
		.more_count = ARRAY_SIZE(exts),
		.ec = &pki->vcek.pub,
	};

	pki->vcek_der = test_issue_der(&pki->vcek_len, pki, &spec, pki->ask);
	BUG_ON(x509_cert_parse(&pki->vcek_cert, pki->vcek_der, pki->vcek_len, NULL) != 0);
}

void test_pki_init(struct test_pki *pki)
{
	static const u8 seed[32] = {'p', 'k', 'i'};
	struct test_spec ark = {
		.subject = "ARK-Test",
		.issuer = "ARK-Test",
		.serial = 0x10000,
		.ca = true,
		.path_len = -1,
		.key_usage = "03020106",
	};
	struct test_spec ask = {
		.subject = "SEV-Test",
		.issuer = "ARK-Test",
		.serial = 0x10001,
		.ca = true,
		.key_usage = "03020204",
	};

	memset(pki, 0, sizeof(*pki));
	pki->rng = rng_new(seed);
	BUG_ON(!pki->rng);
	BUG_ON(rsa_key_generate(&pki->ark, 2048) != 0);
	BUG_ON(rsa_key_generate(&pki->ask, 2048) != 0);
	BUG_ON(ec_key_generate(&pki->vcek, EC_P384, pki->rng) != 0);
	ark.rsa = rsa_key_public(pki->ark);
	pki->ark_cert = test_issue(pki, &ark, pki->ark);
	ask.rsa = rsa_key_public(pki->ask);
	pki->ask_cert = test_issue(pki, &ask, pki->ark);
	issue_vcek(pki);
}

void test_pki_fini(struct test_pki *pki)
{
	x509_cert_free(pki->ark_cert);
	x509_cert_free(pki->ask_cert);
	x509_cert_free(pki->vcek_cert);
	free(pki->vcek_der);
	rsa_key_free(pki->ark);
	rsa_key_free(pki->ask);
	ec_key_wipe(&pki->vcek);
	rng_free(pki->rng);
}
