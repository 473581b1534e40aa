/* SPDX-License-Identifier: MIT */
/* Packets for LAUNCH_SECRET and the table inside. */
#include "owner/secret.h"

#include <errno.h>

#include "base/bytes.h"
#include "crypto/testbed.h"

static struct sev_transport_keys example_keys(void)
{
	struct sev_transport_keys keys;

	fill_sequence(keys.tek, 16, 0x10);
	fill_sequence(keys.tik, 16, 0x20);
	return keys;
}

static void test_worked_example(void **state)
{
	struct sev_transport_keys keys = example_keys();
	struct sev_packet_hdr hdr;
	u8 iv[16], measure[32], payload[32];

	fill_sequence(iv, 16, 0x50);
	unhex(measure, 32, "99f178382378688024b4d176365671a5d65fe5e56f7471dafb8544c893811d11");
	assert_int_equal(owner_secret_seal_iv(&hdr, payload, "0123456789abcdef0123456789abcdef", 32,
					      &keys, measure, iv, NULL),
			 0);
	assert_hex(payload, 32, "82d527e5cd2f9f45aa15de23abe5f85c5094173dc3c8612dd05a1d0acbe6f0e9");
	assert_int_equal(hdr.flags, 0);
	assert_memory_equal(hdr.iv, iv, 16);
	assert_hex(hdr.mac, 32, "81161fb39da6f9e9b791d3037a824f7dff16ed7059043b8d04f5ce1ec7e9115f");
}

static void test_seal(void **state)
{
	struct sev_transport_keys keys = example_keys();
	static u8 plain[SEV_PACKET_DATA_MAX + 16], payload[SEV_PACKET_DATA_MAX + 16];
	struct sev_packet_hdr a, b;
	struct rng *rng = rng_new(NULL);
	u8 measure[32] = {0};

	assert_non_null(rng);
	assert_int_equal(owner_secret_seal(&a, payload, plain, SEV_PACKET_DATA_MAX, &keys, measure,
					   rng, NULL),
			 0);
	assert_int_equal(owner_secret_seal(&b, payload, plain, 16, &keys, measure, rng, NULL), 0);
	assert_memory_not_equal(a.iv, b.iv, 16);
	assert_int_equal(owner_secret_seal(&a, payload, plain, 0, &keys, measure, rng, NULL),
			 -EINVAL);
	assert_int_equal(owner_secret_seal(&a, payload, plain, 24, &keys, measure, rng, NULL),
			 -EINVAL);
	assert_int_equal(owner_secret_seal(&a, payload, plain, SEV_PACKET_DATA_MAX + 16, &keys,
					   measure, rng, NULL),
			 -EINVAL);
	rng_free(rng);
}

static void test_table(void **state)
{
	static u8 out[SEV_PACKET_DATA_MAX];
	const struct owner_secret secrets[] = {
		{SEV_SECRET_GUID_DISK, "hunter2", 7},
		{OVMF_GUID_FOOTER, NULL, 0},
	};
	size_t len;

	assert_int_equal(owner_secret_table(out, &len, secrets, 2, NULL), 0);
	assert_int_equal(len, 80); /* 20 + 27 + 20 = 67 */
	assert_hex(out, 20, "42f5741edd71664d963eef4287ff173b43000000");
	assert_hex(out + 20, 27, "e5696873f084734992ec06879ce3da0b1b00000068756e74657232");
	assert_hex(out + 47, 20, "de82b596b21ff745baeaa366c55a082d14000000");
	assert_true(bytes_are_zero(out + 67, 13));
}

static void test_table_refusals(void **state)
{
	static u8 out[SEV_PACKET_DATA_MAX], big[SEV_PACKET_DATA_MAX + 1];
	struct owner_secret secrets[] = {
		{SEV_SECRET_GUID_DISK, big, 1},
		{SEV_SECRET_GUID_DISK, big, 1},
	};
	struct error err;
	size_t len;

	assert_int_equal(owner_secret_table(out, &len, secrets, 0, &err), -EINVAL);
	assert_int_equal(owner_secret_table(out, &len, secrets, 2, &err), -EINVAL);
	assert_non_null(strstr(err.text, "one GUID"));
	secrets[0].len = SEV_PACKET_DATA_MAX - 40;
	assert_int_equal(owner_secret_table(out, &len, secrets, 1, &err), 0);
	assert_int_equal(len, SEV_PACKET_DATA_MAX);
	secrets[0].len++;
	assert_int_equal(owner_secret_table(out, &len, secrets, 1, &err), -EINVAL);
	secrets[0].len = SIZE_MAX;
	assert_int_equal(owner_secret_table(out, &len, secrets, 1, &err), -EINVAL);
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_example),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
