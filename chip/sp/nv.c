/* SPDX-License-Identifier: MIT */
/* Fuses and flash. */
#include "chip/sp/nv.h"

#include <errno.h>
#include <string.h>

#include "chip/sp/image.h"
#include "chip/sp/internal.h"
#include "chip/sp/store.h"
#include "crypto/secret.h"

static const char fuses_name[] = "fuses";
static const char flash_name[] = "sev";

/* *fresh: the chip was just made. */
static int read_fuses(struct sp *sp, const struct sp_config *cfg, u8 fuses[SP_SECRET_SIZE],
		      bool *fresh, struct error *err)
{
	int ret = -ENOENT;

	if (sp->store)
		ret = sp_store_load(sp->store, fuses_name, fuses, SP_SECRET_SIZE, err);
	*fresh = ret == -ENOENT;
	if (!ret && cfg->secret && memcmp(fuses, cfg->secret, SP_SECRET_SIZE))
		return error_set(err, EINVAL, "%s/%s: another chip than the one asked for",
				 cfg->state_dir, fuses_name);
	if (!*fresh)
		return ret;
	if (cfg->secret)
		memcpy(fuses, cfg->secret, SP_SECRET_SIZE);
	else
		rng_fill(sp->rng, fuses, SP_SECRET_SIZE);
	return 0;
}

static int make_chip(struct sp *sp, const struct sp_config *cfg, bool *fresh, struct error *err)
{
	u8 fuses[SP_SECRET_SIZE];
	int ret;

	ret = read_fuses(sp, cfg, fuses, fresh, err);
	if (!ret)
		ret = sp_chip_make(&sp->chip, fuses, err);
	secret_wipe(fuses, sizeof(fuses));
	return ret;
}

/* The image must open under this chip's key now, so that INIT will not find it invalid and erase. */
static int check_flash(struct sp *sp, const char *dir, struct error *err)
{
	enum sev_image_state state;
	struct sev_identity id;
	int ret;

	ret = sev_image_open(&state, &id, sp->flash, &sp->chip);
	sev_identity_wipe(&id);
	if (ret)
		return error_set(err, -ret, "%s/%s: %s", dir, flash_name, strerror(-ret));
	if (state == SEV_IMAGE_INVALID)
		return error_set(err, EINVAL, "%s/%s: sealed by another chip, left alone", dir,
				 flash_name);
	return 0;
}

/*
 * Flash is looked at before fuses are written, so that a directory with flash alone, which has lost
 * its chip, gets no other one.
 */
static int read_flash(struct sp *sp, const char *dir, bool fresh, struct error *err)
{
	int ret;

	ret = sp_store_load(sp->store, flash_name, sp->flash, sizeof(sp->flash), err);
	if (ret == -ENOENT) {
		sev_image_erase(sp->flash);
		return 0;
	}
	if (!ret && fresh)
		return error_set(err, EINVAL, "%s: has \"%s\" but not \"%s\": the chip is missing",
				 dir, flash_name, fuses_name);
	return ret ? ret : check_flash(sp, dir, err);
}

int sp_nv_power_on(struct sp *sp, const struct sp_config *cfg, struct error *err)
{
	bool fresh;
	int ret = 0;

	sev_image_erase(sp->flash);
	if (cfg->state_dir)
		ret = sp_store_open(&sp->store, cfg->state_dir, err);
	if (!ret)
		ret = make_chip(sp, cfg, &fresh, err);
	if (!ret && sp->store)
		ret = read_flash(sp, cfg->state_dir, fresh, err);
	if (!ret && sp->store && fresh)
		ret = sp_store_save(sp->store, fuses_name, sp->chip.secret, SP_SECRET_SIZE, err);
	return ret;
}

int sp_nv_write_flash(struct sp *sp, const u8 image[SEV_NV_SIZE], struct error *err)
{
	int ret = 0;

	if (sp->store)
		ret = sp_store_save(sp->store, flash_name, image, SEV_NV_SIZE, err);
	if (!ret)
		memcpy(sp->flash, image, SEV_NV_SIZE);
	return ret;
}
