/* SPDX-License-Identifier: MIT */
/*
 * The driver of the Secure Processor: one call a command, named and shaped like what Linux offers at
 * /dev/sev and as KVM_MEMORY_ENCRYPT_OP.
 *
 * Buffers go through pages of DRAM of the driver's own.  Statuses of the firmware that are not
 * SUCCESS become -EIO with a line that names command and status, which also stays in `status`.
 * Not for two threads at once.	[SEV 4, 5, 6]
 */
#ifndef HV_SP_DRIVER_H
#define HV_SP_DRIVER_H

#include "abi/sev.h"
#include "abi/sev_cert.h"
#include "abi/sev_cmd.h"
#include "base/compiler.h"
#include "base/error.h"
#include "chip/platform.h"
#include "hv/pages.h"

enum { SP_DRIVER_DATA_SIZE = 0x4000 };

struct sp_driver {
	struct chip *chip;
	spa_t buf;             /* the command's */
	spa_t data;            /* SP_DRIVER_DATA_SIZE bytes for what it points to */
	enum sp_status status; /* of the last command */
};

/* Takes its pages.  0 or -ENOMEM with *err set. */
int sp_driver_init(struct sp_driver *d, struct chip *chip, struct pages *pages,
		   struct error *err) MUST_CHECK;

/*
 * Any command, with len bytes of buffer, which come back too (0: it has none).  -EIO: refused.  What
 * it points to stands in memory: put and get, at addresses that are DRAM.
 */
int sp_driver_command(struct sp_driver *d, enum sev_cmd id, const char *name, void *buf, size_t len,
		      struct error *err) MUST_CHECK;
#define SP_DRIVER_COMMAND(d, name, buf, err) \
	sp_driver_command((d), SEV_CMD_##name, #name, (buf), sizeof(*(buf)), (err))
void sp_driver_put(const struct sp_driver *d, spa_t spa, const void *src, size_t len);
void sp_driver_get(const struct sp_driver *d, spa_t spa, void *dst, size_t len);

/* "INVALID_GUEST_STATE" as AMD writes it. */
const char *sp_status_name(enum sp_status status);

/* -- platform --------------------------------------------------------------------------------- */

int sp_driver_status(struct sp_driver *d, struct sev_platform_status_buf *out,
		     struct error *err) MUST_CHECK;

/* INIT, if the platform is not initialized yet, and the flush that the first ACTIVATE asks for. */
int sp_driver_start(struct sp_driver *d, struct error *err) MUST_CHECK;

/* WBINVD on every core of the socket, then DF_FLUSH: ASIDs that were deactivated may be used again. */
int sp_driver_flush(struct sp_driver *d, struct error *err) MUST_CHECK;

/* -- guests ----------------------------------------------------------------------------------- */

/* What the guest's owner gave; pointers are borrowed.  Without a session the SP makes the keys. */
struct sp_launch {
	u32 policy;                        /* SEV_POLICY_ */
	const struct sev_cert *owner_cert; /* with session; else NULL */
	const struct sev_session *session;
};

int sp_driver_launch_start(struct sp_driver *d, const struct sp_launch *l, u32 *handle,
			   struct error *err) MUST_CHECK;
/* Encrypts and measures in place; spa and len are multiples of 16. */
int sp_driver_launch_update(struct sp_driver *d, u32 handle, spa_t spa, u32 len,
			    struct error *err) MUST_CHECK;
int sp_driver_launch_measure(struct sp_driver *d, u32 handle, struct sev_measurement *out,
			     struct error *err) MUST_CHECK;
/* A packet of the owner's; len bytes of plaintext, at most 8 KiB, appear at spa. */
int sp_driver_launch_secret(struct sp_driver *d, u32 handle, spa_t spa,
			    const struct sev_packet_hdr *hdr, const void *trans, u32 len,
			    struct error *err) MUST_CHECK;
int sp_driver_launch_finish(struct sp_driver *d, u32 handle, struct error *err) MUST_CHECK;
int sp_driver_activate(struct sp_driver *d, u32 handle, u32 asid, struct error *err) MUST_CHECK;
int sp_driver_deactivate(struct sp_driver *d, u32 handle, struct error *err) MUST_CHECK;
int sp_driver_decommission(struct sp_driver *d, u32 handle, struct error *err) MUST_CHECK;

#endif
