/* SPDX-License-Identifier: MIT */
/*
 * One clear line about what the host could not do: which file or option, which field, what was
 * expected.  Travels up beside the -errno result; whoever talks to the user prints it.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/compiler.h"

struct error {
	char text[512];
};

/*
 * Formats the line into err (which may be NULL) and returns -code, so that a failing check reads
 * "return error_set(err, EINVAL, "%s: not a bzImage", path);".  code is a positive errno value.
 */
int error_set(struct error *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
