/* SPDX-License-Identifier: MIT */
/* Revocation lists of our own making: who is on them, who may sign them, when they hold. */
#include "crypto/x509_crl.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "crypto/test_pki.h"
#include "crypto/testbed.h"

static struct test_pki pki;

static u8 *issue_der(size_t *len, const struct x509_crl_template *t, const struct rsa_key *signer)
{
	u8 *der;

	assert_int_equal(x509_crl_issue(&der, len, t, signer, pki.rng, NULL), 0);
	return der;
}

static struct x509_crl *issue(const struct x509_crl_template *t, const struct rsa_key *signer)
{
	struct x509_crl *crl;
	struct error err;
	size_t len;
	u8 *der = issue_der(&len, t, signer);

	if (x509_crl_parse(&crl, der, len, &err) != 0)
		fail_msg("%s", err.text);
	free(der);
	return crl;
}

static enum verdict verify(const struct x509_crl *crl, const struct x509_cert *issuer)
{
	enum verdict v;

	assert_int_equal(x509_crl_verify(&v, crl, issuer), 0);
	return v;
}

static struct x509_crl_template ark_list(struct x509_attr attrs[TEST_NAME_ATTRS])
{
	return (struct x509_crl_template){
		.issuer = test_name(attrs, "ARK-Test"),
		.this_update = T0,
		.next_update = T1,
	};
}

static void test_empty_list(void **state)
{
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_crl_template t = ark_list(attrs);
	struct x509_crl *crl = issue(&t, pki.ark);

	assert_int_equal(verify(crl, pki.ark_cert), VERDICT_GOOD);
	assert_int_equal(x509_crl_entries(crl), 0);
	assert_int_equal(x509_crl_check_cert(crl, pki.ask_cert), VERDICT_GOOD);
	assert_int_equal(x509_crl_check_cert(crl, pki.ark_cert), VERDICT_GOOD);
	/* The ARK's list says nothing about what the ASK issued. */
	assert_int_equal(x509_crl_check_cert(crl, pki.vcek_cert), VERDICT_WRONG_ISSUER);
	x509_crl_free(crl);
	x509_crl_free(NULL);
}

static void test_revoked(void **state)
{
	const struct x509_revoked revoked[] = {
		{x509_serial_u64(7), T0},
		{x509_serial_u64(0x10001), T0 + 1},
		{x509_serial_u64(0), T0},
	};
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_crl_template t = ark_list(attrs);
	struct x509_serial serial;
	struct x509_crl *crl;

	t.revoked = revoked;
	t.revoked_count = ARRAY_SIZE(revoked);
	crl = issue(&t, pki.ark);
	assert_int_equal(verify(crl, pki.ark_cert), VERDICT_GOOD);
	assert_int_equal(x509_crl_entries(crl), 3);
	assert_int_equal(x509_crl_check_cert(crl, pki.ask_cert), VERDICT_REVOKED);
	assert_int_equal(x509_crl_check_cert(crl, pki.ark_cert), VERDICT_GOOD);
	for (size_t i = 0; i < ARRAY_SIZE(revoked); i++)
		assert_true(x509_crl_lists(crl, &revoked[i].serial));
	serial = x509_serial_u64(0x100);
	assert_false(x509_crl_lists(crl, &serial));
	serial = x509_serial_u64(0x0700);
	assert_false(x509_crl_lists(crl, &serial));
	x509_crl_free(crl);
}

static void test_time(void **state)
{
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_crl_template t = ark_list(attrs);
	struct x509_crl *crl = issue(&t, pki.ark);

	assert_true(x509_crl_this_update(crl) == T0 && x509_crl_next_update(crl) == T1);
	assert_int_equal(x509_crl_check_time(crl, T0 - 1), VERDICT_NOT_YET_VALID);
	assert_int_equal(x509_crl_check_time(crl, T0), VERDICT_GOOD);
	assert_int_equal(x509_crl_check_time(crl, T1 - 1), VERDICT_GOOD);
	assert_int_equal(x509_crl_check_time(crl, T1), VERDICT_EXPIRED);
	x509_crl_free(crl);
}

static void test_issuer(void **state)
{
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_crl_template t = ark_list(attrs);
	struct x509_crl *crl = issue(&t, pki.ask);

	assert_int_equal(verify(crl, pki.ark_cert), VERDICT_BAD_SIGNATURE);
	assert_int_equal(verify(crl, pki.ask_cert), VERDICT_WRONG_ISSUER);
	x509_crl_free(crl);
	/* The ASK's key usage has no cRLSign, and a VCEK is no CA at all. */
	t.issuer = test_name(attrs, "SEV-Test");
	crl = issue(&t, pki.ask);
	assert_int_equal(verify(crl, pki.ask_cert), VERDICT_ISSUER_NOT_CA);
	x509_crl_free(crl);
	t.issuer = test_name(attrs, "SEV-VCEK");
	crl = issue(&t, pki.ask);
	assert_int_equal(verify(crl, pki.vcek_cert), VERDICT_ISSUER_NOT_CA);
	x509_crl_free(crl);
}

static void test_critical(void **state)
{
	const u8 number[] = {0x02, 0x01, 0x0b};
	struct x509_ext ext = {"2.5.29.20", false, number, sizeof(number)};
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_crl_template t = ark_list(attrs);
	struct x509_crl *crl;

	t.exts = &ext;
	t.ext_count = 1;
	crl = issue(&t, pki.ark);
	assert_int_equal(verify(crl, pki.ark_cert), VERDICT_GOOD);
	x509_crl_free(crl);
	ext = (struct x509_ext){"2.5.29.28", true, (const u8 *)"\x30\x00", 2};
	crl = issue(&t, pki.ark);
	assert_int_equal(verify(crl, pki.ark_cert), VERDICT_UNKNOWN_CRITICAL);
	x509_crl_free(crl);
}

static void test_every_bit_counts(void **state)
{
	const struct x509_revoked revoked[] = {{x509_serial_u64(7), T0}};
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_crl_template t = ark_list(attrs);
	size_t len;
	u8 *der;

	t.revoked = revoked;
	t.revoked_count = 1;
	der = issue_der(&len, &t, pki.ark);
	for (size_t bit = 0; bit < len * 8; bit += 3) {
		struct x509_crl *crl;

		der[bit / 8] ^= (u8)(1 << bit % 8);
		if (x509_crl_parse(&crl, der, len, NULL) == 0) {
			if (verify(crl, pki.ark_cert) == VERDICT_GOOD)
				fail_msg("bit %zu does not count", bit);
			x509_crl_free(crl);
		}
		der[bit / 8] ^= (u8)(1 << bit % 8);
	}
	free(der);
}

static void expect_refusal(const void *data, size_t len, const char *said)
{
	struct x509_crl *crl;
	struct error err = {0};

	assert_int_equal(x509_crl_parse(&crl, data, len, &err), -EINVAL);
	assert_null(crl);
	if (!strstr(err.text, said))
		fail_msg("said \"%s\", expected \"%s\"", err.text, said);
}

static void test_parse_refusals(void **state)
{
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_crl_template t = ark_list(attrs);
	size_t len;
	u8 *der = issue_der(&len, &t, pki.ark);
	u8 longer[4096] = {0};
	static const char pem[] = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
	u8 *date;

	for (size_t n = 0; n < len; n += n < 64 ? 1 : 13)
		expect_refusal(der, n, "not an X.509 CRL");
	memcpy(longer, der, len);
	expect_refusal(longer, len + 1, "bytes follow");
	expect_refusal(pki.vcek_der, pki.vcek_len, "not an X.509 CRL");
	expect_refusal(pem, strlen(pem), "no PEM block X509 CRL");
	date = memmem(longer, len, "330518033320Z", 13);
	assert_non_null(date);
	memcpy(date, "331318", 6);
	expect_refusal(longer, len, "date");
	free(der);
}

static void test_pem(void **state)
{
	struct x509_attr attrs[TEST_NAME_ATTRS];
	struct x509_crl_template t = ark_list(attrs);
	size_t len;
	u8 *der = issue_der(&len, &t, pki.ark);
	BIO *bio = BIO_new(BIO_s_mem());
	struct x509_crl *crl;
	char *text;
	long text_len;

	assert_true(PEM_write_bio(bio, "X509 CRL", "", der, (long)len) > 0);
	text_len = BIO_get_mem_data(bio, &text);
	assert_int_equal(x509_crl_parse(&crl, text, (size_t)text_len, NULL), 0);
	assert_int_equal(verify(crl, pki.ark_cert), VERDICT_GOOD);
	x509_crl_free(crl);
	BIO_free(bio);
	free(der);
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
		cmocka_unit_test(test_empty_list),     cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_time),           cmocka_unit_test(test_issuer),
		cmocka_unit_test(test_critical),       cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_parse_refusals), cmocka_unit_test(test_pem),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
