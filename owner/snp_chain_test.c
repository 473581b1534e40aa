/* SPDX-License-Identifier: MIT */
/* X.509 chains: made ones, broken in each link, and AMD's. */
#include "owner/snp_chain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/x509_issue.h"
#include "owner/testbed.h"
#include "tests/support/shared_data.h"

static struct owner_snp_chain chain;
static struct owner_audit audit;
static char product[OWNER_PRODUCT_SIZE];

static int setup(void **state)
{
	memset(&chain, 0, sizeof(chain));
	return 0;
}

static int teardown(void **state)
{
	owner_snp_chain_fini(&chain);
	return 0;
}

/* Adds a certificate and frees its bytes. */
static void add(u8 *der, size_t len)
{
	struct error err;

	assert_true(owner_snp_chain_recognises(der, len));
	if (owner_snp_chain_add(&chain, "test", der, len, &err) != 0)
		fail_msg("%s", err.text);
	free(der);
}

static void add_ca(const char *cn, const char *issuer, const struct rsa_key *key)
{
	size_t len;
	u8 *der = testbed_issue_ca(&len, cn, issuer, key);

	add(der, len);
}

static void add_leaf(const struct testbed_leaf *leaf)
{
	size_t len;
	u8 *der = testbed_issue_leaf(&len, leaf);

	add(der, len);
}

static void add_milan(void)
{
	const struct testbed *t = testbed_get();
	struct testbed_leaf leaf = testbed_milan_leaf();

	add_ca("ARK-Milan", "ARK-Milan", t->ark_key);
	add_ca("SEV-Milan", "ARK-Milan", t->ask_key);
	add_leaf(&leaf);
}

static bool accepted(enum owner_snp_part leaf, const struct owner_trust *trust, s64 now)
{
	owner_audit_init(&audit);
	assert_int_equal(owner_snp_chain_verify(&audit, product, &chain, leaf, trust, now), 0);
	owner_audit_complete(&audit);
	return owner_audit_accepted(&audit);
}

static void assert_refused(enum owner_snp_part leaf, const char *what)
{
	assert_false(accepted(leaf, &testbed_get()->trust, TESTBED_NOW));
	assert_string_equal(owner_audit_failure(&audit)->what, what);
}

static void test_made_chain(void **state)
{
	static const struct owner_trust amd;

	add_milan();
	assert_true(accepted(OWNER_SNP_VCEK, &testbed_get()->trust, TESTBED_NOW));
	assert_string_equal(product, "Milan");
	assert_false(accepted(OWNER_SNP_VCEK, &amd, TESTBED_NOW));
	assert_string_equal(owner_audit_failure(&audit)->what, "ARK is a trusted root");
	assert_false(accepted(OWNER_SNP_VCEK, &testbed_get()->trust, TESTBED_T0 - 1));
	assert_int_equal(audit.failed, 3);
	assert_false(accepted(OWNER_SNP_VCEK, &testbed_get()->trust, TESTBED_T1 + 1));
	assert_refused(OWNER_SNP_VLEK, "chain is complete");
}

static void test_each_part_is_needed(void **state)
{
	const enum owner_snp_part needed[] = {OWNER_SNP_ARK, OWNER_SNP_ASK, OWNER_SNP_VCEK};

	add_milan();
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		struct x509_cert *cert = chain.cert[needed[i]];

		chain.cert[needed[i]] = NULL;
		assert_refused(OWNER_SNP_VCEK, "chain is complete");
		chain.cert[needed[i]] = cert;
	}
}

/* A VLEK hangs under the ASVK; the ASK has no say. */
static void test_vlek(void **state)
{
	const struct testbed *t = testbed_get();
	struct testbed_leaf leaf = testbed_milan_leaf();

	leaf.cn = "SEV-VLEK";
	leaf.issuer = "SEV-VLEK-Milan";
	leaf.no_hwid = true;
	add_milan();
	add_leaf(&leaf);
	assert_refused(OWNER_SNP_VLEK, "chain is complete");
	add_ca("SEV-VLEK-Milan", "ARK-Milan", t->ask_key);
	assert_true(accepted(OWNER_SNP_VLEK, &t->trust, TESTBED_NOW));
	assert_true(accepted(OWNER_SNP_VCEK, &t->trust, TESTBED_NOW));
}

static void test_products_disagree(void **state)
{
	const struct testbed *t = testbed_get();
	struct testbed_leaf leaf = testbed_milan_leaf();

	leaf.issuer = "SEV-Genoa";
	add_ca("ARK-Milan", "ARK-Milan", t->ark_key);
	add_ca("SEV-Genoa", "ARK-Milan", t->ask_key);
	add_leaf(&leaf);
	assert_refused(OWNER_SNP_VCEK, "chain is of one product");
	assert_string_equal(product, "");
}

static void test_forged_leaf(void **state)
{
	const struct testbed *t = testbed_get();
	struct testbed_leaf leaf = testbed_milan_leaf();

	/* An ASK of the right name with another key. */
	add_ca("ARK-Milan", "ARK-Milan", t->ark_key);
	add_ca("SEV-Milan", "ARK-Milan", t->ark_key);
	add_leaf(&leaf);
	assert_refused(OWNER_SNP_VCEK, "ASK signs VCEK");
}

static void test_not_certificates(void **state)
{
	struct error err;
	size_t len;
	u8 *der = testbed_issue_ca(&len, "Somebody", "ARK-Milan", testbed_get()->ask_key);

	assert_int_equal(owner_snp_chain_add(&chain, "file", der, len, &err), -EINVAL);
	assert_non_null(strstr(err.text, "file: common name 'Somebody'"));
	free(der);
	der = testbed_issue_ca(&len, "ARK-Milan", "ARK-Milan", testbed_get()->ark_key);
	assert_int_equal(owner_snp_chain_add(&chain, "file", der, len, &err), 0);
	assert_int_equal(owner_snp_chain_add(&chain, "file", der, len, &err), -EINVAL);
	assert_non_null(strstr(err.text, "a second ARK"));
	assert_int_equal(owner_snp_chain_add(&chain, "file", der, len - 1, &err), -EINVAL);
	assert_int_equal(owner_snp_chain_add(&chain, "file", der, 0, &err), -EINVAL);
	assert_int_equal(owner_snp_chain_add_crl(&chain, "file", der, len, &err), -EINVAL);
	assert_false(owner_snp_chain_recognises("abcde", 5));
	assert_false(owner_snp_chain_recognises(der, 0));
	free(der);
}

/* A list that names the ASK's serial number, or another's. */
static void add_crl(u64 serial)
{
	const struct x509_attr issuer = {"CN", "ARK-Milan"};
	const struct x509_revoked revoked = {x509_serial_u64(serial), TESTBED_T0};
	const struct x509_crl_template crl = {
		.issuer = {&issuer, 1},
		.this_update = TESTBED_T0,
		.next_update = TESTBED_T1,
		.revoked = &revoked,
		.revoked_count = 1,
	};
	const struct testbed *t = testbed_get();
	struct error err;
	size_t len;
	u8 *der;

	if (x509_crl_issue(&der, &len, &crl, t->ark_key, t->rng, &err) != 0 ||
	    owner_snp_chain_add_crl(&chain, "crl", der, len, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(owner_snp_chain_add_crl(&chain, "crl", der, len, &err), -EINVAL);
	free(der);
}

static void test_revoked(void **state)
{
	add_milan();
	add_crl(1);
	assert_refused(OWNER_SNP_VCEK, "ASK is not revoked");
}

static void test_not_revoked(void **state)
{
	add_milan();
	add_crl(2);
	assert_true(accepted(OWNER_SNP_VCEK, &testbed_get()->trust, TESTBED_NOW));
	assert_false(accepted(OWNER_SNP_VCEK, &testbed_get()->trust, TESTBED_T1));
	assert_string_equal(owner_audit_failure(&audit)->what, "revocation list is current");
}

static void add_data(const char *name)
{
	char rel[128];
	size_t len;
	u8 *bytes;

	snprintf(rel, sizeof(rel), "data/attestation/%s", name);
	bytes = shared_data_read(rel, &len);
	if (!bytes)
		skip();
	add(bytes, len);
}

enum { Y2025_06 = 1748736000, Y2026_03 = 1772323200 };

static void test_genuine(void **state)
{
	static const struct owner_trust amd;

	add_data("roots/kds-cert_chain-turin.pem");
	add_data("reports/turin-vcek-only-virtee.der");
	assert_true(accepted(OWNER_SNP_VCEK, &amd, Y2026_03));
	assert_string_equal(product, "Turin");
	assert_false(accepted(OWNER_SNP_VCEK, &testbed_get()->trust, Y2026_03));
}

static void test_genuine_vlek(void **state)
{
	static const struct owner_trust amd;

	add_data("roots/kds-vlek-cert_chain-milan.pem");
	add_data("reports/milan-v3-vlek-trustee-vlek.der");
	assert_true(accepted(OWNER_SNP_VLEK, &amd, Y2025_06));
	assert_false(accepted(OWNER_SNP_VLEK, &amd, Y2026_03));
	assert_string_equal(owner_audit_failure(&audit)->what, "VLEK is valid now");
}

static void test_nobody_signed(void **state)
{
	static const struct owner_trust amd;

	add_data("roots/kds-cert_chain-milan.pem");
	add_data("reports/negative-vcek-invalid-legacy-trustee.der");
	assert_false(accepted(OWNER_SNP_VCEK, &amd, Y2026_03));
	assert_string_equal(owner_audit_failure(&audit)->what, "ASK signs VCEK");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_made_chain),    TEST(test_each_part_is_needed),
		TEST(test_vlek),          TEST(test_products_disagree),
		TEST(test_forged_leaf),   TEST(test_not_certificates),
		TEST(test_revoked),       TEST(test_not_revoked),
		TEST(test_genuine),       TEST(test_genuine_vlek),
		TEST(test_nobody_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
