/* SPDX-License-Identifier: MIT */
/*
 * How libcrypto's failures become ours; private to crypto/.
 *
 * libcrypto says "no" with one return value for bad input and for lack of memory, and leaves the
 * reason in a queue of this thread.  These functions read the reason and leave the queue empty.
 */
#ifndef CRYPTO_OSSL_H
#define CRYPTO_OSSL_H

#include "base/error.h"
#include "crypto/verdict.h"

/* For a call that foreign bytes cannot make fail: -ENOMEM or -EIO, with a line in err (or NULL). */
int ossl_failure(struct error *err) MUST_CHECK;

/*
 * For a call that foreign bytes can make fail: -EINVAL with the formatted line in err, but -ENOMEM,
 * with its own line, when lack of memory was the reason.
 */
int ossl_refuse(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_CHECK;

/*
 * Ends a check of evidence: *v is what was found, and the result 0; but a refusal for which lack of
 * memory is to blame is VERDICT_NONE and -ENOMEM.
 */
int ossl_settle(enum verdict *v, enum verdict found) MUST_CHECK;

#endif
