/* SPDX-License-Identifier: MIT */
/*
 * The certificates of the legacy SEV API, as their reader should take them: a value that exists
 * only if each field says what its role asks for.
 *
 * Strict where a forger could hide something: version, usage, algorithm, curve, a point that is on
 * it, zeros wherever nothing stands, and only the signatures that the role knows.  The firmware's
 * API version stands in every real certificate, so any is taken.
 *	[SEV B AMD Signing Key Certificate, C SEV Certificate]
 */
#ifndef OWNER_SEV_CERT_H
#define OWNER_SEV_CERT_H

#include "abi/sev_cert.h"
#include "base/compiler.h"
#include "base/error.h"
#include "crypto/ec.h"
#include "crypto/rsa.h"
#include "crypto/verdict.h"

/* A key that may have signed a certificate. */
struct owner_signer {
	enum sev_usage usage;
	bool is_rsa;
	struct ec_public ec;   /* P-384 */
	struct rsa_public rsa; /* of an ASK, or of an OCA that is not the firmware's own */
};

/* OCA, PEK, PDH or CEK. */
struct owner_cert {
	struct sev_cert raw;
	struct owner_signer key;
};

/* ARK or ASK. */
struct owner_amd_cert {
	struct amd_cert_hdr hdr;
	struct owner_signer key; /* always RSA */
	u8 raw[AMD_CERT_SIZE(4096)];
	size_t len;
};

/* "PEK"; "?" for a code that is none. */
const char *owner_usage_name(u32 usage);

/*
 * -EINVAL, with a line that names the field and what was expected; *cert is zero then.  len is the
 * size of the certificate, no more and no less.
 */
int owner_cert_decode(struct owner_cert *cert, enum sev_usage usage, const void *bytes, size_t len,
		      struct error *err) MUST_CHECK;
int owner_amd_cert_decode(struct owner_amd_cert *cert, enum sev_usage usage, const void *bytes,
			  size_t len, struct error *err) MUST_CHECK;

/* Whether any slot says that a key of this usage signed. */
bool owner_cert_names_signer(const struct owner_cert *cert, enum sev_usage usage);

/*
 * Whether signer signed: in the one slot, either of them, that names its usage, with an algorithm
 * that fits its key.  *v is VERDICT_GOOD, VERDICT_WRONG_ISSUER (no slot names the usage, or both
 * do), VERDICT_BAD_ALGORITHM or VERDICT_BAD_SIGNATURE.
 */
int owner_cert_verify(enum verdict *v, const struct owner_cert *cert,
		      const struct owner_signer *signer) MUST_CHECK;

/* The same; an AMD certificate names its signer by key identifier. */
int owner_amd_cert_verify(enum verdict *v, const struct owner_amd_cert *cert,
			  const struct owner_amd_cert *signer) MUST_CHECK;

#endif
