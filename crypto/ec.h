/* SPDX-License-Identifier: MIT */
/*
 * Elliptic curve keys and key agreement.	[FIPS 186-4, SP 800-56A; SEV Public Key Formats]
 *
 * P-384 carries everything since the first SEV chip; P-256 exists in the formats only; secp256k1 is
 * where the chip identifier of Zen 2 and later comes from.
 *
 * A public key is a value that exists only if its point is on the curve: every import checks, and
 * says what was wrong.  That check is what CVE-2019-9836 lacked: a small-order point of another
 * curve makes the firmware's answer tell its private key, residue by residue.
 */
#ifndef CRYPTO_EC_H
#define CRYPTO_EC_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "crypto/rng.h"

/* The two that AMD numbers have AMD's numbers. */
enum ec_curve { EC_P256 = 1, EC_P384 = 2, EC_SECP256K1 = 0x100 };

enum {
	EC_MAX_BYTES = 48, /* a coordinate or scalar of the largest curve */
	EC_LE_BYTES = 72,  /* AMD's field for one: little-endian, padded with zeros */
};

/* Coordinates are big-endian in the first ec_bytes(curve) bytes; the rest is zero. */
struct ec_public {
	enum ec_curve curve;
	u8 x[EC_MAX_BYTES];
	u8 y[EC_MAX_BYTES];
};

/* A key pair by value: copy it with care, and end every copy with ec_key_wipe(). */
struct ec_key {
	struct ec_public pub;
	u8 d[EC_MAX_BYTES]; /* private scalar, big-endian like a coordinate, 1 .. n - 1 */
};

/* The x coordinate of the agreed point, big-endian, left-padded with zeros to len bytes. */
struct ec_secret {
	u8 b[EC_MAX_BYTES];
	size_t len;
};

size_t ec_bytes(enum ec_curve curve); /* 32 or 48 */

/* Big-endian number of len <= EC_LE_BYTES bytes to AMD's field, and back (the low len bytes). */
void ec_le_from_be(u8 le[EC_LE_BYTES], const u8 *be, size_t len);
void ec_be_from_le(u8 *be, const u8 le[EC_LE_BYTES], size_t len);

/*
 * Imports a point given by coordinates of ec_bytes(curve) bytes each.  -EINVAL unless both are
 * below the field's prime and the point is on the curve (infinity has no coordinates and cannot be
 * written).  On failure *pub is zero.
 */
int ec_public_from_be(struct ec_public *pub, enum ec_curve curve, const u8 *x, const u8 *y,
		      struct error *err) MUST_CHECK;

/*
 * The same from AMD's form.  curve_code is what stands in the key, unchecked; anything but P-256
 * and P-384 is -EINVAL, and so are non-zero bytes above the coordinate.
 */
int ec_public_from_le(struct ec_public *pub, u32 curve_code, const u8 x[EC_LE_BYTES],
		      const u8 y[EC_LE_BYTES], struct error *err) MUST_CHECK;
void ec_public_to_le(const struct ec_public *pub, u8 x[EC_LE_BYTES], u8 y[EC_LE_BYTES]);

bool ec_public_equal(const struct ec_public *a, const struct ec_public *b);

/*
 * Makes a key pair.  From a generator: what it gives, ec_bytes + 8 bytes, fixes the key.  From a
 * scalar of ec_bytes(curve) big-endian bytes: -EINVAL unless 1 .. n - 1.  From a wide number of len
 * big-endian bytes: d = wide mod (n - 1) + 1, which is how chips make keys out of derived bytes
 * [FIPS 186-4 B.4.1]; len at least ec_bytes(curve) + 8 makes the bias negligible.  On failure *key
 * is zero.
 */
int ec_key_generate(struct ec_key *key, enum ec_curve curve, struct rng *rng) MUST_CHECK;
int ec_key_from_be(struct ec_key *key, enum ec_curve curve, const u8 *d,
		   struct error *err) MUST_CHECK;
int ec_key_from_le(struct ec_key *key, enum ec_curve curve, const u8 d[EC_LE_BYTES],
		   struct error *err) MUST_CHECK;
int ec_key_from_wide(struct ec_key *key, enum ec_curve curve, const u8 *wide,
		     size_t len) MUST_CHECK;
void ec_key_to_le(const struct ec_key *key, u8 d[EC_LE_BYTES]);
void ec_key_wipe(struct ec_key *key);

/*
 * Diffie-Hellman.  Both keys are of one curve, or it is our bug.  SEV feeds the secret to its key
 * derivation as it stands here, big-endian.  -ENOMEM or -EIO (also for a peer that was not imported
 * and is no point of the curve); *secret is zero then.  Wipe the secret after use.
 */
int ec_agree(struct ec_secret *secret, const struct ec_key *own,
	     const struct ec_public *peer) MUST_CHECK;

#endif
