/* SPDX-License-Identifier: MIT */
/* Hostile key files: no crash, no hang, and a key that is accepted works. */
#include "crypto/keyfile.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/bug.h"
#include "crypto/ec_math.h"
#include "crypto/ecdsa.h"
#include "crypto/fuzz_edit.h"
#include "crypto/rsa_key.h"
#include "tests/support/fuzz_main.h"

enum { FORMS = 2 };

struct good_file {
	u8 *bytes;
	size_t len;
};

/* A P-384 key and an RSA key, each as libcrypto writes it. */
static void make_good(struct good_file good[FORMS])
{
	static const u8 seed[32] = {1};
	struct rng *rng = rng_new(seed);
	struct ec_key ec;
	struct rsa_key *rsa;
	EVP_PKEY *pkey;

	BUG_ON(!rng || ec_key_generate(&ec, EC_P384, rng) != 0);
	pkey = ec_pkey_new(&ec.pub, ec.d);
	good[0].len = (size_t)i2d_PrivateKey(pkey, &good[0].bytes);
	EVP_PKEY_free(pkey);
	BUG_ON(rsa_key_generate(&rsa, 2048) != 0);
	good[1].len = (size_t)i2d_PrivateKey(rsa->pkey, &good[1].bytes);
	rsa_key_free(rsa);
	rng_free(rng);
}

static void try_ec(const u8 *bytes, size_t len)
{
	struct ecdsa_sig sig;
	struct ec_key key;
	struct error err;
	enum verdict v;

	if (ec_key_parse(&key, bytes, len, &err) != 0)
		return;
	BUG_ON(ecdsa_sign(&sig, &key, HASH_SHA384, "x", 1) != 0);
	BUG_ON(ecdsa_verify(&v, &key.pub, HASH_SHA384, "x", 1, &sig) != 0 || v != VERDICT_GOOD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct good_file good[FORMS];
	static u8 bytes[FUZZ_EDIT_MAX];
	const struct good_file *form;
	struct rsa_key *rsa;
	struct error err;
	size_t len;

	if (size == 0)
		return 0;
	if (!good[0].bytes)
		make_good(good);
	form = &good[(data[0] >> 1) % 8 == 0]; /* RSA takes its time, so it comes seldom */
	len = fuzz_edit(bytes, data, size, form->bytes, form->len);
	if (form == &good[0])
		try_ec(bytes, len);
	else if (rsa_key_parse(&rsa, bytes, len, &err) == 0)
		rsa_key_free(rsa);
	return 0;
}
