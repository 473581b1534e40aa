/* SPDX-License-Identifier: MIT */
/* Rows say "holds" when they do, and a ratio is that of the work done. */
#include "bench/bench.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

static void print_row(bool skip, double figure, enum bench_sense sense, double bound)
{
	if (skip)
		bench_skip("mee: encrypt a page", "no AES here");
	else
		bench_row("mee: encrypt a page", figure, "GB/s", sense, bound);
}

/* What is printed for these values, in a static buffer; json only once, it stays on. */
static const char *printed(bool skip, double figure, enum bench_sense sense, double bound)
{
	static char text[256];
	FILE *kept = tmpfile();
	int out = dup(STDOUT_FILENO);
	size_t len;

	assert_non_null(kept);
	fflush(stdout);
	dup2(fileno(kept), STDOUT_FILENO);
	print_row(skip, figure, sense, bound);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(kept);
	len = fread(text, 1, sizeof(text) - 1, kept);
	text[len] = '\0';
	fclose(kept);
	return text;
}

static const char *row(double figure, enum bench_sense sense, double bound)
{
	return printed(false, figure, sense, bound);
}

static void assert_ends(const char *text, const char *end)
{
	assert_true(strlen(text) >= strlen(end));
	assert_string_equal(text + strlen(text) - strlen(end), end);
}

static void a_bound_holds_or_falls_short(void **state)
{
	assert_ends(row(2.0, BENCH_AT_LEAST, 1.5), "  holds\n");
	assert_ends(row(1.5, BENCH_AT_LEAST, 1.5), "  holds\n");
	assert_ends(row(1.4, BENCH_AT_LEAST, 1.5), "  falls short\n");
	assert_ends(row(1.4, BENCH_AT_MOST, 1.5), "  holds\n");
	assert_ends(row(1.6, BENCH_AT_MOST, 1.5), "  falls short\n");
	assert_ends(row(1.6, BENCH_INFO, 0), "  -\n");
	assert_ends(printed(true, 0, BENCH_INFO, 0), "    skipped  no AES here\n");
}

static u64 work(u64 rounds)
{
	volatile u64 x = 1;

	for (u64 i = 0; i < rounds; i++)
		x = x * 6364136223846793005ull + 1;
	return x;
}

static void do_four_parts(void *arg)
{
	work(4 * *(const u64 *)arg);
}

static void do_one_part(void *arg)
{
	work(*(const u64 *)arg);
}

/* Wide limits: the machine may be busy, but four is not one. */
static void a_ratio_is_that_of_the_work(void **state)
{
	u64 part = 200000;
	double a;
	double b;
	double ratio = bench_ratio(do_four_parts, do_one_part, &part, 9, &a, &b);

	assert_true(ratio > 2.0 && ratio < 8.0);
	assert_true(a > b && b > 0.0);
	assert_true(bench_ratio(do_one_part, do_four_parts, &part, 9, NULL, NULL) < 1.0);
}

static void rows_as_json(void **state)
{
	char json[] = "--json";
	char *argv[] = {json, json, NULL};

	bench_init(2, argv);
	assert_string_equal(
		row(2.0, BENCH_AT_LEAST, 1.5),
		"{\"name\": \"mee: encrypt a page\", \"figure\": 2, \"unit\": \"GB/s\", "
		"\"bound\": \">= 1.5\", \"holds\": true}\n");
	assert_string_equal(
		row(2.0, BENCH_INFO, 0),
		"{\"name\": \"mee: encrypt a page\", \"figure\": 2, \"unit\": \"GB/s\", "
		"\"bound\": null, \"holds\": null}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bound_holds_or_falls_short),
		cmocka_unit_test(a_ratio_is_that_of_the_work),
		cmocka_unit_test(rows_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
