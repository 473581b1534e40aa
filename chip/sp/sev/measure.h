/* SPDX-License-Identifier: MIT */
/* The launch measurement, apart from its command.	[SEV 6.5.1 LAUNCH_MEASURE, table 52] */
#ifndef CHIP_SP_SEV_MEASURE_H
#define CHIP_SP_SEV_MEASURE_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "chip/sp/internal.h"
#include "crypto/hash.h"

/*
 * Fills measure from its mnonce.  From API 0.17 on it covers the firmware's version too.  0, or
 * -ENOMEM or -EIO.
 */
int sev_measure(struct sev_measurement *m, const struct sp *sp, const struct sev_guest *g,
		const struct sha256_digest *ld) MUST_CHECK;

#endif
