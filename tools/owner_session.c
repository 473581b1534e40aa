/* SPDX-License-Identifier: MIT */
/* swsev owner session: what LAUNCH_START needs of the owner, and the keys that the owner keeps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/rng.h"
#include "owner/file.h"
#include "owner/session.h"
#include "owner/text.h"
#include "tools/owner.h"

enum { FILES_MAX = 4, PATH_SIZE = 4096 };

struct session_options {
	struct owner_certs *certs;
	const char *name;
	const char *dir;
	bool sev_tool; /* that program's file names, not sevctl's */
	bool unverified;
	bool force;
	u32 policy;
};

/* What goes where: the two halves of the session in base64 or as they are, and the keys. */
static size_t list_outputs(struct owner_output out[FILES_MAX], const struct owner_session *s,
			   bool sev_tool)
{
	if (sev_tool) {
		out[0] =
			(struct owner_output){"tmp_tk.bin", &s->keys, sizeof(s->keys), true, false};
		out[1] =
			(struct owner_output){"godh.cert", &s->godh, sizeof(s->godh), false, false};
		out[2] = (struct owner_output){"launch_blob.bin", &s->blob, sizeof(s->blob), false,
					       false};
		return 3;
	}
	out[0] = (struct owner_output){"tek.bin", s->keys.tek, sizeof(s->keys.tek), true, false};
	out[1] = (struct owner_output){"tik.bin", s->keys.tik, sizeof(s->keys.tik), true, false};
	out[2] = (struct owner_output){"godh.b64", &s->godh, sizeof(s->godh), false, true};
	out[3] = (struct owner_output){"session.b64", &s->blob, sizeof(s->blob), false, true};
	return 4;
}

static int write_session(const struct session_options *o, const struct owner_session *s,
			 struct error *err)
{
	char paths[FILES_MAX][PATH_SIZE];
	struct owner_output out[FILES_MAX];
	size_t count = list_outputs(out, s, o->sev_tool);
	int ret;

	for (size_t i = 0; i < count; i++) {
		int len = snprintf(paths[i], PATH_SIZE, "%s/%s%s%s", o->dir,
				   o->sev_tool ? "" : o->name, o->sev_tool ? "" : "_", out[i].path);

		if (len >= PATH_SIZE)
			return error_set(err, ENAMETOOLONG, "%.100s...: name too long", paths[i]);
		out[i].path = paths[i];
	}
	ret = owner_files_write(out, count, o->force, err);
	for (size_t i = 0; ret == 0 && i < count; i++)
		printf("%s\n", paths[i]);
	return ret;
}

/* The PDH must be tied to a root before keys are wrapped to it. */
static int check_chain(const struct session_options *o, struct owner_audit *audit,
		       struct error *err)
{
	if (!o->certs->sev.has[OWNER_CHAIN_PDH])
		return error_set(err, EINVAL, "no PDH among the certificates");
	owner_audit_init(audit);
	if (o->unverified)
		owner_audit_check(audit, true, "PDH is taken as it is", "--unverified");
	else if (owner_chain_verify(audit, &o->certs->sev, OWNER_CHAIN_PDH, &o->certs->trust) != 0)
		return error_set(err, EIO, "cannot verify: out of memory, or libcrypto failed");
	owner_audit_complete(audit);
	return 0;
}

static int make(const struct session_options *o, struct error *err)
{
	struct rng *rng = rng_new(NULL);
	struct owner_session s;
	int ret;

	if (!rng)
		return error_set(err, ENOMEM, "out of memory");
	ret = owner_session_new(&s, &o->certs->sev.pdh.key.ec, o->policy, rng, err);
	if (ret == 0)
		ret = write_session(o, &s, err);
	owner_session_wipe(&s);
	rng_free(rng);
	return ret;
}

static int run_session(const struct session_options *o, const struct command *self)
{
	struct owner_audit audit;
	struct error err;

	if (check_chain(o, &audit, &err) != 0)
		return owner_failed(self, &err);
	if (!owner_audit_accepted(&audit)) {
		const struct owner_check *c = owner_audit_failure(&audit);

		error_set(&err, EINVAL, "refused: %s: %s", c->what, c->detail);
		return owner_failed(self, &err);
	}
	/* The first check is about the root. */
	if (!o->unverified && (o->certs->trust.named || o->certs->trust.test_root))
		fprintf(stderr, "%s: note: the chain leads to %s\n", self->name,
			audit.checks[0].detail);
	return make(o, &err) ? owner_failed(self, &err) : EXIT_SUCCESS;
}

/* The chain's files, then the policy. */
static int read_words(struct session_options *o, const struct command *self, int count,
		      char **words)
{
	struct error err;
	u64 policy;

	if (count < 2)
		return command_misused(self, "expected a chain and a policy");
	if (owner_number_parse(&policy, words[count - 1], 0xffffffff, &err) != 0)
		return command_misused(self, "policy: %s", err.text);
	o->policy = (u32)policy;
	if (owner_policy_check(o->policy, &err) != 0)
		return owner_failed(self, &err);
	for (int i = 0; i < count - 1; i++)
		if (owner_certs_add(o->certs, words[i], &err) != 0)
			return owner_failed(self, &err);
	return COMMAND_GO_ON;
}

static int set_format(struct session_options *o, const struct command *self)
{
	o->sev_tool = strcmp(optarg, "sev-tool") == 0;
	if (!o->sev_tool && strcmp(optarg, "sevctl") != 0)
		return command_misused(self, "--format '%s' is neither sevctl nor sev-tool",
				       optarg);
	return COMMAND_GO_ON;
}

static int take_option(void *ctx, const struct command *self, int opt)
{
	struct session_options *o = ctx;
	int status;

	if (owner_certs_option(o->certs, self, opt, &status))
		return status;
	switch (opt) {
	case 'n':
		o->name = optarg;
		break;
	case 'd':
		o->dir = optarg;
		break;
	case 'f':
		return set_format(o, self);
	case 'u':
		o->unverified = true;
		break;
	default:
		o->force = true;
	}
	return COMMAND_GO_ON;
}

static int session_run(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		OWNER_CERT_OPTIONS,
		{"name", required_argument, NULL, 'n'},
		{"dir", required_argument, NULL, 'd'},
		{"format", required_argument, NULL, 'f'},
		{"unverified", no_argument, NULL, 'u'},
		{"force", no_argument, NULL, 'F'},
		COMMAND_OPTIONS_END,
	};
	struct session_options o = {
		.certs = owner_certs_new(self),
		.name = "vm",
		.dir = ".",
	};
	int status;

	if (!o.certs)
		return EXIT_FAILURE;
	status = command_read_options(self, argc, argv, options, take_option, &o);
	if (status == COMMAND_GO_ON)
		status = read_words(&o, self, argc - optind, argv + optind);
	if (status == COMMAND_GO_ON)
		status = run_session(&o, self);
	owner_certs_free(o.certs);
	return status;
}

const struct command owner_session_command = {
	.name = "swsev owner session",
	.help = "keys for one launch, and what the platform needs to unwrap them",
	.usage =
		"Usage: swsev owner session [OPTION]... CHAIN... POLICY\n"
		"\n"
		"Verifies a platform's certificates, draws transport keys for one guest and wraps "
		"them for\n"
		"the platform, bound to the policy (a number, 0x for hexadecimal).  Writes what "
		"sevctl does:\n"
		"\n"
		"  NAME_godh.b64, NAME_session.b64    for the hypervisor\n"
		"  NAME_tek.bin, NAME_tik.bin         for the owner alone (mode 0600)\n"
		"\n"
		"Options:\n"
		"  --name NAME        first part of the file names (default: vm)\n"
		"  --dir DIR          where to put them (default: here)\n"
		"  --format FORMAT    sevctl, or sev-tool: launch_blob.bin, godh.cert, tmp_tk.bin\n"
		"  --force            replace files that exist\n"
		"  --unverified       take the PDH as it is: anybody may hold its private "
		"half\n" OWNER_CERT_USAGE "  --help             print this and exit\n",
	.run = session_run,
};
