/* SPDX-License-Identifier: MIT */
/* The platform's start and stop, and its image in flash or with the host. */
#include "chip/sp/platform.h"

#include <stdlib.h>
#include <string.h>

#include "chip/sp/command.h"
#include "chip/sp/image.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/nv.h"
#include "crypto/secret.h"

/* -- start and stop -------------------------------------------------------------------------- */

enum sp_status sev_check_start(const struct sp *sp, const struct sev_start *start,
			       struct sp_region *tmr)
{
	*tmr = (struct sp_region){0};
	if (start->options & ~SEV_INIT_ES)
		return SP_INVALID_PARAM;
	if (!(start->options & SEV_INIT_ES))
		return SP_SUCCESS;
	if (!sp->product.es)
		return SP_UNSUPPORTED;
	if (start->tmr_length != SEV_TMR_SIZE &&
	    !(sp->product.snp && start->tmr_length == SEV_TMR_SIZE_SNP))
		return SP_INVALID_LENGTH;
	*tmr = (struct sp_region){start->tmr_paddr, start->tmr_length};
	return sp_check_range(sp, SP_OUT, tmr->paddr, tmr->size, tmr->size);
}

void sev_start(struct sp *sp, const struct sev_start *start, const struct sp_region *tmr,
	       const struct sev_identity *id)
{
	struct sev_platform *p = &sp->platform;

	/* Field by field: a whole new value would leave a copy of its keys on the stack. */
	p->initialised = true;
	p->es = start->options & SEV_INIT_ES;
	p->tmr = *tmr;
	p->nv = (struct sp_region){0};
	p->identity = *id;
	atomic_store(&sp->tmr, sp_paddr_spa(sp, tmr->paddr).v + tmr->size / MIB(1));
	sp_asids_reset(sp);
}

void sev_stop(struct sp *sp)
{
	for (unsigned i = 0; i < sp->guests.slots; i++) {
		struct sev_guest *g = &sp->guests.slot[i];

		if (g->handle == SEV_HANDLE_NONE)
			continue;
		if (g->asid != SEV_ASID_HOST)
			sp_asid_unbind(sp, g);
		sev_guest_free(sp, g);
	}
	sp_ring_leave(sp);
	atomic_store(&sp->tmr, 0);
	secret_wipe(&sp->platform, sizeof(sp->platform));
}

/* -- the image ------------------------------------------------------------------------------- */

static void load_image(struct sp *sp, const struct sp_region *nv, u8 image[SEV_NV_SIZE])
{
	if (nv->size)
		sp_read(sp, nv->paddr, image, SEV_NV_SIZE);
	else
		memcpy(image, sp->flash, SEV_NV_SIZE);
}

static int save_image(struct sp *sp, struct sp_call *call, const struct sp_region *nv,
		      const u8 image[SEV_NV_SIZE])
{
	if (!nv->size)
		return sp_nv_write_flash(sp, image, &call->host);
	sp_write(sp, nv->paddr, image, SEV_NV_SIZE);
	return 0;
}

int sev_store_identity(struct sp *sp, struct sp_call *call, const struct sp_region *nv,
		       const struct sev_identity *id)
{
	u8 image[SEV_NV_SIZE];
	int ret;

	ret = sev_image_seal(image, id, &sp->chip, sp->rng);
	return ret ? ret : save_image(sp, call, nv, image);
}

int sev_erase_identity(struct sp *sp, struct sp_call *call, const struct sp_region *nv)
{
	u8 image[SEV_NV_SIZE];

	sev_image_erase(image);
	return save_image(sp, call, nv, image);
}

enum sp_status sev_take_identity(struct sp *sp, struct sp_call *call, const struct sp_region *nv,
				 struct sev_identity *id)
{
	enum sev_image_state state;
	u8 image[SEV_NV_SIZE];
	int ret;

	load_image(sp, nv, image);
	ret = sev_image_open(&state, id, image, &sp->chip);
	if (!ret && state == SEV_IMAGE_EMPTY) {
		ret = sev_identity_make(id, sp);
		if (!ret)
			ret = sev_store_identity(sp, call, nv, id);
	} else if (!ret && state == SEV_IMAGE_INVALID) {
		ret = sev_erase_identity(sp, call, nv);
		if (!ret)
			return SP_SECURE_DATA_INVALID;
	}
	if (!ret)
		return SP_SUCCESS;
	sev_identity_wipe(id);
	return sp_host_failed(call, ret);
}
