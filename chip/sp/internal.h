/* SPDX-License-Identifier: MIT */
/*
 * The whole state of a Secure Processor; private to chip/sp/.
 *
 * Locks.  `lock` is held while a command runs and guards everything here that has no lock of its
 * own below.  Cores never take it: what they ask and tell is atomic (struct sp_asids, tmr) or
 * under vmsas.lock, and the mailbox registers have their own lock, so that a running command can be
 * polled.  Order: lock, then one of the other two.
 */
#ifndef CHIP_SP_INTERNAL_H
#define CHIP_SP_INTERNAL_H

#include <pthread.h>

#include "chip/sp/asid.h"
#include "chip/sp/firmware.h"
#include "chip/sp/guest.h"
#include "chip/sp/identity.h"
#include "chip/sp/mailbox.h"
#include "chip/sp/pki.h"
#include "chip/sp/sp.h"
#include "chip/sp/vmsa.h"

/* Memory that belongs to firmware: no command may name it.  Empty when size is 0. */
struct sp_region {
	u64 paddr; /* as software gave it, perhaps with the C-bit */
	u64 size;
};

/* The legacy platform context. */
struct sev_platform {
	bool initialised; /* INIT or WORKING; which of the two, the guests tell */
	bool es;          /* config.ES */
	struct sp_region tmr;
	struct sp_region nv;          /* the image of INIT_EX; else flash is used */
	struct sev_identity identity; /* valid when initialised */
};

struct sp {
	/* Fixed after sp_new(); but pki.ask_key comes later, under the lock. */
	struct fabric *fabric;
	struct cache *cache;
	struct mee *mee;
	struct sp_product product;
	struct sp_hooks hooks;
	struct rng *rng;
	struct sp_store *store; /* NULL: nothing survives */
	struct sp_pki pki;
	struct sp_chip chip; /* what the fuses make of this one chip */

	pthread_mutex_t lock;
	struct sp_firmware firmware;
	u8 flash[SEV_NV_SIZE]; /* the platform's image, as it is stored */
	struct sev_platform platform;
	struct sev_guests guests;
	struct sp_asids asids;

	_Atomic u64 tmr;           /* for cores: base, and its size in MiB in the low bits */
	struct sp_vmsas vmsas;     /* has its own lock */
	struct sp_mailbox mailbox; /* has its own lock */
};

enum sev_platform_state sev_platform_state(const struct sp *sp);

#endif
