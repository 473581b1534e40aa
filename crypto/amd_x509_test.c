/* SPDX-License-Identifier: MIT */
/*
 * AMD's genuine certificates, revocation lists and attestation reports: what must hold, and what
 * must not.  Skips where the data folder is absent.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "crypto/der.h"
#include "crypto/ecdsa.h"
#include "crypto/testbed.h"
#include "crypto/x509.h"
#include "crypto/x509_crl.h"
#include "tests/support/shared_data.h"

#define DATA "data/attestation/"

enum { MILAN, GENOA, TURIN, GENERATIONS };
static const char *const GENERATION[GENERATIONS] = {"milan", "genoa", "turin"};

/* A whole file of the data folder, or the test is skipped; for free(). */
static u8 *read_or_skip(size_t *len, const char *format, ...) PRINTF_LIKE(2, 3);
static u8 *read_or_skip(size_t *len, const char *format, ...)
{
	char rel[256];
	va_list ap;
	u8 *bytes;

	va_start(ap, format);
	vsnprintf(rel, sizeof(rel), format, ap);
	va_end(ap);
	bytes = shared_data_read(rel, len);
	if (!bytes)
		skip();
	return bytes;
}

static struct x509_cert *parse(const u8 *bytes, size_t len)
{
	struct x509_cert *cert;
	struct error err;

	if (x509_cert_parse(&cert, bytes, len, &err) != 0)
		fail_msg("%s", err.text);
	return cert;
}

/* kind: ark, ask or asvk. */
static struct x509_cert *root(const char *kind, int generation)
{
	size_t len;
	u8 *der = read_or_skip(&len, DATA "roots/%s-%s.der", kind, GENERATION[generation]);
	struct x509_cert *cert = parse(der, len);

	free(der);
	return cert;
}

static enum verdict verify(const struct x509_cert *cert, const struct x509_cert *issuer)
{
	enum verdict v;

	assert_int_equal(x509_cert_verify(&v, cert, issuer), 0);
	return v;
}

static void test_roots(void **state)
{
	for (int of = 0; of < GENERATIONS; of++) {
		struct x509_cert *ark = root("ark", of);

		assert_int_equal(verify(ark, ark), VERDICT_GOOD);
		for (int by = 0; by < GENERATIONS; by++) {
			struct x509_cert *ask = root("ask", by);
			struct x509_cert *asvk = root("asvk", by);
			enum verdict expected = of == by ? VERDICT_GOOD : VERDICT_WRONG_ISSUER;

			assert_int_equal(verify(ask, ark), expected);
			assert_int_equal(verify(asvk, ark), expected);
			assert_int_not_equal(verify(ark, ask), VERDICT_GOOD);
			assert_int_not_equal(verify(asvk, ask), VERDICT_GOOD);
			x509_cert_free(ask);
			x509_cert_free(asvk);
		}
		x509_cert_free(ark);
	}
}

static void test_root_pins(void **state)
{
	static const char *const ark_pin[] = {"69d063b4", "4c6598d1", "1f084161"};
	static const char *const ask_pin[] = {"67d303bd", "5464738c", "5b77ef5f"};

	for (int g = 0; g < GENERATIONS; g++) {
		struct sha256_digest d;
		size_t len;
		u8 *der = read_or_skip(&len, DATA "roots/ark-%s.der", GENERATION[g]);

		assert_int_equal(sha256(&d, der, len), 0);
		assert_hex(d.b, 4, ark_pin[g]);
		free(der);
		der = read_or_skip(&len, DATA "roots/ask-%s.der", GENERATION[g]);
		assert_int_equal(sha256(&d, der, len), 0);
		assert_hex(d.b, 4, ask_pin[g]);
		free(der);
	}
}

static void assert_same_cert(const struct x509_cert *a, const struct x509_cert *b)
{
	size_t a_len, b_len;
	u8 *a_der, *b_der;

	assert_int_equal(x509_cert_der(&a_der, &a_len, a), 0);
	assert_int_equal(x509_cert_der(&b_der, &b_len, b), 0);
	assert_int_equal(a_len, b_len);
	assert_memory_equal(a_der, b_der, a_len);
	free(a_der);
	free(b_der);
}

/* The chains as the key server sends them, intermediate first. */
static void test_chain_bundles(void **state)
{
	static const struct {
		const char *file;
		const char *intermediate;
		int generation;
	} cases[] = {
		{"kds-cert_chain-milan.pem", "ask", MILAN},
		{"kds-cert_chain-genoa.pem", "ask", GENOA},
		{"kds-cert_chain-turin.pem", "ask", TURIN},
		{"kds-vlek-cert_chain-milan.pem", "asvk", MILAN},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct x509_cert *certs[2];
		struct x509_cert *single;
		size_t len, count;
		u8 *pem = read_or_skip(&len, DATA "roots/%s", cases[i].file);

		assert_int_equal(x509_bundle_parse(certs, 2, &count, pem, len, NULL), 0);
		assert_int_equal(count, 2);
		single = root(cases[i].intermediate, cases[i].generation);
		assert_same_cert(certs[0], single);
		x509_cert_free(single);
		single = root("ark", cases[i].generation);
		assert_same_cert(certs[1], single);
		x509_cert_free(single);
		x509_cert_free(certs[0]);
		x509_cert_free(certs[1]);
		free(pem);
	}
}

struct sample {
	const char *stem;
	int generation;
	bool vlek;
	s64 inside; /* a time inside the endorsement certificate's validity */
};

enum { Y2025_06 = 1748736000, Y2026_03 = 1772323200, Y2027 = 1798761600 };

static const struct sample SAMPLES[] = {
	{"milan-v2-gosevguest", MILAN, false, Y2025_06},
	{"milan-v2-virtee", MILAN, false, Y2025_06},
	{"milan-v2-trustee", MILAN, false, Y2025_06},
	{"milan-v3-mstee", MILAN, false, Y2026_03},
	{"milan-v3-vlek-trustee", MILAN, true, Y2025_06},
	{"milan-v5-teekit", MILAN, false, Y2026_03},
	{"genoa-v3-mstee", GENOA, false, Y2026_03},
	{"genoa-v5-oak", GENOA, false, Y2026_03},
	{"turin-v5-mstee", TURIN, false, Y2026_03},
};

enum { REPORT_LEN = 0x4a0, REPORT_SIGNED = 0x2a0, REPORT_CHIP_ID = 0x1a0 };

/* A report with its endorsement certificate. */
struct evidence {
	u8 report[REPORT_LEN];
	struct ecdsa_sig sig;
	struct x509_cert *cert;
	struct ec_public key;
};

static void evidence_load(struct evidence *e, const struct sample *s)
{
	size_t len;
	u8 *bytes = read_or_skip(&len, DATA "reports/%s-report.bin", s->stem);

	assert_int_equal(len, REPORT_LEN);
	memcpy(e->report, bytes, len);
	memcpy(&e->sig, e->report + REPORT_SIGNED, sizeof(e->sig));
	free(bytes);
	bytes = read_or_skip(&len, DATA "reports/%s-%s.der", s->stem, s->vlek ? "vlek" : "vcek");
	e->cert = parse(bytes, len);
	free(bytes);
	assert_int_equal(x509_cert_ec_public(&e->key, e->cert, NULL), 0);
	assert_int_equal(e->key.curve, EC_P384);
}

static enum verdict verify_report(const struct evidence *e, const struct ec_public *key)
{
	enum verdict v;

	assert_int_equal(ecdsa_verify(&v, key, HASH_SHA384, e->report, REPORT_SIGNED, &e->sig), 0);
	return v;
}

static void test_endorsement_chains(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(SAMPLES); i++) {
		const struct sample *s = &SAMPLES[i];
		struct evidence e;

		evidence_load(&e, s);
		for (int g = 0; g < GENERATIONS; g++) {
			struct x509_cert *ask = root("ask", g);
			struct x509_cert *asvk = root("asvk", g);
			bool here = g == s->generation;

			assert_true((verify(e.cert, ask) == VERDICT_GOOD) == (here && !s->vlek));
			assert_true((verify(e.cert, asvk) == VERDICT_GOOD) == (here && s->vlek));
			x509_cert_free(ask);
			x509_cert_free(asvk);
		}
		assert_int_equal(x509_cert_check_time(e.cert, s->inside), VERDICT_GOOD);
		assert_int_equal(x509_cert_check_time(e.cert, Y2027),
				 s->vlek ? VERDICT_EXPIRED : VERDICT_GOOD);
		x509_cert_free(e.cert);
	}
}

static void test_reports(void **state)
{
	struct evidence e[ARRAY_SIZE(SAMPLES)];

	for (size_t i = 0; i < ARRAY_SIZE(SAMPLES); i++)
		evidence_load(&e[i], &SAMPLES[i]);
	for (size_t i = 0; i < ARRAY_SIZE(SAMPLES); i++)
		for (size_t j = 0; j < ARRAY_SIZE(SAMPLES); j++)
			assert_int_equal(verify_report(&e[i], &e[j].key),
					 i == j ? VERDICT_GOOD : VERDICT_BAD_SIGNATURE);
	for (size_t i = 0; i < ARRAY_SIZE(SAMPLES); i++)
		x509_cert_free(e[i].cert);
}

static void test_report_flips(void **state)
{
	struct evidence e;

	evidence_load(&e, &SAMPLES[0]);
	for (size_t at = 0; at < REPORT_SIGNED; at++) {
		e.report[at] ^= (u8)(1 << at % 8);
		assert_int_equal(verify_report(&e, &e.key), VERDICT_BAD_SIGNATURE);
		e.report[at] ^= (u8)(1 << at % 8);
	}
	for (size_t at = 0; at < sizeof(e.sig); at++) {
		((u8 *)&e.sig)[at] ^= (u8)(1 << at % 8);
		assert_int_equal(verify_report(&e, &e.key), VERDICT_BAD_SIGNATURE);
		((u8 *)&e.sig)[at] ^= (u8)(1 << at % 8);
	}
	memset(&e.sig.s, 0, sizeof(e.sig.s));
	assert_int_equal(verify_report(&e, &e.key), VERDICT_BAD_SIGNATURE);
	x509_cert_free(e.cert);
}

/* The hardware ID stands raw in its extension and is the report's chip ID. */
static void test_hardware_id(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(SAMPLES); i++) {
		struct x509_bytes id;
		struct evidence e;

		evidence_load(&e, &SAMPLES[i]);
		if (SAMPLES[i].vlek) {
			assert_false(x509_cert_ext(&id, NULL, e.cert, "1.3.6.1.4.1.3704.1.4"));
		} else {
			assert_true(x509_cert_ext(&id, NULL, e.cert, "1.3.6.1.4.1.3704.1.4"));
			assert_int_equal(id.len, SAMPLES[i].generation == TURIN ? 8 : 64);
			assert_memory_equal(id.p, e.report + REPORT_CHIP_ID, id.len);
		}
		x509_cert_free(e.cert);
	}
}

/* The microcode's security patch level: a number whose encoding needs its leading zero. */
static void test_extension_values(void **state)
{
	struct x509_bytes value;
	struct evidence e;
	char product[32];
	u64 spl;

	for (size_t i = 0; i < ARRAY_SIZE(SAMPLES); i++) {
		evidence_load(&e, &SAMPLES[i]);
		assert_true(x509_cert_ext(&value, NULL, e.cert, "1.3.6.1.4.1.3704.1.3.8"));
		assert_int_equal(der_read_u64(&spl, value.p, value.len, NULL), 0);
		assert_int_equal(spl, e.report[0x187]);
		assert_true(x509_cert_ext(&value, NULL, e.cert, "1.3.6.1.4.1.3704.1.2"));
		assert_int_equal(der_read_ia5(product, sizeof(product), value.p, value.len, NULL),
				 0);
		assert_int_equal(product[0] | 0x20, GENERATION[SAMPLES[i].generation][0]);
		x509_cert_free(e.cert);
	}
}

static void test_certificate_flips(void **state)
{
	struct x509_cert *ask = root("ask", MILAN);
	size_t len;
	u8 *der = read_or_skip(&len, DATA "reports/milan-v2-virtee-vcek.der");

	for (size_t bit = 0; bit < len * 8; bit += 7) {
		struct x509_cert *cert;

		der[bit / 8] ^= (u8)(1 << bit % 8);
		if (x509_cert_parse(&cert, der, len, NULL) == 0) {
			if (verify(cert, ask) == VERDICT_GOOD)
				fail_msg("bit %zu does not count", bit);
			x509_cert_free(cert);
		}
		der[bit / 8] ^= (u8)(1 << bit % 8);
	}
	x509_cert_free(ask);
	free(der);
}

static void test_foreign_certificate(void **state)
{
	size_t len;
	u8 *der = read_or_skip(&len, DATA "reports/negative-vcek-invalid-legacy-trustee.der");
	struct x509_cert *cert = parse(der, len);

	for (int g = 0; g < GENERATIONS; g++) {
		struct x509_cert *ask = root("ask", g);

		assert_int_not_equal(verify(cert, ask), VERDICT_GOOD);
		x509_cert_free(ask);
	}
	x509_cert_free(cert);
	free(der);
}

static void test_turin_vcek_alone(void **state)
{
	struct x509_cert *ask = root("ask", TURIN);
	size_t len;
	u8 *der = read_or_skip(&len, DATA "reports/turin-vcek-only-virtee.der");
	struct x509_cert *cert = parse(der, len);

	assert_int_equal(verify(cert, ask), VERDICT_GOOD);
	x509_cert_free(cert);
	x509_cert_free(ask);
	free(der);
}

static void check_crl(const u8 *der, size_t len, int generation)
{
	struct x509_cert *ark = root("ark", generation);
	struct x509_cert *ask = root("ask", generation);
	struct x509_cert *other = root("ark", GENOA);
	struct x509_crl *crl;
	enum verdict v;

	assert_int_equal(x509_crl_parse(&crl, der, len, NULL), 0);
	assert_int_equal(x509_crl_verify(&v, crl, ark), 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_int_equal(x509_crl_verify(&v, crl, other), 0);
	assert_int_equal(v, VERDICT_WRONG_ISSUER);
	assert_int_equal(x509_crl_entries(crl), 0);
	assert_int_equal(x509_crl_check_cert(crl, ask), VERDICT_GOOD);
	/* 2026-08-19 until 2026-10-04 */
	assert_int_equal(x509_crl_check_time(crl, 1787000000), VERDICT_NOT_YET_VALID);
	assert_int_equal(x509_crl_check_time(crl, 1788000000), VERDICT_GOOD);
	assert_int_equal(x509_crl_check_time(crl, 1791072000), VERDICT_EXPIRED);
	x509_crl_free(crl);
	x509_cert_free(ark);
	x509_cert_free(ask);
	x509_cert_free(other);
}

static void test_crls(void **state)
{
	size_t len;
	u8 *der = read_or_skip(&len, DATA "crl/milan.crl.der");

	check_crl(der, len, MILAN);
	free(der);
	der = read_or_skip(&len, DATA "crl/turin.crl.der");
	check_crl(der, len, TURIN);
	free(der);
}

/* Verifies a field of 512 bytes under a public key of 0x404 bytes, both as in the ID auth page. */
static enum verdict verify_auth(const u8 *key, const u8 *sig_field, const void *data, size_t len)
{
	struct ec_public pub;
	struct ecdsa_sig sig;
	enum verdict v;

	assert_int_equal(ec_public_from_le(&pub, get_le32(key), key + 4, key + 0x4c, NULL), 0);
	memcpy(&sig, sig_field, sizeof(sig));
	assert_int_equal(ecdsa_verify(&v, &pub, HASH_SHA384, data, len, &sig), 0);
	return v;
}

/* The ID block that another project's test suite signs. */
static void test_id_auth_page(void **state)
{
	u8 block[96] = {0};
	size_t len;
	u8 *page = read_or_skip(&len, DATA "launch/test_auth_block.bin");
	u8 *id_key = page + 0x240;
	u8 *author_key = page + 0x880;
	struct sha384_digest d;

	assert_int_equal(len, 4096);
	unhex(block, 48,
	      "a14d638341e5674628fe1e02fbedebe5e5ab4faf1dd72d8966068e615bb99efd"
	      "13d214b35c231715b38e263dc6059745");
	put_le32(block + 0x50, 1);
	put_le64(block + 0x58, 0x30000);
	assert_int_equal(verify_auth(id_key, page + 0x40, block, sizeof(block)), VERDICT_GOOD);
	assert_int_equal(verify_auth(author_key, page + 0x680, id_key, 0x404), VERDICT_GOOD);
	assert_int_equal(verify_auth(author_key, page + 0x40, block, sizeof(block)),
			 VERDICT_BAD_SIGNATURE);
	block[0x54] ^= 1;
	assert_int_equal(verify_auth(id_key, page + 0x40, block, sizeof(block)),
			 VERDICT_BAD_SIGNATURE);
	assert_int_equal(sha384(&d, id_key, 0x404), 0);
	assert_hex(d.b, 8, "59fb2c686dfa4fef");
	assert_int_equal(sha384(&d, author_key, 0x404), 0);
	assert_hex(d.b, 8, "eed81169fb0cb5e0");
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_root_pins),
		cmocka_unit_test(test_chain_bundles),
		cmocka_unit_test(test_endorsement_chains),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_report_flips),
		cmocka_unit_test(test_hardware_id),
		cmocka_unit_test(test_extension_values),
		cmocka_unit_test(test_certificate_flips),
		cmocka_unit_test(test_foreign_certificate),
		cmocka_unit_test(test_turin_vcek_alone),
		cmocka_unit_test(test_crls),
		cmocka_unit_test(test_id_auth_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
