/* SPDX-License-Identifier: MIT */
/*
 * Deterministic signatures of RFC 6979 and of SEV's and SEV-SNP's worked examples; every refusal.
 */
#include "crypto/ecdsa.h"

#include <openssl/bn.h>

#include "base/bytes.h"
#include "crypto/testbed.h"

#define P256_D "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define P384_D                                                             \
	"6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8" \
	"96d5724e4c70a825f872c9ea60d2edf5"

struct known {
	enum ec_curve curve;
	const char *d;
	enum hash_alg alg;
	const char *message;
	const char *r;
	const char *s;
};

/* clang-format off */
static const struct known KNOWN[] = { /* RFC 6979 A.2.5 and A.2.6 */
	{EC_P256, P256_D, HASH_SHA256, "sample",
	 "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
	 "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
	{EC_P256, P256_D, HASH_SHA384, "sample",
	 "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719",
	 "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954"},
	{EC_P384, P384_D, HASH_SHA256, "sample",
	 "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33"
	 "bde1e888e63355d92fa2b3c36d8fb2cd",
	 "f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feeb"
	 "efdc63eccd1ac42ec0cb8668a4fa0ab0"},
	{EC_P384, P384_D, HASH_SHA384, "sample",
	 "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
	 "81a648152e44acf96e36dd1e80fabe46",
	 "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
	 "a329c145786e679e7b82c71a38628ac8"},
	{EC_P384, P384_D, HASH_SHA256, "test",
	 "6d6defac9ab64dabafe36c6bf510352a4cc27001263638e5b16d9bb51d451559"
	 "f918eedaf2293be5b475cc8f0188636b",
	 "2d46f3becbcc523d5f1a1256bf0c9b024d879ba9e838144c8ba6baeb4b53b47d"
	 "51ab373f9845c0514eefb14024787265"},
	{EC_P384, P384_D, HASH_SHA384, "test",
	 "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb"
	 "0542a7f0812998da8f1dd3ca3cf023db",
	 "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e0"
	 "6a739f040649a667bf3b828246baa5a5"},
};
/* clang-format on */

static struct ec_key key_of(enum ec_curve curve, const char *d)
{
	u8 scalar[EC_MAX_BYTES];
	struct ec_key key;

	assert_int_equal(unhex(scalar, sizeof(scalar), d), ec_bytes(curve));
	assert_int_equal(ec_key_from_be(&key, curve, scalar, NULL), 0);
	return key;
}

/* Whether the field is the number, and zero above it. */
static void assert_field(const u8 le[EC_LE_BYTES], const char *be_hex)
{
	size_t n = strlen(be_hex) / 2;
	u8 be[EC_MAX_BYTES];

	ec_be_from_le(be, le, n);
	assert_hex(be, n, be_hex);
	assert_true(bytes_are_zero(le + n, EC_LE_BYTES - n));
}

static void test_rfc6979(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(KNOWN); i++) {
		const struct known *k = &KNOWN[i];
		struct ec_key key = key_of(k->curve, k->d);
		size_t len = strlen(k->message);
		struct ecdsa_sig sig;
		enum verdict v;

		assert_int_equal(ecdsa_sign(&sig, &key, k->alg, k->message, len), 0);
		assert_field(sig.r, k->r);
		assert_field(sig.s, k->s);
		assert_int_equal(ecdsa_verify(&v, &key.pub, k->alg, k->message, len, &sig), 0);
		assert_int_equal(v, VERDICT_GOOD);
		assert_int_equal(ecdsa_verify(&v, &key.pub, k->alg, k->message, len - 1, &sig), 0);
		assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	}
}

/* The attestation report of SEV's worked example: P-384 over SHA-256 of 52 bytes. */
static void test_sev_report(void **state)
{
	static const char body_hex[] =
		"707172737475767778797a7b7c7d7e7f"
		"bb2f70cadeaeb3e12706fe99a2a8461060ec0cd6f9992954c34f199398f88b29"
		"07000016";
	struct ec_key pek =
		key_of(EC_P384, "084b23065a652792901be7c4b2dda0dc241e467faab90eddeb48d770e07a553a"
				"744f3887b591a41691434e7780caf3af");
	struct ecdsa_sig sig;
	u8 body[52];

	assert_int_equal(unhex(body, sizeof(body), body_hex), sizeof(body));
	assert_int_equal(ecdsa_sign(&sig, &pek, HASH_SHA256, body, sizeof(body)), 0);
	assert_field(sig.r, "edb73d460f6e3665d5b3003032be2d7d76aa2d712640dd294e28c6f27c51672c"
			    "b42e1c467b4cfea0d5b952772b316110");
	assert_field(sig.s, "b83f80526bc57da58f796639c0f1601b3305ddd83adac025fdc49c8e65ac464b"
			    "c7a0e24fbcc2c62ad691b41338cae142");
	assert_hex(sig.r, 48,
		   "1061312b7752b9d5a0fe4c7b461c2eb42c67517cf2c6284e29dd4026712daa76"
		   "7d2dbe323000b3d565366e0f463db7ed");
}

/* The ID block of SEV-SNP's worked example: P-384 over SHA-384 of 96 bytes. */
static void test_snp_id_block(void **state)
{
	struct ec_key id_key =
		key_of(EC_P384, "1111111111111111111111111111111111111111111111111111111111111111"
				"11111111111111111111111111111111");
	u8 public_key[0x404] = {2};
	struct sha384_digest id_digest;
	struct ecdsa_sig sig;
	u8 block[96] = {0};

	unhex(block, 48,
	      "37bc69a4e6e576959877fb2ddca17132281ed0eaded5d3c2b0148cab0cf91740"
	      "788e7f63f85f6e543f48d7ef28d1b46f");
	memcpy(block + 0x30, "FAMILY-ID-012345", 16);
	memcpy(block + 0x40, "IMAGE-ID-0123456", 16);
	put_le32(block + 0x50, 1);
	put_le32(block + 0x54, 7);
	put_le64(block + 0x58, 0x30000);
	assert_int_equal(ecdsa_sign(&sig, &id_key, HASH_SHA384, block, sizeof(block)), 0);
	assert_field(sig.r, "9c1277080d3648663e7de9c5027e6a1a45807f317eb21529159475a255785c4f"
			    "fc98da70fa04e1eb8629aea3c77db3fa");
	assert_field(sig.s, "c188a2dd0fbe251d16c7acd63f882211d957d8511cefb83b1b9bdad2469d1565"
			    "4ddb259a630a17d6bc301f2c016ca479");
	ec_public_to_le(&id_key.pub, public_key + 4, public_key + 0x4c);
	assert_int_equal(sha384(&id_digest, public_key, sizeof(public_key)), 0);
	assert_hex(id_digest.b, 48,
		   "943737143c189c1f082237a97f8dcb595079801683a3297022e4ed0704bf27e7"
		   "7fc583a948c5e5c8043862a5d88a9f66");
}

/* A good signature, the field under test, and what verification says of it. */
struct bench {
	struct ec_key key;
	struct ecdsa_sig sig;
};

static void bench_init(struct bench *b)
{
	b->key = key_of(EC_P384, P384_D);
	assert_int_equal(ecdsa_sign(&b->sig, &b->key, HASH_SHA384, "sample", 6), 0);
}

static enum verdict verify(const struct bench *b, const struct ecdsa_sig *sig)
{
	enum verdict v;

	assert_int_equal(ecdsa_verify(&v, &b->key.pub, HASH_SHA384, "sample", 6, sig), 0);
	return v;
}

static void test_every_bit_counts(void **state)
{
	struct bench b;
	struct ecdsa_sig sig;
	u8 *bytes = (u8 *)&sig;

	bench_init(&b);
	sig = b.sig;
	assert_int_equal(verify(&b, &sig), VERDICT_GOOD);
	for (size_t bit = 0; bit < sizeof(sig) * 8; bit += bit % 72 < 66 ? 5 : 1) {
		bytes[bit / 8] ^= (u8)(1 << bit % 8);
		assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
		bytes[bit / 8] ^= (u8)(1 << bit % 8);
	}
	assert_int_equal(verify(&b, &sig), VERDICT_GOOD);
}

/* field = field + k n, little-endian, in 72 bytes: the same residue, another number. */
static void add_order(u8 field[EC_LE_BYTES], unsigned k)
{
	u8 order[EC_MAX_BYTES];
	BIGNUM *v = BN_lebin2bn(field, EC_LE_BYTES, NULL);
	BIGNUM *n;

	unhex(order, sizeof(order),
	      "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
	      "581a0db248b0a77aecec196accc52973");
	n = BN_bin2bn(order, sizeof(order), NULL);
	assert_int_equal(BN_mul_word(n, k), 1);
	assert_int_equal(BN_add(v, v, n), 1);
	assert_int_equal(BN_bn2lebinpad(v, field, EC_LE_BYTES), EC_LE_BYTES);
	BN_free(v);
	BN_free(n);
}

static void test_range(void **state)
{
	struct bench b;
	struct ecdsa_sig sig;

	bench_init(&b);
	memset(&sig, 0, sizeof(sig)); /* r = s = 0: the forgery of CVE-2022-21449 */
	assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
	sig = b.sig;
	memset(sig.r, 0, sizeof(sig.r));
	assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
	add_order(sig.r, 1); /* r = n */
	assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
	sig = b.sig;
	memset(sig.s, 0, sizeof(sig.s));
	assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
	for (unsigned k = 1; k < 4; k++) {
		sig = b.sig;
		add_order(sig.r, k);
		assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
		sig = b.sig;
		add_order(sig.s, k);
		assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
	}
	memset(&sig, 0xff, sizeof(sig));
	assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
}

/*
 * r = -z / d makes u1 G + u2 Q the point at infinity, whatever s is: libcrypto reports an error,
 * and that must come out as a refusal of the signature and not as a failure of the host.
 */
static void test_sum_at_infinity(void **state)
{
	struct bench b;
	struct ecdsa_sig sig;
	struct digest z;
	u8 order[EC_LE_BYTES] = {0};
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n, *d, *r;

	bench_init(&b);
	add_order(order, 1);
	n = BN_lebin2bn(order, sizeof(order), NULL);
	d = BN_bin2bn(b.key.d, 48, NULL);
	assert_int_equal(digest_of(&z, HASH_SHA384, "sample", 6), 0);
	r = BN_bin2bn(z.b, 48, NULL);
	assert_non_null(BN_mod_inverse(d, d, n, ctx));
	assert_int_equal(BN_mod_mul(r, r, d, n, ctx), 1);
	assert_int_equal(BN_sub(r, n, r), 1);
	sig = b.sig;
	assert_int_equal(BN_bn2lebinpad(r, sig.r, sizeof(sig.r)), sizeof(sig.r));
	assert_int_equal(verify(&b, &sig), VERDICT_BAD_SIGNATURE);
	BN_free(n);
	BN_free(d);
	BN_free(r);
	BN_CTX_free(ctx);
}

/* n - s is the other signature that the same nonce gives; ECDSA accepts it. */
static void test_negated_s_is_valid(void **state)
{
	struct bench b;
	struct ecdsa_sig sig;
	BIGNUM *s;
	BIGNUM *n;
	u8 zero[EC_LE_BYTES] = {0};

	bench_init(&b);
	sig = b.sig;
	add_order(zero, 1);
	n = BN_lebin2bn(zero, sizeof(zero), NULL);
	s = BN_lebin2bn(sig.s, sizeof(sig.s), NULL);
	assert_int_equal(BN_sub(s, n, s), 1);
	assert_int_equal(BN_bn2lebinpad(s, sig.s, sizeof(sig.s)), sizeof(sig.s));
	assert_int_equal(verify(&b, &sig), VERDICT_GOOD);
	BN_free(s);
	BN_free(n);
}

static void test_wrong_key_and_hash(void **state)
{
	struct bench b;
	struct ec_key other =
		key_of(EC_P384, "1111111111111111111111111111111111111111111111111111111111111111"
				"11111111111111111111111111111111");
	enum verdict v;

	bench_init(&b);
	assert_int_equal(ecdsa_verify(&v, &other.pub, HASH_SHA384, "sample", 6, &b.sig), 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	assert_int_equal(ecdsa_verify(&v, &b.key.pub, HASH_SHA256, "sample", 6, &b.sig), 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
}

/* A public key that no import made: refused before any verdict. */
static void test_forged_public(void **state)
{
	struct bench b;
	enum verdict v = VERDICT_GOOD;

	bench_init(&b);
	b.key.pub.y[47] ^= 1;
	assert_int_not_equal(ecdsa_verify(&v, &b.key.pub, HASH_SHA384, "sample", 6, &b.sig), 0);
	assert_int_equal(v, VERDICT_NONE);
}

static void test_round_trips(void **state)
{
	static const u8 seed[32] = {3};
	struct rng *rng = rng_new(seed);
	u8 message[64];

	for (int i = 0; i < 16; i++) {
		struct ec_key key;
		struct ecdsa_sig sig;
		enum verdict v;
		enum hash_alg alg = i & 1 ? HASH_SHA256 : HASH_SHA384;

		rng_fill(rng, message, sizeof(message));
		assert_int_equal(ec_key_generate(&key, i & 2 ? EC_P256 : EC_P384, rng), 0);
		assert_int_equal(ecdsa_sign(&sig, &key, alg, message, sizeof(message)), 0);
		assert_int_equal(ecdsa_verify(&v, &key.pub, alg, message, sizeof(message), &sig),
				 0);
		assert_int_equal(v, VERDICT_GOOD);
	}
	rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc6979),
		cmocka_unit_test(test_sev_report),
		cmocka_unit_test(test_snp_id_block),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_sum_at_infinity),
		cmocka_unit_test(test_negated_s_is_valid),
		cmocka_unit_test(test_wrong_key_and_hash),
		cmocka_unit_test(test_forged_public),
		cmocka_unit_test(test_round_trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
