/* SPDX-License-Identifier: MIT */
/* A record is accepted only when it is complete and nothing failed. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "owner/audit.h"

static void test_fails_closed(void **state)
{
	struct owner_audit a;

	owner_audit_init(&a);
	assert_false(owner_audit_accepted(&a));
	owner_audit_complete(&a);
	assert_false(owner_audit_accepted(&a));

	owner_audit_init(&a);
	assert_true(owner_audit_check(&a, true, "one", "%s", ""));
	assert_false(owner_audit_accepted(&a));
	assert_null(owner_audit_failure(&a));
	owner_audit_complete(&a);
	assert_true(owner_audit_accepted(&a));
}

static void test_one_failure_is_enough(void **state)
{
	struct owner_audit a;

	owner_audit_init(&a);
	owner_audit_check(&a, true, "one", "%s", "");
	assert_false(owner_audit_check(&a, false, "two", "found %d", 2));
	owner_audit_check(&a, false, "three", "%s", "");
	owner_audit_check(&a, true, "four", "%s", "");
	owner_audit_complete(&a);
	assert_false(owner_audit_accepted(&a));
	assert_int_equal(a.failed, 2);
	assert_string_equal(owner_audit_failure(&a)->what, "two");
	assert_string_equal(owner_audit_failure(&a)->detail, "found 2");
}

static void test_long_details_are_cut(void **state)
{
	struct owner_audit a;
	char text[1000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i + 1 < sizeof(text) ? 'x' : '\0';
	owner_audit_init(&a);
	owner_audit_check(&a, true, text, "%s", text);
	assert_int_equal(strlen(a.checks[0].what), sizeof(a.checks[0].what) - 1);
	assert_int_equal(strlen(a.checks[0].detail), sizeof(a.checks[0].detail) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fails_closed),
		cmocka_unit_test(test_one_failure_is_enough),
		cmocka_unit_test(test_long_details_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
