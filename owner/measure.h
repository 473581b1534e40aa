/* SPDX-License-Identifier: MIT */
/*
 * The launch digest and what LAUNCH_MEASURE makes of it.	[SEV 6.5.1 LAUNCH_MEASURE, table 52]
 *
 * The digest is SHA-256 over the plaintext that LAUNCH_UPDATE_DATA and LAUNCH_UPDATE_VMSA were given,
 * in the order of the commands.  It holds neither addresses nor lengths nor the borders between
 * commands: that blocks may be placed elsewhere is a weakness of legacy SEV, not of this file.
 */
#ifndef OWNER_MEASURE_H
#define OWNER_MEASURE_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "base/error.h"
#include "crypto/hash.h"

/* Memory that one LAUNCH_UPDATE_DATA or LAUNCH_UPDATE_VMSA is given. */
struct owner_piece {
	gpa_t gpa; /* where it is placed, aligned to 16 bytes; not part of the digest */
	const void *bytes;
	size_t len; /* a multiple of 16, not 0 */
};

/*
 * The digest of pieces in launch order.  -EINVAL, with a line that numbers the piece from 1, if its
 * address or length is none that firmware takes; -ENOMEM.  *ld is zero then.
 */
int owner_launch_digest(struct sha256_digest *ld, const struct owner_piece *pieces, size_t count,
			struct error *err) MUST_CHECK;

/* What the firmware that measured said of itself, and what the owner expects. */
struct owner_launch {
	u8 api_major; /* as PLATFORM_STATUS reports these three; API 0.17 or later */
	u8 api_minor;
	u8 build;
	u32 policy;
	struct sha256_digest ld;
};

/*
 * The measurement that a launch has under this nonce.  0, or -ENOMEM or -EIO, or -EINVAL for firmware
 * older than API 0.17, whose measurement does not cover its own version.
 */
int owner_measure(struct sev_measurement *m, const struct owner_launch *launch,
		  const u8 tik[SEV_KEY_SIZE], const u8 mnonce[16], struct error *err) MUST_CHECK;

/* Whether `returned` is the measurement of this launch, by its own nonce. */
int owner_measure_verify(bool *equal, const struct sev_measurement *returned,
			 const struct owner_launch *launch, const u8 tik[SEV_KEY_SIZE],
			 struct error *err) MUST_CHECK;

#endif
