/* SPDX-License-Identifier: MIT */
/* The verdicts in words. */
#include "crypto/verdict.h"

#include "base/bug.h"

const char *verdict_text(enum verdict v)
{
	switch (v) {
	case VERDICT_NONE:
		return "not checked";
	case VERDICT_GOOD:
		return "good";
	case VERDICT_BAD_SIGNATURE:
		return "the signature does not verify";
	case VERDICT_BAD_TAG:
		return "the authentication tag does not match";
	case VERDICT_BAD_ALGORITHM:
		return "the signature algorithm or key size is not accepted";
	case VERDICT_WRONG_ISSUER:
		return "issued by another authority";
	case VERDICT_ISSUER_NOT_CA:
		return "the issuer has no right to sign this";
	case VERDICT_UNKNOWN_CRITICAL:
		return "a critical extension is not understood";
	case VERDICT_NOT_YET_VALID:
		return "not valid yet";
	case VERDICT_EXPIRED:
		return "no longer valid";
	case VERDICT_REVOKED:
		return "revoked";
	}
	BUG();
}
