/* SPDX-License-Identifier: MIT */
/*
 * swsev run: a guest on a socket of its own, from its kernel to its power-off.
 *
 * The words of the command line become a chip_config and a vm_config; hv/ does the rest.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "chip/platform.h"
#include "hv/vm.h"
#include "tools/command.h"
#include "tools/run_console.h"
#include "tools/run_launch.h"
#include "tools/run_report.h"

/* Beside 0 for a power-off, the guest's own code for a debug exit, and EXIT_USAGE. */
enum { EXIT_SHUTDOWN = 3, EXIT_TIMEOUT = 4 };

struct run {
	const struct command *self;
	struct chip_config chip_cfg;
	struct vm_config vm_cfg;
	double timeout; /* seconds; 0: none */
	bool quiet, json, launch_digest;

	struct chip *chip;
	struct vm *vm;
	struct run_console console;
	struct run_launch launch;
	struct timespec started, cpu_started;
};

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
static int add_disk(struct run *r, char *word)
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

static int bad_value(const struct run *r, const char *option)
{
	return command_misused(r->self, "%s: '%s' makes no sense", option, optarg);
}

static int take_number(const struct run *r, const char *option, u64 max, u64 *v)
{
	return parse_number(optarg, max, v) ? 0 : bad_value(r, option);
}

/* Options that take a number; the others in take_option(). */
static int take_numbers(struct run *r, int opt)
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

static int take_option(struct run *r, int opt)
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

static int check_options(struct run *r)
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

/* -- one run ---------------------------------------------------------------------------------- */

static double seconds_since(const struct timespec *t, clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)(now.tv_sec - t->tv_sec) + (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

static struct run_report report_of(const struct run *r, enum vm_ended ended)
{
	return (struct run_report){
		.vm = r->vm,
		.launch = r->vm_cfg.sev ? &r->launch : NULL,
		.ended = ended,
		.seconds = seconds_since(&r->started, CLOCK_MONOTONIC),
		.cpu_seconds = seconds_since(&r->cpu_started, CLOCK_PROCESS_CPUTIME_ID),
	};
}

static size_t console_input(void *ctx, const void *data, size_t len)
{
	struct run *r = ctx;

	return serial_input(r->vm->machine.serial, data, len);
}

static void console_quit(void *ctx)
{
	struct run *r = ctx;

	vm_end(r->vm, VM_ENDED_STOPPED, 0);
}

static void console_timeout(void *ctx)
{
	struct run *r = ctx;

	vm_end(r->vm, VM_ENDED_TIMEOUT, 0);
}

static void console_status(void *ctx)
{
	struct run *r = ctx;
	struct run_report report = report_of(r, VM_RUNNING);

	run_report_text(&report, stderr);
}

static const struct run_console_ops console_ops = {
	console_input,
	console_quit,
	console_timeout,
	console_status,
};

static int say(const struct run *r, const struct error *err)
{
	fprintf(stderr, "%s: %s\n", r->self->name, err->text);
	return EXIT_FAILURE;
}

static int exit_status(const struct run *r, enum vm_ended ended)
{
	switch (ended) {
	case VM_ENDED_POWER_OFF:
		return EXIT_SUCCESS;
	case VM_ENDED_DEBUG_EXIT:
		return (int)(r->vm->code & 0xff);
	case VM_ENDED_SHUTDOWN:
		return EXIT_SHUTDOWN;
	case VM_ENDED_TIMEOUT:
		return EXIT_TIMEOUT;
	case VM_ENDED_FAILED:
		return say(r, &r->vm->reason);
	default:
		return EXIT_FAILURE;
	}
}

static int report(const struct run *r, enum vm_ended ended)
{
	struct run_report rep = report_of(r, ended);
	int status = exit_status(r, ended);

	if (r->json && !run_report_json(&rep, stderr))
		return EXIT_FAILURE;
	if (!r->json && !r->quiet)
		run_report_text(&rep, stderr);
	return status;
}

static int print_digest(struct run *r)
{
	char text[65];

	run_launch_digest_text(&r->launch, text);
	printf("%s\n", text);
	vm_free(r->vm);
	return EXIT_SUCCESS;
}

/* From power-on to the end, which may be a reset: then *again. */
static int run_once(struct run *r, bool *again)
{
	struct error err = {.text = ""};
	enum vm_ended ended;
	int status;

	if (run_launch_init(&r->launch, &r->vm_cfg.launch, &err) != 0)
		return say(r, &err);
	r->vm = vm_new(r->chip, &r->vm_cfg, &err);
	run_launch_done(&r->launch);
	if (!r->vm)
		return say(r, &err);
	if (r->launch_digest)
		return print_digest(r);
	clock_gettime(CLOCK_MONOTONIC, &r->started);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &r->cpu_started);
	if (run_console_start(&r->console, &console_ops, r, &err) != 0)
		return say(r, &err);
	ended = vm_run(r->vm);
	run_console_stop(&r->console);
	*again = ended == VM_ENDED_RESET;
	status = report(r, ended);
	vm_free(r->vm);
	return status;
}

static int run_guest(struct run *r)
{
	struct error err = {.text = ""};
	bool again = false;
	int status;

	r->chip = chip_new(&r->chip_cfg, &err);
	if (!r->chip)
		return say(r, &err);
	r->vm_cfg.machine.console = run_console_output();
	if (run_console_init(&r->console, r->timeout, &err) != 0)
		return say(r, &err);
	do {
		again = false;
		status = run_once(r, &again);
	} while (again);
	run_console_fini(&r->console);
	chip_free(r->chip);
	return status;
}

static int run_run(const struct command *self, int argc, char **argv)
{
	struct run r = {
		.self = self,
		.vm_cfg = {.memory = MIB(512), .cpus = 1},
	};
	int opt, status;

	while ((opt = command_option(self, argc, argv, ":", options)) != OPT_END) {
		if (opt == OPT_HELP || opt == OPT_BAD)
			return command_exit_status(opt);
		status = take_option(&r, opt);
		if (status != 0)
			return status;
	}
	if (optind < argc)
		return command_misused(self, "unexpected word '%s'", argv[optind]);
	status = check_options(&r);
	return status == 0 ? run_guest(&r) : status;
}

const struct command run_command = {
	.name = "swsev run",
	.help = "run a guest",
	.usage = "Usage: swsev run --kernel FILE [OPTION]...\n"
		 "\n"
		 "Runs a guest.  Its serial port is stdin and stdout; on a terminal Ctrl-A x ends\n"
		 "the run and Ctrl-A c says how it stands.\n"
		 "\n"
		 "What runs:\n"
		 "  --kernel FILE     bzImage, ELF or multiboot kernel\n"
		 "  --flat            the kernel is a flat image, entered in 64-bit mode at 1 MiB\n"
		 "  --initrd FILE     initial RAM disk, or multiboot module\n"
		 "  --append TEXT     command line of the kernel\n"
		 "\n"
		 "On what:\n"
		 "  --none            without encryption (the default)\n"
		 "  --sev             encrypted\n"
		 "  --memory SIZE     of the guest: 512M\n"
		 "  --cpus N          vCPUs, 1 to 64\n"
		 "  --cpu MODEL       naples, rome, milan (the default), genoa, turin\n"
		 "  --cbit N          position of the C-bit, 47 or 51, if not the model's\n"
		 "  --disk FILE[,ro]  a virtio disk\n"
		 "  --dram-file FILE  what leaves the chip stands in this file\n"
		 "  --cache-size SIZE plaintext that the die can hold\n"
		 "  --scatter         guest memory in pieces all over DRAM\n"
		 "  --small-pages     nested pages of 4 KiB\n"
		 "  --seed TEXT       all randomness of the chip comes from this\n"
		 "  --state DIR       what the Secure Processor keeps without power\n"
		 "  --policy N        of an encrypted guest, as its owner wants it: 0\n"
		 "  --launch-digest   launch, print the digest of what is measured, do not run\n"
		 "\n"
		 "How it ends:\n"
		 "  --timeout SECONDS after so long, with status 4\n"
		 "  --debug-exit PORT when the guest writes there, with what it wrote as status\n"
		 "  --quiet           no summary on stderr\n"
		 "  --json            the summary as JSON\n"
		 "  --help            print this and exit\n"
		 "\n"
		 "Exit status: 0 the guest powered off, 1 it could not be run, 2 usage, 3 triple "
		 "fault,\n"
		 "4 timeout.\n",
	.run = run_run,
};
