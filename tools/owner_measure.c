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
#include "owner/ovmf.h"
#include "owner/text.h"
#include "owner/vmsa.h"
#include "tools/owner.h"

enum {
	DATA_MAX = 32,   /* files of --data and --vmsa, each */
	VCPUS_MAX = 512, /* as many as there are ASIDs and more */
	PIECES_MAX = 2 + DATA_MAX + VCPUS_MAX,
	IMAGE_MAX = 1 << 30, /* bytes of one file */
};

struct measure_options {
	const char *firmware, *kernel, *initrd, *append;
	const char *data[DATA_MAX], *vmsa[DATA_MAX];
	size_t data_count, vmsa_count;
	u64 vcpus;
	struct owner_vcpu vcpu;
	bool has_cpu, has_policy, has_digest, has_tik, has_nonce, has_returned, json;
	struct owner_launch launch;
	u8 tik[SEV_KEY_SIZE];
	u8 nonce[16];
	struct sev_measurement returned;
};

/* What is launched, and what holds its bytes. */
struct pieces {
	struct owner_piece list[PIECES_MAX];
	size_t count;
	struct owner_file files[1 + 2 * DATA_MAX];
	size_t file_count;
	u8 hashes[SEV_HASH_TABLE_PADDED];
	struct vmsa boot_cpu, other_cpu;
};

static void pieces_free(struct pieces *p)
{
	for (size_t i = 0; p && i < p->file_count; i++)
		owner_file_fini(&p->files[i]);
	free(p);
}

static void add_piece(struct pieces *p, u64 gpa, const void *bytes, size_t len)
{
	p->list[p->count++] = (struct owner_piece){GPA(gpa), bytes, len};
}

/* A file of a size that one command takes: whole blocks, or exactly `size` bytes if that is not 0. */
static int add_file(struct pieces *p, const char *path, size_t size, u64 end, struct error *err)
{
	struct owner_file *f = &p->files[p->file_count];
	int ret = owner_file_read(f, path, IMAGE_MAX, err);

	if (ret)
		return ret;
	p->file_count++;
	if (size != 0 && f->len != size)
		return error_set(err, EINVAL, "%s: %zu bytes, expected %zu", path, f->len, size);
	if (f->len == 0 || f->len % SEV_BLOCK != 0)
		return error_set(err, EINVAL, "%s: %zu bytes, expected a multiple of 16", path,
				 f->len);
	add_piece(p, end ? end - f->len : 0, f->bytes, f->len);
	return 0;
}

static int hash_boot(struct pieces *p, const struct measure_options *o, struct error *err)
{
	struct owner_file kernel = {0}, initrd = {0};
	int ret = owner_file_read(&kernel, o->kernel, IMAGE_MAX, err);

	if (ret == 0 && o->initrd)
		ret = owner_file_read(&initrd, o->initrd, IMAGE_MAX, err);
	if (ret == 0) {
		struct owner_boot boot = {
			.kernel = kernel.bytes,
			.kernel_len = kernel.len,
			.initrd = initrd.bytes,
			.initrd_len = initrd.len,
			.cmdline = o->append ? o->append : "",
		};

		ret = owner_hash_table(p->hashes, &boot);
		if (ret)
			error_set(err, -ret, "cannot hash the kernel: %s", strerror(-ret));
	}
	owner_file_fini(&kernel);
	owner_file_fini(&initrd);
	return ret;
}

static int add_boot(struct pieces *p, const struct measure_options *o,
		    const struct owner_ovmf *ovmf, struct error *err)
{
	int ret;

	if (!o->kernel)
		return 0;
	if (ovmf->hashes.size == 0)
		return error_set(err, EINVAL,
				 "%s: has no place for the hashes of a kernel, which a launch with "
				 "a kernel needs",
				 o->firmware);
	ret = hash_boot(p, o, err);
	if (ret == 0)
		add_piece(p, ovmf->hashes.base, p->hashes, sizeof(p->hashes));
	return ret;
}

static int add_firmware(struct pieces *p, const struct measure_options *o, struct owner_ovmf *ovmf,
			struct error *err)
{
	struct error said = {0};
	int ret;

	memset(ovmf, 0, sizeof(*ovmf));
	if (!o->firmware)
		return 0;
	ret = add_file(p, o->firmware, 0, GIB(4), err);
	if (ret)
		return ret;
	ret = owner_ovmf_parse(ovmf, p->list[0].bytes, p->list[0].len, &said);
	if (ret)
		return error_set(err, -ret, "%s: %.300s", o->firmware, said.text);
	return add_boot(p, o, ovmf, err);
}

/* The boot CPU starts at the reset vector, the others where the firmware says. */
static int add_vcpus(struct pieces *p, const struct measure_options *o,
		     const struct owner_ovmf *ovmf, struct error *err)
{
	struct owner_vcpu other = o->vcpu;

	if (o->vcpus > 1 && ovmf->reset_addr == 0)
		return error_set(err, EINVAL, "%s: says not where CPUs other than the first start",
				 o->firmware ? o->firmware : "no --firmware");
	other.start = ovmf->reset_addr;
	owner_vmsa_reset(&p->boot_cpu, &o->vcpu);
	owner_vmsa_reset(&p->other_cpu, &other);
	for (u64 i = 0; i < o->vcpus; i++)
		add_piece(p, VMSA_RESET_GPA, i == 0 ? &p->boot_cpu : &p->other_cpu, SEV_VMSA_SIZE);
	return 0;
}

/* In the order in which a hypervisor launches: firmware, hashes, other data, save areas. */
static int collect(struct pieces *p, const struct measure_options *o, struct error *err)
{
	struct owner_ovmf ovmf;
	int ret = add_firmware(p, o, &ovmf, err);

	for (size_t i = 0; ret == 0 && i < o->data_count; i++)
		ret = add_file(p, o->data[i], 0, 0, err);
	for (size_t i = 0; ret == 0 && i < o->vmsa_count; i++)
		ret = add_file(p, o->vmsa[i], SEV_VMSA_SIZE, 0, err);
	return ret ? ret : add_vcpus(p, o, &ovmf, err);
}

static int digest(struct measure_options *o, struct error *err)
{
	struct pieces *p = calloc(1, sizeof(*p));
	int ret;

	if (!p)
		return error_set(err, ENOMEM, "out of memory");
	ret = collect(p, o, err);
	if (ret == 0)
		ret = owner_launch_digest(&o->launch.ld, p->list, p->count, err);
	pieces_free(p);
	return ret;
}

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

	if (!o->has_digest && digest(o, &err) != 0)
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
	bool launched = o->firmware || o->data_count > 0 || o->vmsa_count > 0 || o->vcpus > 0;

	if (o->has_digest == launched)
		return command_misused(self, launched
						     ? "--launch-digest stands for what is launched"
						     : "nothing that is launched is given");
	if ((o->kernel && !o->firmware) || ((o->initrd || o->append) && !o->kernel))
		return command_misused(self, "--initrd and --append need --kernel, and that "
					     "needs --firmware");
	if (o->vcpus > 0 && (!o->has_cpu || o->vmsa_count > 0))
		return command_misused(self, "--vcpus needs --cpu or --vcpu-sig, and no --vmsa");
	if (o->has_policy && (o->launch.policy & SEV_POLICY_ES) && !o->has_digest &&
	    o->vcpus == 0 && o->vmsa_count == 0)
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
	{"nonce", required_argument, NULL, OPT_NONCE},
	{"launch-measure-blob", required_argument, NULL, OPT_BLOB},
	{"json", no_argument, NULL, OPT_JSON},
	COMMAND_OPTIONS_END,
};

static int take_path(const char **list, size_t *count, const struct command *self)
{
	if (*count == DATA_MAX)
		return command_misused(self, "more than %d files", DATA_MAX);
	list[(*count)++] = optarg;
	return COMMAND_GO_ON;
}

/* An option that is a file's name, or a switch. */
static int take_plain(struct measure_options *o, const struct command *self, int opt)
{
	switch (opt) {
	case OPT_FIRMWARE:
		o->firmware = optarg;
		break;
	case OPT_KERNEL:
		o->kernel = optarg;
		break;
	case OPT_INITRD:
		o->initrd = optarg;
		break;
	case OPT_APPEND:
		o->append = optarg;
		break;
	case OPT_DATA:
		return take_path(o->data, &o->data_count, self);
	case OPT_VMSA:
		return take_path(o->vmsa, &o->vmsa_count, self);
	case OPT_NO_FPU:
		o->vcpu.no_fpu = true;
		break;
	default:
		o->json = true;
	}
	return COMMAND_GO_ON;
}

/* Keys and measurements; -EINVAL or what the system said. */
static int take_blob(struct measure_options *o, int opt, struct error *err)
{
	size_t len;

	switch (opt) {
	case OPT_DIGEST:
		o->has_digest = true;
		return owner_option_hex(o->launch.ld.b, sizeof(o->launch.ld.b), "--launch-digest",
					err);
	case OPT_TIK:
		o->has_tik = true;
		return owner_file_read_exact(o->tik, sizeof(o->tik), optarg, err);
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
		return owner_option_number(&o->vcpus, "--vcpus", VCPUS_MAX, err);
	case OPT_CPU:
		o->has_cpu = true;
		return owner_vcpu_signature(&o->vcpu.signature, optarg, err);
	case OPT_VCPU_SIG:
		o->has_cpu = true;
		ret = owner_option_number(&v, "--vcpu-sig", 0xffffffff, err);
		o->vcpu.signature = (u32)v;
		return ret;
	case OPT_FEATURES:
		return owner_option_number(&o->vcpu.features, "--sev-features", ~0ull, err);
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
		return take_blob(o, opt, &err) ? owner_failed(self, &err) : COMMAND_GO_ON;
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
	struct measure_options o = {.vcpu.start = OWNER_BOOT_CPU_START};
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
