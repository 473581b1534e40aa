/* SPDX-License-Identifier: MIT */
/*
 * Integrity of SEV-ES save areas.	[SEV LAUNCH_UPDATE_VMSA; APM2 15.35 SEV-ES]
 *
 * Encryption alone would let a host put back an older image of a guest's registers, or damage
 * them.  So the chip keeps a value over each save area where the host cannot reach it: the SP makes
 * it when it encrypts the page, every automatic exit makes it anew, and VMRUN refuses a page whose
 * contents do not agree.
 *
 * The value is a polynomial over the page's words modulo 2^61 - 1, taken at a secret random point,
 * with the page's number and the guest's handle in front: whoever cannot see the point finds two
 * pages of one value with probability below 2^-51.
 */
#ifndef CHIP_SP_VMSA_H
#define CHIP_SP_VMSA_H

#include <pthread.h>

#include "base/compiler.h"
#include "base/types.h"
#include "crypto/rng.h"

enum { SP_VMSA_STEP = 16 }; /* words that are taken at once */

struct sp_vmsa {
	u64 pfn;
	u64 value;
	u32 handle;
};

/* A save area that is swapped out: the number of its image, which the guest's key seals once. */
struct sp_vmsa_image {
	u64 number;
	u32 handle;
};

/* `lock` guards all but the powers; it is taken inside the SP's lock, and alone by cores. */
struct sp_vmsas {
	pthread_mutex_t lock;
	struct sp_vmsa *record; /* sorted by pfn */
	size_t used, room;
	struct sp_vmsa_image *image; /* in no order */
	size_t images, image_room;
	u64 power[SP_VMSA_STEP + 1]; /* of the point; fixed after init */
};

void sp_vmsas_init(struct sp_vmsas *v, struct rng *rng);
void sp_vmsas_fini(struct sp_vmsas *v);

/* Room for one more record and one more image, for a Check phase: 0 or -ENOMEM. */
int sp_vmsas_reserve(struct sp_vmsas *v) MUST_CHECK;

/* Records the page's plaintext, anew or in place of what stood there; after sp_vmsas_reserve(). */
void sp_vmsas_record(struct sp_vmsas *v, u32 handle, spa_t page, const u8 *vmsa);

/* As of an automatic exit: only if the page is recorded for that guest. */
void sp_vmsas_renew(struct sp_vmsas *v, u32 handle, spa_t page, const u8 *vmsa);

bool sp_vmsas_agree(struct sp_vmsas *v, u32 handle, spa_t page, const u8 *vmsa);

/*
 * Swapping.  A save area that goes out is none any more, and what can come back in its stead is the
 * image of that number alone, once: so an older image is as good as none.  Out after
 * sp_vmsas_reserve() and if sp_vmsas_agree(); in after sp_vmsas_reserve() and if sp_vmsas_is_out().
 */
void sp_vmsas_swap_out(struct sp_vmsas *v, u32 handle, spa_t page, u64 number);
bool sp_vmsas_is_out(struct sp_vmsas *v, u32 handle, u64 number);
void sp_vmsas_swap_in(struct sp_vmsas *v, u32 handle, spa_t page, u64 number, const u8 *vmsa);

/* Whether any of the pages from spa to spa + len - 1 is a save area, of whomever. */
bool sp_vmsas_overlap(struct sp_vmsas *v, spa_t spa, u64 len);

/* Forgets records and images of one guest, or with SEV_HANDLE_NONE all. */
void sp_vmsas_forget(struct sp_vmsas *v, u32 handle);

#endif
