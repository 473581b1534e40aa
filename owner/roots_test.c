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

/* Modulus of swsev's published test root as it stands in its ARK certificate. */
static const char test_root_modulus[] =
	"d15e68cb0dbea46110b61894f1e4dff99acd135abf490b97e267ee0b6002c7f328a71ce27d60e708"
	"f8e0f0ec8a1db2e83b95b9004e9fcb070ed9614b5cedfeaabc27c28059a035b6a3eae1644f2c2736"
	"80932172f3e4a1b874113218d96ee5f981cc637417a45ecc3fa7a52114bc3fa339874546d4bc5dca"
	"ba8eb39c89a4b8c3e437ab3f22d18c2fa380d3d7f31e4a29115724d0f56bafe67fbb0d4eabec2b41"
	"d6c0ac28c9c4c0c9583dcffd70b4d8051163dd9493828e72681a61bcbb560e56662f6c7f45277d57"
	"acfb8731d28c2db954ba884b71ea50408535cd7506a06dbe5cc9d8ef2a4af864301f7aec59a06455"
	"809e8c36fcca0edddc534547b57a5f9616da6d6879bbcbda9653b5dcd8414811d2278a36b716d9fd"
	"6e52d86e9320a56864c61034cf9aa9f2a1e506977b53e2830cf26f51d3d63a6de79b1b4dc84cdf61"
	"3b1afa1f4d2136f6196830176a3039ac1a054e0cde878baa9ccfca8a473fea1a5931fe57547fec1d"
	"e4c76cbb28131397ea96d8989483aedd88961b81c2bbab257168a5eb5ab444e0a16e21df7b57c5b7"
	"3222b49d2837d8f9eb6c3a75b31b55296736f1178eba59c8a0497038d864cedc724c3062d57d0b25"
	"071cf775db9f5eb8ae43f06d0ccae928dd7a6d3d1ae087287055ca304109996eaa6a3e371454349d"
	"ef3fe356f707287c21b094e5e9d227ab285e62c06aab1f19a2ab7286b5691cab";

/* Anybody can sign under it: it counts only where it was asked for. */
static void test_test_root(void **state)
{
	static const struct owner_trust amd, test = {.test_root = true};
	u8 modulus[512], exponent[] = {1, 0, 1};
	char name[OWNER_ROOT_NAME_SIZE];
	struct rsa_public key;
	bool trusted;

	unhex(modulus, sizeof(modulus), test_root_modulus);
	assert_int_equal(rsa_public_from_le(&key, 4096, modulus, exponent, sizeof(exponent), NULL),
			 0);
	assert_int_equal(owner_trust_check(&trusted, name, &amd, &key), 0);
	assert_false(trusted);
	assert_string_equal(name, "SWSEV TEST ROOT - NOT AMD");
	assert_int_equal(owner_trust_check(&trusted, name, &test, &key), 0);
	assert_true(trusted);
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
		cmocka_unit_test(test_test_root),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
