/* SPDX-License-Identifier: MIT */
/* One table of options; those that take a number apart from the others. */
#include "tools/run_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* -- words to numbers ------------------------------------------------------------------------- */

static bool parse_number(const char *word, u64 max, u64 *v)
{
	char *end;

	errno = 0;
	*v = strtoull(word, &end, 0);
	return errno == 0 && end != word && *end == '\0' && word[0] != '-' && *v <= max;
}

/* "512M", "2G"; without a letter it is MiB. */
static bool parse_size(const char *word, u64 *bytes)
{
	char *end;
	u64 v;

	errno = 0;
	v = strtoull(word, &end, 10);
	if (errno != 0 || end == word || word[0] == '-' || v > MEMORY_MAX)
		return false;
	if (strcmp(end, "G") == 0)
		*bytes = v << 30;
	else if (strcmp(end, "K") == 0)
		*bytes = v << 10;
	else if (strcmp(end, "M") == 0 || *end == '\0')
		*bytes = v << 20;
	else
		return false;
	return *bytes <= MEMORY_MAX;
}

static bool parse_seconds(const char *word, double *v)
{
	char *end;

	*v = strtod(word, &end);
	return end != word && *end == '\0' && *v > 0 && *v < 1e9;
}

/* -- options ---------------------------------------------------------------------------------- */

enum {
	OPT_NONE = 1,
	OPT_SEV,
	OPT_KERNEL,
	OPT_INITRD,
	OPT_APPEND,
	OPT_FLAT,
	OPT_MEMORY,
	OPT_CPUS,
	OPT_CPU,
	OPT_CBIT,
	OPT_DISK,
	OPT_NET,
	OPT_PORT_FORWARD,
	OPT_DRAM_FILE,
	OPT_CACHE_SIZE,
	OPT_SCATTER,
	OPT_SMALL_PAGES,
	OPT_SEED,
	OPT_STATE,
	OPT_POLICY,
	OPT_LAUNCH_DIGEST,
	OPT_TIMEOUT,
	OPT_DEBUG_EXIT,
	OPT_QUIET,
	OPT_JSON,
};

static const struct option options[] = {
	{"none", no_argument, NULL, OPT_NONE},
	{"sev", no_argument, NULL, OPT_SEV},
	{"kernel", required_argument, NULL, OPT_KERNEL},
	{"initrd", required_argument, NULL, OPT_INITRD},
	{"append", required_argument, NULL, OPT_APPEND},
	{"flat", no_argument, NULL, OPT_FLAT},
	{"memory", required_argument, NULL, OPT_MEMORY},
	{"cpus", required_argument, NULL, OPT_CPUS},
	{"cpu", required_argument, NULL, OPT_CPU},
	{"cbit", required_argument, NULL, OPT_CBIT},
	{"disk", required_argument, NULL, OPT_DISK},
	{"net", required_argument, NULL, OPT_NET},
	{"port-forward", required_argument, NULL, OPT_PORT_FORWARD},
	{"dram-file", required_argument, NULL, OPT_DRAM_FILE},
	{"cache-size", required_argument, NULL, OPT_CACHE_SIZE},
	{"scatter", no_argument, NULL, OPT_SCATTER},
	{"small-pages", no_argument, NULL, OPT_SMALL_PAGES},
	{"seed", required_argument, NULL, OPT_SEED},
	{"state", required_argument, NULL, OPT_STATE},
	{"policy", required_argument, NULL, OPT_POLICY},
	{"launch-digest", no_argument, NULL, OPT_LAUNCH_DIGEST},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"debug-exit", required_argument, NULL, OPT_DEBUG_EXIT},
	{"quiet", no_argument, NULL, OPT_QUIET},
	{"json", no_argument, NULL, OPT_JSON},
	COMMAND_OPTIONS_END,
};

/* "FILE" or "FILE,ro"; the word is the command line's own and may be cut. */
static int add_disk(struct run_options *r, char *word)
{
	struct machine_config *m = &r->vm_cfg.machine;
	size_t len = strlen(word);
	bool read_only = len > 3 && strcmp(word + len - 3, ",ro") == 0;

	if (m->disks == MACHINE_DISKS_MAX)
		return command_misused(r->self, "more than %d disks", MACHINE_DISKS_MAX);
	if (read_only)
		word[len - 3] = '\0';
	m->disk[m->disks++] = (struct machine_disk){word, read_only};
	return 0;
}

static int add_forward(struct run_options *r, const char *rule)
{
	if (r->forwards == RUN_FORWARDS_MAX)
		return command_misused(r->self, "more than %d forwarded ports", RUN_FORWARDS_MAX);
	r->forward[r->forwards++] = rule;
	r->vm_cfg.machine.forwards = r->forward;
	r->vm_cfg.machine.has_net = true;
	return 0;
}

static int bad_value(const struct run_options *r, const char *option)
{
	return command_misused(r->self, "%s: '%s' makes no sense", option, optarg);
}

static int take_number(const struct run_options *r, const char *option, u64 max, u64 *v)
{
	return parse_number(optarg, max, v) ? 0 : bad_value(r, option);
}

/* Options that take a number; the others in take_option(). */
static int take_numbers(struct run_options *r, int opt)
{
	u64 v = 0;
	int rc = 0;

	switch (opt) {
	case OPT_MEMORY:
		return parse_size(optarg, &r->vm_cfg.memory) ? 0 : bad_value(r, "--memory");
	case OPT_CPUS:
		rc = take_number(r, "--cpus", VM_CPUS_MAX, &v);
		r->vm_cfg.cpus = (unsigned)v;
		return rc == 0 && v == 0 ? bad_value(r, "--cpus") : rc;
	case OPT_CBIT:
		rc = take_number(r, "--cbit", 63, &v);
		r->chip_cfg.c_bit = (unsigned)v;
		return rc == 0 && v != 47 && v != 51 ? bad_value(r, "--cbit") : rc;
	case OPT_CACHE_SIZE:
		if (!parse_size(optarg, &v) || v < CHIP_CACHE_PAGES_MIN * PAGE_SIZE)
			return bad_value(r, "--cache-size");
		r->chip_cfg.cache_pages = v / PAGE_SIZE;
		return 0;
	case OPT_POLICY:
		rc = take_number(r, "--policy", 0xffffffff, &v);
		r->vm_cfg.launch.owner.policy = (u32)v;
		return rc;
	case OPT_TIMEOUT:
		return parse_seconds(optarg, &r->timeout) ? 0 : bad_value(r, "--timeout");
	default: /* OPT_DEBUG_EXIT */
		rc = take_number(r, "--debug-exit", 0xffff, &v);
		r->vm_cfg.machine.has_debug_exit = true;
		r->vm_cfg.machine.debug_exit_port = (u16)v;
		return rc;
	}
}

static int take_option(struct run_options *r, int opt)
{
	switch (opt) {
	case OPT_NONE:
	case OPT_SEV:
		r->vm_cfg.sev = opt == OPT_SEV;
		return 0;
	case OPT_KERNEL:
		r->vm_cfg.boot.kernel = optarg;
		return 0;
	case OPT_INITRD:
		r->vm_cfg.boot.initrd = optarg;
		return 0;
	case OPT_APPEND:
		r->vm_cfg.boot.cmdline = optarg;
		return 0;
	case OPT_FLAT:
		r->vm_cfg.boot.format = BOOT_FORMAT_FLAT;
		return 0;
	case OPT_CPU:
		r->chip_cfg.model = optarg;
		return 0;
	case OPT_DISK:
		return add_disk(r, optarg);
	case OPT_NET:
		r->vm_cfg.machine.has_net = true;
		return strcmp(optarg, "user") == 0 ? 0 : bad_value(r, "--net");
	case OPT_PORT_FORWARD:
		return add_forward(r, optarg);
	case OPT_DRAM_FILE:
		r->chip_cfg.dram_file = optarg;
		return 0;
	case OPT_SCATTER:
		r->vm_cfg.placement = MEMORY_SCATTERED;
		return 0;
	case OPT_SMALL_PAGES:
		r->vm_cfg.small_pages = true;
		return 0;
	case OPT_SEED:
		r->chip_cfg.seed = optarg;
		return 0;
	case OPT_STATE:
		r->chip_cfg.state_dir = optarg;
		return 0;
	case OPT_LAUNCH_DIGEST:
		r->launch_digest = true;
		return 0;
	case OPT_QUIET:
		r->quiet = true;
		return 0;
	case OPT_JSON:
		r->json = true;
		return 0;
	default:
		return take_numbers(r, opt);
	}
}

static int check_options(struct run_options *r)
{
	u64 memory = r->vm_cfg.memory;

	if (!r->vm_cfg.boot.kernel)
		return command_misused(r->self, "no --kernel given");
	if (memory < MIB(4) || !is_aligned(memory, PAGE_2M_SIZE))
		return command_misused(r->self,
				       "--memory: %llu KiB; it takes 4M or more, in steps of 2M",
				       (unsigned long long)memory >> 10);
	if (r->launch_digest && !r->vm_cfg.sev)
		return command_misused(r->self, "--launch-digest: it takes an encrypted guest");
	r->chip_cfg.cores = r->vm_cfg.cpus;
	r->chip_cfg.dram_size = vm_dram_size(memory, r->vm_cfg.cpus);
	return 0;
}

bool run_options_parse(struct run_options *r, const struct command *self, int argc, char **argv,
		       int *status)
{
	int opt;

	*r = (struct run_options){
		.self = self,
		.vm_cfg = {.memory = MIB(512), .cpus = 1},
	};
	while ((opt = command_option(self, argc, argv, ":", options)) != OPT_END) {
		bool answered = opt == OPT_HELP || opt == OPT_BAD;

		*status = answered ? command_exit_status(opt) : take_option(r, opt);
		if (answered || *status != 0)
			return false;
	}
	*status = optind < argc ? command_misused(self, "unexpected word '%s'", argv[optind])
				: check_options(r);
	return *status == 0;
}
