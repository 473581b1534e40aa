/* SPDX-License-Identifier: MIT */
/* The published example of chip identifier and CEK; the chain that firmware makes. */
#include "chip/sp/identity.h"

#include <errno.h>
#include <string.h>

#include "chip/sp/cert.h"
#include "chip/sp/testbed.h"
#include "crypto/testbed.h"
#include "tests/support/cmocka.h"

static void chip_id_and_cek_match_the_worked_example(void **state)
{
	struct sp_chip chip;
	u8 fuses[32];

	fill_sequence(fuses, sizeof(fuses), 0xa0);
	assert_int_equal(sp_chip_make(&chip, fuses, NULL), 0);
	assert_hex(chip.id, sizeof(chip.id),
		   "59985e15f91d5c9e770a1540459ab643fe646b73648abbbb65a13ad0539658e9"
		   "8a90ed11b3966e7fbff3102d88777b8b1c046f71ea4e9e01fd94224b718178aa");
	assert_hex(chip.cek.d, 48,
		   "4916c7357c10251800a32824748aa481c03670a2d91fea1e0a2018e01b0c6b85"
		   "30d413f4fb39cea4334515068e148b91");
	assert_hex(chip.cek.pub.x, 48,
		   "41a37b52b496587b8387eb0bd8e090b13ecab5fde78b4f0c268131bbf621db2f"
		   "38b2eabd3fc46f680758e77d0422d4e3");
	assert_hex(chip.cek.pub.y, 48,
		   "bd478dfa12477171f0c4b8d9c0e7aedcf424b2925667d61cb4c5698a3a446466"
		   "5791839d95fa6e154472c816b174fd35");
}

static void fuses_that_are_no_scalar_are_refused(void **state)
{
	struct sp_chip chip;
	struct error err;
	u8 fuses[32] = {0};

	assert_int_equal(sp_chip_make(&chip, fuses, &err), -EINVAL);
	memset(fuses, 0xff, sizeof(fuses));
	assert_int_equal(sp_chip_make(&chip, fuses, &err), -EINVAL);
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

static void firmware_makes_the_whole_chain(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sp *sp = bed_sp(bed);
	struct sev_identity id;

	assert_int_equal(sev_identity_make(&id, sp), 0);
	assert_false(id.external);
	assert_int_equal(verify(&id.oca_cert, &id.oca_cert, SEV_USAGE_OCA), VERDICT_GOOD);
	assert_int_equal(verify(&id.pek_cert, &id.oca_cert, SEV_USAGE_OCA), VERDICT_GOOD);
	assert_int_equal(verify(&id.pek_cert, &sp->chip.cek_cert, SEV_USAGE_CEK), VERDICT_GOOD);
	assert_int_equal(verify(&id.pdh_cert, &id.pek_cert, SEV_USAGE_PEK), VERDICT_GOOD);
	assert_int_equal(id.pek_cert.sig1_usage, SEV_USAGE_OCA);
	assert_int_equal(id.pek_cert.sig2_usage, SEV_USAGE_CEK);
	assert_int_equal(id.pdh_cert.pubkey_algo, SEV_ALGO_ECDH_SHA256);
	assert_int_equal(id.pdh_cert.sig2_usage, SEV_USAGE_INVALID);
	assert_int_equal(id.pdh_cert.api_minor, 24);
	assert_int_equal(sp->chip.cek_cert.api_minor, 14);
	bed_free(bed);
}

static void a_new_pdh_leaves_the_rest(void **state)
{
	struct sp_bed *bed = bed_new();
	struct sev_identity id, old;

	assert_int_equal(sev_identity_make(&id, bed_sp(bed)), 0);
	old = id;
	assert_int_equal(sev_identity_make_pdh(&id, bed_sp(bed)), 0);
	assert_memory_not_equal(&id.pdh, &old.pdh, sizeof(id.pdh));
	assert_int_equal(verify(&id.pdh_cert, &old.pek_cert, SEV_USAGE_PEK), VERDICT_GOOD);
	assert_memory_equal(&id.pek_cert, &old.pek_cert, sizeof(id.pek_cert));
	assert_memory_equal(&id.oca_cert, &old.oca_cert, sizeof(id.oca_cert));
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chip_id_and_cek_match_the_worked_example),
		cmocka_unit_test(fuses_that_are_no_scalar_are_refused),
		cmocka_unit_test(firmware_makes_the_whole_chain),
		cmocka_unit_test(a_new_pdh_leaves_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
