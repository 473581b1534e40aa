/* SPDX-License-Identifier: MIT */
/*
 * SHA-256 and SHA-384.	[FIPS 180-4]
 *
 * SHA-256 makes the launch digest of SEV and SEV-ES, SHA-384 that of SEV-SNP; both serve the
 * signatures.  Digests are types of their own, so that one length cannot pass for the other.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/compiler.h"
#include "base/types.h"

enum hash_alg { HASH_SHA256, HASH_SHA384 };

enum { HASH_MAX_BYTES = 48 };

struct sha256_digest {
	u8 b[32];
};

struct sha384_digest {
	u8 b[48];
};

/* A digest that knows its kind, for code that serves both; unused bytes are zero. */
struct digest {
	enum hash_alg alg;
	u8 b[HASH_MAX_BYTES];
};

size_t hash_bytes(enum hash_alg alg); /* 32 or 48 */

/* One-shot.  0, or -ENOMEM or -EIO. */
int sha256(struct sha256_digest *out, const void *data, size_t len) MUST_CHECK;
int sha384(struct sha384_digest *out, const void *data, size_t len) MUST_CHECK;
int digest_of(struct digest *out, enum hash_alg alg, const void *data, size_t len) MUST_CHECK;

/* Constant time. */
bool sha256_equal(const struct sha256_digest *a, const struct sha256_digest *b);
bool sha384_equal(const struct sha384_digest *a, const struct sha384_digest *b);

/*
 * A running hash of one message.  Only its creation can fail (NULL: no memory); what stands on a
 * path that must not fail creates it beforehand.  One thread at a time.
 */
struct hash;

struct hash *hash_new(enum hash_alg alg) MUST_CHECK;
struct hash *hash_clone(const struct hash *h) MUST_CHECK; /* at the same point of the message */
void hash_free(struct hash *h);                           /* wipes */

void hash_update(struct hash *h, const void *data, size_t len);

/*
 * Ends the message: only hash_free() may follow.  The kind must be the one the hash was made with.
 */
void hash_final_sha256(struct hash *h, struct sha256_digest *out);
void hash_final_sha384(struct hash *h, struct sha384_digest *out);
void hash_final(struct hash *h, struct digest *out); /* either kind */

#endif
