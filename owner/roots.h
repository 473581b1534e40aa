/* SPDX-License-Identifier: MIT */
/*
 * Whom to believe: the fingerprints of AMD's root keys, and what the owner says instead.
 *
 * AMD publishes one ARK for each product line, in its own format for SEV and in X.509 for SEV-SNP;
 * from Milan on both hold the same key.  So the key is what is pinned, not the certificate.
 *	[SEV B AMD Signing Key Certificate; KDS]
 *
 * swsev's own test root is in the table too, marked as what it is.  Its private half is published
 * with swsev: evidence under it proves that programs fit together and nothing else, so it counts
 * only where the owner asks for it.
 */
#ifndef OWNER_ROOTS_H
#define OWNER_ROOTS_H

#include "crypto/hash.h"
#include "crypto/rsa.h"

struct owner_root {
	const char *name;             /* "AMD Milan" */
	struct sha384_digest modulus; /* of the modulus as it stands in AMD's format */
	bool test;                    /* anybody can sign under it */
};

/* NULL: not a key that we know, modulus and exponent.  The result lives for ever; *root is NULL on failure. */
int owner_root_find(const struct owner_root **root, const struct rsa_public *ark) MUST_CHECK;

/* What an owner trusts; all zero is AMD's keys alone. */
struct owner_trust {
	const struct rsa_public *named; /* not NULL: this key and no other */
	bool test_root;                 /* swsev's as well */
};

/*
 * Whether the key is trusted; name (OWNER_ROOT_NAME_SIZE) gets a few words on whose it is, for the
 * record.  0, or -ENOMEM or -EIO with *trusted false.
 */
enum { OWNER_ROOT_NAME_SIZE = 64 };
int owner_trust_check(bool *trusted, char name[OWNER_ROOT_NAME_SIZE],
		      const struct owner_trust *trust, const struct rsa_public *ark) MUST_CHECK;

#endif
