/* SPDX-License-Identifier: MIT */
/*
 * SEV's derivations with published and worked values; the big-endian form against libcrypto's own
 * KBKDF, which is an independent implementation.
 */
#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/testbed.h"

/* The known-answer test that other SEV projects share: everything zero. */
static void test_sev_public_vector(void **state)
{
	static const u8 zero[16];
	u8 ms[16];
	u8 key[16];

	assert_int_equal(kdf_derive_sev(ms, 16, zero, 16, "sev-master-secret", zero, 16), 0);
	assert_hex(ms, 16, "ab4d269fcc62bedb4511d56c386ce706");
	assert_int_equal(kdf_derive_sev(key, 16, ms, 16, "sev-kek", NULL, 0), 0);
	assert_hex(key, 16, "b6abfbfb75ea1ea74ed8750b8afdb973");
	assert_int_equal(kdf_derive_sev(key, 16, ms, 16, "sev-kik", NULL, 0), 0);
	assert_hex(key, 16, "53b524bf5669a363f365c864acba8572");
}

static void test_sev_worked_example(void **state)
{
	u8 z[48];
	u8 nonce[16];
	u8 ms[16];
	u8 key[16];

	unhex(z, sizeof(z),
	      "647a5e0e5db0e849a689e01797d90df53612816ed007e9c2835b5b681e06c83b"
	      "7f4d763a3c8646bde2d2524620f251d0");
	fill_sequence(nonce, sizeof(nonce), 0);
	assert_int_equal(kdf_derive_sev(ms, 16, z, 48, "sev-master-secret", nonce, 16), 0);
	assert_hex(ms, 16, "a610937bd3620b275a0570135b805762");
	assert_int_equal(kdf_derive_sev(key, 16, ms, 16, "sev-kek", NULL, 0), 0);
	assert_hex(key, 16, "d1726f02e904dccfc244f1e30d94ef02");
	assert_int_equal(kdf_derive_sev(key, 16, ms, 16, "sev-kik", NULL, 0), 0);
	assert_hex(key, 16, "e34f05d45fbc2f6880b650cd90ffea84");
}

/* The chip endorsement key's derivation takes two blocks, the second cut short. */
static void test_two_blocks(void **state)
{
	u8 key[32];
	u8 out[56];

	unhex(key, sizeof(key), "00e988677eecf94c0bb9233371c7c0d6f4db8ebdcdecb7c5ebaa666f17249227");
	assert_int_equal(
		kdf_derive_sev(out, sizeof(out), key, 32, "sev-chip-endorsement-key", NULL, 0), 0);
	assert_hex(out, sizeof(out),
		   "c626f4d0e33d8561e9fd8af2e2d863de8879e5bd30112b6642342ac7a162d4bd"
		   "81a48a742428a3001825107c35c71649f3b2148818abc60a");
}

#define LABEL "some label"

struct oracle_input {
	enum hash_alg prf;
	u8 *key;
	size_t key_len;
	u8 *context;
	size_t context_len;
};

/* What libcrypto makes of the same: separator and length are its defaults. */
static void oracle(u8 *out, size_t len, const struct oracle_input *in)
{
	char sha256_name[] = "SHA256";
	char sha384_name[] = "SHA384";
	char mac[] = "HMAC";
	char mode[] = "COUNTER";
	char label[] = LABEL;
	OSSL_PARAM params[7];
	OSSL_PARAM *p = params;
	EVP_KDF *alg = EVP_KDF_fetch(NULL, "KBKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(alg);

	*p++ = OSSL_PARAM_construct_utf8_string(
		OSSL_KDF_PARAM_DIGEST, in->prf == HASH_SHA256 ? sha256_name : sha384_name, 0);
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, mac, 0);
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode, 0);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, in->key, in->key_len);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, label, strlen(label));
	if (in->context_len > 0)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, in->context,
							 in->context_len);
	*p = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_KDF_derive(ctx, out, len, params), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(alg);
}

static void check_against_oracle(enum hash_alg prf, size_t len)
{
	u8 key[48];
	u8 context[37];
	u8 ours[200];
	u8 theirs[200];
	struct oracle_input in = {prf, key, sizeof(key), context, len % 3 ? sizeof(context) : 0};
	struct kdf kdf = {
		.prf = prf,
		.order = KDF_BIG_ENDIAN,
		.label = LABEL,
		.context = context,
		.context_len = in.context_len,
	};

	fill_sequence(key, sizeof(key), 3);
	fill_sequence(context, sizeof(context), 0x80);
	oracle(theirs, len, &in);
	assert_int_equal(kdf_derive(ours, len, &kdf, key, sizeof(key)), 0);
	assert_memory_equal(ours, theirs, len);
	kdf.order = KDF_LITTLE_ENDIAN;
	assert_int_equal(kdf_derive(ours, len, &kdf, key, sizeof(key)), 0);
	assert_memory_not_equal(ours, theirs, len);
}

static void test_big_endian_equals_libcrypto(void **state)
{
	for (size_t len = 8; len <= 200; len += 13) {
		check_against_oracle(HASH_SHA256, len);
		check_against_oracle(HASH_SHA384, len);
	}
}

/* Every input counts, and so does the length asked for. */
static void test_inputs_are_bound(void **state)
{
	const u8 key[2] = {1, 2};
	u8 base[16];
	u8 other[32];

	assert_int_equal(kdf_derive_sev(base, 16, key, 2, "label", "context", 7), 0);
	assert_int_equal(kdf_derive_sev(other, 16, key, 1, "label", "context", 7), 0);
	assert_memory_not_equal(base, other, 16);
	assert_int_equal(kdf_derive_sev(other, 16, key, 2, "labe", "context", 7), 0);
	assert_memory_not_equal(base, other, 16);
	assert_int_equal(kdf_derive_sev(other, 16, key, 2, "label", "context", 6), 0);
	assert_memory_not_equal(base, other, 16);
	assert_int_equal(kdf_derive_sev(other, 32, key, 2, "label", "context", 7), 0);
	assert_memory_not_equal(base, other, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sev_public_vector),
		cmocka_unit_test(test_sev_worked_example),
		cmocka_unit_test(test_two_blocks),
		cmocka_unit_test(test_big_endian_equals_libcrypto),
		cmocka_unit_test(test_inputs_are_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
