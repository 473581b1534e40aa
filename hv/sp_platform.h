/* SPDX-License-Identifier: MIT */
/*
 * The platform's keys and certificates, as an administrator handles them by way of the driver: the
 * calls that Linux offers at /dev/sev.
 *
 * Errors are those of hv/sp_driver.h: -EIO when the Secure Processor refuses, with the status in
 * d->status.  Commands that need an initialised platform initialise it.
 *	[SEV 5 Platform Management API]
 */
#ifndef HV_SP_PLATFORM_H
#define HV_SP_PLATFORM_H

#include "hv/sp_driver.h"

/* Erases OCA, PEK and PDH; shuts an initialised platform down first. */
int sp_platform_reset(struct sp_driver *d, struct error *err) MUST_CHECK;

/* New OCA, PEK and PDH of the firmware's own; a new PDH alone. */
int sp_platform_pek_gen(struct sp_driver *d, struct error *err) MUST_CHECK;
int sp_platform_pdh_gen(struct sp_driver *d, struct error *err) MUST_CHECK;

/* The PEK as a certificate that nobody has signed, and the same signed by its new owner. */
int sp_platform_pek_csr(struct sp_driver *d, struct sev_cert *csr, struct error *err) MUST_CHECK;
int sp_platform_import(struct sp_driver *d, const struct sev_cert *pek, const struct sev_cert *oca,
		       struct error *err) MUST_CHECK;

/* The PDH, and PEK, OCA and CEK; the CEK is not signed. */
int sp_platform_export(struct sp_driver *d, struct sev_cert *pdh, struct sev_cert_chain *certs,
		       struct error *err) MUST_CHECK;

/* The identifier of the one socket. */
int sp_platform_id(struct sp_driver *d, u8 id[SEV_CHIP_ID_SIZE], struct error *err) MUST_CHECK;

#endif
