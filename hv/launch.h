/* SPDX-License-Identifier: MIT */
/*
 * The life of an encrypted guest with the Secure Processor, from LAUNCH_START to DECOMMISSION.
 *
 *	launch_start()	LAUNCH_START, ACTIVATE; LAUNCH_UPDATE_DATA for every piece of the boot stage, in
 *			its order; LAUNCH_MEASURE; LAUNCH_SECRET if there is one; LAUNCH_FINISH
 *	launch_end()	DEACTIVATE, WBINVD on every core, DF_FLUSH, DECOMMISSION
 *
 * ACTIVATE comes early: the engine encrypts a launch under the key of an ASID, as it does everything.
 * The pieces' order and contents are all that the measurement depends on.
 */
#ifndef HV_LAUNCH_H
#define HV_LAUNCH_H

#include "hv/boot/stage.h"
#include "hv/sp_driver.h"

struct launch_secret {
	gpa_t gpa; /* a multiple of 16 */
	const struct sev_packet_hdr *hdr;
	const void *trans;
	u32 len;
};

/* NULL members are left out. */
struct launch_config {
	struct sp_launch owner;
	/* Sees each piece before it is encrypted; for a digest of what is launched. */
	void (*measured)(void *ctx, const void *bytes, size_t len);
	/*
	 * The owner's chance: sees the measurement, may give a secret for guest address *gpa.  False:
	 * no secret.  A packet's pointers stay good until launch_start() returns.
	 */
	bool (*secret)(void *ctx, const struct sev_measurement *m, struct launch_secret *out);
	void *ctx;
};

struct launch {
	struct sp_driver *driver;
	u32 handle;
	u32 asid;
	bool started, active;
	u32 policy;
	struct sev_measurement measurement;
};

/* 0, or -errno with *err set; launch_end() is due in both cases. */
int launch_start(struct launch *l, struct sp_driver *d, const struct launch_config *cfg,
		 const struct boot_stage *stage, u32 asid, struct error *err) MUST_CHECK;
void launch_end(struct launch *l);

#endif
