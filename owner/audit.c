/* SPDX-License-Identifier: MIT */
/* The record of checks. */
#include "owner/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"

void owner_audit_init(struct owner_audit *a)
{
	memset(a, 0, sizeof(*a));
}

bool owner_audit_check(struct owner_audit *a, bool passed, const char *what, const char *fmt, ...)
{
	struct owner_check *check;
	va_list ap;

	/* The number of checks is fixed by our code, not by what is checked. */
	BUG_ON(a->count == OWNER_CHECKS_MAX);
	check = &a->checks[a->count++];
	check->passed = passed;
	snprintf(check->what, sizeof(check->what), "%s", what);
	va_start(ap, fmt);
	vsnprintf(check->detail, sizeof(check->detail), fmt, ap);
	va_end(ap);
	if (!passed)
		a->failed++;
	return passed;
}

void owner_audit_complete(struct owner_audit *a)
{
	a->complete = true;
}

bool owner_audit_accepted(const struct owner_audit *a)
{
	return a->complete && a->count > 0 && a->failed == 0;
}

const struct owner_check *owner_audit_failure(const struct owner_audit *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (!a->checks[i].passed)
			return &a->checks[i];
	return NULL;
}
