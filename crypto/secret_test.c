/* SPDX-License-Identifier: MIT */
/* Wipe, compare, and a text for every verdict. */
#include "crypto/secret.h"

#include "base/bytes.h"
#include "crypto/testbed.h"
#include "crypto/verdict.h"

static void test_wipe(void **state)
{
	u8 b[64];

	memset(b, 0xaa, sizeof(b));
	secret_wipe(b + 1, 62);
	assert_true(b[0] == 0xaa && b[63] == 0xaa && bytes_are_zero(b + 1, 62));
	secret_wipe(b, 0);
	assert_true(b[0] == 0xaa);
}

static void test_equal(void **state)
{
	u8 a[33] = {1};
	u8 b[33] = {1};

	assert_true(secret_equal(a, b, sizeof(a)));
	assert_true(secret_equal(a, b, 0));
	for (size_t bit = 0; bit < sizeof(b) * 8; bit++) {
		b[bit / 8] ^= (u8)(1 << bit % 8);
		assert_false(secret_equal(a, b, sizeof(a)));
		b[bit / 8] ^= (u8)(1 << bit % 8);
	}
}

static void test_verdict_texts(void **state)
{
	for (int v = VERDICT_NONE; v <= VERDICT_REVOKED; v++) {
		assert_true(strlen(verdict_text((enum verdict)v)) > 0);
		for (int w = VERDICT_NONE; w < v; w++)
			assert_string_not_equal(verdict_text((enum verdict)v),
						verdict_text((enum verdict)w));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_verdict_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
