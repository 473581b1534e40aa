/* SPDX-License-Identifier: MIT */
/*
 * What a chip keeps without power: its fuses, and its flash.  In the state directory, or for want
 * of one in memory, and then a chip lives as long as the process.
 */
#ifndef CHIP_SP_NV_H
#define CHIP_SP_NV_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

struct sp;
struct sp_config;

/*
 * Reads fuses and flash into sp, or makes a new chip where there is none.  -EINVAL: a file that is
 * not for certain this chip's, or a configuration with other fuses; or as sp_store_open() says.
 */
int sp_nv_power_on(struct sp *sp, const struct sp_config *cfg, struct error *err) MUST_CHECK;

/* Writes the flash.  0 and lasting; or -errno with a line, and the old contents are there. */
int sp_nv_write_flash(struct sp *sp, const u8 image[SEV_NV_SIZE], struct error *err) MUST_CHECK;

#endif
