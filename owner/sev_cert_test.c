/* SPDX-License-Identifier: MIT */
/* Each field of a legacy certificate that is not as it must be, and the signatures. */
#include "owner/sev_cert.h"

#include <errno.h>

#include "base/bytes.h"
#include "owner/testbed.h"

static int decode(const struct sev_cert *raw, enum sev_usage usage, const char *said)
{
	static struct owner_cert cert;
	struct error err = {0};
	int ret = owner_cert_decode(&cert, usage, raw, sizeof(*raw), &err);

	if (ret) {
		assert_true(bytes_are_zero(&cert, sizeof(cert)));
		if (!strstr(err.text, said))
			fail_msg("'%s' does not say '%s'", err.text, said);
	}
	return ret;
}

static void test_roles(void **state)
{
	const struct testbed_platform *p = &testbed_get()->platform;
	static struct owner_cert cert;

	assert_int_equal(decode(&p->pdh, SEV_USAGE_PDH, ""), 0);
	assert_int_equal(decode(&p->pek, SEV_USAGE_PEK, ""), 0);
	assert_int_equal(decode(&p->oca, SEV_USAGE_OCA, ""), 0);
	assert_int_equal(decode(&p->cek, SEV_USAGE_CEK, ""), 0);
	assert_int_equal(decode(&p->pdh, SEV_USAGE_PEK, "key usage 1003h, expected 1002h"),
			 -EINVAL);
	assert_int_equal(decode(&p->pek, SEV_USAGE_PDH, "key usage"), -EINVAL);
	assert_int_equal(owner_cert_decode(&cert, SEV_USAGE_PDH, &p->pdh, sizeof(p->pdh) - 1, NULL),
			 -EINVAL);
	assert_int_equal(owner_cert_decode(&cert, SEV_USAGE_PDH, &p->pdh, 0, NULL), -EINVAL);
}

static void test_fields(void **state)
{
	const struct sev_cert good = testbed_get()->platform.pdh;
	struct sev_cert bad = good;

	bad.version = 2;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "version 2"), -EINVAL);
	bad = good;
	bad.rsvd_006 = 1;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "006h"), -EINVAL);
	bad = good;
	bad.pubkey_algo = SEV_ALGO_ECDSA_SHA256;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "key algorithm 002h"), -EINVAL);
	bad = good;
	bad.pubkey.ec.curve = SEV_CURVE_P256;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "curve 1"), -EINVAL);
	bad = good;
	bad.pubkey.ec.qx[0] ^= 1;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "public key"), -EINVAL);
	bad = good;
	bad.pubkey.ec.qx[60] = 1;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "public key"), -EINVAL);
	bad = good;
	bad.pubkey.ec.rsvd_094[879] = 1;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "after the public key"), -EINVAL);
	memset(bad.pubkey.ec.qx, 0, sizeof(bad.pubkey));
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, ""), -EINVAL);
}

/* Points that are not the curve's: the trap of CVE-2019-9836; big-endian. */
static void test_points(void **state)
{
	static const char two[] = "02", y_of_two[] = "3d69c39b0407f54531af9425a378494a757fb59b0a3c6"
						     "09bcf0140e5dc0ad6deb818561da76c6ad3"
						     "2fd2793289bf5c07";
	static const char gx[] =
		"aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c"
		"3a545e3872760ab7";
	static const char gy[] =
		"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d"
		"7a431d7c90ea0e5f";
	static const char gy_plus_1[] =
		"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d"
		"7a431d7c90ea0e60";
	static const char p_plus_2[] =
		"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff00000000"
		"0000000100000001";
	static const struct {
		const char *x, *y;
		int expected;
	} points[] = {
		{gx, gy, 0},
		{two, y_of_two, -EINVAL},
		{"00", "00", -EINVAL},
		{gx, gy_plus_1, -EINVAL},
		{p_plus_2, gy, -EINVAL},
	};
	struct sev_cert cert;

	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		u8 be[48];
		size_t len;

		testbed_cert(&cert, SEV_USAGE_PDH, &testbed_get()->pdh_key.pub);
		len = unhex(be, sizeof(be), points[i].x);
		ec_le_from_be(cert.pubkey.ec.qx, be, len);
		len = unhex(be, sizeof(be), points[i].y);
		ec_le_from_be(cert.pubkey.ec.qy, be, len);
		assert_int_equal(decode(&cert, SEV_USAGE_PDH, "public key"), points[i].expected);
	}
}

static void test_slots(void **state)
{
	const struct testbed *t = testbed_get();
	struct sev_cert bad = t->platform.pdh;

	bad.sig2.ecdsa.r[0] = 1; /* an empty slot holds nothing */
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "signature 2"), -EINVAL);
	bad = t->platform.pdh;
	bad.sig2_algo = SEV_ALGO_ECDSA_SHA256;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "signature 2"), -EINVAL);
	bad = t->platform.pdh;
	bad.sig1_usage = SEV_USAGE_CEK;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "signature 1"), -EINVAL);
	bad = t->platform.pdh;
	bad.sig1_algo = SEV_ALGO_ECDH_SHA256;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "algorithm 003h"), -EINVAL);

	/* AMD's server once named the CEK's empty slot so; nobody else may. */
	bad = t->platform.cek;
	bad.sig2_usage = 0x0010;
	assert_int_equal(decode(&bad, SEV_USAGE_CEK, ""), 0);
	bad = t->platform.pdh;
	bad.sig2_usage = 0x0010;
	assert_int_equal(decode(&bad, SEV_USAGE_PDH, "signature 2"), -EINVAL);
}

static enum verdict verify(const struct sev_cert *raw, enum sev_usage usage,
			   const struct owner_signer *signer)
{
	static struct owner_cert cert;
	struct error err;
	enum verdict v;

	if (owner_cert_decode(&cert, usage, raw, sizeof(*raw), &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(owner_cert_verify(&v, &cert, signer), 0);
	return v;
}

static struct owner_signer ec_signer(enum sev_usage usage, const struct ec_key *key)
{
	return (struct owner_signer){.usage = usage, .ec = key->pub};
}

static void test_signatures(void **state)
{
	const struct testbed *t = testbed_get();
	struct owner_signer pek = ec_signer(SEV_USAGE_PEK, &t->pek_key);
	struct owner_signer oca = ec_signer(SEV_USAGE_OCA, &t->oca_key);
	struct owner_signer cek = ec_signer(SEV_USAGE_CEK, &t->cek_key);
	struct sev_cert cert = t->platform.pdh;

	assert_int_equal(verify(&cert, SEV_USAGE_PDH, &pek), VERDICT_GOOD);
	assert_int_equal(verify(&cert, SEV_USAGE_PDH, &oca), VERDICT_WRONG_ISSUER);
	pek.ec = oca.ec;
	assert_int_equal(verify(&cert, SEV_USAGE_PDH, &pek), VERDICT_BAD_SIGNATURE);
	cert.sig1.ecdsa.rsvd_090[0] = 1; /* bytes that no signature has */
	pek = ec_signer(SEV_USAGE_PEK, &t->pek_key);
	assert_int_equal(verify(&cert, SEV_USAGE_PDH, &pek), VERDICT_BAD_SIGNATURE);
	cert = t->platform.pdh;
	cert.sig1_algo = SEV_ALGO_RSA_SHA256;
	assert_int_equal(verify(&cert, SEV_USAGE_PDH, &pek), VERDICT_BAD_ALGORITHM);
	cert.sig1_algo = SEV_ALGO_ECDSA_SHA384;
	assert_int_equal(verify(&cert, SEV_USAGE_PDH, &pek), VERDICT_BAD_SIGNATURE);

	/* Either slot, but only one. */
	testbed_cert(&cert, SEV_USAGE_PEK, &t->pek_key.pub);
	testbed_sign(&cert, 0, SEV_USAGE_CEK, &t->cek_key);
	testbed_sign(&cert, 1, SEV_USAGE_OCA, &t->oca_key);
	assert_int_equal(verify(&cert, SEV_USAGE_PEK, &cek), VERDICT_GOOD);
	assert_int_equal(verify(&cert, SEV_USAGE_PEK, &oca), VERDICT_GOOD);
	testbed_sign(&cert, 0, SEV_USAGE_OCA, &t->oca_key);
	assert_int_equal(verify(&cert, SEV_USAGE_PEK, &oca), VERDICT_WRONG_ISSUER);
	assert_int_equal(verify(&cert, SEV_USAGE_PEK, &cek), VERDICT_WRONG_ISSUER);
}

/* The owner of a platform may have an OCA with an RSA key. */
static void test_rsa_oca(void **state)
{
	const struct testbed *t = testbed_get();
	const struct rsa_public *pub = rsa_key_public(t->ask_key);
	static struct owner_cert oca;
	struct sev_cert cert, pek;
	struct error err;
	enum verdict v;

	testbed_cert(&cert, SEV_USAGE_OCA, &t->oca_key.pub);
	memset(&cert.pubkey, 0, sizeof(cert.pubkey));
	cert.pubkey_algo = SEV_ALGO_RSA_SHA256;
	cert.pubkey.rsa.modulus_size = 2048;
	memcpy(cert.pubkey.rsa.pubexp, pub->exponent, 512);
	memcpy(cert.pubkey.rsa.modulus, pub->modulus, 512);
	testbed_sign_rsa(&cert, 0, SEV_USAGE_OCA, t->ask_key);
	assert_int_equal(owner_cert_decode(&oca, SEV_USAGE_OCA, &cert, sizeof(cert), &err), 0);
	assert_int_equal(owner_cert_verify(&v, &oca, &oca.key), 0);
	assert_int_equal(v, VERDICT_GOOD);

	testbed_cert(&pek, SEV_USAGE_PEK, &t->pek_key.pub);
	testbed_sign_rsa(&pek, 0, SEV_USAGE_OCA, t->ask_key);
	assert_int_equal(verify(&pek, SEV_USAGE_PEK, &oca.key), VERDICT_GOOD);

	cert.pubkey.rsa.modulus[300] = 1;
	assert_int_equal(decode(&cert, SEV_USAGE_OCA, "after the modulus"), -EINVAL);
	for (size_t i = 0; i < 4; i++) {
		static const u32 sizes[] = {0, 1, 4097, ~0u};

		cert.pubkey.rsa.modulus_size = sizes[i];
		assert_int_equal(decode(&cert, SEV_USAGE_OCA, "public key"), -EINVAL);
	}
	/* Nobody else may. */
	cert.pubkey_usage = SEV_USAGE_PEK;
	assert_int_equal(decode(&cert, SEV_USAGE_PEK, "key algorithm"), -EINVAL);
}

static int decode_amd(const u8 raw[TESTBED_ARK_SIZE], enum sev_usage usage, const char *said)
{
	static struct owner_amd_cert cert;
	struct error err = {0};
	int ret = owner_amd_cert_decode(&cert, usage, raw, TESTBED_ARK_SIZE, &err);

	if (ret && !strstr(err.text, said))
		fail_msg("'%s' does not say '%s'", err.text, said);
	return ret;
}

static void test_amd_fields(void **state)
{
	static const struct {
		size_t at;
		const char *said;
	} fields[] = {
		{0x00, "version"},
		{0x04, "certified by another"},
		{0x14, "certified by another"},
		{0x24, "usage"},
		{0x28, "28h"},
		{0x37, "28h"},
		{0x38, "exponent of"},
		{0x3c, "modulus of"},
	};
	const u8 *good = testbed_get()->platform.ark;
	u8 bad[TESTBED_ARK_SIZE];

	assert_int_equal(decode_amd(good, SEV_USAGE_ARK, ""), 0);
	assert_int_equal(decode_amd(good, SEV_USAGE_ASK, "usage"), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		memcpy(bad, good, sizeof(bad));
		bad[fields[i].at] ^= 0x40;
		assert_int_equal(decode_amd(bad, SEV_USAGE_ARK, fields[i].said), -EINVAL);
	}
	memcpy(bad, good, sizeof(bad));
	memset(bad + 0x40, 0, 256); /* exponent 0 */
	assert_int_equal(decode_amd(bad, SEV_USAGE_ARK, "public key"), -EINVAL);
	memcpy(bad, good, sizeof(bad));
	put_le32(bad + 0x38, 4096);
	put_le32(bad + 0x3c, 4096);
	assert_int_equal(decode_amd(bad, SEV_USAGE_ARK, "expected 1600"), -EINVAL);
}

static void test_amd_signatures(void **state)
{
	const struct testbed_platform *p = &testbed_get()->platform;
	static struct owner_amd_cert ark, ask;
	enum verdict v;

	assert_int_equal(owner_amd_cert_decode(&ark, SEV_USAGE_ARK, p->ark, sizeof(p->ark), NULL),
			 0);
	assert_int_equal(owner_amd_cert_decode(&ask, SEV_USAGE_ASK, p->ask, sizeof(p->ask), NULL),
			 0);
	assert_int_equal(owner_amd_cert_verify(&v, &ask, &ark), 0);
	assert_int_equal(v, VERDICT_GOOD);
	ask.hdr.certifying_key_id.b[0] ^= 1;
	assert_int_equal(owner_amd_cert_verify(&v, &ask, &ark), 0);
	assert_int_equal(v, VERDICT_WRONG_ISSUER);
	ask.hdr.certifying_key_id.b[0] ^= 1;
	ask.raw[sizeof(p->ask) - 1] ^= 1;
	assert_int_equal(owner_amd_cert_verify(&v, &ask, &ark), 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles),      cmocka_unit_test(test_fields),
		cmocka_unit_test(test_points),     cmocka_unit_test(test_slots),
		cmocka_unit_test(test_signatures), cmocka_unit_test(test_rsa_oca),
		cmocka_unit_test(test_amd_fields), cmocka_unit_test(test_amd_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
