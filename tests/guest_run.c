/* SPDX-License-Identifier: MIT */
/*
 * Runs one payload of tests/guests/ by hand, for instance to see what it does:
 *
 *	guest_run [--trace exec,fault,exit] [--encrypted] [--model NAME] IMAGE [OPTIONS]
 *
 * The serial port is standard output, the trace is standard error, the end is the guest's exit code.
 */
#include "tests/support/guest_runner.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { SECONDS = 3600, BAD_USE = 125, NO_END = 124 };

static void print_line(void *ctx, const char *line)
{
	puts(line);
}

static int parse(int argc, char **argv, struct guest_config *cfg, struct error *err)
{
	static const struct option options[] = {
		{"trace", required_argument, NULL, 't'},
		{"encrypted", no_argument, NULL, 'e'},
		{"model", required_argument, NULL, 'm'},
		{NULL, 0, NULL, 0},
	};
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 't' && cpu_trace_parse(optarg, &cfg->trace, err) != 0)
			return -1;
		if (o == 'm')
			cfg->model = optarg;
		cfg->encrypted |= o == 'e';
		if (o == '?')
			return error_set(err, 1, "no such option");
	}
	if (optind == argc)
		return error_set(err, 1, "which image?");
	cfg->image = argv[optind];
	cfg->options = argv[optind + 1]; /* argv ends with NULL */
	return 0;
}

int main(int argc, char **argv)
{
	struct guest_config cfg = {.line = print_line};
	struct error err = {.text = ""};
	struct guest *g = NULL;
	int code = BAD_USE;

	if (parse(argc, argv, &cfg, &err) == 0)
		g = guest_new(&cfg, &err);
	if (g)
		code = guest_run(g, SECONDS, &err);
	if (err.text[0] != '\0')
		fprintf(stderr, "guest_run: %s\n", err.text);
	if (g)
		guest_free(g);
	return code < 0 ? NO_END : code;
}
