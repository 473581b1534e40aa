/* SPDX-License-Identifier: MIT */
/* Permission maps at their edges, and the pause filter. */
#include "chip/cpu/svm/internal.h"

#include <string.h>

#include "abi/msr.h"
#include "chip/cpu/svm/testbed.h"
#include "tests/support/cmocka.h"

/* -- permission maps ---------------------------------------------------------------------------- */

/* A bed whose core is in the guest's position: its VMCB is loaded. */
static struct bed *maps_new(void)
{
	struct bed *b = bed_new("milan");

	bed_real_mode(b);
	BED_PROGRAM(b, 0xf4);
	assert_int_equal(bed_run(b), VMEXIT_HLT);
	cache_agent_run(b->cpu->agent);
	return b;
}

static void maps_free(struct bed *b)
{
	cache_agent_park(b->cpu->agent);
	bed_free(b);
}

/* Which first ports of an access of `size` bytes the bit intercepts. */
static void assert_io_bit(struct bed *b, unsigned bit, unsigned size)
{
	bed_map_bit(b, BED_IOPM, bit, true);
	for (int first = (int)bit - 8; first <= (int)bit + 8; first++) {
		bool hit = first <= (int)bit && (int)bit < first + (int)size;

		if (first >= 0 && first <= 0xffff)
			assert_int_equal(svm_intercepts_io(b->cpu, (u16)first, size), hit);
	}
	bed_map_bit(b, BED_IOPM, bit, false);
}

static void test_iopm(void **state)
{
	static const unsigned bits[] = {0,      1,      7,      8,       0x3f8,
					0x7fff, 0xfffd, 0xffff, 0x10000, 0x10002};
	struct bed *b = maps_new();

	for (unsigned n = 0; n < ARRAY_SIZE(bits); n++)
		for (unsigned size = 1; size <= 4; size *= 2)
			assert_io_bit(b, bits[n], size);
	b->cpu->svm->ctl.intercept_vec3 &= ~VMCB_VEC3_IOIO_PROT;
	bed_map_bit(b, BED_IOPM, 0x60, true);
	assert_false(svm_intercepts_io(b->cpu, 0x60, 1));
	maps_free(b);
}

static void test_msrpm(void **state)
{
	static const struct {
		u32 msr;
		unsigned bit;
	} edges[] = {
		{0, 0},
		{0x1fff, 0x1fff * 2},
		{0xc0000000, 0x800 * 8},
		{0xc0001fff, 0x800 * 8 + 0x1fff * 2},
		{0xc0010000, 0x1000 * 8},
		{0xc0011fff, 0x1000 * 8 + 0x1fff * 2},
	};
	struct bed *b = maps_new();

	for (unsigned n = 0; n < ARRAY_SIZE(edges); n++)
		for (unsigned write = 0; write < 2; write++) {
			assert_false(svm_intercepts_msr(b->cpu, edges[n].msr, write));
			bed_map_bit(b, BED_MSRPM, edges[n].bit + write, true);
			assert_true(svm_intercepts_msr(b->cpu, edges[n].msr, write));
			assert_false(svm_intercepts_msr(b->cpu, edges[n].msr, !write));
			bed_map_bit(b, BED_MSRPM, edges[n].bit + write, false);
		}
	maps_free(b);
}

static void test_msrs_outside_the_map(void **state)
{
	static const u32 outside[] = {0x2000, 0xbfffffff, 0xc0002000, 0xc000ffff, 0xc0012000, ~0u};
	struct bed *b = maps_new();

	for (unsigned n = 0; n < ARRAY_SIZE(outside); n++) {
		assert_true(svm_intercepts_msr(b->cpu, outside[n], false));
		assert_true(svm_intercepts_msr(b->cpu, outside[n], true));
	}
	b->cpu->svm->ctl.intercept_vec3 &= ~VMCB_VEC3_MSR_PROT;
	for (unsigned n = 0; n < ARRAY_SIZE(outside); n++)
		assert_false(svm_intercepts_msr(b->cpu, outside[n], false));
	maps_free(b);
}

static void test_sev_status_is_never_intercepted(void **state)
{
	struct bed *b = maps_new();

	bed_map_bit(b, BED_MSRPM, 0x1000 * 8 + 0x131 * 2, true);
	assert_false(svm_intercepts_msr(b->cpu, MSR_SEV_STATUS, false));
	maps_free(b);
}

/* Where there is no memory the maps read as ones. */
static void test_maps_outside_dram(void **state)
{
	struct bed *b = maps_new();

	b->cpu->svm->ctl.iopm_base_pa = BED_DRAM;
	b->cpu->svm->ctl.msrpm_base_pa = BED_DRAM;
	assert_true(svm_intercepts_io(b->cpu, 0, 1));
	assert_true(svm_intercepts_msr(b->cpu, 0, false));
	maps_free(b);
}

/* With the C-bit they are read under the host's key. */
static void test_maps_under_the_host_key(void **state)
{
	struct bed *b = maps_new();
	u8 zeroes[16] = {0}, port_80[16] = {[0] = 1};

	b->cpu->svm->ctl.iopm_base_pa |= BIT64(51);
	assert_int_equal(cache_write(b->cache, b->cpu->agent, REQ_HOST_CORE, VIEW_HOST_KEY,
				     SPA(BED_IOPM), zeroes, sizeof(zeroes)),
			 FABRIC_OK);
	assert_int_equal(cache_write(b->cache, b->cpu->agent, REQ_HOST_CORE, VIEW_HOST_KEY,
				     SPA(BED_IOPM + 0x10), port_80, sizeof(port_80)),
			 FABRIC_OK);
	assert_false(svm_intercepts_io(b->cpu, 0x70, 1));
	assert_true(svm_intercepts_io(b->cpu, 0x80, 1));
	maps_free(b);
}

/* -- the pause filter --------------------------------------------------------------------------- */

/* A clock on which much time passes between any two looks. */
static u64 tick_long(void *ctx, const struct cpu *c)
{
	u64 *now = ctx;

	return *now += 1000;
}

static u64 run_pauses(struct bed *b, u16 count, u16 threshold)
{
	u8 code[64];

	for (unsigned n = 0; n < 10; n++)
		memcpy(code + 2 * n, "\xf3\x90", 2);
	code[20] = 0xf4;
	bed_write(b, BED_CODE, code, 21);
	b->vmcb.save.rip = BED_CODE;
	b->vmcb.control.intercept_vec3 |= VMCB_VEC3_PAUSE;
	b->vmcb.control.pause_filter_count = count;
	b->vmcb.control.pause_filter_threshold = threshold;
	return bed_run(b);
}

static void test_pause_filter(void **state)
{
	struct bed *b = bed_new("milan");
	u64 now = 0;
	const struct cpu_clock slow = {tick_long, &now};

	bed_long_mode(b);
	assert_int_equal(run_pauses(b, 0, 0), VMEXIT_PAUSE);
	assert_int_equal(b->vmcb.save.rip, BED_CODE);
	assert_int_equal(run_pauses(b, 5, 0), VMEXIT_PAUSE);
	assert_int_equal(b->vmcb.save.rip, BED_CODE + 10);
	assert_int_equal(run_pauses(b, 10, 0), VMEXIT_HLT);
	/* a threshold that any gap exceeds: only the very first can count */
	b->cpu->clock = &slow;
	assert_int_equal(run_pauses(b, 5, 100), VMEXIT_HLT);
	/* and one that none does */
	b->cpu->clock = &cpu_clock_instructions;
	assert_int_equal(run_pauses(b, 5, 0xffff), VMEXIT_PAUSE);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iopm),
		cmocka_unit_test(test_msrpm),
		cmocka_unit_test(test_msrs_outside_the_map),
		cmocka_unit_test(test_sev_status_is_never_intercepted),
		cmocka_unit_test(test_maps_outside_dram),
		cmocka_unit_test(test_maps_under_the_host_key),
		cmocka_unit_test(test_pause_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
