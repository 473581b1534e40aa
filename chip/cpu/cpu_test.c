/* SPDX-License-Identifier: MIT */
/* Making a core, its general registers, its clock. */
#include "chip/cpu/cpu.h"

#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

static void test_general_registers(void **state)
{
	struct bed *b = bed_new("milan");

	bed_long_mode(b);
	BED_PROGRAM(b, 0x48, 0xff, 0xc3, 0x49, 0xff, 0xc7, 0xf4); /* inc rbx; inc r15 */
	for (unsigned n = 0; n < 16; n++)
		cpu_reg_set(b->cpu, n, 100 + n);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	for (unsigned n = 0; n < 16; n++)
		if (n != REG_RAX && n != REG_RSP)
			assert_int_equal(cpu_reg_get(b->cpu, n),
					 100 + n + (n == REG_RBX || n == REG_R15));
	assert_int_equal(cpu_instructions(b->cpu), 2);
	bed_free(b);
}

static void test_no_more_cores(void **state)
{
	struct bed *b = bed_new("milan");
	struct cpu_config cfg = {.model = &b->model, .fabric = &b->fabric, .cache = b->cache};
	struct cache_agent *agents[CACHE_AGENTS_MAX];
	const struct cache_agent_ops ops = {NULL};
	struct error err = {.text = ""};
	unsigned n = 0;

	while ((agents[n] = cache_agent_new(b->cache, &ops, NULL)))
		n++;
	assert_null(cpu_new(&cfg, &err));
	assert_string_not_equal(err.text, "");
	while (n > 0)
		cache_agent_free(agents[--n]);
	bed_free(b);
}

/* Time in instructions: what is before RDTSC counts, not what is behind it in its block. */
static void test_deterministic_time(void **state)
{
	for (unsigned n = 0; n < 2; n++) {
		struct bed *b = bed_new("milan");

		b->cpu->clock = &cpu_clock_instructions;
		bed_long_mode(b);
		BED_PROGRAM(b, 0x90, 0x90, 0x0f, 0x31, 0x89, 0xc1, 0xf4);
		assert_int_equal(bed_run(b), VMEXIT_HLT);
		assert_int_equal(b->vmcb.save.rax, 2);
		bed_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_general_registers),
		cmocka_unit_test(test_no_more_cores),
		cmocka_unit_test(test_deterministic_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
