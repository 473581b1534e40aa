/* SPDX-License-Identifier: MIT */
/* Which root keys are known, and whom an owner trusts. */
#include "owner/roots.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/x509.h"
#include "owner/sev_cert.h"
#include "owner/testbed.h"
#include "tests/support/shared_data.h"

static const char *const products[] = {"naples", "rome", "milan", "genoa", "turin"};
static const char *const names[] = {"AMD Naples", "AMD Rome", "AMD Milan", "AMD Genoa",
				    "AMD Turin"};

static u8 *read_or_skip(size_t *len, const char *folder, const char *product, const char *suffix)
{
	char rel[128];
	u8 *bytes;

	snprintf(rel, sizeof(rel), "data/attestation/%s/ark-%s%s", folder, product, suffix);
	bytes = shared_data_read(rel, len);
	if (!bytes)
		skip();
	return bytes;
}

static void assert_known(const struct rsa_public *key, const char *expected)
{
	static const struct owner_trust amd;
	struct owner_trust named = {.named = rsa_key_public(testbed_get()->ark_key)};
	const struct owner_root *root;
	char name[OWNER_ROOT_NAME_SIZE];
	struct rsa_public other;
	bool trusted;

	assert_int_equal(owner_root_find(&root, key), 0);
	assert_non_null(root);
	assert_string_equal(root->name, expected);
	assert_int_equal(owner_trust_check(&trusted, name, &amd, key), 0);
	assert_true(trusted);
	assert_string_equal(name, expected);
	other = *key;
	other.exponent[0] ^= 2;
	assert_int_equal(owner_trust_check(&trusted, name, &amd, &other), 0);
	assert_false(trusted);
	/* Whoever names a root means that one. */
	assert_int_equal(owner_trust_check(&trusted, name, &named, key), 0);
	assert_false(trusted);
}

static void test_legacy_roots(void **state)
{
	static struct owner_amd_cert cert;

	for (size_t i = 0; i < ARRAY_SIZE(products); i++) {
		size_t len;
		u8 *bytes = read_or_skip(&len, "legacy-roots", products[i], ".cert");

		assert_int_equal(owner_amd_cert_decode(&cert, SEV_USAGE_ARK, bytes, len, NULL), 0);
		assert_known(&cert.key.rsa, names[i]);
		free(bytes);
	}
}

static void test_x509_roots(void **state)
{
	for (size_t i = 2; i < ARRAY_SIZE(products); i++) {
		struct x509_cert *cert;
		struct rsa_public key;
		size_t len;
		u8 *bytes = read_or_skip(&len, "roots", products[i], ".der");

		assert_int_equal(x509_cert_parse(&cert, bytes, len, NULL), 0);
		assert_int_equal(x509_cert_rsa_public(&key, cert, NULL), 0);
		assert_known(&key, names[i]);
		x509_cert_free(cert);
		free(bytes);
	}
}

static void test_unknown(void **state)
{
	static const struct owner_trust amd, test = {.test_root = true};
	const struct testbed *t = testbed_get();
	const struct rsa_public *ark = rsa_key_public(t->ark_key);
	const struct rsa_public *ask = rsa_key_public(t->ask_key);
	char name[OWNER_ROOT_NAME_SIZE];
	bool trusted;

	assert_int_equal(owner_trust_check(&trusted, name, &amd, ark), 0);
	assert_false(trusted);
	assert_string_equal(name, "unknown key");
	assert_int_equal(owner_trust_check(&trusted, name, &test, ark), 0);
	assert_false(trusted);
	assert_int_equal(owner_trust_check(&trusted, name, &t->trust, ark), 0);
	assert_true(trusted);
	assert_string_equal(name, "the owner's choice");
	assert_int_equal(owner_trust_check(&trusted, name, &t->trust, ask), 0);
	assert_false(trusted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legacy_roots),
		cmocka_unit_test(test_x509_roots),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
