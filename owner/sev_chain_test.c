/* SPDX-License-Identifier: MIT */
/* Chains: the usual forms of files, AMD's genuine ones, and every way to break one. */
#include "owner/sev_chain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "owner/testbed.h"
#include "tests/support/shared_data.h"

#define DATA "data/attestation/"

static struct owner_chain chain;
static struct owner_audit audit;

/* All of a platform's certificates one after the other, as sevctl exports them. */
struct bundle {
	u8 bytes[4 * sizeof(struct sev_cert) + 2 * TESTBED_ARK_SIZE];
};

static void make_bundle(struct bundle *b)
{
	const struct testbed_platform *p = &testbed_get()->platform;
	u8 *at = b->bytes;

	memcpy(at, &p->pdh, sizeof(p->pdh));
	memcpy(at += sizeof(p->pdh), &p->pek, sizeof(p->pek));
	memcpy(at += sizeof(p->pek), &p->oca, sizeof(p->oca));
	memcpy(at += sizeof(p->oca), &p->cek, sizeof(p->cek));
	memcpy(at += sizeof(p->cek), p->ask, sizeof(p->ask));
	memcpy(at + sizeof(p->ask), p->ark, sizeof(p->ark));
}

static void forget(void)
{
	memset(&chain, 0, sizeof(chain));
	owner_audit_init(&audit);
}

static void add(const void *bytes, size_t len)
{
	struct error err;

	if (owner_chain_add(&chain, "test", bytes, len, &err) != 0)
		fail_msg("%s", err.text);
}

static bool accepted(enum owner_chain_part leaf, const struct owner_trust *trust)
{
	owner_audit_init(&audit);
	assert_int_equal(owner_chain_verify(&audit, &chain, leaf, trust), 0);
	owner_audit_complete(&audit);
	return owner_audit_accepted(&audit);
}

/* Whether the bytes are a chain that leads to the test's root. */
static bool bundle_accepted(const struct bundle *b)
{
	forget();
	return owner_chain_add(&chain, "test", b->bytes, sizeof(b->bytes), NULL) == 0 &&
	       accepted(OWNER_CHAIN_PDH, &testbed_get()->trust);
}

static void test_bundle(void **state)
{
	static const char *const links[] = {
		"ARK is a trusted root", "ARK signs ARK", "ARK signs ASK", "ASK signs CEK",
		"CEK signs PEK",         "OCA signs OCA", "OCA signs PEK", "PEK signs PDH",
	};
	static const struct owner_trust amd;
	struct bundle b;

	make_bundle(&b);
	assert_true(bundle_accepted(&b));
	assert_int_equal(audit.count, ARRAY_SIZE(links));
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		assert_string_equal(audit.checks[i].what, links[i]);
	assert_true(accepted(OWNER_CHAIN_PEK, &testbed_get()->trust));
	assert_int_equal(audit.count, 7);

	/* Not AMD's root, and nobody named it. */
	assert_false(accepted(OWNER_CHAIN_PDH, &amd));
	assert_string_equal(owner_audit_failure(&audit)->what, "ARK is a trusted root");
	assert_int_equal(audit.failed, 1);
}

static void test_any_order(void **state)
{
	const struct testbed_platform *p = &testbed_get()->platform;

	forget();
	add(p->ark, sizeof(p->ark));
	add(&p->pek, sizeof(p->pek));
	add(&p->cek, sizeof(p->cek));
	add(p->ask, sizeof(p->ask));
	add(&p->pdh, sizeof(p->pdh));
	assert_false(accepted(OWNER_CHAIN_PDH, &testbed_get()->trust));
	assert_string_equal(owner_audit_failure(&audit)->detail, "no OCA");
	add(&p->oca, sizeof(p->oca));
	assert_true(accepted(OWNER_CHAIN_PDH, &testbed_get()->trust));
	assert_int_equal(owner_chain_add(&chain, "again", &p->oca, sizeof(p->oca), NULL), -EINVAL);
}

static void test_each_part_is_needed(void **state)
{
	struct bundle b;

	make_bundle(&b);
	for (unsigned part = 0; part < OWNER_CHAIN_PARTS; part++) {
		assert_true(bundle_accepted(&b));
		chain.has[part] = false;
		assert_false(accepted(OWNER_CHAIN_PDH, &testbed_get()->trust));
		assert_string_equal(owner_audit_failure(&audit)->what, "chain is complete");
	}
	assert_false(bundle_accepted(&(struct bundle){0}));
}

static void test_not_certificates(void **state)
{
	struct bundle b;
	struct error err;

	make_bundle(&b);
	forget();
	assert_int_equal(owner_chain_add(&chain, "file", b.bytes, 0, &err), -EINVAL);
	assert_non_null(strstr(err.text, "file: empty"));
	assert_int_equal(owner_chain_add(&chain, "file", b.bytes, 2000, &err), -EINVAL);
	assert_non_null(strstr(err.text, "at byte 0"));
	assert_int_equal(owner_chain_add(&chain, "file", b.bytes, sizeof(b.bytes) - 1, &err),
			 -EINVAL);
	forget();
	assert_int_equal(owner_chain_add(&chain, "file", "hello", 5, &err), -EINVAL);
}

/*
 * Every byte counts: a bit of it flipped is refused, wherever it stands.  All bytes
 * of the heads are tried, and each third of the rest.
 */
static void test_flips(void **state)
{
	struct bundle b;

	make_bundle(&b);
	for (size_t at = 0; at < sizeof(b.bytes);
	     at += at % sizeof(struct sev_cert) < 0x40 ? 1 : 3) {
		b.bytes[at] ^= (u8)(1 << at % 8);
		if (bundle_accepted(&b))
			fail_msg("byte %zu does not count", at);
		b.bytes[at] ^= (u8)(1 << at % 8);
	}
	assert_true(bundle_accepted(&b));
}

/* A link that another key made, the rest being genuine. */
static void test_forged_links(void **state)
{
	const struct testbed *t = testbed_get();
	struct ec_key other = testbed_example_key("other");
	struct testbed_platform p = t->platform;
	const char *failed;

	testbed_sign(&p.pdh, 0, SEV_USAGE_PEK, &other);
	forget();
	add(&p, sizeof(p));
	assert_false(accepted(OWNER_CHAIN_PDH, &t->trust));
	assert_string_equal(owner_audit_failure(&audit)->what, "PEK signs PDH");

	p = t->platform;
	testbed_sign(&p.pek, 1, SEV_USAGE_CEK, &other);
	forget();
	add(&p, sizeof(p));
	assert_false(accepted(OWNER_CHAIN_PDH, &t->trust));
	assert_string_equal(owner_audit_failure(&audit)->what, "CEK signs PEK");

	/* An ARK that signs itself but is another's; its ASK goes with it. */
	p = t->platform;
	testbed_amd_cert(p.ark, SEV_USAGE_ARK, t->ask_key, t->ask_key);
	forget();
	add(&p, sizeof(p));
	assert_false(accepted(OWNER_CHAIN_PDH, &t->trust));
	failed = owner_audit_failure(&audit)->what;
	assert_string_equal(failed, "ARK is a trusted root");

	/* As PDH_CERT_EXPORT gives it, without AMD's signature. */
	p = t->platform;
	testbed_cert(&p.cek, SEV_USAGE_CEK, &t->cek_key.pub);
	forget();
	add(&p, sizeof(p));
	assert_false(accepted(OWNER_CHAIN_PDH, &t->trust));
	assert_non_null(strstr(owner_audit_failure(&audit)->detail, "fetch AMD's"));
	assert_int_equal(audit.failed, 1);
}

/* A file of the data folder; skips the test when it is not there. */
static u8 *read_data(size_t *len, const char *what, const char *name)
{
	char rel[128];
	u8 *bytes;

	snprintf(rel, sizeof(rel), DATA "%s%s.cert", what, name);
	bytes = shared_data_read(rel, len);
	if (!bytes)
		skip();
	return bytes;
}

static void add_data(const char *what, const char *name)
{
	size_t len;
	u8 *bytes = read_data(&len, what, name);

	add(bytes, len);
	free(bytes);
}

static void load_rome(const char *roots)
{
	static const char *const parts[] = {"pdh", "pek", "oca", "cek"};

	forget();
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		add_data("legacy-chain-rome/", parts[i]);
	add_data("legacy-roots/ask-", roots);
	add_data("legacy-roots/ark-", roots);
}

static void test_genuine(void **state)
{
	static const struct owner_trust amd;
	static const char *const others[] = {"naples", "milan", "genoa", "turin"};

	load_rome("rome");
	assert_true(accepted(OWNER_CHAIN_PDH, &amd));
	assert_string_equal(audit.checks[0].detail, "AMD Rome");
	assert_false(accepted(OWNER_CHAIN_PDH, &testbed_get()->trust));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		load_rome(others[i]);
		assert_false(accepted(OWNER_CHAIN_PDH, &amd));
		assert_string_equal(owner_audit_failure(&audit)->what, "ASK signs CEK");
		assert_int_equal(audit.failed, 1);
	}
}

/* As in test_flips(), on the genuine bytes of each certificate. */
static void flip_genuine(const char *what, const char *name, enum owner_chain_part part)
{
	static const struct owner_trust amd;
	size_t len;
	u8 *bytes = read_data(&len, what, name);

	for (size_t at = 0; at < len; at += at < 0x40 ? 1 : 7) {
		load_rome("rome");
		chain.has[part] = false;
		bytes[at] ^= (u8)(1 << at % 8);
		if (owner_chain_add(&chain, name, bytes, len, NULL) == 0 &&
		    accepted(OWNER_CHAIN_PDH, &amd))
			fail_msg("%s: byte %zu does not count", name, at);
		bytes[at] ^= (u8)(1 << at % 8);
	}
	free(bytes);
}

static void test_genuine_flips(void **state)
{
	flip_genuine("legacy-chain-rome/", "pdh", OWNER_CHAIN_PDH);
	flip_genuine("legacy-chain-rome/", "pek", OWNER_CHAIN_PEK);
	flip_genuine("legacy-chain-rome/", "oca", OWNER_CHAIN_OCA);
	flip_genuine("legacy-chain-rome/", "cek", OWNER_CHAIN_CEK);
	flip_genuine("legacy-roots/", "ask-rome", OWNER_CHAIN_ASK);
	flip_genuine("legacy-roots/", "ark-rome", OWNER_CHAIN_ARK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_each_part_is_needed),
		cmocka_unit_test(test_not_certificates),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_forged_links),
		cmocka_unit_test(test_genuine),
		cmocka_unit_test(test_genuine_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
