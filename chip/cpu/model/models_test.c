/* SPDX-License-Identifier: MIT */
/* The list of models, and what must hold between their fields. */
#include "chip/cpu/model/model.h"

#include <string.h>

#include "abi/cpuid.h"
#include "tests/support/cmocka.h"

#define FOR_EACH_MODEL(m)                                               \
	for (const struct cpu_model *m = cpu_model_at(0), *end_ = m; m; \
	     m = cpu_model_at((unsigned)(m - end_) + 1))

static void test_names(void **state)
{
	static const char *const names[] = {"naples", "rome", "milan", "genoa", "turin"};

	for (unsigned n = 0; n < ARRAY_SIZE(names); n++) {
		assert_ptr_equal(cpu_model_find(names[n]), cpu_model_at(n));
		assert_string_equal(cpu_model_at(n)->name, names[n]);
	}
	assert_null(cpu_model_at(ARRAY_SIZE(names)));
	assert_null(cpu_model_find("athens"));
	assert_null(cpu_model_find(""));
}

static void test_fields_are_sane(void **state)
{
	FOR_EACH_MODEL(m)
	{
		assert_true(strlen(m->brand) <= 47);
		assert_true(m->sev_asids < m->asids);
		assert_true(m->min_sev_asid >= 1 && m->min_sev_asid <= m->sev_asids);
		assert_true(m->c_bit == 47 || m->c_bit == 51);
		assert_true(m->c_bit >= m->phys_bits - m->phys_reduction);
		assert_true(!cpu_model_has(m, FEATURE_SEV_SNP) == !m->vmpls);
		assert_true(cpu_model_has(m, FEATURE_BASE));
	}
}

/* What SEV-SNP and the guest's start-up code need of a model. */
static void test_features_that_need_others(void **state)
{
	FOR_EACH_MODEL(m)
	{
		if (cpu_model_has(m, FEATURE_SEV_SNP))
			assert_true(cpu_model_has(m, FEATURE_SEV_ES));
		if (cpu_model_has(m, FEATURE_SEV_ES))
			assert_true(cpu_model_has(m, FEATURE_SEV));
		if (cpu_model_has(m, FEATURE_SEV))
			assert_true(cpu_model_has(m, FEATURE_RDRAND));
		if (cpu_model_has(m, FEATURE_AVX2))
			assert_true(cpu_model_has(m, FEATURE_AVX));
		if (cpu_model_has(m, FEATURE_AVX))
			assert_true(cpu_model_has(m, FEATURE_XSAVE));
		if (cpu_model_has(m, FEATURE_XSAVES))
			assert_true(cpu_model_has(m, FEATURE_XSAVEC));
		assert_int_equal(cpu_model_has(m, FEATURE_PREFETCHW),
				 cpu_model_has(m, FEATURE_3DNOW_PREFETCH));
		assert_true(m->svm_edx & CPUID_8000_000A_EDX_NP);
		assert_true(m->svm_edx & CPUID_8000_000A_EDX_LBR_VIRT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_fields_are_sane),
		cmocka_unit_test(test_features_that_need_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
