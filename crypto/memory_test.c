/* SPDX-License-Identifier: MIT */
/*
 * What happens when libcrypto gets no memory: each operation is run with its first allocation
 * failing, then its second, and so on until it succeeds.  On the way it must say -ENOMEM or -EIO
 * (or NULL) or refuse, and whatever it called good must be good in the end; and what is documented
 * as unable to fail must not allocate.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "crypto/aes.h"
#include "crypto/ecdsa.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "crypto/test_pki.h"
#include "crypto/testbed.h"
#include "crypto/x509_crl.h"

/* Allocations until one fails; negative: none does. */
static long countdown = -1;
static long allocations;

static bool allocation_fails(void)
{
	allocations++;
	if (countdown < 0)
		return false;
	return countdown-- == 0;
}

static void *failing_malloc(size_t size, const char *file, int line)
{
	return allocation_fails() ? NULL : malloc(size);
}

static void *failing_realloc(void *p, size_t size, const char *file, int line)
{
	return allocation_fails() ? NULL : realloc(p, size);
}

static void plain_free(void *p, const char *file, int line)
{
	free(p);
}

static struct test_pki pki;
static struct ecdsa_sig good_sig;
static u8 rsa_sig[256];
static u8 *crl_der;
static size_t crl_len;
static struct x509_crl *crl;

static const struct aes256_key GCM_KEY = {{1}};
static u8 sealed[32];
static u8 tag[GCM_TAG_BYTES];

/*
 * The operations: 0 or -errno.  Some failures inside libcrypto look to its caller like a bad
 * signature, or like bytes that do not parse (-EINVAL); those are refusals, and so safe.
 */

static int checked(int ret, enum verdict v)
{
	if (ret)
		assert_int_equal(v, VERDICT_NONE);
	else if (v != VERDICT_GOOD)
		ret = -EIO;
	return ret;
}

static int op_sha256(void)
{
	struct sha256_digest d;

	return sha256(&d, "abc", 3);
}

static int op_hash(void)
{
	struct hash *h = hash_new(HASH_SHA384);
	struct hash *copy = h ? hash_clone(h) : NULL;
	int ret = copy ? 0 : -ENOMEM;

	hash_free(copy);
	hash_free(h);
	return ret;
}

static int op_hmac(void)
{
	struct sha384_digest d;

	return hmac_sha384(&d, "k", 1, "abc", 3);
}

static int op_kdf(void)
{
	u8 out[56];

	return kdf_derive_sev(out, sizeof(out), "k", 1, "label", NULL, 0);
}

static int op_rng(void)
{
	static const u8 seed[32] = {1};
	struct rng *r = rng_new(seed);
	struct rng *child = r ? rng_child(r, "x") : NULL;
	int ret = child ? 0 : -ENOMEM;

	rng_free(child);
	rng_free(r);
	return ret;
}

static int op_ctr(void)
{
	static const struct aes128_key key = {{2}};
	u8 iv[16] = {0};
	u8 out[3];

	return aes128_ctr(out, &key, iv, "abc", 3);
}

static int op_gcm_seal(void)
{
	static const u8 iv[GCM_IV_BYTES];

	return aes256_gcm_seal(sealed, tag, &GCM_KEY, iv, (struct gcm_aad){"a", 1},
			       "0123456789abcdef0123456789abcdef", sizeof(sealed));
}

static int op_gcm_open(void)
{
	static const u8 iv[GCM_IV_BYTES];
	u8 out[32];
	enum verdict v;
	int ret = aes256_gcm_open(&v, out, &GCM_KEY, iv, (struct gcm_aad){"a", 1}, sealed,
				  sizeof(sealed), tag);

	return checked(ret, v);
}

static int op_ec_generate(void)
{
	struct ec_key key;

	return ec_key_generate(&key, EC_P384, pki.rng);
}

static int op_ec_import(void)
{
	struct ec_public pub;

	return ec_public_from_be(&pub, EC_P384, pki.vcek.pub.x, pki.vcek.pub.y, NULL);
}

static int op_ec_agree(void)
{
	struct ec_secret z;

	return ec_agree(&z, &pki.vcek, &pki.vcek.pub);
}

static int op_ecdsa_sign(void)
{
	return ecdsa_sign(&good_sig, &pki.vcek, HASH_SHA384, "abc", 3);
}

static int op_ecdsa_verify(void)
{
	enum verdict v;
	int ret = ecdsa_verify(&v, &pki.vcek.pub, HASH_SHA384, "abc", 3, &good_sig);

	return checked(ret, v);
}

static int op_rsa_sign(void)
{
	return rsa_pss_sign(rsa_sig, pki.ask, HASH_SHA384, pki.rng, "abc", 3);
}

static int op_rsa_verify(void)
{
	enum verdict v;
	int ret = rsa_pss_verify(&v, rsa_key_public(pki.ask), HASH_SHA384, RSA_SALT_AS_DIGEST,
				 "abc", 3, rsa_sig, sizeof(rsa_sig));

	return checked(ret, v);
}

static int op_cert_parse(void)
{
	struct x509_cert *cert;
	int ret = x509_cert_parse(&cert, pki.vcek_der, pki.vcek_len, NULL);

	x509_cert_free(cert);
	return ret;
}

static int op_cert_verify(void)
{
	enum verdict v;
	int ret = x509_cert_verify(&v, pki.vcek_cert, pki.ask_cert);

	return checked(ret, v);
}

static int op_cert_key(void)
{
	struct ec_public pub;

	return x509_cert_ec_public(&pub, pki.vcek_cert, NULL);
}

static int op_issue(void)
{
	struct x509_attr attrs[TEST_NAME_ATTRS];
	const struct x509_template t = {
		.subject = test_name(attrs, "a"),
		.issuer = test_name(attrs, "a"),
		.not_after = T1,
		.ec = &pki.vcek.pub,
	};
	size_t len;
	u8 *der;
	int ret = x509_issue(&der, &len, &t, pki.ask, pki.rng, NULL);

	free(der);
	return ret;
}

static int op_crl_parse(void)
{
	struct x509_crl *parsed;
	int ret = x509_crl_parse(&parsed, crl_der, crl_len, NULL);

	x509_crl_free(parsed);
	return ret;
}

static int op_crl_verify(void)
{
	enum verdict v;
	int ret = x509_crl_verify(&v, crl, pki.ark_cert);

	return checked(ret, v);
}

struct operation {
	const char *name;
	int (*run)(void);
};

static const struct operation OPERATIONS[] = {
	{"sha256", op_sha256},
	{"hash", op_hash},
	{"hmac", op_hmac},
	{"kdf", op_kdf},
	{"rng", op_rng},
	{"ctr", op_ctr},
	{"gcm seal", op_gcm_seal},
	{"gcm open", op_gcm_open},
	{"ec generate", op_ec_generate},
	{"ec import", op_ec_import},
	{"ec agree", op_ec_agree},
	{"ecdsa sign", op_ecdsa_sign},
	{"ecdsa verify", op_ecdsa_verify},
	{"rsa sign", op_rsa_sign},
	{"rsa verify", op_rsa_verify},
	{"certificate parse", op_cert_parse},
	{"certificate key", op_cert_key},
	{"certificate verify", op_cert_verify},
	{"issue", op_issue},
	{"list parse", op_crl_parse},
	{"list verify", op_crl_verify},
};

enum { MOST_ALLOCATIONS = 20000 };

static void run_starved(const struct operation *op)
{
	assert_int_equal(op->run(), 0); /* fills libcrypto's caches */
	for (long n = 0; n < MOST_ALLOCATIONS; n++) {
		int ret;

		countdown = n;
		ret = op->run();
		if (countdown >= 0) { /* done before the nth allocation */
			countdown = -1;
			assert_int_equal(ret, 0);
			return;
		}
		countdown = -1;
		if (ret != 0 && ret != -ENOMEM && ret != -EIO && ret != -EINVAL)
			fail_msg("%s: allocation %ld failed: returned %d", op->name, n, ret);
	}
	fail_msg("%s does not end", op->name);
}

static void test_starved(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(OPERATIONS); i++)
		run_starved(&OPERATIONS[i]);
}

/* What stands on paths that must not fail: running hashes, MACs and generators. */
static void test_running_does_not_allocate(void **state)
{
	static const u8 seed[32] = {1};
	struct rng *r = rng_new(seed);
	struct hash *h = hash_new(HASH_SHA256);
	struct hmac *m = hmac_new(HASH_SHA384, "key", 3);
	struct sha256_digest d256;
	struct sha384_digest d384;
	u8 block[4096];
	long before = allocations;

	rng_fill(r, block, sizeof(block));
	for (int round = 0; round < 3; round++) {
		hash_update(h, block, sizeof(block));
		hmac_update(m, block, sizeof(block));
	}
	hash_final_sha256(h, &d256);
	hmac_final_sha384(m, &d384);
	assert_int_equal(allocations, before);
	rng_free(r);
	hash_free(h);
	hmac_free(m);
}

static int setup(void **state)
{
	struct x509_attr attrs[TEST_NAME_ATTRS];
	const struct x509_crl_template t = {
		.issuer = test_name(attrs, "ARK-Test"), .this_update = T0, .next_update = T1};

	test_pki_init(&pki);
	assert_int_equal(x509_crl_issue(&crl_der, &crl_len, &t, pki.ark, pki.rng, NULL), 0);
	assert_int_equal(x509_crl_parse(&crl, crl_der, crl_len, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	test_pki_fini(&pki);
	x509_crl_free(crl);
	free(crl_der);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_running_does_not_allocate),
	};

	/* Before libcrypto has allocated anything. */
	if (CRYPTO_set_mem_functions(failing_malloc, failing_realloc, plain_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
