/* SPDX-License-Identifier: MIT */
/* Keys to files and back, whoever wrote them; and files that are no keys of ours. */
#include "crypto/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "crypto/der.h"
#include "crypto/ec_math.h"
#include "crypto/rsa_key.h"
#include "crypto/testbed.h"

/* A folder of its own for every run. */
struct place {
	char dir[64];
	char file[80];
};

static struct place place;
static struct rsa_key *rsa;
static struct ec_key ec;

static int setup(void **state)
{
	static const u8 seed[32] = {'k'};
	struct rng *rng = rng_new(seed);

	snprintf(place.dir, sizeof(place.dir), "/tmp/swsev-keyfile-XXXXXX");
	assert_non_null(mkdtemp(place.dir));
	snprintf(place.file, sizeof(place.file), "%s/key.pem", place.dir);
	assert_int_equal(rsa_key_generate(&rsa, 2048), 0);
	assert_int_equal(ec_key_generate(&ec, EC_P384, rng), 0);
	rng_free(rng);
	return 0;
}

static int teardown(void **state)
{
	unlink(place.file);
	assert_int_equal(rmdir(place.dir), 0); /* empty: no temporary file was left */
	rsa_key_free(rsa);
	return 0;
}

static void put_file(const void *bytes, size_t len)
{
	FILE *f = fopen(place.file, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void assert_private_mode(void)
{
	struct stat st;

	assert_int_equal(stat(place.file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_ec_round_trip(void **state)
{
	static const u8 seed[32] = {'r'};
	struct rng *rng = rng_new(seed);
	struct ec_key key, again;
	mode_t mask = umask(0);

	for (int curve = EC_P256; curve <= EC_P384; curve++) {
		assert_int_equal(ec_key_generate(&key, (enum ec_curve)curve, rng), 0);
		assert_int_equal(ec_key_save(place.file, &key, NULL), 0);
		assert_private_mode();
		assert_int_equal(ec_key_load(&again, place.file, NULL), 0);
		assert_memory_equal(&again, &key, sizeof(key));
	}
	umask(mask);
	rng_free(rng);
}

static void test_rsa_round_trip(void **state)
{
	struct rsa_key *again;

	put_file("an old file, readable by all", 28);
	assert_int_equal(chmod(place.file, 0644), 0);
	assert_int_equal(rsa_key_save(place.file, rsa, NULL), 0);
	assert_private_mode();
	assert_int_equal(rsa_key_load(&again, place.file, NULL), 0);
	assert_true(rsa_public_equal(rsa_key_public(again), rsa_key_public(rsa)));
	rsa_key_free(again);
}

/* What other tools write: the older form of each kind, in PEM and DER. */
static void test_other_forms(void **state)
{
	EVP_PKEY *pkey = ec_pkey_new(&ec.pub, ec.d);
	BIO *bio = BIO_new(BIO_s_mem());
	struct rsa_key *rsa_again;
	struct ec_key again;
	u8 *der = NULL;
	char *text;
	long len = i2d_PrivateKey(pkey, &der);

	assert_int_equal(ec_key_parse(&again, der, (size_t)len, NULL), 0); /* SEC 1 */
	assert_memory_equal(&again, &ec, sizeof(ec));
	OPENSSL_free(der);
	assert_true(PEM_write_bio(bio, "EC PARAMETERS", "", (const u8 *)"\6\5\x2b\x81\4\0\x22", 7) >
		    0);
	assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, pkey, NULL, NULL, 0, NULL, NULL),
			 1);
	len = BIO_get_mem_data(bio, &text);
	assert_int_equal(ec_key_parse(&again, text, (size_t)len, NULL), 0);
	assert_memory_equal(&again, &ec, sizeof(ec));
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	der = NULL;
	len = i2d_PrivateKey(rsa->pkey, &der);
	assert_int_equal(rsa_key_parse(&rsa_again, der, (size_t)len, NULL), 0);
	assert_true(rsa_public_equal(rsa_key_public(rsa_again), rsa_key_public(rsa)));
	rsa_key_free(rsa_again);
	OPENSSL_free(der);
}

static void expect_ec_refusal(const void *data, size_t len, const char *said)
{
	struct error err = {0};
	struct ec_key key;

	assert_int_equal(ec_key_parse(&key, data, len, &err), -EINVAL);
	assert_true(bytes_are_zero(&key, sizeof(key)));
	if (!strstr(err.text, said))
		fail_msg("said \"%s\", expected \"%s\"", err.text, said);
}

static void expect_rsa_refusal(const void *data, size_t len, const char *said)
{
	struct error err = {0};
	struct rsa_key *key;

	assert_int_equal(rsa_key_parse(&key, data, len, &err), -EINVAL);
	assert_null(key);
	if (!strstr(err.text, said))
		fail_msg("said \"%s\", expected \"%s\"", err.text, said);
}

/* Hands the DER form of a libcrypto key to one of the above. */
static void expect_pkey_refusal(void (*expect)(const void *, size_t, const char *),
				const EVP_PKEY *pkey, const char *said)
{
	u8 *der = NULL;
	int len = i2d_PrivateKey(pkey, &der);

	assert_true(len > 0);
	expect(der, (size_t)len, said);
	OPENSSL_free(der);
}

static void test_wrong_kinds(void **state)
{
	EVP_PKEY *p521 = EVP_EC_gen("P-521");
	EVP_PKEY *k1 = EVP_EC_gen("secp256k1");
	EVP_PKEY *small = EVP_RSA_gen(1024);
	EVP_PKEY *ours = ec_pkey_new(&ec.pub, ec.d);

	expect_pkey_refusal(expect_ec_refusal, rsa->pkey, "not an elliptic curve key");
	expect_pkey_refusal(expect_ec_refusal, p521, "neither P-256 nor P-384");
	expect_pkey_refusal(expect_ec_refusal, k1, "neither P-256 nor P-384");
	expect_pkey_refusal(expect_rsa_refusal, ours, "not an RSA key");
	expect_pkey_refusal(expect_rsa_refusal, small, "1024 bits");
	EVP_PKEY_free(p521);
	EVP_PKEY_free(k1);
	EVP_PKEY_free(small);
	EVP_PKEY_free(ours);
}

static void test_garbage(void **state)
{
	static const char pem_public[] =
		"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n";
	static const char pem_encrypted[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END "
					    "ENCRYPTED PRIVATE KEY-----\n";
	static const char pem_old_encrypted[] =
		"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
		"DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n"
		"MAA=\n-----END EC PRIVATE KEY-----\n";
	EVP_PKEY *pkey = ec_pkey_new(&ec.pub, ec.d);
	u8 *der = NULL;
	int len = i2d_PrivateKey(pkey, &der);
	u8 longer[512] = {0};

	expect_ec_refusal("", 0, "not a private key");
	expect_rsa_refusal("rubbish", 7, "not a private key");
	expect_ec_refusal(pem_public, strlen(pem_public), "no PEM block");
	expect_ec_refusal(pem_encrypted, strlen(pem_encrypted), "unencrypted");
	expect_ec_refusal(pem_old_encrypted, strlen(pem_old_encrypted), "header lines");
	for (int n = 0; n < len; n += 7)
		expect_ec_refusal(der, (size_t)n, "not a private key");
	memcpy(longer, der, (size_t)len);
	expect_ec_refusal(longer, (size_t)len + 1, "not one DER value");
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
}

/* A file whose halves are of two keys: signatures would not verify under the stated public key. */
static void test_ec_halves_of_two_keys(void **state)
{
	static const u8 seed[32] = {'2'};
	struct rng *rng = rng_new(seed);
	struct ec_key other;
	EVP_PKEY *mixed;

	assert_int_equal(ec_key_generate(&other, EC_P384, rng), 0);
	mixed = ec_pkey_new(&other.pub, ec.d);
	assert_non_null(mixed);
	expect_pkey_refusal(expect_ec_refusal, mixed, "belongs to another");
	EVP_PKEY_free(mixed);
	rng_free(rng);
}

/* The private exponent of a good key changed in its middle. */
static void test_rsa_halves_of_two_keys(void **state)
{
	BIGNUM *d = NULL;
	u8 exponent[256];
	u8 *der = NULL;
	int len = i2d_PrivateKey(rsa->pkey, &der);
	u8 *at;

	assert_int_equal(EVP_PKEY_get_bn_param(rsa->pkey, OSSL_PKEY_PARAM_RSA_D, &d), 1);
	assert_int_equal(BN_bn2binpad(d, exponent, sizeof(exponent)), sizeof(exponent));
	at = memmem(der, (size_t)len, exponent + 16, 200);
	assert_non_null(at);
	at[100] ^= 4;
	expect_rsa_refusal(der, (size_t)len, "do not fit");
	BN_clear_free(d);
	OPENSSL_free(der);
}

/* A "prime" of 100000 bits, which would keep a primality test busy for hours. */
static void test_rsa_oversized_prime(void **state)
{
	static u8 huge[12500];
	static const char *const numbers[] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
					      OSSL_PKEY_PARAM_RSA_D};
	struct der d;
	size_t seq;

	memset(huge, 0xff, sizeof(huge));
	der_init(&d);
	seq = der_open(&d, DER_SEQUENCE); /* RSAPrivateKey, RFC 8017 A.1.2 */
	der_u64(&d, 0);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		BIGNUM *v = NULL;
		u8 be[256];

		assert_int_equal(EVP_PKEY_get_bn_param(rsa->pkey, numbers[i], &v), 1);
		der_uint(&d, be, (size_t)BN_bn2bin(v, be));
		BN_clear_free(v);
	}
	der_uint(&d, huge, sizeof(huge));
	for (int i = 0; i < 4; i++)
		der_u64(&d, 3);
	der_close(&d, seq);
	assert_int_equal(der_status(&d), 0);
	expect_rsa_refusal(d.bytes, d.len, "absent or too long");
	der_fini(&d);
}

static void test_file_errors(void **state)
{
	struct error err;
	struct rsa_key *key;
	struct ec_key k;
	char missing[128];
	static u8 big[65 * 1024];

	snprintf(missing, sizeof(missing), "%s/none/key.pem", place.dir);
	assert_int_equal(ec_key_load(&k, missing, &err), -ENOENT);
	assert_non_null(strstr(err.text, missing));
	assert_int_equal(rsa_key_load(&key, missing, &err), -ENOENT);
	assert_null(key);
	assert_int_equal(ec_key_load(&k, place.dir, &err), -EISDIR);
	assert_int_equal(ec_key_save(missing, &ec, &err), -ENOENT);
	assert_non_null(strstr(err.text, missing));
	assert_int_equal(ec_key_save(place.dir, &ec, &err), -EISDIR);
	put_file(big, sizeof(big));
	assert_int_equal(ec_key_load(&k, place.file, &err), -EINVAL);
	assert_non_null(strstr(err.text, "not a key"));
	put_file("rubbish", 7);
	assert_int_equal(rsa_key_load(&key, place.file, &err), -EINVAL);
	assert_non_null(strstr(err.text, place.file));
	assert_non_null(strstr(err.text, "not a private key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ec_round_trip),
		cmocka_unit_test(test_rsa_round_trip),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_wrong_kinds),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_ec_halves_of_two_keys),
		cmocka_unit_test(test_rsa_halves_of_two_keys),
		cmocka_unit_test(test_rsa_oversized_prime),
		cmocka_unit_test(test_file_errors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
