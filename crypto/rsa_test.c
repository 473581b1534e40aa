/* SPDX-License-Identifier: MIT */
/*
 * RSASSA-PSS with published signatures, both ways: verified as they stand, and made again from the
 * salt that they hide.  Then our own signatures, and every refusal.
 */
#include "crypto/rsa.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/rsa.h>

#include "base/bytes.h"
#include "crypto/rsa_key.h"
#include "crypto/rsa_pss.h"
#include "crypto/testbed.h"

struct known {
	u32 bits;
	enum hash_alg alg;
	const char *salt; /* found by undoing the signature with the public key */
	const char *modulus;
	const char *sig;
};

static const char MESSAGE[] = "123400";
static const u8 E65537[3] = {0x01, 0x00, 0x01};

/* clang-format off */
static const struct known KNOWN[] = { /* Wycheproof rsa_pss tests, case 4 of each */
	{2048, HASH_SHA256, /* 2048, SHA-256, salt 32 */
	 "91e6c3e35a23e0eb258a1603e1089b8784d3a22adcefb244104e6ca86343edcd",
	 "a2b451a07d0aa5f96e455671513550514a8a5b462ebef717094fa1fee82224e6"
	 "37f9746d3f7cafd31878d80325b6ef5a1700f65903b469429e89d6eac8845097"
	 "b5ab393189db92512ed8a7711a1253facd20f79c15e8247f3d3e42e46e48c98e"
	 "254a2fe9765313a03eff8f17e1a029397a1fa26a8dce26f490ed81299615d981"
	 "4c22da610428e09c7d9658594266f5c021d0fceca08d945a12be82de4d1ece6b"
	 "4c03145b5d3495d4ed5411eb878daf05fd7afc3e09ada0f1126422f590975a19"
	 "69816f48698bcbba1b4d9cae79d460d8f9f85e7975005d9bc22c4e5ac0f7c1a4"
	 "5d12569a62807d3b9a02e5a530e773066f453d1f5b4c2e9cf7820283f742b9d5",
	 "68caf07e71ee654ffabf07d342fc4059deb4f7e5970746c423b1e8f668d53322"
	 "75cc35eb61270aebd27855b1e80d59def47fe8882867fd33c2308c91976baa0b"
	 "1df952caa78db4828ab81e79949bf145cbdfd1c4987ed036f81e8442081016f2"
	 "0fa4b587574884ca6f6045959ce3501ae7c02b1902ec1d241ef28dee356c0d30"
	 "d28a950f1fbc683ee7d9aad26b048c13426fe3975d5638afeb5b9c1a99d162d3"
	 "a5810e8b074d7a2eae2be52b577151f76e1f734b0a956ef4f22be64dc20a81ad"
	 "1316e4f79dff5fc41fc08a20bc612283a88415d41595bfea66d59de7ac12e230"
	 "f72244ad9905aef0ead3fa41ed70bf4218863d5f041292f2d14ce0a7271c6d36"},
	{4096, HASH_SHA384, /* 4096, SHA-384, salt 48 */
	 "91e6c3e35a23e0eb258a1603e1089b8784d3a22adcefb244104e6ca86343edcd"
	 "33f602da5409305cb8cc44d7aecedec3",
	 "e3ae7de5bf44de7d357e238c8dff063ca713470777ab786b495884e7a9ba1dde"
	 "65de7d2b5be3f2b7d1830cf6ca8ed5c05d3f094aaaeb1dd2e4b2ede08613109a"
	 "9ba34c7e2bf8450225974374459f16da2c14192c637985febebbef01f0381e78"
	 "d0fd63b76038f5e3d35dc7d2243963366af5d7685f1bcfc99dcb91e94c930190"
	 "68353122edd03cc3e615e17c1bf1dd7c43dae86f47a40238fb594041cebdba25"
	 "f3fe9593a6c329b7f7c476eab7625d17ba7be7886936b733f8dce6e6c937f588"
	 "da1315c1117abd29c83895d95988d17f9fd7623960d8e433d7c6841507ff2faa"
	 "c36e0e19a41eb2cccdb2a2c0fae966719a99d203c924349bc0eea1374efd3e23"
	 "099b2d187922016fd014087520a67363687322b90d7a890d8f4464a8c794d2a3"
	 "f2070ccd3b0ebbca2b42bbf8eba6f2c0bf8008b5616ee7b81629ebff97a93a5b"
	 "861989daa10da7c8e3bc7b0cdb095f6ce1185cf8fd3dca035eb3e505cbe022d8"
	 "1d93945a144806b9fe0ba07f3ab9c70e72b5fb77ac6e4c7e03aa2dce7c5ef227"
	 "aba1acd48c1d93e0e26f01e8f1e43aa97880d15d6c924b060d1face21d03a796"
	 "c86301f4a74339e472b2f96cd0755741cb9df3535077381ada84d1bc0846a6c4"
	 "4c8a8d3cfe1b7a9913d1f3d7af2c5ea4e67ce0a7ed3c0058206fd13ad9ccad5a"
	 "8212f3ecd788368a6b6148178c7c5ea8d6d385227f2c76a047216e5e206b1ed1",
	 "92528f459c1bd0775d8c4655fb2fd5e8040f3265bb57fe1ee553c48f34738f3d"
	 "5ad2ae40d6037f02a23989669e0ee9835f3fc7444213558f2eda9bb9485c3b81"
	 "d99fe1ae4e26b22cd5ea7268d489d291d4f5e47f5cac8fad31027cc56138d5b5"
	 "5b3e45b05cc858afd6ed92bec181e1176b84ec33f134801aba8620b294b22381"
	 "65b8182dd30c1831307ec35944e1611469a458ed3eeec14805562f88eba7e952"
	 "beb9c19a8ec9c6a0c7e2418d0ade519c1675ee3b029bfad20c434ecf2b1105e7"
	 "6592bfb0341380adc413d566e62c9308f59d6ee717d25c5a2887af1c8341127b"
	 "690156186a7d265fecb99a08421c89c8da829c6e242f561876919b229e73cea2"
	 "f0694d8bff282231ad9b010e4d1c65483c2acfe70e0d840ab25e5d181ed7ff88"
	 "4f45d48c45934a60ffa6cbeefcff85d4bb3b6187a7d1454a2c08c5fa222715bb"
	 "fbf707a492ac8fa2a709686acf466966823473d82a7d7366e253a41372fa2200"
	 "cd4f3cc4d78a4bc2c425a53d1580f0e3ecc17b48bc55a8185688f3362a5ef7cb"
	 "547ef4524606ad3e317f0d1027059bea88a0ed7fdf44515838e3a03fe059a804"
	 "534b482801e5b1cc35ee6bbdcd4c6af53899cc97457224b8470cb72c4c41cb18"
	 "0ca639e18d45a9cdb38d27d9a82c04157c70d5ac18b623e79eeb9ff747289b85"
	 "80257356e7a2488f0811509190aff1c7dfe3e28019f5f861543af0004f897ee7"},
};
/* clang-format on */

/* A known case in bytes, little-endian. */
struct loaded {
	struct rsa_public pub;
	u8 sig[RSA_MAX_BYTES];
	size_t n;
};

static void load(struct loaded *l, const struct known *k)
{
	u8 be[RSA_MAX_BYTES];
	u8 modulus[RSA_MAX_BYTES];

	l->n = k->bits / 8;
	assert_int_equal(unhex(be, sizeof(be), k->modulus), l->n);
	bytes_reverse(modulus, be, l->n);
	assert_int_equal(rsa_public_from_le(&l->pub, k->bits, modulus, E65537, 3, NULL), 0);
	assert_int_equal(unhex(be, sizeof(be), k->sig), l->n);
	memset(l->sig, 0, sizeof(l->sig));
	bytes_reverse(l->sig, be, l->n);
}

static enum verdict verify(const struct loaded *l, enum hash_alg alg, enum rsa_salt salt)
{
	enum verdict v;

	assert_int_equal(rsa_pss_verify(&v, &l->pub, alg, salt, MESSAGE, 6, l->sig, l->n), 0);
	return v;
}

static void test_published_signatures(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(KNOWN); i++) {
		struct loaded l;
		enum hash_alg other = KNOWN[i].alg == HASH_SHA256 ? HASH_SHA384 : HASH_SHA256;

		load(&l, &KNOWN[i]);
		assert_int_equal(verify(&l, KNOWN[i].alg, RSA_SALT_AS_DIGEST), VERDICT_GOOD);
		assert_int_equal(verify(&l, KNOWN[i].alg, RSA_SALT_ANY), VERDICT_GOOD);
		assert_int_equal(verify(&l, other, RSA_SALT_ANY), VERDICT_BAD_SIGNATURE);
	}
}

/* The encoding that the published signer made, found again from its salt. */
static void test_published_encoding(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(KNOWN); i++) {
		struct loaded l;
		struct digest digest;
		u8 salt[HASH_MAX_BYTES];
		u8 ours[RSA_MAX_BYTES];
		u8 theirs[RSA_MAX_BYTES];
		BN_CTX *ctx = BN_CTX_new();
		BIGNUM *n, *e, *s;

		load(&l, &KNOWN[i]);
		n = BN_lebin2bn(l.pub.modulus, (int)l.n, NULL);
		e = BN_lebin2bn(l.pub.exponent, (int)l.n, NULL);
		s = BN_lebin2bn(l.sig, (int)l.n, NULL);
		assert_int_equal(BN_mod_exp(s, s, e, n, ctx), 1);
		assert_int_equal(BN_bn2binpad(s, theirs, (int)l.n), l.n);
		unhex(salt, sizeof(salt), KNOWN[i].salt);
		assert_int_equal(digest_of(&digest, KNOWN[i].alg, MESSAGE, 6), 0);
		assert_int_equal(rsa_pss_encode(ours, l.n, &digest, salt), 0);
		assert_memory_equal(ours, theirs, l.n);
		BN_free(n);
		BN_free(e);
		BN_free(s);
		BN_CTX_free(ctx);
	}
}

static void test_every_bit_counts(void **state)
{
	struct loaded l;

	load(&l, &KNOWN[0]);
	for (size_t bit = 0; bit < l.n * 8; bit += 7) {
		l.sig[bit / 8] ^= (u8)(1 << bit % 8);
		assert_int_equal(verify(&l, HASH_SHA256, RSA_SALT_ANY), VERDICT_BAD_SIGNATURE);
		l.sig[bit / 8] ^= (u8)(1 << bit % 8);
	}
	assert_int_equal(verify(&l, HASH_SHA256, RSA_SALT_AS_DIGEST), VERDICT_GOOD);
}

static void test_signature_field(void **state)
{
	struct loaded l;
	BIGNUM *s, *n;
	enum verdict v;

	load(&l, &KNOWN[0]);
	/* AMD's field is 512 bytes for either size. */
	assert_int_equal(rsa_pss_verify(&v, &l.pub, HASH_SHA256, RSA_SALT_ANY, MESSAGE, 6, l.sig,
					RSA_MAX_BYTES),
			 0);
	assert_int_equal(v, VERDICT_GOOD);
	l.sig[RSA_MAX_BYTES - 1] = 1;
	assert_int_equal(rsa_pss_verify(&v, &l.pub, HASH_SHA256, RSA_SALT_ANY, MESSAGE, 6, l.sig,
					RSA_MAX_BYTES),
			 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	assert_int_equal(
		rsa_pss_verify(&v, &l.pub, HASH_SHA256, RSA_SALT_ANY, MESSAGE, 6, l.sig, l.n - 1),
		0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	/* s + n is the same residue, if it still fits the field. */
	load(&l, &KNOWN[0]);
	s = BN_lebin2bn(l.sig, (int)l.n, NULL);
	n = BN_lebin2bn(l.pub.modulus, (int)l.n, NULL);
	assert_int_equal(BN_add(s, s, n), 1);
	assert_int_equal(BN_bn2lebinpad(s, l.sig, RSA_MAX_BYTES), RSA_MAX_BYTES);
	assert_int_equal(rsa_pss_verify(&v, &l.pub, HASH_SHA256, RSA_SALT_ANY, MESSAGE, 6, l.sig,
					RSA_MAX_BYTES),
			 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	memset(l.sig, 0, sizeof(l.sig));
	assert_int_equal(verify(&l, HASH_SHA256, RSA_SALT_ANY), VERDICT_BAD_SIGNATURE);
	BN_free(s);
	BN_free(n);
}

static void test_public_import(void **state)
{
	struct loaded l;
	struct error err;
	struct rsa_public pub;
	u8 modulus[RSA_MAX_BYTES];
	u8 e[RSA_MAX_BYTES] = {1, 0, 1};
	static const u32 bad_bits[] = {0, 1, 1024, 2047, 2049, 3072, 4095, 4097, UINT32_MAX};

	load(&l, &KNOWN[0]);
	memcpy(modulus, l.pub.modulus, sizeof(modulus));
	for (size_t i = 0; i < ARRAY_SIZE(bad_bits); i++) {
		assert_int_equal(rsa_public_from_le(&pub, bad_bits[i], modulus, e, 3, &err),
				 -EINVAL);
		assert_non_null(strstr(err.text, "expected 2048 or 4096"));
	}
	assert_int_equal(rsa_public_from_le(&pub, 4096, modulus, e, 3, &err), -EINVAL);
	assert_non_null(strstr(err.text, "shorter"));
	modulus[0] &= 0xfe;
	assert_int_equal(rsa_public_from_le(&pub, 2048, modulus, e, 3, &err), -EINVAL);
	assert_non_null(strstr(err.text, "even"));
	modulus[0] |= 1;
	assert_int_equal(rsa_public_from_le(&pub, 2048, modulus, e, sizeof(e), &err), 0);
	assert_true(rsa_public_equal(&pub, &l.pub));
	e[8] = 1; /* 2^64 and something */
	assert_int_equal(rsa_public_from_le(&pub, 2048, modulus, e, sizeof(e), &err), -EINVAL);
	assert_true(bytes_are_zero(&pub, sizeof(pub)));
	assert_false(rsa_public_equal(&pub, &l.pub));
	memset(e, 0, sizeof(e));
	assert_int_equal(rsa_public_from_le(&pub, 2048, modulus, e, sizeof(e), &err), -EINVAL);
	e[0] = 1;
	assert_int_equal(rsa_public_from_le(&pub, 2048, modulus, e, sizeof(e), &err), -EINVAL);
	e[0] = 2;
	assert_int_equal(rsa_public_from_le(&pub, 2048, modulus, e, sizeof(e), &err), -EINVAL);
	assert_int_equal(rsa_public_from_le(&pub, 2048, modulus, e, 0, &err), -EINVAL);
	e[0] = 3;
	assert_int_equal(rsa_public_from_le(&pub, 2048, modulus, e, 1, &err), 0);
}

static struct rsa_key *key_2048(void)
{
	static struct rsa_key *key;

	if (!key)
		assert_int_equal(rsa_key_generate(&key, 2048), 0);
	return key;
}

static void test_sign(void **state)
{
	static const u8 seed[32] = {9};
	struct rsa_key *key = key_2048();
	struct rng *a = rng_new(seed);
	struct rng *b = rng_new(seed);
	u8 one[RSA_MAX_BYTES];
	u8 two[RSA_MAX_BYTES];
	enum verdict v;

	for (int alg = HASH_SHA256; alg <= HASH_SHA384; alg++) {
		assert_int_equal(rsa_pss_sign(one, key, (enum hash_alg)alg, a, MESSAGE, 6), 0);
		assert_int_equal(rsa_pss_verify(&v, rsa_key_public(key), (enum hash_alg)alg,
						RSA_SALT_AS_DIGEST, MESSAGE, 6, one, 256),
				 0);
		assert_int_equal(v, VERDICT_GOOD);
		assert_int_equal(rsa_pss_verify(&v, rsa_key_public(key), (enum hash_alg)alg,
						RSA_SALT_AS_DIGEST, MESSAGE, 5, one, 256),
				 0);
		assert_int_equal(v, VERDICT_BAD_SIGNATURE);
		/* The generator's salt is all that is random. */
		assert_int_equal(rsa_pss_sign(two, key, (enum hash_alg)alg, b, MESSAGE, 6), 0);
		assert_memory_equal(one, two, 256);
		assert_int_equal(rsa_pss_sign(two, key, (enum hash_alg)alg, b, MESSAGE, 6), 0);
		assert_memory_not_equal(one, two, 256);
		assert_int_equal(rsa_pss_sign(two, key, (enum hash_alg)alg, a, MESSAGE, 6), 0);
	}
	rng_free(a);
	rng_free(b);
}

/* A signature made by libcrypto with the longest salt, as one public tool makes them. */
static void test_other_salt_lengths(void **state)
{
	struct rsa_key *key = key_2048();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	u8 be[256];
	u8 sig[256];
	size_t len = sizeof(be);
	enum verdict v;

	assert_int_equal(EVP_DigestSignInit(ctx, &pctx, EVP_sha256(), NULL, key->pkey), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_MAX), 1);
	assert_int_equal(EVP_DigestSign(ctx, be, &len, (const u8 *)MESSAGE, 6), 1);
	bytes_reverse(sig, be, sizeof(sig));
	assert_int_equal(rsa_pss_verify(&v, rsa_key_public(key), HASH_SHA256, RSA_SALT_ANY, MESSAGE,
					6, sig, sizeof(sig)),
			 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_int_equal(rsa_pss_verify(&v, rsa_key_public(key), HASH_SHA256, RSA_SALT_AS_DIGEST,
					MESSAGE, 6, sig, sizeof(sig)),
			 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	EVP_MD_CTX_free(ctx);
}

static void test_generate_sizes(void **state)
{
	struct rsa_key *key;

	assert_int_equal(rsa_key_generate(&key, 1024), -EINVAL);
	assert_null(key);
	assert_int_equal(rsa_key_generate(&key, 3072), -EINVAL);
	assert_int_equal(rsa_key_public(key_2048())->bits, 2048);
	assert_true(rsa_key_public(key_2048())->modulus[255] & 0x80);
	assert_true(bytes_are_zero(rsa_key_public(key_2048())->modulus + 256, 256));
	assert_memory_equal(rsa_key_public(key_2048())->exponent, E65537, 3);
	rsa_key_free(NULL);
}

static int free_key(void **state)
{
	rsa_key_free(key_2048());
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_signatures),
		cmocka_unit_test(test_published_encoding),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_signature_field),
		cmocka_unit_test(test_public_import),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_other_salt_lengths),
		cmocka_unit_test(test_generate_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, free_key);
}
