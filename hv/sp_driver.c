/* SPDX-License-Identifier: MIT */
/* A buffer in, a command, a buffer out. */
#include "hv/sp_driver.h"

#include <errno.h>
#include <string.h>

#include "base/bug.h"

/* -- statuses --------------------------------------------------------------------------------- */

/* clang-format off */
static const char *const status_names[] = {
	[SP_SUCCESS]			= "SUCCESS",
	[SP_INVALID_PLATFORM_STATE]	= "INVALID_PLATFORM_STATE",
	[SP_INVALID_GUEST_STATE]	= "INVALID_GUEST_STATE",
	[SP_INVALID_CONFIG]		= "INVALID_CONFIG",
	[SP_INVALID_LENGTH]		= "INVALID_LENGTH",
	[SP_ALREADY_OWNED]		= "ALREADY_OWNED",
	[SP_INVALID_CERTIFICATE]	= "INVALID_CERTIFICATE",
	[SP_POLICY_FAILURE]		= "POLICY_FAILURE",
	[SP_INACTIVE]			= "INACTIVE",
	[SP_INVALID_ADDRESS]		= "INVALID_ADDRESS",
	[SP_BAD_SIGNATURE]		= "BAD_SIGNATURE",
	[SP_BAD_MEASUREMENT]		= "BAD_MEASUREMENT",
	[SP_ASID_OWNED]			= "ASID_OWNED",
	[SP_INVALID_ASID]		= "INVALID_ASID",
	[SP_WBINVD_REQUIRED]		= "WBINVD_REQUIRED",
	[SP_DFFLUSH_REQUIRED]		= "DFFLUSH_REQUIRED",
	[SP_INVALID_GUEST]		= "INVALID_GUEST",
	[SP_INVALID_COMMAND]		= "INVALID_COMMAND",
	[SP_ACTIVE]			= "ACTIVE",
	[SP_HWERROR_PLATFORM]		= "HWERROR_PLATFORM",
	[SP_HWERROR_UNSAFE]		= "HWERROR_UNSAFE",
	[SP_UNSUPPORTED]		= "UNSUPPORTED",
	[SP_INVALID_PARAM]		= "INVALID_PARAM",
	[SP_RESOURCE_LIMIT]		= "RESOURCE_LIMIT",
	[SP_SECURE_DATA_INVALID]	= "SECURE_DATA_INVALID",
	[SP_INVALID_PAGE_SIZE]		= "INVALID_PAGE_SIZE",
	[SP_INVALID_PAGE_STATE]		= "INVALID_PAGE_STATE",
	[SP_INVALID_MDATA_ENTRY]	= "INVALID_MDATA_ENTRY",
	[SP_INVALID_PAGE_OWNER]		= "INVALID_PAGE_OWNER",
	[SP_AEAD_OFLOW]			= "AEAD_OFLOW",
	[SP_RING_BUFFER_EXIT]		= "RING_BUFFER_EXIT",
	[SP_RMP_INIT_REQUIRED]		= "RMP_INIT_REQUIRED",
	[SP_BAD_SVN]			= "BAD_SVN",
	[SP_BAD_VERSION]		= "BAD_VERSION",
	[SP_SHUTDOWN_REQUIRED]		= "SHUTDOWN_REQUIRED",
	[SP_UPDATE_FAILED]		= "UPDATE_FAILED",
	[SP_RESTORE_REQUIRED]		= "RESTORE_REQUIRED",
	[SP_RMP_INITIALIZATION_FAILED]	= "RMP_INITIALIZATION_FAILED",
	[SP_INVALID_KEY]		= "INVALID_KEY",
};
/* clang-format on */

const char *sp_status_name(enum sp_status status)
{
	const char *name = NULL;

	if ((size_t)status < ARRAY_SIZE(status_names))
		name = status_names[status];
	return name ? name : "a status of its own";
}

/* -- one command ------------------------------------------------------------------------------ */

int sp_driver_init(struct sp_driver *d, struct chip *chip, struct pages *pages, struct error *err)
{
	int rc;

	*d = (struct sp_driver){.chip = chip};
	rc = pages_alloc(pages, 1, PAGE_SIZE, &d->buf, err);
	if (rc != 0)
		return rc;
	return pages_alloc(pages, SP_DRIVER_DATA_SIZE / PAGE_SIZE, PAGE_SIZE, &d->data, err);
}

void sp_driver_put(const struct sp_driver *d, spa_t spa, const void *src, size_t len)
{
	BUG_ON(platform_write(d->chip, spa, src, len) != PLATFORM_ACCESS_OK);
}

void sp_driver_get(const struct sp_driver *d, spa_t spa, void *dst, size_t len)
{
	BUG_ON(platform_read(d->chip, spa, dst, len) != PLATFORM_ACCESS_OK);
}

int sp_driver_command(struct sp_driver *d, enum sev_cmd id, const char *name, void *buf, size_t len,
		      struct error *err)
{
	sp_driver_put(d, d->buf, buf, len);
	d->status = platform_sp_command(d->chip, id, d->buf);
	sp_driver_get(d, d->buf, buf, len);
	if (d->status == SP_SUCCESS)
		return 0;
	return error_set(err, EIO, "%s: the Secure Processor answers %s (%#x)", name,
			 sp_status_name(d->status), (unsigned)d->status);
}

/* -- platform --------------------------------------------------------------------------------- */

int sp_driver_status(struct sp_driver *d, struct sev_platform_status_buf *out, struct error *err)
{
	*out = (struct sev_platform_status_buf){.state = 0};
	return SP_DRIVER_COMMAND(d, PLATFORM_STATUS, out, err);
}

int sp_driver_flush(struct sp_driver *d, struct error *err)
{
	for (unsigned core = 0; core < platform_cores(d->chip); core++)
		BUG_ON(platform_wbinvd(d->chip, core) != PLATFORM_DONE);
	return sp_driver_command(d, SEV_CMD_DF_FLUSH, "DF_FLUSH", NULL, 0, err);
}

int sp_driver_start(struct sp_driver *d, struct error *err)
{
	struct sev_platform_status_buf status;
	struct sev_init_buf init = {.options = 0};
	int rc = sp_driver_status(d, &status, err);

	if (rc != 0 || status.state != SEV_PLATFORM_UNINIT)
		return rc;
	rc = SP_DRIVER_COMMAND(d, INIT, &init, err);
	return rc == 0 ? sp_driver_flush(d, err) : rc;
}

/* -- launch ----------------------------------------------------------------------------------- */

/* The owner's certificate and session stand one behind the other in the data pages. */
static void put_session(struct sp_driver *d, const struct sp_launch *l,
			struct sev_launch_start_buf *buf)
{
	spa_t session = SPA(d->data.v + PAGE_SIZE);

	if (!l->session)
		return;
	sp_driver_put(d, d->data, l->owner_cert, sizeof(*l->owner_cert));
	sp_driver_put(d, session, l->session, sizeof(*l->session));
	buf->dh_cert_paddr = d->data.v;
	buf->dh_cert_length = sizeof(*l->owner_cert);
	buf->session_paddr = session.v;
	buf->session_length = sizeof(*l->session);
}

int sp_driver_launch_start(struct sp_driver *d, const struct sp_launch *l, u32 *handle,
			   struct error *err)
{
	struct sev_launch_start_buf buf = {.handle = SEV_HANDLE_NONE, .policy = l->policy};
	int rc;

	put_session(d, l, &buf);
	rc = SP_DRIVER_COMMAND(d, LAUNCH_START, &buf, err);
	if (rc == 0)
		*handle = buf.handle;
	return rc;
}

int sp_driver_launch_update(struct sp_driver *d, u32 handle, spa_t spa, u32 len, struct error *err)
{
	struct sev_launch_update_buf buf = {.handle = handle, .paddr = spa.v, .length = len};

	return SP_DRIVER_COMMAND(d, LAUNCH_UPDATE_DATA, &buf, err);
}

int sp_driver_launch_measure(struct sp_driver *d, u32 handle, struct sev_measurement *out,
			     struct error *err)
{
	struct sev_launch_measure_buf buf = {
		.handle = handle, .measure_paddr = d->data.v, .measure_length = sizeof(*out)};
	int rc = SP_DRIVER_COMMAND(d, LAUNCH_MEASURE, &buf, err);

	if (rc == 0)
		sp_driver_get(d, d->data, out, sizeof(*out));
	return rc;
}

int sp_driver_launch_secret(struct sp_driver *d, u32 handle, spa_t spa,
			    const struct sev_packet_hdr *hdr, const void *trans, u32 len,
			    struct error *err)
{
	spa_t trans_at = SPA(d->data.v + PAGE_SIZE);
	struct sev_transport_buf buf = {
		.handle = handle,
		.hdr_paddr = d->data.v,
		.hdr_length = sizeof(*hdr),
		.guest_paddr = spa.v,
		.guest_length = len,
		.trans_paddr = trans_at.v,
		.trans_length = len,
	};

	if (len > SP_DRIVER_DATA_SIZE - PAGE_SIZE)
		return error_set(err, E2BIG, "LAUNCH_SECRET: a secret of %u bytes is too long",
				 len);
	sp_driver_put(d, d->data, hdr, sizeof(*hdr));
	sp_driver_put(d, trans_at, trans, len);
	return SP_DRIVER_COMMAND(d, LAUNCH_SECRET, &buf, err);
}

int sp_driver_launch_finish(struct sp_driver *d, u32 handle, struct error *err)
{
	struct sev_handle_buf buf = {handle};

	return SP_DRIVER_COMMAND(d, LAUNCH_FINISH, &buf, err);
}

int sp_driver_activate(struct sp_driver *d, u32 handle, u32 asid, struct error *err)
{
	struct sev_activate_buf buf = {handle, asid};

	return SP_DRIVER_COMMAND(d, ACTIVATE, &buf, err);
}

int sp_driver_deactivate(struct sp_driver *d, u32 handle, struct error *err)
{
	struct sev_handle_buf buf = {handle};

	return SP_DRIVER_COMMAND(d, DEACTIVATE, &buf, err);
}

int sp_driver_decommission(struct sp_driver *d, u32 handle, struct error *err)
{
	struct sev_handle_buf buf = {handle};

	return SP_DRIVER_COMMAND(d, DECOMMISSION, &buf, err);
}
