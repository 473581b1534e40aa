/* SPDX-License-Identifier: MIT */
/*
 * What an owner prepares before a launch: keys that only the owner and one platform's firmware
 * know, and the policy under which that firmware may use them.	[SEV 6.2 LAUNCH_START, table 45]
 *
 * The owner draws TEK and TIK, agrees on a secret with the platform's PDH by a key pair made for
 * this one session (GODH), and wraps them.  Hypervisor and network carry the result, and can only
 * drop it: another policy, platform or key breaks a MAC.
 */
#ifndef OWNER_SESSION_H
#define OWNER_SESSION_H

#include "abi/sev.h"
#include "abi/sev_cert.h"
#include "base/compiler.h"
#include "base/error.h"
#include "crypto/ec.h"
#include "crypto/rng.h"

struct owner_session {
	struct sev_cert godh;           /* for LAUNCH_START: the owner's certificate, */
	struct sev_session blob;        /* and the wrapped keys; neither is secret */
	struct sev_transport_keys keys; /* the owner's alone, until the guest is gone */
};

/* Everything about a session that is drawn at random. */
struct owner_session_secrets {
	struct ec_key godh;
	u8 nonce[16];
	u8 wrap_iv[16];
	struct sev_transport_keys keys;
};

/*
 * -EINVAL: reserved bits of the policy are set, or the PDH is not on P-384; -ENOMEM or -EIO.  The
 * private half of GODH is gone when this returns.  On failure *s is zero; end *s with
 * owner_session_wipe().
 */
int owner_session_new(struct owner_session *s, const struct ec_public *pdh, u32 policy,
		      struct rng *rng, struct error *err) MUST_CHECK;

/* The same from given secrets, so that every byte follows from the arguments. */
int owner_session_from(struct owner_session *s, const struct ec_public *pdh, u32 policy,
		       const struct owner_session_secrets *secrets, struct error *err) MUST_CHECK;

void owner_session_wipe(struct owner_session *s);

/* -EINVAL, with a line, if firmware would refuse the policy for its form. */
int owner_policy_check(u32 policy, struct error *err) MUST_CHECK;

#endif
