/* SPDX-License-Identifier: MIT */
/* Collects an X.509 chain and follows it from the root. */
#include "owner/snp_chain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi/kds.h"

enum { BUNDLE_MAX = 8 };

static const char ark_prefix[] = "ARK-", ask_prefix[] = "SEV-", asvk_prefix[] = "SEV-VLEK-";
static const char *const part_names[OWNER_SNP_PARTS] = {"ARK", "ASK", "ASVK", "VCEK", "VLEK"};

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The longer names first: all but the ARK's begin alike. */
static bool name_part(enum owner_snp_part *part, const char *cn)
{
	if (strcmp(cn, KDS_CN_VCEK) == 0)
		*part = OWNER_SNP_VCEK;
	else if (strcmp(cn, KDS_CN_VLEK) == 0)
		*part = OWNER_SNP_VLEK;
	else if (starts_with(cn, asvk_prefix))
		*part = OWNER_SNP_ASVK;
	else if (starts_with(cn, ask_prefix))
		*part = OWNER_SNP_ASK;
	else if (starts_with(cn, ark_prefix))
		*part = OWNER_SNP_ARK;
	else
		return false;
	return true;
}

bool owner_snp_chain_recognises(const void *bytes, size_t len)
{
	static const char pem[] = "-----BEGIN ";
	const u8 *p = bytes;

	/* A certificate is a SEQUENCE of more than 255 bytes. */
	return (len > 4 && p[0] == 0x30 && p[1] == 0x82) ||
	       memmem(bytes, len, pem, sizeof(pem) - 1);
}

/* Takes the certificate over, also on failure. */
static int add_cert(struct owner_snp_chain *chain, struct x509_cert *cert, struct error *err)
{
	enum owner_snp_part part;
	char cn[64];
	int ret = x509_cert_subject_cn(cn, sizeof(cn), cert, err);

	if (ret == 0 && !name_part(&part, cn))
		ret = error_set(err, EINVAL, "common name '%s' is of no part of AMD's chains", cn);
	if (ret == 0 && chain->cert[part])
		ret = error_set(err, EINVAL, "a second %s", part_names[part]);
	if (ret == 0)
		chain->cert[part] = cert;
	else
		x509_cert_free(cert);
	return ret;
}

int owner_snp_chain_add(struct owner_snp_chain *chain, const char *name, const void *bytes,
			size_t len, struct error *err)
{
	struct x509_cert *certs[BUNDLE_MAX];
	struct error said = {0};
	size_t count;
	int ret = x509_bundle_parse(certs, BUNDLE_MAX, &count, bytes, len, &said);

	if (ret)
		return error_set(err, -ret, "%s: %.400s", name, said.text);
	for (size_t i = 0; i < count; i++) {
		if (ret == 0)
			ret = add_cert(chain, certs[i], &said);
		else
			x509_cert_free(certs[i]);
	}
	return ret ? error_set(err, -ret, "%s: %.400s", name, said.text) : 0;
}

int owner_snp_chain_add_crl(struct owner_snp_chain *chain, const char *name, const void *bytes,
			    size_t len, struct error *err)
{
	struct error said = {0};
	int ret;

	if (chain->crl)
		return error_set(err, EINVAL, "%s: a second revocation list", name);
	ret = x509_crl_parse(&chain->crl, bytes, len, &said);
	return ret ? error_set(err, -ret, "%s: %.400s", name, said.text) : 0;
}

void owner_snp_chain_fini(struct owner_snp_chain *chain)
{
	for (unsigned p = 0; p < OWNER_SNP_PARTS; p++)
		x509_cert_free(chain->cert[p]);
	x509_crl_free(chain->crl);
	memset(chain, 0, sizeof(*chain));
}

static void record(struct owner_audit *audit, enum verdict v, const char *what)
{
	owner_audit_check(audit, v == VERDICT_GOOD, what, "%s",
			  v == VERDICT_GOOD ? "" : verdict_text(v));
}

static int verify_root(struct owner_audit *audit, const struct x509_cert *ark,
		       const struct owner_trust *trust)
{
	char name[OWNER_ROOT_NAME_SIZE] = "not an RSA key";
	struct rsa_public key;
	bool trusted = false;
	int ret = x509_cert_rsa_public(&key, ark, NULL);

	if (ret == 0)
		ret = owner_trust_check(&trusted, name, trust, &key);
	if (ret && ret != -EINVAL)
		return ret;
	owner_audit_check(audit, trusted, "ARK is a trusted root", "%s", name);
	return 0;
}

static int verify_link(struct owner_audit *audit, const struct owner_snp_chain *chain,
		       enum owner_snp_part by, enum owner_snp_part of)
{
	enum verdict v;
	char what[32];
	int ret = x509_cert_verify(&v, chain->cert[of], chain->cert[by]);

	if (ret)
		return ret;
	snprintf(what, sizeof(what), "%s signs %s", part_names[by], part_names[of]);
	record(audit, v, what);
	return 0;
}

static void check_time(struct owner_audit *audit, const struct owner_snp_chain *chain,
		       enum owner_snp_part part, s64 unix_time)
{
	char what[32];

	snprintf(what, sizeof(what), "%s is valid now", part_names[part]);
	record(audit, x509_cert_check_time(chain->cert[part], unix_time), what);
}

static int check_crl(struct owner_audit *audit, const struct owner_snp_chain *chain,
		     enum owner_snp_part ca, s64 unix_time)
{
	enum verdict v;
	int ret;

	if (!chain->crl)
		return 0;
	ret = x509_crl_verify(&v, chain->crl, chain->cert[OWNER_SNP_ARK]);
	if (ret)
		return ret;
	record(audit, v, "ARK signs revocation list");
	record(audit, x509_crl_check_time(chain->crl, unix_time), "revocation list is current");
	record(audit, x509_crl_check_cert(chain->crl, chain->cert[ca]),
	       ca == OWNER_SNP_ASK ? "ASK is not revoked" : "ASVK is not revoked");
	return 0;
}

/* "Milan" of "SEV-Milan" and "ARK-Milan", which must agree. */
static void check_product(struct owner_audit *audit, char product[OWNER_PRODUCT_SIZE],
			  const struct owner_snp_chain *chain, enum owner_snp_part ca)
{
	const char *prefix = ca == OWNER_SNP_ASK ? ask_prefix : asvk_prefix;
	char ark_cn[64], ca_cn[64];
	bool fits = x509_cert_subject_cn(ark_cn, sizeof(ark_cn), chain->cert[OWNER_SNP_ARK],
					 NULL) == 0 &&
		    x509_cert_subject_cn(ca_cn, sizeof(ca_cn), chain->cert[ca], NULL) == 0 &&
		    strcmp(ark_cn + strlen(ark_prefix), ca_cn + strlen(prefix)) == 0 &&
		    strlen(ca_cn + strlen(prefix)) < OWNER_PRODUCT_SIZE;

	if (owner_audit_check(audit, fits, "chain is of one product", "%s",
			      fits ? ca_cn + strlen(prefix) : "the common names disagree"))
		snprintf(product, OWNER_PRODUCT_SIZE, "%s", ca_cn + strlen(prefix));
}

static bool have_all(struct owner_audit *audit, const struct owner_snp_chain *chain,
		     const enum owner_snp_part path[3])
{
	bool all = true;

	for (unsigned i = 0; i < 3; i++)
		if (!chain->cert[path[i]])
			all = owner_audit_check(audit, false, "chain is complete", "no %s",
						part_names[path[i]]);
	return all;
}

int owner_snp_chain_verify(struct owner_audit *audit, char product[OWNER_PRODUCT_SIZE],
			   const struct owner_snp_chain *chain, enum owner_snp_part leaf,
			   const struct owner_trust *trust, s64 unix_time)
{
	enum owner_snp_part ca = leaf == OWNER_SNP_VLEK ? OWNER_SNP_ASVK : OWNER_SNP_ASK;
	const enum owner_snp_part path[3] = {OWNER_SNP_ARK, ca, leaf};
	int ret;

	product[0] = '\0';
	if (!have_all(audit, chain, path))
		return 0;
	ret = verify_root(audit, chain->cert[OWNER_SNP_ARK], trust);
	if (ret == 0)
		ret = verify_link(audit, chain, OWNER_SNP_ARK, OWNER_SNP_ARK);
	if (ret == 0)
		ret = verify_link(audit, chain, OWNER_SNP_ARK, ca);
	if (ret == 0)
		ret = verify_link(audit, chain, ca, leaf);
	if (ret)
		return ret;
	check_product(audit, product, chain, ca);
	for (unsigned i = 0; i < 3; i++)
		check_time(audit, chain, path[i], unix_time);
	return check_crl(audit, chain, ca, unix_time);
}
