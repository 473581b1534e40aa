/* SPDX-License-Identifier: MIT */
/* Certificates that do not parse, and every dress in which one may come. */
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/rsa_key.h"
#include "crypto/test_pki.h"
#include "crypto/testbed.h"
#include "crypto/x509.h"

static struct test_pki pki;

static void expect_refusal(const void *data, size_t len, const char *said)
{
	struct x509_cert *cert = pki.vcek_cert;
	struct error err = {0};

	assert_int_equal(x509_cert_parse(&cert, data, len, &err), -EINVAL);
	assert_null(cert);
	if (!strstr(err.text, said))
		fail_msg("said \"%s\", expected \"%s\"", err.text, said);
}

static void test_cut_short(void **state)
{
	expect_refusal("", 0, "no certificate found");
	for (size_t len = 1; len < pki.vcek_len; len += len < 64 ? 1 : 17)
		expect_refusal(pki.vcek_der, len, "not an X.509 certificate");
	expect_refusal(pki.vcek_der, pki.vcek_len - 1, "not an X.509 certificate");
}

static void test_bytes_behind(void **state)
{
	u8 longer[4096] = {0};

	memcpy(longer, pki.vcek_der, pki.vcek_len);
	expect_refusal(longer, pki.vcek_len + 1, "more than 1 certificate");
}

/* The VCEK with one byte sequence replaced by another of the same length. */
static void patched(u8 der[4096], const char *from_hex, const char *to_hex)
{
	u8 from[64];
	u8 to[64];
	size_t n = unhex(from, sizeof(from), from_hex);
	u8 *at;

	memcpy(der, pki.vcek_der, pki.vcek_len);
	at = memmem(der, pki.vcek_len, from, n);
	assert_non_null(at);
	assert_int_equal(unhex(to, sizeof(to), to_hex), n);
	memcpy(at, to, n);
}

static void expect_patch_refused(const char *from_hex, const char *to_hex, const char *said)
{
	u8 der[4096];

	patched(der, from_hex, to_hex);
	expect_refusal(der, pki.vcek_len, said);
}

static void test_malformed_fields(void **state)
{
	/* The month of 200913122640Z becomes 13; a digit becomes a letter. */
	expect_patch_refused("3230303931333132323634305a", "3230313331333132323634305a", "date");
	expect_patch_refused("3230303931333132323634305a", "32303039313331323236343041", "date");
	/* Version 4, version 1; serial number -128. */
	expect_patch_refused("a003020102020100", "a003020103020100", "version 3");
	expect_patch_refused("a003020102020100", "a003020100020100", "version 3");
	expect_patch_refused("a003020102020100", "a003020102020180", "serial number");
}

/* A known extension whose content is not what its name says. */
static void test_malformed_extension(void **state)
{
	const struct x509_ext exts[] = {{"2.5.29.19", true, (const u8 *)"\x30\x05\x01\x01", 4}};
	const struct test_spec spec = {
		.subject = "a", .issuer = "b", .more = exts, .more_count = 1, .ec = &pki.vcek.pub};
	size_t len;
	u8 *der = test_issue_der(&len, &pki, &spec, pki.ask);

	expect_refusal(der, len, "malformed");
	free(der);
}

static void test_repeated_extension(void **state)
{
	const struct x509_ext exts[] = {
		{"1.3.6.1.4.1.3704.1.3.1", false, (const u8 *)"\x02\x01\x03", 3},
		{"1.3.6.1.4.1.3704.1.3.2", false, (const u8 *)"\x02\x01\x00", 3},
		{"1.3.6.1.4.1.3704.1.3.1", false, (const u8 *)"\x02\x01\x04", 3},
	};
	const struct test_spec spec = {
		.subject = "a", .issuer = "b", .more = exts, .more_count = 3, .ec = &pki.vcek.pub};
	size_t len;
	u8 *der = test_issue_der(&len, &pki, &spec, pki.ask);

	expect_refusal(der, len, "appears twice");
	free(der);
}

static void test_many_extensions(void **state)
{
	static char oids[65][16];
	struct x509_ext exts[65];
	struct test_spec spec = {
		.subject = "a", .issuer = "b", .more = exts, .more_count = 65, .ec = &pki.vcek.pub};
	struct x509_cert *cert;
	size_t len;
	u8 *der;

	for (size_t i = 0; i < ARRAY_SIZE(exts); i++) {
		snprintf(oids[i], sizeof(oids[i]), "1.2.3.%zu", i);
		exts[i] = (struct x509_ext){oids[i], false, (const u8 *)"\x05\x00", 2};
	}
	der = test_issue_der(&len, &pki, &spec, pki.ask);
	expect_refusal(der, len, "more than 64 extensions");
	free(der);
	spec.more_count = 64;
	cert = test_issue(&pki, &spec, pki.ask);
	x509_cert_free(cert);
}

/* RFC 5280 allows 20 bytes; libcrypto writes 21 for us. */
static void test_long_serial(void **state)
{
	const u8 *end = pki.vcek_der;
	X509 *x = d2i_X509(NULL, &end, (long)pki.vcek_len);
	BIGNUM *n = BN_new();
	ASN1_INTEGER *serial;
	u8 *der = NULL;
	int len;

	assert_int_equal(BN_set_bit(n, 160), 1);
	serial = BN_to_ASN1_INTEGER(n, NULL);
	assert_int_equal(X509_set_serialNumber(x, serial), 1);
	assert_true(X509_sign(x, pki.ask->pkey, EVP_sha384()) > 0);
	len = i2d_X509(x, &der);
	expect_refusal(der, (size_t)len, "serial number");
	OPENSSL_free(der);
	ASN1_INTEGER_free(serial);
	BN_free(n);
	X509_free(x);
}

/* BER that is not DER: a length with a zero too many, and an indefinite one. */
static void test_not_der(void **state)
{
	u8 ber[4096];
	size_t content = pki.vcek_len - 4;

	assert_hex(pki.vcek_der, 2, "3082");
	memcpy(ber, "\x30\x83\x00", 3);
	memcpy(ber + 3, pki.vcek_der + 2, content + 2);
	expect_refusal(ber, pki.vcek_len + 1, "not DER");
	memcpy(ber, "\x30\x80", 2);
	memcpy(ber + 2, pki.vcek_der + 4, content);
	memset(ber + 2 + content, 0, 2);
	expect_refusal(ber, content + 4, "not DER");
}

static void test_bad_names(void **state)
{
	struct x509_attr unit = {"OU", "Engineering"};
	struct x509_template t = {
		.subject = {&unit, 1},
		.issuer = {&unit, 1},
		.not_before = T0,
		.not_after = T1,
		.ec = &pki.vcek.pub,
	};
	struct x509_cert *cert;
	struct error err;
	u8 der[4096];
	char cn[64];
	size_t len;
	u8 *issued;

	patched(der, "0c085345562d5643454b", "0c085345562d0043454b"); /* SEV-<NUL>CEK */
	assert_int_equal(x509_cert_parse(&cert, der, pki.vcek_len, &err), 0);
	assert_int_equal(x509_cert_subject_cn(cn, sizeof(cn), cert, &err), -EINVAL);
	assert_non_null(strstr(err.text, "NUL"));
	x509_cert_free(cert);
	assert_int_equal(x509_issue(&issued, &len, &t, pki.ask, pki.rng, &err), 0);
	assert_int_equal(x509_cert_parse(&cert, issued, len, &err), 0);
	assert_int_equal(x509_cert_subject_cn(cn, sizeof(cn), cert, &err), -EINVAL);
	assert_non_null(strstr(err.text, "no common name"));
	x509_cert_free(cert);
	free(issued);
	expect_patch_refused("0c085345562d5643454b", "0c085345562dff43454b", "not an X.509");
}

static void test_bad_point_in_certificate(void **state)
{
	u8 der[4096];
	u8 *at;
	struct x509_cert *cert;
	struct ec_public pub;
	struct error err;

	memcpy(der, pki.vcek_der, pki.vcek_len);
	at = memmem(der, pki.vcek_len, pki.vcek.pub.x, 48);
	assert_non_null(at);
	at[47] ^= 1;
	assert_int_equal(x509_cert_parse(&cert, der, pki.vcek_len, &err), 0);
	assert_int_equal(x509_cert_ec_public(&pub, cert, &err), -EINVAL);
	x509_cert_free(cert);
}

/* A text with the blocks of these certificates, in PEM; for free(). */
static char *pem_text(const char *type, const struct x509_cert *const *certs, size_t count)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *copy;
	long len;

	for (size_t i = 0; i < count; i++) {
		u8 *der;
		size_t der_len;

		assert_int_equal(x509_cert_der(&der, &der_len, certs[i]), 0);
		assert_true(PEM_write_bio(bio, type, "", der, (long)der_len) > 0);
		free(der);
	}
	len = BIO_get_mem_data(bio, &text);
	copy = strndup(text, (size_t)len);
	BIO_free(bio);
	return copy;
}

static void test_pem(void **state)
{
	const struct x509_cert *one[] = {pki.vcek_cert};
	char *text = pem_text("CERTIFICATE", one, 1);
	char *wrong = pem_text("X509 CRL", one, 1);
	char *surrounded = NULL;
	struct x509_cert *cert;

	assert_int_equal(x509_cert_parse(&cert, text, strlen(text), NULL), 0);
	x509_cert_free(cert);
	assert_true(asprintf(&surrounded, "subject=...\n%s\nthe end\n", text) > 0);
	assert_int_equal(x509_cert_parse(&cert, surrounded, strlen(surrounded), NULL), 0);
	x509_cert_free(cert);
	expect_refusal(wrong, strlen(wrong), "expected CERTIFICATE");
	text[100] = '!';
	expect_refusal(text, strlen(text), "broken");
	expect_refusal(text, 50, "broken");
	free(text);
	free(wrong);
	free(surrounded);
}

static void test_pem_refusals(void **state)
{
	static const char encrypted[] = "-----BEGIN CERTIFICATE-----\n"
					"Proc-Type: 4,ENCRYPTED\n"
					"DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n"
					"MAA=\n-----END CERTIFICATE-----\n";
	static const char trailing[] = "-----BEGIN CERTIFICATE-----\n"
				       "MAAA\n-----END CERTIFICATE-----\n";
	static const char header_only[] = "-----BEGIN nothing";

	expect_refusal(encrypted, strlen(encrypted), "header lines");
	expect_refusal(trailing, strlen(trailing), "");
	expect_refusal(header_only, strlen(header_only), "no certificate found");
}

static void test_bundle(void **state)
{
	const struct x509_cert *chain[] = {pki.ask_cert, pki.ark_cert};
	char *text = pem_text("CERTIFICATE", chain, 2);
	struct x509_cert *certs[3];
	struct error err;
	size_t count;
	char cn[16];

	assert_int_equal(x509_bundle_parse(certs, 3, &count, text, strlen(text), NULL), 0);
	assert_int_equal(count, 2);
	assert_int_equal(x509_cert_subject_cn(cn, sizeof(cn), certs[0], NULL), 0);
	assert_string_equal(cn, "SEV-Test");
	x509_cert_free(certs[0]);
	x509_cert_free(certs[1]);
	assert_int_equal(x509_bundle_parse(certs, 1, &count, text, strlen(text), &err), -EINVAL);
	assert_non_null(strstr(err.text, "more than 1 certificate"));
	assert_null(certs[0]);
	expect_refusal(text, strlen(text), "more than 1 certificate");
	/* The second one broken: nothing of the first is left. */
	assert_int_equal(x509_bundle_parse(certs, 3, &count, text, strlen(text) - 40, &err),
			 -EINVAL);
	assert_int_equal(count, 0);
	assert_null(certs[0]);
	free(text);
}

static void test_der_bundle(void **state)
{
	struct x509_cert *certs[2];
	u8 twice[8192];
	size_t count;

	memcpy(twice, pki.vcek_der, pki.vcek_len);
	memcpy(twice + pki.vcek_len, pki.vcek_der, pki.vcek_len);
	assert_int_equal(x509_bundle_parse(certs, 2, &count, twice, 2 * pki.vcek_len, NULL), 0);
	assert_int_equal(count, 2);
	x509_cert_free(certs[0]);
	x509_cert_free(certs[1]);
	x509_cert_free(NULL);
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
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_bytes_behind),
		cmocka_unit_test(test_malformed_fields),
		cmocka_unit_test(test_malformed_extension),
		cmocka_unit_test(test_repeated_extension),
		cmocka_unit_test(test_many_extensions),
		cmocka_unit_test(test_long_serial),
		cmocka_unit_test(test_not_der),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_bad_point_in_certificate),
		cmocka_unit_test(test_pem),
		cmocka_unit_test(test_pem_refusals),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_der_bundle),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
