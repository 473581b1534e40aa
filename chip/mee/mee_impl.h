/* SPDX-License-Identifier: MIT */
/*
 * Inside the engine: what the files of this folder share, and nobody else includes.
 *
 * The work is cut into runs, a run being consecutive blocks of one page under one key.  All that is
 * common to a run is computed once, by mee.c; what is left for each block i is
 *
 *	x      = in[i] ^ first ^ pre[i]
 *	x      = rounds 1 to 9 of AES (x)
 *	out[i] = last round of AES (x) ^ last ^ post[i]
 *
 * This one shape serves XE and XEX, encryption and decryption.  T is linear, so the tweak of a block
 * is the tweak of its page XOR that of its offset in the page: the offsets' part is a table (pre,
 * post) made at start, the page's part is merged, together with the outermost round keys, into
 * first and last.  Where a mode has no tweak (XE on the ciphertext's side) the table is all zero.
 *
 * A path is a pair of functions that process a run.
 */
#ifndef CHIP_MEE_MEE_IMPL_H
#define CHIP_MEE_MEE_IMPL_H

#include "base/compiler.h"
#include "base/types.h"

#include "chip/mee/mee.h"

/* A block, a round key or a tweak: 16 bytes in memory order; XOR is `^`. */
typedef u64 block_t VECTOR(16);

enum {
	AES_ROUNDS = 10,
	AES_ROUND_KEYS = AES_ROUNDS + 1,
	BLOCKS_PER_PAGE = 4096 / MEE_BLOCK,
};

/* The round keys in order of use; dec is for the equivalent inverse cipher.  [FIPS 197 5.3.5] */
struct aes_key {
	block_t enc[AES_ROUND_KEYS];
	block_t dec[AES_ROUND_KEYS];
};

struct mee_run {
	const block_t *round_keys; /* of which the kernels use 1 to 9 */
	block_t first;             /* round key 0, with the page's tweak where pre is not zero */
	block_t last;              /* round key 10, with the page's tweak where post is not zero */
	const block_t *pre;        /* for each block of the run, to XOR before the cipher */
	const block_t *post;       /* likewise, after it */
	size_t blocks;             /* 1 .. BLOCKS_PER_PAGE */
};

struct mee_kernels {
	const char *name;
	bool (*offered)(void);
	void (*encrypt)(const struct mee_run *run, u8 *dst, const u8 *src);
	void (*decrypt)(const struct mee_run *run, u8 *dst, const u8 *src);
};

extern const struct mee_kernels mee_portable_kernels;
extern const struct mee_kernels mee_aesni_kernels;
extern const struct mee_kernels mee_vaes_kernels;

/* host_cpu.c: what the processor has and the operating system has switched on. */
bool host_has_aesni(void);
bool host_has_vaes512(void);

/*
 * aes_portable.c.  aes_expand_key makes both key schedules; its time does not depend on the key.
 * The rest is AES on thirty-two blocks at once, cut into bit planes: row[r][b] collects bit b of
 * the bytes that stand in row r of the states; bit 8 c + n % 8 of lane n / 8 is from column c of
 * block n.
 */
enum { AES_PLANE_LANES = 4, AES_PLANE_BLOCKS = 8 * AES_PLANE_LANES };

typedef u32 plane_t VECTOR(4 * AES_PLANE_LANES);

struct aes_planes {
	plane_t row[4][8];
};

void aes_expand_key(struct aes_key *key, const u8 bytes[MEE_KEY_SIZE]);

/* Round keys 1 to 9 of a schedule as planes (index 0 is round 1), the same for all blocks. */
void aes_slice_keys(struct aes_planes sliced[AES_ROUNDS - 1], const block_t *round_keys);

/* Rounds 1 to 10 without the XOR of round keys 0 and 10, which is the caller's. */
void aes_encrypt_rounds(const struct aes_planes *sliced, block_t x[AES_PLANE_BLOCKS]);
void aes_decrypt_rounds(const struct aes_planes *sliced, block_t x[AES_PLANE_BLOCKS]);

/*
 * mee_tweak.c.  T as tables, one for each byte of the address bits 4..51: by_byte[0] is the tweak of
 * each block offset in a page, by_byte[1..5] that of each byte of the page number.
 */
enum { TWEAK_LOW_BIT = 4, TWEAK_BITS = 48, TWEAK_BYTES = TWEAK_BITS / 8 };

struct mee_tweaks {
	block_t by_byte[TWEAK_BYTES][256];
};

void mee_tweaks_init(struct mee_tweaks *t, enum mee_profile profile, struct rng *rng);

/* The part of T that all blocks of the page at spa share. */
static inline block_t mee_page_tweak(const struct mee_tweaks *t, spa_t spa)
{
	return t->by_byte[1][(u8)(spa.v >> 12)] ^ t->by_byte[2][(u8)(spa.v >> 20)] ^
	       t->by_byte[3][(u8)(spa.v >> 28)] ^ t->by_byte[4][(u8)(spa.v >> 36)] ^
	       t->by_byte[5][(u8)(spa.v >> 44)];
}

#endif
