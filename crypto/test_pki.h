/* SPDX-License-Identifier: MIT */
/*
 * A small world of certificates for tests: ARK -> ASK -> VCEK in AMD's profile, with RSA-2048 keys
 * because those are quickly made.
 */
#ifndef CRYPTO_TEST_PKI_H
#define CRYPTO_TEST_PKI_H

#include "crypto/x509_issue.h"

enum { T0 = 1600000000, T1 = 2000000000 }; /* the validity of every certificate */

struct test_pki {
	struct rng *rng;
	struct rsa_key *ark;
	struct rsa_key *ask;
	struct ec_key vcek;
	struct x509_cert *ark_cert;
	struct x509_cert *ask_cert;
	struct x509_cert *vcek_cert;
	u8 *vcek_der;
	size_t vcek_len;
};

/* Aborts the process where anything fails. */
void test_pki_init(struct test_pki *pki);
void test_pki_fini(struct test_pki *pki);

/* What to issue; zero means absent. */
struct test_spec {
	const char *subject;
	const char *issuer;
	u64 serial;
	bool ca;
	int path_len;                /* of a CA; negative: none */
	const char *key_usage;       /* content of the extension, hexadecimal */
	const struct x509_ext *more; /* further extensions */
	size_t more_count;
	const struct rsa_public *rsa; /* the subject's key, or */
	const struct ec_public *ec;
};

u8 *test_issue_der(size_t *len, const struct test_pki *pki, const struct test_spec *spec,
		   const struct rsa_key *signer);
struct x509_cert *test_issue(const struct test_pki *pki, const struct test_spec *spec,
			     const struct rsa_key *signer);

/* The name that all certificates have but for the common name. */
enum { TEST_NAME_ATTRS = 3 };
struct x509_name test_name(struct x509_attr attrs[TEST_NAME_ATTRS], const char *cn);

#endif
