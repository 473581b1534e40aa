/* SPDX-License-Identifier: MIT */
/*
 * The SNP report, TCB and ID block layouts, and the certificate extensions, against real reports of
 * three chip generations and the certificates that AMD issued for them.
 */
#include "abi/kds.h"
#include "abi/sev_cert.h"
#include "abi/snp.h"
#include "abi/snp_report.h"
#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"

#include <stdio.h>

#define REPORTS "data/attestation/reports/"
#define LAUNCH  "data/attestation/launch/"

/* -- Attestation reports and their endorsement certificates ------------------------------------ */

struct report_case {
	const char *stem, *key; /* <stem>-report.bin, <stem>-<key>.der */
	u32 version, guest_svn, vmpl;
	u64 policy, current_tcb, reported_tcb, platform_info, mit;
	u8 fms[3], build; /* CPUID family, model, stepping; build of API 1.x */
	u8 minor;
};

static const struct report_case reports[] = {
	/* clang-format off */
	{ "milan-v2-gosevguest", "vcek", 2, 0, 0, 0xb0000, 0x4405000000000002, 0x4405000000000002,
	  0x01, 0x00, { 0 }, 3, 49 },
	{ "milan-v2-virtee", "vcek", 2, 0, 0, 0x30000, 0x7308000000000003, 0x7308000000000003,
	  0x01, 0x00, { 0 }, 4, 52 },
	{ "milan-v2-trustee", "vcek", 2, 4, 0, 0x3001f, 0xce08000000000003, 0x7308000000000003,
	  0x01, 0x00, { 0 }, 4, 52 },
	{ "milan-v3-mstee", "vcek", 3, 2, 0, 0x3001f, 0xdb18000000000004, 0xdb18000000000004,
	  0x25, 0x00, { 0x19, 0x01, 0x01 }, 29, 55 },
	{ "milan-v3-vlek-trustee", "vlek", 3, 0, 1, 0x30000, 0xdc18000000000004, 0xd918000000000004,
	  0x27, 0x00, { 0x19, 0x01, 0x01 }, 29, 55 },
	{ "milan-v5-teekit", "vcek", 5, 0, 1, 0x30000, 0xde1b000000000004, 0xde1b000000000004,
	  0x25, 0x0b, { 0x19, 0x01, 0x01 }, 35, 55 },
	{ "genoa-v3-mstee", "vcek", 3, 2, 0, 0x3001f, 0x541700000000000a, 0x541700000000000a,
	  0x27, 0x00, { 0x19, 0x11, 0x01 }, 40, 55 },
	{ "genoa-v5-oak", "vcek", 5, 0, 0, 0x30000, 0x541900000000000a, 0x541900000000000a,
	  0x25, 0x01, { 0x19, 0x11, 0x01 }, 43, 55 },
	{ "turin-v5-mstee", "vcek", 5, 2, 0, 0x3001f, 0x5100000004010101, 0x5100000004010101,
	  0x65, 0x3f, { 0x1a, 0x02, 0x01 }, 65, 55 },
	/* clang-format on */
};

static void load_report(struct snp_attestation_report *report, const struct report_case *rc)
{
	char rel[256];

	snprintf(rel, sizeof(rel), REPORTS "%s-report.bin", rc->stem);
	fixture_load(report, sizeof(*report), rel);
}

static void check_report(const struct snp_attestation_report *r, const struct report_case *rc)
{
	assert_int_equal(r->version, rc->version);
	assert_int_equal(r->guest_svn, rc->guest_svn);
	assert_int_equal(r->policy, rc->policy);
	assert_int_equal(r->vmpl, rc->vmpl);
	assert_int_equal(r->signature_algo, SNP_SIG_ALGO_ECDSA_P384_SHA384);
	assert_int_equal(r->current_tcb, rc->current_tcb);
	assert_int_equal(r->reported_tcb, rc->reported_tcb);
	assert_int_equal(r->platform_info, rc->platform_info);
	assert_memory_equal(&r->cpuid_fam_id, rc->fms, sizeof(rc->fms));
	assert_int_equal(r->current_major, 1);
	assert_int_equal(r->current_minor, rc->minor);
	assert_int_equal(r->current_build, rc->build);
	assert_int_equal(r->committed_build, rc->build);
	assert_int_equal(r->launch_mit_vector, rc->mit);
	assert_int_equal(r->current_mit_vector, rc->mit);
}

/* What is reserved or without a value is so in every real report. */
static void check_report_constants(const struct snp_attestation_report *r)
{
	u8 ones[32];

	memset(ones, 0xff, sizeof(ones));
	assert_memory_equal(r->report_id_ma, ones, sizeof(ones));
	assert_false(bytes_are_zero(r->report_id, sizeof(r->report_id)));
	assert_false(bytes_are_zero(r->measurement, sizeof(r->measurement)));
	assert_int_equal(r->rsvd_04c, 0);
	assert_true(bytes_are_zero(r->rsvd_18b, sizeof(r->rsvd_18b)));
	assert_int_equal(r->rsvd_1eb | r->rsvd_1ef, 0);
	assert_true(bytes_are_zero(r->rsvd_208, sizeof(r->rsvd_208)));
	assert_true(bytes_are_zero(r->signature.r + 48, 24));
	assert_true(bytes_are_zero(r->signature.s + 48, 24));
	assert_true(bytes_are_zero(r->signature.rsvd_090, sizeof(r->signature.rsvd_090)));
	assert_int_equal(SNP_REPORT_SIGNED_SIZE, 0x2a0);
}

static void test_reports(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		struct snp_attestation_report report;
		bool vlek = strcmp(reports[i].key, "vlek") == 0;

		load_report(&report, &reports[i]);
		check_report(&report, &reports[i]);
		check_report_constants(&report);
		assert_int_equal(FIELD_GET(SNP_KEY_INFO_SIGNING_KEY, report.key_info),
				 vlek ? SNP_SIGNING_KEY_VLEK : SNP_SIGNING_KEY_VCEK);
	}
}

/* The DER content of an OID in dotted form; returns its length. */
static size_t oid_content(u8 *dst, const char *dotted)
{
	char *end;
	unsigned long first = strtoul(dotted, &end, 10);
	size_t n = 0;

	dst[n++] = (u8)(40 * first + strtoul(end + 1, &end, 10));
	while (*end == '.') {
		unsigned long arc = strtoul(end + 1, &end, 10);

		assert_true(arc < 1 << 14);
		if (arc >= 1 << 7)
			dst[n++] = (u8)(0x80 | arc >> 7);
		dst[n++] = arc & 0x7f;
	}
	return n;
}

/* The content of a non-critical extension, or NULL; lengths here all fit one byte. */
static const u8 *extension(const u8 *cert, size_t cert_len, const char *dotted, size_t *len)
{
	u8 tlv[32] = {0x06};
	size_t n = oid_content(tlv + 2, dotted);
	const u8 *at;

	tlv[1] = (u8)n;
	at = memmem(cert, cert_len, tlv, n + 2);
	if (!at)
		return NULL;
	at += n + 2;
	assert_true(at + 2 < cert + cert_len && at[0] == 0x04 && at[1] < 0x80);
	*len = at[1];
	return at + 2;
}

static void check_spl(const u8 *cert, size_t cert_len, const char *oid, u64 want)
{
	size_t len = 0;
	const u8 *v = extension(cert, cert_len, oid, &len);

	assert_non_null(v);
	assert_int_equal(v[0], 0x02);
	assert_int_equal(v[1], len - 2);
	assert_int_equal(v[len - 1], want);
}

/* A report's TCB, taken apart by our masks, is what AMD wrote into the certificate. */
static void check_tcb(const u8 *cert, size_t cert_len, u64 tcb, bool turin)
{
	size_t len;

	if (turin) {
		check_spl(cert, cert_len, KDS_OID_FMC_SPL, FIELD_GET(SNP_TCB_TURIN_FMC, tcb));
		check_spl(cert, cert_len, KDS_OID_BL_SPL,
			  FIELD_GET(SNP_TCB_TURIN_BOOT_LOADER, tcb));
		check_spl(cert, cert_len, KDS_OID_TEE_SPL, FIELD_GET(SNP_TCB_TURIN_TEE, tcb));
		check_spl(cert, cert_len, KDS_OID_SNP_SPL, FIELD_GET(SNP_TCB_TURIN_SNP, tcb));
		check_spl(cert, cert_len, KDS_OID_UCODE_SPL,
			  FIELD_GET(SNP_TCB_TURIN_MICROCODE, tcb));
		check_spl(cert, cert_len, KDS_OID_STRUCT_VERSION, 1);
		assert_int_equal(tcb & SNP_TCB_TURIN_RSVD_MASK, 0);
		return;
	}
	check_spl(cert, cert_len, KDS_OID_BL_SPL, FIELD_GET(SNP_TCB_MILAN_BOOT_LOADER, tcb));
	check_spl(cert, cert_len, KDS_OID_TEE_SPL, FIELD_GET(SNP_TCB_MILAN_TEE, tcb));
	check_spl(cert, cert_len, KDS_OID_SPL_4, 0);
	check_spl(cert, cert_len, KDS_OID_SNP_SPL, FIELD_GET(SNP_TCB_MILAN_SNP, tcb));
	check_spl(cert, cert_len, KDS_OID_UCODE_SPL, FIELD_GET(SNP_TCB_MILAN_MICROCODE, tcb));
	check_spl(cert, cert_len, KDS_OID_STRUCT_VERSION, 0);
	assert_null(extension(cert, cert_len, KDS_OID_FMC_SPL, &len));
	assert_int_equal(tcb & SNP_TCB_MILAN_RSVD_MASK, 0);
}

/* VCEK: the chip's ID.  VLEK: the provider's name, and the report has no chip ID. */
static void check_identity(const u8 *cert, size_t cert_len, const u8 *chip_id, bool vlek,
			   bool turin)
{
	size_t used = turin ? SNP_CHIP_ID_SIZE_TURIN : SNP_CHIP_ID_SIZE, len = 0;
	const u8 *v = extension(cert, cert_len, vlek ? KDS_OID_CSP_ID : KDS_OID_HW_ID, &len);

	assert_non_null(v);
	if (vlek) {
		assert_int_equal(v[0], 0x16); /* IA5String */
		assert_true(bytes_are_zero(chip_id, SNP_CHIP_ID_SIZE));
		return;
	}
	assert_int_equal(len, used);
	assert_memory_equal(v, chip_id, used);
	assert_true(bytes_are_zero(chip_id + used, SNP_CHIP_ID_SIZE - used));
}

static const char *kds_product(u8 family, u8 model)
{
#define PRODUCT(name, fam, first, last) {name, fam, first, last},
	static const struct {
		const char *name;
		u8 family, first, last;
	} products[] = {KDS_PRODUCTS(PRODUCT)};
#undef PRODUCT

	for (size_t i = 0; i < ARRAY_SIZE(products); i++)
		if (products[i].family == family && products[i].first <= model &&
		    model <= products[i].last)
			return products[i].name;
	return NULL;
}

static void check_product(const u8 *cert, size_t cert_len, const struct report_case *rc)
{
	const char *product =
		rc->version > SNP_REPORT_V2 ? kds_product(rc->fms[0], rc->fms[1]) : "Milan";
	size_t len = 0;
	const u8 *v = extension(cert, cert_len, KDS_OID_PRODUCT_NAME, &len);

	assert_non_null(v);
	assert_non_null(product);
	assert_true(len >= 2 + strlen(product) && v[0] == 0x16);
	assert_memory_equal(v + 2, product, strlen(product));
}

static void test_reports_match_certificates(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		struct snp_attestation_report report;
		char rel[256];
		size_t len = 0;
		bool turin = reports[i].fms[0] == 0x1a;
		bool vlek = strcmp(reports[i].key, "vlek") == 0;
		u8 *cert;

		load_report(&report, &reports[i]);
		snprintf(rel, sizeof(rel), REPORTS "%s-%s.der", reports[i].stem, reports[i].key);
		cert = shared_data_read(rel, &len);
		if (!cert)
			skip();
		check_tcb(cert, len, report.reported_tcb, turin);
		check_identity(cert, len, report.chip_id, vlek, turin);
		check_product(cert, len, &reports[i]);
		free(cert);
	}
}

static void test_id_auth_page(void **state)
{
	struct snp_id_auth auth;
	struct sev_ecdsa_sig sig;

	fixture_load(&auth, sizeof(auth), LAUNCH "test_auth_block.bin");
	fixture_load(&sig, sizeof(sig), LAUNCH "test_id_sig.bin");
	assert_int_equal(auth.id_key_algo, SNP_SIG_ALGO_ECDSA_P384_SHA384);
	assert_int_equal(auth.auth_key_algo, SNP_SIG_ALGO_ECDSA_P384_SHA384);
	assert_memory_equal(&auth.id_block_sig, &sig, sizeof(sig));
	assert_int_equal(auth.id_key.curve, SEV_CURVE_P384);
	assert_int_equal(auth.author_key.curve, SEV_CURVE_P384);
	assert_false(bytes_are_zero(auth.author_key.qy, 48));
	assert_true(bytes_are_zero(auth.author_key.qy + 48, 24));
	assert_true(bytes_are_zero(auth.rsvd_008, sizeof(auth.rsvd_008)));
	assert_true(bytes_are_zero(auth.rsvd_644, sizeof(auth.rsvd_644)));
	assert_true(bytes_are_zero(auth.rsvd_c84, sizeof(auth.rsvd_c84)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_reports_match_certificates),
		cmocka_unit_test(test_id_auth_page),
	};

	return cmocka_run_group_tests_name("abi/snp_report", tests, NULL, NULL);
}
