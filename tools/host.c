/* SPDX-License-Identifier: MIT */
/*
 * swsev host: what the machine that swsev runs on offers it.
 *
 * swsev needs any x86-64 Linux; wider AES instructions only make the memory encryption engine
 * faster.  A feature counts when the CPU has it and the kernel saves its registers.
 */
#include <cpuid.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/types.h"
#include "tools/command.h"

enum reg { EAX, EBX, ECX, EDX };

/* State that the kernel must have enabled in XCR0 for a feature to be of use. */
enum {
	XCR0_NONE = 0,
	XCR0_AVX = 0x6,     /* SSE and AVX */
	XCR0_AVX512 = 0xe6, /* these, opmask, upper halves, upper registers */
};

struct feature {
	const char *name; /* as /proc/cpuinfo spells it */
	u32 leaf;
	enum reg reg;
	unsigned bit;
	u64 xcr0;
	const char *use;
};

/* clang-format off */
static const struct feature features[] = {
	{"aes",     1, ECX, 25, XCR0_NONE,   "AES rounds, one block at a time"},
	{"avx512f", 7, EBX, 16, XCR0_AVX512, "64-byte vectors"},
	{"vaes",    7, ECX,  9, XCR0_AVX,    "AES rounds on whole vectors"},
};
/* clang-format on */

struct host {
	char cpu[49];
	bool has[ARRAY_SIZE(features)];
	bool sev;
	long cpus;
	u64 memory;
	bool memfd;
};

static u32 cpuid_reg(u32 leaf, enum reg reg)
{
	u32 r[4];

	return __get_cpuid_count(leaf, 0, &r[EAX], &r[EBX], &r[ECX], &r[EDX]) ? r[reg] : 0;
}

/* The register states that the kernel has enabled; 0 when the CPU has no XGETBV. */
static u64 enabled_states(void)
{
	u32 low;
	u32 high;

	if (!bits_get(cpuid_reg(1, ECX), 27, 1))
		return 0;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (u64)high << 32 | low;
}

/* The brand string: 48 bytes from three leaves, padded with blanks or zeroes. */
static void read_cpu_name(char name[49])
{
	size_t len;

	for (u32 i = 0; i < 12; i++)
		put_le32(name + 4 * i, cpuid_reg(0x80000002 + i / 4, (enum reg)(i % 4)));
	name[48] = '\0';
	for (len = strlen(name); len > 0 && name[len - 1] == ' '; len--)
		name[len - 1] = '\0';
}

static bool has_memfd(void)
{
	int fd = memfd_create("swsev-host", MFD_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void look_at_host(struct host *h)
{
	u64 states = enabled_states();

	read_cpu_name(h->cpu);
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature *f = &features[i];

		h->has[i] = bits_get(cpuid_reg(f->leaf, f->reg), f->bit, 1) &&
			    (states & f->xcr0) == f->xcr0;
	}
	h->sev = bits_get(cpuid_reg(0x8000001f, EAX), 1, 1);
	h->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	h->memory = (u64)sysconf(_SC_PHYS_PAGES) * (u64)sysconf(_SC_PAGESIZE);
	h->memfd = has_memfd();
}

static const char *yes_no(bool b)
{
	return b ? "yes" : "no";
}

static int print_text(const struct host *h)
{
	printf("%-10s %s\n", "cpu", h->cpu);
	printf("%-10s %ld\n", "cpus", h->cpus);
	printf("%-10s %llu MiB\n", "memory", (unsigned long long)(h->memory >> 20));
	printf("%-10s %-4s guest memory that others can look at\n", "memfd", yes_no(h->memfd));
	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		printf("%-10s %-4s %s\n", features[i].name, yes_no(h->has[i]), features[i].use);
	printf("%-10s %-4s SEV of the CPU itself, which swsev does not use\n", "sev",
	       yes_no(h->sev));
	return EXIT_SUCCESS;
}

static json_t *host_to_json(const struct host *h)
{
	json_t *cpu_features = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		json_object_set_new(cpu_features, features[i].name, json_boolean(h->has[i]));
	return json_pack("{s:s, s:I, s:I, s:b, s:b, s:o}", "cpu", h->cpu, "cpus",
			 (json_int_t)h->cpus, "memory_bytes", (json_int_t)h->memory, "memfd",
			 h->memfd, "sev", h->sev, "features", cpu_features);
}

static int print_json(const struct host *h)
{
	json_t *json = host_to_json(h);

	if (!json || json_dumpf(json, stdout, JSON_INDENT(2)) != 0) {
		fprintf(stderr, "swsev host: cannot write JSON\n");
		json_decref(json);
		return EXIT_FAILURE;
	}
	putchar('\n');
	json_decref(json);
	return EXIT_SUCCESS;
}

static int host_run(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		COMMAND_OPTIONS_END,
	};
	struct host host;
	bool json = false;
	int opt;

	while ((opt = command_option(self, argc, argv, ":", options)) == 'j')
		json = true;
	if (opt != OPT_END)
		return command_exit_status(opt);
	if (optind < argc)
		return command_misused(self, "unexpected word '%s'", argv[optind]);
	look_at_host(&host);
	return json ? print_json(&host) : print_text(&host);
}

const struct command host_command = {
	.name = "swsev host",
	.help = "what this machine offers to swsev",
	.usage = "Usage: swsev host [--json]\n"
		 "\n"
		 "Tells what this machine offers to swsev: CPU, memory, and the instructions that "
		 "make\n"
		 "the memory encryption engine faster.\n"
		 "\n"
		 "Options:\n"
		 "  --json     print one JSON object\n"
		 "  --help     print this and exit\n",
	.run = host_run,
};
