/* SPDX-License-Identifier: MIT */
/*
 * What `swsev run` takes down of a launch: the digest of everything that was encrypted into the
 * guest, in order.  Its owner computes the same at home, and finds it again in the measurement.
 *	[SEV 6.5 LAUNCH_MEASURE]
 */
#ifndef TOOLS_RUN_LAUNCH_H
#define TOOLS_RUN_LAUNCH_H

#include "base/compiler.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "hv/launch.h"

struct run_launch {
	struct hash *hash;
	struct sha256_digest digest; /* after run_launch_done() */
};

/* Sets the hooks of cfg; l stays where it is.  -ENOMEM with *err set. */
int run_launch_init(struct run_launch *l, struct launch_config *cfg, struct error *err) MUST_CHECK;

/* The launch is over, or failed. */
void run_launch_done(struct run_launch *l);

/* 64 hexadecimal digits and NUL. */
void run_launch_digest_text(const struct run_launch *l, char text[65]);

#endif
