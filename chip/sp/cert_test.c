/* SPDX-License-Identifier: MIT */
/* Certificates: the worked example, points that are not on the curve, signatures that are not. */
#include "chip/sp/cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/testbed.h"
#include "tests/support/cmocka.h"
#include "tests/support/shared_data.h"

static struct ec_key key_of(const char *hex)
{
	struct ec_key key;
	u8 d[48];

	assert_int_equal(unhex(d, sizeof(d), hex), sizeof(d));
	assert_int_equal(ec_key_from_be(&key, EC_P384, d, NULL), 0);
	return key;
}

/* The keys of the worked example. */
#define PDH_D                                                              \
	"5c7c9d05dced6000187f41e1981115cf59ecf77a44d678c42d9077db3e3c317e" \
	"cbc94bcca2d9626b8a4ffb449a2b4f6d"
#define PEK_D                                                              \
	"084b23065a652792901be7c4b2dda0dc241e467faab90eddeb48d770e07a553a" \
	"744f3887b591a41691434e7780caf3af"

static struct sev_cert cert_of(const struct ec_key *key, enum sev_usage usage, enum sev_algo algo)
{
	struct sev_cert_subject subject = {usage, algo, 0, 24};
	struct sev_cert cert;

	sev_cert_make(&cert, &subject, &key->pub);
	return cert;
}

static struct sev_key signer_of(const struct ec_key *key, enum sev_usage usage)
{
	struct sev_cert cert = cert_of(key, usage, SEV_ALGO_ECDSA_SHA256);
	struct sev_key signer;

	assert_int_equal(sev_cert_key(&signer, &cert, usage), SP_SUCCESS);
	return signer;
}

static enum verdict verify(const struct sev_cert *cert, const struct sev_key *signer)
{
	enum verdict v;

	assert_int_equal(sev_cert_verify(&v, cert, signer), 0);
	return v;
}

/* -- the worked example ---------------------------------------------------------------------- */

static void a_pdh_certificate_matches_the_worked_example(void **state)
{
	struct ec_key pdh = key_of(PDH_D), pek = key_of(PEK_D);
	struct sev_cert cert = cert_of(&pdh, SEV_USAGE_PDH, SEV_ALGO_ECDH_SHA256);
	struct sha256_digest digest;

	assert_int_equal(sha256(&digest, &cert, SEV_CERT_SIGNED_SIZE), 0);
	assert_hex(digest.b, 32,
		   "d2e40c938f7ab4b58aa3b95dc5cd8219d526699c133847b67c14a40edc3f5dce");
	assert_int_equal(sev_cert_sign(&cert, 1, SEV_USAGE_PEK, &pek), 0);
	assert_int_equal(sha256(&digest, &cert, sizeof(cert)), 0);
	assert_hex(digest.b, 32,
		   "79dcc948697a10d5ab63021b0e48fca48a13760ee0edf46055a063b210fcdb46");
}

static void an_owner_s_certificate_matches_the_worked_example(void **state)
{
	struct ec_key godh = key_of("56ffbf658f3529ca3b57bebab6acfb7937d84af1a12b7213a20cc9e3785c3b"
				    "5a6b2daf9ed45c56c67a114995354927c6");
	struct sev_cert_subject subject = {SEV_USAGE_PDH, SEV_ALGO_ECDH_SHA256, 0, 0};
	struct sha256_digest digest;
	struct sev_cert cert;
	struct sev_key key;

	sev_cert_make(&cert, &subject, &godh.pub);
	assert_int_equal(sha256(&digest, &cert, sizeof(cert)), 0);
	assert_hex(digest.b, 32,
		   "ef91835de2150130bc6f4c9ac5d06a10e91a3e7eda482a647786177695907e91");
	assert_int_equal(sev_cert_key(&key, &cert, SEV_USAGE_PDH), SP_SUCCESS);
	assert_true(sev_key_is_ecdh(&key));
	assert_true(ec_public_equal(&key.ec, &godh.pub));
}

/* -- keys ------------------------------------------------------------------------------------ */

static struct sev_cert good_cert(void)
{
	struct ec_key key = key_of(PDH_D);

	return cert_of(&key, SEV_USAGE_PDH, SEV_ALGO_ECDH_SHA256);
}

static void refuses_key(const struct sev_cert *cert)
{
	static const struct sev_key nothing;
	struct sev_key key;

	assert_int_equal(sev_cert_key(&key, cert, SEV_USAGE_PDH), SP_INVALID_CERTIFICATE);
	assert_memory_equal(&key.ec, &nothing.ec, sizeof(key.ec));
}

static void the_head_is_checked(void **state)
{
	struct sev_cert cert = good_cert();

	cert.version = 2;
	refuses_key(&cert);
	cert = good_cert();
	cert.rsvd_006 = 1;
	refuses_key(&cert);
	cert = good_cert();
	cert.pubkey_usage = SEV_USAGE_PEK;
	refuses_key(&cert);
	cert = good_cert();
	cert.pubkey_algo = 4;
	refuses_key(&cert);
	cert = good_cert();
	cert.pubkey_algo = SEV_ALGO_INVALID;
	refuses_key(&cert);
}

static void put_point(struct sev_cert *cert, const char *x, const char *y)
{
	u8 be[48];

	unhex(be, sizeof(be), x);
	ec_le_from_be(cert->pubkey.ec.qx, be, sizeof(be));
	unhex(be, sizeof(be), y);
	ec_le_from_be(cert->pubkey.ec.qy, be, sizeof(be));
}

#define ZERO48                                                             \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"00000000000000000000000000000000"
#define TWO48                                                              \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"00000000000000000000000000000002"
#define G_X                                                                \
	"aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38" \
	"5502f25dbf55296c3a545e3872760ab7"
#define G_Y                                                                \
	"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0" \
	"0a60b1ce1d7e819d7a431d7c90ea0e5f"
#define G_Y_PLUS_1                                                         \
	"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0" \
	"0a60b1ce1d7e819d7a431d7c90ea0e60"
#define MINUS_G_Y                                                          \
	"c9e821b569d9d390a26167406d6d23d6070be242d765eb831625ceec4a0f473e" \
	"f59f4e30e2817e6285bce2846f15f1a0"
#define P_PLUS_2                                                           \
	"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe" \
	"ffffffff000000000000000100000001"
#define ORDER_3_Y                                                          \
	"3d69c39b0407f54531af9425a378494a757fb59b0a3c609bcf0140e5dc0ad6de" \
	"b818561da76c6ad32fd2793289bf5c07"

/* [CVE-2019-9836] */
static void points_that_are_not_on_the_curve_are_refused(void **state)
{
	static const char *const points[][2] = {
		{TWO48, ORDER_3_Y},    {ZERO48, ZERO48}, {G_X, G_Y_PLUS_1},
		{P_PLUS_2, ORDER_3_Y}, {P_PLUS_2, G_Y},
	};

	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		struct sev_cert cert = good_cert();

		put_point(&cert, points[i][0], points[i][1]);
		refuses_key(&cert);
	}
}

static void the_base_point_and_its_negative_are_accepted(void **state)
{
	static const char *const y[] = {G_Y, MINUS_G_Y};

	for (size_t i = 0; i < ARRAY_SIZE(y); i++) {
		struct sev_cert cert = good_cert();
		struct sev_key key;

		put_point(&cert, G_X, y[i]);
		assert_int_equal(sev_cert_key(&key, &cert, SEV_USAGE_PDH), SP_SUCCESS);
	}
}

static void other_curves_and_padding_are_refused(void **state)
{
	struct sev_cert cert = good_cert();

	cert.pubkey.ec.curve = SEV_CURVE_P256;
	refuses_key(&cert);
	cert.pubkey.ec.curve = 3;
	refuses_key(&cert);
	cert = good_cert();
	cert.pubkey.ec.qx[48] = 1;
	refuses_key(&cert);
	cert = good_cert();
	cert.pubkey.ec.qy[71] = 1;
	refuses_key(&cert);
	cert = good_cert();
	cert.pubkey.ec.rsvd_094[879] = 1;
	refuses_key(&cert);
}

static struct sev_cert rsa_cert(u32 bits)
{
	struct sev_cert cert = good_cert();

	memset(&cert.pubkey, 0, sizeof(cert.pubkey));
	cert.pubkey_algo = SEV_ALGO_RSA_SHA256;
	cert.pubkey.rsa.modulus_size = bits;
	cert.pubkey.rsa.pubexp[0] = 3;
	memset(cert.pubkey.rsa.modulus, 0xff, bits <= 4096 ? bits / 8 : 512);
	return cert;
}

static void rsa_sizes(void **state)
{
	static const u32 bad[] = {0,    1,    7,    1024, 2047,       2049,
				  3072, 4095, 4097, 8192, 0x80000000, 0xffffffff};
	struct sev_cert cert;
	struct sev_key key;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cert = rsa_cert(bad[i]);
		assert_int_equal(sev_cert_key(&key, &cert, SEV_USAGE_PDH), SP_INVALID_CERTIFICATE);
	}
	cert = rsa_cert(2048);
	assert_int_equal(sev_cert_key(&key, &cert, SEV_USAGE_PDH), SP_SUCCESS);
	cert.pubkey.rsa.modulus[256] = 1;
	assert_int_equal(sev_cert_key(&key, &cert, SEV_USAGE_PDH), SP_INVALID_CERTIFICATE);
	cert = rsa_cert(4096);
	assert_int_equal(sev_cert_key(&key, &cert, SEV_USAGE_PDH), SP_SUCCESS);
	cert.pubkey.rsa.pubexp[8] = 1;
	assert_int_equal(sev_cert_key(&key, &cert, SEV_USAGE_PDH), SP_INVALID_CERTIFICATE);
}

/* -- signatures ------------------------------------------------------------------------------ */

static void either_slot_will_do(void **state)
{
	struct ec_key pek = key_of(PEK_D);
	struct sev_key signer = signer_of(&pek, SEV_USAGE_PEK);

	for (unsigned slot = 1; slot <= 2; slot++) {
		struct sev_cert cert = good_cert();

		assert_int_equal(sev_cert_sign(&cert, slot, SEV_USAGE_PEK, &pek), 0);
		assert_int_equal(verify(&cert, &signer), VERDICT_GOOD);
	}
}

static void no_slot_of_the_signer_is_another_issuer(void **state)
{
	struct ec_key pek = key_of(PEK_D);
	struct sev_key signer = signer_of(&pek, SEV_USAGE_PEK);
	struct sev_cert cert = good_cert();

	assert_int_equal(verify(&cert, &signer), VERDICT_WRONG_ISSUER);
	assert_int_equal(sev_cert_sign(&cert, 1, SEV_USAGE_OCA, &pek), 0);
	assert_int_equal(verify(&cert, &signer), VERDICT_WRONG_ISSUER);
}

static void every_signed_byte_counts(void **state)
{
	struct ec_key pek = key_of(PEK_D);
	struct sev_key signer = signer_of(&pek, SEV_USAGE_PEK);
	struct sev_cert cert = good_cert();
	u8 *bytes = (u8 *)&cert;

	assert_int_equal(sev_cert_sign(&cert, 1, SEV_USAGE_PEK, &pek), 0);
	for (size_t i = 0; i < SEV_CERT_SIGNED_SIZE; i += i < 0xa4 ? 1 : 57) {
		bytes[i] ^= 1;
		assert_int_equal(verify(&cert, &signer), VERDICT_BAD_SIGNATURE);
		bytes[i] ^= 1;
	}
	bytes[SEV_CERT_SIGNED_SIZE - 1] ^= 1;
	assert_int_equal(verify(&cert, &signer), VERDICT_BAD_SIGNATURE);
}

static void signatures_have_one_form(void **state)
{
	struct ec_key pek = key_of(PEK_D);
	struct sev_key signer = signer_of(&pek, SEV_USAGE_PEK);
	struct sev_cert cert = good_cert(), bad;

	assert_int_equal(sev_cert_sign(&cert, 1, SEV_USAGE_PEK, &pek), 0);
	bad = cert;
	bad.sig1.ecdsa.rsvd_090[367] = 1;
	assert_int_equal(verify(&bad, &signer), VERDICT_BAD_SIGNATURE);
	bad = cert;
	bad.sig1.ecdsa.r[48] = 1;
	assert_int_equal(verify(&bad, &signer), VERDICT_BAD_SIGNATURE);
	bad = cert;
	memset(bad.sig1.ecdsa.s, 0, sizeof(bad.sig1.ecdsa.s));
	assert_int_equal(verify(&bad, &signer), VERDICT_BAD_SIGNATURE);
	bad = cert;
	bad.sig1_algo = SEV_ALGO_ECDSA_SHA384;
	assert_int_equal(verify(&bad, &signer), VERDICT_BAD_SIGNATURE);
	bad.sig1_algo = SEV_ALGO_RSA_SHA256;
	assert_int_equal(verify(&bad, &signer), VERDICT_BAD_SIGNATURE);
}

static void an_agreement_key_signs_nothing(void **state)
{
	struct ec_key pdh = key_of(PDH_D);
	struct sev_cert own = cert_of(&pdh, SEV_USAGE_PDH, SEV_ALGO_ECDH_SHA256);
	struct sev_cert cert = good_cert();
	struct sev_key signer;

	assert_int_equal(sev_cert_key(&signer, &own, SEV_USAGE_PDH), SP_SUCCESS);
	assert_int_equal(sev_cert_sign(&cert, 1, SEV_USAGE_PDH, &pdh), 0);
	cert.sig1_algo = SEV_ALGO_ECDH_SHA256;
	assert_int_equal(verify(&cert, &signer), VERDICT_BAD_SIGNATURE);
}

static void one_signature_is_kept(void **state)
{
	struct ec_key pek = key_of(PEK_D), pdh = key_of(PDH_D);
	struct sev_key signer = signer_of(&pek, SEV_USAGE_PEK);
	struct sev_cert cert = good_cert();

	assert_int_equal(sev_cert_sign(&cert, 1, SEV_USAGE_CEK, &pdh), 0);
	assert_int_equal(sev_cert_sign(&cert, 2, SEV_USAGE_PEK, &pek), 0);
	sev_cert_keep_signature(&cert, SEV_USAGE_PEK);
	assert_int_equal(cert.sig1_usage, SEV_USAGE_PEK);
	assert_int_equal(cert.sig2_usage, SEV_USAGE_INVALID);
	assert_int_equal(verify(&cert, &signer), VERDICT_GOOD);
	sev_cert_keep_signature(&cert, SEV_USAGE_OCA);
	assert_int_equal(cert.sig1_usage, SEV_USAGE_INVALID);
}

static void rsa_signers_of_both_sizes(void **state)
{
	static const u32 bits[] = {2048, 4096};
	struct rng *rng = rng_new(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		struct sev_key signer = {.usage = SEV_USAGE_OCA};
		struct sev_cert cert = good_cert();
		struct rsa_key *key;

		assert_int_equal(rsa_key_generate(&key, bits[i]), 0);
		assert_int_equal(sev_cert_sign_rsa(&cert, 2, SEV_USAGE_OCA, key, rng), 0);
		signer.algo = cert.sig2_algo;
		signer.rsa = *rsa_key_public(key);
		assert_int_equal(verify(&cert, &signer), VERDICT_GOOD);
		cert.sig2.rsa.s[3] ^= 1;
		assert_int_equal(verify(&cert, &signer), VERDICT_BAD_SIGNATURE);
		rsa_key_free(key);
	}
	rng_free(rng);
}

/* -- a genuine chain ------------------------------------------------------------------------- */

static struct sev_cert genuine(const char *name)
{
	struct sev_cert cert;
	char path[64];
	size_t len;
	u8 *file;

	snprintf(path, sizeof(path), "data/attestation/legacy-chain-rome/%s.cert", name);
	file = shared_data_read(path, &len);
	if (!file)
		skip();
	assert_int_equal(len, sizeof(cert));
	memcpy(&cert, file, sizeof(cert));
	free(file);
	return cert;
}

static struct sev_key genuine_key(const struct sev_cert *cert, enum sev_usage usage)
{
	struct sev_key key;

	assert_int_equal(sev_cert_key(&key, cert, usage), SP_SUCCESS);
	return key;
}

static void a_genuine_chain_verifies(void **state)
{
	struct sev_cert cek = genuine("cek"), genuine_oca = genuine("oca");
	struct sev_cert genuine_pek = genuine("pek"), genuine_pdh = genuine("pdh");
	struct sev_key cek_key = genuine_key(&cek, SEV_USAGE_CEK);
	struct sev_key oca_key = genuine_key(&genuine_oca, SEV_USAGE_OCA);
	struct sev_key pek_key = genuine_key(&genuine_pek, SEV_USAGE_PEK);
	struct sev_key pdh_key = genuine_key(&genuine_pdh, SEV_USAGE_PDH), ask_key;
	struct amd_cert ask;
	size_t len;
	u8 *file;

	assert_true(sev_key_is_ecdh(&pdh_key));
	assert_int_equal(verify(&genuine_oca, &oca_key), VERDICT_GOOD);
	assert_int_equal(verify(&genuine_pek, &oca_key), VERDICT_GOOD);
	assert_int_equal(verify(&genuine_pek, &cek_key), VERDICT_GOOD);
	assert_int_equal(verify(&genuine_pdh, &pek_key), VERDICT_GOOD);
	file = shared_data_read("data/attestation/legacy-roots/ask-rome.cert", &len);
	assert_non_null(file);
	assert_int_equal(amd_cert_parse(&ask, SEV_USAGE_ASK, file, len), SP_SUCCESS);
	amd_cert_signer(&ask_key, &ask);
	assert_int_equal(verify(&cek, &ask_key), VERDICT_GOOD);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pdh_certificate_matches_the_worked_example),
		cmocka_unit_test(an_owner_s_certificate_matches_the_worked_example),
		cmocka_unit_test(the_head_is_checked),
		cmocka_unit_test(points_that_are_not_on_the_curve_are_refused),
		cmocka_unit_test(the_base_point_and_its_negative_are_accepted),
		cmocka_unit_test(other_curves_and_padding_are_refused),
		cmocka_unit_test(rsa_sizes),
		cmocka_unit_test(either_slot_will_do),
		cmocka_unit_test(no_slot_of_the_signer_is_another_issuer),
		cmocka_unit_test(every_signed_byte_counts),
		cmocka_unit_test(signatures_have_one_form),
		cmocka_unit_test(an_agreement_key_signs_nothing),
		cmocka_unit_test(one_signature_is_kept),
		cmocka_unit_test(rsa_signers_of_both_sizes),
		cmocka_unit_test(a_genuine_chain_verifies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
