/* SPDX-License-Identifier: MIT */
/*
 * AMD's genuine binary certificates of SEV before SNP: the roots (RSA) and a Rome platform's chain
 * (P-384).  The formats are read in place here; reading them properly belongs to owner/.  Skips
 * where the data folder is absent.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "crypto/ecdsa.h"
#include "crypto/rsa.h"
#include "crypto/testbed.h"
#include "crypto/x509.h"
#include "tests/support/shared_data.h"

#define DATA "data/attestation/"

/* An ARK or ASK: head, exponent, modulus, signature, the last three as long as the modulus. */
struct amd_cert {
	u8 *bytes;
	size_t signed_len;
	size_t n;
	struct rsa_public pub;
	const u8 *sig;
};

static void amd_load(struct amd_cert *c, const char *kind, const char *generation)
{
	char rel[128];
	u32 bits;
	size_t len;

	snprintf(rel, sizeof(rel), DATA "legacy-roots/%s-%s.cert", kind, generation);
	c->bytes = shared_data_read(rel, &len);
	if (!c->bytes)
		skip();
	bits = get_le32(c->bytes + 0x3c);
	c->n = bits / 8;
	assert_int_equal(len, 0x40 + 3 * c->n);
	assert_int_equal(get_le32(c->bytes + 0x38), bits);
	c->signed_len = 0x40 + 2 * c->n;
	c->sig = c->bytes + c->signed_len;
	assert_int_equal(rsa_public_from_le(&c->pub, bits, c->bytes + 0x40 + c->n, c->bytes + 0x40,
					    c->n, NULL),
			 0);
}

static enum hash_alg amd_hash(const struct rsa_public *pub)
{
	return pub->bits == 2048 ? HASH_SHA256 : HASH_SHA384;
}

static enum verdict amd_verify(const struct amd_cert *c, const struct rsa_public *by)
{
	enum verdict v;

	assert_int_equal(rsa_pss_verify(&v, by, amd_hash(by), RSA_SALT_AS_DIGEST, c->bytes,
					c->signed_len, c->sig, c->n),
			 0);
	return v;
}

static const char *const GENERATION[] = {"naples", "rome", "milan", "genoa", "turin"};

static void test_roots(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(GENERATION); i++) {
		struct amd_cert ark, ask;

		amd_load(&ark, "ark", GENERATION[i]);
		amd_load(&ask, "ask", GENERATION[i]);
		assert_int_equal(ark.pub.bits, i == 0 ? 2048 : 4096);
		assert_int_equal(amd_verify(&ark, &ark.pub), VERDICT_GOOD);
		assert_int_equal(amd_verify(&ask, &ark.pub), VERDICT_GOOD);
		assert_int_equal(amd_verify(&ask, &ask.pub), VERDICT_BAD_SIGNATURE);
		free(ark.bytes);
		free(ask.bytes);
	}
}

static void test_other_generations_refuse(void **state)
{
	struct amd_cert ark, ask;

	for (size_t i = 0; i < ARRAY_SIZE(GENERATION); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(GENERATION); j++) {
			amd_load(&ark, "ark", GENERATION[i]);
			amd_load(&ask, "ask", GENERATION[j]);
			assert_true((amd_verify(&ask, &ark.pub) == VERDICT_GOOD) == (i == j));
			free(ark.bytes);
			free(ask.bytes);
		}
	}
}

static void test_root_flips(void **state)
{
	struct amd_cert ark, ask;

	amd_load(&ark, "ark", "rome");
	amd_load(&ask, "ask", "rome");
	for (size_t at = 0; at < 0x40 + 3 * ask.n; at += 5) {
		ask.bytes[at] ^= (u8)(1 << at % 8);
		assert_int_equal(amd_verify(&ask, &ark.pub), VERDICT_BAD_SIGNATURE);
		ask.bytes[at] ^= (u8)(1 << at % 8);
	}
	free(ark.bytes);
	free(ask.bytes);
}

/* Milan, Genoa and Turin have the same keys in both formats. */
static void test_same_keys_in_x509(void **state)
{
	static const char *const kinds[] = {"ark", "ask"};

	for (size_t i = 2; i < ARRAY_SIZE(GENERATION); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			struct amd_cert legacy;
			struct x509_cert *cert;
			struct rsa_public pub;
			char rel[128];
			size_t len;
			u8 *der;

			amd_load(&legacy, kinds[k], GENERATION[i]);
			snprintf(rel, sizeof(rel), DATA "roots/%s-%s.der", kinds[k], GENERATION[i]);
			der = shared_data_read(rel, &len);
			assert_non_null(der);
			assert_int_equal(x509_cert_parse(&cert, der, len, NULL), 0);
			assert_int_equal(x509_cert_rsa_public(&pub, cert, NULL), 0);
			assert_true(rsa_public_equal(&pub, &legacy.pub));
			x509_cert_free(cert);
			free(der);
			free(legacy.bytes);
		}
	}
}

enum { SEV_SIGNED = 0x414, SEV_SIG1 = 0x41c, SEV_SIG2 = 0x624, SEV_LEN = 0x824 };

/* A PDH, PEK, OCA or CEK. */
struct sev_cert {
	u8 bytes[SEV_LEN];
	struct ec_public pub;
};

static void sev_load(struct sev_cert *c, const char *name)
{
	char rel[128];
	size_t len;
	u8 *bytes;

	snprintf(rel, sizeof(rel), DATA "legacy-chain-rome/%s.cert", name);
	bytes = shared_data_read(rel, &len);
	if (!bytes)
		skip();
	assert_int_equal(len, SEV_LEN);
	memcpy(c->bytes, bytes, len);
	free(bytes);
	assert_int_equal(ec_public_from_le(&c->pub, get_le32(c->bytes + 0x10), c->bytes + 0x14,
					   c->bytes + 0x5c, NULL),
			 0);
}

static enum verdict sev_verify(const struct sev_cert *c, size_t slot, const struct sev_cert *by)
{
	struct ecdsa_sig sig;
	enum verdict v;

	memcpy(&sig, c->bytes + slot, sizeof(sig));
	assert_int_equal(ecdsa_verify(&v, &by->pub, HASH_SHA256, c->bytes, SEV_SIGNED, &sig), 0);
	return v;
}

static void test_rome_chain(void **state)
{
	struct sev_cert pdh, pek, oca, cek;
	struct amd_cert ask, wrong_ask;
	enum verdict v;

	sev_load(&pdh, "pdh");
	sev_load(&pek, "pek");
	sev_load(&oca, "oca");
	sev_load(&cek, "cek");
	amd_load(&ask, "ask", "rome");
	amd_load(&wrong_ask, "ask", "milan");
	assert_int_equal(sev_verify(&oca, SEV_SIG1, &oca), VERDICT_GOOD);
	assert_int_equal(sev_verify(&pek, SEV_SIG1, &oca), VERDICT_GOOD);
	assert_int_equal(sev_verify(&pek, SEV_SIG2, &cek), VERDICT_GOOD);
	assert_int_equal(sev_verify(&pek, SEV_SIG1, &cek), VERDICT_BAD_SIGNATURE);
	assert_int_equal(sev_verify(&pdh, SEV_SIG1, &pek), VERDICT_GOOD);
	assert_int_equal(sev_verify(&pdh, SEV_SIG1, &oca), VERDICT_BAD_SIGNATURE);
	assert_int_equal(rsa_pss_verify(&v, &ask.pub, HASH_SHA384, RSA_SALT_AS_DIGEST, cek.bytes,
					SEV_SIGNED, cek.bytes + SEV_SIG1, 512),
			 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_int_equal(rsa_pss_verify(&v, &wrong_ask.pub, HASH_SHA384, RSA_SALT_AS_DIGEST,
					cek.bytes, SEV_SIGNED, cek.bytes + SEV_SIG1, 512),
			 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	free(ask.bytes);
	free(wrong_ask.bytes);
}

static void test_rome_flips(void **state)
{
	struct sev_cert pek, oca;

	sev_load(&pek, "pek");
	sev_load(&oca, "oca");
	for (size_t at = 0; at < SEV_SIGNED; at++) {
		pek.bytes[at] ^= (u8)(1 << at % 8);
		assert_int_equal(sev_verify(&pek, SEV_SIG1, &oca), VERDICT_BAD_SIGNATURE);
		pek.bytes[at] ^= (u8)(1 << at % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots),      cmocka_unit_test(test_other_generations_refuse),
		cmocka_unit_test(test_root_flips), cmocka_unit_test(test_same_keys_in_x509),
		cmocka_unit_test(test_rome_chain), cmocka_unit_test(test_rome_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
