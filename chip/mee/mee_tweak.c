/* SPDX-License-Identifier: MIT */
/*
 * The address tweak: its constants, and the tables that make it cheap.
 *
 * T(spa) is linear over the address bits, so the tweak of any address is the XOR of the tweaks of
 * its bytes.  Six tables of 256 entries replace a walk over 48 bits; the one for bits 4..11 holds
 * the tweaks of all blocks of a page, in order, and is what the kernels stream through.
 *
 * The Zen 1 constants repeat four bytes and are the same on every chip, hence known: they were
 * measured on EPYC 7251 and 7401P (Wilke, Wichelmann, Morbitzer, Eisenbarth: "SEVurity: No Security
 * Without Integrity", IEEE S&P 2020).  Zen 2 and later draw 128-bit ones at each boot.
 */
#include "chip/mee/mee_impl.h"

#include <string.h>

#include "base/bytes.h"

enum { PUBLISHED = 32 - TWEAK_LOW_BIT, ZEN1_BYTES = 4 };

/* clang-format off */
static const u8 zen1_published[PUBLISHED][ZEN1_BYTES] = {
	/*  4 */ { 0x82, 0x25, 0x38, 0x38 }, { 0xec, 0x09, 0x07, 0x9c },
	/*  6 */ { 0x40, 0x00, 0x00, 0x18 }, { 0x81, 0x02, 0xa2, 0x3a },
	/*  8 */ { 0x77, 0xd9, 0x10, 0x77 }, { 0xb0, 0x10, 0xb2, 0xc0 },
	/* 10 */ { 0x53, 0x6d, 0x54, 0x4d }, { 0x15, 0x68, 0xee, 0x53 },
	/* 12 */ { 0xb0, 0x92, 0x30, 0xc2 }, { 0x96, 0x70, 0xff, 0x8e },
	/* 14 */ { 0x36, 0x1b, 0x90, 0xd5 }, { 0x04, 0x00, 0xc2, 0x36 },
	/* 16 */ { 0xe8, 0x18, 0x29, 0x85 }, { 0xbd, 0x31, 0xf9, 0x2a },
	/* 18 */ { 0xa5, 0x0d, 0x37, 0x44 }, { 0xf4, 0x31, 0xd8, 0x4c },
	/* 20 */ { 0x02, 0x04, 0x31, 0x81 }, { 0xb3, 0x71, 0x32, 0xa1 },
	/* 22 */ { 0x50, 0x8a, 0xc0, 0x6c }, { 0x16, 0x8a, 0x80, 0x20 },
	/* 24 */ { 0x7f, 0x9b, 0xc0, 0x07 }, { 0x00, 0xdb, 0x04, 0x07 },
	/* 26 */ { 0x7f, 0x00, 0x04, 0x04 }, { 0x70, 0xfa, 0x01, 0xbe },
	/* 28 */ { 0xbb, 0x3d, 0x28, 0x90 }, { 0xbd, 0x2d, 0xd5, 0x26 },
	/* 30 */ { 0x1c, 0x5d, 0x6c, 0xe2 }, { 0x4f, 0x5c, 0xe7, 0x27 },
};
/* clang-format on */

static block_t repeat_four_bytes(const u8 bytes[ZEN1_BYTES])
{
	const u64 twice = get_le32(bytes) * 0x100000001ull;

	return (block_t){twice, twice};
}

/*
 * [CHOICE 3] Nobody has published t_32 to t_51.  They must be the same on every chip and repeat four
 * bytes; ours are the first four bytes of AES-128, under the zero key, of the block that holds i.
 */
static block_t zen1_unpublished(unsigned bit)
{
	static const u8 zero_key[MEE_KEY_SIZE];
	block_t x[AES_PLANE_BLOCKS] = {{bit, 0}};
	struct aes_planes sliced[AES_ROUNDS - 1];
	struct aes_key key;

	aes_expand_key(&key, zero_key);
	aes_slice_keys(sliced, key.enc);
	x[0] ^= key.enc[0];
	aes_encrypt_rounds(sliced, x);
	x[0] ^= key.enc[AES_ROUNDS];
	return repeat_four_bytes((const u8 *)&x[0]);
}

static void zen1_constants(block_t t[TWEAK_BITS])
{
	for (unsigned i = 0; i < TWEAK_BITS; i++)
		t[i] = i < PUBLISHED ? repeat_four_bytes(zen1_published[i])
				     : zen1_unpublished(TWEAK_LOW_BIT + i);
}

/* All XORs of the eight constants of one address byte. */
static void fill_table(block_t table[256], const block_t t[8])
{
	table[0] = (block_t){0, 0};
	for (unsigned bit = 0; bit < 8; bit++)
		for (unsigned low = 0; low < 1u << bit; low++)
			table[1u << bit | low] = table[low] ^ t[bit];
}

void mee_tweaks_init(struct mee_tweaks *tweaks, enum mee_profile profile, struct rng *rng)
{
	block_t t[TWEAK_BITS]; /* t[i] belongs to address bit 4 + i */

	if (profile == MEE_ZEN2_XEX)
		rng_fill(rng, t, sizeof(t));
	else
		zen1_constants(t);
	for (unsigned byte = 0; byte < TWEAK_BYTES; byte++)
		fill_table(tweaks->by_byte[byte], &t[8 * byte]);
	explicit_bzero(t, sizeof(t));
}
