/* SPDX-License-Identifier: MIT */
/* The RFC's steps b to h, with its names K, V and T. */
#include "crypto/rfc6979.h"

#include <errno.h>
#include <string.h>

#include "crypto/hmac.h"
#include "crypto/secret.h"

/* V = HMAC_K(V) */
static int step_v(struct rfc6979 *g)
{
	size_t n = hash_bytes(g->alg);
	struct hmac *m = hmac_new(g->alg, g->k.b, n);

	if (!m)
		return -ENOMEM;
	hmac_update(m, g->v.b, n);
	hmac_final(m, &g->v);
	hmac_free(m);
	return 0;
}

/* K = HMAC_K(V || separator || d || z), V = HMAC_K(V); d == NULL: without d and z */
static int step_k(struct rfc6979 *g, u8 separator, const u8 *d, const u8 *z)
{
	size_t n = hash_bytes(g->alg);
	struct hmac *m = hmac_new(g->alg, g->k.b, n);

	if (!m)
		return -ENOMEM;
	hmac_update(m, g->v.b, n);
	hmac_update(m, &separator, 1);
	if (d) {
		hmac_update(m, d, g->order_bytes);
		hmac_update(m, z, g->order_bytes);
	}
	hmac_final(m, &g->k);
	hmac_free(m);
	return step_v(g);
}

int rfc6979_init(struct rfc6979 *g, enum hash_alg alg, const u8 *d, const u8 *z, size_t order_bytes)
{
	int ret;

	*g = (struct rfc6979){.alg = alg, .order_bytes = order_bytes};
	memset(g->v.b, 0x01, hash_bytes(alg));
	ret = step_k(g, 0x00, d, z);
	return ret ? ret : step_k(g, 0x01, d, z);
}

int rfc6979_next(struct rfc6979 *g, u8 nonce[EC_MAX_BYTES])
{
	size_t have = 0;
	int ret;

	while (have < g->order_bytes) {
		size_t n = hash_bytes(g->alg);

		ret = step_v(g);
		if (ret)
			return ret;
		n = n < g->order_bytes - have ? n : g->order_bytes - have;
		memcpy(nonce + have, g->v.b, n);
		have += n;
	}
	/* What the RFC does between two candidates; after the last one nobody looks. */
	return step_k(g, 0x00, NULL, NULL);
}

void rfc6979_wipe(struct rfc6979 *g)
{
	secret_wipe(g, sizeof(*g));
}
