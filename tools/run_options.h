/* SPDX-License-Identifier: MIT */
/* The words of `swsev run`, as configurations of a chip and of a VM. */
#ifndef TOOLS_RUN_OPTIONS_H
#define TOOLS_RUN_OPTIONS_H

#include "base/compiler.h"
#include "chip/platform.h"
#include "hv/vm.h"
#include "tools/command.h"

enum { RUN_FORWARDS_MAX = 16 };

struct run_options {
	const struct command *self;
	struct chip_config chip_cfg;
	struct vm_config vm_cfg;
	double timeout; /* seconds; 0: none */
	bool quiet, json, launch_digest;
	const char *forward[RUN_FORWARDS_MAX + 1]; /* vm_cfg points here: r stays where it is */
	unsigned forwards;
};

/*
 * False: said what there is to say, and *status is the program's.  Strings are argv's.
 */
bool run_options_parse(struct run_options *r, const struct command *self, int argc, char **argv,
		       int *status) MUST_CHECK;

#endif
