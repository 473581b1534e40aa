/* SPDX-License-Identifier: MIT */
/*
 * Certificates of the SEV chain: made, signed, and taken apart.	[SEV B, C]
 *
 * Taking apart is strict where it decides anything (version, usage, algorithm, key, reserved
 * bytes), and tolerant where real certificates differ (what stands in an empty signature slot).
 */
#ifndef CHIP_SP_CERT_H
#define CHIP_SP_CERT_H

#include "abi/sev.h"
#include "abi/sev_cert.h"
#include "base/compiler.h"
#include "base/types.h"
#include "crypto/ec.h"
#include "crypto/rsa.h"
#include "crypto/verdict.h"

/* -- SEV certificates ------------------------------------------------------------------------ */

/* A public key that a certificate vouches for; made by a check, never by hand. */
struct sev_key {
	enum sev_usage usage;
	enum sev_algo algo;
	union {
		struct ec_public ec; /* ECDSA and ECDH; P-384 */
		struct rsa_public rsa;
	};
};

/* What a certificate says beside its key. */
struct sev_cert_subject {
	enum sev_usage usage;
	enum sev_algo algo; /* SEV_ALGO_ECDSA_SHA256 or SEV_ALGO_ECDH_SHA256 */
	u8 api_major, api_minor;
};

/* A certificate for a P-384 key, both signature slots empty. */
void sev_cert_make(struct sev_cert *cert, const struct sev_cert_subject *subject,
		   const struct ec_public *key);

/* Fills slot 1 or 2 with a signature by a key of that usage.  0, or -ENOMEM or -EIO. */
int sev_cert_sign(struct sev_cert *cert, unsigned slot, enum sev_usage signer,
		  const struct ec_key *key) MUST_CHECK;

/* The same by an RSA key, of the manufacturer or of an external owner; the salt comes from rng. */
int sev_cert_sign_rsa(struct sev_cert *cert, unsigned slot, enum sev_usage signer,
		      const struct rsa_key *key, struct rng *rng) MUST_CHECK;

/*
 * Leaves only the signature by that usage, in slot 1: the one that stands there, or else that of
 * slot 2.  None: both slots are empty then.
 */
void sev_cert_keep_signature(struct sev_cert *cert, enum sev_usage signer);

/*
 * The key in a certificate of that usage.  SP_INVALID_CERTIFICATE: another version or usage,
 * reserved bytes set, an algorithm or size that the format does not have, a point that is not on
 * the curve.  Signatures are not looked at.	[CVE-2019-9836: never skip the point]
 */
enum sp_status sev_cert_key(struct sev_key *key, const struct sev_cert *cert,
			    enum sev_usage usage) MUST_CHECK;

bool sev_key_equal(const struct sev_key *a, const struct sev_key *b);
bool sev_key_is_ecdh(const struct sev_key *key);

/*
 * Whether a slot, either of the two, holds a good signature of this signer.  *v is VERDICT_GOOD,
 * VERDICT_BAD_SIGNATURE, or VERDICT_WRONG_ISSUER when no slot names the signer's usage.
 */
int sev_cert_verify(enum verdict *v, const struct sev_cert *cert,
		    const struct sev_key *signer) MUST_CHECK;

/* -- AMD certificates ------------------------------------------------------------------------ */

/* ARK or ASK; `bytes` are borrowed. */
struct amd_cert {
	struct guid key_id, certifying_key_id;
	enum sev_usage usage;
	struct rsa_public key;
	size_t size; /* of the whole certificate */
	const u8 *bytes;
};

/*
 * The certificate of that usage at the start of len bytes.  SP_INVALID_CERTIFICATE: another version
 * or usage, reserved bytes set, sizes that do not fit each other or len, an unusable key.
 */
enum sp_status amd_cert_parse(struct amd_cert *cert, enum sev_usage usage, const u8 *bytes,
			      size_t len) MUST_CHECK;

/* Whether cert is signed by signer, and names it. */
int amd_cert_verify(enum verdict *v, const struct amd_cert *cert,
		    const struct amd_cert *signer) MUST_CHECK;

/* An AMD certificate's key as the signer of CEKs. */
void amd_cert_signer(struct sev_key *key, const struct amd_cert *cert);

/* AMD_CERT_SIZE(bits) bytes: the header and key of `key`, signed by `signer`. */
struct amd_cert_subject {
	struct guid key_id, certifying_key_id;
	enum sev_usage usage;
	const struct rsa_public *key;
};

int amd_cert_make(u8 *bytes, const struct amd_cert_subject *subject, const struct rsa_key *signer,
		  struct rng *salt) MUST_CHECK;

#endif
