/* SPDX-License-Identifier: MIT */
/* Session keys and blobs against published and worked examples. */
#include "chip/sp/sev/session.h"

#include <string.h>

#include "crypto/testbed.h"
#include "tests/support/cmocka.h"

/* From a public test, which has 16 zero bytes for a shared secret, and zeros for all the rest. */
static void keys_match_the_public_example(void **state)
{
	struct ec_secret z = {.len = 16};
	struct sev_session_keys keys;
	u8 nonce[16] = {0};

	assert_int_equal(sev_session_derive(&keys, &z, nonce), 0);
	assert_hex(keys.ms, 16, "ab4d269fcc62bedb4511d56c386ce706");
	assert_hex(keys.kek, 16, "b6abfbfb75ea1ea74ed8750b8afdb973");
	assert_hex(keys.kik, 16, "53b524bf5669a363f365c864acba8572");
}

/* -- the worked example ---------------------------------------------------------------------- */

enum { POLICY = 0x16000007 };

static void key_of(struct ec_key *key, const char *d)
{
	u8 be[48];

	unhex(be, sizeof(be), d);
	assert_int_equal(ec_key_from_be(key, EC_P384, be, NULL), 0);
}

static void owner_key(struct ec_key *key)
{
	key_of(key, "56ffbf658f3529ca3b57bebab6acfb7937d84af1a12b7213a20cc9e3785c3b5a"
		    "6b2daf9ed45c56c67a114995354927c6");
}

static void platform_key(struct ec_key *key)
{
	key_of(key, "5c7c9d05dced6000187f41e1981115cf59ecf77a44d678c42d9077db3e3c317e"
		    "cbc94bcca2d9626b8a4ffb449a2b4f6d");
}

static void example_blob(struct sev_session *blob)
{
	fill_sequence(blob->nonce, 16, 0x00);
	unhex(blob->wrap_tk, 32,
	      "43d52ed9adc6be7dde4657a11620be290bfe485b20d30fc55b850754dbf6dc56");
	fill_sequence(blob->wrap_iv, 16, 0x30);
	unhex(blob->wrap_mac, 32,
	      "a5635bea2a38c4fcb422c6b1091555d1a082ee1704539e2ace686052338d3e42");
	unhex(blob->policy_mac, 32,
	      "9bc91d2707c215d2a15979eb85047a5971e616583d62e48df7eacf9fda149e75");
}

static void keys_match_the_worked_example(void **state)
{
	struct ec_key owner, pdh;
	struct sev_session_keys keys;
	struct ec_secret z;
	u8 nonce[16];

	owner_key(&owner);
	platform_key(&pdh);
	fill_sequence(nonce, sizeof(nonce), 0);
	assert_int_equal(ec_agree(&z, &pdh, &owner.pub), 0);
	assert_hex(z.b, z.len,
		   "647a5e0e5db0e849a689e01797d90df53612816ed007e9c2835b5b681e06c83b"
		   "7f4d763a3c8646bde2d2524620f251d0");
	assert_int_equal(sev_session_derive(&keys, &z, nonce), 0);
	assert_hex(keys.ms, 16, "a610937bd3620b275a0570135b805762");
	assert_hex(keys.kek, 16, "d1726f02e904dccfc244f1e30d94ef02");
	assert_hex(keys.kik, 16, "e34f05d45fbc2f6880b650cd90ffea84");
}

static void the_worked_example_opens(void **state)
{
	struct sev_session_secrets secrets;
	struct ec_key owner, pdh;
	struct sev_session blob;
	enum verdict v;

	owner_key(&owner);
	platform_key(&pdh);
	example_blob(&blob);
	assert_int_equal(sev_session_open(&secrets, &v, &pdh, &owner.pub, &blob, POLICY), 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_hex(secrets.keys.tek, 16, "101112131415161718191a1b1c1d1e1f");
	assert_hex(secrets.keys.tik, 16, "202122232425262728292a2b2c2d2e2f");
	assert_hex(secrets.ms, 16, "a610937bd3620b275a0570135b805762");
	assert_hex(secrets.nonce, 16, "000102030405060708090a0b0c0d0e0f");
}

static void assert_refused(const struct ec_key *own, const struct ec_public *peer,
			   const struct sev_session *blob, u32 policy)
{
	static const struct sev_session_secrets nothing;
	struct sev_session_secrets secrets;
	enum verdict v;

	assert_int_equal(sev_session_open(&secrets, &v, own, peer, blob, policy), 0);
	assert_int_equal(v, VERDICT_BAD_TAG);
	assert_memory_equal(&secrets, &nothing, sizeof(secrets));
}

static void every_bit_of_a_session_counts(void **state)
{
	struct ec_key owner, pdh;
	struct sev_session blob;

	owner_key(&owner);
	platform_key(&pdh);
	example_blob(&blob);
	for (size_t bit = 0; bit < 8 * sizeof(blob); bit++) {
		((u8 *)&blob)[bit / 8] ^= 1 << bit % 8;
		assert_refused(&pdh, &owner.pub, &blob, POLICY);
		((u8 *)&blob)[bit / 8] ^= 1 << bit % 8;
	}
	for (u32 bit = 0; bit < 32; bit++)
		assert_refused(&pdh, &owner.pub, &blob, POLICY ^ BIT32(bit));
	assert_refused(&owner, &owner.pub, &blob, POLICY);
	assert_refused(&pdh, &pdh.pub, &blob, POLICY);
}

/* -- making ---------------------------------------------------------------------------------- */

static void what_is_made_opens_at_the_other_end(void **state)
{
	struct sev_session_secrets sent, received;
	struct rng *rng = rng_new(NULL);
	struct ec_key a, b;
	struct sev_session blob;
	enum verdict v;

	assert_non_null(rng);
	owner_key(&a);
	platform_key(&b);
	assert_int_equal(sev_session_make(&sent, &blob, &a, &b.pub, POLICY, rng), 0);
	assert_int_equal(sev_session_open(&received, &v, &b, &a.pub, &blob, POLICY), 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_memory_equal(&sent, &received, sizeof(sent));
	assert_refused(&b, &a.pub, &blob, POLICY ^ SEV_POLICY_NODBG);
	rng_free(rng);
}

static void nothing_is_used_twice(void **state)
{
	struct sev_session_secrets s[2];
	struct rng *rng = rng_new(NULL);
	struct sev_session blob[2];
	struct ec_key a, b;

	assert_non_null(rng);
	owner_key(&a);
	platform_key(&b);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(sev_session_make(&s[i], &blob[i], &a, &b.pub, POLICY, rng), 0);
	assert_memory_not_equal(blob[0].nonce, blob[1].nonce, 16);
	assert_memory_not_equal(blob[0].wrap_iv, blob[1].wrap_iv, 16);
	assert_memory_not_equal(s[0].keys.tek, s[1].keys.tek, 16);
	assert_memory_not_equal(s[0].keys.tik, s[1].keys.tik, 16);
	assert_memory_not_equal(s[0].keys.tek, s[0].keys.tik, 16);
	rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_match_the_public_example),
		cmocka_unit_test(keys_match_the_worked_example),
		cmocka_unit_test(the_worked_example_opens),
		cmocka_unit_test(every_bit_of_a_session_counts),
		cmocka_unit_test(what_is_made_opens_at_the_other_end),
		cmocka_unit_test(nothing_is_used_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
