/* SPDX-License-Identifier: MIT */
/* Our reading of CPUID and XCR0 against the kernel's, which /proc/cpuinfo shows. */
#include "tests/support/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "base/types.h"

#include "chip/mee/mee_impl.h"

/* The first "flags" line, with a space at both ends; empty if there is none. */
static char flags[8192];

static int read_flags(void **state)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[sizeof(flags) - 1];

	while (f && !flags[0] && fgets(line, sizeof(line), f))
		if (strncmp(line, "flags", 5) == 0)
			snprintf(flags, sizeof(flags), "%s ", strtok(strchr(line, ':') + 1, "\n"));
	if (f)
		fclose(f);
	return 0;
}

static bool kernel_says(const char *spaced_flag)
{
	return strstr(flags, spaced_flag) != NULL;
}

static void aesni_as_the_kernel_says(void **state)
{
	if (!flags[0])
		skip();
	assert_int_equal(host_has_aesni(), kernel_says(" aes "));
}

static void vaes512_as_the_kernel_says(void **state)
{
	if (!flags[0])
		skip();
	assert_int_equal(host_has_vaes512(), kernel_says(" avx512f ") && kernel_says(" vaes "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aesni_as_the_kernel_says),
		cmocka_unit_test(vaes512_as_the_kernel_says),
	};

	return cmocka_run_group_tests(tests, read_flags, NULL);
}
