/* SPDX-License-Identifier: MIT */
/*
 * Guest contexts: what the SP knows of each SEV and SEV-ES guest.	[SEV 6.1 Guest Context]
 *
 * A context is named by a handle, which is given out anew only after all others were.  Contexts
 * live in one array of fixed size, so a pointer to one is good until DECOMMISSION or SHUTDOWN.
 */
#ifndef CHIP_SP_GUEST_H
#define CHIP_SP_GUEST_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "base/types.h"
#include "chip/mee/mee.h"
#include "crypto/aes.h"
#include "crypto/hash.h"

struct sp;

struct sev_guest {
	u32 handle; /* SEV_HANDLE_NONE: this place is free */
	enum sev_guest_state state;
	u32 policy;
	u32 asid;  /* SEV_ASID_HOST: not active */
	u64 cores; /* while active: bit n, core n may run it */
	u8 vek[MEE_KEY_SIZE];

	/* From LAUNCH_START, SEND_START or RECEIVE_START to the matching end; else zero. */
	u8 nonce[16];
	u8 ms[SEV_KEY_SIZE];
	struct sev_transport_keys keys;

	struct hash *ld;                    /* running launch digest, in LUPDATE; else NULL */
	struct sha256_digest launch_digest; /* its end, from LAUNCH_MEASURE on */
	struct sev_measurement measurement; /* what LAUNCH_MEASURE returned */

	struct aes256_key swap_key; /* offline encryption key of SWAP_OUT and SWAP_IN */
	u64 swap_count;             /* IVs used with it */
};

/* Slots are guarded by the lock of struct sp. */
struct sev_guests {
	struct sev_guest *slot;
	unsigned slots;
	unsigned count; /* GUEST_COUNT */
	u32 last_handle;
};

int sev_guests_init(struct sev_guests *g, unsigned slots) MUST_CHECK; /* 0 or -ENOMEM */
void sev_guests_fini(struct sev_guests *g);                           /* wipes */

/* NULL: no live context has this handle. */
struct sev_guest *sev_guest_find(struct sp *sp, u32 handle);

/* Whether sev_guest_new() has a place; else the answer is SP_RESOURCE_LIMIT. */
bool sev_guest_room(const struct sp *sp);

/*
 * A new context, zeroed but for its handle and state, for a Commit phase after sev_guest_room().
 * The platform is WORKING from here on.
 */
struct sev_guest *sev_guest_new(struct sp *sp, enum sev_guest_state state);

/* Wipes the context, which is not active, and forgets its save areas. */
void sev_guest_free(struct sp *sp, struct sev_guest *g);

/* The only way to change a guest's state: VMRUN depends on it. */
void sev_guest_set_state(struct sp *sp, struct sev_guest *g, enum sev_guest_state state);

/* Forgets NONCE, MS, TEK and TIK: the end of a launch or of a migration. */
void sev_guest_wipe_session(struct sev_guest *g);

#endif
