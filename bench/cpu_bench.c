/* SPDX-License-Identifier: MIT */
/*
 * The core against QEMU's TCG: the same bare-metal workloads, ours in an encrypted guest.
 *
 * Each side is charged its own CPU time between the marker lines that the payload prints: ours the
 * thread's, QEMU's the process's.  The sides take turns, and medians are compared: the machine
 * may be busy, and both suffer alike.  Scales are such that each piece takes about a tenth of a
 * second.  Without qemu-system-x86_64 the rows that need it are left out.
 */
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/types.h"

#include "bench/bench.h"
#include "tests/support/guest_runner.h"

enum { ROUNDS = 3, SECONDS = 120, MEMORY = 64 << 20, OPTIONS_MAX = 512, LINE_MAX_ = 256 };

#define PAYLOAD     SWSEV_GUESTS "/workloads.elf"
#define PAYLOAD_END SWSEV_GUESTS "/ending.elf"

/* -- what is measured ------------------------------------------------------------------------- */

enum kind {
	INTEGER, /* at least 150 MIPS */
	SSE2,    /* at least as fast as QEMU */
	BULK,    /* at least five times as fast as QEMU */
	OTHER,   /* information */
};

enum side { ENCRYPTED, PLAIN, QEMU, SIDES };

struct figure {
	const char *name;
	const char *scale; /* of the work that the payload calls 1 */
	enum kind kind;
	double seconds[SIDES][ROUNDS];
	double instructions;
};

/* clang-format off */
static struct figure figures[] = {
	{"sha256",	"0.1",	INTEGER},
	{"qsort",	"0.2",	INTEGER},
	{"matint",	"0.1",	INTEGER},
	{"interp",	"0.1",	INTEGER},
	{"fib",		"0.1",	INTEGER},
	{"nbody",	"0.05",	SSE2},
	{"mandel",	"0.1",	SSE2},
	{"simdint",	"0.1",	SSE2},
	{"repmovsb",	"0.1",	BULK},
	{"repstosb",	"0.1",	BULK},
	{"chase16k",	"0.2",	OTHER},
	{"chase16m",	"0.1",	OTHER},
	{"memcpy_sse2",	"0.1",	OTHER},
	{"copy64",	"0.1",	OTHER},
	{"copy64alias",	"0.2",	OTHER},
	{"smc",		"0.2",	OTHER},
};
/* clang-format on */

/* One side at work in one round. */
struct run {
	enum side side;
	int round;
	struct guest *guest; /* or, for QEMU: */
	clockid_t clock;
	struct figure *current;
	double start;
	u64 start_instructions;
};

static double read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct figure *find_figure(const char *name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(figures); i++)
		if (strcmp(figures[i].name, name) == 0)
			return &figures[i];
	return NULL;
}

static void take_line(void *ctx, const char *line)
{
	struct run *r = ctx;

	if (strncmp(line, "@B ", 3) == 0) {
		r->current = find_figure(line + 3);
		r->start_instructions = r->guest ? guest_instructions(r->guest) : 0;
		r->start = read_clock(r->clock);
	} else if (strncmp(line, "@E ", 3) == 0 && r->current) {
		double now = read_clock(r->clock);

		r->current->seconds[r->side][r->round] = now - r->start;
		if (r->side == ENCRYPTED)
			r->current->instructions =
				(double)(guest_instructions(r->guest) - r->start_instructions);
		r->current = NULL;
	}
}

/* run=a:0.1,b:0.2 ... */
static const char *all_options(void)
{
	static char text[OPTIONS_MAX];
	size_t len = (size_t)snprintf(text, sizeof(text), "run=");

	for (unsigned i = 0; i < ARRAY_SIZE(figures); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s:%s", i ? "," : "",
					figures[i].name, figures[i].scale);
	BUG_ON(len >= sizeof(text));
	return text;
}

/* -- ours ------------------------------------------------------------------------------------- */

static struct guest *new_guest(const struct guest_config *cfg)
{
	struct error err;
	struct guest *g = guest_new(cfg, &err);

	if (!g) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	return g;
}

static void run_guest(struct guest *g)
{
	struct error err;
	int code = guest_run(g, SECONDS, &err);

	if (code == 0)
		return;
	fprintf(stderr, "the guest ended with %d %s\n%s", code, code < 0 ? err.text : "",
		guest_output(g));
	exit(1);
}

static void measure_ours(enum side side, int round)
{
	struct run r = {.side = side, .round = round, .clock = CLOCK_THREAD_CPUTIME_ID};
	const struct guest_config cfg = {
		.image = PAYLOAD,
		.options = all_options(),
		.memory = MEMORY,
		.encrypted = side == ENCRYPTED,
		.line = take_line,
		.ctx = &r,
	};

	r.guest = new_guest(&cfg);
	run_guest(r.guest);
	guest_free(r.guest);
}

/* -- QEMU ------------------------------------------------------------------------------------- */

/* Its standard output, and *pid.  A failed exec shows as an end without any output. */
static FILE *start_qemu(const char *const argv[], pid_t *pid)
{
	int ends[2];

	BUG_ON(pipe(ends) != 0);
	*pid = fork();
	BUG_ON(*pid < 0);
	if (*pid == 0) {
		int nowhere = open("/dev/null", O_RDWR);

		dup2(nowhere, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(ends[1]);
	return fdopen(ends[0], "r");
}

/* False: there is no QEMU, or it cannot run the payload. */
static bool measure_qemu(int round)
{
	const char *const argv[] = {"qemu-system-x86_64",
				    "-accel",
				    "tcg",
				    "-cpu",
				    "max",
				    "-m",
				    "64",
				    "-display",
				    "none",
				    "-nodefaults",
				    "-serial",
				    "stdio",
				    "-no-reboot",
				    "-device",
				    "isa-debug-exit,iobase=0xf4,iosize=4",
				    "-kernel",
				    PAYLOAD,
				    "-append",
				    all_options(),
				    NULL};
	struct run r = {.side = QEMU, .round = round};
	char line[LINE_MAX_];
	int status;
	pid_t pid;
	FILE *out = start_qemu(argv, &pid);

	BUG_ON(!out || clock_getcpuclockid(pid, &r.clock) != 0);
	while (fgets(line, sizeof(line), out)) {
		line[strcspn(line, "\r\n")] = '\0';
		take_line(&r, line);
	}
	fclose(out);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

/* -- rows ------------------------------------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const double values[ROUNDS])
{
	double sorted[ROUNDS];

	memcpy(sorted, values, sizeof(sorted));
	qsort(sorted, ROUNDS, sizeof(sorted[0]), compare_doubles);
	return sorted[ROUNDS / 2];
}

static void row(const struct figure *f, const char *what, double v, const char *unit,
		enum bench_sense sense, double bound)
{
	char name[64];

	snprintf(name, sizeof(name), "cpu: %s: %s", f->name, what);
	bench_row(name, v, unit, sense, bound);
}

static void show(const struct figure *f, bool qemu)
{
	static const double qemu_bounds[] = {[SSE2] = 1.0, [BULK] = 5.0};
	bool bound = f->kind == SSE2 || f->kind == BULK;
	double ours = median(f->seconds[ENCRYPTED]);
	double theirs = median(f->seconds[QEMU]);

	row(f, "ours, encrypted", ours, "s", BENCH_INFO, 0);
	row(f, "instructions a second", f->instructions / ours * 1e-6, "MIPS",
	    f->kind == INTEGER ? BENCH_AT_LEAST : BENCH_INFO, 150);
	row(f, "encrypted / plain", ours / median(f->seconds[PLAIN]), "ratio", BENCH_INFO, 0);
	if (!qemu)
		return;
	row(f, "QEMU TCG", theirs, "s", BENCH_INFO, 0);
	row(f, "QEMU TCG / ours", theirs / ours, "ratio", bound ? BENCH_AT_LEAST : BENCH_INFO,
	    bound ? qemu_bounds[f->kind] : 0);
}

static double geometric_mean(enum side a, enum side b)
{
	double sum = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(figures); i++)
		sum += log(median(figures[i].seconds[a]) / median(figures[i].seconds[b]));
	return exp(sum / ARRAY_SIZE(figures));
}

/* Each round begins with another side. */
static void compare_workloads(void)
{
	bool qemu = true;

	for (int round = 0; round < ROUNDS; round++) {
		for (int turn = 0; turn < SIDES; turn++) {
			enum side side = (enum side)((round + turn) % SIDES);

			if (side != QEMU)
				measure_ours(side, round);
			else if (qemu)
				qemu = measure_qemu(round);
		}
	}
	for (unsigned i = 0; i < ARRAY_SIZE(figures); i++)
		show(&figures[i], qemu);
	bench_row("cpu: geometric mean: encrypted / plain", geometric_mean(ENCRYPTED, PLAIN),
		  "ratio", BENCH_INFO, 0);
	if (qemu)
		bench_row("cpu: geometric mean: QEMU TCG / ours", geometric_mean(QEMU, ENCRYPTED),
			  "ratio", BENCH_INFO, 0);
}

/* -- an idle guest ---------------------------------------------------------------------------- */

/* What the process uses while the guest has been in HLT for a second. */
struct idle {
	double cpu, wall;
};

static void note_start(void *ctx, const char *line)
{
	struct idle *idle = ctx;

	idle->cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	idle->wall = read_clock(CLOCK_MONOTONIC);
}

static void measure_idle(void)
{
	struct idle start;
	const struct guest_config cfg = {
		.image = PAYLOAD_END,
		.options = "how=halt",
		.encrypted = true,
		.line = note_start,
		.ctx = &start,
	};
	struct guest *g = new_guest(&cfg);
	double cpu, wall;

	BUG_ON(guest_run(g, 1, NULL) != GUEST_TIMEOUT);
	cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - start.cpu;
	wall = read_clock(CLOCK_MONOTONIC) - start.wall;
	bench_row("cpu: idle guest: host CPU in use", cpu / wall * 100, "%", BENCH_AT_MOST, 1);
	guest_free(g);
}

/* -- two CPUs --------------------------------------------------------------------------------- */

struct pair {
	double wall, cpu; /* between the markers */
	double start_wall, start_cpu;
};

static void take_pair_line(void *ctx, const char *line)
{
	struct pair *p = ctx;

	if (line[0] == '@' && line[1] == 'B') {
		p->start_wall = read_clock(CLOCK_MONOTONIC);
		p->start_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	} else if (line[0] == '@' && line[1] == 'E') {
		p->wall = read_clock(CLOCK_MONOTONIC) - p->start_wall;
		p->cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - p->start_cpu;
	}
}

static struct pair run_on(const char *work, unsigned cpus)
{
	struct pair p = {0};
	char options[64];
	const struct guest_config cfg = {
		.image = PAYLOAD,
		.options = options,
		.cpus = cpus,
		.pin = true,
		.encrypted = true,
		.line = take_pair_line,
		.ctx = &p,
	};
	struct guest *g;

	snprintf(options, sizeof(options), "run=%s cpus=%u", work, cpus);
	g = new_guest(&cfg);
	run_guest(g);
	guest_free(g);
	return p;
}

static unsigned host_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/*
 * Twice the work in how much less than twice the time, each vCPU on a host CPU of its own.  The bound is
 * for two idle ones: where the threads did not get them, as CPU time against wall time tells, the row
 * is information, and from CPU time; that one CPU waits for the other at the end counts against it
 * there.
 */
static void compare_two_cpus(const char *name, const char *work, enum bench_sense sense)
{
	double by_wall[ROUNDS], by_cpu[ROUNDS], share[ROUNDS];
	char text[64];
	bool idle;

	snprintf(text, sizeof(text), "cpu: two vCPUs / one: %s", name);
	if (host_cpus() < 2) {
		bench_skip(text, "fewer than two host CPUs");
		return;
	}
	for (int round = 0; round < ROUNDS; round++) {
		struct pair one = run_on(work, 1);
		struct pair two = run_on(work, 2);

		by_wall[round] = 2 * one.wall / two.wall;
		by_cpu[round] = 2 * one.cpu / (two.cpu / 2);
		share[round] = (one.cpu / one.wall + two.cpu / two.wall) / 3;
	}
	idle = median(share) > 0.97;
	if (!idle)
		strcat(text, " (host busy)");
	bench_row(text, median(idle ? by_wall : by_cpu), "ratio", idle ? sense : BENCH_INFO, 1.8);
}

int main(int argc, char **argv)
{
	bench_init(argc, argv);
	compare_workloads();
	measure_idle();
	compare_two_cpus("sha256 on each", "parallel:1", BENCH_AT_LEAST);
	compare_two_cpus("one LOCKed word", "locked:2", BENCH_INFO);
	return 0;
}
