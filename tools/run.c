/* SPDX-License-Identifier: MIT */
/*
 * swsev run: a guest on a socket of its own, from its kernel to its power-off.
 *
 * The words of the command line become a chip_config and a vm_config; hv/ does the rest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "chip/platform.h"
#include "hv/vm.h"
#include "tools/command.h"
#include "tools/run_console.h"
#include "tools/run_launch.h"
#include "tools/run_options.h"
#include "tools/run_report.h"

/* Beside 0 for a power-off, the guest's own code for a debug exit, and EXIT_USAGE. */
enum { EXIT_SHUTDOWN = 3, EXIT_TIMEOUT = 4 };

struct run {
	struct run_options o;
	struct chip *chip;
	struct vm *vm;
	struct run_console console;
	struct run_launch launch;
	struct timespec started, cpu_started;
};

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
		.launch = r->o.vm_cfg.sev ? &r->launch : NULL,
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
	fprintf(stderr, "%s: %s\n", r->o.self->name, err->text);
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

	if (r->o.json && !run_report_json(&rep, stderr))
		return EXIT_FAILURE;
	if (!r->o.json && !r->o.quiet)
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

	if (run_launch_init(&r->launch, &r->o.vm_cfg.launch, &err) != 0)
		return say(r, &err);
	r->vm = vm_new(r->chip, &r->o.vm_cfg, &err);
	run_launch_done(&r->launch);
	if (!r->vm)
		return say(r, &err);
	if (r->o.launch_digest)
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

	r->chip = chip_new(&r->o.chip_cfg, &err);
	if (!r->chip)
		return say(r, &err);
	r->o.vm_cfg.machine.console = run_console_output();
	if (run_console_init(&r->console, r->o.timeout, &err) != 0)
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
	struct run r = {.chip = NULL};
	int status;

	return run_options_parse(&r.o, self, argc, argv, &status) ? run_guest(&r) : status;
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
		 "  --net user        a virtio network card, with this process as its network\n"
		 "  --port-forward R  tcp:[ADDR]:PORT-[ADDR]:PORT, from the host to the guest\n"
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
