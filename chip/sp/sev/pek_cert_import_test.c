/* SPDX-License-Identifier: MIT */
/* PEK_CERT_IMPORT: an owner with an EC or RSA key takes the platform; nobody else does. */
#include <string.h>

#include "base/bytes.h"
#include "chip/sp/cert.h"
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sp *sp;
static struct sev_pek_cert_import_buf buf;
static struct ec_key owner;
static struct sev_cert pek, oca; /* what the owner made of the request */

/* The owner's certificate of itself, and its signature on the platform's request. */
static void owner_signs(void)
{
	struct sev_cert_subject subject = {SEV_USAGE_OCA, SEV_ALGO_ECDSA_SHA256, 0, 0};
	struct sev_pek_csr_buf csr = {.csr_paddr = BED_BLOB3, .csr_length = sizeof(pek)};

	assert_int_equal(ec_key_generate(&owner, EC_P384, bed->config.rng), 0);
	sev_cert_make(&oca, &subject, &owner.pub);
	assert_int_equal(sev_cert_sign(&oca, 1, SEV_USAGE_OCA, &owner), 0);
	bed_accepts(bed, SEV_CMD_PEK_CSR, &csr, sizeof(csr));
	bed_get(bed, BED_BLOB3, &pek, sizeof(pek));
	assert_int_equal(sev_cert_sign(&pek, 1, SEV_USAGE_OCA, &owner), 0);
}

static int setup(void **state)
{
	bed = bed_new();
	sp = bed_sp(bed);
	bed_init_platform(bed);
	owner_signs();
	buf = (struct sev_pek_cert_import_buf){.pek_cert_paddr = BED_BLOB,
					       .pek_cert_length = sizeof(pek),
					       .oca_cert_paddr = BED_BLOB2,
					       .oca_cert_length = sizeof(oca)};
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void put_certs(void)
{
	bed_put(bed, BED_BLOB, &pek, sizeof(pek));
	bed_put(bed, BED_BLOB2, &oca, sizeof(oca));
}

static void refused(enum sp_status status)
{
	put_certs();
	bed_refuses(bed, status, SEV_CMD_PEK_CERT_IMPORT, &buf, sizeof(buf));
}

static void accepted(void)
{
	put_certs();
	bed_accepts(bed, SEV_CMD_PEK_CERT_IMPORT, &buf, sizeof(buf));
}

static enum verdict verify(const struct sev_cert *cert, const struct sev_cert *signer,
			   enum sev_usage usage)
{
	struct sev_key key;
	enum verdict v;

	assert_int_equal(sev_cert_key(&key, signer, usage), SP_SUCCESS);
	assert_int_equal(sev_cert_verify(&v, cert, &key), 0);
	return v;
}

static void the_platform_is_owned(void **state)
{
	struct sev_identity old = sp->platform.identity, *id = &sp->platform.identity;

	accepted();
	assert_true(id->external);
	assert_true(bytes_are_zero(&id->oca, sizeof(id->oca)));
	assert_memory_equal(&id->oca_cert, &oca, sizeof(oca));
	assert_memory_equal(&id->pek, &old.pek, sizeof(old.pek));
	assert_memory_not_equal(&id->pdh, &old.pdh, sizeof(old.pdh));
	assert_int_equal(verify(&id->pek_cert, &oca, SEV_USAGE_OCA), VERDICT_GOOD);
	assert_int_equal(verify(&id->pek_cert, &sp->chip.cek_cert, SEV_USAGE_CEK), VERDICT_GOOD);
	assert_int_equal(verify(&id->pdh_cert, &id->pek_cert, SEV_USAGE_PEK), VERDICT_GOOD);
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_INIT);
}

static void ownership_is_stored_and_pek_gen_ends_it(void **state)
{
	struct sev_identity id;

	accepted();
	id = sp->platform.identity;
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	bed_init_platform(bed);
	assert_memory_equal(&sp->platform.identity, &id, sizeof(id));
	bed_accepts(bed, SEV_CMD_PDH_GEN, NULL, 0);
	assert_true(sp->platform.identity.external);
	bed_accepts(bed, SEV_CMD_PEK_GEN, NULL, 0);
	assert_false(sp->platform.identity.external);
}

static void only_once(void **state)
{
	accepted();
	buf.pek_cert_length = 0;
	refused(SP_ALREADY_OWNED);
}

static void the_owner_may_sign_in_the_second_slot(void **state)
{
	struct sev_cert_subject subject = {SEV_USAGE_PEK, SEV_ALGO_ECDSA_SHA256, 0, 24};

	sev_cert_make(&pek, &subject, &sp->platform.identity.pek.pub);
	assert_int_equal(sev_cert_sign(&pek, 2, SEV_USAGE_OCA, &owner), 0);
	accepted();
	assert_int_equal(sp->platform.identity.pek_cert.sig1_usage, SEV_USAGE_OCA);
	assert_int_equal(sp->platform.identity.pek_cert.sig2_usage, SEV_USAGE_CEK);
	assert_int_equal(verify(&sp->platform.identity.pek_cert, &oca, SEV_USAGE_OCA),
			 VERDICT_GOOD);
}

static void the_owner_may_have_an_rsa_key(void **state)
{
	struct rsa_key *key;

	assert_int_equal(rsa_key_generate(&key, 2048), 0);
	memset(&oca.pubkey, 0, sizeof(oca.pubkey));
	oca.pubkey_algo = SEV_ALGO_RSA_SHA256;
	oca.pubkey.rsa.modulus_size = 2048;
	memcpy(oca.pubkey.rsa.pubexp, rsa_key_public(key)->exponent, 512);
	memcpy(oca.pubkey.rsa.modulus, rsa_key_public(key)->modulus, 512);
	assert_int_equal(sev_cert_sign_rsa(&oca, 1, SEV_USAGE_OCA, key, bed->config.rng), 0);
	assert_int_equal(sev_cert_sign_rsa(&pek, 1, SEV_USAGE_OCA, key, bed->config.rng), 0);
	accepted();
	rsa_key_free(key);
}

/* -- refusals -------------------------------------------------------------------------------- */

static void signs_again(void)
{
	assert_int_equal(sev_cert_sign(&pek, 1, SEV_USAGE_OCA, &owner), 0);
	assert_int_equal(sev_cert_sign(&oca, 1, SEV_USAGE_OCA, &owner), 0);
}

static void certificates_of_another_form(void **state)
{
	struct sev_cert good_pek = pek, good_oca = oca;

	pek.version = 2;
	signs_again();
	refused(SP_INVALID_CERTIFICATE);
	pek = good_pek;
	pek.pubkey_usage = SEV_USAGE_PDH;
	signs_again();
	refused(SP_INVALID_CERTIFICATE);
	pek = good_pek;
	pek.pubkey_algo = SEV_ALGO_ECDH_SHA256;
	signs_again();
	refused(SP_INVALID_CERTIFICATE);
	pek = good_pek;
	oca.pubkey_usage = SEV_USAGE_PEK;
	signs_again();
	refused(SP_INVALID_CERTIFICATE);
	oca = good_oca;
	oca.pubkey_algo = SEV_ALGO_ECDH_SHA256;
	signs_again();
	refused(SP_INVALID_CERTIFICATE);
	oca = good_oca;
	oca.pubkey.ec.qy[0] ^= 1;
	signs_again();
	refused(SP_INVALID_CERTIFICATE);
}

static void another_pek(void **state)
{
	ec_public_to_le(&owner.pub, pek.pubkey.ec.qx, pek.pubkey.ec.qy);
	signs_again();
	refused(SP_INVALID_CERTIFICATE);
}

static void missing_signatures(void **state)
{
	struct sev_cert good_oca = oca;

	oca.sig1_usage = SEV_USAGE_INVALID;
	refused(SP_INVALID_CERTIFICATE);
	oca = good_oca;
	pek.sig1_usage = SEV_USAGE_INVALID;
	refused(SP_INVALID_CERTIFICATE);
	pek.sig1_usage = SEV_USAGE_CEK;
	refused(SP_INVALID_CERTIFICATE);
}

static void wrong_signatures(void **state)
{
	struct sev_cert good_oca = oca, good_pek = pek;
	struct ec_key stranger;

	oca.sig1.ecdsa.r[0] ^= 1;
	refused(SP_BAD_SIGNATURE);
	oca = good_oca;
	pek.sig1.ecdsa.s[0] ^= 1;
	refused(SP_BAD_SIGNATURE);
	pek = good_pek;
	pek.api_minor ^= 1;
	refused(SP_BAD_SIGNATURE);
	pek = good_pek;
	assert_int_equal(ec_key_generate(&stranger, EC_P384, bed->config.rng), 0);
	assert_int_equal(sev_cert_sign(&pek, 1, SEV_USAGE_OCA, &stranger), 0);
	refused(SP_BAD_SIGNATURE);
	memset(&pek.sig1, 0, sizeof(pek.sig1));
	refused(SP_BAD_SIGNATURE);
}

static void lengths(void **state)
{
	static const u32 bad[] = {0, 0x823, 0x825, 0xffffffff};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		buf.pek_cert_length = bad[i];
		refused(SP_INVALID_LENGTH);
		buf.pek_cert_length = sizeof(pek);
		buf.oca_cert_length = bad[i];
		refused(SP_INVALID_LENGTH);
		buf.oca_cert_length = sizeof(oca);
	}
}

static void addresses(void **state)
{
	bed_refuses_bad_addresses(bed, SEV_CMD_PEK_CERT_IMPORT, &buf, sizeof(buf),
				  offsetof(struct sev_pek_cert_import_buf, pek_cert_paddr), 0x824);
	bed_refuses_bad_addresses(bed, SEV_CMD_PEK_CERT_IMPORT, &buf, sizeof(buf),
				  offsetof(struct sev_pek_cert_import_buf, oca_cert_paddr), 0x824);
}

static void states_and_reserved(void **state)
{
	buf.rsvd_0c = 1;
	refused(SP_INVALID_PARAM);
	buf.rsvd_0c = 0;
	sev_guest_new(sp, SEV_GUEST_LUPDATE);
	refused(SP_INVALID_PLATFORM_STATE);
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	refused(SP_INVALID_PLATFORM_STATE);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(the_platform_is_owned),
		UNIT(ownership_is_stored_and_pek_gen_ends_it),
		UNIT(only_once),
		UNIT(the_owner_may_sign_in_the_second_slot),
		UNIT(the_owner_may_have_an_rsa_key),
		UNIT(certificates_of_another_form),
		UNIT(another_pek),
		UNIT(missing_signatures),
		UNIT(wrong_signatures),
		UNIT(lengths),
		UNIT(addresses),
		UNIT(states_and_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
