/* SPDX-License-Identifier: MIT */
/*
 * The sealed image of the platform's identity: what stands in flash, and what INIT_EX leaves with
 * the host.	[SEV INIT_EX]
 *
 * AES-256-GCM under a key that only this chip can derive.  The nonce is made from the contents and
 * fresh random bytes, so that neither a repeated generator nor a repeated identity repeats it with
 * other contents.  Nothing binds an image to a time: whoever keeps an old one can bring it back,
 * which is how INIT_EX is.
 */
#ifndef CHIP_SP_IMAGE_H
#define CHIP_SP_IMAGE_H

#include "base/compiler.h"
#include "chip/sp/identity.h"
#include "crypto/rng.h"

enum sev_image_state {
	SEV_IMAGE_EMPTY, /* all FFh: erased */
	SEV_IMAGE_GOOD,
	SEV_IMAGE_INVALID, /* anything else: another chip's, damaged, of another version */
};

void sev_image_erase(u8 image[SEV_NV_SIZE]);

/* 0, or -ENOMEM or -EIO. */
int sev_image_seal(u8 image[SEV_NV_SIZE], const struct sev_identity *id, const struct sp_chip *chip,
		   struct rng *rng) MUST_CHECK;

/* *id is valid when *state is SEV_IMAGE_GOOD, else zero.  0, or -ENOMEM or -EIO. */
int sev_image_open(enum sev_image_state *state, struct sev_identity *id,
		   const u8 image[SEV_NV_SIZE], const struct sp_chip *chip) MUST_CHECK;

#endif
