/* SPDX-License-Identifier: MIT */
/* The test root is what it says; a directory of one's own is checked before it is used. */
#include "chip/sp/pki.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chip/sp/testbed.h"
#include "crypto/keyfile.h"
#include "tests/support/cmocka.h"

/* Parsing checks an RSA-4096 key thoroughly, which takes long: once for all tests. */
static struct rsa_key *ark_key, *ask_key;
static char dir[] = "/tmp/sp_pki_test.XXXXXX";

static int setup(void **state)
{
	const struct sp_root *r = &sp_test_root;
	struct error err;

	if (rsa_key_parse(&ark_key, r->ark_key, strlen(r->ark_key), &err) ||
	    rsa_key_parse(&ask_key, r->ask_key, strlen(r->ask_key), &err))
		fail_msg("%s", err.text);
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	rsa_key_free(ark_key);
	rsa_key_free(ask_key);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* -- the test root --------------------------------------------------------------------------- */

static void the_test_root_holds_together(void **state)
{
	struct sp_pki pki;
	enum verdict v;

	assert_int_equal(sp_pki_init(&pki, NULL, NULL), 0);
	assert_true(rsa_public_equal(&pki.ark.key, rsa_key_public(ark_key)));
	assert_true(rsa_public_equal(&pki.ask.key, rsa_key_public(ask_key)));
	assert_int_equal(amd_cert_verify(&v, &pki.ark, &pki.ark), 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_int_equal(amd_cert_verify(&v, &pki.ask, &pki.ark), 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_int_equal(pki.ark.size, 1600);
	sp_pki_fini(&pki);
}

static void nobody_takes_it_for_amd(void **state)
{
	static const struct guid amd[] = {
#define BOTH(product, ark, ask) ark, ask,
		AMD_CERT_KEY_IDS(BOTH)};
	struct sp_pki pki;

	assert_int_equal(sp_pki_init(&pki, NULL, NULL), 0);
	assert_memory_equal(pki.ark.key_id.b, "SWSEV TEST ARK\0", 16);
	assert_memory_equal(pki.ask.key_id.b, "SWSEV TEST ASK\0", 16);
	for (size_t i = 0; i < ARRAY_SIZE(amd); i++) {
		assert_memory_not_equal(&pki.ark.key_id, &amd[i], sizeof(amd[i]));
		assert_memory_not_equal(&pki.ask.key_id, &amd[i], sizeof(amd[i]));
	}
	sp_pki_fini(&pki);
}

static void the_cek_hangs_on_the_root(void **state)
{
	struct sp_bed *bed = bed_new();
	u8 certs[SP_AMD_CERTS_MAX];
	struct amd_cert ask, ark;
	struct sev_cert cek;
	struct sev_key key;
	struct error err;
	enum verdict v;

	assert_int_equal(sp_amd_certs(bed_sp(bed), certs), 3200);
	assert_int_equal(amd_cert_parse(&ask, SEV_USAGE_ASK, certs, 3200), SP_SUCCESS);
	assert_int_equal(amd_cert_parse(&ark, SEV_USAGE_ARK, certs + 1600, 1600), SP_SUCCESS);
	assert_true(sp_pki_is_root(&bed_sp(bed)->pki, &ark));
	assert_false(sp_pki_is_root(&bed_sp(bed)->pki, &ask));
	assert_int_equal(sp_cek_cert(bed_sp(bed), &cek, &err), 0);
	assert_int_equal(cek.sig1_usage, SEV_USAGE_ASK);
	assert_int_equal(cek.sig1_algo, SEV_ALGO_RSA_SHA384);
	assert_int_equal(cek.sig2_usage, SEV_USAGE_INVALID);
	amd_cert_signer(&key, &ask);
	assert_int_equal(sev_cert_verify(&v, &cek, &key), 0);
	assert_int_equal(v, VERDICT_GOOD);
	cek.pubkey.ec.qx[0] ^= 1;
	assert_int_equal(sev_cert_verify(&v, &cek, &key), 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
	bed_free(bed);
}

/* -- one's own ------------------------------------------------------------------------------- */

static const char *path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const void *bytes, size_t len)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

/* The test root once more, as files. */
static void put_root(void)
{
	put("ark.cert", sp_test_root.ark_cert, 1600);
	put("ask.cert", sp_test_root.ask_cert, 1600);
	put("ask.pem", sp_test_root.ask_key, strlen(sp_test_root.ask_key));
}

static void refuses(int status, const char *why)
{
	struct sp_pki pki;
	struct error err;

	assert_int_equal(sp_pki_init(&pki, dir, &err), status);
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
	sp_pki_fini(&pki);
}

static void a_directory_is_used(void **state)
{
	struct sp_pki pki;
	struct error err;

	put_root();
	if (sp_pki_init(&pki, dir, &err))
		fail_msg("%s", err.text);
	assert_true(sp_pki_is_root(&pki, &pki.ark));
	sp_pki_fini(&pki);
}

static void a_missing_file_is_named(void **state)
{
	put_root();
	unlink(path_of("ask.cert"));
	refuses(-ENOENT, "ask.cert");
}

static void what_is_no_certificate_is_refused(void **state)
{
	put_root();
	put("ask.cert", sp_test_root.ark_cert, 1600);
	refuses(-EINVAL, "ask.cert: not a certificate of the ASK");
	put("ask.cert", sp_test_root.ask_cert, 1599);
	refuses(-EINVAL, "ask.cert: not a certificate of the ASK");
}

static void a_certificate_with_more_behind_it_is_refused(void **state)
{
	u8 longer[1601] = {0};

	put_root();
	memcpy(longer, sp_test_root.ark_cert, 1600);
	put("ark.cert", longer, sizeof(longer));
	refuses(-EINVAL, "ark.cert: not a certificate of the ARK");
}

static void a_forged_certificate_is_refused(void **state)
{
	u8 forged[1600];

	put_root();
	memcpy(forged, sp_test_root.ask_cert, sizeof(forged));
	forged[0x300] ^= 1;
	put("ask.cert", forged, sizeof(forged));
	refuses(-EINVAL, "ask.cert: not signed by the ARK");
}

static void a_key_of_somebody_else_is_refused(void **state)
{
	put_root();
	put("ask.pem", sp_test_root.ark_key, strlen(sp_test_root.ark_key));
	refuses(-EINVAL, "ask.pem: not the key of ask.cert");
}

static void a_naples_root_works(void **state)
{
	struct rng *rng = rng_new(NULL);
	struct amd_cert_subject subject = {.usage = SEV_USAGE_ARK};
	u8 bytes[AMD_CERT_SIZE(2048)];
	struct amd_cert cert;
	struct rsa_key *key;
	enum verdict v;

	assert_int_equal(rsa_key_generate(&key, 2048), 0);
	subject.key = rsa_key_public(key);
	assert_int_equal(amd_cert_make(bytes, &subject, key, rng), 0);
	assert_int_equal(amd_cert_parse(&cert, SEV_USAGE_ARK, bytes, sizeof(bytes)), SP_SUCCESS);
	assert_int_equal(cert.size, 832);
	assert_int_equal(amd_cert_verify(&v, &cert, &cert), 0);
	assert_int_equal(v, VERDICT_GOOD);
	rsa_key_free(key);
	rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_test_root_holds_together),
		cmocka_unit_test(nobody_takes_it_for_amd),
		cmocka_unit_test(the_cek_hangs_on_the_root),
		cmocka_unit_test(a_directory_is_used),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(what_is_no_certificate_is_refused),
		cmocka_unit_test(a_certificate_with_more_behind_it_is_refused),
		cmocka_unit_test(a_forged_certificate_is_refused),
		cmocka_unit_test(a_key_of_somebody_else_is_refused),
		cmocka_unit_test(a_naples_root_works),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
