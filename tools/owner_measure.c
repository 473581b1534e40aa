/* SPDX-License-Identifier: MIT */
/*
 * swsev owner measure: the launch digest and measurement that a guest must have, and whether the
 * returned one is that.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "owner/file.h"
#include "owner/measure.h"
#include "owner/text.h"
#include "tools/owner.h"
#include "tools/owner_launch.h"

struct measure_options {
	struct launch_files files;
	bool has_cpu, has_policy, has_digest, has_tik, has_nonce, has_returned, json;
	struct owner_launch launch;
	u8 tik[SEV_KEY_SIZE];
	u8 nonce[16];
	struct sev_measurement returned;
};

static int tell(const struct measure_options *o, const struct command *self,
		const struct sev_measurement *m)
{
	char hex[2 * SEV_DIGEST_SIZE + 1], b64[OWNER_BASE64_SIZE(sizeof(*m))] = "";

	owner_hex_format(hex, o->launch.ld.b, sizeof(o->launch.ld.b));
	if (m)
		owner_base64_format(b64, m, sizeof(*m));
	if (o->json)
		return owner_print_json(self, json_pack("{s:s, s:s?}", "launch_digest", hex,
							"measurement", m ? b64 : NULL));
	printf("%-14s %s\n", "launch digest", hex);
	if (m)
		printf("%-14s %s\n", "measurement", b64);
	return EXIT_SUCCESS;
}

/* Says what was found, for a measurement that came back from a launch. */
static int judge(const struct measure_options *o, const struct command *self)
{
	struct owner_audit audit;
	struct error err;
	bool equal;

	if (owner_measure_verify(&equal, &o->returned, &o->launch, o->tik, &err) != 0)
		return owner_failed(self, &err);
	owner_audit_init(&audit);
	owner_audit_check(&audit, equal, "measurement", "%s",
			  equal ? "is that of the expected launch"
				: "is not that of the expected launch under this key");
	owner_audit_complete(&audit);
	return owner_tell(self, &audit, o->json,
			  json_pack("{s:o}", "launch_digest",
				    owner_json_hex(o->launch.ld.b, sizeof(o->launch.ld.b))));
}

static int run_measure(struct measure_options *o, const struct command *self)
{
	struct sev_measurement m;
	struct error err;

	if (!o->has_digest && launch_files_digest(&o->launch.ld, &o->files, &err) != 0)
		return owner_failed(self, &err);
	if (!o->has_tik)
		return tell(o, self, NULL);
	if (o->has_returned)
		return judge(o, self);
	if (owner_measure(&m, &o->launch, o->tik, o->nonce, &err) != 0)
		return owner_failed(self, &err);
	return tell(o, self, &m);
}

/* What belongs together on the command line. */
static int check_options(const struct measure_options *o, const struct command *self)
{
	bool launched = o->files.firmware || o->files.data_count > 0 || o->files.vmsa_count > 0 ||
			o->files.vcpus > 0;

	if (o->has_digest == launched)
		return command_misused(self, launched
						     ? "--launch-digest stands for what is launched"
						     : "nothing that is launched is given");
	if ((o->files.kernel && !o->files.firmware) ||
	    ((o->files.initrd || o->files.append) && !o->files.kernel))
		return command_misused(self, "--initrd and --append need --kernel, and that "
					     "needs --firmware");
	if (o->files.vcpus > 0 && (!o->has_cpu || o->files.vmsa_count > 0))
		return command_misused(self, "--vcpus needs --cpu or --vcpu-sig, and no --vmsa");
	if (o->has_policy && (o->launch.policy & SEV_POLICY_ES) && !o->has_digest &&
	    o->files.vcpus == 0 && o->files.vmsa_count == 0)
		return command_misused(self, "the policy is of SEV-ES: give --vmsa or --vcpus");
	if (o->has_tik && !o->has_nonce && !o->has_returned)
		return command_misused(self, "--tik needs --nonce or --launch-measure-blob");
	if (o->has_tik && !o->has_policy)
		return command_misused(self, "--tik needs --policy");
	if ((o->has_nonce || o->has_returned) && !o->has_tik)
		return command_misused(self, "a measurement needs --tik");
	return COMMAND_GO_ON;
}

enum {
	OPT_FIRMWARE = 400,
	OPT_KERNEL,
	OPT_INITRD,
	OPT_APPEND,
	OPT_DATA,
	OPT_VMSA,
	OPT_VCPUS,
	OPT_CPU,
	OPT_VCPU_SIG,
	OPT_FEATURES,
	OPT_NO_FPU,
	OPT_DIGEST,
	OPT_API_MAJOR,
	OPT_API_MINOR,
	OPT_BUILD,
	OPT_POLICY,
	OPT_TIK,
	OPT_TK,
	OPT_NONCE,
	OPT_BLOB,
	OPT_JSON,
};

static const struct option measure_table[] = {
	{"firmware", required_argument, NULL, OPT_FIRMWARE},
	{"kernel", required_argument, NULL, OPT_KERNEL},
	{"initrd", required_argument, NULL, OPT_INITRD},
	{"append", required_argument, NULL, OPT_APPEND},
	{"data", required_argument, NULL, OPT_DATA},
	{"vmsa", required_argument, NULL, OPT_VMSA},
	{"vcpus", required_argument, NULL, OPT_VCPUS},
	{"cpu", required_argument, NULL, OPT_CPU},
	{"vcpu-sig", required_argument, NULL, OPT_VCPU_SIG},
	{"sev-features", required_argument, NULL, OPT_FEATURES},
	{"no-fpu", no_argument, NULL, OPT_NO_FPU},
	{"launch-digest", required_argument, NULL, OPT_DIGEST},
	{"api-major", required_argument, NULL, OPT_API_MAJOR},
	{"api-minor", required_argument, NULL, OPT_API_MINOR},
	{"build-id", required_argument, NULL, OPT_BUILD},
	{"policy", required_argument, NULL, OPT_POLICY},
	{"tik", required_argument, NULL, OPT_TIK},
	{"tk", required_argument, NULL, OPT_TK},
	{"nonce", required_argument, NULL, OPT_NONCE},
	{"launch-measure-blob", required_argument, NULL, OPT_BLOB},
	{"json", no_argument, NULL, OPT_JSON},
	COMMAND_OPTIONS_END,
};

static int take_path(const char **list, size_t *count, const struct command *self)
{
	if (*count == LAUNCH_FILES_MAX)
		return command_misused(self, "more than %d files", LAUNCH_FILES_MAX);
	list[(*count)++] = optarg;
	return COMMAND_GO_ON;
}

/* An option that is a file's name, or a switch. */
static int take_plain(struct measure_options *o, const struct command *self, int opt)
{
	switch (opt) {
	case OPT_FIRMWARE:
		o->files.firmware = optarg;
		break;
	case OPT_KERNEL:
		o->files.kernel = optarg;
		break;
	case OPT_INITRD:
		o->files.initrd = optarg;
		break;
	case OPT_APPEND:
		o->files.append = optarg;
		break;
	case OPT_DATA:
		return take_path(o->files.data, &o->files.data_count, self);
	case OPT_VMSA:
		return take_path(o->files.vmsa, &o->files.vmsa_count, self);
	case OPT_NO_FPU:
		o->files.vcpu.no_fpu = true;
		break;
	default:
		o->json = true;
	}
	return COMMAND_GO_ON;
}

static int take_key(struct measure_options *o, int opt, struct error *err)
{
	struct sev_transport_keys keys;
	int ret;

	o->has_tik = true;
	if (opt == OPT_TIK)
		return owner_file_read_exact(o->tik, sizeof(o->tik), optarg, err);
	ret = owner_file_read_exact(&keys, sizeof(keys), optarg, err);
	if (ret == 0)
		memcpy(o->tik, keys.tik, sizeof(o->tik));
	secret_wipe(&keys, sizeof(keys));
	return ret;
}

/* Digests and measurements; -EINVAL or what the system said. */
static int take_blob(struct measure_options *o, int opt, struct error *err)
{
	size_t len;

	switch (opt) {
	case OPT_DIGEST:
		o->has_digest = true;
		return owner_option_hex(o->launch.ld.b, sizeof(o->launch.ld.b), "--launch-digest",
					err);
	case OPT_NONCE:
		o->has_nonce = true;
		if (owner_hex_parse(o->nonce, sizeof(o->nonce), optarg, NULL) == 0)
			return 0;
		if (owner_base64_parse(o->nonce, sizeof(o->nonce), &len, optarg, strlen(optarg),
				       NULL) == 0 &&
		    len == sizeof(o->nonce))
			return 0;
		return error_set(err, EINVAL,
				 "--nonce: neither 32 hexadecimal digits nor 16 "
				 "bytes of base64");
	default:
		o->has_returned = true;
		if (owner_base64_parse((u8 *)&o->returned, sizeof(o->returned), &len, optarg,
				       strlen(optarg), err) == 0 &&
		    len == sizeof(o->returned))
			return 0;
		return error_set(err, EINVAL,
				 "--launch-measure-blob: not base64 of 48 bytes (64 characters)");
	}
}

static int take_number(struct measure_options *o, int opt, struct error *err)
{
	u64 v = 0;
	int ret;

	switch (opt) {
	case OPT_VCPUS:
		return owner_option_number(&o->files.vcpus, "--vcpus", LAUNCH_VCPUS_MAX, err);
	case OPT_CPU:
		o->has_cpu = true;
		return owner_vcpu_signature(&o->files.vcpu.signature, optarg, err);
	case OPT_VCPU_SIG:
		o->has_cpu = true;
		ret = owner_option_number(&v, "--vcpu-sig", 0xffffffff, err);
		o->files.vcpu.signature = (u32)v;
		return ret;
	case OPT_FEATURES:
		return owner_option_number(&o->files.vcpu.features, "--sev-features", ~0ull, err);
	case OPT_API_MAJOR:
		ret = owner_option_number(&v, "--api-major", 255, err);
		o->launch.api_major = (u8)v;
		return ret;
	case OPT_API_MINOR:
		ret = owner_option_number(&v, "--api-minor", 255, err);
		o->launch.api_minor = (u8)v;
		return ret;
	case OPT_BUILD:
		ret = owner_option_number(&v, "--build-id", 255, err);
		o->launch.build = (u8)v;
		return ret;
	default:
		o->has_policy = true;
		ret = owner_option_number(&v, "--policy", 0xffffffff, err);
		o->launch.policy = (u32)v;
		return ret;
	}
}

static int take_option(void *ctx, const struct command *self, int opt)
{
	struct measure_options *o = ctx;
	struct error err;

	switch (opt) {
	case OPT_VCPUS:
	case OPT_CPU:
	case OPT_VCPU_SIG:
	case OPT_FEATURES:
	case OPT_API_MAJOR:
	case OPT_API_MINOR:
	case OPT_BUILD:
	case OPT_POLICY:
		return take_number(o, opt, &err) ? command_misused(self, "%s", err.text)
						 : COMMAND_GO_ON;
	case OPT_TIK:
	case OPT_TK:
		return take_key(o, opt, &err) ? owner_failed(self, &err) : COMMAND_GO_ON;
	case OPT_DIGEST:
	case OPT_NONCE:
	case OPT_BLOB:
		return take_blob(o, opt, &err) ? command_misused(self, "%s", err.text)
					       : COMMAND_GO_ON;
	default:
		return take_plain(o, self, opt);
	}
}

static int measure_run(const struct command *self, int argc, char **argv)
{
	struct measure_options o = {.files.vcpu.start = OWNER_BOOT_CPU_START};
	int status = command_read_options(self, argc, argv, measure_table, take_option, &o);

	if (status == COMMAND_GO_ON && optind < argc)
		status = command_misused(self, "unexpected word '%s'", argv[optind]);
	if (status == COMMAND_GO_ON)
		status = check_options(&o, self);
	if (status == COMMAND_GO_ON)
		status = run_measure(&o, self);
	secret_wipe(o.tik, sizeof(o.tik));
	return status;
}

const struct command owner_measure_command = {
	.name = "swsev owner measure",
	.help = "the digest and measurement that a launch must have; verify a returned one",
	.usage = "Usage: swsev owner measure [OPTION]...\n"
		 "\n"
		 "Computes the digest of what a hypervisor launches and, with the session's TIK, "
		 "the\n"
		 "measurement that firmware must return for it.  With --launch-measure-blob it is "
		 "verified.\n"
		 "\n"
		 "What is launched, hashed in this order:\n"
		 "  --firmware FILE    firmware image, as OVMF\n"
		 "  --kernel FILE      booted directly: the image's table of hashes is filled\n"
		 "  --initrd FILE      its initial RAM disk\n"
		 "  --append TEXT      its command line\n"
		 "  --data FILE        other launched memory; may be repeated\n"
		 "  --vmsa FILE        save area of a vCPU (SEV-ES); repeated for each, in order\n"
		 "  --vcpus N          instead: N save areas as a Linux host with QEMU makes them\n"
		 "  --cpu NAME         their CPU: naples, rome, milan, genoa, turin, EPYC-Milan, "
		 "...\n"
		 "  --vcpu-sig N       instead of a name: CPUID Fn0000_0001 EAX\n"
		 "  --sev-features N   their SEV_FEATURES (default: 0)\n"
		 "  --no-fpu           as a host makes them that used SEV_ES_INIT, not SEV_INIT2\n"
		 "  --launch-digest HEX  instead of all these\n"
		 "\n"
		 "The measurement:\n"
		 "  --tik FILE         transport integrity key of the session\n"
		 "  --tk FILE          instead: both keys, as sev-tool's tmp_tk.bin\n"
		 "  --policy N         policy of the session\n"
		 "  --api-major N      firmware that measures, as the platform's status tells it:\n"
		 "  --api-minor N      API version (at least 0.17)\n"
		 "  --build-id N       and build\n"
		 "  --nonce VALUE      16 bytes, hexadecimal or base64\n"
		 "  --launch-measure-blob BASE64  what the launch returned: 48 bytes\n"
		 "\n"
		 "  --json             print one JSON object\n"
		 "  --help             print this and exit\n",
	.run = measure_run,
};
