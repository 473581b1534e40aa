/* SPDX-License-Identifier: MIT */
/*
 * DOWNLOAD_FIRMWARE: another firmware runs from here to the next power-on.
 *
 * Real legacy parts load older firmware too, and with it every hole that a newer one closed; what
 * an attacker extracts there is good for ever, since the CEK is the same.  Whether this chip does is
 * a property of the product.	[SEV DOWNLOAD_FIRMWARE]
 */
#include <errno.h>
#include <stdlib.h>

#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"

/* The image is a private copy. */
static enum sp_status check_image(struct sp *sp, struct sp_call *call, const u8 *image, size_t len,
				  struct sp_firmware *fw)
{
	enum verdict v;
	int ret;

	ret = sp_firmware_verify(&v, image, len, &sp->pki.ark.key);
	if (ret)
		return sp_host_failed(call, ret);
	if (v != VERDICT_GOOD)
		return SP_BAD_SIGNATURE;
	if (!sp_firmware_read(fw, image))
		return SP_BAD_VERSION;
	if (fw->svn < sp->firmware.svn && !sp->product.fw_rollback)
		return SP_BAD_SVN;
	return SP_SUCCESS;
}

enum sp_status sev_download_firmware(struct sp *sp, struct sp_call *call)
{
	const struct sev_download_firmware_buf *buf = (const void *)call->buf;
	struct sp_firmware fw;
	enum sp_status s;
	u8 *image;

	/* Check. */
	if (buf->fw_length > sp->product.fw_size_max ||
	    !sp_firmware_fits(&sp->pki.ark.key, buf->fw_length))
		return SP_INVALID_LENGTH;
	s = sp_check_range(sp, SP_IN, buf->fw_paddr, buf->fw_length, SEV_FW_ALIGN);
	if (s)
		return s;
	image = malloc(buf->fw_length);
	if (!image)
		return sp_host_failed(call, -ENOMEM);
	sp_read(sp, buf->fw_paddr, image, buf->fw_length);
	s = check_image(sp, call, image, buf->fw_length, &fw);
	free(image);

	/* Commit. */
	if (!s)
		sp->firmware = fw;
	return s;
}
