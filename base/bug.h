/* SPDX-License-Identifier: MIT */
/*
 * BUG_ON(condition): "this cannot be".  For our own mistakes only; never reachable from guest,
 * hypervisor, file or network input (see docs/tour.md, three kinds of errors).
 */
#ifndef BASE_BUG_H
#define BASE_BUG_H

#include "base/compiler.h"

/* Prints the place and what failed on stderr, then aborts the process. */
NORETURN COLD void bug_stop(const char *file, int line, const char *what);

#define BUG_ON(cond)                                         \
	do {                                                 \
		if (UNLIKELY(cond))                          \
			bug_stop(__FILE__, __LINE__, #cond); \
	} while (0)

#define BUG() bug_stop(__FILE__, __LINE__, "unreachable")

#endif
