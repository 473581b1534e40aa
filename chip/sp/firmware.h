/* SPDX-License-Identifier: MIT */
/*
 * Firmware images for DOWNLOAD_FIRMWARE.
 *
 * The format of real images is not public.  Ours carries no code: it says which version of the
 * firmware the chip is to behave as, and how much it is trusted (the security version number), and
 * is signed with the ARK.  The signature stands at the end and covers all before it.
 */
#ifndef CHIP_SP_FIRMWARE_H
#define CHIP_SP_FIRMWARE_H

#include "abi/layout.h"
#include "base/compiler.h"
#include "base/types.h"
#include "crypto/rsa.h"

/* The firmware that runs: the product's own, until DOWNLOAD_FIRMWARE. */
struct sp_firmware {
	u8 api_major, api_minor, build;
	u32 svn; /* security version number */
};

enum { SP_FIRMWARE_FORMAT = 1 };

/* clang-format off */

struct sp_firmware_head {	/* then anything, then the signature */
	u8	magic[8];	/* "SWSEVFW" and a zero */
	u32	format;		/* SP_FIRMWARE_FORMAT */
	u8	api_major;
	u8	api_minor;
	u8	build;
	u8	rsvd_0f;
	u32	svn;
	u8	rsvd_14[12];
};
LAYOUT_SIZE(sp_firmware_head, 0x20);
LAYOUT_AT(sp_firmware_head, svn, 0x10);

/* clang-format on */

#define SP_FIRMWARE_IMAGE_SIZE(key_bits) (sizeof(struct sp_firmware_head) + (key_bits) / 8)

/* Whether len bytes have room for a head and a signature by that key. */
bool sp_firmware_fits(const struct rsa_public *ark, size_t len);

/* The signature: *v as rsa_pss_verify().  sp_firmware_fits(). */
int sp_firmware_verify(enum verdict *v, const u8 *image, size_t len,
		       const struct rsa_public *ark) MUST_CHECK;

/* What a verified image says; false: of another format. */
bool sp_firmware_read(struct sp_firmware *fw, const u8 *image) MUST_CHECK;

/* SP_FIRMWARE_IMAGE_SIZE(bits) bytes; 0, or -ENOMEM or -EIO. */
int sp_firmware_make(u8 *image, const struct sp_firmware *fw, const struct rsa_key *ark,
		     struct rng *rng) MUST_CHECK;

#endif
