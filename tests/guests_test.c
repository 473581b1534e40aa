/* SPDX-License-Identifier: MIT */
/*
 * The payloads of tests/guests/ through VMRUN: plain and encrypted, on models with the C-bit at 47
 * and at 51, by either entry, on nested pages of either size.
 */
#include "tests/support/guest_runner.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/support/cmocka.h"

enum { SECONDS = 60 };

static const struct guest_config variants[] = {
	{.image = "elf", .model = "rome"},
	{.image = "elf", .model = "rome", .encrypted = true},
	{.image = "elf", .model = "milan", .encrypted = true, .small_pages = true},
	{.image = "bin", .model = "milan", .encrypted = true},
	{.image = "bin", .model = "rome", .small_pages = true},
};

/* Runs a payload; the guest is there to be looked at, and freed. */
static struct guest *run(const char *name, struct guest_config cfg, unsigned seconds, int *code)
{
	struct error err = {.text = ""};
	char path[4096];
	struct guest *g;

	snprintf(path, sizeof(path), "%s/%s.%s", SWSEV_GUESTS, name, cfg.image);
	cfg.image = path;
	g = guest_new(&cfg, &err);
	if (!g)
		fail_msg("%s", err.text);
	*code = guest_run(g, seconds, &err);
	if (*code < 0)
		print_message("# %s: %s\n", name, err.text);
	return g;
}

/* A payload that checks and says so: in all variants. */
static void run_checks(const char *name, const char *options, unsigned cpus)
{
	for (unsigned i = 0; i < ARRAY_SIZE(variants); i++) {
		struct guest_config cfg = variants[i];
		struct guest *g;
		int code;

		cfg.options = options;
		cfg.cpus = cpus;
		g = run(name, cfg, SECONDS, &code);
		if (code != 0 || !strstr(guest_output(g), " checks passed\n"))
			fail_msg("%s.%s, %s, %s: %d\n%s", name, cfg.image, cfg.model,
				 cfg.encrypted ? "encrypted" : "plain", code, guest_output(g));
		guest_free(g);
	}
}

/* -- payloads --------------------------------------------------------------------------------- */

static void exceptions(void **state)
{
	run_checks("exceptions", NULL, 1);
}

static void paging(void **state)
{
	run_checks("paging", NULL, 1);
}

static void modes(void **state)
{
	run_checks("modes", NULL, 1);
}

static void changing_code(void **state)
{
	run_checks("smc", NULL, 1);
}

static void strings(void **state)
{
	run_checks("strings", NULL, 1);
}

static void simd(void **state)
{
	run_checks("simd", NULL, 1);
}

static void two_cpus(void **state)
{
	run_checks("smp", "cpus=2", 2);
}

/* A word of the image is in DRAM unless it is encrypted there. */
static void hello(void **state)
{
	static const char text[] = "hello, plain world\n";
	static const char secret[] = "hello, encrypted world\n";

	for (unsigned i = 0; i < ARRAY_SIZE(variants); i++) {
		struct guest_config cfg = variants[i];
		struct guest *g;
		int code;

		cfg.options = "code=42";
		g = run("hello", cfg, SECONDS, &code);
		assert_int_equal(code, 42);
		assert_string_equal(guest_output(g), cfg.encrypted ? secret : text);
		assert_int_equal(guest_dram_holds(g, "hello, "), !cfg.encrypted);
		guest_free(g);
	}
}

/* -- workloads: check values as on a real processor ------------------------------------------- */

static void expect_line(const char *output, const char *line)
{
	const char *at = strstr(output, line);

	if (!at || at[strlen(line)] != '\n')
		fail_msg("not found: %s\n%s", line, output);
}

static void workloads(void **state)
{
	static const char *const lines[] = {
		"sha256 131072 0e3bd4b87e6486cc",    "qsort 100000 000000007f68a339",
		"matint 2097152 00000000000d1540",   "interp 780000 f8c02f27eb171df8",
		"fib 317811 000000000004d973",       "chase16k 500000 0000000000001140",
		"chase16m 20000 00000000003b2940",   "memcpy_sse2 8388608 0000000000000001",
		"copy64 15728640 0000000000000001",  "copy64alias 1572864 0000000000000001",
		"repmovsb 8388608 0000000000000001", "repstosb 8388608 0000000000000001",
		"nbody 10000 3b7d2f340313e6e5",      "mandel 325407 000000000004f71f",
		"simdint 491520 16f24f15af98d98d",   "smc 200 0000000000000001",
		"locked 40000 0000000000000001",
	};
	const struct guest_config cfg = {
		.image = "elf", .encrypted = true, .cpus = 2, .options = "scale=0.01 cpus=2"};
	struct guest *g;
	int code;

	g = run("workloads", cfg, SECONDS, &code);
	assert_int_equal(code, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(lines); i++)
		expect_line(guest_output(g), lines[i]);
	guest_free(g);
}

/* -- other endings ---------------------------------------------------------------------------- */

static int end(const char *how, unsigned seconds, char *output, size_t size)
{
	const struct guest_config cfg = {.image = "elf", .encrypted = true, .options = how};
	struct guest *g;
	int code;

	g = run("ending", cfg, seconds, &code);
	snprintf(output, size, "%s", guest_output(g));
	guest_free(g);
	return code;
}

static void endings(void **state)
{
	char output[1024];

	assert_int_equal(end("how=exit", SECONDS, output, sizeof(output)), 0);
	assert_string_equal(output, "ending\n");
	assert_int_equal(end("how=trap", SECONDS, output, sizeof(output)), 126);
	assert_non_null(strstr(output, "ending\ntrap 6 error 0000000000000000 at "));
	assert_int_equal(end("how=triple", SECONDS, output, sizeof(output)), GUEST_FAILED);
	assert_int_equal(end("how=outside", SECONDS, output, sizeof(output)), GUEST_FAILED);
	assert_int_equal(end("how=spin", 1, output, sizeof(output)), GUEST_TIMEOUT);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What two seconds of HLT cost, less what one does: making and ending the machine cancel out. */
static void halting_costs_nothing(void **state)
{
	double start = cpu_seconds(), one, two;
	char output[1024];

	assert_int_equal(end("how=halt", 1, output, sizeof(output)), GUEST_TIMEOUT);
	one = cpu_seconds() - start;
	assert_int_equal(end("how=halt", 2, output, sizeof(output)), GUEST_TIMEOUT);
	two = cpu_seconds() - start - one;
	assert_true(two - one < 0.2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(paging),
		cmocka_unit_test(modes),
		cmocka_unit_test(changing_code),
		cmocka_unit_test(strings),
		cmocka_unit_test(simd),
		cmocka_unit_test(two_cpus),
		cmocka_unit_test(workloads),
		cmocka_unit_test(endings),
		cmocka_unit_test(halting_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
