/* SPDX-License-Identifier: MIT */
/*
 * Session keys: what a guest's owner, or a platform that sends a guest, and this platform's
 * firmware agree on, and how they wrap the keys of one guest's transport with it.
 *
 *	Z   = ECDH(own private key, the other's public key), 48 bytes, big-endian
 *	MS  = KDF(Z, "sev-master-secret", NONCE)
 *	KEK = KDF(MS, "sev-kek")		KIK = KDF(MS, "sev-kik")
 *
 *	WRAP_TK    = AES-128-CTR(KEK, WRAP_IV, TEK || TIK)
 *	WRAP_MAC   = HMAC-SHA-256(KIK, WRAP_TK)
 *	POLICY_MAC = HMAC-SHA-256(TIK, policy)		[SEV 2.2 Key Derivation; 6.2, table 45]
 *
 * WRAP_MAC covers neither WRAP_IV nor NONCE.  Another NONCE gives another KIK; another WRAP_IV
 * unwraps to garbage, which POLICY_MAC finds.  So no unwrapped key is used before both MACs agree.
 */
#ifndef CHIP_SP_SEV_SESSION_H
#define CHIP_SP_SEV_SESSION_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "base/types.h"
#include "crypto/ec.h"
#include "crypto/rng.h"
#include "crypto/verdict.h"

struct sev_guest;

struct sev_session_keys {
	u8 ms[SEV_KEY_SIZE];
	u8 kek[SEV_KEY_SIZE];
	u8 kik[SEV_KEY_SIZE];
};

/* What a guest context keeps of a session until its end. */
struct sev_session_secrets {
	u8 nonce[16];
	u8 ms[SEV_KEY_SIZE];
	struct sev_transport_keys keys;
};

/* Everything below: 0, or -ENOMEM or -EIO; what a failure leaves in outputs is zero. */

int sev_session_derive(struct sev_session_keys *keys, const struct ec_secret *z,
		       const u8 nonce[16]) MUST_CHECK;

/*
 * Opens a session that was made for the public half of `own` by the private half of `peer`.  *v is
 * VERDICT_GOOD, or VERDICT_BAD_TAG: one of the MACs is wrong, and *out is zero.
 */
int sev_session_open(struct sev_session_secrets *out, enum verdict *v, const struct ec_key *own,
		     const struct ec_public *peer, const struct sev_session *blob,
		     u32 policy) MUST_CHECK;

/* Makes a session for `peer`, with a new NONCE, TEK and TIK. */
int sev_session_make(struct sev_session_secrets *out, struct sev_session *blob,
		     const struct ec_key *own, const struct ec_public *peer, u32 policy,
		     struct rng *rng) MUST_CHECK;

void sev_session_wipe(struct sev_session_secrets *s);

/* For a Commit phase: the guest has this session from now on. */
void sev_session_give(struct sev_guest *g, const struct sev_session_secrets *s);

#endif
