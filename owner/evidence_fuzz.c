/* SPDX-License-Identifier: MIT */
/*
 * Hostile evidence: legacy chains, both kinds of reports.  No crash; and whatever is accepted is, byte
 * for byte, what was signed.
 */
#include <stdlib.h>

#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/fuzz_edit.h"
#include "owner/sev_chain.h"
#include "owner/sev_report.h"
#include "owner/snp_report.h"
#include "owner/testbed.h"
#include "tests/support/fuzz_main.h"

static void try_chain(const u8 *bytes, size_t len)
{
	const struct testbed *t = testbed_get();
	static struct owner_chain chain;
	struct owner_audit audit;
	struct error err;

	memset(&chain, 0, sizeof(chain));
	if (owner_chain_add(&chain, "fuzz", bytes, len, &err) != 0)
		BUG_ON(!memchr(err.text, '\0', sizeof(err.text)) || !err.text[0]);
	/* The roots are genuine where the input brings none: fewer bytes to find. */
	if (!chain.has[OWNER_CHAIN_ARK])
		BUG_ON(owner_chain_add(&chain, "ark", t->platform.ark, TESTBED_ARK_SIZE, &err));
	if (!chain.has[OWNER_CHAIN_ASK])
		BUG_ON(owner_chain_add(&chain, "ask", t->platform.ask, TESTBED_ARK_SIZE, &err));
	owner_audit_init(&audit);
	BUG_ON(owner_chain_verify(&audit, &chain, OWNER_CHAIN_PDH, &t->trust) != 0);
	owner_audit_complete(&audit);
	BUG_ON(owner_audit_accepted(&audit) &&
	       (memcmp(&chain.pdh.raw, &t->platform.pdh, sizeof(struct sev_cert)) != 0 ||
		memcmp(&chain.pek.raw, &t->platform.pek, sizeof(struct sev_cert)) != 0 ||
		memcmp(&chain.oca.raw, &t->platform.oca, sizeof(struct sev_cert)) != 0));
}

static void try_sev_report(const u8 *bytes, size_t len, const struct sev_attestation_report *good)
{
	static const struct owner_sev_expect any;
	struct sev_attestation_report report;
	struct owner_audit audit;

	if (owner_sev_report_decode(&report, bytes, len, NULL) != 0)
		return;
	owner_audit_init(&audit);
	BUG_ON(owner_sev_report_verify(&audit, &report, &testbed_get()->pek_key.pub, &any) != 0);
	owner_audit_complete(&audit);
	BUG_ON(owner_audit_accepted(&audit) != (memcmp(&report, good, sizeof(report)) == 0));
}

static void try_snp_report(const u8 *bytes, size_t len, const struct owner_snp_chain *chain,
			   const struct snp_attestation_report *good)
{
	static const struct owner_snp_expect any;
	struct snp_attestation_report report;
	struct owner_audit audit;

	if (owner_snp_report_decode(&report, bytes, len, NULL) != 0)
		return;
	owner_audit_init(&audit);
	BUG_ON(owner_snp_report_verify(&audit, &report, chain, &testbed_get()->trust, TESTBED_NOW,
				       &any) != 0);
	owner_audit_complete(&audit);
	BUG_ON(owner_audit_accepted(&audit) != (memcmp(&report, good, sizeof(report)) == 0));
}

/* X.509 input goes through one door; what stands behind it, crypto/x509_fuzz tries. */
static void try_x509(const u8 *bytes, size_t len)
{
	struct owner_snp_chain chain = {0};
	struct error err;

	if (owner_snp_chain_recognises(bytes, len))
		(void)!owner_snp_chain_add(&chain, "fuzz", bytes, len, &err);
	owner_snp_chain_fini(&chain);
}

static void add_der(struct owner_snp_chain *chain, u8 *der, size_t len)
{
	BUG_ON(owner_snp_chain_add(chain, "good", der, len, NULL) != 0);
	free(der);
}

static struct {
	bool made;
	struct sev_attestation_report sev;
	struct snp_attestation_report snp;
	struct owner_snp_chain chain;
	u8 certs[4 * sizeof(struct sev_cert)];
} good;

static void make_good(void)
{
	const struct testbed *t = testbed_get();
	struct testbed_leaf leaf = testbed_milan_leaf();
	size_t len;
	u8 *der;

	good.made = true;
	memcpy(good.certs, &t->platform, sizeof(good.certs));
	good.sev = (struct sev_attestation_report){
		.policy = 5,
		.sig_usage = SEV_USAGE_PEK,
		.sig_algo = SEV_ALGO_ECDSA_SHA256,
	};
	testbed_sign_sev_report(&good.sev, &t->pek_key);
	testbed_milan_report(&good.snp);
	der = testbed_issue_ca(&len, "ARK-Milan", "ARK-Milan", t->ark_key);
	add_der(&good.chain, der, len);
	der = testbed_issue_ca(&len, "SEV-Milan", "ARK-Milan", t->ask_key);
	add_der(&good.chain, der, len);
	der = testbed_issue_leaf(&len, &leaf);
	add_der(&good.chain, der, len);
}

/* A chain with edits at any of its bytes, which are more than fuzz_edit() reaches. */
static void try_edited_chain(const u8 *data, size_t size)
{
	static u8 bytes[sizeof(good.certs)];

	memcpy(bytes, good.certs, sizeof(bytes));
	for (size_t at = 0; at + 3 <= size && at < 12; at += 3)
		bytes[get_le16(data + at) % sizeof(bytes)] ^= data[at + 2];
	try_chain(bytes, sizeof(bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static u8 bytes[FUZZ_EDIT_MAX];
	size_t len;

	if (size == 0)
		return 0;
	if (!good.made)
		make_good();
	switch (data[0] % 4) {
	case 0:
		try_edited_chain(data + 1, size - 1);
		break;
	case 1:
		try_chain(data + 1, size - 1);
		try_x509(data + 1, size - 1);
		break;
	case 2:
		len = fuzz_edit(bytes, data + 1, size - 1, (const u8 *)&good.sev, sizeof(good.sev));
		try_sev_report(bytes, len, &good.sev);
		break;
	default:
		len = fuzz_edit(bytes, data + 1, size - 1, (const u8 *)&good.snp, sizeof(good.snp));
		try_snp_report(bytes, len, &good.chain, &good.snp);
	}
	return 0;
}
