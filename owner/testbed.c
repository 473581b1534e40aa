/* SPDX-License-Identifier: MIT */
/* Issues what the tests of this folder verify. */
#include "owner/testbed.h"

#include <stdlib.h>

#include "abi/kds.h"
#include "base/bug.h"
#include "base/bytes.h"
#include "crypto/ecdsa.h"
#include "crypto/x509_issue.h"

struct ec_key testbed_example_key(const char *label)
{
	struct sha384_digest d;
	struct ec_key key;

	BUG_ON(sha384(&d, label, strlen(label)) != 0);
	BUG_ON(ec_key_from_wide(&key, EC_P384, d.b, sizeof(d.b)) != 0);
	return key;
}

void testbed_cert(struct sev_cert *cert, enum sev_usage usage, const struct ec_public *pub)
{
	memset(cert, 0, sizeof(*cert));
	cert->version = SEV_CERT_VERSION;
	cert->api_minor = 24;
	cert->pubkey_usage = usage;
	cert->pubkey_algo = usage == SEV_USAGE_PDH ? SEV_ALGO_ECDH_SHA256 : SEV_ALGO_ECDSA_SHA256;
	cert->pubkey.ec.curve = SEV_CURVE_P384;
	ec_public_to_le(pub, cert->pubkey.ec.qx, cert->pubkey.ec.qy);
	cert->sig1_usage = SEV_USAGE_INVALID;
	cert->sig2_usage = SEV_USAGE_INVALID;
}

static struct sev_sig *set_slot(struct sev_cert *cert, unsigned slot, u32 usage, u32 algo)
{
	struct sev_sig *sig = slot == 0 ? &cert->sig1 : &cert->sig2;

	*(slot == 0 ? &cert->sig1_usage : &cert->sig2_usage) = usage;
	*(slot == 0 ? &cert->sig1_algo : &cert->sig2_algo) = algo;
	memset(sig, 0, sizeof(*sig));
	return sig;
}

void testbed_sign(struct sev_cert *cert, unsigned slot, enum sev_usage by, const struct ec_key *key)
{
	struct sev_sig *field = set_slot(cert, slot, by, SEV_ALGO_ECDSA_SHA256);
	struct ecdsa_sig sig;

	BUG_ON(ecdsa_sign(&sig, key, HASH_SHA256, cert, SEV_CERT_SIGNED_SIZE) != 0);
	memcpy(field->ecdsa.r, sig.r, sizeof(sig.r));
	memcpy(field->ecdsa.s, sig.s, sizeof(sig.s));
}

void testbed_sign_rsa(struct sev_cert *cert, unsigned slot, enum sev_usage by,
		      const struct rsa_key *key)
{
	struct sev_sig *field = set_slot(cert, slot, by, SEV_ALGO_RSA_SHA256);

	BUG_ON(rsa_pss_sign(field->rsa.s, key, HASH_SHA256, testbed_get()->rng, cert,
			    SEV_CERT_SIGNED_SIZE) != 0);
}

static void amd_cert(const struct testbed *t, u8 cert[TESTBED_ARK_SIZE], enum sev_usage usage,
		     const struct rsa_key *key, const struct rsa_key *signer)
{
	const struct rsa_public *pub = rsa_key_public(key);
	struct amd_cert_hdr h = {
		.version = SEV_CERT_VERSION,
		.key_id = {"test key"},
		.certifying_key_id = {"test key"},
		.key_usage = usage,
		.pubexp_size = 2048,
		.modulus_size = 2048,
	};
	size_t signed_len = AMD_CERT_SIGNED_SIZE(2048);

	h.key_id.b[15] = (u8)usage;
	memset(cert, 0, TESTBED_ARK_SIZE);
	memcpy(cert, &h, sizeof(h));
	memcpy(cert + sizeof(h), pub->exponent, 256);
	memcpy(cert + sizeof(h) + 256, pub->modulus, 256);
	BUG_ON(rsa_pss_sign(cert + signed_len, signer, HASH_SHA256, t->rng, cert, signed_len) != 0);
}

void testbed_amd_cert(u8 cert[TESTBED_ARK_SIZE], enum sev_usage usage, const struct rsa_key *key,
		      const struct rsa_key *signer)
{
	amd_cert(testbed_get(), cert, usage, key, signer);
}

static void make_platform(struct testbed *t)
{
	struct testbed_platform *p = &t->platform;

	amd_cert(t, p->ark, SEV_USAGE_ARK, t->ark_key, t->ark_key);
	amd_cert(t, p->ask, SEV_USAGE_ASK, t->ask_key, t->ark_key);
	testbed_cert(&p->cek, SEV_USAGE_CEK, &t->cek_key.pub);
	set_slot(&p->cek, 0, SEV_USAGE_ASK, SEV_ALGO_RSA_SHA256);
	BUG_ON(rsa_pss_sign(p->cek.sig1.rsa.s, t->ask_key, HASH_SHA256, t->rng, &p->cek,
			    SEV_CERT_SIGNED_SIZE) != 0);
	testbed_cert(&p->oca, SEV_USAGE_OCA, &t->oca_key.pub);
	testbed_sign(&p->oca, 0, SEV_USAGE_OCA, &t->oca_key);
	testbed_cert(&p->pek, SEV_USAGE_PEK, &t->pek_key.pub);
	testbed_sign(&p->pek, 0, SEV_USAGE_OCA, &t->oca_key);
	testbed_sign(&p->pek, 1, SEV_USAGE_CEK, &t->cek_key);
	testbed_cert(&p->pdh, SEV_USAGE_PDH, &t->pdh_key.pub);
	testbed_sign(&p->pdh, 0, SEV_USAGE_PEK, &t->pek_key);
}

const struct testbed *testbed_get(void)
{
	static const u8 seed[32] = {'o', 'w', 'n', 'e', 'r'};
	static struct testbed t;

	if (t.rng)
		return &t;
	t.rng = rng_new(seed);
	BUG_ON(!t.rng);
	BUG_ON(rsa_key_generate(&t.ark_key, 2048) != 0 || rsa_key_generate(&t.ask_key, 2048) != 0);
	t.pdh_key = testbed_example_key("sev-digest/pdh");
	t.pek_key = testbed_example_key("sev-digest/pek");
	t.oca_key = testbed_example_key("oca");
	t.cek_key = testbed_example_key("cek");
	t.vcek_key = testbed_example_key("vcek");
	t.trust.named = rsa_key_public(t.ark_key);
	make_platform(&t);
	return &t;
}

void testbed_sign_sev_report(struct sev_attestation_report *report, const struct ec_key *pek)
{
	struct ecdsa_sig sig;

	BUG_ON(ecdsa_sign(&sig, pek, HASH_SHA256, report, SEV_REPORT_SIGNED_SIZE) != 0);
	memcpy(report->sig_r, sig.r, sizeof(sig.r));
	memcpy(report->sig_s, sig.s, sizeof(sig.s));
}

static u8 *issue(size_t *len, struct x509_template *t, const char *cn, const char *issuer,
		 const struct rsa_key *signer)
{
	const struct x509_attr subject_attr = {"CN", cn};
	const struct x509_attr issuer_attr = {"CN", issuer};
	struct error err;
	u8 *der;

	t->subject = (struct x509_name){&subject_attr, 1};
	t->issuer = (struct x509_name){&issuer_attr, 1};
	t->serial = x509_serial_u64(1);
	t->not_before = TESTBED_T0;
	t->not_after = TESTBED_T1;
	if (x509_issue(&der, len, t, signer, testbed_get()->rng, &err) != 0)
		fail_msg("%s", err.text);
	return der;
}

u8 *testbed_issue_ca(size_t *len, const char *cn, const char *issuer, const struct rsa_key *key)
{
	struct x509_template t = {.rsa = rsa_key_public(key), .ext_count = 1};
	struct x509_ext ext = {.oid = "2.5.29.19", .critical = true};
	struct der ca;
	u8 *der;

	der_init(&ca);
	x509_ext_ca(&ca, -1);
	ext.value = ca.bytes;
	ext.len = ca.len;
	t.exts = &ext;
	der = issue(len, &t, cn, issuer, testbed_get()->ark_key);
	der_fini(&ca);
	return der;
}

enum { LEAF_EXTS = 7 };

u8 *testbed_issue_leaf(size_t *len, const struct testbed_leaf *leaf)
{
	static const char *const oids[] = {KDS_OID_BL_SPL, KDS_OID_TEE_SPL, KDS_OID_SNP_SPL,
					   KDS_OID_UCODE_SPL, KDS_OID_FMC_SPL};
	struct x509_ext exts[LEAF_EXTS];
	struct x509_template t = {.ec = &testbed_get()->vcek_key.pub, .exts = exts};
	struct der values[LEAF_EXTS];
	size_t count = 0;
	u8 *der;

	for (size_t i = 0; i < LEAF_EXTS; i++)
		der_init(&values[i]);
	der_string(&values[0], DER_IA5_STRING, leaf->product);
	exts[count++] =
		(struct x509_ext){KDS_OID_PRODUCT_NAME, false, values[0].bytes, values[0].len};
	for (size_t i = 0; i < (leaf->has_fmc ? 5u : 4u); i++) {
		der_u64(&values[i + 1], leaf->tcb[i]);
		exts[count++] =
			(struct x509_ext){oids[i], false, values[i + 1].bytes, values[i + 1].len};
	}
	if (!leaf->no_hwid)
		exts[count++] = (struct x509_ext){KDS_OID_HW_ID, false, leaf->hwid, leaf->hwid_len};
	t.ext_count = count;
	der = issue(len, &t, leaf->cn, leaf->issuer, testbed_get()->ask_key);
	for (size_t i = 0; i < LEAF_EXTS; i++)
		der_fini(&values[i]);
	return der;
}

struct testbed_leaf testbed_milan_leaf(void)
{
	struct testbed_leaf leaf = {
		.cn = KDS_CN_VCEK,
		.issuer = "SEV-Milan",
		.product = "Milan-B0",
		.tcb = {3, 0, 8, 0xd1},
		.hwid_len = 64,
	};

	fill_sequence(leaf.hwid, sizeof(leaf.hwid), 1);
	return leaf;
}

void testbed_milan_report(struct snp_attestation_report *report)
{
	memset(report, 0, sizeof(*report));
	report->version = SNP_REPORT_V3;
	report->policy = 0x30000;
	report->signature_algo = SNP_SIG_ALGO_ECDSA_P384_SHA384;
	report->reported_tcb = report->launch_tcb = 0xd108000000000003;
	report->committed_tcb = report->current_tcb = 0xd209000000000003;
	report->cpuid_fam_id = 0x19;
	report->cpuid_mod_id = 0x01;
	fill_sequence(report->report_data, sizeof(report->report_data), 0x40);
	fill_sequence(report->measurement, sizeof(report->measurement), 0x80);
	fill_sequence(report->host_data, sizeof(report->host_data), 0xc0);
	fill_sequence(report->chip_id, sizeof(report->chip_id), 1);
	testbed_sign_snp_report(report);
}

void testbed_sign_snp_report(struct snp_attestation_report *report)
{
	struct ecdsa_sig sig;

	BUG_ON(ecdsa_sign(&sig, &testbed_get()->vcek_key, HASH_SHA384, report,
			  SNP_REPORT_SIGNED_SIZE) != 0);
	memcpy(report->signature.r, sig.r, sizeof(sig.r));
	memcpy(report->signature.s, sig.s, sizeof(sig.s));
}
