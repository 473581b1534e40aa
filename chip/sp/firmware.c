/* SPDX-License-Identifier: MIT */
/* Making and reading firmware images. */
#include "chip/sp/firmware.h"

#include <string.h>

#include "base/bytes.h"

static const u8 firmware_magic[8] = {'S', 'W', 'S', 'E', 'V', 'F', 'W', 0};

bool sp_firmware_fits(const struct rsa_public *ark, size_t len)
{
	return len >= SP_FIRMWARE_IMAGE_SIZE(ark->bits);
}

int sp_firmware_verify(enum verdict *v, const u8 *image, size_t len, const struct rsa_public *ark)
{
	size_t signature = ark->bits / 8;

	return rsa_pss_verify(v, ark, HASH_SHA384, RSA_SALT_ANY, image, len - signature,
			      image + len - signature, signature);
}

bool sp_firmware_read(struct sp_firmware *fw, const u8 *image)
{
	struct sp_firmware_head h;

	memcpy(&h, image, sizeof(h));
	if (memcmp(h.magic, firmware_magic, sizeof(h.magic)) || h.format != SP_FIRMWARE_FORMAT ||
	    h.rsvd_0f || !bytes_are_zero(h.rsvd_14, sizeof(h.rsvd_14)))
		return false;
	*fw = (struct sp_firmware){h.api_major, h.api_minor, h.build, h.svn};
	return true;
}

int sp_firmware_make(u8 *image, const struct sp_firmware *fw, const struct rsa_key *ark,
		     struct rng *rng)
{
	struct sp_firmware_head h = {
		.format = SP_FIRMWARE_FORMAT,
		.api_major = fw->api_major,
		.api_minor = fw->api_minor,
		.build = fw->build,
		.svn = fw->svn,
	};

	memcpy(h.magic, firmware_magic, sizeof(h.magic));
	memcpy(image, &h, sizeof(h));
	return rsa_pss_sign(image + sizeof(h), ark, HASH_SHA384, rng, image, sizeof(h));
}
