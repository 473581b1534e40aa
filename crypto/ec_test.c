/* SPDX-License-Identifier: MIT */
/*
 * Key agreement of RFC 5903, the chip identity and session keys of SEV's worked examples, and
 * points that must not pass.
 */
#include "crypto/ec.h"

#include <errno.h>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/testbed.h"

static struct ec_key key_of(enum ec_curve curve, const char *d)
{
	u8 scalar[EC_MAX_BYTES];
	struct ec_key key;

	assert_int_equal(unhex(scalar, sizeof(scalar), d), ec_bytes(curve));
	assert_int_equal(ec_key_from_be(&key, curve, scalar, NULL), 0);
	return key;
}

struct agreement {
	enum ec_curve curve;
	const char *d1, *x1, *y1;
	const char *d2, *x2, *y2;
	const char *z;
};

/* clang-format off */
static const struct agreement AGREEMENTS[] = {
	{EC_P256, /* RFC 5903 8.1 */
	 "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
	 "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180",
	 "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
	 "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
	 "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63",
	 "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
	 "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
	{EC_P384, /* RFC 5903 8.2 */
	 "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
	 "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa",
	 "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
	 "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
	 "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571",
	 "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
	 "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"},
	{EC_P384, /* the owner and the PDH of SEV's worked example */
	 "56ffbf658f3529ca3b57bebab6acfb7937d84af1a12b7213a20cc9e3785c3b5a6b2daf9ed45c56c67a114995354927c6",
	 "a767383fa9f4c691b39223bb8e2cc37cdab45d58c5be232a4ed4dd583ea5d995c63ae76d682782cde09e7f8d30059685",
	 "6543d0d646c7160e9c63f5c3f71c441f65215a5e9ec9193f837815444a02af005f382afc486b496db44a04e44fe1d9e6",
	 "5c7c9d05dced6000187f41e1981115cf59ecf77a44d678c42d9077db3e3c317ecbc94bcca2d9626b8a4ffb449a2b4f6d",
	 "deaa5ea3254ed50e0e1b771ecb31002fd4c11fd89905e7539b2dd1174d2f28494e819004abb97cb0eb1dcbd48294f316",
	 "f1b626716b771dbd49258af06a4e1aafa4cb0b42576de7e07d3b583c7f759b4bfc640b18b2fa9760a20779d7710ae15f",
	 "647a5e0e5db0e849a689e01797d90df53612816ed007e9c2835b5b681e06c83b7f4d763a3c8646bde2d2524620f251d0"},
};
/* clang-format on */

static void test_agreement(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(AGREEMENTS); i++) {
		const struct agreement *a = &AGREEMENTS[i];
		struct ec_key one = key_of(a->curve, a->d1);
		struct ec_key two = key_of(a->curve, a->d2);
		size_t n = ec_bytes(a->curve);
		struct ec_secret z;

		assert_hex(one.pub.x, n, a->x1);
		assert_hex(one.pub.y, n, a->y1);
		assert_hex(two.pub.x, n, a->x2);
		assert_hex(two.pub.y, n, a->y2);
		assert_int_equal(ec_agree(&z, &one, &two.pub), 0);
		assert_hex(z.b, z.len, a->z);
		assert_int_equal(ec_agree(&z, &two, &one.pub), 0);
		assert_hex(z.b, z.len, a->z);
		ec_key_wipe(&one);
		ec_key_wipe(&two);
	}
}

/* The shared secret keeps its leading zeros: searches a peer for which it has one. */
static void test_secret_is_padded(void **state)
{
	struct ec_key own = key_of(EC_P256, AGREEMENTS[0].d1);
	u8 scalar[32] = {0};
	struct ec_secret z;
	struct ec_key peer;
	unsigned found = 0;

	for (unsigned i = 1; i < 2000 && !found; i++) {
		scalar[30] = (u8)(i >> 8);
		scalar[31] = (u8)i;
		assert_int_equal(ec_key_from_be(&peer, EC_P256, scalar, NULL), 0);
		assert_int_equal(ec_agree(&z, &own, &peer.pub), 0);
		assert_int_equal(z.len, 32);
		found = z.b[0] == 0;
	}
	assert_true(found);
}

/* Zen 2's identity: the chip ID is a secp256k1 point, the CEK comes from the same fuses. */
static void test_chip_identity(void **state)
{
	struct ec_key id;
	struct ec_key cek;
	struct sha256_digest k;
	u8 fuses[32];
	u8 derived[56];
	u8 wide[56];

	fill_sequence(fuses, sizeof(fuses), 0xa0);
	assert_int_equal(ec_key_from_be(&id, EC_SECP256K1, fuses, NULL), 0);
	assert_hex(id.pub.x, 32,
		   "59985e15f91d5c9e770a1540459ab643fe646b73648abbbb65a13ad0539658e9");
	assert_hex(id.pub.y, 32,
		   "8a90ed11b3966e7fbff3102d88777b8b1c046f71ea4e9e01fd94224b718178aa");
	assert_int_equal(sha256(&k, fuses, sizeof(fuses)), 0);
	assert_int_equal(kdf_derive_sev(derived, 56, k.b, 32, "sev-chip-endorsement-key", NULL, 0),
			 0);
	bytes_reverse(wide, derived, sizeof(wide)); /* AMD reads it as little-endian */
	assert_int_equal(ec_key_from_wide(&cek, EC_P384, wide, sizeof(wide)), 0);
	assert_hex(cek.d, 48,
		   "4916c7357c10251800a32824748aa481c03670a2d91fea1e0a2018e01b0c6b85"
		   "30d413f4fb39cea4334515068e148b91");
	assert_hex(cek.pub.x, 48,
		   "41a37b52b496587b8387eb0bd8e090b13ecab5fde78b4f0c268131bbf621db2f"
		   "38b2eabd3fc46f680758e77d0422d4e3");
	assert_hex(cek.pub.y, 48,
		   "bd478dfa12477171f0c4b8d9c0e7aedcf424b2925667d61cb4c5698a3a446466"
		   "5791839d95fa6e154472c816b174fd35");
}

/* How the worked examples make their keys: a digest read as a big-endian number. */
static void test_key_from_wide(void **state)
{
	static const char label[] = "sev-digest/godh";
	struct sha384_digest d;
	struct ec_key key;
	u8 wide[56];

	assert_int_equal(sha384(&d, label, strlen(label)), 0);
	assert_int_equal(ec_key_from_wide(&key, EC_P384, d.b, sizeof(d.b)), 0);
	assert_hex(key.d, 48, AGREEMENTS[2].d1);
	memset(wide, 0, sizeof(wide)); /* 0 mod (n - 1) + 1 */
	assert_int_equal(ec_key_from_wide(&key, EC_P384, wide, sizeof(wide)), 0);
	assert_true(key.d[47] == 1 && bytes_are_zero(key.d, 47));
}

#define ORDER_384                                                          \
	"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf" \
	"581a0db248b0a77aecec196accc52973"
#define ORDER_384_LESS_1                                                   \
	"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf" \
	"581a0db248b0a77aecec196accc52972"
#define PRIME_384                                                          \
	"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe" \
	"ffffffff0000000000000000ffffffff"

static void test_wide_wraps_at_order(void **state)
{
	struct ec_key key;
	u8 wide[EC_MAX_BYTES];

	unhex(wide, sizeof(wide), ORDER_384); /* n mod (n - 1) + 1 */
	assert_int_equal(ec_key_from_wide(&key, EC_P384, wide, sizeof(wide)), 0);
	assert_true(key.d[47] == 2 && bytes_are_zero(key.d, 47));
}

static void test_scalar_range(void **state)
{
	struct error err;
	struct ec_key key;
	u8 d[EC_MAX_BYTES] = {0};

	assert_int_equal(ec_key_from_be(&key, EC_P384, d, &err), -EINVAL);
	assert_non_null(strstr(err.text, "1 .. n - 1"));
	unhex(d, sizeof(d), ORDER_384);
	assert_int_equal(ec_key_from_be(&key, EC_P384, d, &err), -EINVAL);
	assert_true(bytes_are_zero(&key, sizeof(key)));
	memset(d, 0xff, sizeof(d));
	assert_int_equal(ec_key_from_be(&key, EC_P384, d, NULL), -EINVAL);
	unhex(d, sizeof(d), ORDER_384_LESS_1);
	assert_int_equal(ec_key_from_be(&key, EC_P384, d, &err), 0);
}

static void test_amd_encoding(void **state)
{
	struct ec_key key = key_of(EC_P384, AGREEMENTS[2].d1);
	struct ec_public again;
	struct ec_key key_again;
	u8 x[EC_LE_BYTES];
	u8 y[EC_LE_BYTES];

	ec_public_to_le(&key.pub, x, y);
	assert_hex(x, 16,
		   "859605308d7f9ee0cd8227686de73ac6"); /* as in the worked GODH certificate */
	assert_true(bytes_are_zero(x + 48, 24) && bytes_are_zero(y + 48, 24));
	assert_int_equal(ec_public_from_le(&again, 2, x, y, NULL), 0);
	assert_true(ec_public_equal(&again, &key.pub));
	again.y[0] ^= 1;
	assert_false(ec_public_equal(&again, &key.pub));
	ec_key_to_le(&key, x);
	assert_int_equal(ec_key_from_le(&key_again, EC_P384, x, NULL), 0);
	assert_memory_equal(&key_again, &key, sizeof(key));
	x[48] = 1;
	assert_int_equal(ec_key_from_le(&key_again, EC_P384, x, NULL), -EINVAL);
	ec_key_wipe(&key);
	assert_true(bytes_are_zero(&key, sizeof(key)));
}

struct bad_point {
	const char *x;
	const char *y;
	const char *said;
};

#define BASE_X                                                             \
	"aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38" \
	"5502f25dbf55296c3a545e3872760ab7"
#define BASE_Y                                                             \
	"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0" \
	"0a60b1ce1d7e819d7a431d7c90ea0e5f"
#define BASE_Y_PLUS_1                                                      \
	"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0" \
	"0a60b1ce1d7e819d7a431d7c90ea0e60"
#define BASE_Y_NEGATIVE                                                    \
	"c9e821b569d9d390a26167406d6d23d6070be242d765eb831625ceec4a0f473e" \
	"f59f4e30e2817e6285bce2846f15f1a0"
#define ZERO_48                                                            \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"00000000000000000000000000000000"
#define TWO                                                                \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"00000000000000000000000000000002"

/* clang-format off */
static const struct bad_point BAD_POINTS[] = {
	/* Order 3 on another curve: the attack of CVE-2019-9836. */
	{TWO, "3d69c39b0407f54531af9425a378494a757fb59b0a3c609bcf0140e5dc0ad6de"
	      "b818561da76c6ad32fd2793289bf5c07", "not on the curve"},
	{ZERO_48, ZERO_48, "not on the curve"},
	{BASE_X, BASE_Y_PLUS_1, "not on the curve"},
	{BASE_Y, BASE_X, "not on the curve"},
	{PRIME_384, BASE_Y, "x is not below"},
	{BASE_X, PRIME_384, "y is not below"},
	{"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	 "ffffffffffffffffffffffffffffffff", BASE_Y, "x is not below"},
	/* p + 2 names the same residue as 2, in another way. */
	{"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
	 "ffffffff000000000000000100000001", BASE_Y, "x is not below"},
};
/* clang-format on */

static void test_bad_points(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(BAD_POINTS); i++) {
		const struct bad_point *p = &BAD_POINTS[i];
		struct error err = {0};
		struct ec_public pub;
		u8 x[EC_MAX_BYTES];
		u8 y[EC_MAX_BYTES];
		u8 lx[EC_LE_BYTES];
		u8 ly[EC_LE_BYTES];

		assert_int_equal(unhex(x, sizeof(x), p->x), 48);
		assert_int_equal(unhex(y, sizeof(y), p->y), 48);
		assert_int_equal(ec_public_from_be(&pub, EC_P384, x, y, &err), -EINVAL);
		assert_non_null(strstr(err.text, p->said));
		ec_le_from_be(lx, x, sizeof(x));
		ec_le_from_be(ly, y, sizeof(y));
		assert_int_equal(ec_public_from_le(&pub, 2, lx, ly, &err), -EINVAL);
		assert_true(bytes_are_zero(&pub, sizeof(pub)));
	}
}

/* The controls: the base point and its negative are good. */
static void test_good_points(void **state)
{
	struct ec_public pub;
	u8 x[EC_MAX_BYTES];
	u8 y[EC_MAX_BYTES];

	unhex(x, sizeof(x), BASE_X);
	unhex(y, sizeof(y), BASE_Y);
	assert_int_equal(ec_public_from_be(&pub, EC_P384, x, y, NULL), 0);
	unhex(y, sizeof(y), BASE_Y_NEGATIVE);
	assert_int_equal(ec_public_from_be(&pub, EC_P384, x, y, NULL), 0);
}

static void test_wrong_curve_and_padding(void **state)
{
	struct ec_key p256 = key_of(EC_P256, AGREEMENTS[0].d1);
	struct ec_key p384 = key_of(EC_P384, AGREEMENTS[1].d1);
	static const u32 bad_codes[] = {0, 3, 0x100, 0x200, UINT32_MAX};
	struct error err;
	struct ec_public pub;
	u8 x[EC_LE_BYTES];
	u8 y[EC_LE_BYTES];

	ec_public_to_le(&p256.pub, x, y);
	assert_int_equal(ec_public_from_le(&pub, 1, x, y, &err), 0);
	assert_int_equal(ec_public_from_le(&pub, 2, x, y, &err), -EINVAL);
	ec_public_to_le(&p384.pub, x, y);
	assert_int_equal(ec_public_from_le(&pub, 1, x, y, &err), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(bad_codes); i++) {
		assert_int_equal(ec_public_from_le(&pub, bad_codes[i], x, y, &err), -EINVAL);
		assert_non_null(strstr(err.text, "curve"));
	}
	for (size_t at = 48; at < EC_LE_BYTES; at++) {
		x[at] = 0x80;
		assert_int_equal(ec_public_from_le(&pub, 2, x, y, &err), -EINVAL);
		x[at] = 0;
		y[at] = 1;
		assert_int_equal(ec_public_from_le(&pub, 2, x, y, &err), -EINVAL);
		y[at] = 0;
	}
	assert_int_equal(ec_public_from_le(&pub, 2, x, y, &err), 0);
}

/* A point that did not come through an import is caught once more where it matters. */
static void test_agree_refuses_forged_public(void **state)
{
	struct ec_key own = key_of(EC_P384, AGREEMENTS[1].d1);
	struct ec_public forged = {.curve = EC_P384};
	struct ec_secret z;

	unhex(forged.x, sizeof(forged.x), BAD_POINTS[0].x);
	unhex(forged.y, sizeof(forged.y), BAD_POINTS[0].y);
	assert_int_not_equal(ec_agree(&z, &own, &forged), 0);
	assert_true(bytes_are_zero(&z, sizeof(z)));
}

static void test_generate(void **state)
{
	static const u8 seed[32] = {7};
	struct rng *a = rng_new(seed);
	struct rng *b = rng_new(seed);
	struct ec_key one;
	struct ec_key two;

	assert_true(a && b);
	assert_int_equal(ec_key_generate(&one, EC_P384, a), 0);
	assert_int_equal(ec_key_generate(&two, EC_P384, b), 0);
	assert_memory_equal(&one, &two, sizeof(one));
	assert_int_equal(ec_key_generate(&two, EC_P384, b), 0);
	assert_memory_not_equal(&one, &two, sizeof(one));
	assert_int_equal(ec_key_generate(&one, EC_P256, a), 0);
	assert_true(bytes_are_zero(one.d + 32, 16));
	rng_free(a);
	rng_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_secret_is_padded),
		cmocka_unit_test(test_chip_identity),
		cmocka_unit_test(test_key_from_wide),
		cmocka_unit_test(test_wide_wraps_at_order),
		cmocka_unit_test(test_scalar_range),
		cmocka_unit_test(test_amd_encoding),
		cmocka_unit_test(test_bad_points),
		cmocka_unit_test(test_good_points),
		cmocka_unit_test(test_wrong_curve_and_padding),
		cmocka_unit_test(test_agree_refuses_forged_public),
		cmocka_unit_test(test_generate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
