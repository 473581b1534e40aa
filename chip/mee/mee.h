/* SPDX-License-Identifier: MIT */
/*
 * Memory encryption engine: AES-128 on aligned 16-byte blocks, tweaked by the system physical
 * address, one key per slot.
 *
 *	XE	c = AES_K(m ^ T(spa))
 *	XEX	c = AES_K(m ^ T(spa)) ^ T(spa)
 *
 * T(spa) is the XOR, over the set bits i >= 4 of spa, of a 128-bit constant t_i.  There is no
 * integrity tag and no counter: equal plaintext at one address under one key gives equal
 * ciphertext for the life of the key.	[APM2 15.34 Secure Encrypted Virtualization]
 */
#ifndef CHIP_MEE_MEE_H
#define CHIP_MEE_MEE_H

#include "base/compiler.h"
#include "base/types.h"

#include "crypto/rng.h"

enum mee_profile {
	MEE_ZEN1_XE,  /* first silicon: XE, published 4-byte-periodic constants */
	MEE_ZEN1_XEX, /* later Zen 1: XEX, the same constants */
	MEE_ZEN2_XEX, /* Zen 2 and later: XEX, 128-bit constants fresh at each boot */
};

/* Implementations; all are bit-equal.  MEE_PATH_BEST is the fastest this host has. */
enum mee_path { MEE_PATH_PORTABLE, MEE_PATH_AESNI, MEE_PATH_VAES, MEE_PATH_BEST };

enum { MEE_BLOCK = 16, MEE_KEY_SIZE = 16 };

struct mee; /* opaque */

/*
 * An engine with key slots 0 .. slots-1 (slot 0 is the host's SME key, slot n that of ASID n;
 * 1 <= slots <= 4096).  Every slot starts with a random key from rng, as do the constants of
 * MEE_ZEN2_XEX; what is drawn, and in which order, does not depend on path.  NULL: out of memory,
 * or `path` is not offered by this host.  rng is not kept.  The caller frees with mee_free.
 */
struct mee *mee_new(enum mee_profile profile, unsigned slots, enum mee_path path,
		    struct rng *rng) MUST_CHECK;
void mee_free(struct mee *m); /* wipes all keys */

unsigned mee_slots(const struct mee *m);

/*
 * MEE_PATH_BEST is always offered, and its name is that of the path it stands for; mee_path_used
 * never returns it.  Names are static strings.
 */
bool mee_path_offered(enum mee_path path);
const char *mee_path_name(enum mee_path path);
enum mee_path mee_path_used(const struct mee *m);

/*
 * Loads a slot's key.  The caller excludes concurrent use of the same slot; other slots may be in
 * use.  mee_clear_key puts a fresh random key, so the slot's old ciphertext becomes noise.
 */
void mee_set_key(struct mee *m, unsigned slot, const u8 key[MEE_KEY_SIZE]);
void mee_clear_key(struct mee *m, unsigned slot, struct rng *rng);

/*
 * Encrypts or decrypts len bytes that stand, or will stand, at spa.  spa and len are multiples of
 * 16 (len may be 0), and spa + len <= 2^52; dst and src have any alignment, dst may equal src, and
 * must not otherwise overlap it.  Thread-safe; no allocation.
 */
void mee_encrypt(const struct mee *m, unsigned slot, spa_t spa, void *dst, const void *src,
		 size_t len);
void mee_decrypt(const struct mee *m, unsigned slot, spa_t spa, void *dst, const void *src,
		 size_t len);

/* The tweak of the block that holds spa (< 2^52); for tests and for the attack laboratory. */
void mee_tweak(const struct mee *m, spa_t spa, u8 tweak[MEE_BLOCK]);

#endif
