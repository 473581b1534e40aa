/* SPDX-License-Identifier: MIT */
/* Bits of control registers by model; PAT. */
#include "chip/cpu/model/model.h"

#include <string.h>

#include "tests/support/cmocka.h"

static void test_masks(void **state)
{
	static const u64 cr4[] = {0x3507ff, 0x350fff, 0x770fff, 0x771fff, 0x771fff};
	static const u64 efer[] = {0x8901, 0x48901, 0x48901, 0x248901, 0x248901};

	for (unsigned n = 0; n < ARRAY_SIZE(cr4); n++) {
		assert_int_equal(cpu_model_cr4_mask(cpu_model_at(n)), cr4[n]);
		assert_int_equal(cpu_model_efer_mask(cpu_model_at(n)), efer[n]);
	}
}

static void test_pat(void **state)
{
	static const u8 legal[] = {0, 1, 4, 5, 6, 7};

	for (unsigned type = 0; type < 256; type++) {
		bool is_legal = memchr(legal, (int)type, sizeof(legal)) != NULL;

		for (unsigned n = 0; n < 8; n++)
			assert_int_equal(cpu_pat_is_legal((u64)type << (8 * n)), is_legal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_pat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
