/* SPDX-License-Identifier: MIT */
/* Platform commands, with what they read and write in the driver's data pages. */
#include "hv/sp_platform.h"

/* A certificate, and behind it, on a page of its own, another one or a chain. */
static spa_t first(const struct sp_driver *d)
{
	return d->data;
}

static spa_t second(const struct sp_driver *d)
{
	return SPA(d->data.v + PAGE_SIZE);
}

static int bare(struct sp_driver *d, enum sev_cmd id, const char *name, struct error *err)
{
	return sp_driver_command(d, id, name, NULL, 0, err);
}

static int bare_when_started(struct sp_driver *d, enum sev_cmd id, const char *name,
			     struct error *err)
{
	int rc = sp_driver_start(d, err);

	return rc == 0 ? bare(d, id, name, err) : rc;
}

int sp_platform_reset(struct sp_driver *d, struct error *err)
{
	struct sev_platform_status_buf status;
	int rc = sp_driver_status(d, &status, err);

	if (rc == 0 && status.state != SEV_PLATFORM_UNINIT)
		rc = bare(d, SEV_CMD_SHUTDOWN, "SHUTDOWN", err);
	return rc == 0 ? bare(d, SEV_CMD_PLATFORM_RESET, "PLATFORM_RESET", err) : rc;
}

int sp_platform_pek_gen(struct sp_driver *d, struct error *err)
{
	return bare_when_started(d, SEV_CMD_PEK_GEN, "PEK_GEN", err);
}

int sp_platform_pdh_gen(struct sp_driver *d, struct error *err)
{
	return bare_when_started(d, SEV_CMD_PDH_GEN, "PDH_GEN", err);
}

int sp_platform_pek_csr(struct sp_driver *d, struct sev_cert *csr, struct error *err)
{
	struct sev_pek_csr_buf buf = {.csr_paddr = first(d).v, .csr_length = sizeof(*csr)};
	int rc = sp_driver_start(d, err);

	if (rc == 0)
		rc = SP_DRIVER_COMMAND(d, PEK_CSR, &buf, err);
	if (rc == 0)
		sp_driver_get(d, first(d), csr, sizeof(*csr));
	return rc;
}

int sp_platform_import(struct sp_driver *d, const struct sev_cert *pek, const struct sev_cert *oca,
		       struct error *err)
{
	struct sev_pek_cert_import_buf buf = {
		.pek_cert_paddr = first(d).v,
		.pek_cert_length = sizeof(*pek),
		.oca_cert_paddr = second(d).v,
		.oca_cert_length = sizeof(*oca),
	};
	int rc = sp_driver_start(d, err);

	if (rc != 0)
		return rc;
	sp_driver_put(d, first(d), pek, sizeof(*pek));
	sp_driver_put(d, second(d), oca, sizeof(*oca));
	return SP_DRIVER_COMMAND(d, PEK_CERT_IMPORT, &buf, err);
}

int sp_platform_export(struct sp_driver *d, struct sev_cert *pdh, struct sev_cert_chain *certs,
		       struct error *err)
{
	struct sev_pdh_cert_export_buf buf = {
		.pdh_cert_paddr = first(d).v,
		.pdh_cert_length = sizeof(*pdh),
		.certs_paddr = second(d).v,
		.certs_length = sizeof(*certs),
	};
	int rc = sp_driver_start(d, err);

	if (rc == 0)
		rc = SP_DRIVER_COMMAND(d, PDH_CERT_EXPORT, &buf, err);
	if (rc == 0) {
		sp_driver_get(d, first(d), pdh, sizeof(*pdh));
		sp_driver_get(d, second(d), certs, sizeof(*certs));
	}
	return rc;
}

int sp_platform_id(struct sp_driver *d, u8 id[SEV_CHIP_ID_SIZE], struct error *err)
{
	struct sev_get_id_buf buf = {.id_paddr = first(d).v, .id_length = SEV_CHIP_ID_SIZE};
	int rc = SP_DRIVER_COMMAND(d, GET_ID, &buf, err);

	if (rc == 0)
		sp_driver_get(d, first(d), id, SEV_CHIP_ID_SIZE);
	return rc;
}
