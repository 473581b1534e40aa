/* SPDX-License-Identifier: MIT */
/*
 * The manufacturer's keys: whom this chip takes for AMD, and who signs its CEK.
 *
 * A real chip knows the ARK's public key and nothing more; the CEK's certificate is made by AMD and
 * fetched from its key server by the chip's identifier.  A software chip has to bring its own
 * manufacturer along, which lives here and which no command can reach.
 *
 * Unless told otherwise that is the published test root (test_root.c).  A directory of one's own
 * holds
 *	ark.cert, ask.cert	in AMD's format, RSA-2048 or RSA-4096
 *	ask.pem			the private key of the ASK
 */
#ifndef CHIP_SP_PKI_H
#define CHIP_SP_PKI_H

#include "base/compiler.h"
#include "base/error.h"
#include "chip/sp/cert.h"
#include "crypto/rsa.h"

/* Private keys as PEM, certificates of 4096 bits. */
struct sp_root {
	const char *ark_key, *ask_key;
	const u8 *ark_cert, *ask_cert;
};

extern const struct sp_root sp_test_root; /* SWSEV TEST ROOT - NOT AMD */

struct sp_pki {
	struct amd_cert ark, ask; /* of the bytes below */
	u8 ark_bytes[AMD_CERT_SIZE(4096)];
	u8 ask_bytes[AMD_CERT_SIZE(4096)];
	struct rsa_key *ask_key; /* NULL: the test root's, read when it is needed */
};

/*
 * Loads and verifies a directory, or the test root for NULL.  -EINVAL: a file that is no
 * certificate or key, an ARK that is not self-signed, an ASK that it did not sign, a key that is not
 * the ASK's; or what the system said.
 */
int sp_pki_init(struct sp_pki *pki, const char *dir, struct error *err) MUST_CHECK;
void sp_pki_fini(struct sp_pki *pki); /* wipes; an all-zero one is let be */

/* Signs a CEK's certificate, in slot 1.  0, or -ENOMEM or -EIO. */
int sp_pki_sign_cek(struct sp_pki *pki, struct sev_cert *cek, struct rng *rng,
		    struct error *err) MUST_CHECK;

/* Whether this is the key that the chip takes for AMD's root. */
bool sp_pki_is_root(const struct sp_pki *pki, const struct amd_cert *ark);

#endif
