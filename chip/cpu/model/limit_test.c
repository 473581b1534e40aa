/* SPDX-License-Identifier: MIT */
/* Limiting a model to what this host has. */
#include "chip/cpu/model/model.h"

#include "tests/support/cmocka.h"

#define FOR_EACH_MODEL(m)                                               \
	for (const struct cpu_model *m = cpu_model_at(0), *end_ = m; m; \
	     m = cpu_model_at((unsigned)(m - end_) + 1))

/* What the host lacks is taken away, and nothing else. */
static void test_limit(void **state)
{
	FOR_EACH_MODEL(m)
	{
		struct cpu_model limited;

		cpu_model_limit(&limited, m);
		for (unsigned f = 0; f < FEATURE_COUNT; f++)
			assert_true(cpu_model_has(m, f) || !cpu_model_has(&limited, f));
		assert_true(cpu_model_has(&limited, FEATURE_RDRAND));
		assert_true(cpu_model_has(&limited, FEATURE_SVM));
		limited.features[0] = m->features[0];
		limited.features[1] = m->features[1];
		assert_memory_equal(&limited, m, sizeof(limited));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
