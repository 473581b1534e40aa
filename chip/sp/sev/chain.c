/* SPDX-License-Identifier: MIT */
/* Verifying the chain of a target. */
#include "chip/sp/sev/chain.h"

#include "chip/sp/cert.h"
#include "chip/sp/command.h"
#include "chip/sp/internal.h"
#include "chip/sp/sev/begin.h"

static enum sp_status check_signed(struct sp_call *call, const struct sev_cert *cert,
				   const struct sev_key *signer)
{
	enum verdict v;
	int ret = sev_cert_verify(&v, cert, signer);

	return sp_signature_status(call, ret, v);
}

static enum sp_status check_amd_signed(struct sp_call *call, const struct amd_cert *cert,
				       const struct amd_cert *signer)
{
	enum verdict v;
	int ret = amd_cert_verify(&v, cert, signer);

	return sp_signature_status(call, ret, v);
}

/* ASK and ARK, which fill the bytes that were given, and what hangs on them. */
static enum sp_status check_amd_certs(struct sp *sp, struct sp_call *call,
				      const struct sev_target *t, struct sev_key *signer)
{
	struct amd_cert ask, ark;
	enum sp_status s;

	s = amd_cert_parse(&ask, SEV_USAGE_ASK, t->amd, t->amd_length);
	if (!s)
		s = amd_cert_parse(&ark, SEV_USAGE_ARK, t->amd + ask.size,
				   t->amd_length - ask.size);
	if (!s && ask.size + ark.size != t->amd_length)
		s = SP_INVALID_CERTIFICATE;
	if (!s && !sp_pki_is_root(&sp->pki, &ark))
		s = SP_INVALID_CERTIFICATE;
	if (!s)
		s = check_amd_signed(call, &ark, &ark);
	if (!s)
		s = check_amd_signed(call, &ask, &ark);
	if (!s)
		amd_cert_signer(signer, &ask);
	return s;
}

static enum sp_status check_genuine(struct sp *sp, struct sp_call *call, const struct sev_target *t)
{
	struct sev_key cek, ask;
	enum sp_status s;

	s = check_amd_certs(sp, call, t, &ask);
	if (!s)
		s = sev_cert_key(&cek, &t->chain.cek, SEV_USAGE_CEK);
	if (!s)
		s = check_signed(call, &t->chain.cek, &ask);
	return s ? s : check_signed(call, &t->chain.pek, &cek);
}

static enum sp_status check_domain(struct sp *sp, struct sp_call *call, const struct sev_target *t)
{
	struct sev_key oca, own;
	enum sp_status s;

	s = sev_cert_key(&oca, &t->chain.oca, SEV_USAGE_OCA);
	if (!s)
		s = check_signed(call, &t->chain.pek, &oca);
	if (!s)
		s = sev_cert_key(&own, &sp->platform.identity.oca_cert, SEV_USAGE_OCA);
	if (!s && !sev_key_equal(&oca, &own))
		s = SP_POLICY_FAILURE;
	return s;
}

/* What POLICY.SEV and POLICY.DOMAIN both want: the PEK vouches for PDH and firmware version. */
static enum sp_status check_pek(struct sp_call *call, const struct sev_target *t, u32 policy)
{
	const struct sev_cert *cert = &t->chain.pek;
	struct sev_key pek;
	enum sp_status s;

	s = sev_cert_key(&pek, cert, SEV_USAGE_PEK);
	if (!s)
		s = check_signed(call, &t->pdh, &pek);
	if (!s && !sev_api_suffices(cert->api_major, cert->api_minor, policy))
		s = SP_POLICY_FAILURE;
	return s;
}

enum sp_status sev_check_target(struct sp *sp, struct sp_call *call, const struct sev_target *t,
				u32 policy, struct ec_public *pdh)
{
	struct sev_key key;
	enum sp_status s;

	s = sev_cert_key(&key, &t->pdh, SEV_USAGE_PDH);
	if (!s && key.algo != SEV_ALGO_ECDH_SHA256)
		s = SP_INVALID_CERTIFICATE;
	if (!s && (policy & (SEV_POLICY_SEV | SEV_POLICY_DOMAIN)))
		s = check_pek(call, t, policy);
	if (!s && (policy & SEV_POLICY_SEV))
		s = check_genuine(sp, call, t);
	if (!s && (policy & SEV_POLICY_DOMAIN))
		s = check_domain(sp, call, t);
	if (!s)
		*pdh = key.ec;
	return s;
}
