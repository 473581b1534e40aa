/* SPDX-License-Identifier: MIT */
/* SP 800-38A, the GCM specification, and the worked packets and messages of SEV and SEV-SNP. */
#include "crypto/aes.h"

#include "crypto/testbed.h"

#define PLAIN_1 "6bc1bee22e409f96e93d7e117393172a"
#define PLAIN_2 "ae2d8a571e03ac9c9eb76fac45af8e51"
#define PLAIN_3 "30c81c46a35ce411e5fbc1191a0a52ef"
#define PLAIN_4 "f69f2445df4f9b17ad2b417be66c3710"

static struct aes128_key key128(const char *hex)
{
	struct aes128_key key;

	assert_int_equal(unhex(key.b, sizeof(key.b), hex), sizeof(key.b));
	return key;
}

static void test_ecb(void **state) /* F.1.1, F.1.2 */
{
	static const char *const plain[] = {PLAIN_1, PLAIN_2, PLAIN_3, PLAIN_4};
	static const char *const cipher[] = {
		"3ad77bb40d7a3660a89ecaf32466ef97", "f5d3d58503b9699de785895a96fdbaaf",
		"43b1cd7f598ece23881b00e3ed030688", "7b0c785e27e8ad3f8223207104725dd4"};
	struct aes128_key key = key128("2b7e151628aed2a6abf7158809cf4f3c");
	u8 block[AES_BLOCK_BYTES];
	u8 out[AES_BLOCK_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		unhex(block, sizeof(block), plain[i]);
		assert_int_equal(aes128_ecb_encrypt(out, &key, block), 0);
		assert_hex(out, sizeof(out), cipher[i]);
		assert_int_equal(aes128_ecb_decrypt(out, &key, out), 0);
		assert_memory_equal(out, block, sizeof(block));
	}
}

static void test_ctr(void **state) /* F.5.1 */
{
	struct aes128_key key = key128("2b7e151628aed2a6abf7158809cf4f3c");
	u8 iv[AES_BLOCK_BYTES];
	u8 data[64];
	u8 plain[64];

	fill_sequence(iv, sizeof(iv), 0xf0);
	unhex(plain, sizeof(plain), PLAIN_1 PLAIN_2 PLAIN_3 PLAIN_4);
	for (size_t len = 0; len <= sizeof(plain); len++) { /* any length is a prefix */
		u8 expected[64];

		unhex(expected, sizeof(expected),
		      "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
		      "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee");
		memcpy(data, plain, sizeof(data));
		assert_int_equal(aes128_ctr(data, &key, iv, data, len), 0);
		assert_memory_equal(data, expected, len);
		assert_memory_equal(data + len, plain + len, sizeof(plain) - len);
	}
}

/* The counter is one big-endian number of 128 bits: the carry runs through all of it. */
static void test_ctr_carry(void **state)
{
	struct aes128_key key = key128("000102030405060708090a0b0c0d0e0f");
	u8 iv[AES_BLOCK_BYTES];
	u8 zeros[32] = {0};
	u8 out[32];
	u8 block[AES_BLOCK_BYTES] = {0};

	memset(iv, 0xff, sizeof(iv));
	assert_int_equal(aes128_ctr(out, &key, iv, zeros, sizeof(out)), 0);
	assert_int_equal(aes128_ecb_encrypt(block, &key, block), 0);
	assert_memory_equal(out + 16, block, sizeof(block));
}

/* Wrapping of TEK and TIK, and both packets of the worked example. */
static void test_sev_transport(void **state)
{
	struct aes128_key kek = key128("d1726f02e904dccfc244f1e30d94ef02");
	struct aes128_key tek = key128("101112131415161718191a1b1c1d1e1f");
	u8 iv[AES_BLOCK_BYTES];
	u8 keys[32];
	u8 out[32];

	fill_sequence(keys, sizeof(keys), 0x10);
	fill_sequence(iv, sizeof(iv), 0x30);
	assert_int_equal(aes128_ctr(out, &kek, iv, keys, sizeof(keys)), 0);
	assert_hex(out, 32, "43d52ed9adc6be7dde4657a11620be290bfe485b20d30fc55b850754dbf6dc56");
	fill_sequence(iv, sizeof(iv), 0x50);
	assert_int_equal(aes128_ctr(out, &tek, iv, "0123456789abcdef0123456789abcdef", 32), 0);
	assert_hex(out, 32, "82d527e5cd2f9f45aa15de23abe5f85c5094173dc3c8612dd05a1d0acbe6f0e9");
	fill_sequence(iv, sizeof(iv), 0x60);
	assert_int_equal(aes128_ctr(out, &tek, iv, "fedcba9876543210fedcba9876543210", 32), 0);
	assert_hex(out, 32, "244698651a306de80cbab5bf6e3ced82d662fc842f9f33532a2fa1ce83a9bb79");
}

struct gcm_case {
	const char *key;
	const char *iv;
	const char *aad;
	const char *plain;
	const char *cipher;
	const char *tag;
};

#define ZERO_32 "0000000000000000000000000000000000000000000000000000000000000000"
#define FEFF_32 "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"

/* clang-format off */
static const struct gcm_case GCM[] = {
	/* The GCM specification's test cases 13, 14, 15, 16. */
	{ZERO_32, "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
	{ZERO_32, "000000000000000000000000", "", "00000000000000000000000000000000",
	 "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
	{FEFF_32, "cafebabefacedbaddecaf888", "",
	 "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	 "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
	 "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
	 "b094dac5d93471bdec1a502270e3cc6c"},
	{FEFF_32, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	 "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	 "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	 "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
	 "76fc6ece0f4e1768cddf8853bb2d551b"},
	/* SEV-SNP's worked MSG_REPORT_REQ: key 00..1f, sequence number 1. */
	{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	 "010000000000000000000000",
	 "0101600005016000000000000000000000000000000000000000000000000000"
	 "00000000000000000000000000000000",
	 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	 "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
	 "0000000000000000000000000000000000000000000000000000000000000000",
	 "e22d803ca0aaea00420d0fc830cc86c4dc70dd3d68bd7d05560647e5013b996f"
	 "ccddd2ea048788e8f0f437f862242ea7c0e4fcb7d1456ca0bbb1da492b891678"
	 "bcafa49213c0f2445044cd48be94fd5eb5f3e8b761e80896f353185b4abd740d",
	 "0f354f26b13f7433d3674d8eebcaf847"},
};
/* clang-format on */

/* A case in bytes. */
struct gcm_bytes {
	struct aes256_key key;
	u8 iv[GCM_IV_BYTES];
	u8 aad[64];
	struct gcm_aad aad_ref;
	u8 plain[128];
	u8 cipher[128];
	size_t len;
	u8 tag[GCM_TAG_BYTES];
};

static void gcm_load(struct gcm_bytes *g, const struct gcm_case *c)
{
	unhex(g->key.b, sizeof(g->key.b), c->key);
	unhex(g->iv, sizeof(g->iv), c->iv);
	g->aad_ref = (struct gcm_aad){g->aad, unhex(g->aad, sizeof(g->aad), c->aad)};
	g->len = unhex(g->plain, sizeof(g->plain), c->plain);
	assert_int_equal(unhex(g->cipher, sizeof(g->cipher), c->cipher), g->len);
	unhex(g->tag, sizeof(g->tag), c->tag);
}

static void test_gcm_vectors(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(GCM); i++) {
		struct gcm_bytes g;
		u8 out[128];
		u8 tag[GCM_TAG_BYTES];
		enum verdict v;

		gcm_load(&g, &GCM[i]);
		assert_int_equal(aes256_gcm_seal(out, tag, &g.key, g.iv, g.aad_ref, g.plain, g.len),
				 0);
		assert_memory_equal(out, g.cipher, g.len);
		assert_memory_equal(tag, g.tag, sizeof(tag));
		/* In place. */
		assert_int_equal(aes256_gcm_open(&v, out, &g.key, g.iv, g.aad_ref, out, g.len, tag),
				 0);
		assert_int_equal(v, VERDICT_GOOD);
		assert_memory_equal(out, g.plain, g.len);
	}
}

/* Opens and demands a refusal that leaves the output alone. */
static void expect_refusal(const struct gcm_bytes *g)
{
	u8 out[128];
	u8 before[128];
	enum verdict v;

	memset(out, 0x5a, sizeof(out));
	memset(before, 0x5a, sizeof(before));
	assert_int_equal(
		aes256_gcm_open(&v, out, &g->key, g->iv, g->aad_ref, g->cipher, g->len, g->tag), 0);
	assert_int_equal(v, VERDICT_BAD_TAG);
	assert_memory_equal(out, before, sizeof(out));
}

static void flip_each_bit(struct gcm_bytes *g, u8 *field, size_t len)
{
	for (size_t bit = 0; bit < len * 8; bit++) {
		field[bit / 8] ^= (u8)(1 << bit % 8);
		expect_refusal(g);
		field[bit / 8] ^= (u8)(1 << bit % 8);
	}
}

static void test_gcm_refuses_every_flip(void **state)
{
	struct gcm_bytes g;

	gcm_load(&g, &GCM[4]);
	flip_each_bit(&g, g.cipher, g.len);
	flip_each_bit(&g, g.tag, sizeof(g.tag));
	flip_each_bit(&g, g.aad, g.aad_ref.len);
	flip_each_bit(&g, g.iv, sizeof(g.iv));
	flip_each_bit(&g, g.key.b, sizeof(g.key.b));
	g.aad_ref.len--;
	expect_refusal(&g);
	g.aad_ref.len++;
	g.len--;
	expect_refusal(&g);
}

/* In place, a refusal keeps the ciphertext. */
static void test_gcm_refusal_in_place(void **state)
{
	struct gcm_bytes g;
	u8 data[128];
	enum verdict v;

	gcm_load(&g, &GCM[3]);
	memcpy(data, g.cipher, sizeof(data));
	g.tag[15] ^= 1;
	assert_int_equal(aes256_gcm_open(&v, data, &g.key, g.iv, g.aad_ref, data, g.len, g.tag), 0);
	assert_int_equal(v, VERDICT_BAD_TAG);
	assert_memory_equal(data, g.cipher, g.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ecb),
		cmocka_unit_test(test_ctr),
		cmocka_unit_test(test_ctr_carry),
		cmocka_unit_test(test_sev_transport),
		cmocka_unit_test(test_gcm_vectors),
		cmocka_unit_test(test_gcm_refuses_every_flip),
		cmocka_unit_test(test_gcm_refusal_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
