/* SPDX-License-Identifier: MIT */
/*
 * swsev owner: what a guest's owner does at home, before a launch and during it.
 *
 * The table below is the list of its commands.
 */
#include "tools/owner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "owner/file.h"
#include "owner/text.h"

enum { CERT_FILE_MAX = 64 * 1024, HEX_MAX = 128 };

static const struct command *const commands[] = {
	&owner_session_command,      &owner_measure_command,       &owner_secret_command,
	&owner_verify_chain_command, &owner_verify_report_command,
};
static const struct command_table table = {commands, ARRAY_SIZE(commands)};

static int owner_run(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {COMMAND_OPTIONS_END};
	int opt = command_option(self, argc, argv, "+:", options);

	if (opt == OPT_HELP)
		command_print_table(self, &table);
	if (opt != OPT_END)
		return command_exit_status(opt);
	return command_run_row(self, &table, argc - optind, argv + optind);
}

const struct command owner_command = {
	.name = "swsev owner",
	.help = "what a guest's owner does: verify, prepare a launch, hand over secrets",
	.usage = "Usage: swsev owner COMMAND [OPTION]...\n"
		 "\n"
		 "What a guest's owner does at home, on a machine that the owner trusts.\n"
		 "\n"
		 "Commands:\n",
	.run = owner_run,
};

int owner_failed(const struct command *self, const struct error *err)
{
	fprintf(stderr, "%s: %s\n", self->name, err->text);
	return EXIT_FAILURE;
}

struct owner_certs *owner_certs_new(const struct command *self)
{
	struct owner_certs *certs = calloc(1, sizeof(*certs));

	if (!certs)
		fprintf(stderr, "%s: out of memory\n", self->name);
	else
		certs->time = (s64)time(NULL);
	return certs;
}

void owner_certs_free(struct owner_certs *certs)
{
	if (certs)
		owner_snp_chain_fini(&certs->snp);
	free(certs);
}

static int add_bytes(struct owner_certs *certs, const char *path, const struct owner_file *file,
		     struct error *err)
{
	int ret;

	if (owner_snp_chain_recognises(file->bytes, file->len)) {
		ret = owner_snp_chain_add(&certs->snp, path, file->bytes, file->len, err);
		certs->has_snp = true;
	} else {
		ret = owner_chain_add(&certs->sev, path, file->bytes, file->len, err);
		certs->has_sev = true;
	}
	return ret;
}

static int add_file(struct owner_certs *certs, const char *path, struct error *err)
{
	struct owner_file file;
	int ret = owner_file_read_blob(&file, path, CERT_FILE_MAX, err);

	if (ret)
		return ret;
	ret = add_bytes(certs, path, &file, err);
	owner_file_fini(&file);
	return ret;
}

/* The names under which sevctl, sev-tool, snpguest and swsev put certificates into a folder. */
static const char *const cert_names[] = {
	"pdh.cert",       "pek.cert", "oca.cert", "cek.cert", "ask.cert", "ark.cert",
	"sev.chain",      "ark.pem",  "ask.pem",  "asvk.pem", "vcek.pem", "vlek.pem",
	"cert_chain.pem", "ark.der",  "ask.der",  "asvk.der", "vcek.der", "vlek.der",
};

static int add_directory(struct owner_certs *certs, const char *path, struct error *err)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(cert_names); i++) {
		char *name;
		struct stat st;
		int ret = 0;

		if (asprintf(&name, "%s/%s", path, cert_names[i]) < 0)
			return error_set(err, ENOMEM, "out of memory");
		if (stat(name, &st) == 0) {
			found = true;
			ret = add_file(certs, name, err);
		}
		free(name);
		if (ret)
			return ret;
	}
	if (!found)
		return error_set(err, ENOENT,
				 "%s: no certificate in this folder, expected pdh.cert, pek.cert "
				 "and so on, or ark.pem, ask.pem, vcek.pem",
				 path);
	return 0;
}

int owner_certs_add(struct owner_certs *certs, const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_directory(certs, path, err);
	return add_file(certs, path, err);
}

/* The key of an ARK, in AMD's format or X.509. */
static int root_key(struct rsa_public *key, const struct owner_certs *from, const char *path,
		    struct error *err)
{
	const struct x509_cert *ark = from->snp.cert[OWNER_SNP_ARK];
	struct error said = {0};
	int ret;

	if (from->sev.has[OWNER_CHAIN_ARK]) {
		*key = from->sev.ark.key.rsa;
		return 0;
	}
	if (!ark)
		return error_set(err, EINVAL, "%s: holds no ARK", path);
	ret = x509_cert_rsa_public(key, ark, &said);
	return ret ? error_set(err, -ret, "%s: ARK: %.300s", path, said.text) : 0;
}

static int load_root(struct owner_certs *certs, const struct command *self, const char *path)
{
	struct owner_certs *from = owner_certs_new(self);
	struct error err;
	int ret;

	if (!from)
		return EXIT_FAILURE;
	ret = add_file(from, path, &err);
	if (ret == 0)
		ret = root_key(&certs->root, from, path, &err);
	if (ret == 0)
		certs->trust.named = &certs->root;
	owner_certs_free(from);
	return ret ? owner_failed(self, &err) : COMMAND_GO_ON;
}

static int load_crl(struct owner_certs *certs, const struct command *self, const char *path)
{
	struct owner_file file;
	struct error err;
	int ret = owner_file_read(&file, path, CERT_FILE_MAX, &err);

	if (ret == 0) {
		ret = owner_snp_chain_add_crl(&certs->snp, path, file.bytes, file.len, &err);
		owner_file_fini(&file);
	}
	return ret ? owner_failed(self, &err) : COMMAND_GO_ON;
}

static int parse_time(s64 *unix_time, const struct command *self, const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	u64 seconds;

	if (end && !*end) {
		*unix_time = (s64)timegm(&tm);
		return COMMAND_GO_ON;
	}
	if (owner_number_parse(&seconds, text, 253402300799, NULL) != 0)
		return command_misused(self, "--time '%s' is neither YYYY-MM-DD nor seconds", text);
	*unix_time = (s64)seconds;
	return COMMAND_GO_ON;
}

bool owner_certs_option(struct owner_certs *certs, const struct command *self, int opt, int *status)
{
	*status = COMMAND_GO_ON;
	switch (opt) {
	case OPT_ROOT:
		*status = load_root(certs, self, optarg);
		return true;
	case OPT_TEST_ROOT:
		certs->trust.test_root = true;
		return true;
	case OPT_TIME:
		*status = parse_time(&certs->time, self, optarg);
		return true;
	case OPT_CRL:
		*status = load_crl(certs, self, optarg);
		return true;
	default:
		return false;
	}
}

int owner_option_number(u64 *v, const char *option, u64 max, struct error *err)
{
	struct error said = {0};
	int ret = owner_number_parse(v, optarg, max, &said);

	return ret ? error_set(err, -ret, "%s: %.300s", option, said.text) : 0;
}

int owner_option_hex(u8 *out, size_t len, const char *option, struct error *err)
{
	struct error said = {0};
	int ret = owner_hex_parse(out, len, optarg, &said);

	return ret ? error_set(err, -ret, "%s: %.300s", option, said.text) : 0;
}

json_t *owner_json_hex(const void *bytes, size_t len)
{
	char text[2 * HEX_MAX + 1];

	owner_hex_format(text, bytes, len < HEX_MAX ? len : HEX_MAX);
	return json_string(text);
}

int owner_print_json(const struct command *self, json_t *json)
{
	int status = EXIT_SUCCESS;

	if (!json || json_dumpf(json, stdout, JSON_INDENT(2)) != 0) {
		fprintf(stderr, "%s: cannot write JSON\n", self->name);
		status = EXIT_FAILURE;
	} else {
		putchar('\n');
	}
	json_decref(json);
	return status;
}

static json_t *audit_to_json(const struct owner_audit *audit)
{
	json_t *checks = json_array();

	for (size_t i = 0; i < audit->count; i++) {
		const struct owner_check *c = &audit->checks[i];

		json_array_append_new(checks, json_pack("{s:s, s:b, s:s}", "check", c->what,
							"passed", c->passed, "detail", c->detail));
	}
	return json_pack("{s:b, s:o}", "accepted", owner_audit_accepted(audit), "checks", checks);
}

static void print_audit(const struct owner_audit *audit)
{
	for (size_t i = 0; i < audit->count; i++) {
		const struct owner_check *c = &audit->checks[i];

		printf("%-8s %s%s%s\n", c->passed ? "ok" : "refused", c->what,
		       c->detail[0] ? ": " : "", c->detail);
	}
}

/* Strings and numbers, and those of the objects inside. */
static void print_fields(json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (json_is_object(value))
			print_fields(value);
		else if (json_is_string(value))
			printf("%-18s %s\n", name, json_string_value(value));
		else if (json_is_integer(value))
			printf("%-18s %#llx\n", name,
			       (unsigned long long)json_integer_value(value));
	}
}

int owner_tell(const struct command *self, const struct owner_audit *audit, bool as_json,
	       json_t *more)
{
	const struct owner_check *failure = owner_audit_failure(audit);
	int status = EXIT_SUCCESS;

	if (as_json) {
		json_t *json = audit_to_json(audit);

		json_object_update(json, more);
		status = owner_print_json(self, json);
	} else {
		print_audit(audit);
		print_fields(more);
	}
	json_decref(more);
	if (owner_audit_accepted(audit))
		return status;
	fprintf(stderr, "%s: refused: %s%s%s\n", self->name,
		failure ? failure->what : "nothing checked",
		failure && failure->detail[0] ? ": " : "", failure ? failure->detail : "");
	return EXIT_FAILURE;
}
