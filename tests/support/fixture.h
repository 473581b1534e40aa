/* SPDX-License-Identifier: MIT */
/* Test data of a known size, read into the struct that describes it. */
#ifndef TESTS_SUPPORT_FIXTURE_H
#define TESTS_SUPPORT_FIXTURE_H

#include "tests/support/cmocka.h"
#include "tests/support/shared_data.h"

#include <stdlib.h>
#include <string.h>

/* Reads file `rel` (see shared_data.h), which is `size` bytes; skips the test without the data. */
static inline void fixture_load(void *dst, size_t size, const char *rel)
{
	size_t len = 0;
	u8 *data = shared_data_read(rel, &len);

	if (!data)
		skip();
	if (len == size)
		memcpy(dst, data, size);
	free(data);
	assert_int_equal(len, size);
}

#endif
