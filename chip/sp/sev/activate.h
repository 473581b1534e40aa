/* SPDX-License-Identifier: MIT */
/* What ACTIVATE and ACTIVATE_EX have in common.	[SEV ACTIVATE] */
#ifndef CHIP_SP_SEV_ACTIVATE_H
#define CHIP_SP_SEV_ACTIVATE_H

#include "abi/sev.h"
#include "base/compiler.h"

struct sp;
struct sev_guest;

/*
 * Check: whether the guest may have this ASID.  SP_INVALID_ASID: none for a guest of its kind;
 * SP_ASID_OWNED; SP_DFFLUSH_REQUIRED: caches may still hold lines of its last guest.
 */
enum sp_status sev_check_asid(const struct sp *sp, const struct sev_guest *g, u32 asid) MUST_CHECK;

#endif
