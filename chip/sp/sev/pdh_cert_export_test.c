/* SPDX-License-Identifier: MIT */
/* PDH_CERT_EXPORT: a chain that verifies, and both lengths. */
#include "base/bytes.h"
#include "chip/sp/cert.h"
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sev_pdh_cert_export_buf buf;

static int setup(void **state)
{
	bed = bed_new();
	buf = (struct sev_pdh_cert_export_buf){.pdh_cert_paddr = BED_BLOB,
					       .pdh_cert_length = sizeof(struct sev_cert),
					       .certs_paddr = BED_BLOB2,
					       .certs_length = sizeof(struct sev_cert_chain)};
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void refused(enum sp_status status)
{
	bed_refuses(bed, status, SEV_CMD_PDH_CERT_EXPORT, &buf, sizeof(buf));
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

static void the_chain_verifies(void **state)
{
	struct sev_cert_chain chain;
	struct sev_cert pdh;

	bed_init_platform(bed);
	bed_accepts(bed, SEV_CMD_PDH_CERT_EXPORT, &buf, sizeof(buf));
	bed_get(bed, BED_BLOB, &pdh, sizeof(pdh));
	bed_get(bed, BED_BLOB2, &chain, sizeof(chain));
	assert_int_equal(verify(&pdh, &chain.pek, SEV_USAGE_PEK), VERDICT_GOOD);
	assert_int_equal(verify(&chain.pek, &chain.oca, SEV_USAGE_OCA), VERDICT_GOOD);
	assert_int_equal(verify(&chain.pek, &chain.cek, SEV_USAGE_CEK), VERDICT_GOOD);
	assert_int_equal(verify(&chain.oca, &chain.oca, SEV_USAGE_OCA), VERDICT_GOOD);
	assert_int_equal(chain.cek.sig1_usage, SEV_USAGE_INVALID);
	assert_int_equal(chain.cek.sig2_usage, SEV_USAGE_INVALID);
	assert_true(bytes_are_zero(&chain.cek.sig1, sizeof(chain.cek.sig1)));
}

static void either_length_short_tells_both(void **state)
{
	static const u32 lengths[][2] = {{0, 0}, {0x823, 0x186c}, {0x824, 0x186b}, {0, 0xffffffff}};

	bed_init_platform(bed);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		buf.pdh_cert_length = lengths[i][0];
		buf.certs_length = lengths[i][1];
		refused(SP_INVALID_LENGTH);
		assert_int_equal(buf.pdh_cert_length, 0x824);
		assert_int_equal(buf.certs_length, 0x186c);
	}
}

static void addresses(void **state)
{
	bed_init_platform(bed);
	bed_refuses_bad_addresses(bed, SEV_CMD_PDH_CERT_EXPORT, &buf, sizeof(buf),
				  offsetof(struct sev_pdh_cert_export_buf, pdh_cert_paddr), 0x824);
	bed_refuses_bad_addresses(bed, SEV_CMD_PDH_CERT_EXPORT, &buf, sizeof(buf),
				  offsetof(struct sev_pdh_cert_export_buf, certs_paddr), 0x186c);
}

static void states_and_reserved(void **state)
{
	refused(SP_INVALID_PLATFORM_STATE);
	bed_working_platform(bed, SEV_GUEST_LUPDATE);
	bed_accepts(bed, SEV_CMD_PDH_CERT_EXPORT, &buf, sizeof(buf));
	buf.rsvd_0c = 1;
	refused(SP_INVALID_PARAM);
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(the_chain_verifies),
		UNIT(either_length_short_tells_both),
		UNIT(addresses),
		UNIT(states_and_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
