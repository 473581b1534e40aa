/* SPDX-License-Identifier: MIT */
/* CPUID of every model: what must hold for all, and what each one says of memory encryption. */
#include "chip/cpu/model/model.h"

#include <string.h>

#include "abi/cpuid.h"
#include "abi/fpu.h"
#include "abi/msr.h"
#include "abi/x86.h"
#include "chip/cpu/model/msr.h"
#include "tests/support/cmocka.h"

/* As much of a core as CPUID looks at. */
static struct cpu core_of(const struct cpu_model *m)
{
	return (struct cpu){.model = m, .xcr0 = XCR0_X87, .cores = 1};
}

#define FOR_EACH_MODEL(m)                                               \
	for (const struct cpu_model *m = cpu_model_at(0), *end_ = m; m; \
	     m = cpu_model_at((unsigned)(m - end_) + 1))

static struct cpuid_regs cpuid(const struct cpu *c, u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	cpu_cpuid(c, leaf, subleaf, &r);
	return r;
}

static u32 reg_at(struct cpuid_regs r, unsigned n)
{
	const u32 regs[] = {r.eax, r.ebx, r.ecx, r.edx};

	return regs[n];
}

/* -- features and their bits -------------------------------------------------------------------- */

static void test_every_feature_has_a_bit(void **state)
{
	for (unsigned f = 0; f < FEATURE_COUNT; f++) {
		struct cpuid_place p = cpu_feature_place(f);

		assert_int_equal(__builtin_popcount(p.mask), f != FEATURE_BASE);
		assert_true(p.reg < 4);
	}
}

/* Two features with one bit would be told apart by nobody; PREFETCHW has two names here. */
static void test_bits_are_distinct(void **state)
{
	for (unsigned a = 1; a < FEATURE_COUNT; a++)
		for (unsigned b = a + 1; b < FEATURE_COUNT; b++) {
			struct cpuid_place x = cpu_feature_place(a), y = cpu_feature_place(b);
			bool same = x.leaf == y.leaf && x.reg == y.reg && x.subleaf == y.subleaf &&
				    x.mask == y.mask;

			assert_int_equal(same,
					 a == FEATURE_PREFETCHW && b == FEATURE_3DNOW_PREFETCH);
		}
}

/* The bit is there exactly when the feature is. */
static void test_bits_follow_features(void **state)
{
	FOR_EACH_MODEL(m)
	{
		for (unsigned f = 1; f < FEATURE_COUNT; f++) {
			struct cpuid_place p = cpu_feature_place(f);
			struct cpu_model without = *m;
			struct cpu c = core_of(&without);
			bool has = reg_at(cpuid(&c, p.leaf, p.subleaf), p.reg) & p.mask;

			assert_int_equal(has, cpu_model_has(m, f));
			without.features[0] = without.features[1] = 0;
			assert_false(reg_at(cpuid(&c, p.leaf, p.subleaf), p.reg) & p.mask);
		}
	}
}

/* -- leaves ------------------------------------------------------------------------------------- */

static void assert_amd(struct cpuid_regs r)
{
	char vendor[13] = "";

	memcpy(vendor, &r.ebx, 4);
	memcpy(vendor + 4, &r.edx, 4);
	memcpy(vendor + 8, &r.ecx, 4);
	assert_string_equal(vendor, "AuthenticAMD");
}

static void test_largest_leaves(void **state)
{
	FOR_EACH_MODEL(m)
	{
		struct cpu c = core_of(m);
		struct cpuid_regs zero = {0}, r;
		u32 extended = cpuid(&c, CPUID_8000_0000, 0).eax;

		assert_amd(cpuid(&c, 0, 0));
		assert_amd(cpuid(&c, CPUID_8000_0000, 0));
		assert_int_equal(cpuid(&c, 0, 0).eax, m->max_leaf);
		assert_int_equal(extended, 0x80000000u | m->max_extended);
		assert_true(extended >= CPUID_8000_001F);
		r = cpuid(&c, m->max_leaf + 1u, 0);
		assert_memory_equal(&r, &zero, sizeof(r));
		r = cpuid(&c, extended + 1, 0);
		assert_memory_equal(&r, &zero, sizeof(r));
		r = cpuid(&c, CPUID_4000_0000, 0);
		assert_memory_equal(&r, &zero, sizeof(r));
		for (unsigned n = 0; n < m->row_count; n++)
			assert_true(m->rows[n].leaf <= extended);
	}
}

static void test_signatures(void **state)
{
	static const u32 signatures[] = {0x00800f12, 0x00830f10, 0x00a00f11, 0x00a10f11,
					 0x00b00f21};

	for (unsigned n = 0; n < ARRAY_SIZE(signatures); n++) {
		struct cpu c = core_of(cpu_model_at(n));

		assert_int_equal(cpuid(&c, 1, 0).eax, signatures[n]);
		assert_int_equal(cpuid(&c, CPUID_8000_0001, 0).eax, signatures[n]);
	}
}

static void test_brand(void **state)
{
	FOR_EACH_MODEL(m)
	{
		struct cpu c = core_of(m);
		struct cpuid_regs parts[3];
		char text[49] = "";

		for (u32 n = 0; n < 3; n++)
			parts[n] = cpuid(&c, CPUID_8000_0002 + n, 0);
		memcpy(text, parts, sizeof(parts));
		assert_string_equal(text, m->brand);
	}
}

/* [APM2 15.34.1 Determining Support for SEV] */
static void test_memory_encryption(void **state)
{
	static const struct cpuid_regs expected[] = {
		{0x0000000f, 0x0000016f, 15, 5},    {0x0001080f, 0x00000173, 509, 10},
		{0x0101fd3f, 0x00004173, 509, 10},  {0x0107ff7f, 0x000041b3, 1006, 10},
		{0x09a7ff7f, 0x000041b3, 1006, 10},
	};

	for (unsigned n = 0; n < ARRAY_SIZE(expected); n++) {
		struct cpu c = core_of(cpu_model_at(n));
		struct cpuid_regs r = cpuid(&c, CPUID_8000_001F, 0);

		assert_int_equal(r.eax, expected[n].eax);
		assert_int_equal(r.ebx, expected[n].ebx);
		assert_int_equal(r.ecx, expected[n].ecx);
		assert_int_equal(r.edx, expected[n].edx);
	}
}

static void test_svm_leaf(void **state)
{
	FOR_EACH_MODEL(m)
	{
		struct cpu c = core_of(m);
		struct cpuid_regs r = cpuid(&c, CPUID_8000_000A, 0);

		assert_int_equal(r.eax, 1);
		assert_int_equal(r.ebx, m->asids);
		assert_int_equal(r.edx, m->svm_edx);
	}
}

static void test_address_sizes(void **state)
{
	static const u32 sizes[] = {0x3030, 0x3030, 0x3030, 0x3934, 0x3934};

	for (unsigned n = 0; n < ARRAY_SIZE(sizes); n++) {
		struct cpu c = core_of(cpu_model_at(n));

		assert_int_equal(cpuid(&c, CPUID_8000_0008, 0).eax, sizes[n]);
	}
}

/* 8000_0001 EDX repeats bits 9:0, 17:12, 23 and 24 of 0000_0001 EDX. */
static void test_repeated_bits(void **state)
{
	const u32 repeated = 0x0183f3ff;

	FOR_EACH_MODEL(m)
	{
		struct cpu c = core_of(m);

		assert_int_equal(cpuid(&c, 1, 0).edx & repeated,
				 cpuid(&c, CPUID_8000_0001, 0).edx & repeated);
	}
}

/* -- live bits ---------------------------------------------------------------------------------- */

static void test_live_bits(void **state)
{
	struct cpu c = core_of(cpu_model_find("milan"));

	assert_false(cpuid(&c, 1, 0).ecx & CPUID_0000_0001_ECX_OSXSAVE);
	c.cr4 = CR4_OSXSAVE;
	assert_true(cpuid(&c, 1, 0).ecx & CPUID_0000_0001_ECX_OSXSAVE);
	assert_false(cpuid(&c, 7, 0).ecx & CPUID_0000_0007_ECX_OSPKE);
	c.cr4 = CR4_PKE;
	assert_true(cpuid(&c, 7, 0).ecx & CPUID_0000_0007_ECX_OSPKE);
	assert_false(cpuid(&c, 1, 0).edx & CPUID_0000_0001_EDX_APIC);
	c.msr[MSR_SLOT_APIC_BASE] = APIC_BASE_EN;
	assert_true(cpuid(&c, 1, 0).edx & CPUID_0000_0001_EDX_APIC);
	assert_true(cpuid(&c, CPUID_8000_0001, 0).edx & CPUID_0000_0001_EDX_APIC);
}

static void test_topology(void **state)
{
	struct cpu c = core_of(cpu_model_find("milan"));

	assert_false(cpuid(&c, 1, 0).edx & CPUID_0000_0001_EDX_HTT);
	assert_int_equal(cpuid(&c, CPUID_8000_0008, 0).ecx, 0);
	c.index = 5;
	c.cores = 6;
	assert_int_equal(FIELD_GET(CPUID_0000_0001_EBX_APIC_ID, cpuid(&c, 1, 0).ebx), 5);
	assert_int_equal(FIELD_GET(CPUID_0000_0001_EBX_COUNT, cpuid(&c, 1, 0).ebx), 6);
	assert_true(cpuid(&c, 1, 0).edx & CPUID_0000_0001_EDX_HTT);
	assert_int_equal(cpuid(&c, CPUID_8000_0008, 0).ecx, 3 << 12 | 5);
	assert_int_equal(cpuid(&c, CPUID_8000_001E, 0).eax, 5);
	assert_int_equal(cpuid(&c, 0xb, 0).eax, 0);
	assert_int_equal(cpuid(&c, 0xb, 0).ebx, 1);
	assert_int_equal(cpuid(&c, 0xb, 1).eax, 3);
	assert_int_equal(cpuid(&c, 0xb, 1).ebx, 6);
	assert_int_equal(cpuid(&c, 0xb, 1).edx, 5);
	assert_int_equal(cpuid(&c, 0xb, 2).ebx, 0);
	assert_int_equal(cpuid(&c, 0xb, 2).ecx, 2);
}

/* -- extended state ----------------------------------------------------------------------------- */

static void test_xsave_sizes(void **state)
{
	struct cpu c = core_of(cpu_model_find("milan"));

	assert_int_equal(cpuid(&c, 0xd, 0).eax, XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_PKRU);
	assert_int_equal(cpuid(&c, 0xd, 0).ecx, 0x988);
	assert_int_equal(cpuid(&c, 0xd, 0).ebx, 0x240);
	assert_int_equal(cpuid(&c, 0xd, 1).ebx, 0x240);
	c.xcr0 = XCR0_X87 | XCR0_SSE | XCR0_AVX;
	assert_int_equal(cpuid(&c, 0xd, 0).ebx, 0x340);
	assert_int_equal(cpuid(&c, 0xd, 1).ebx, 0x340);
	c.xcr0 |= XCR0_PKRU;
	assert_int_equal(cpuid(&c, 0xd, 0).ebx, 0x988);
	assert_int_equal(cpuid(&c, 0xd, 1).ebx, 0x348);
	assert_int_equal(cpuid(&c, 0xd, 1).eax, 0xf);
	assert_int_equal(cpuid(&c, 0xd, 2).eax, 256);
	assert_int_equal(cpuid(&c, 0xd, 2).ebx, 576);
	assert_int_equal(cpuid(&c, 0xd, 9).eax, 8);
	assert_int_equal(cpuid(&c, 0xd, 9).ebx, 0x980);
	assert_int_equal(cpuid(&c, 0xd, 3).eax, 0);
}

/* A model without the feature does not tell of its state. */
static void test_xsave_without(void **state)
{
	struct cpu_model m = *cpu_model_find("milan");
	struct cpu c = core_of(&m);

	m.features[FEATURE_AVX / 64] &= ~BIT64(FEATURE_AVX % 64);
	m.features[FEATURE_PKU / 64] &= ~BIT64(FEATURE_PKU % 64);
	assert_int_equal(cpuid(&c, 0xd, 0).eax, XCR0_X87 | XCR0_SSE);
	assert_int_equal(cpuid(&c, 0xd, 0).ecx, 0x240);
	assert_int_equal(cpuid(&c, 0xd, 2).eax, 0);
	assert_int_equal(cpuid(&c, 0xd, 9).eax, 0);
	m.features[FEATURE_XSAVE / 64] &= ~BIT64(FEATURE_XSAVE % 64);
	assert_int_equal(cpuid(&c, 0xd, 0).eax, 0);
	assert_int_equal(cpuid(&c, 0xd, 0).ebx, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_feature_has_a_bit),
		cmocka_unit_test(test_bits_are_distinct),
		cmocka_unit_test(test_bits_follow_features),
		cmocka_unit_test(test_largest_leaves),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_brand),
		cmocka_unit_test(test_memory_encryption),
		cmocka_unit_test(test_svm_leaf),
		cmocka_unit_test(test_address_sizes),
		cmocka_unit_test(test_repeated_bits),
		cmocka_unit_test(test_live_bits),
		cmocka_unit_test(test_topology),
		cmocka_unit_test(test_xsave_sizes),
		cmocka_unit_test(test_xsave_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
