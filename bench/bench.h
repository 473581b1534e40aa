/* SPDX-License-Identifier: MIT */
/*
 * What every benchmark shares: a clock, and rows with a bound that holds or falls short.
 *
 * A bound is a ratio or figure measured within one run, side by side; machines are noisy, so the
 * pieces compared are run alternately and the median of the pairwise ratios is reported.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/types.h"

enum bench_sense { BENCH_AT_LEAST, BENCH_AT_MOST, BENCH_INFO };

/*
 * Prints one row: name, figure, unit, bound, "holds" or "falls short" ("-" for BENCH_INFO).  With
 * --json on the command line (bench_init) each row is one JSON object on a line of its own.
 */
void bench_init(int argc, char **argv);
void bench_row(const char *name, double figure, const char *unit, enum bench_sense sense,
	       double bound);

/* A row that this machine cannot measure: prints "skipped" and why. */
void bench_skip(const char *name, const char *why);

/* CPU time of this thread, in seconds. */
double bench_cpu_seconds(void);

/*
 * The median over `rounds` (odd, at most 101) of cpu(a)/cpu(b), a and b run in turn.  Optional
 * *sec_a and *sec_b get the smallest CPU time of one call, in seconds.
 */
double bench_ratio(void (*a)(void *), void (*b)(void *), void *arg, int rounds, double *sec_a,
		   double *sec_b);

#endif
