/* SPDX-License-Identifier: MIT */
/* A running SHA-256 over the pieces. */
#include "tools/run_launch.h"

#include <errno.h>
#include <stdio.h>

static void measured(void *ctx, const void *bytes, size_t len)
{
	struct run_launch *l = ctx;

	hash_update(l->hash, bytes, len);
}

int run_launch_init(struct run_launch *l, struct launch_config *cfg, struct error *err)
{
	l->hash = hash_new(HASH_SHA256);
	if (!l->hash)
		return error_set(err, ENOMEM, "out of memory");
	cfg->measured = measured;
	cfg->ctx = l;
	return 0;
}

void run_launch_done(struct run_launch *l)
{
	hash_final_sha256(l->hash, &l->digest);
	hash_free(l->hash);
	l->hash = NULL;
}

void run_launch_digest_text(const struct run_launch *l, char text[65])
{
	for (size_t n = 0; n < sizeof(l->digest.b); n++)
		snprintf(text + 2 * n, 3, "%02x", l->digest.b[n]);
}
