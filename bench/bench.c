/* SPDX-License-Identifier: MIT */
/* Clock, medians and rows for the benchmarks. */
#include "bench/bench.h"

#include "base/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_ROUNDS = 101 };

static bool bench_json;

void bench_init(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			bench_json = true;
	setvbuf(stdout, NULL, _IOLBF, 0);
}

static bool bound_holds(double figure, enum bench_sense sense, double bound)
{
	return sense == BENCH_AT_LEAST ? figure >= bound : figure <= bound;
}

static void print_json(const char *name, double figure, const char *unit, enum bench_sense sense,
		       double bound)
{
	printf("{\"name\": \"%s\", \"figure\": %.4g, \"unit\": \"%s\", ", name, figure, unit);
	if (sense == BENCH_INFO)
		printf("\"bound\": null, \"holds\": null}\n");
	else
		printf("\"bound\": \"%s %.4g\", \"holds\": %s}\n",
		       sense == BENCH_AT_LEAST ? ">=" : "<=", bound,
		       bound_holds(figure, sense, bound) ? "true" : "false");
}

void bench_row(const char *name, double figure, const char *unit, enum bench_sense sense,
	       double bound)
{
	if (bench_json)
		print_json(name, figure, unit, sense, bound);
	else if (sense == BENCH_INFO)
		printf("%-52s %10.3f %-8s %10s  -\n", name, figure, unit, "-");
	else
		printf("%-52s %10.3f %-8s %s %7.2f  %s\n", name, figure, unit,
		       sense == BENCH_AT_LEAST ? ">=" : "<=", bound,
		       bound_holds(figure, sense, bound) ? "holds" : "falls short");
}

void bench_skip(const char *name, const char *why)
{
	if (bench_json)
		printf("{\"name\": \"%s\", \"figure\": null, \"unit\": null, \"bound\": null, "
		       "\"holds\": null, \"skipped\": \"%s\"}\n",
		       name, why);
	else
		printf("%-52s %10s  %s\n", name, "skipped", why);
}

double bench_cpu_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static double time_one(void (*fn)(void *), void *arg)
{
	double start = bench_cpu_seconds();

	fn(arg);
	return bench_cpu_seconds() - start;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_ratio(void (*a)(void *), void (*b)(void *), void *arg, int rounds, double *sec_a,
		   double *sec_b)
{
	double ratio[MAX_ROUNDS];
	double min_a = 1e9;
	double min_b = 1e9;

	BUG_ON(rounds < 1 || rounds > MAX_ROUNDS);
	a(arg);
	b(arg);
	for (int i = 0; i < rounds; i++) {
		double ta = time_one(a, arg);
		double tb = time_one(b, arg);

		ratio[i] = ta / tb;
		min_a = ta < min_a ? ta : min_a;
		min_b = tb < min_b ? tb : min_b;
	}
	qsort(ratio, (size_t)rounds, sizeof(ratio[0]), compare_doubles);
	if (sec_a)
		*sec_a = min_a;
	if (sec_b)
		*sec_b = min_b;
	return ratio[rounds / 2];
}
