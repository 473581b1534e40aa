/* SPDX-License-Identifier: MIT */
/* The test cases of RFC 4231, and SEV's MACs with the values of its worked example. */
#include "crypto/hmac.h"

#include "crypto/testbed.h"

struct known {
	const char *key;
	const char *data;
	const char *sha256;
	const char *sha384;
};

#define AA_20  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AA_131 AA_20 AA_20 AA_20 AA_20 AA_20 AA_20 "aaaaaaaaaaaaaaaaaaaaaa"
#define DD_25  "dddddddddddddddddddddddddddddddddddddddddddddddddd"
#define CD_25  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

/* clang-format off */
static const struct known KNOWN[] = { /* RFC 4231 4.2 to 4.8, without the truncated one */
	{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	 "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
	 "faea9ea9076ede7f4af152e8b2fa9cb6"},
	{"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	 "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
	 "8e2240ca5e69e2c78b3239ecfab21649"},
	{AA_20, DD_25 DD_25,
	 "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
	 "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
	 "2a5ab39dc13814b94e3ab6e101a34f27"},
	{"0102030405060708090a0b0c0d0e0f10111213141516171819", CD_25 CD_25,
	 "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
	 "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
	 "6801dd23c4a7d679ccf8a386c674cffb"},
	{AA_131,
	 "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
	 "65204b6579202d2048617368204b6579204669727374",
	 "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	 "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
	 "0c2ef6ab4030fe8296248df163f44952"},
	{AA_131,
	 "5468697320697320612074657374207573696e672061206c6172676572207468"
	 "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
	 "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
	 "647320746f20626520686173686564206265666f7265206265696e6720757365"
	 "642062792074686520484d414320616c676f726974686d2e",
	 "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
	 "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
	 "a678cc31e799176d3860e6110c46523e"},
};
/* clang-format on */

static void test_one_shot(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(KNOWN); i++) {
		u8 key[256];
		u8 data[256];
		size_t key_len = unhex(key, sizeof(key), KNOWN[i].key);
		size_t len = unhex(data, sizeof(data), KNOWN[i].data);
		struct sha256_digest d256;
		struct sha384_digest d384;

		assert_int_equal(hmac_sha256(&d256, key, key_len, data, len), 0);
		assert_hex(d256.b, sizeof(d256.b), KNOWN[i].sha256);
		assert_int_equal(hmac_sha384(&d384, key, key_len, data, len), 0);
		assert_hex(d384.b, sizeof(d384.b), KNOWN[i].sha384);
	}
}

/* Byte by byte, under a copy of the key. */
static void test_running(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(KNOWN); i++) {
		u8 key[256];
		u8 data[256];
		size_t key_len = unhex(key, sizeof(key), KNOWN[i].key);
		size_t len = unhex(data, sizeof(data), KNOWN[i].data);
		struct hmac *m = hmac_new(HASH_SHA384, key, key_len);
		struct digest mac;

		assert_non_null(m);
		memset(key, 0, sizeof(key));
		for (size_t at = 0; at < len; at++)
			hmac_update(m, data + at, 1);
		hmac_final(m, &mac);
		assert_int_equal(mac.alg, HASH_SHA384);
		assert_hex(mac.b, 48, KNOWN[i].sha384);
		hmac_free(m);
	}
	hmac_free(NULL);
}

/* openssl dgst -sha256 -mac HMAC with an empty key, of the empty message. */
static void test_empty_key_and_message(void **state)
{
	struct sha256_digest mac;

	assert_int_equal(hmac_sha256(&mac, NULL, 0, NULL, 0), 0);
	assert_hex(mac.b, sizeof(mac.b),
		   "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* Keys as long as the hash's block, and one byte longer (openssl dgst -mac HMAC). */
static void test_keys_around_block_length(void **state)
{
	struct sha256_digest d256;
	struct sha384_digest d384;
	u8 key[129];

	memset(key, 0xaa, sizeof(key));
	assert_int_equal(hmac_sha256(&d256, key, 64, "abc", 3), 0);
	assert_hex(d256.b, 32, "2f8cff867f2668ca93d3c5b03ba9f816746742eda349b3bc4bb35aa27816754c");
	assert_int_equal(hmac_sha256(&d256, key, 65, "abc", 3), 0);
	assert_hex(d256.b, 32, "102ebc7ceb9dff09e5a77413a3cd67382908ece255487006eb0e1e1b801f9ce6");
	assert_int_equal(hmac_sha384(&d384, key, 128, "abc", 3), 0);
	assert_hex(d384.b, 48,
		   "b6b4e107425289d77b04f0857d531600348f725f48baeeb129718cc6b4e22012"
		   "fb406ce85dc8c9f64765336e7d1b6afa");
	assert_int_equal(hmac_sha384(&d384, key, 129, "abc", 3), 0);
	assert_hex(d384.b, 48,
		   "1cd03e84204a37f498f949a0a5a1d36015c6f6685734003ea238d98c223d566c"
		   "3b849da8f82ff808afb310cdf8de8386");
}

/* MEASURE of the worked example, and the public known-answer test that other projects share. */
static void test_sev_measure(void **state)
{
	static const char message[] =
		"0400180e07000016bb2f70cadeaeb3e12706fe99a2a8461060ec0cd6f9992954"
		"c34f199398f88b29404142434445464748494a4b4c4d4e4f";
	static const char public_message[] =
		"0400120f00000000e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934c"
		"a495991b7852b8554fbe0bedbad6c86ae8f68971d103e554";
	u8 tik[16];
	u8 data[56];
	struct sha256_digest mac;

	fill_sequence(tik, sizeof(tik), 0x20);
	assert_int_equal(unhex(data, sizeof(data), message), 56);
	assert_int_equal(hmac_sha256(&mac, tik, sizeof(tik), data, sizeof(data)), 0);
	assert_hex(mac.b, sizeof(mac.b),
		   "99f178382378688024b4d176365671a5d65fe5e56f7471dafb8544c893811d11");
	unhex(tik, sizeof(tik), "66320db73158a35a255d051758e95ed4");
	assert_int_equal(unhex(data, sizeof(data), public_message), 56);
	assert_int_equal(hmac_sha256(&mac, tik, sizeof(tik), data, sizeof(data)), 0);
	assert_hex(mac.b, sizeof(mac.b),
		   "6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_shot),
		cmocka_unit_test(test_running),
		cmocka_unit_test(test_keys_around_block_length),
		cmocka_unit_test(test_empty_key_and_message),
		cmocka_unit_test(test_sev_measure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
