/* SPDX-License-Identifier: MIT */
/*
 * The whole worked example of SEV's reference: owner and firmware agree on keys, wrap them, launch,
 * measure, and exchange packets.  Every primitive meets every other, and every byte is known.
 */
#include <errno.h>

#include "base/bytes.h"
#include "crypto/aes.h"
#include "crypto/ecdsa.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"
#include "crypto/testbed.h"

enum { CERT_LEN = 0x824, CERT_SIGNED = 0x414 };

/* The example's private keys: a digest of a label, reduced. */
static struct ec_key example_key(const char *label)
{
	struct sha384_digest d;
	struct ec_key key;

	assert_int_equal(sha384(&d, label, strlen(label)), 0);
	assert_int_equal(ec_key_from_wide(&key, EC_P384, d.b, sizeof(d.b)), 0);
	return key;
}

static void cert_write(u8 cert[CERT_LEN], const struct ec_public *pub, u32 usage, u32 algo)
{
	memset(cert, 0, CERT_LEN);
	put_le32(cert, 1);
	put_le32(cert + 0x08, usage);
	put_le32(cert + 0x0c, algo);
	put_le32(cert + 0x10, EC_P384);
	ec_public_to_le(pub, cert + 0x14, cert + 0x5c);
	put_le32(cert + 0x414, 0x1000);
	put_le32(cert + 0x61c, 0x1000);
}

static void assert_sha256(const void *data, size_t len, const char *hex)
{
	struct sha256_digest d;

	assert_int_equal(sha256(&d, data, len), 0);
	assert_hex(d.b, sizeof(d.b), hex);
}

static void test_owner_certificate(void **state)
{
	struct ec_key godh = example_key("sev-digest/godh");
	u8 cert[CERT_LEN];

	cert_write(cert, &godh.pub, 0x1003, 3);
	assert_hex(cert, 0x30,
		   "0100000000000000031000000300000002000000859605308d7f9ee0cd8227686de73ac6"
		   "95d9a53e58ddd44e2a23bec5");
	assert_sha256(cert, CERT_SIGNED,
		      "c5540178885e42643b95471a41782834dd878a8568c6d9ca2964aeb6ee2b3f88");
	assert_sha256(cert, CERT_LEN,
		      "ef91835de2150130bc6f4c9ac5d06a10e91a3e7eda482a647786177695907e91");
}

/* The PDH certificate signed by the PEK, deterministic like all our signatures. */
static void test_pdh_certificate(void **state)
{
	struct ec_key pdh = example_key("sev-digest/pdh");
	struct ec_key pek = example_key("sev-digest/pek");
	struct ecdsa_sig sig;
	u8 cert[CERT_LEN];

	cert_write(cert, &pdh.pub, 0x1003, 3);
	cert[5] = 24;
	assert_sha256(cert, CERT_SIGNED,
		      "d2e40c938f7ab4b58aa3b95dc5cd8219d526699c133847b67c14a40edc3f5dce");
	assert_int_equal(ecdsa_sign(&sig, &pek, HASH_SHA256, cert, CERT_SIGNED), 0);
	put_le32(cert + 0x414, 0x1002);
	put_le32(cert + 0x418, 2);
	memcpy(cert + 0x41c, &sig, sizeof(sig));
	assert_sha256(cert, CERT_LEN,
		      "79dcc948697a10d5ab63021b0e48fca48a13760ee0edf46055a063b210fcdb46");
}

struct session {
	u8 nonce[16];
	u8 wrap_tk[32];
	u8 wrap_iv[16];
	u8 wrap_mac[32];
	u8 policy_mac[32];
};

struct session_keys {
	struct aes128_key kek;
	u8 kik[16];
};

static void derive(struct session_keys *keys, const struct ec_key *own,
		   const struct ec_public *peer, const u8 nonce[16])
{
	struct ec_secret z;
	u8 ms[16];

	assert_int_equal(ec_agree(&z, own, peer), 0);
	assert_int_equal(kdf_derive_sev(ms, 16, z.b, z.len, "sev-master-secret", nonce, 16), 0);
	assert_int_equal(kdf_derive_sev(keys->kek.b, 16, ms, 16, "sev-kek", NULL, 0), 0);
	assert_int_equal(kdf_derive_sev(keys->kik, 16, ms, 16, "sev-kik", NULL, 0), 0);
	secret_wipe(&z, sizeof(z));
	secret_wipe(ms, sizeof(ms));
}

static void mac(u8 out[32], const u8 key[16], const void *data, size_t len)
{
	struct sha256_digest d;

	assert_int_equal(hmac_sha256(&d, key, 16, data, len), 0);
	memcpy(out, d.b, sizeof(d.b));
}

static const u8 POLICY[4] = {0x07, 0x00, 0x00, 0x16};

/* What the owner sends: TEK is 10..1f, TIK is 20..2f. */
static void session_make(struct session *s)
{
	struct ec_key godh = example_key("sev-digest/godh");
	struct ec_key pdh = example_key("sev-digest/pdh");
	struct session_keys keys;
	u8 tk[32];

	fill_sequence(s->nonce, sizeof(s->nonce), 0x00);
	fill_sequence(tk, sizeof(tk), 0x10);
	fill_sequence(s->wrap_iv, sizeof(s->wrap_iv), 0x30);
	derive(&keys, &godh, &pdh.pub, s->nonce);
	assert_int_equal(aes128_ctr(s->wrap_tk, &keys.kek, s->wrap_iv, tk, sizeof(tk)), 0);
	mac(s->wrap_mac, keys.kik, s->wrap_tk, sizeof(s->wrap_tk));
	mac(s->policy_mac, tk + 16, POLICY, sizeof(POLICY));
}

static void test_session_blob(void **state)
{
	struct session s;

	session_make(&s);
	assert_hex(s.wrap_mac, 32,
		   "a5635bea2a38c4fcb422c6b1091555d1a082ee1704539e2ace686052338d3e42");
	assert_hex(s.policy_mac, 32,
		   "9bc91d2707c215d2a15979eb85047a5971e616583d62e48df7eacf9fda149e75");
	assert_sha256(&s, sizeof(s),
		      "78f0af367e18b85776524d946dd1a99c014b037dab72cef9e10e5994301a3066");
}

/* The firmware's side, from its own private key: whether it accepts, and the keys it finds. */
static bool session_open(u8 tk[32], const struct session *s, const u8 policy[4])
{
	struct ec_key godh = example_key("sev-digest/godh");
	struct ec_key pdh = example_key("sev-digest/pdh");
	struct session_keys keys;
	u8 expected[32];

	derive(&keys, &pdh, &godh.pub, s->nonce);
	mac(expected, keys.kik, s->wrap_tk, sizeof(s->wrap_tk));
	if (!secret_equal(expected, s->wrap_mac, sizeof(expected)))
		return false;
	assert_int_equal(aes128_ctr(tk, &keys.kek, s->wrap_iv, s->wrap_tk, 32), 0);
	mac(expected, tk + 16, policy, 4);
	return secret_equal(expected, s->policy_mac, sizeof(expected));
}

static void test_firmware_opens_session(void **state)
{
	struct session s;
	u8 tk[32];
	u8 expected[32];

	session_make(&s);
	assert_true(session_open(tk, &s, POLICY));
	fill_sequence(expected, sizeof(expected), 0x10);
	assert_memory_equal(tk, expected, sizeof(tk));
}

/* One check or another catches a change of any byte, the uncovered IV included. */
static void test_every_session_byte_counts(void **state)
{
	struct session s;
	u8 tk[32];
	u8 policy[4];

	session_make(&s);
	for (size_t at = 0; at < sizeof(s); at++) {
		((u8 *)&s)[at] ^= 0x10;
		/* An IV that differs in its first half changes TEK only: nothing covers that. */
		if (at < 0x30 || at >= 0x40)
			assert_false(session_open(tk, &s, POLICY));
		((u8 *)&s)[at] ^= 0x10;
	}
	for (size_t bit = 0; bit < 32; bit++) {
		memcpy(policy, POLICY, sizeof(policy));
		policy[bit / 8] ^= (u8)(1 << bit % 8);
		assert_false(session_open(tk, &s, policy));
	}
}

/* A packet's MAC: tag, flags, IV, both lengths, ciphertext, and for a secret the measurement. */
static void packet_mac(struct sha256_digest *out, u8 tag, u8 iv_first, const u8 ciphertext[32],
		       const char *measure)
{
	u8 tik[16];
	u8 head[29] = {0};
	u8 tail[32];
	struct hmac *m;

	fill_sequence(tik, sizeof(tik), 0x20);
	head[0] = tag;
	fill_sequence(head + 5, 16, iv_first);
	put_le32(head + 21, 32);
	put_le32(head + 25, 32);
	m = hmac_new(HASH_SHA256, tik, sizeof(tik));
	assert_non_null(m);
	hmac_update(m, head, sizeof(head));
	hmac_update(m, ciphertext, 32);
	hmac_update(m, tail, unhex(tail, sizeof(tail), measure));
	hmac_final_sha256(m, out);
	hmac_free(m);
}

static void test_packets(void **state)
{
	struct sha256_digest d;
	u8 ciphertext[32];

	unhex(ciphertext, 32, "82d527e5cd2f9f45aa15de23abe5f85c5094173dc3c8612dd05a1d0acbe6f0e9");
	packet_mac(&d, 1, 0x50, ciphertext,
		   "99f178382378688024b4d176365671a5d65fe5e56f7471dafb8544c893811d11");
	assert_hex(d.b, 32, "81161fb39da6f9e9b791d3037a824f7dff16ed7059043b8d04f5ce1ec7e9115f");
	unhex(ciphertext, 32, "244698651a306de80cbab5bf6e3ced82d662fc842f9f33532a2fa1ce83a9bb79");
	packet_mac(&d, 2, 0x60, ciphertext, "");
	assert_hex(d.b, 32, "69a2c76599ee8445d7a50a291196f1c1c257a161ce11170467630339f1b1c0c6");
	packet_mac(&d, 3, 0x60, ciphertext, "");
	assert_hex(d.b, 32, "58855d7c65911c247fdb26af0e707040f4bc9dda7e102804aa0bd1f83ce88c63");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner_certificate),
		cmocka_unit_test(test_pdh_certificate),
		cmocka_unit_test(test_session_blob),
		cmocka_unit_test(test_firmware_opens_session),
		cmocka_unit_test(test_every_session_byte_counts),
		cmocka_unit_test(test_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
