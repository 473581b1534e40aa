/* SPDX-License-Identifier: MIT */
/* PEK_CSR: what a signing tool accepts; length queries. */
#include <string.h>

#include "base/bytes.h"
#include "chip/sp/cert.h"
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sev_pek_csr_buf buf;

static int setup(void **state)
{
	bed = bed_new();
	buf = (struct sev_pek_csr_buf){.csr_paddr = BED_BLOB,
				       .csr_length = sizeof(struct sev_cert)};
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void gives_an_unsigned_pek(void **state)
{
	struct sev_cert csr;
	struct sev_key key;

	bed_init_platform(bed);
	bed_accepts(bed, SEV_CMD_PEK_CSR, &buf, sizeof(buf));
	assert_int_equal(buf.csr_length, 0x824);
	bed_get(bed, BED_BLOB, &csr, sizeof(csr));
	assert_int_equal(csr.version, 1);
	assert_int_equal(csr.api_minor, 24);
	assert_int_equal(csr.pubkey_usage, SEV_USAGE_PEK);
	assert_int_equal(csr.pubkey_algo, SEV_ALGO_ECDSA_SHA256);
	assert_int_equal(csr.sig1_usage, SEV_USAGE_INVALID);
	assert_int_equal(csr.sig2_usage, SEV_USAGE_INVALID);
	assert_int_equal(csr.sig1_algo, SEV_ALGO_INVALID);
	assert_int_equal(csr.sig2_algo, SEV_ALGO_INVALID);
	assert_true(bytes_are_zero(&csr.sig1, sizeof(csr.sig1)));
	assert_true(bytes_are_zero(&csr.sig2, sizeof(csr.sig2)));
	assert_int_equal(sev_cert_key(&key, &csr, SEV_USAGE_PEK), SP_SUCCESS);
	assert_true(ec_public_equal(&key.ec, &bed_sp(bed)->platform.identity.pek.pub));
}

static void tells_its_length(void **state)
{
	static const u32 short_lengths[] = {0, 1, 0x823};

	bed_init_platform(bed);
	for (size_t i = 0; i < ARRAY_SIZE(short_lengths); i++) {
		buf.csr_length = short_lengths[i];
		bed_refuses(bed, SP_INVALID_LENGTH, SEV_CMD_PEK_CSR, &buf, sizeof(buf));
		assert_int_equal(buf.csr_length, 0x824);
		assert_int_equal(buf.csr_paddr, BED_BLOB);
	}
	buf.csr_length = 0;
	buf.csr_paddr = -1ull;
	bed_refuses(bed, SP_INVALID_LENGTH, SEV_CMD_PEK_CSR, &buf, sizeof(buf));
}

static void writes_no_more_than_its_length(void **state)
{
	u8 after[16], poison[16];

	memset(poison, 0xcc, sizeof(poison));
	bed_put(bed, BED_BLOB + 0x824, poison, sizeof(poison));
	buf.csr_length = 0x1000;
	bed_init_platform(bed);
	bed_accepts(bed, SEV_CMD_PEK_CSR, &buf, sizeof(buf));
	assert_int_equal(buf.csr_length, 0x824);
	bed_get(bed, BED_BLOB + 0x824, after, sizeof(after));
	assert_memory_equal(after, poison, sizeof(poison));
}

static void addresses(void **state)
{
	bed_init_platform(bed);
	bed_refuses_bad_addresses(bed, SEV_CMD_PEK_CSR, &buf, sizeof(buf),
				  offsetof(struct sev_pek_csr_buf, csr_paddr), 0x824);
	buf.csr_paddr = 0;
	bed_accepts(bed, SEV_CMD_PEK_CSR, &buf, sizeof(buf));
}

static void states(void **state)
{
	bed_refuses(bed, SP_INVALID_PLATFORM_STATE, SEV_CMD_PEK_CSR, &buf, sizeof(buf));
	bed_working_platform(bed, SEV_GUEST_LUPDATE);
	bed_accepts(bed, SEV_CMD_PEK_CSR, &buf, sizeof(buf));
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(gives_an_unsigned_pek),
		UNIT(tells_its_length),
		UNIT(writes_no_more_than_its_length),
		UNIT(addresses),
		UNIT(states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
