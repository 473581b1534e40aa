/* SPDX-License-Identifier: MIT */
/*
 * Starting and stopping the legacy platform, and where its identity persists: what INIT, INIT_EX,
 * SHUTDOWN, PLATFORM_RESET and the commands that make keys have in common.
 *						[SEV 5.1 Platform Context, INIT, SHUTDOWN]
 */
#ifndef CHIP_SP_PLATFORM_H
#define CHIP_SP_PLATFORM_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "chip/sp/identity.h"

struct sp_region;
struct sp_call;

/* What INIT and INIT_EX ask for alike. */
struct sev_start {
	u32 options;
	u64 tmr_paddr;
	u32 tmr_length;
};

/* Check: options, then what the TMR must be; *tmr is its region, empty without ES. */
enum sp_status sev_check_start(const struct sp *sp, const struct sev_start *start,
			       struct sp_region *tmr) MUST_CHECK;

/* Commit: the platform is INIT, every ASID dirty. */
void sev_start(struct sp *sp, const struct sev_start *start, const struct sp_region *tmr,
	       const struct sev_identity *id);

/* Ends every guest, forgets every key, gives the TMR and the host's image back: UNINIT. */
void sev_stop(struct sp *sp);

/*
 * The identity stored in nv, or in flash where nv is empty; where nothing is stored, a new one,
 * stored there.  SP_SECURE_DATA_INVALID: something else stands there; it is erased, so that asking
 * again succeeds.
 */
enum sp_status sev_take_identity(struct sp *sp, struct sp_call *call, const struct sp_region *nv,
				 struct sev_identity *id) MUST_CHECK;

/*
 * Stores an identity in place of the one that is there.  The last step of a Check: 0, and then the
 * command must succeed; or -errno, and the old one is still there.
 */
int sev_store_identity(struct sp *sp, struct sp_call *call, const struct sp_region *nv,
		       const struct sev_identity *id) MUST_CHECK;

/* Erases the stored identity; same failures. */
int sev_erase_identity(struct sp *sp, struct sp_call *call, const struct sp_region *nv) MUST_CHECK;

#endif
