/* SPDX-License-Identifier: MIT */
/* Binding keys to ASIDs.  What cores read is published last and withdrawn first. */
#include "chip/sp/asid.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bug.h"
#include "chip/sp/internal.h"

int sp_asids_init(struct sp_asids *a, unsigned asids)
{
	a->asid = calloc(asids + 1, sizeof(*a->asid));
	return a->asid ? 0 : -ENOMEM;
}

void sp_asids_fini(struct sp_asids *a)
{
	free(a->asid);
}

u64 sp_all_cores(const struct sp *sp)
{
	return ~0ull >> (64 - sp->product.cores);
}

void sp_asids_reset(struct sp *sp)
{
	for (unsigned i = 1; i <= sp->product.asids; i++)
		sp->asids.asid[i].dirty = true;
	atomic_store(&sp->asids.wbinvd, 0);
}

void sp_asid_publish(struct sp *sp, const struct sev_guest *g)
{
	bool runs = g->state == SEV_GUEST_RUNNING || g->state == SEV_GUEST_SUPDATE;

	if (g->asid == SEV_ASID_HOST)
		return;
	atomic_store(&sp->asids.asid[g->asid].handle, g->handle);
	atomic_store(&sp->asids.asid[g->asid].runnable, runs ? g->cores : 0);
}

void sp_asid_bind(struct sp *sp, struct sev_guest *g, u32 asid, u64 cores)
{
	BUG_ON(g->asid != SEV_ASID_HOST || sp_asid_is_owned(sp, asid) ||
	       sp_asid_is_dirty(sp, asid));
	cache_begin_key_change(sp->cache, asid);
	mee_set_key(sp->mee, asid, g->vek);
	cache_end_key_change(sp->cache, asid);
	g->asid = asid;
	g->cores = cores;
	sp_asid_publish(sp, g);
}

void sp_asid_unbind(struct sp *sp, struct sev_guest *g)
{
	struct sp_asid *a = &sp->asids.asid[g->asid];

	BUG_ON(g->asid == SEV_ASID_HOST);
	atomic_store(&a->runnable, 0);
	atomic_store(&a->handle, SEV_HANDLE_NONE);
	cache_begin_key_change(sp->cache, g->asid);
	mee_clear_key(sp->mee, g->asid, sp->rng);
	cache_end_key_change(sp->cache, g->asid);
	a->dirty = true;
	g->asid = SEV_ASID_HOST;
	g->cores = 0;
	/* Last: a WBINVD that ended before the key went does not count. */
	atomic_store(&sp->asids.wbinvd, 0);
}

bool sp_asid_is_owned(const struct sp *sp, u32 asid)
{
	return atomic_load(&sp->asids.asid[asid].handle) != SEV_HANDLE_NONE;
}

bool sp_asid_is_dirty(const struct sp *sp, u32 asid)
{
	return sp->asids.asid[asid].dirty;
}

bool sp_wbinvd_done(const struct sp *sp)
{
	return atomic_load(&sp->asids.wbinvd) == sp_all_cores(sp);
}

void sp_asids_clean(struct sp *sp)
{
	for (unsigned i = 1; i <= sp->product.asids; i++)
		if (!sp_asid_is_owned(sp, i))
			sp->asids.asid[i].dirty = false;
}
