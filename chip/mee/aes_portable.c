/* SPDX-License-Identifier: MIT */
/*
 * AES-128 in plain C: key expansion for every path, and the cipher on bit planes.
 *
 * Thirty-two blocks are turned by 90 degrees: plane row[r][b] collects bit b of the bytes that
 * stand in row r of the states.  A lane of it holds eight blocks, a byte of a lane one column:
 *
 *	bit of a lane	31 .. 24    23 .. 16	15 ..  8    7 .. 0
 *			column 3    column 2	column 1    column 0	(block 7 .. 0 in each)
 *
 * Then SubBytes is a circuit (aes_sbox.h), ShiftRows rotates lanes by whole columns, and MixColumns
 * XORs planes of different rows.  No table is read, so nothing leaks through the host's caches.
 * [FIPS 197 5.1, 5.2, 5.3.5]
 */
#include <string.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/types.h"

#include "chip/mee/aes_sbox.h"
#include "chip/mee/mee_impl.h"

enum { WORD = 4 };

/* Key expansion. */

static void sub_word(u8 word[WORD])
{
	plane_t x[8] = {{0}};

	for (unsigned b = 0; b < 8; b++)
		for (unsigned i = 0; i < WORD; i++)
			x[b][0] |= (u32)(word[i] >> b & 1) << i;
	aes_sbox(x);
	memset(word, 0, WORD);
	for (unsigned b = 0; b < 8; b++)
		for (unsigned i = 0; i < WORD; i++)
			word[i] |= (u8)((x[b][0] >> i & 1) << b);
}

static u8 times_two(u8 a)
{
	return (u8)(a << 1 ^ (a >> 7) * 0x1b);
}

static void next_round_key(u8 next[MEE_KEY_SIZE], const u8 key[MEE_KEY_SIZE], u8 round_constant)
{
	u8 word[WORD] = {key[13], key[14], key[15], key[12]};

	sub_word(word);
	word[0] ^= round_constant;
	for (unsigned i = 0; i < WORD; i++)
		next[i] = key[i] ^ word[i];
	for (unsigned i = WORD; i < MEE_KEY_SIZE; i++)
		next[i] = key[i] ^ next[i - WORD];
}

/* See inv_mix_columns below, which does this to planes. */
static void inv_mix_column(u8 a[WORD])
{
	u8 even = times_two(times_two(a[0] ^ a[2]));
	u8 odd = times_two(times_two(a[1] ^ a[3]));
	u8 b[WORD] = {a[0] ^ even, a[1] ^ odd, a[2] ^ even, a[3] ^ odd};
	u8 all = b[0] ^ b[1] ^ b[2] ^ b[3];

	for (unsigned r = 0; r < WORD; r++)
		a[r] = b[r] ^ all ^ times_two(b[r] ^ b[(r + 1) % WORD]);
}

static block_t inv_mix_key(block_t key)
{
	u8 *bytes = (u8 *)&key;

	for (unsigned c = 0; c < 4; c++)
		inv_mix_column(bytes + WORD * c);
	return key;
}

void aes_expand_key(struct aes_key *key, const u8 bytes[MEE_KEY_SIZE])
{
	u8 round_constant = 1;

	memcpy(&key->enc[0], bytes, MEE_KEY_SIZE);
	for (unsigned r = 1; r <= AES_ROUNDS; r++) {
		next_round_key((u8 *)&key->enc[r], (const u8 *)&key->enc[r - 1], round_constant);
		round_constant = times_two(round_constant);
	}
	key->dec[0] = key->enc[AES_ROUNDS];
	for (unsigned r = 1; r < AES_ROUNDS; r++)
		key->dec[r] = inv_mix_key(key->enc[AES_ROUNDS - r]);
	key->dec[AES_ROUNDS] = key->enc[0];
}

/* Between bytes and planes: everything is done by exchanging bits of two planes, and undone so. */

/* Exchanges the bits of *b under mask with those of *a that stand `shift` higher. */
static ALWAYS_INLINE void swap_bits(plane_t *a, plane_t *b, unsigned shift, u32 mask)
{
	plane_t differ = (*a >> shift ^ *b) & mask;

	*b ^= differ;
	*a ^= differ << shift;
}

/* In each lane: byte j of *p[i] changes places with byte i of *p[j]. */
static ALWAYS_INLINE void transpose_bytes(plane_t *p0, plane_t *p1, plane_t *p2, plane_t *p3)
{
	swap_bits(p0, p2, 16, 0x0000ffff);
	swap_bits(p1, p3, 16, 0x0000ffff);
	swap_bits(p0, p1, 8, 0x00ff00ff);
	swap_bits(p2, p3, 8, 0x00ff00ff);
}

/* In each byte: bit j of p[i] changes places with bit i of p[j]. */
static ALWAYS_INLINE void transpose_bits(plane_t p[8])
{
	for (unsigned i = 0; i < 4; i++)
		swap_bits(&p[i], &p[i + 4], 4, 0x0f0f0f0f);
	for (unsigned i = 0; i < 2; i++) {
		swap_bits(&p[i], &p[i + 2], 2, 0x33333333);
		swap_bits(&p[i + 4], &p[i + 6], 2, 0x33333333);
	}
	for (unsigned i = 0; i < 8; i += 2)
		swap_bits(&p[i], &p[i + 1], 1, 0x55555555);
}

/* First by columns, as the bytes stand in memory; then by rows; then by bits. */
static void slice(struct aes_planes *s, const block_t x[AES_PLANE_BLOCKS])
{
	const u8 *block = (const u8 *)x;

	for (unsigned n = 0; n < 8; n++) {
		for (unsigned c = 0; c < 4; c++)
			for (unsigned lane = 0; lane < AES_PLANE_LANES; lane++)
				s->row[c][n][lane] =
					get_le32(block + MEE_BLOCK * (8 * lane + n) + WORD * c);
		transpose_bytes(&s->row[0][n], &s->row[1][n], &s->row[2][n], &s->row[3][n]);
	}
	for (unsigned r = 0; r < 4; r++)
		transpose_bits(s->row[r]);
}

static void unslice(block_t x[AES_PLANE_BLOCKS], struct aes_planes *s)
{
	u8 *block = (u8 *)x;

	for (unsigned r = 0; r < 4; r++)
		transpose_bits(s->row[r]);
	for (unsigned n = 0; n < 8; n++) {
		transpose_bytes(&s->row[0][n], &s->row[1][n], &s->row[2][n], &s->row[3][n]);
		for (unsigned c = 0; c < 4; c++)
			for (unsigned lane = 0; lane < AES_PLANE_LANES; lane++)
				put_le32(block + MEE_BLOCK * (8 * lane + n) + WORD * c,
					 s->row[c][n][lane]);
	}
}

void aes_slice_keys(struct aes_planes sliced[AES_ROUNDS - 1], const block_t *round_keys)
{
	for (unsigned round = 1; round < AES_ROUNDS; round++) {
		const u8 *key = (const u8 *)&round_keys[round];

		for (unsigned r = 0; r < 4; r++)
			for (unsigned b = 0; b < 8; b++) {
				u32 columns = 0; /* bit 8 c is that of column c */

				for (unsigned c = 0; c < 4; c++)
					columns |= (u32)(key[WORD * c + r] >> b & 1) << 8 * c;
				sliced[round - 1].row[r][b] = (plane_t){0} + columns * 0xff;
			}
	}
}

/* Rounds. */

static void sub_bytes(struct aes_planes *s)
{
	for (unsigned r = 0; r < 4; r++)
		aes_sbox(s->row[r]);
}

static void inv_sub_bytes(struct aes_planes *s)
{
	for (unsigned r = 0; r < 4; r++)
		aes_inverse_sbox(s->row[r]);
}

static ALWAYS_INLINE void rotate_columns(plane_t row[8], unsigned columns)
{
	UNROLL
	for (unsigned b = 0; b < 8; b++)
		row[b] = row[b] >> 8 * columns | row[b] << (32 - 8 * columns);
}

static void shift_rows(struct aes_planes *s)
{
	rotate_columns(s->row[1], 1);
	rotate_columns(s->row[2], 2);
	rotate_columns(s->row[3], 3);
}

static void inv_shift_rows(struct aes_planes *s)
{
	rotate_columns(s->row[1], 3);
	rotate_columns(s->row[2], 2);
	rotate_columns(s->row[3], 1);
}

static ALWAYS_INLINE void add(plane_t a[8], const plane_t x[8])
{
	UNROLL
	for (unsigned b = 0; b < 8; b++)
		a[b] ^= x[b];
}

/* a += 2 x: bits move up, and bit 7 comes back as 1bh. */
static ALWAYS_INLINE void add_twice(plane_t a[8], const plane_t x[8])
{
	a[0] ^= x[7];
	a[1] ^= x[0] ^ x[7];
	a[2] ^= x[1];
	a[3] ^= x[2] ^ x[7];
	a[4] ^= x[3] ^ x[7];
	a[5] ^= x[4];
	a[6] ^= x[5];
	a[7] ^= x[6];
}

/* a_r becomes a_r + (a_0 + a_1 + a_2 + a_3) + 2 (a_r + a_{r+1}). */
static void mix_columns(struct aes_planes *s)
{
	struct aes_planes pair = *s;

	for (unsigned r = 0; r < 4; r++)
		add(pair.row[r], s->row[(r + 1) % 4]);
	for (unsigned r = 0; r < 4; r++) {
		add(s->row[r], pair.row[0]);
		add(s->row[r], pair.row[2]);
		add_twice(s->row[r], pair.row[r]);
	}
}

/* MixColumns, after a_r has become a_r + 4 (a_r + a_{r+2}). */
static void inv_mix_columns(struct aes_planes *s)
{
	for (unsigned r = 0; r < 2; r++) {
		plane_t sum[8] = {{0}}, twice[8] = {{0}}, four[8] = {{0}};

		add(sum, s->row[r]);
		add(sum, s->row[r + 2]);
		add_twice(twice, sum);
		add_twice(four, twice);
		add(s->row[r], four);
		add(s->row[r + 2], four);
	}
	mix_columns(s);
}

static void add_round_key(struct aes_planes *s, const struct aes_planes *key)
{
	for (unsigned r = 0; r < 4; r++)
		add(s->row[r], key->row[r]);
}

void aes_encrypt_rounds(const struct aes_planes *sliced, block_t x[AES_PLANE_BLOCKS])
{
	struct aes_planes s;

	slice(&s, x);
	for (unsigned r = 1; r < AES_ROUNDS; r++) {
		sub_bytes(&s);
		shift_rows(&s);
		mix_columns(&s);
		add_round_key(&s, &sliced[r - 1]);
	}
	sub_bytes(&s);
	shift_rows(&s);
	unslice(x, &s);
}

void aes_decrypt_rounds(const struct aes_planes *sliced, block_t x[AES_PLANE_BLOCKS])
{
	struct aes_planes s;

	slice(&s, x);
	for (unsigned r = 1; r < AES_ROUNDS; r++) {
		inv_sub_bytes(&s);
		inv_shift_rows(&s);
		inv_mix_columns(&s);
		add_round_key(&s, &sliced[r - 1]);
	}
	inv_sub_bytes(&s);
	inv_shift_rows(&s);
	unslice(x, &s);
}
