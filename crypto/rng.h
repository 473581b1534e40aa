/* SPDX-License-Identifier: MIT */
/*
 * Random bytes: from the operating system, or reproducible from a seed.
 */
#ifndef CRYPTO_RNG_H
#define CRYPTO_RNG_H

#include "base/compiler.h"
#include "base/types.h"

struct rng; /* opaque; thread-safe */

/* Real randomness (seed == NULL) or the one stream that this 32-byte seed gives.  NULL: no memory. */
struct rng *rng_new(const u8 seed[32]) MUST_CHECK;
void rng_free(struct rng *r); /* wipes the state */

/* Fills dst; cannot fail once the generator exists (a failing system source aborts). */
void rng_fill(struct rng *r, void *dst, size_t len);
u64 rng_u64(struct rng *r);

/*
 * A child stream named by label.  In seeded mode it depends on seed and label only, never on how
 * much of the parent was used, so that adding a consumer does not shift the others.
 */
struct rng *rng_child(struct rng *r, const char *label) MUST_CHECK;

#endif
