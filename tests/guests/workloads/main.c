/* SPDX-License-Identifier: MIT */
/*
 * Runs workloads and prints for each
 *
 *	@B name
 *	@E name
 *	name operations check
 *
 * The marker lines stand right before and after the work, so that a host can charge its own CPU time
 * to it.  Options on the command line:
 *
 *	run=a:0.1,b	which workloads, and their scale; without it all, without a scale scale=
 *	scale=0.1	1: about 0.1 s each on a server core of 2023
 *	repeat=3	how often each
 *	cpus=2		"parallel" and "locked" run on both
 */
#include "tests/guests/rt/rt.h"
#include "tests/guests/workloads/workload.h"

static const struct workload workloads[] = {
	{"sha256", work_sha256, NULL},
	{"qsort", work_qsort, NULL},
	{"matint", work_matint, NULL},
	{"interp", work_interp, NULL},
	{"fib", work_fib, NULL},
	{"chase16k", work_chase16k, work_prepare_rings},
	{"chase16m", work_chase16m, work_prepare_rings},
	{"memcpy_sse2", work_memcpy_sse2, work_prepare_copy},
	{"copy64", work_copy64, work_prepare_copy},
	{"copy64alias", work_copy64alias, work_prepare_copy},
	{"repmovsb", work_repmovsb, work_prepare_copy},
	{"repstosb", work_repstosb, work_prepare_copy},
	{"nbody", work_nbody, NULL},
	{"mandel", work_mandel, NULL},
	{"simdint", work_simdint, NULL},
	{"smc", work_smc, NULL},
	{"parallel", work_parallel, NULL},
	{"locked", work_locked, NULL},
};

enum { RANDOM_SEED_HIGH = 0x9e3779b9 };

static double scale;
static u64 operations;
static u64 random_state;

u64 workload_iterations(double base)
{
	double n = base * scale;

	return n < 1 ? 1 : (u64)n;
}

void workload_set_operations(u64 n)
{
	operations = n;
}

void workload_random_restart(void)
{
	random_state = (u64)RANDOM_SEED_HIGH << 32 | 0x7f4a7c15;
}

u64 workload_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* A decimal fraction; `otherwise` where there is none. */
static double parse_decimal(const char *s, double otherwise)
{
	double v = 0, unit = 1;
	bool fraction = false;
	const char *p = s;

	for (; p && ((*p >= '0' && *p <= '9') || *p == '.'); p++) {
		if (*p == '.') {
			fraction = true;
			continue;
		}
		v = v * 10 + (*p - '0');
		unit = fraction ? unit * 10 : unit;
	}
	return p == s ? otherwise : v / unit;
}

/* What stands behind the name in the list: "" or ":scale" or ",...".  NULL: not in the list. */
static const char *find_in_list(const char *list, const char *name)
{
	while (list && *list && *list != ' ') {
		const char *n = name;

		while (*n && *list == *n) {
			list++;
			n++;
		}
		if (!*n && (!*list || *list == ',' || *list == ':' || *list == ' '))
			return list;
		while (*list && *list != ' ' && *list != ',')
			list++;
		list += *list == ',';
	}
	return NULL;
}

static void put_marker(const char *mark, const char *name)
{
	put_text(mark);
	put_text(name);
	put_text("\n");
}

static void run(const struct workload *w)
{
	u64 value;

	if (w->prepare)
		w->prepare();
	workload_random_restart();
	put_marker("@B ", w->name);
	value = w->run();
	put_marker("@E ", w->name);
	put_text(w->name);
	put_text(" ");
	put_dec(operations);
	put_text(" ");
	put_hex(value);
	put_text("\n");
}

int payload_main(void)
{
	double common = parse_decimal(rt_option("scale"), 1);
	u64 times = rt_option("repeat") ? rt_option_u64("repeat") : 1;
	const char *list = rt_option("run");

	for (size_t i = 0; i < ARRAY_SIZE(workloads); i++) {
		const char *entry = find_in_list(list, workloads[i].name);

		if (list && !entry)
			continue;
		scale = entry && *entry == ':' ? parse_decimal(entry + 1, common) : common;
		for (u64 r = 0; r < times; r++)
			run(&workloads[i]);
	}
	return 0;
}
