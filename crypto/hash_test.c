/* SPDX-License-Identifier: MIT */
/* The examples of FIPS 180, in one piece and in many; clones; the worked launch digests. */
#include "crypto/hash.h"

#include <stdlib.h>

#include "crypto/testbed.h"

struct known {
	const char *text;
	const char *sha256;
	const char *sha384;
};

/* clang-format off */
static const struct known KNOWN[] = {
	{"",
	 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	 "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
	 "274edebfe76f65fbd51ad2f14898b95b"},
	{"abc",
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	 "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	 "8086072ba1e7cc2358baeca134c825a7"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	 "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6"
	 "b0455a8520bc4e6f5fe95b1fe3c8452b"},
	{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
	 "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712"
	 "fcc7c71a557e2db966c3e9fa91746039"},
};
/* clang-format on */

static void test_one_shot(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(KNOWN); i++) {
		const struct known *k = &KNOWN[i];
		struct sha256_digest d256;
		struct sha384_digest d384;
		struct digest d;

		assert_int_equal(sha256(&d256, k->text, strlen(k->text)), 0);
		assert_hex(d256.b, sizeof(d256.b), k->sha256);
		assert_int_equal(sha384(&d384, k->text, strlen(k->text)), 0);
		assert_hex(d384.b, sizeof(d384.b), k->sha384);
		assert_int_equal(digest_of(&d, HASH_SHA384, k->text, strlen(k->text)), 0);
		assert_hex(d.b, hash_bytes(d.alg), k->sha384);
		assert_int_equal(digest_of(&d, HASH_SHA256, k->text, strlen(k->text)), 0);
		assert_hex(d.b, hash_bytes(d.alg), k->sha256);
	}
}

/* A million letters a, in pieces of uneven size. */
static void test_million(void **state)
{
	struct hash *h256 = hash_new(HASH_SHA256);
	struct hash *h384 = hash_new(HASH_SHA384);
	struct sha256_digest d256;
	struct sha384_digest d384;
	char a[997];
	size_t left = 1000000;

	memset(a, 'a', sizeof(a));
	while (left > 0) {
		size_t n = left < sizeof(a) ? left : sizeof(a);

		hash_update(h256, a, n);
		hash_update(h384, a, n);
		left -= n;
	}
	hash_final_sha256(h256, &d256);
	hash_final_sha384(h384, &d384);
	assert_hex(d256.b, sizeof(d256.b),
		   "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	assert_hex(d384.b, sizeof(d384.b),
		   "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b"
		   "07b8b3dc38ecc4ebae97ddd87f3d8985");
	hash_free(h256);
	hash_free(h384);
}

static void test_running(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(KNOWN); i++) {
		struct hash *h = hash_new(HASH_SHA256);
		struct digest d;

		for (const char *c = KNOWN[i].text; *c; c++)
			hash_update(h, c, 1);
		hash_update(h, NULL, 0);
		hash_final(h, &d);
		assert_int_equal(d.alg, HASH_SHA256);
		assert_hex(d.b, 32, KNOWN[i].sha256);
		hash_free(h);
	}
	hash_free(NULL);
}

/* A launch measured while it goes on: the clone ends, the original continues. */
static void test_clone(void **state)
{
	struct hash *h = hash_new(HASH_SHA384);
	struct hash *early;
	struct sha384_digest d;

	hash_update(h, "abc", 3); /* how the longest text starts, too */
	early = hash_clone(h);
	assert_non_null(early);
	hash_update(h, KNOWN[3].text + 3, strlen(KNOWN[3].text) - 3);
	hash_final_sha384(early, &d);
	assert_hex(d.b, sizeof(d.b), KNOWN[1].sha384);
	hash_final_sha384(h, &d);
	assert_hex(d.b, sizeof(d.b), KNOWN[3].sha384);
	hash_free(h);
	hash_free(early);
}

static void test_equal(void **state)
{
	struct sha256_digest a256 = {{1}};
	struct sha256_digest b256 = {{1}};
	struct sha384_digest a384 = {{2}};
	struct sha384_digest b384 = {{2}};

	assert_true(sha256_equal(&a256, &b256));
	assert_true(sha384_equal(&a384, &b384));
	for (size_t i = 0; i < sizeof(b384.b); i++) {
		b384.b[i] ^= 0x80;
		assert_false(sha384_equal(&a384, &b384));
		b384.b[i] ^= 0x80;
	}
	for (size_t i = 0; i < sizeof(b256.b); i++) {
		b256.b[i] ^= 1;
		assert_false(sha256_equal(&a256, &b256));
		b256.b[i] ^= 1;
	}
}

/* The launch digest of SEV-ES: two updates and one VMSA, boundaries without meaning. */
static void test_sev_launch_digest(void **state)
{
	static u8 d1[4096];
	static u8 vmsa[4096];
	static const char d2[] = "SEV launch digest example, 48 bytes of payload!!";
	struct hash *h = hash_new(HASH_SHA256);
	struct hash *sev_only;
	struct sha256_digest d;

	fill_sequence(d1, sizeof(d1), 0);
	vmsa[0x170] = 2;
	vmsa[0x178] = 0xf0;
	vmsa[0x179] = 0xff;
	hash_update(h, d1, sizeof(d1));
	hash_update(h, d2, 48);
	sev_only = hash_clone(h);
	assert_non_null(sev_only);
	hash_update(h, vmsa, sizeof(vmsa));
	hash_final_sha256(h, &d);
	assert_hex(d.b, 32, "bb2f70cadeaeb3e12706fe99a2a8461060ec0cd6f9992954c34f199398f88b29");
	hash_final_sha256(sev_only, &d);
	assert_hex(d.b, 32, "d34b69513558fefb286df30afa5104d2b74d8a52716e0b6b76a0fb6c208c0df5");
	hash_free(h);
	hash_free(sev_only);
}

/* One link of SEV-SNP's chain: the PAGE_INFO of a VMSA page after five others. */
static void test_snp_launch_digest_step(void **state)
{
	static const char page_info_hex[] =
		"001c49e454eed78406c1ec9a2adf16d45268a2a5615c2c80e7c907bab512cb93"
		"77e0fad8cc2111092a6fe1d20a9500a83d22837ef92180e25ffcb8fdd516e043"
		"a753661b1a8e9a6db601a27cedcae94ede4a68e61b5e5a219a04515bffbe86a8"
		"700002000000000000f0ffffffff0000";
	static u8 page[4096];
	u8 page_info[0x70];
	struct sha384_digest d;

	memset(page, 0xcc, sizeof(page));
	assert_int_equal(unhex(page_info, sizeof(page_info), page_info_hex), 0x70);
	assert_int_equal(sha384(&d, page, sizeof(page)), 0);
	assert_memory_equal(page_info + 48, d.b, 48);
	assert_int_equal(sha384(&d, page_info, sizeof(page_info)), 0);
	assert_hex(d.b, 48,
		   "37bc69a4e6e576959877fb2ddca17132281ed0eaded5d3c2b0148cab0cf91740"
		   "788e7f63f85f6e543f48d7ef28d1b46f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_shot),
		cmocka_unit_test(test_million),
		cmocka_unit_test(test_running),
		cmocka_unit_test(test_clone),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_sev_launch_digest),
		cmocka_unit_test(test_snp_launch_digest_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
