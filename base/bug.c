/* SPDX-License-Identifier: MIT */
/* The end of a process that found itself wrong. */
#include "base/bug.h"

#include <stdio.h>
#include <stdlib.h>

void bug_stop(const char *file, int line, const char *what)
{
	fprintf(stderr, "swsev: internal error at %s:%d: %s\n", file, line, what);
	abort();
}
