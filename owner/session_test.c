/* SPDX-License-Identifier: MIT */
/*
 * Sessions: every byte of the worked example, what a platform makes of one, and what is refused.
 */
#include "owner/session.h"

#include <errno.h>

#include "base/bytes.h"
#include "crypto/aes.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "owner/testbed.h"

static struct owner_session_secrets example_secrets(void)
{
	struct owner_session_secrets s = {.godh = testbed_example_key("sev-digest/godh")};

	fill_sequence(s.nonce, 16, 0x00);
	fill_sequence(s.keys.tek, 16, 0x10);
	fill_sequence(s.keys.tik, 16, 0x20);
	fill_sequence(s.wrap_iv, 16, 0x30);
	return s;
}

static void assert_sha256(const void *data, size_t len, const char *hex)
{
	struct sha256_digest d;

	assert_int_equal(sha256(&d, data, len), 0);
	assert_hex(d.b, sizeof(d.b), hex);
}

static void test_worked_example(void **state)
{
	struct owner_session_secrets secrets = example_secrets();
	struct owner_session s;

	assert_int_equal(
		owner_session_from(&s, &testbed_get()->pdh_key.pub, 0x16000007, &secrets, NULL), 0);
	assert_sha256(&s.godh, sizeof(s.godh),
		      "ef91835de2150130bc6f4c9ac5d06a10e91a3e7eda482a647786177695907e91");
	assert_hex(s.blob.wrap_tk, 32,
		   "43d52ed9adc6be7dde4657a11620be290bfe485b20d30fc55b850754dbf6dc56");
	assert_hex(s.blob.wrap_mac, 32,
		   "a5635bea2a38c4fcb422c6b1091555d1a082ee1704539e2ace686052338d3e42");
	assert_hex(s.blob.policy_mac, 32,
		   "9bc91d2707c215d2a15979eb85047a5971e616583d62e48df7eacf9fda149e75");
	assert_sha256(&s.blob, sizeof(s.blob),
		      "78f0af367e18b85776524d946dd1a99c014b037dab72cef9e10e5994301a3066");
	assert_memory_equal(&s.keys, &secrets.keys, sizeof(s.keys));
}

/* What the other half of the agreement, a platform with the PDH's private key, finds inside. */
static void unwrap(struct sev_transport_keys *keys, const struct owner_session *s,
		   const struct ec_key *pdh)
{
	struct ec_public godh;
	struct sha256_digest mac;
	struct aes128_key kek;
	struct ec_secret z;
	u8 ms[16], kik[16];

	assert_int_equal(ec_public_from_le(&godh, s->godh.pubkey.ec.curve, s->godh.pubkey.ec.qx,
					   s->godh.pubkey.ec.qy, NULL),
			 0);
	assert_int_equal(ec_agree(&z, pdh, &godh), 0);
	assert_int_equal(kdf_derive_sev(ms, 16, z.b, z.len, "sev-master-secret", s->blob.nonce, 16),
			 0);
	assert_int_equal(kdf_derive_sev(kek.b, 16, ms, 16, "sev-kek", NULL, 0), 0);
	assert_int_equal(kdf_derive_sev(kik, 16, ms, 16, "sev-kik", NULL, 0), 0);
	assert_int_equal(hmac_sha256(&mac, kik, 16, s->blob.wrap_tk, 32), 0);
	assert_memory_equal(mac.b, s->blob.wrap_mac, 32);
	assert_int_equal(aes128_ctr(keys, &kek, s->blob.wrap_iv, s->blob.wrap_tk, 32), 0);
}

static void test_new_session_opens(void **state)
{
	const struct testbed *t = testbed_get();
	struct owner_session a, b;
	struct sev_transport_keys keys;

	assert_int_equal(owner_session_new(&a, &t->pdh_key.pub, 5, t->rng, NULL), 0);
	unwrap(&keys, &a, &t->pdh_key);
	assert_memory_equal(&keys, &a.keys, sizeof(keys));

	assert_int_equal(owner_session_new(&b, &t->pdh_key.pub, 5, t->rng, NULL), 0);
	assert_memory_not_equal(&a.keys, &b.keys, sizeof(a.keys));
	assert_memory_not_equal(a.blob.nonce, b.blob.nonce, 16);
	assert_memory_not_equal(a.blob.wrap_iv, b.blob.wrap_iv, 16);
	assert_memory_not_equal(a.godh.pubkey.ec.qx, b.godh.pubkey.ec.qx, 72);
	owner_session_wipe(&a);
	assert_true(bytes_are_zero(&a, sizeof(a)));
}

static void test_policy(void **state)
{
	const struct testbed *t = testbed_get();
	struct owner_session s;
	struct error err;

	for (unsigned bit = 0; bit < 32; bit++) {
		int expected = bit >= 6 && bit <= 15 ? -EINVAL : 0;

		assert_int_equal(owner_policy_check(BIT32(bit), &err), expected);
	}
	assert_int_equal(owner_session_new(&s, &t->pdh_key.pub, 0x40, t->rng, &err), -EINVAL);
	assert_true(bytes_are_zero(&s, sizeof(s)));
}

static void test_wrong_curve(void **state)
{
	const struct testbed *t = testbed_get();
	struct owner_session s;
	struct ec_key p256;

	assert_int_equal(ec_key_generate(&p256, EC_P256, t->rng), 0);
	assert_int_equal(owner_session_new(&s, &p256.pub, 5, t->rng, NULL), -EINVAL);
	assert_true(bytes_are_zero(&s, sizeof(s)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_example),
		cmocka_unit_test(test_new_session_opens),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_wrong_curve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
