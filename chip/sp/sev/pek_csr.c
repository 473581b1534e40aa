/* SPDX-License-Identifier: MIT */
/*
 * PEK_CSR: the PEK as a certificate without signatures, for an external owner to sign.
 *	[SEV 5.8 PEK_CSR]
 */
#include "chip/sp/cert.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_pek_csr(struct sp *sp, struct sp_call *call)
{
	struct sev_pek_csr_buf *buf = (void *)call->buf;
	struct sev_cert_subject pek = {SEV_USAGE_PEK, SEV_ALGO_ECDSA_SHA256, sp->firmware.api_major,
				       sp->firmware.api_minor};
	struct sev_cert csr;
	enum sp_status s;

	/* Check. */
	s = sp_check_out_length(&buf->csr_length, sizeof(csr));
	if (s)
		return s;
	s = sp_check_range(sp, SP_OUT, buf->csr_paddr, sizeof(csr), 1);
	if (s)
		return s;

	/* Commit. */
	sev_cert_make(&csr, &pek, &sp->platform.identity.pek.pub);
	sp_write(sp, buf->csr_paddr, &csr, sizeof(csr));
	return SP_SUCCESS;
}
