/* SPDX-License-Identifier: MIT */
/*
 * A world of certificates and reports for this folder's tests: one platform of legacy SEV and one of
 * SEV-SNP under roots of our own, with RSA-2048 keys because those are quickly made.
 */
#ifndef OWNER_TESTBED_H
#define OWNER_TESTBED_H

#include "crypto/testbed.h"

#include "abi/sev_cert.h"
#include "abi/snp_report.h"
#include "crypto/ec.h"
#include "crypto/rng.h"
#include "crypto/rsa.h"
#include "owner/roots.h"

enum { TESTBED_T0 = 1600000000, TESTBED_NOW = 1700000000, TESTBED_T1 = 2000000000 };

enum { TESTBED_ARK_SIZE = AMD_CERT_SIZE(2048) };

/* Certificates that fit together; each test breaks its own copy. */
struct testbed_platform {
	struct sev_cert pdh, pek, oca, cek;
	u8 ask[TESTBED_ARK_SIZE], ark[TESTBED_ARK_SIZE];
};

struct testbed {
	struct rng *rng;
	struct rsa_key *ark_key, *ask_key;
	struct ec_key pdh_key, pek_key, oca_key, cek_key, vcek_key;
	struct testbed_platform platform;
	struct owner_trust trust; /* in this ARK */
};

/* The private keys of the worked example: a digest of a label, reduced. */
struct ec_key testbed_example_key(const char *label);

/* One for the process, made on first use; never freed. */
const struct testbed *testbed_get(void);

/* A certificate that nobody has signed yet; and a signature into its first or second slot. */
void testbed_cert(struct sev_cert *cert, enum sev_usage usage, const struct ec_public *pub);
void testbed_sign(struct sev_cert *cert, unsigned slot, enum sev_usage by,
		  const struct ec_key *key);
void testbed_sign_rsa(struct sev_cert *cert, unsigned slot, enum sev_usage by,
		      const struct rsa_key *key);

/* An AMD certificate of this usage for `key`, signed by `signer`. */
void testbed_amd_cert(u8 cert[TESTBED_ARK_SIZE], enum sev_usage usage, const struct rsa_key *key,
		      const struct rsa_key *signer);

/* Signs a legacy report. */
void testbed_sign_sev_report(struct sev_attestation_report *report, const struct ec_key *pek);

/* What an X.509 leaf says; strings as in the names. */
struct testbed_leaf {
	const char *cn, *issuer, *product; /* "SEV-VCEK", "SEV-Milan", "Milan-B0" */
	u8 tcb[5];                         /* boot loader, TEE, SNP, microcode, FMC */
	bool has_fmc, no_hwid;
	size_t hwid_len;
	u8 hwid[64];
};

/* DER for free(). */
u8 *testbed_issue_ca(size_t *len, const char *cn, const char *issuer, const struct rsa_key *key);
u8 *testbed_issue_leaf(size_t *len, const struct testbed_leaf *leaf);

/* A Milan VCEK, and a report that it fits; signed. */
struct testbed_leaf testbed_milan_leaf(void);
void testbed_milan_report(struct snp_attestation_report *report);
void testbed_sign_snp_report(struct snp_attestation_report *report);

#endif
