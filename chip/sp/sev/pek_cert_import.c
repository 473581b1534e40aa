/* SPDX-License-Identifier: MIT */
/*
 * PEK_CERT_IMPORT: an external owner takes the platform: its OCA's certificate, and the PEK signed
 * by it.	[SEV 5.9 PEK_CERT_IMPORT]
 */
#include "chip/sp/cert.h"
#include "chip/sp/internal.h"
#include "chip/sp/mem.h"
#include "chip/sp/platform.h"
#include "chip/sp/sev/commands.h"

static enum sp_status check_ranges(struct sp *sp, const struct sev_pek_cert_import_buf *buf)
{
	enum sp_status s;

	if (sp->platform.identity.external)
		return SP_ALREADY_OWNED;
	s = sp_check_in_length(buf->pek_cert_length, sizeof(struct sev_cert));
	if (!s)
		s = sp_check_in_length(buf->oca_cert_length, sizeof(struct sev_cert));
	if (!s)
		s = sp_check_range(sp, SP_IN, buf->pek_cert_paddr, sizeof(struct sev_cert), 1);
	if (!s)
		s = sp_check_range(sp, SP_IN, buf->oca_cert_paddr, sizeof(struct sev_cert), 1);
	return s;
}

/* Whether `oca` signed the certificate. */
static enum sp_status check_signature(struct sp_call *call, const struct sev_cert *cert,
				      const struct sev_key *oca)
{
	enum verdict v;
	int ret = sev_cert_verify(&v, cert, oca);

	return sp_signature_status(call, ret, v);
}

/* Both certificates are private copies. */
static enum sp_status check_certs(struct sp *sp, struct sp_call *call, const struct sev_cert *pek,
				  const struct sev_cert *oca)
{
	struct sev_key pek_key, own_pek, oca_key;
	enum sp_status s;

	s = sev_cert_key(&own_pek, &sp->platform.identity.pek_cert, SEV_USAGE_PEK);
	if (!s)
		s = sev_cert_key(&pek_key, pek, SEV_USAGE_PEK);
	if (!s && !sev_key_equal(&pek_key, &own_pek))
		s = SP_INVALID_CERTIFICATE;
	if (!s)
		s = sev_cert_key(&oca_key, oca, SEV_USAGE_OCA);
	if (!s && sev_key_is_ecdh(&oca_key))
		s = SP_INVALID_CERTIFICATE;
	if (!s)
		s = check_signature(call, oca, &oca_key);
	return s ? s : check_signature(call, pek, &oca_key);
}

/* The identity as it will be: the OCA's private half is gone, the PDH is new. */
static int adopt(struct sp *sp, struct sev_identity *id, const struct sev_cert *pek,
		 const struct sev_cert *oca)
{
	int ret;

	*id = sp->platform.identity;
	id->external = true;
	ec_key_wipe(&id->oca);
	id->oca_cert = *oca;
	id->pek_cert = *pek;
	ret = sev_cert_sign(&id->pek_cert, 2, SEV_USAGE_CEK, &sp->chip.cek);
	return ret ? ret : sev_identity_make_pdh(id, sp);
}

enum sp_status sev_pek_cert_import(struct sp *sp, struct sp_call *call)
{
	const struct sev_pek_cert_import_buf *buf = (const void *)call->buf;
	struct sev_cert pek, oca;
	struct sev_identity id;
	enum sp_status s;
	int ret;

	/* Check. */
	s = check_ranges(sp, buf);
	if (s)
		return s;
	sp_read(sp, buf->pek_cert_paddr, &pek, sizeof(pek));
	sp_read(sp, buf->oca_cert_paddr, &oca, sizeof(oca));
	sev_cert_keep_signature(&pek, SEV_USAGE_OCA);
	sev_cert_keep_signature(&oca, SEV_USAGE_OCA);
	s = check_certs(sp, call, &pek, &oca);
	if (s)
		return s;
	ret = adopt(sp, &id, &pek, &oca);
	if (!ret)
		ret = sev_store_identity(sp, call, &sp->platform.nv, &id);

	/* Commit. */
	if (!ret)
		sp->platform.identity = id;
	sev_identity_wipe(&id);
	return ret ? sp_host_failed(call, ret) : SP_SUCCESS;
}
