/* SPDX-License-Identifier: MIT */
/*
 * A hypervisor as small as it can be: it runs a payload of tests/guests/ on a chip's cores through
 * VMRUN, until the payload writes its exit code to port F4h.
 *
 *	memory		the guest's address 0 is system address GUEST_BASE, through nested pages
 *	ports		3F8h a serial port that is always ready, F4h the end; others read as ones
 *	CPUID, MSRs	the core's own
 *	HLT		the core sleeps
 *
 * An encrypted guest is put into memory under its key, as the Secure Processor would leave it.
 */
#ifndef TESTS_SUPPORT_GUEST_RUNNER_H
#define TESTS_SUPPORT_GUEST_RUNNER_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

#include "chip/cpu/trace/trace.h"

enum { GUEST_CPUS_MAX = 2, GUEST_ASID = 3 };

struct guest_config {
	const char *image;   /* path of NAME.elf or NAME.bin */
	const char *options; /* command line; NULL: none */
	const char *model;   /* NULL: rome */
	u64 memory;          /* bytes, a multiple of 2 MiB, at least 4 MiB; 0: 64 MiB */
	unsigned cpus;       /* 0: one; the second starts at the 64-bit entry */
	bool encrypted;
	bool small_pages; /* nested pages of 4 KiB rather than 2 MiB */

	bool pin; /* each CPU's thread to a host CPU of its own, as far as there are so many */
	bool deterministic; /* time counts instructions, and keys are the same in every run */
	unsigned trace;     /* enum trace_kind bits, on standard error; 0: off */

	/* Gets each line of the serial port, without its end, on the thread of the CPU that wrote. */
	void (*line)(void *ctx, const char *line);
	void *ctx;
};

struct guest;

/* NULL with *err set: no such file or model, not a payload, or out of memory. */
struct guest *guest_new(const struct guest_config *cfg, struct error *err) MUST_CHECK;
void guest_free(struct guest *g);

enum {
	GUEST_TIMEOUT = -1, /* it ran for `seconds` and did not end */
	GUEST_FAILED = -2,  /* an exit that this hypervisor has no answer to */
};

/*
 * Runs until the guest ends or `seconds` have passed.  Its exit code, or one of the above, with *err
 * set.  With a single CPU it runs on the caller's thread.  Once for each guest.
 */
int guest_run(struct guest *g, unsigned seconds, struct error *err);

/* All that came out of the serial port. */
const char *guest_output(const struct guest *g);

/* Whether the text stands anywhere in what has left the chip. */
bool guest_dram_holds(const struct guest *g, const char *text);

/* Instructions retired on all CPUs so far; on the running CPU's own thread exact. */
u64 guest_instructions(const struct guest *g);
/* How often VMRUN came back. */
u64 guest_exits(const struct guest *g);

#endif
