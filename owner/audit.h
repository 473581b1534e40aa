/* SPDX-License-Identifier: MIT */
/*
 * What came of verifying evidence, check by check: the record that a user reads, and the answer.
 *
 * The record fails closed.  It is accepted only after whoever fills it has said that all its checks
 * were made and every one of them passed; a record that was left half way is a refusal.
 */
#ifndef OWNER_AUDIT_H
#define OWNER_AUDIT_H

#include "base/compiler.h"
#include "base/types.h"

enum { OWNER_CHECKS_MAX = 48 };

struct owner_check {
	bool passed;
	char what[64];    /* what was checked: "PEK signs PDH" */
	char detail[192]; /* what was found, or what was expected instead; may be empty */
};

struct owner_audit {
	struct owner_check checks[OWNER_CHECKS_MAX];
	size_t count;
	size_t failed;
	bool complete;
};

void owner_audit_init(struct owner_audit *a);

/* Records a check with its detail, and gives `passed` back. */
bool owner_audit_check(struct owner_audit *a, bool passed, const char *what, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* All checks that there are have been made. */
void owner_audit_complete(struct owner_audit *a);

/* Complete, not empty, and nothing failed. */
bool owner_audit_accepted(const struct owner_audit *a) MUST_CHECK;

/* NULL: nothing failed (which is not yet an acceptance). */
const struct owner_check *owner_audit_failure(const struct owner_audit *a);

#endif
