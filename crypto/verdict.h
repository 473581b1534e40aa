/* SPDX-License-Identifier: MIT */
/*
 * What came of checking evidence: a signature, a tag, a certificate, a revocation list.
 *
 * One convention for the whole folder: a check returns int, 0 or -errno, for what the *host* could
 * not do, and writes what the *evidence* is worth to its first argument.  That argument is
 * VERDICT_NONE before anything else happens, so a caller who forgets the int still refuses.
 */
#ifndef CRYPTO_VERDICT_H
#define CRYPTO_VERDICT_H

enum verdict {
	VERDICT_NONE,          /* not decided: the host failed */
	VERDICT_GOOD,          /* the only one to act upon */
	VERDICT_BAD_SIGNATURE, /* not made by this key over these bytes, or not canonical */
	VERDICT_BAD_TAG,       /* authenticated decryption: key, nonce, header or text differ */
	VERDICT_BAD_ALGORITHM, /* signed with an algorithm or key size that AMD's chains never use */
	VERDICT_WRONG_ISSUER,  /* names another issuer than the one given */
	VERDICT_ISSUER_NOT_CA,    /* the issuer may not sign this kind of object */
	VERDICT_UNKNOWN_CRITICAL, /* carries a critical extension that we do not understand */
	VERDICT_NOT_YET_VALID,
	VERDICT_EXPIRED,
	VERDICT_REVOKED,
};

/* A few words for the user, without a full stop: "the signature does not verify". */
const char *verdict_text(enum verdict v);

#endif
