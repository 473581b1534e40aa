/* SPDX-License-Identifier: MIT */
/*
 * Who the platform is: the chip's own key, and the three keys with certificates that firmware makes.
 *
 *	CEK	from the fuses; the same for the life of the chip
 *	OCA	its owner's: made by the firmware, or an external owner's public key
 *	PEK	signed by OCA and CEK; signs the PDH and attestation reports
 *	PDH	signed by the PEK; agrees on session keys	[SEV 2.1 Keys]
 */
#ifndef CHIP_SP_IDENTITY_H
#define CHIP_SP_IDENTITY_H

#include "abi/sev.h"
#include "abi/sev_cert.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "crypto/ec.h"

struct sp;

/* What the fuses make of a chip. */
struct sp_chip {
	u8 secret[32];           /* the fuses themselves */
	u8 id[SEV_CHIP_ID_SIZE]; /* GET_ID */
	struct ec_key cek;
	struct sev_cert cek_cert; /* without a signature, as PDH_CERT_EXPORT gives it */
};

/* What persistent storage holds. */
struct sev_identity {
	bool external;     /* PLATFORM_STATUS.OWNER: the OCA is somebody else's */
	struct ec_key oca; /* self-owned only; else zero */
	struct ec_key pek;
	struct ec_key pdh;
	struct sev_cert oca_cert;
	struct sev_cert pek_cert;
	struct sev_cert pdh_cert;
};

/*
 * Derives the chip's identifier and endorsement key from its fuses.  -EINVAL: fuses that are no
 * scalar (zero, or not below the order of secp256k1); -ENOMEM or -EIO.
 */
int sp_chip_make(struct sp_chip *chip, const u8 secret[32], struct error *err) MUST_CHECK;

/* New keys, and all that hangs on them: OCA, then PEK, then PDH.  0, or -ENOMEM or -EIO. */
int sev_identity_make(struct sev_identity *id, struct sp *sp) MUST_CHECK;
int sev_identity_make_pdh(struct sev_identity *id, struct sp *sp) MUST_CHECK;

void sev_identity_wipe(struct sev_identity *id);

#endif
