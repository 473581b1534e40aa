/* SPDX-License-Identifier: MIT */
/* SNP reports: made ones, broken field by field, and those of real chips. */
#include "owner/snp_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "owner/testbed.h"
#include "tests/support/shared_data.h"

static struct owner_snp_chain chain;
static struct owner_audit audit;
static const struct owner_snp_expect any;

static void add(u8 *der, size_t len)
{
	struct error err;

	if (owner_snp_chain_add(&chain, "test", der, len, &err) != 0)
		fail_msg("%s", err.text);
	free(der);
}

static void make_chain(const struct testbed_leaf *leaf, const char *name)
{
	const struct testbed *t = testbed_get();
	char ark[32], ask[32];
	size_t len;
	u8 *der;

	snprintf(ark, sizeof(ark), "ARK-%s", name);
	snprintf(ask, sizeof(ask), "SEV-%s", name);
	owner_snp_chain_fini(&chain);
	der = testbed_issue_ca(&len, ark, ark, t->ark_key);
	add(der, len);
	der = testbed_issue_ca(&len, ask, ark, t->ask_key);
	add(der, len);
	der = testbed_issue_leaf(&len, leaf);
	add(der, len);
}

static int setup(void **state)
{
	struct testbed_leaf leaf = testbed_milan_leaf();

	make_chain(&leaf, "Milan");
	return 0;
}

static int teardown(void **state)
{
	owner_snp_chain_fini(&chain);
	return 0;
}

/* NULL: accepted; else what was refused first. */
static const char *judge(const struct snp_attestation_report *r, const struct owner_trust *trust,
			 s64 now, const struct owner_snp_expect *expect)
{
	owner_audit_init(&audit);
	assert_int_equal(owner_snp_report_verify(&audit, r, &chain, trust, now, expect), 0);
	owner_audit_complete(&audit);
	if (owner_audit_accepted(&audit))
		return NULL;
	assert_non_null(owner_audit_failure(&audit));
	return owner_audit_failure(&audit)->what;
}

static const char *judge_made(const struct snp_attestation_report *r,
			      const struct owner_snp_expect *expect)
{
	return judge(r, &testbed_get()->trust, TESTBED_NOW, expect);
}

static void test_made_report(void **state)
{
	static const struct owner_trust amd;
	struct snp_attestation_report r;

	testbed_milan_report(&r);
	assert_null(judge_made(&r, &any));
	assert_string_equal(judge(&r, &amd, TESTBED_NOW, &any), "ARK is a trusted root");
	assert_string_equal(judge(&r, &testbed_get()->trust, TESTBED_T1 + 1, &any),
			    "ARK is valid now");
}

static int decode(const struct snp_attestation_report *raw, const char *said)
{
	struct snp_attestation_report r;
	struct error err = {0};
	int ret = owner_snp_report_decode(&r, raw, sizeof(*raw), &err);

	if (ret && !strstr(err.text, said))
		fail_msg("'%s' does not say '%s'", err.text, said);
	return ret;
}

static void test_form(void **state)
{
	struct snp_attestation_report good, bad;
	struct error err;

	testbed_milan_report(&good);
	assert_int_equal(decode(&good, ""), 0);
	assert_int_equal(owner_snp_report_decode(&bad, &good, sizeof(good) - 1, &err), -EINVAL);
	for (u32 version = 0; version < 8; version++) {
		bad = good;
		bad.version = version;
		assert_int_equal(decode(&bad, version == 2 ? "cpuid" : "version"),
				 version >= 3 && version <= 5 ? 0 : -EINVAL);
	}
	bad = good;
	bad.signature_algo = 2;
	assert_int_equal(decode(&bad, "signature algorithm 2"), -EINVAL);
	bad = good;
	bad.key_info = BIT32(5);
	assert_int_equal(decode(&bad, "key information"), -EINVAL);
	bad = good;
	bad.launch_mit_vector = 1;
	assert_int_equal(decode(&bad, "launch_mit_vector"), -EINVAL);
	bad.version = 5;
	assert_int_equal(decode(&bad, ""), 0);
}

/* Each reserved byte. */
static void test_reserved(void **state)
{
	static const size_t ranges[][2] = {{0x04c, 4},  {0x18b, 21},  {0x1eb, 1},  {0x1ef, 1},
					   {0x1f8, 16}, {0x208, 152}, {0x330, 368}};
	struct snp_attestation_report r;

	testbed_milan_report(&r);
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		for (size_t n = 0; n < ranges[i][1]; n++) {
			u8 *byte = (u8 *)&r + ranges[i][0] + n;

			*byte = 0x80;
			assert_int_equal(decode(&r, "is not zero"), -EINVAL);
			*byte = 0;
		}
	}
	assert_int_equal(decode(&r, ""), 0);
}

static void test_flips(void **state)
{
	struct snp_attestation_report r;

	testbed_milan_report(&r);
	for (size_t at = 0; at < SNP_REPORT_SIGNED_SIZE + 0x90; at += 5) {
		((u8 *)&r)[at] ^= (u8)(1 << at % 8);
		if (decode(&r, "") == 0 && !judge_made(&r, &any))
			fail_msg("byte %zx does not count", at);
		((u8 *)&r)[at] ^= (u8)(1 << at % 8);
	}
	memset(r.signature.r, 0, sizeof(r.signature.r));
	assert_string_equal(judge_made(&r, &any), "VCEK signs report");
}

/* Reports that the chip signed, and that its certificate does not cover. */
static void test_binding(void **state)
{
	struct snp_attestation_report r;

	testbed_milan_report(&r);
	r.chip_id[63] ^= 1;
	testbed_sign_snp_report(&r);
	assert_string_equal(judge_made(&r, &any), "certificate is of the chip");
	memset(r.chip_id, 0, sizeof(r.chip_id)); /* masked */
	testbed_sign_snp_report(&r);
	assert_null(judge_made(&r, &any));

	for (unsigned byte = 0; byte < 8; byte++) {
		testbed_milan_report(&r);
		r.reported_tcb ^= 1ull << 8 * byte;
		testbed_sign_snp_report(&r);
		assert_string_equal(judge_made(&r, &any),
				    byte >= 2 && byte <= 5 ? "TCB versions have the product's form"
							   : "certificate is of the TCB version");
	}
	testbed_milan_report(&r);
	r.committed_tcb = 0xd107000000000003;
	testbed_sign_snp_report(&r);
	assert_string_equal(judge_made(&r, &any), "reported TCB <= committed <= current");
	testbed_milan_report(&r);
	r.current_tcb = 0xd108000000000003; /* older than what is committed */
	testbed_sign_snp_report(&r);
	assert_string_equal(judge_made(&r, &any), "reported TCB <= committed <= current");
	testbed_milan_report(&r);
	r.cpuid_mod_id = 0x11;
	testbed_sign_snp_report(&r);
	assert_string_equal(judge_made(&r, &any), "CPU is of the product");
}

static void test_signing_key(void **state)
{
	struct snp_attestation_report r;

	testbed_milan_report(&r);
	r.key_info = SNP_KEY_INFO_MASK_CHIP_KEY;
	assert_string_equal(judge_made(&r, &any), "report is signed");
	r.key_info = (u32)FIELD_PUT(SNP_KEY_INFO_SIGNING_KEY, SNP_SIGNING_KEY_NONE);
	assert_string_equal(judge_made(&r, &any), "report is signed");
	/* A VCEK's certificate does not serve where a VLEK signed. */
	r.key_info = (u32)FIELD_PUT(SNP_KEY_INFO_SIGNING_KEY, SNP_SIGNING_KEY_VLEK);
	testbed_sign_snp_report(&r);
	assert_string_equal(judge_made(&r, &any), "chain is complete");
}

static void test_certificate_says_little(void **state)
{
	struct testbed_leaf leaf = testbed_milan_leaf();
	struct snp_attestation_report r;

	testbed_milan_report(&r);
	leaf.no_hwid = true;
	make_chain(&leaf, "Milan");
	assert_string_equal(judge_made(&r, &any), "certificate is of the chip");
	leaf = testbed_milan_leaf();
	leaf.hwid_len = 8;
	make_chain(&leaf, "Milan");
	assert_string_equal(judge_made(&r, &any), "certificate is of the chip");
	leaf.hwid_len = 64;
	leaf.product = "Milano";
	make_chain(&leaf, "Milan");
	assert_string_equal(judge_made(&r, &any), "certificate is for the product");
	leaf.product = "Rome";
	leaf.issuer = "SEV-Rome";
	make_chain(&leaf, "Rome");
	r.version = 2;
	r.cpuid_fam_id = r.cpuid_mod_id = 0;
	testbed_sign_snp_report(&r);
	assert_string_equal(judge_made(&r, &any), "product is known");
}

/* Turin has another layout, a fifth component, and a short chip identifier. */
static void test_turin(void **state)
{
	struct testbed_leaf leaf = testbed_milan_leaf();
	struct snp_attestation_report r;

	leaf.issuer = "SEV-Turin";
	leaf.product = "Turin";
	leaf.hwid_len = 8;
	leaf.has_fmc = true;
	leaf.tcb[4] = 1;
	make_chain(&leaf, "Turin");
	testbed_milan_report(&r);
	r.version = 5;
	r.cpuid_fam_id = 0x1a;
	memset(r.chip_id + 8, 0, 56);
	r.reported_tcb = r.committed_tcb = r.current_tcb = r.launch_tcb = 0xd100000008000301;
	testbed_sign_snp_report(&r);
	assert_null(judge_made(&r, &any));
	leaf.has_fmc = false;
	make_chain(&leaf, "Turin");
	assert_string_equal(judge_made(&r, &any), "certificate is of the TCB version");
}

static void test_expectations(void **state)
{
	struct owner_tcb least = {.boot_loader = 3, .snp = 8, .microcode = 0xd1};
	u8 measurement[48], report_data[64], host_data[32];
	struct snp_attestation_report r;
	u64 policy = 0x30000;
	u32 vmpl = 0;
	const struct owner_snp_expect all = {&policy,   measurement, report_data,
					     host_data, &vmpl,       &least};

	testbed_milan_report(&r);
	memcpy(measurement, r.measurement, sizeof(measurement));
	memcpy(report_data, r.report_data, sizeof(report_data));
	memcpy(host_data, r.host_data, sizeof(host_data));
	assert_null(judge_made(&r, &all));
	policy |= BIT64(19);
	assert_string_equal(judge_made(&r, &all), "policy");
	policy = 0x30000;
	measurement[47] ^= 1;
	assert_string_equal(judge_made(&r, &all), "measurement");
	measurement[47] ^= 1;
	report_data[63] ^= 1;
	assert_string_equal(judge_made(&r, &all), "report data");
	report_data[63] ^= 1;
	host_data[0] ^= 1;
	assert_string_equal(judge_made(&r, &all), "host data");
	host_data[0] ^= 1;
	vmpl = 1;
	assert_string_equal(judge_made(&r, &all), "VMPL");
	vmpl = 0;
	least.snp = 9;
	assert_string_equal(judge_made(&r, &all), "TCB is at least the minimum");
	least.snp = 8;
	r.launch_tcb -= 1; /* launched on older firmware */
	testbed_sign_snp_report(&r);
	assert_string_equal(judge_made(&r, &all), "TCB is at least the minimum");
}

/* A file of the data folder, or the test is skipped. */
static u8 *read_data(size_t *len, const char *prefix, const char *name, const char *suffix)
{
	char path[160];
	u8 *bytes;

	snprintf(path, sizeof(path), "data/attestation/%s%s%s", prefix, name, suffix);
	bytes = shared_data_read(path, len);
	if (!bytes)
		skip();
	return bytes;
}

struct sample {
	const char *stem, *product;
	bool vlek;
	s64 inside; /* a time inside the certificate's validity */
};

enum { Y2025_06 = 1748736000, Y2026_03 = 1772323200 };

static const struct sample samples[] = {
	{"milan-v2-gosevguest", "milan", false, Y2025_06},
	{"milan-v2-virtee", "milan", false, Y2025_06},
	{"milan-v2-trustee", "milan", false, Y2025_06},
	{"milan-v3-mstee", "milan", false, Y2026_03},
	{"milan-v3-vlek-trustee", "milan", true, Y2025_06},
	{"milan-v5-teekit", "milan", false, Y2026_03},
	{"genoa-v3-mstee", "genoa", false, Y2026_03},
	{"genoa-v5-oak", "genoa", false, Y2026_03},
	{"turin-v5-mstee", "turin", false, Y2026_03},
};

static void load_chain(const struct sample *s)
{
	size_t len;
	u8 *bytes;

	owner_snp_chain_fini(&chain);
	bytes = read_data(&len, s->vlek ? "roots/kds-vlek-cert_chain-" : "roots/kds-cert_chain-",
			  s->product, ".pem");
	add(bytes, len);
	bytes = read_data(&len, "reports/", s->stem, s->vlek ? "-vlek.der" : "-vcek.der");
	add(bytes, len);
}

static void load_report(struct snp_attestation_report *r, const struct sample *s)
{
	struct error err;
	size_t len;
	u8 *bytes = read_data(&len, "reports/", s->stem, "-report.bin");

	if (owner_snp_report_decode(r, bytes, len, &err) != 0)
		fail_msg("%s: %s", s->stem, err.text);
	free(bytes);
}

static void test_genuine(void **state)
{
	static const struct owner_trust amd;
	struct snp_attestation_report r;

	for (size_t of = 0; of < ARRAY_SIZE(samples); of++) {
		load_chain(&samples[of]);
		for (size_t by = 0; by < ARRAY_SIZE(samples); by++) {
			const char *refused;

			load_report(&r, &samples[by]);
			refused = judge(&r, &amd, samples[of].inside, &any);
			if ((refused == NULL) != (of == by))
				fail_msg("%s under the chain of %s: %s", samples[by].stem,
					 samples[of].stem, refused ? refused : "accepted");
		}
	}
}

static void test_genuine_flips(void **state)
{
	static const struct owner_trust amd;
	struct snp_attestation_report r;

	load_chain(&samples[0]);
	load_report(&r, &samples[0]);
	for (size_t at = 0; at < sizeof(r); at += 11) {
		((u8 *)&r)[at] ^= (u8)(1 << at % 8);
		if (decode(&r, "") == 0 && !judge(&r, &amd, samples[0].inside, &any))
			fail_msg("byte %zx does not count", at);
		((u8 *)&r)[at] ^= (u8)(1 << at % 8);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_made_report),
		TEST(test_form),
		TEST(test_reserved),
		TEST(test_flips),
		TEST(test_binding),
		TEST(test_signing_key),
		TEST(test_turin),
		TEST(test_expectations),
		TEST(test_certificate_says_little),
		TEST(test_genuine),
		TEST(test_genuine_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
