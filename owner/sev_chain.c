/* SPDX-License-Identifier: MIT */
/* Collects a legacy chain and follows it from the root. */
#include "owner/sev_chain.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

static const struct {
	enum sev_usage usage;
	bool amd; /* in AMD's format for ARK and ASK */
} parts[OWNER_CHAIN_PARTS] = {
	[OWNER_CHAIN_PDH] = {SEV_USAGE_PDH, false}, [OWNER_CHAIN_PEK] = {SEV_USAGE_PEK, false},
	[OWNER_CHAIN_OCA] = {SEV_USAGE_OCA, false}, [OWNER_CHAIN_CEK] = {SEV_USAGE_CEK, false},
	[OWNER_CHAIN_ASK] = {SEV_USAGE_ASK, true},  [OWNER_CHAIN_ARK] = {SEV_USAGE_ARK, true},
};

static struct owner_cert *chain_cert(struct owner_chain *chain, enum owner_chain_part part)
{
	switch (part) {
	case OWNER_CHAIN_PDH:
		return &chain->pdh;
	case OWNER_CHAIN_PEK:
		return &chain->pek;
	case OWNER_CHAIN_OCA:
		return &chain->oca;
	default:
		return &chain->cek;
	}
}

/* A certificate in a stream of them. */
struct found {
	enum owner_chain_part part;
	size_t len;
};

static bool usage_part(enum owner_chain_part *part, u32 usage, bool amd)
{
	for (unsigned p = 0; p < OWNER_CHAIN_PARTS; p++) {
		if ((u32)parts[p].usage == usage && parts[p].amd == amd) {
			*part = (enum owner_chain_part)p;
			return true;
		}
	}
	return false;
}

/* What the next bytes are; both formats begin with their version, and say their usage later. */
static bool look_at(struct found *f, const u8 *p, size_t len)
{
	u32 bits;

	if (len >= sizeof(struct sev_cert) &&
	    usage_part(&f->part, get_le32(p + offsetof(struct sev_cert, pubkey_usage)), false)) {
		f->len = sizeof(struct sev_cert);
		return true;
	}
	if (len < sizeof(struct amd_cert_hdr) ||
	    !usage_part(&f->part, get_le32(p + offsetof(struct amd_cert_hdr, key_usage)), true))
		return false;
	bits = get_le32(p + offsetof(struct amd_cert_hdr, modulus_size));
	f->len = bits == 2048 || bits == 4096 ? AMD_CERT_SIZE(bits) : len;
	return f->len <= len;
}

static int decode_found(struct owner_chain *chain, const struct found *f, const u8 *p,
			struct error *err)
{
	enum sev_usage usage = parts[f->part].usage;

	if (chain->has[f->part])
		return error_set(err, EINVAL, "a second %s", owner_usage_name(usage));
	if (f->part == OWNER_CHAIN_ARK)
		return owner_amd_cert_decode(&chain->ark, usage, p, f->len, err);
	if (f->part == OWNER_CHAIN_ASK)
		return owner_amd_cert_decode(&chain->ask, usage, p, f->len, err);
	return owner_cert_decode(chain_cert(chain, f->part), usage, p, f->len, err);
}

int owner_chain_add(struct owner_chain *chain, const char *name, const void *bytes, size_t len,
		    struct error *err)
{
	const u8 *p = bytes;

	if (len == 0)
		return error_set(err, EINVAL, "%s: empty, expected a certificate", name);
	for (size_t at = 0; at < len;) {
		struct error said = {0};
		struct found f;
		int ret;

		if (!look_at(&f, p + at, len - at))
			return error_set(err, EINVAL, "%s: no SEV certificate at byte %zu", name,
					 at);
		ret = decode_found(chain, &f, p + at, &said);
		if (ret)
			return error_set(err, -ret, "%s: %.400s", name, said.text);
		chain->has[f.part] = true;
		at += f.len;
	}
	return 0;
}

/* Records what came of a signature. */
static void record(struct owner_audit *audit, enum verdict v, const char *what)
{
	owner_audit_check(audit, v == VERDICT_GOOD, what, "%s",
			  v == VERDICT_GOOD ? "" : verdict_text(v));
}

static int verify_root(struct owner_audit *audit, const struct owner_chain *chain,
		       const struct owner_trust *trust)
{
	char name[OWNER_ROOT_NAME_SIZE];
	enum verdict v;
	bool trusted;
	int ret = owner_trust_check(&trusted, name, trust, &chain->ark.key.rsa);

	if (ret)
		return ret;
	owner_audit_check(audit, trusted, "ARK is a trusted root", "%s", name);
	ret = owner_amd_cert_verify(&v, &chain->ark, &chain->ark);
	if (ret == 0)
		record(audit, v, "ARK signs ARK");
	return ret;
}

static int verify_ask(struct owner_audit *audit, const struct owner_chain *chain)
{
	enum verdict v;
	int ret = owner_amd_cert_verify(&v, &chain->ask, &chain->ark);

	if (ret == 0)
		record(audit, v, "ARK signs ASK");
	return ret;
}

static int verify_cert(struct owner_audit *audit, const struct owner_cert *cert,
		       const struct owner_signer *signer, const char *what)
{
	enum verdict v;
	int ret;

	/* As the firmware exports it; only the key server's has the signature. */
	if (signer->usage == SEV_USAGE_ASK && !owner_cert_names_signer(cert, SEV_USAGE_ASK)) {
		owner_audit_check(audit, false, what,
				  "the CEK carries no signature: fetch AMD's by the chip's ID");
		return 0;
	}
	ret = owner_cert_verify(&v, cert, signer);
	if (ret == 0)
		record(audit, v, what);
	return ret;
}

/* Links that a missing certificate would be part of are not tried. */
static bool have_all(struct owner_audit *audit, const struct owner_chain *chain,
		     enum owner_chain_part leaf)
{
	bool all = true;

	for (unsigned p = leaf; p < OWNER_CHAIN_PARTS; p++)
		if (!chain->has[p])
			all = owner_audit_check(audit, false, "chain is complete", "no %s",
						owner_usage_name(parts[p].usage));
	return all;
}

int owner_chain_verify(struct owner_audit *audit, const struct owner_chain *chain,
		       enum owner_chain_part leaf, const struct owner_trust *trust)
{
	int ret;

	if (!have_all(audit, chain, leaf))
		return 0;
	ret = verify_root(audit, chain, trust);
	if (ret == 0)
		ret = verify_ask(audit, chain);
	if (ret == 0)
		ret = verify_cert(audit, &chain->cek, &chain->ask.key, "ASK signs CEK");
	if (ret == 0)
		ret = verify_cert(audit, &chain->pek, &chain->cek.key, "CEK signs PEK");
	if (ret == 0)
		ret = verify_cert(audit, &chain->oca, &chain->oca.key, "OCA signs OCA");
	if (ret == 0)
		ret = verify_cert(audit, &chain->pek, &chain->oca.key, "OCA signs PEK");
	if (ret == 0 && leaf == OWNER_CHAIN_PDH)
		ret = verify_cert(audit, &chain->pdh, &chain->pek.key, "PEK signs PDH");
	return ret;
}
