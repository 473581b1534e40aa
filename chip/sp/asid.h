/* SPDX-License-Identifier: MIT */
/*
 * ASIDs: whose key each holds, which cores may run it, and what must be flushed before the next
 * guest gets it.	[SEV ACTIVATE, DEACTIVATE, DF_FLUSH]
 *
 * An ASID that lost its guest is dirty: caches may still hold lines under the old key.  WBINVD on
 * every core writes them back, DF_FLUSH then drains what is behind the caches, and only after both
 * may the ASID be used again.  A DEACTIVATE in between starts the round anew.
 */
#ifndef CHIP_SP_ASID_H
#define CHIP_SP_ASID_H

#include <stdatomic.h>

#include "base/compiler.h"
#include "base/types.h"

struct sp;
struct sev_guest;

/* What cores read without a lock. */
struct sp_asid {
	_Atomic u64 runnable; /* bit n: core n may VMRUN it */
	_Atomic u32 handle;   /* of the active guest; SEV_HANDLE_NONE */
	bool dirty;           /* under the SP's lock */
};

struct sp_asids {
	struct sp_asid *asid; /* 0 .. product.asids; 0 is not used */
	_Atomic u64 wbinvd;   /* bit n: core n has run WBINVD since the last DEACTIVATE */
};

int sp_asids_init(struct sp_asids *a, unsigned asids) MUST_CHECK; /* 0 or -ENOMEM */
void sp_asids_fini(struct sp_asids *a);

/* All cores of the chip, as a mask. */
u64 sp_all_cores(const struct sp *sp);

/* INIT: all ASIDs are dirty and no core has run WBINVD. */
void sp_asids_reset(struct sp *sp);

/* Loads the guest's key and lets the cores of the mask run it; the ASID is clean and free. */
void sp_asid_bind(struct sp *sp, struct sev_guest *g, u32 asid, u64 cores);

/* Takes the key of an active guest away; its ASID is dirty, and every core's WBINVD forgotten. */
void sp_asid_unbind(struct sp *sp, struct sev_guest *g);

/* The guest's state or mask has changed: tells the cores. */
void sp_asid_publish(struct sp *sp, const struct sev_guest *g);

bool sp_asid_is_owned(const struct sp *sp, u32 asid);
bool sp_asid_is_dirty(const struct sp *sp, u32 asid);

/* Whether every core has run WBINVD. */
bool sp_wbinvd_done(const struct sp *sp);

/* DF_FLUSH: deactivated ASIDs become clean. */
void sp_asids_clean(struct sp *sp);

#endif
