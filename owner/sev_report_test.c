/* SPDX-License-Identifier: MIT */
/* Legacy attestation reports: the worked example, flips, expectations. */
#include "owner/sev_report.h"

#include <errno.h>

#include "base/bytes.h"
#include "owner/testbed.h"

static const char example_ld[] = "bb2f70cadeaeb3e12706fe99a2a8461060ec0cd6f9992954c34f199398f88b29";

static struct sev_attestation_report example(void)
{
	struct sev_attestation_report r = {
		.policy = 0x16000007,
		.sig_usage = SEV_USAGE_PEK,
		.sig_algo = SEV_ALGO_ECDSA_SHA256,
	};

	fill_sequence(r.mnonce, sizeof(r.mnonce), 0x70);
	unhex(r.launch_digest, sizeof(r.launch_digest), example_ld);
	testbed_sign_sev_report(&r, &testbed_get()->pek_key);
	return r;
}

static bool accepted(const struct sev_attestation_report *raw, const struct owner_sev_expect *e)
{
	struct sev_attestation_report r;
	struct owner_audit audit;

	if (owner_sev_report_decode(&r, raw, sizeof(*raw), NULL) != 0)
		return false;
	owner_audit_init(&audit);
	assert_int_equal(owner_sev_report_verify(&audit, &r, &testbed_get()->pek_key.pub, e), 0);
	owner_audit_complete(&audit);
	return owner_audit_accepted(&audit);
}

static void test_worked_example(void **state)
{
	static const struct owner_sev_expect any;
	struct sev_attestation_report r = example();
	struct sha256_digest d;

	assert_int_equal(sha256(&d, &r, sizeof(r)), 0);
	assert_hex(d.b, 32, "1be94757270623995a792e0d46b7cc21baea1a0c8c67b3d7ece7f1d3a05a0c3a");
	assert_true(accepted(&r, &any));
}

static void test_expectations(void **state)
{
	struct sev_attestation_report r = example();
	u8 nonce[16], digest[32];
	u32 policy = 0x16000007;
	struct owner_sev_expect e = {&policy, digest, nonce};

	memcpy(nonce, r.mnonce, 16);
	memcpy(digest, r.launch_digest, 32);
	assert_true(accepted(&r, &e));
	policy ^= 1;
	assert_false(accepted(&r, &e));
	policy ^= 1;
	nonce[15] ^= 1;
	assert_false(accepted(&r, &e));
	nonce[15] ^= 1;
	digest[31] ^= 1;
	assert_false(accepted(&r, &e));
}

static void test_flips(void **state)
{
	static const struct owner_sev_expect any;
	struct sev_attestation_report r = example();

	for (size_t at = 0; at < sizeof(r); at++) {
		((u8 *)&r)[at] ^= (u8)(1 << at % 8);
		if (accepted(&r, &any))
			fail_msg("byte %zu does not count", at);
		((u8 *)&r)[at] ^= (u8)(1 << at % 8);
	}
	memset(r.sig_s, 0, sizeof(r.sig_s));
	assert_false(accepted(&r, &any));
	r = example();
	testbed_sign_sev_report(&r, &testbed_get()->cek_key);
	assert_false(accepted(&r, &any));
}

static void test_form(void **state)
{
	struct sev_attestation_report r = example(), out;
	struct error err;

	assert_int_equal(owner_sev_report_decode(&out, &r, sizeof(r) - 1, &err), -EINVAL);
	r.sig_usage = SEV_USAGE_CEK;
	assert_int_equal(owner_sev_report_decode(&out, &r, sizeof(r), &err), -EINVAL);
	assert_non_null(strstr(err.text, "1004h"));
	r = example();
	r.sig_algo = SEV_ALGO_ECDSA_SHA384;
	assert_int_equal(owner_sev_report_decode(&out, &r, sizeof(r), &err), -EINVAL);
	r = example();
	r.rsvd_3c = 1;
	assert_int_equal(owner_sev_report_decode(&out, &r, sizeof(r), &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_example),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
