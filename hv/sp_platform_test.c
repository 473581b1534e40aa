/* SPDX-License-Identifier: MIT */
/* An administrator's calls: what they bring back, what they leave, what is refused by name. */
#include "hv/sp_platform.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cmocka.h"

#include "hv/testbed.h"

static struct testbed t;
static struct sp_driver driver;

static int setup(void **state)
{
	testbed_init(&t, MIB(8), MEMORY_SCATTERED);
	assert_int_equal(sp_driver_init(&driver, t.chip, &t.pages, &t.err), 0);
	return 0;
}

static int teardown(void **state)
{
	testbed_fini(&t);
	return 0;
}

static struct sev_cert pdh;
static struct sev_cert_chain certs;

static void export(void)
{
	assert_int_equal(sp_platform_export(&driver, &pdh, &certs, &t.err), 0);
}

static u8 platform_state(void)
{
	struct sev_platform_status_buf status;

	assert_int_equal(sp_driver_status(&driver, &status, &t.err), 0);
	return status.state;
}

static void the_export_is_the_platforms(void **state)
{
	export();
	assert_int_equal(pdh.pubkey_usage, SEV_USAGE_PDH);
	assert_int_equal(certs.pek.pubkey_usage, SEV_USAGE_PEK);
	assert_int_equal(certs.oca.pubkey_usage, SEV_USAGE_OCA);
	assert_int_equal(certs.cek.pubkey_usage, SEV_USAGE_CEK);
	assert_int_equal(certs.cek.sig1_usage, SEV_USAGE_INVALID);
	assert_int_equal(platform_state(), SEV_PLATFORM_INIT);
}

static void a_request_holds_the_pek(void **state)
{
	struct sev_cert csr;

	assert_int_equal(sp_platform_pek_csr(&driver, &csr, &t.err), 0);
	export();
	assert_memory_equal(&csr.pubkey, &certs.pek.pubkey, sizeof(csr.pubkey));
	assert_int_equal(csr.sig1_usage, SEV_USAGE_INVALID);
	assert_int_equal(csr.sig2_usage, SEV_USAGE_INVALID);
}

static void new_keys(void **state)
{
	struct sev_cert old_pdh, old_pek;

	export();
	old_pdh = pdh;
	old_pek = certs.pek;
	assert_int_equal(sp_platform_pdh_gen(&driver, &t.err), 0);
	export();
	assert_memory_not_equal(&pdh, &old_pdh, sizeof(pdh));
	assert_memory_equal(&certs.pek, &old_pek, sizeof(old_pek));
	assert_int_equal(sp_platform_pek_gen(&driver, &t.err), 0);
	export();
	assert_memory_not_equal(&certs.pek, &old_pek, sizeof(old_pek));
}

static void a_reset_takes_the_identity(void **state)
{
	struct sev_cert old;

	export();
	old = certs.pek;
	assert_int_equal(sp_platform_reset(&driver, &t.err), 0);
	assert_int_equal(platform_state(), SEV_PLATFORM_UNINIT);
	assert_int_equal(sp_platform_reset(&driver, &t.err), 0);
	export();
	assert_memory_not_equal(&certs.pek, &old, sizeof(old));
}

static void a_refusal_has_the_statuss_name(void **state)
{
	export();
	certs.pek.version = 2;
	assert_int_equal(sp_platform_import(&driver, &certs.pek, &certs.oca, &t.err), -EIO);
	assert_int_equal(driver.status, SP_INVALID_CERTIFICATE);
	assert_non_null(strstr(t.err.text, "PEK_CERT_IMPORT"));
	assert_non_null(strstr(t.err.text, "INVALID_CERTIFICATE"));
}

static void the_identifier(void **state)
{
	u8 id[SEV_CHIP_ID_SIZE] = {0}, again[SEV_CHIP_ID_SIZE] = {0};

	assert_int_equal(sp_platform_id(&driver, id, &t.err), 0);
	assert_int_equal(platform_state(), SEV_PLATFORM_UNINIT);
	assert_memory_not_equal(id, again, sizeof(id));
	assert_int_equal(sp_platform_id(&driver, again, &t.err), 0);
	assert_memory_equal(id, again, sizeof(id));
}

static void the_manufacturer_signs_the_cek(void **state)
{
	struct sev_cert cek;
	u8 amd[PLATFORM_AMD_CERTS_MAX];

	export();
	assert_int_equal(platform_cek_cert(t.chip, &cek, &t.err), 0);
	assert_memory_equal(&cek, &certs.cek, SEV_CERT_SIGNED_SIZE);
	assert_int_equal(cek.sig1_usage, SEV_USAGE_ASK);
	assert_int_equal(platform_amd_certs(t.chip, amd), sizeof(amd));
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(the_export_is_the_platforms),
		UNIT(a_request_holds_the_pek),
		UNIT(new_keys),
		UNIT(a_reset_takes_the_identity),
		UNIT(a_refusal_has_the_statuss_name),
		UNIT(the_identifier),
		UNIT(the_manufacturer_signs_the_cek),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
