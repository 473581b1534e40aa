/* SPDX-License-Identifier: MIT */
/* Powering on and off, and what the rest of the chip asks. */
#include "chip/sp/sp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "chip/sp/internal.h"
#include "chip/sp/nv.h"
#include "chip/sp/store.h"
#include "crypto/secret.h"

enum sev_platform_state sev_platform_state(const struct sp *sp)
{
	if (!sp->platform.initialised)
		return SEV_PLATFORM_UNINIT;
	return sp->guests.count ? SEV_PLATFORM_WORKING : SEV_PLATFORM_INIT;
}

static int check_product(const struct sp_product *p, const struct mee *mee, struct error *err)
{
	if (p->cores < 1 || p->cores > SP_CORES_MAX || p->complex_cores < 1)
		return error_set(err, EINVAL, "secure processor: 1 to %d cores, in complexes",
				 SP_CORES_MAX);
	if (p->asids < 1 || p->asids >= mee_slots(mee))
		return error_set(err, EINVAL,
				 "secure processor: %u ASIDs, but the engine has %u slots",
				 p->asids, mee_slots(mee));
	if (p->min_sev_asid < 1 || p->min_sev_asid > p->asids + 1)
		return error_set(err, EINVAL, "secure processor: the lowest SEV ASID is %u of %u",
				 p->min_sev_asid, p->asids);
	if (p->c_bit < 32 || p->c_bit > 51)
		return error_set(err, EINVAL, "secure processor: C-bit %u, not 32 to 51", p->c_bit);
	return 0;
}

static int allocate(struct sp *sp, const struct sp_config *cfg, struct error *err)
{
	sp->rng = rng_child(cfg->rng, "sp");
	if (!sp->rng || sev_guests_init(&sp->guests, cfg->product.asids) ||
	    sp_asids_init(&sp->asids, cfg->product.asids))
		return error_set(err, ENOMEM, "secure processor: out of memory");
	sp_vmsas_init(&sp->vmsas, sp->rng);
	return 0;
}

struct sp *sp_new(const struct sp_config *cfg, struct error *err)
{
	struct sp *sp;

	if (check_product(&cfg->product, cfg->mee, err))
		return NULL;
	sp = calloc(1, sizeof(*sp));
	if (!sp) {
		error_set(err, ENOMEM, "secure processor: out of memory");
		return NULL;
	}
	sp->fabric = cfg->fabric;
	sp->cache = cfg->cache;
	sp->mee = cfg->mee;
	sp->product = cfg->product;
	sp->hooks = cfg->hooks;
	sp->firmware = (struct sp_firmware){.api_major = cfg->product.api_major,
					    .api_minor = cfg->product.api_minor,
					    .build = cfg->product.build,
					    .svn = cfg->product.svn};
	pthread_mutex_init(&sp->lock, NULL);
	sp_mailbox_init(&sp->mailbox);
	if (allocate(sp, cfg, err) || sp_pki_init(&sp->pki, cfg->pki_dir, err) ||
	    sp_nv_power_on(sp, cfg, err)) {
		sp_free(sp);
		return NULL;
	}
	return sp;
}

void sp_free(struct sp *sp)
{
	if (!sp)
		return;
	sp_store_close(sp->store);
	sp_pki_fini(&sp->pki);
	sp_vmsas_fini(&sp->vmsas);
	sp_asids_fini(&sp->asids);
	sev_guests_fini(&sp->guests);
	rng_free(sp->rng);
	sp_mailbox_fini(&sp->mailbox);
	pthread_mutex_destroy(&sp->lock);
	secret_wipe(sp, sizeof(*sp));
	free(sp);
}

/* -- the manufacturer's side ----------------------------------------------------------------- */

int sp_cek_cert(struct sp *sp, struct sev_cert *cert, struct error *err)
{
	int ret;

	*cert = sp->chip.cek_cert;
	pthread_mutex_lock(&sp->lock);
	ret = sp_pki_sign_cek(&sp->pki, cert, sp->rng, err);
	pthread_mutex_unlock(&sp->lock);
	return ret;
}

size_t sp_amd_certs(const struct sp *sp, u8 certs[SP_AMD_CERTS_MAX])
{
	const struct amd_cert *ask = &sp->pki.ask, *ark = &sp->pki.ark;

	memcpy(certs, ask->bytes, ask->size);
	memcpy(certs + ask->size, ark->bytes, ark->size);
	return ask->size + ark->size;
}

/* -- questions of cores and the fabric ------------------------------------------------------- */

void sp_note_wbinvd(struct sp *sp, unsigned core)
{
	BUG_ON(core >= sp->product.cores);
	atomic_fetch_or(&sp->asids.wbinvd, BIT64(core));
}

bool sp_asid_runnable(struct sp *sp, unsigned asid, unsigned core)
{
	if (asid < 1 || asid > sp->product.asids)
		return false;
	return atomic_load(&sp->asids.asid[asid].runnable) >> core & 1;
}

bool sp_tmr(struct sp *sp, spa_t *base, u64 *size)
{
	u64 tmr = atomic_load(&sp->tmr);

	*base = SPA(align_down(tmr, SEV_TMR_SIZE));
	*size = (tmr & (SEV_TMR_SIZE - 1)) * MIB(1);
	return *size != 0;
}

/* SEV_HANDLE_NONE when no guest is active there. */
static u32 handle_of(struct sp *sp, unsigned asid)
{
	if (asid < 1 || asid > sp->product.asids)
		return SEV_HANDLE_NONE;
	return atomic_load(&sp->asids.asid[asid].handle);
}

bool sp_vmsa_intact(struct sp *sp, unsigned asid, spa_t page, const u8 *vmsa)
{
	u32 handle = handle_of(sp, asid);

	return handle != SEV_HANDLE_NONE && sp_vmsas_agree(&sp->vmsas, handle, page, vmsa);
}

void sp_vmsa_seal(struct sp *sp, unsigned asid, spa_t page, const u8 *vmsa)
{
	sp_vmsas_renew(&sp->vmsas, handle_of(sp, asid), page, vmsa);
}
