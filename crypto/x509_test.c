/* SPDX-License-Identifier: MIT */
/*
 * Certificates of our own making, read back by libcrypto: the chain that holds, and every way in
 * which one must not.
 */
#include "crypto/x509.h"

#include <errno.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "crypto/ec_math.h"
#include "crypto/rsa_key.h"
#include "crypto/test_pki.h"
#include "crypto/testbed.h"

static struct test_pki pki;

static enum verdict verify(const struct x509_cert *cert, const struct x509_cert *issuer)
{
	enum verdict v;

	assert_int_equal(x509_cert_verify(&v, cert, issuer), 0);
	return v;
}

/* Issues, verifies under an issuer, and forgets. */
static enum verdict verdict_of(const struct test_spec *spec, const struct rsa_key *signer,
			       const struct x509_cert *issuer)
{
	struct x509_cert *cert = test_issue(&pki, spec, signer);
	enum verdict v = verify(cert, issuer);

	x509_cert_free(cert);
	return v;
}

static void test_chain_holds(void **state)
{
	assert_int_equal(verify(pki.ark_cert, pki.ark_cert), VERDICT_GOOD);
	assert_int_equal(verify(pki.ask_cert, pki.ark_cert), VERDICT_GOOD);
	assert_int_equal(verify(pki.vcek_cert, pki.ask_cert), VERDICT_GOOD);
}

static void test_fields(void **state)
{
	struct x509_serial serial;
	struct x509_bytes value;
	struct ec_public ec;
	struct rsa_public rsa;
	bool critical = true;
	char text[16];
	u64 spl;

	x509_cert_serial(&serial, pki.ask_cert);
	assert_hex(serial.b, serial.len, "010001");
	x509_cert_serial(&serial, pki.vcek_cert);
	assert_int_equal(serial.len, 0);
	assert_true(x509_cert_not_before(pki.vcek_cert) == T0);
	assert_true(x509_cert_not_after(pki.vcek_cert) == T1);
	assert_int_equal(x509_cert_subject_cn(text, sizeof(text), pki.vcek_cert, NULL), 0);
	assert_string_equal(text, "SEV-VCEK");
	assert_int_equal(x509_cert_issuer_cn(text, sizeof(text), pki.vcek_cert, NULL), 0);
	assert_string_equal(text, "SEV-Test");
	assert_int_equal(x509_cert_ec_public(&ec, pki.vcek_cert, NULL), 0);
	assert_true(ec_public_equal(&ec, &pki.vcek.pub));
	assert_int_equal(x509_cert_rsa_public(&rsa, pki.ask_cert, NULL), 0);
	assert_true(rsa_public_equal(&rsa, rsa_key_public(pki.ask)));

	assert_true(x509_cert_ext(&value, &critical, pki.vcek_cert, "1.3.6.1.4.1.3704.1.4"));
	assert_false(critical);
	assert_int_equal(value.len, 64);
	assert_hex(value.p, 2, "54f3");
	assert_true(x509_cert_ext(&value, NULL, pki.vcek_cert, "1.3.6.1.4.1.3704.1.3.8"));
	assert_int_equal(der_read_u64(&spl, value.p, value.len, NULL), 0);
	assert_true(spl == 0xd1);
	assert_true(x509_cert_ext(&value, NULL, pki.vcek_cert, "1.3.6.1.4.1.3704.1.2"));
	assert_int_equal(der_read_ia5(text, sizeof(text), value.p, value.len, NULL), 0);
	assert_string_equal(text, "Test0");
	assert_true(x509_cert_ext(&value, &critical, pki.ask_cert, "2.5.29.19"));
	assert_true(critical);
	assert_hex(value.p, value.len, "30060101ff020100");
	assert_false(x509_cert_ext(&value, NULL, pki.vcek_cert, "1.3.6.1.4.1.3704.1.3"));
	assert_false(x509_cert_ext(&value, NULL, pki.vcek_cert, "not an oid"));
}

static void test_field_refusals(void **state)
{
	struct error err;
	struct ec_public ec;
	struct rsa_public rsa;
	char text[8];

	assert_int_equal(x509_cert_subject_cn(text, sizeof(text), pki.vcek_cert, &err), -EINVAL);
	assert_string_equal(text, "");
	assert_int_equal(x509_cert_ec_public(&ec, pki.ask_cert, &err), -EINVAL);
	assert_non_null(strstr(err.text, "no elliptic curve key"));
	assert_int_equal(x509_cert_rsa_public(&rsa, pki.vcek_cert, &err), -EINVAL);
	assert_non_null(strstr(err.text, "not an RSA key"));
}

static void test_der_round_trip(void **state)
{
	u8 *der;
	size_t len;

	assert_int_equal(x509_cert_der(&der, &len, pki.vcek_cert), 0);
	assert_int_equal(len, pki.vcek_len);
	assert_memory_equal(der, pki.vcek_der, len);
	free(der);
}

static void test_time(void **state)
{
	assert_int_equal(x509_cert_check_time(pki.vcek_cert, T0 - 1), VERDICT_NOT_YET_VALID);
	assert_int_equal(x509_cert_check_time(pki.vcek_cert, T0), VERDICT_GOOD);
	assert_int_equal(x509_cert_check_time(pki.vcek_cert, T1), VERDICT_GOOD);
	assert_int_equal(x509_cert_check_time(pki.vcek_cert, T1 + 1), VERDICT_EXPIRED);
	assert_int_equal(x509_cert_check_time(pki.vcek_cert, INT64_MIN), VERDICT_NOT_YET_VALID);
	assert_int_equal(x509_cert_check_time(pki.vcek_cert, INT64_MAX), VERDICT_EXPIRED);
}

static struct test_spec leaf(void)
{
	return (struct test_spec){.subject = "SEV-VCEK", .issuer = "SEV-Test", .ec = &pki.vcek.pub};
}

static struct test_spec intermediate(void)
{
	return (struct test_spec){
		.subject = "SEV-Test",
		.issuer = "ARK-Test",
		.ca = true,
		.key_usage = "03020204",
		.rsa = rsa_key_public(pki.ask),
	};
}

static void test_wrong_issuer(void **state)
{
	struct test_spec spec = leaf();

	assert_int_equal(verify(pki.vcek_cert, pki.ark_cert), VERDICT_WRONG_ISSUER);
	assert_int_equal(verify(pki.ark_cert, pki.ask_cert), VERDICT_WRONG_ISSUER);
	/* The right name, another key. */
	assert_int_equal(verdict_of(&spec, pki.ark, pki.ask_cert), VERDICT_BAD_SIGNATURE);
	/* The right key, another name. */
	spec.issuer = "ARK-Test";
	assert_int_equal(verdict_of(&spec, pki.ask, pki.ask_cert), VERDICT_WRONG_ISSUER);
}

static void test_issuer_rights(void **state)
{
	static const struct {
		bool ca;
		int path_len;
		const char *key_usage;
		enum verdict verdict;
	} cases[] = {
		{true, 0, "03020204", VERDICT_GOOD},
		{true, -1, NULL, VERDICT_GOOD},
		{false, 0, "03020204", VERDICT_ISSUER_NOT_CA}, /* no basic constraints */
		{false, 0, NULL, VERDICT_ISSUER_NOT_CA},
		{true, 0, "03020102", VERDICT_ISSUER_NOT_CA}, /* cRLSign only */
		{true, 0, "03020780", VERDICT_ISSUER_NOT_CA}, /* digitalSignature only */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct test_spec spec = intermediate();
		struct x509_cert *issuer;

		spec.ca = cases[i].ca;
		spec.path_len = cases[i].path_len;
		spec.key_usage = cases[i].key_usage;
		issuer = test_issue(&pki, &spec, pki.ark);
		assert_int_equal(verify(issuer, pki.ark_cert), VERDICT_GOOD);
		assert_int_equal(verify(pki.vcek_cert, issuer), cases[i].verdict);
		x509_cert_free(issuer);
	}
}

/* The ASK has path length 0: it may not make another CA. */
static void test_path_length(void **state)
{
	struct test_spec spec = intermediate();

	spec.subject = "Another CA";
	spec.issuer = "SEV-Test";
	assert_int_equal(verdict_of(&spec, pki.ask, pki.ask_cert), VERDICT_ISSUER_NOT_CA);
	spec.ca = false;
	spec.key_usage = NULL;
	assert_int_equal(verdict_of(&spec, pki.ask, pki.ask_cert), VERDICT_GOOD);
}

/* A root may say 0 of itself: what it issues to its own name does not count. */
static void test_root_with_path_length(void **state)
{
	struct test_spec spec = {
		.subject = "Root",
		.issuer = "Root",
		.ca = true,
		.rsa = rsa_key_public(pki.ark),
	};
	struct x509_cert *root = test_issue(&pki, &spec, pki.ark);

	assert_int_equal(verify(root, root), VERDICT_GOOD);
	x509_cert_free(root);
}

static void test_unknown_critical(void **state)
{
	struct x509_ext ext = {"1.3.6.1.4.1.3704.1.99", true, (const u8 *)"\5\0", 2};
	struct test_spec spec = leaf();

	spec.more = &ext;
	spec.more_count = 1;
	assert_int_equal(verdict_of(&spec, pki.ask, pki.ask_cert), VERDICT_UNKNOWN_CRITICAL);
	ext.critical = false;
	assert_int_equal(verdict_of(&spec, pki.ask, pki.ask_cert), VERDICT_GOOD);
}

/* Signs the VCEK's body anew, with libcrypto and any algorithm. */
static enum verdict resigned(EVP_PKEY *key, const EVP_MD *md, const EVP_MD *mgf_md, int salt,
			     const struct x509_cert *issuer)
{
	const u8 *end = pki.vcek_der;
	X509 *x = d2i_X509(NULL, &end, (long)pki.vcek_len);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	struct x509_cert *cert;
	enum verdict v;
	u8 *der = NULL;
	int len;

	assert_int_equal(EVP_DigestSignInit(ctx, &pctx, md, NULL, key), 1);
	if (mgf_md) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, mgf_md), 1);
	}
	assert_true(X509_sign_ctx(x, ctx) > 0);
	len = i2d_X509(x, &der);
	assert_int_equal(x509_cert_parse(&cert, der, (size_t)len, NULL), 0);
	v = verify(cert, issuer);
	x509_cert_free(cert);
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	X509_free(x);
	return v;
}

static void test_rsa_algorithms(void **state)
{
	EVP_PKEY *ask = pki.ask->pkey;
	const EVP_MD *sha256_md = EVP_sha256();
	const EVP_MD *sha384_md = EVP_sha384();
	const struct x509_cert *issuer = pki.ask_cert;

	assert_int_equal(resigned(ask, sha384_md, sha384_md, 48, issuer), VERDICT_GOOD);
	assert_int_equal(resigned(ask, sha384_md, sha384_md, 47, issuer), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned(ask, sha384_md, sha384_md, 0, issuer), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned(ask, sha384_md, sha256_md, 48, issuer), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned(ask, sha256_md, sha384_md, 48, issuer), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned(ask, sha256_md, sha256_md, 32, issuer), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned(ask, EVP_sha1(), EVP_sha1(), 20, issuer), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned(ask, sha384_md, NULL, 0, issuer), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned(pki.ark->pkey, sha384_md, sha384_md, 48, issuer),
			 VERDICT_BAD_SIGNATURE);
}

/* The ASK's certificate with another key in it, still signed by the ARK. */
static struct x509_cert *issuer_with_key(EVP_PKEY *key)
{
	struct test_spec spec = intermediate();
	size_t len;
	u8 *der = test_issue_der(&len, &pki, &spec, pki.ark);
	const u8 *end = der;
	X509 *x = d2i_X509(NULL, &end, (long)len);
	struct x509_cert *cert;
	u8 *again = NULL;
	int again_len;

	assert_int_equal(X509_set_pubkey(x, key), 1);
	assert_true(X509_sign(x, pki.ark->pkey, EVP_sha384()) > 0);
	again_len = i2d_X509(x, &again);
	assert_int_equal(x509_cert_parse(&cert, again, (size_t)again_len, NULL), 0);
	OPENSSL_free(again);
	X509_free(x);
	free(der);
	return cert;
}

static enum verdict resigned_by_ec(const char *curve, const EVP_MD *md)
{
	EVP_PKEY *key = EVP_EC_gen(curve);
	struct x509_cert *issuer = issuer_with_key(key);
	enum verdict v = resigned(key, md, NULL, 0, issuer);

	x509_cert_free(issuer);
	EVP_PKEY_free(key);
	return v;
}

static void test_ecdsa_algorithms(void **state)
{
	assert_int_equal(resigned_by_ec("P-384", EVP_sha384()), VERDICT_GOOD);
	assert_int_equal(resigned_by_ec("P-384", EVP_sha256()), VERDICT_GOOD);
	assert_int_equal(resigned_by_ec("P-256", EVP_sha256()), VERDICT_GOOD);
	assert_int_equal(resigned_by_ec("P-384", EVP_sha1()), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned_by_ec("P-384", EVP_sha512()), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned_by_ec("P-521", EVP_sha384()), VERDICT_BAD_ALGORITHM);
	assert_int_equal(resigned_by_ec("secp256k1", EVP_sha256()), VERDICT_BAD_ALGORITHM);
}

static void test_small_rsa_issuer(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	struct x509_cert *issuer = issuer_with_key(key);
	struct rsa_public pub;

	assert_int_equal(resigned(key, EVP_sha384(), EVP_sha384(), 48, issuer),
			 VERDICT_BAD_ALGORITHM);
	assert_int_equal(x509_cert_rsa_public(&pub, issuer, NULL), -EINVAL);
	x509_cert_free(issuer);
	EVP_PKEY_free(key);
}

/* One bit of a good certificate changed: it does not parse, or does not verify. */
static void test_every_bit_counts(void **state)
{
	size_t refused_by_parser = 0;

	for (size_t bit = 0; bit < pki.vcek_len * 8; bit += 3) {
		struct x509_cert *cert;

		pki.vcek_der[bit / 8] ^= (u8)(1 << bit % 8);
		if (x509_cert_parse(&cert, pki.vcek_der, pki.vcek_len, NULL) == 0) {
			if (verify(cert, pki.ask_cert) == VERDICT_GOOD)
				fail_msg("bit %zu does not count", bit);
			x509_cert_free(cert);
		} else {
			refused_by_parser++;
		}
		pki.vcek_der[bit / 8] ^= (u8)(1 << bit % 8);
	}
	assert_in_range(refused_by_parser, 30, pki.vcek_len);
}

/* The same certificates from the same seed, but for the keys, which RSA cannot make from one. */
static void test_issuing_is_reproducible(void **state)
{
	static const u8 seed[32] = {5};
	struct test_pki a = pki;
	struct test_spec spec = leaf();
	size_t len_1, len_2;
	u8 *one, *two;

	a.rng = rng_new(seed);
	one = test_issue_der(&len_1, &a, &spec, pki.ask);
	rng_free(a.rng);
	a.rng = rng_new(seed);
	two = test_issue_der(&len_2, &a, &spec, pki.ask);
	rng_free(a.rng);
	assert_int_equal(len_1, len_2);
	assert_memory_equal(one, two, len_1);
	free(one);
	free(two);
}

static void test_issue_refusals(void **state)
{
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_ext ext = {"1.2.oops", false, NULL, 0};
	struct x509_template t = {
		.subject = test_name(attrs, "x"),
		.issuer = test_name(attrs, "x"),
		.not_before = T0,
		.not_after = T1,
		.ec = &pki.vcek.pub,
		.exts = &ext,
		.ext_count = 1,
	};
	struct error err;
	size_t len;
	u8 *der;

	assert_int_equal(x509_issue(&der, &len, &t, pki.ask, pki.rng, &err), -EINVAL);
	assert_null(der);
	assert_non_null(strstr(err.text, "template"));
	t.ext_count = 0;
	t.not_after = INT64_MAX;
	assert_int_equal(x509_issue(&der, &len, &t, pki.ask, pki.rng, &err), -EINVAL);
	assert_null(der);
}

/* AMD's CA extensions, as libcrypto reads them. */
static void test_standard_extensions(void **state)
{
	struct der d;
	u8 id[X509_KEY_ID_BYTES];

	der_init(&d);
	x509_ext_ca(&d, -1);
	assert_hex(d.bytes, d.len, "30030101ff");
	d.len = 0;
	x509_ext_key_usage(&d, true);
	assert_hex(d.bytes, d.len, "03020106");
	d.len = 0;
	x509_ext_key_usage(&d, false);
	assert_hex(d.bytes, d.len, "03020204");
	d.len = 0;
	fill_sequence(id, sizeof(id), 1);
	x509_ext_subject_key_id(&d, id);
	assert_hex(d.bytes, d.len, "04140102030405060708090a0b0c0d0e0f1011121314");
	d.len = 0;
	x509_ext_authority_key_id(&d, id);
	assert_hex(d.bytes, d.len, "301680140102030405060708090a0b0c0d0e0f1011121314");
	d.len = 0;
	x509_ext_crl_point(&d, "http://a");
	assert_hex(d.bytes, d.len, "3010300ea00ca00a8608687474703a2f2f61");
	assert_int_equal(der_status(&d), 0);
	der_fini(&d);
	assert_int_equal(x509_key_id(id, rsa_key_public(pki.ark)), 0);
	assert_false(bytes_are_zero(id, sizeof(id)));
}

static int setup(void **state)
{
	test_pki_init(&pki);
	return 0;
}

static int teardown(void **state)
{
	test_pki_fini(&pki);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain_holds),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_field_refusals),
		cmocka_unit_test(test_der_round_trip),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_wrong_issuer),
		cmocka_unit_test(test_issuer_rights),
		cmocka_unit_test(test_path_length),
		cmocka_unit_test(test_root_with_path_length),
		cmocka_unit_test(test_unknown_critical),
		cmocka_unit_test(test_rsa_algorithms),
		cmocka_unit_test(test_ecdsa_algorithms),
		cmocka_unit_test(test_small_rsa_issuer),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_issuing_is_reproducible),
		cmocka_unit_test(test_issue_refusals),
		cmocka_unit_test(test_standard_extensions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
