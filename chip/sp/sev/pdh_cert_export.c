/* SPDX-License-Identifier: MIT */
/*
 * PDH_CERT_EXPORT: what an owner needs to talk to this platform: the PDH, and behind it PEK, OCA
 * and CEK.  The CEK comes without a signature; AMD gives the signed one by the chip's identifier.
 *	[SEV 5.11 PDH_CERT_EXPORT]
 */
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/sev/commands.h"

enum sp_status sev_pdh_cert_export(struct sp *sp, struct sp_call *call)
{
	struct sev_pdh_cert_export_buf *buf = (void *)call->buf;
	const struct sev_identity *id = &sp->platform.identity;
	struct sev_cert_chain chain;
	enum sp_status s, s_chain;

	/* Check.  Whichever length is too small, both are told. */
	s = sp_check_out_length(&buf->pdh_cert_length, sizeof(id->pdh_cert));
	s_chain = sp_check_out_length(&buf->certs_length, sizeof(chain));
	if (s || s_chain)
		return SP_INVALID_LENGTH;
	s = sp_check_range(sp, SP_OUT, buf->pdh_cert_paddr, sizeof(id->pdh_cert), 1);
	if (s)
		return s;
	s = sp_check_range(sp, SP_OUT, buf->certs_paddr, sizeof(chain), 1);
	if (s)
		return s;

	/* Commit. */
	chain.pek = id->pek_cert;
	chain.oca = id->oca_cert;
	chain.cek = sp->chip.cek_cert;
	sp_write(sp, buf->pdh_cert_paddr, &id->pdh_cert, sizeof(id->pdh_cert));
	sp_write(sp, buf->certs_paddr, &chain, sizeof(chain));
	return SP_SUCCESS;
}
