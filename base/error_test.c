/* SPDX-License-Identifier: MIT */
/* The line a user will read, and the code that travels with it. */
#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cmocka.h"

static void text_and_code(void **state)
{
	struct error err;

	assert_int_equal(error_set(&err, EINVAL, "%s: byte %d is wrong", "disk.img", 7), -EINVAL);
	assert_string_equal(err.text, "disk.img: byte 7 is wrong");
}

static void nobody_listens(void **state)
{
	assert_int_equal(error_set(NULL, ENOMEM, "%s", "lost"), -ENOMEM);
}

static void long_text_is_cut(void **state)
{
	struct error err;
	char name[2 * sizeof(err.text)];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(error_set(&err, ENOENT, "%s", name), -ENOENT);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_code),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
