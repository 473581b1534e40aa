/* SPDX-License-Identifier: MIT */
/* What `swsev run` says when it is over: for people on stderr, for programs as JSON. */
#ifndef TOOLS_RUN_REPORT_H
#define TOOLS_RUN_REPORT_H

#include <stdio.h>

#include "hv/vm.h"
#include "tools/run_launch.h"

struct run_report {
	const struct vm *vm;
	const struct run_launch *launch; /* NULL: not encrypted */
	enum vm_ended ended;
	double seconds;     /* of real time since the first instruction */
	double cpu_seconds; /* of the process, since then */
};

/* "power-off", "triple fault" ... */
const char *run_ended_name(enum vm_ended ended);

void run_report_text(const struct run_report *r, FILE *out);

/* False: it could not be written. */
bool run_report_json(const struct run_report *r, FILE *out) MUST_CHECK;

#endif
