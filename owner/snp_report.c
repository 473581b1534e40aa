/* SPDX-License-Identifier: MIT */
/* Verifies SNP attestation reports. */
#include "owner/snp_report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi/kds.h"
#include "base/bytes.h"
#include "crypto/der.h"
#include "crypto/ecdsa.h"
#include "owner/tcb.h"

/* Reports of version 4 existed for a short time; they have the vectors of version 5. */
enum { REPORT_V4 = 4, KEY_INFO_DEFINED = 0x1f };

/* Bytes that are zero in reports before a version, or always. */
struct zero_field {
	size_t at, len;
	const char *name;
	u32 before;
};

enum { ALWAYS = SNP_REPORT_V5 + 1 };

/* clang-format off */
#define ZERO(field, before)                                                                        \
	{offsetof(struct snp_attestation_report, field),                                           \
	 sizeof(((struct snp_attestation_report *)NULL)->field), #field, before}

static const struct zero_field zeros[] = {
	ZERO(rsvd_04c,			ALWAYS),
	ZERO(cpuid_fam_id,		SNP_REPORT_V3),
	ZERO(cpuid_mod_id,		SNP_REPORT_V3),
	ZERO(cpuid_step,		SNP_REPORT_V3),
	ZERO(rsvd_18b,			ALWAYS),
	ZERO(rsvd_1eb,			ALWAYS),
	ZERO(rsvd_1ef,			ALWAYS),
	ZERO(launch_mit_vector,		REPORT_V4),
	ZERO(current_mit_vector,	REPORT_V4),
	ZERO(rsvd_208,			ALWAYS),
	ZERO(signature.rsvd_090,	ALWAYS),
};
/* clang-format on */

static int check_zeros(const struct snp_attestation_report *report, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(zeros); i++) {
		const struct zero_field *z = &zeros[i];

		if (report->version < z->before &&
		    !bytes_are_zero((const u8 *)report + z->at, z->len))
			return error_set(err, EINVAL,
					 "report: %s at %03zxh is not zero in version %u", z->name,
					 z->at, report->version);
	}
	return 0;
}

int owner_snp_report_decode(struct snp_attestation_report *report, const void *bytes, size_t len,
			    struct error *err)
{
	memset(report, 0, sizeof(*report));
	if (len != sizeof(*report))
		return error_set(err, EINVAL, "report: %zu bytes, expected %zu", len,
				 sizeof(*report));
	memcpy(report, bytes, len);
	if (report->version < SNP_REPORT_V2 || report->version > SNP_REPORT_V5)
		return error_set(err, EINVAL, "report: version %u, expected 2 to 5",
				 report->version);
	if (report->signature_algo != SNP_SIG_ALGO_ECDSA_P384_SHA384)
		return error_set(err, EINVAL, "report: signature algorithm %u, expected 1",
				 report->signature_algo);
	if (report->key_info & ~KEY_INFO_DEFINED)
		return error_set(err, EINVAL, "report: key information %08xh has reserved bits",
				 report->key_info);
	return check_zeros(report, err);
}

/* false: nobody signed, and that is recorded. */
static bool signing_leaf(struct owner_audit *audit, enum owner_snp_part *leaf,
			 const struct snp_attestation_report *report)
{
	static const char what[] = "report is signed";
	u32 key = FIELD_GET(SNP_KEY_INFO_SIGNING_KEY, report->key_info);

	*leaf = key == SNP_SIGNING_KEY_VLEK ? OWNER_SNP_VLEK : OWNER_SNP_VCEK;
	if (report->key_info & SNP_KEY_INFO_MASK_CHIP_KEY)
		return owner_audit_check(audit, false, what, "the host masks the chip's key");
	if (key != SNP_SIGNING_KEY_VCEK && key != SNP_SIGNING_KEY_VLEK)
		return owner_audit_check(audit, false, what, "signing key %u is none", key);
	return owner_audit_check(audit, true, what, "%s",
				 *leaf == OWNER_SNP_VLEK ? "VLEK" : "VCEK");
}

static int check_signature(struct owner_audit *audit, const struct snp_attestation_report *report,
			   const struct x509_cert *cert, enum owner_snp_part leaf)
{
	enum verdict v = VERDICT_BAD_ALGORITHM;
	struct ec_public key;
	struct ecdsa_sig sig;
	int ret = x509_cert_ec_public(&key, cert, NULL);

	if (ret && ret != -EINVAL)
		return ret;
	memcpy(sig.r, report->signature.r, sizeof(sig.r));
	memcpy(sig.s, report->signature.s, sizeof(sig.s));
	if (ret == 0 && key.curve == EC_P384) {
		ret = ecdsa_verify(&v, &key, HASH_SHA384, report, SNP_REPORT_SIGNED_SIZE, &sig);
		if (ret)
			return ret;
	}
	owner_audit_check(audit, v == VERDICT_GOOD,
			  leaf == OWNER_SNP_VLEK ? "VLEK signs report" : "VCEK signs report", "%s",
			  v == VERDICT_GOOD ? "" : verdict_text(v));
	return 0;
}

/* "Milan-B0" is of product Milan. */
static bool names_product(const char *text, const char *product)
{
	size_t len = strlen(product);

	return strncmp(text, product, len) == 0 && (text[len] == '\0' || text[len] == '-');
}

static void check_product(struct owner_audit *audit, const struct snp_attestation_report *report,
			  const struct x509_cert *cert, const char *product)
{
	const char *cpu = owner_product_name(report->cpuid_fam_id, report->cpuid_mod_id);
	char text[32] = "none";
	struct x509_bytes value;
	bool named = x509_cert_ext(&value, NULL, cert, KDS_OID_PRODUCT_NAME) &&
		     der_read_ia5(text, sizeof(text), value.p, value.len, NULL) == 0 &&
		     names_product(text, product);

	owner_audit_check(audit, named, "certificate is for the product", "%s", text);
	if (report->version >= SNP_REPORT_V3)
		owner_audit_check(audit, cpu && strcmp(cpu, product) == 0, "CPU is of the product",
				  "family %02xh, model %02xh", report->cpuid_fam_id,
				  report->cpuid_mod_id);
}

/* A VLEK is of no chip; a masked chip identifier says nothing. */
static void check_chip(struct owner_audit *audit, const struct snp_attestation_report *report,
		       const struct x509_cert *cert, enum owner_snp_part leaf)
{
	static const char what[] = "certificate is of the chip";
	const u8 *id = report->chip_id;
	struct x509_bytes hwid;
	bool fits;

	if (leaf == OWNER_SNP_VLEK)
		return;
	if (!x509_cert_ext(&hwid, NULL, cert, KDS_OID_HW_ID)) {
		owner_audit_check(audit, false, what, "it names no chip");
		return;
	}
	if (bytes_are_zero(id, sizeof(report->chip_id))) {
		owner_audit_check(audit, true, what, "the report masks the chip's ID");
		return;
	}
	fits = hwid.len > 0 && hwid.len <= sizeof(report->chip_id) &&
	       memcmp(hwid.p, id, hwid.len) == 0 &&
	       bytes_are_zero(id + hwid.len, sizeof(report->chip_id) - hwid.len);
	owner_audit_check(audit, fits, what, "%s", fits ? "" : "the report is of another chip");
}

/* The TCB versions of a report. */
struct tcbs {
	struct owner_tcb reported, committed, current, launch;
};

static bool decode_tcbs(struct owner_audit *audit, struct tcbs *t,
			const struct snp_attestation_report *report, u8 family)
{
	bool fits = owner_tcb_decode(&t->reported, report->reported_tcb, family);

	fits &= owner_tcb_decode(&t->committed, report->committed_tcb, family);
	fits &= owner_tcb_decode(&t->current, report->current_tcb, family);
	fits &= owner_tcb_decode(&t->launch, report->launch_tcb, family);
	return owner_audit_check(audit, fits, "TCB versions have the product's form", "%s",
				 fits ? "" : "reserved bytes are not zero");
}

static void check_tcb(struct owner_audit *audit, const struct snp_attestation_report *report,
		      const struct x509_cert *cert, const char *product,
		      const struct owner_tcb *least)
{
	u8 family = owner_product_family(product);
	char text[OWNER_TCB_TEXT];
	struct tcbs t;
	bool fits;

	if (!owner_audit_check(audit, family != 0, "product is known", "%s", product) ||
	    !decode_tcbs(audit, &t, report, family))
		return;
	fits = owner_tcb_certified(text, &t.reported, family, cert);
	owner_audit_check(audit, fits, "certificate is of the TCB version", "%s", text);
	fits = owner_tcb_at_least(&t.committed, &t.reported) &&
	       owner_tcb_at_least(&t.current, &t.committed);
	owner_audit_check(audit, fits, "reported TCB <= committed <= current", "%s", "");
	if (!least)
		return;
	fits = owner_tcb_at_least(&t.reported, least) && owner_tcb_at_least(&t.launch, least);
	owner_audit_check(audit, fits, "TCB is at least the minimum",
			  "reported %016llxh, "
			  "at launch %016llxh",
			  (unsigned long long)report->reported_tcb,
			  (unsigned long long)report->launch_tcb);
}

static void check_bytes(struct owner_audit *audit, const char *what, const u8 *expected,
			const u8 *found, size_t len)
{
	if (expected) {
		bool equal = memcmp(expected, found, len) == 0;

		owner_audit_check(audit, equal, what, "%s", equal ? "" : "not the one expected");
	}
}

static void check_expected(struct owner_audit *audit, const struct snp_attestation_report *report,
			   const struct owner_snp_expect *expect)
{
	if (expect->policy)
		owner_audit_check(audit, report->policy == *expect->policy, "policy",
				  "%llxh, expected %llxh", (unsigned long long)report->policy,
				  (unsigned long long)*expect->policy);
	if (expect->vmpl)
		owner_audit_check(audit, report->vmpl == *expect->vmpl, "VMPL", "%u, expected %u",
				  report->vmpl, *expect->vmpl);
	check_bytes(audit, "measurement", expect->measurement, report->measurement,
		    sizeof(report->measurement));
	check_bytes(audit, "report data", expect->report_data, report->report_data,
		    sizeof(report->report_data));
	check_bytes(audit, "host data", expect->host_data, report->host_data,
		    sizeof(report->host_data));
}

int owner_snp_report_verify(struct owner_audit *audit, const struct snp_attestation_report *report,
			    const struct owner_snp_chain *chain, const struct owner_trust *trust,
			    s64 unix_time, const struct owner_snp_expect *expect)
{
	char product[OWNER_PRODUCT_SIZE];
	enum owner_snp_part leaf;
	const struct x509_cert *cert;
	int ret;

	if (!signing_leaf(audit, &leaf, report))
		return 0;
	ret = owner_snp_chain_verify(audit, product, chain, leaf, trust, unix_time);
	cert = chain->cert[leaf];
	if (ret || !cert || product[0] == '\0')
		return ret;
	ret = check_signature(audit, report, cert, leaf);
	if (ret)
		return ret;
	check_product(audit, report, cert, product);
	check_chip(audit, report, cert, leaf);
	check_tcb(audit, report, cert, product, expect->min_tcb);
	check_expected(audit, report, expect);
	return 0;
}
