/* SPDX-License-Identifier: MIT */
/* The core cipher against the numbers of FIPS 197, on every path. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "base/types.h"

#include "chip/mee/aes_sbox.h"
#include "chip/mee/mee_impl.h"

struct vector {
	u8 key[MEE_KEY_SIZE];
	u8 plain[MEE_BLOCK];
	u8 cipher[MEE_BLOCK];
};

/* clang-format off */
static const struct vector vectors[] = {
	{	/* [FIPS 197 Appendix B] */
		{ 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
		  0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c },
		{ 0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d,
		  0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34 },
		{ 0x39, 0x25, 0x84, 0x1d, 0x02, 0xdc, 0x09, 0xfb,
		  0xdc, 0x11, 0x85, 0x97, 0x19, 0x6a, 0x0b, 0x32 },
	},
	{	/* [FIPS 197 Appendix C.1] */
		{ 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
		  0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f },
		{ 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		  0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff },
		{ 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
		  0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a },
	},
};
/* clang-format on */

enum { MANY = 43 }; /* blocks: a full step of every path and a rest */

static const block_t zeroes[MANY];

/* A run whose tweaks are all zero is AES itself. */
static struct mee_run bare_run(const block_t *round_keys)
{
	return (struct mee_run){
		.round_keys = round_keys,
		.first = round_keys[0],
		.last = round_keys[AES_ROUNDS],
		.pre = zeroes,
		.post = zeroes,
		.blocks = MANY,
	};
}

static void fill(u8 dst[MANY][MEE_BLOCK], const u8 block[MEE_BLOCK])
{
	for (unsigned i = 0; i < MANY; i++)
		memcpy(dst[i], block, MEE_BLOCK);
}

static void check_vectors(const struct mee_kernels *kernels)
{
	u8 in[MANY][MEE_BLOCK], out[MANY][MEE_BLOCK], want[MANY][MEE_BLOCK];

	if (!kernels->offered())
		skip();
	for (unsigned i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct mee_run run;
		struct aes_key key;

		aes_expand_key(&key, v->key);
		fill(in, v->plain);
		fill(want, v->cipher);
		run = bare_run(key.enc);
		kernels->encrypt(&run, out[0], in[0]);
		assert_memory_equal(out, want, sizeof(want));
		run = bare_run(key.dec);
		kernels->decrypt(&run, out[0], out[0]);
		assert_memory_equal(out, in, sizeof(in));
	}
}

static void fips197_portable(void **state)
{
	check_vectors(&mee_portable_kernels);
}

static void fips197_aesni(void **state)
{
	check_vectors(&mee_aesni_kernels);
}

static void fips197_vaes(void **state)
{
	check_vectors(&mee_vaes_kernels);
}

/* [FIPS 197 Appendix A.1]: first and last of the words w4 .. w43. */
static void key_expansion(void **state)
{
	static const u8 w4_w7[] = {0xa0, 0xfa, 0xfe, 0x17, 0x88, 0x54, 0x2c, 0xb1,
				   0x23, 0xa3, 0x39, 0x39, 0x2a, 0x6c, 0x76, 0x05};
	static const u8 w40_w43[] = {0xd0, 0x14, 0xf9, 0xa8, 0xc9, 0xee, 0x25, 0x89,
				     0xe1, 0x3f, 0x0c, 0xc8, 0xb6, 0x63, 0x0c, 0xa6};
	struct aes_key key;

	aes_expand_key(&key, vectors[0].key);
	assert_memory_equal(&key.enc[0], vectors[0].key, MEE_KEY_SIZE);
	assert_memory_equal(&key.enc[1], w4_w7, MEE_KEY_SIZE);
	assert_memory_equal(&key.enc[10], w40_w43, MEE_KEY_SIZE);
	assert_memory_equal(&key.dec[0], w40_w43, MEE_KEY_SIZE);
	assert_memory_equal(&key.dec[10], vectors[0].key, MEE_KEY_SIZE);
}

static u8 gf256_mul(u8 a, u8 b)
{
	u8 product = 0;

	for (; b; b >>= 1) {
		if (b & 1)
			product ^= a;
		a = (u8)(a << 1 ^ (a & 0x80 ? 0x1b : 0));
	}
	return product;
}

/* By the definition: search the inverse, then apply the affine map bit by bit. */
static u8 naive_sbox(u8 a)
{
	unsigned inverse = 0;
	u8 s = 0x63;

	while (a && gf256_mul(a, (u8)inverse) != 1)
		inverse++;
	for (unsigned i = 0; i < 8; i++)
		for (unsigned k = 4; k <= 8; k++)
			s ^= (u8)((inverse >> (i + k) % 8 & 1) << i);
	return s;
}

enum { PLANE_BYTES = 128 };

/* Byte n of the 128 whose bits the planes hold. */
static void put_byte(plane_t x[8], unsigned n, u8 a)
{
	for (unsigned b = 0; b < 8; b++)
		x[b][n / 32] |= (u32)(a >> b & 1) << n % 32;
}

static u8 get_byte(const plane_t x[8], unsigned n)
{
	u8 a = 0;

	for (unsigned b = 0; b < 8; b++)
		a |= (u8)((x[b][n / 32] >> n % 32 & 1) << b);
	return a;
}

static void check_sbox(unsigned first)
{
	plane_t x[8] = {{0}};

	for (unsigned n = 0; n < PLANE_BYTES; n++)
		put_byte(x, n, (u8)(first + n));
	aes_sbox(x);
	for (unsigned n = 0; n < PLANE_BYTES; n++)
		assert_int_equal(get_byte(x, n), naive_sbox((u8)(first + n)));
	aes_inverse_sbox(x);
	for (unsigned n = 0; n < PLANE_BYTES; n++)
		assert_int_equal(get_byte(x, n), (u8)(first + n));
}

static void sbox_is_the_definition(void **state)
{
	assert_int_equal(naive_sbox(0x00), 0x63);
	assert_int_equal(naive_sbox(0x53), 0xed);
	check_sbox(0);
	check_sbox(PLANE_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fips197_portable),       cmocka_unit_test(fips197_aesni),
		cmocka_unit_test(fips197_vaes),           cmocka_unit_test(key_expansion),
		cmocka_unit_test(sbox_is_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
