/* SPDX-License-Identifier: MIT */
/* Test data is found where it is said to be, and its absence is said too. */
#include "tests/support/shared_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

static char folder[] = "/tmp/swsev-shared-XXXXXX";

static int make_folder(void **state)
{
	char path[sizeof(folder) + 8];
	FILE *f;

	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/data", folder);
	f = fopen(path, "wb");
	if (!f || fwrite("a\0b", 1, 3, f) != 3 || fclose(f) != 0)
		return -1;
	return setenv("SWSEV_SHARED", folder, 1);
}

static int remove_folder(void **state)
{
	char path[sizeof(folder) + 8];

	snprintf(path, sizeof(path), "%s/data", folder);
	unlink(path);
	return rmdir(folder);
}

static void what_is_there_is_read_whole(void **state)
{
	size_t len = 0;
	u8 *data = shared_data_read("data", &len);

	assert_non_null(data);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "a\0b", 3);
	free(data);
	assert_non_null(strstr(shared_data_path("data"), "/data"));
}

static void what_is_absent_is_null(void **state)
{
	size_t len;

	assert_null(shared_data_path("other"));
	assert_null(shared_data_read("other", &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_read_whole),
		cmocka_unit_test(what_is_absent_is_null),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
