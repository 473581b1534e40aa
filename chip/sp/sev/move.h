/* SPDX-License-Identifier: MIT */
/*
 * From one place in memory to another, 16 bytes by 16, under a guest's key on either side: what
 * COPY, DBG_DECRYPT and DBG_ENCRYPT have in common.	[SEV COPY, DBG_DECRYPT, DBG_ENCRYPT]
 */
#ifndef CHIP_SP_SEV_MOVE_H
#define CHIP_SP_SEV_MOVE_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "base/types.h"

struct sp;
struct sev_guest;

/* A side is memory under the guest's key, or else as the host sees it. */
struct sev_move {
	u64 src, dst;
	u32 len;
	bool src_guest, dst_guest;
};

/*
 * Check: length and addresses.  SP_INVALID_LENGTH; SP_INVALID_ADDRESS: not aligned to SEV_BLOCK, not
 * memory, or the two overlap.
 */
enum sp_status sev_check_move(const struct sp *sp, const struct sev_move *m) MUST_CHECK;

/* Commit. */
void sev_move(struct sp *sp, const struct sev_guest *g, const struct sev_move *m);

#endif
