/* SPDX-License-Identifier: MIT */
/* swsev owner verify-report: whether an attestation report is a genuine chip's, and as expected. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "owner/file.h"
#include "owner/sev_report.h"
#include "owner/snp_report.h"
#include "owner/text.h"
#include "tools/owner.h"

struct report_options {
	struct owner_certs *certs;
	bool json;
	bool has_policy, has_report_data, has_host_data, has_nonce, has_vmpl, has_min_tcb;
	u64 policy;
	const char *measurement; /* 32 or 48 bytes, as the kind of report has it */
	u8 report_data[64], host_data[32], nonce[16];
	u32 vmpl;
	struct owner_tcb min_tcb;
};

enum {
	OPT_POLICY = 400,
	OPT_MEASUREMENT,
	OPT_REPORT_DATA,
	OPT_HOST_DATA,
	OPT_NONCE,
	OPT_VMPL,
	OPT_MIN_TCB,
	OPT_JSON,
};

static int take_expectation(struct report_options *o, int opt, struct error *err)
{
	u64 v = 0;
	int ret;

	switch (opt) {
	case OPT_POLICY:
		o->has_policy = true;
		return owner_option_number(&o->policy, "--policy", ~0ull, err);
	case OPT_REPORT_DATA:
		o->has_report_data = true;
		return owner_option_hex(o->report_data, sizeof(o->report_data), "--report-data",
					err);
	case OPT_HOST_DATA:
		o->has_host_data = true;
		return owner_option_hex(o->host_data, sizeof(o->host_data), "--host-data", err);
	case OPT_NONCE:
		o->has_nonce = true;
		return owner_option_hex(o->nonce, sizeof(o->nonce), "--nonce", err);
	case OPT_VMPL:
		o->has_vmpl = true;
		ret = owner_option_number(&v, "--vmpl", 0xffffffff, err);
		o->vmpl = (u32)v;
		return ret;
	default:
		o->has_min_tcb = true;
		return owner_tcb_parse(&o->min_tcb, optarg, err);
	}
}

static int take_option(void *ctx, const struct command *self, int opt)
{
	struct report_options *o = ctx;
	struct error err;
	int status;

	if (owner_certs_option(o->certs, self, opt, &status))
		return status;
	if (opt == OPT_JSON)
		o->json = true;
	else if (opt == OPT_MEASUREMENT)
		o->measurement = optarg;
	else if (take_expectation(o, opt, &err) != 0)
		return command_misused(self, "%s", err.text);
	return COMMAND_GO_ON;
}

static json_t *sev_report_json(const struct sev_attestation_report *r)
{
	return json_pack("{s:s, s:o, s:o, s:I}", "kind", "SEV", "nonce",
			 owner_json_hex(r->mnonce, sizeof(r->mnonce)), "launch_digest",
			 owner_json_hex(r->launch_digest, sizeof(r->launch_digest)), "policy",
			 (json_int_t)r->policy);
}

static json_t *snp_report_json(const struct snp_attestation_report *r)
{
	json_t *j = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "kind", "SNP", "version",
			      (json_int_t)r->version, "guest_svn", (json_int_t)r->guest_svn,
			      "policy", (json_int_t)r->policy, "vmpl", (json_int_t)r->vmpl,
			      "platform_info", (json_int_t)r->platform_info);
	const struct {
		const char *name;
		const void *bytes;
		size_t len;
	} fields[] = {
		{"measurement", r->measurement, sizeof(r->measurement)},
		{"report_data", r->report_data, sizeof(r->report_data)},
		{"host_data", r->host_data, sizeof(r->host_data)},
		{"id_key_digest", r->id_key_digest, sizeof(r->id_key_digest)},
		{"author_key_digest", r->author_key_digest, sizeof(r->author_key_digest)},
		{"family_id", r->family_id, sizeof(r->family_id)},
		{"image_id", r->image_id, sizeof(r->image_id)},
		{"report_id", r->report_id, sizeof(r->report_id)},
		{"chip_id", r->chip_id, sizeof(r->chip_id)},
		{"reported_tcb", &r->reported_tcb, sizeof(r->reported_tcb)},
		{"committed_tcb", &r->committed_tcb, sizeof(r->committed_tcb)},
		{"current_tcb", &r->current_tcb, sizeof(r->current_tcb)},
		{"launch_tcb", &r->launch_tcb, sizeof(r->launch_tcb)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		json_object_set_new(j, fields[i].name,
				    owner_json_hex(fields[i].bytes, fields[i].len));
	return j;
}

/* The expected digest, of the length that the kind of report has; NULL: not asked. */
static int read_measurement(const u8 **digest, u8 *bytes, size_t len,
			    const struct report_options *o, struct error *err)
{
	struct error said = {0};
	int ret;

	*digest = NULL;
	if (!o->measurement)
		return 0;
	*digest = bytes;
	ret = owner_hex_parse(bytes, len, o->measurement, &said);
	return ret ? error_set(err, -ret, "--measurement: %.300s", said.text) : 0;
}

static int verify_sev(struct owner_audit *audit, json_t **json, const struct report_options *o,
		      const struct owner_file *file, struct error *err)
{
	struct sev_attestation_report report;
	struct owner_sev_expect expect = {0};
	u32 policy = (u32)o->policy;
	u8 digest[32];
	int ret = owner_sev_report_decode(&report, file->bytes, file->len, err);

	if (ret == 0)
		ret = read_measurement(&expect.launch_digest, digest, sizeof(digest), o, err);
	if (ret)
		return ret;
	if (o->has_report_data || o->has_host_data || o->has_vmpl || o->has_min_tcb)
		return error_set(err, EINVAL,
				 "a report of SEV has no report data, host data, VMPL "
				 "or TCB versions");
	expect.policy = o->has_policy ? &policy : NULL;
	expect.mnonce = o->has_nonce ? o->nonce : NULL;
	*json = sev_report_json(&report);
	ret = owner_chain_verify(audit, &o->certs->sev, OWNER_CHAIN_PEK, &o->certs->trust);
	if (ret == 0 && o->certs->sev.has[OWNER_CHAIN_PEK])
		ret = owner_sev_report_verify(audit, &report, &o->certs->sev.pek.key.ec, &expect);
	return ret ? error_set(err, -ret, "cannot verify: %s", strerror(-ret)) : 0;
}

static int verify_snp(struct owner_audit *audit, json_t **json, const struct report_options *o,
		      const struct owner_file *file, struct error *err)
{
	struct snp_attestation_report report;
	struct owner_snp_expect expect = {
		.policy = o->has_policy ? &o->policy : NULL,
		.report_data = o->has_report_data ? o->report_data : NULL,
		.host_data = o->has_host_data ? o->host_data : NULL,
		.vmpl = o->has_vmpl ? &o->vmpl : NULL,
		.min_tcb = o->has_min_tcb ? &o->min_tcb : NULL,
	};
	u8 digest[48];
	int ret = owner_snp_report_decode(&report, file->bytes, file->len, err);

	if (ret == 0)
		ret = read_measurement(&expect.measurement, digest, sizeof(digest), o, err);
	if (ret)
		return ret;
	if (o->has_nonce)
		return error_set(err, EINVAL, "a report of SEV-SNP has no nonce: --report-data");
	*json = snp_report_json(&report);
	ret = owner_snp_report_verify(audit, &report, &o->certs->snp, &o->certs->trust,
				      o->certs->time, &expect);
	return ret ? error_set(err, -ret, "cannot verify: %s", strerror(-ret)) : 0;
}

static int verify_file(struct owner_audit *audit, json_t **json, const struct report_options *o,
		       const char *path, struct error *err)
{
	struct error said = {0};
	struct owner_file file;
	int ret = owner_file_read_blob(&file, path, 64 * 1024, err);

	if (ret)
		return ret;
	owner_audit_init(audit);
	if (file.len == sizeof(struct sev_attestation_report))
		ret = verify_sev(audit, json, o, &file, &said);
	else if (file.len == sizeof(struct snp_attestation_report))
		ret = verify_snp(audit, json, o, &file, &said);
	else
		ret = error_set(&said, EINVAL,
				"%zu bytes, expected a report of SEV (208) or SEV-SNP (1184)",
				file.len);
	owner_file_fini(&file);
	if (ret)
		return error_set(err, -ret, "%s: %.400s", path, said.text);
	owner_audit_complete(audit);
	return 0;
}

static int run_verify(const struct report_options *o, const struct command *self, int count,
		      char **paths)
{
	struct owner_audit audit;
	json_t *report = NULL;
	struct error err;

	if (count < 2)
		return command_misused(self, "expected a report and its certificates");
	for (int i = 1; i < count; i++)
		if (owner_certs_add(o->certs, paths[i], &err) != 0)
			return owner_failed(self, &err);
	if (verify_file(&audit, &report, o, paths[0], &err) != 0) {
		json_decref(report);
		return owner_failed(self, &err);
	}
	return owner_tell(self, &audit, o->json, json_pack("{s:o}", "report", report));
}

static int verify_report_run(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		OWNER_CERT_OPTIONS,
		{"policy", required_argument, NULL, OPT_POLICY},
		{"measurement", required_argument, NULL, OPT_MEASUREMENT},
		{"digest", required_argument, NULL, OPT_MEASUREMENT},
		{"report-data", required_argument, NULL, OPT_REPORT_DATA},
		{"host-data", required_argument, NULL, OPT_HOST_DATA},
		{"nonce", required_argument, NULL, OPT_NONCE},
		{"vmpl", required_argument, NULL, OPT_VMPL},
		{"min-tcb", required_argument, NULL, OPT_MIN_TCB},
		{"json", no_argument, NULL, OPT_JSON},
		COMMAND_OPTIONS_END,
	};
	struct report_options o = {.certs = owner_certs_new(self)};
	int status;

	if (!o.certs)
		return EXIT_FAILURE;
	status = command_read_options(self, argc, argv, options, take_option, &o);
	if (status == COMMAND_GO_ON)
		status = run_verify(&o, self, argc - optind, argv + optind);
	owner_certs_free(o.certs);
	return status;
}

const struct command owner_verify_report_command = {
	.name = "swsev owner verify-report",
	.help = "whether an attestation report is a genuine chip's, and as expected",
	.usage =
		"Usage: swsev owner verify-report [OPTION]... REPORT CERTIFICATES...\n"
		"\n"
		"Verifies an attestation report of SEV (208 bytes) or SEV-SNP (1184 bytes): its\n"
		"certificates down from the root, its signature, that they are of this chip and "
		"TCB\n"
		"version, and what else is asked.  CERTIFICATES are files or folders.\n"
		"\n"
		"Expectations:\n"
		"  --policy N         the guest's policy is this\n"
		"  --measurement HEX  the launch digest is this\n"
		"  --digest HEX       the same\n"
		"  --report-data HEX  SEV-SNP: what the guest put in, 64 bytes\n"
		"  --host-data HEX    SEV-SNP: what the hypervisor put in at launch, 32 bytes\n"
		"  --nonce HEX        SEV: what the report was asked for with, 16 bytes\n"
		"  --vmpl N           SEV-SNP: privilege level of whoever asked\n"
		"  --min-tcb LIST     SEV-SNP: bl=N,tee=N,snp=N,ucode=N (and fmc=N), each at least "
		"this\n"
		"\n"
		"Options:\n" OWNER_CERT_USAGE
		"  --json             print one JSON object, with the report's fields\n"
		"  --help             print this and exit\n",
	.run = verify_report_run,
};
