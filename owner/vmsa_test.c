/* SPDX-License-Identifier: MIT */
/* Save areas: against one that a Linux host made, and the names of CPUs. */
#include "owner/vmsa.h"

#include <errno.h>
#include <stdlib.h>

#include "crypto/testbed.h"
#include "tests/support/shared_data.h"

static void test_genuine(void **state)
{
	struct owner_vcpu vcpu = {
		.start = OWNER_BOOT_CPU_START,
		.signature = owner_cpu_signature(25, 1, 1),
		.no_fpu = true,
	};
	struct vmsa vmsa;
	size_t len;
	u8 *bytes = shared_data_read("data/attestation/launch/sevctl-vmsa0.bin", &len);

	if (!bytes)
		skip();
	owner_vmsa_reset(&vmsa, &vcpu);
	assert_int_equal(len, sizeof(vmsa));
	assert_memory_equal(&vmsa, bytes, len);
	free(bytes);
}

static void test_fields(void **state)
{
	struct owner_vcpu vcpu = {.start = 0x0080b004, .signature = 0xa00f11, .features = 0x21};
	struct vmsa vmsa;

	owner_vmsa_reset(&vmsa, &vcpu);
	assert_int_equal(vmsa.cs.base, 0x00800000);
	assert_int_equal(vmsa.rip, 0xb004);
	assert_int_equal(vmsa.cs.selector, 0xf000);
	assert_int_equal(vmsa.rdx, 0xa00f11);
	assert_int_equal(vmsa.sev_features, 0x21);
	assert_int_equal(vmsa.mxcsr, 0x1f80);
	assert_int_equal(vmsa.x87_fcw, 0x37f);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		u32 signature;
	} cpus[] = {
		{"naples", 0x800f12},     {"rome", 0x830f10},       {"milan", 0xa00f11},
		{"genoa", 0xa10f11},      {"turin", 0xb00f21},      {"EPYC", 0x800f12},
		{"epyc-rome", 0x830f10},  {"EPYC-Milan", 0xa00f11}, {"EPYC-Genoa", 0xa10f10},
		{"EPYC-Turin", 0xb00f00},
	};
	struct error err;
	u32 signature;

	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		assert_int_equal(owner_vcpu_signature(&signature, cpus[i].name, &err), 0);
		assert_int_equal(signature, cpus[i].signature);
	}
	assert_int_equal(owner_vcpu_signature(&signature, "pentium", &err), -EINVAL);
	assert_non_null(strstr(err.text, "pentium"));
	assert_int_equal(owner_cpu_signature(6, 0x5e, 3), 0x506e3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_genuine),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
