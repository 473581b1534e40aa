/* SPDX-License-Identifier: MIT */
/*
 * HMAC with SHA-256 or SHA-384.	[FIPS 198-1, RFC 4231]
 *
 * SEV authenticates with it the wrapped transport keys, the policy, every packet and the launch
 * measurement.  Compare a MAC with sha256_equal() or sha384_equal(), never with memcmp().
 */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include "crypto/hash.h"

/* One-shot; any key length.  0, or -ENOMEM or -EIO. */
int hmac_sha256(struct sha256_digest *out, const void *key, size_t key_len, const void *data,
		size_t len) MUST_CHECK;
int hmac_sha384(struct sha384_digest *out, const void *key, size_t key_len, const void *data,
		size_t len) MUST_CHECK;

/*
 * A running HMAC of one message; it keeps a copy of the key.  Only its creation can fail (NULL: no
 * memory).  One thread at a time.
 */
struct hmac;

struct hmac *hmac_new(enum hash_alg alg, const void *key, size_t key_len) MUST_CHECK;
void hmac_free(struct hmac *m); /* wipes */

void hmac_update(struct hmac *m, const void *data, size_t len);

/* Ends the message: only hmac_free() may follow.  The kind must be that of hmac_new(). */
void hmac_final_sha256(struct hmac *m, struct sha256_digest *out);
void hmac_final_sha384(struct hmac *m, struct sha384_digest *out);
void hmac_final(struct hmac *m, struct digest *out); /* either kind */

#endif
