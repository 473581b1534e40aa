/* SPDX-License-Identifier: MIT */
/*
 * The nonces of deterministic ECDSA; private to crypto/.	[RFC 6979 3.2]
 *
 * For groups whose order has as many bits as its bytes can hold (all of ours), where the RFC's
 * conversions between bits and octets are plain truncation.
 */
#ifndef CRYPTO_RFC6979_H
#define CRYPTO_RFC6979_H

#include "crypto/ec.h"
#include "crypto/hash.h"

/* An HMAC_DRBG that only this use has. */
struct rfc6979 {
	enum hash_alg alg;
	size_t order_bytes;
	struct digest k;
	struct digest v;
};

/*
 * d: the private scalar; z: the digest, truncated to the order's length and reduced; both
 * order_bytes big-endian.  0, or -ENOMEM.  Ends with rfc6979_wipe(), also after a failure.
 */
int rfc6979_init(struct rfc6979 *g, enum hash_alg alg, const u8 *d, const u8 *z,
		 size_t order_bytes) MUST_CHECK;

/* The next candidate; the caller takes the first one in 1 .. n - 1 that gives a signature. */
int rfc6979_next(struct rfc6979 *g, u8 nonce[EC_MAX_BYTES]) MUST_CHECK;

void rfc6979_wipe(struct rfc6979 *g);

#endif
