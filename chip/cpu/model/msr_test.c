/* SPDX-License-Identifier: MIT */
/* The MSR table, row by row. */
#include "chip/cpu/model/msr.h"

#include "abi/msr.h"
#include "abi/paging.h"
#include "chip/cpu/model/msr_testbed.h"

static void test_rows_are_sorted(void **state)
{
	for (unsigned n = 1; n < msr_row_count; n++)
		assert_true(msr_rows[n - 1].first + msr_rows[n - 1].count <= msr_rows[n].first);
}

static void test_places_do_not_overlap(void **state)
{
	for (unsigned a = 0; a < msr_row_count; a++)
		for (unsigned b = a + 1; b < msr_row_count; b++) {
			const struct msr_row *x = &msr_rows[a], *y = &msr_rows[b];

			if (x->place == MSR_NOWHERE || x->place != y->place)
				continue;
			assert_true(x->offset + 8 * x->count <= y->offset ||
				    y->offset + 8 * y->count <= x->offset);
		}
}

static void test_find(void **state)
{
	const struct cpu_model *m = cpu_model_find("turin");

	for (unsigned n = 0; n < msr_row_count; n++) {
		const struct msr_row *row = &msr_rows[n];
		bool has = cpu_model_has(m, row->feature);

		assert_ptr_equal(msr_find(m, row->first), has ? row : NULL);
		assert_ptr_equal(msr_find(m, row->first + row->count - 1), has ? row : NULL);
	}
	assert_null(msr_find(m, 0));
	assert_null(msr_find(m, ~0u));
}

static void test_unlisted(void **state)
{
	static const u32 unlisted[] = {0,          0x11,       0x3b,       0x800,
				       0x80b,      0xc0000085, 0xc0002000, 0xc0010130,
				       0xc0010134, 0xc0010135, 0xc001f000, ~0u};
	struct machine *m = guest_new("turin");

	for (unsigned n = 0; n < ARRAY_SIZE(unlisted); n++) {
		assert_false(host_reads(m, unlisted[n]));
		assert_false(host_write(m, unlisted[n], 0));
	}
	assert_false(guest_write(m, 0xc0010130, 0));
	machine_free(m);
}

static void test_model_gates(void **state)
{
	struct machine *naples = guest_new("naples");
	struct machine *rome = guest_new("rome");

	assert_false(host_reads(naples, MSR_SPEC_CTRL));
	assert_true(host_reads(rome, MSR_SPEC_CTRL));
	assert_false(host_reads(rome, MSR_RMP_BASE));
	assert_true(host_write(naples, MSR_PRED_CMD, PRED_CMD_IBPB));
	machine_free(naples);
	machine_free(rome);
}

/* Registers that a machine for tests has already changed. */
static bool is_set_up(u32 msr)
{
	return msr == MSR_EFER || msr == MSR_SYSCFG || msr == MSR_HWCR || msr == MSR_VM_HSAVE_PA ||
	       msr == MSR_APIC_BASE;
}

static void test_reset_values(void **state)
{
	struct machine *m = guest_new("turin");

	for (unsigned n = 0; n < msr_row_count; n++) {
		const struct msr_row *row = &msr_rows[n];

		for (u32 i = 0; i < row->count; i++)
			if (row->access != MSR_WRITE_ONLY && !row->read && !is_set_up(row->first) &&
			    row->offset < offsetof(struct cpu, seg))
				assert_int_equal(host_read(m, row->first + i), row->reset);
	}
	assert_int_equal(host_read(m, MSR_APIC_BASE), 0xfee00900);
	assert_int_equal(host_read(m, MSR_MTRR_CAP), 0x508);
	assert_int_equal(host_read(m, MSR_MTRR_DEF_TYPE), 0xc06);
	assert_int_equal(host_read(m, MSR_PAT), PAT_INIT);
	machine_free(m);
}

static void test_access_kinds(void **state)
{
	struct machine *m = guest_new("turin");

	for (unsigned n = 0; n < msr_row_count; n++) {
		const struct msr_row *row = &msr_rows[n];
		u64 before;

		assert_int_equal(host_reads(m, row->first), row->access != MSR_WRITE_ONLY);
		if (row->access == MSR_READ_ONLY)
			assert_false(host_write(m, row->first, row->reset));
		if (row->access != MSR_WRITE_IGNORED || row->read)
			continue;
		before = host_read(m, row->first);
		assert_true(host_write(m, row->first, ~before));
		assert_int_equal(host_read(m, row->first), before);
	}
	machine_free(m);
}

/* Each reserved bit alone is refused, and nothing changes. */
static void test_reserved_bits(void **state)
{
	struct machine *m = guest_new("turin");

	for (unsigned n = 0; n < msr_row_count; n++) {
		const struct msr_row *row = &msr_rows[n];
		u64 before;

		if (row->access != MSR_READ_WRITE || row->first == MSR_TSC)
			continue;
		before = host_read(m, row->first);
		for (unsigned bit = 0; bit < 64; bit++)
			if (!(row->valid >> bit & 1))
				assert_false(host_write(m, row->first, before | BIT64(bit)));
		assert_int_equal(host_read(m, row->first), before);
	}
	machine_free(m);
}

/* What a row without rules takes, it gives back, from each of its registers. */
static void test_storage(void **state)
{
	struct machine *m = guest_new("turin");

	for (unsigned n = 0; n < msr_row_count; n++) {
		const struct msr_row *row = &msr_rows[n];

		if (row->access != MSR_READ_WRITE || row->legal || row->write ||
		    row->place == MSR_NOWHERE)
			continue;
		for (u32 i = 0; i < row->count; i++)
			assert_true(host_write(m, row->first + i,
					       (0x1122334455667788 + i) & row->valid));
		for (u32 i = 0; i < row->count; i++)
			assert_int_equal(host_read(m, row->first + i),
					 (0x1122334455667788 + i) & row->valid);
	}
	machine_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_sorted),
		cmocka_unit_test(test_places_do_not_overlap),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_unlisted),
		cmocka_unit_test(test_model_gates),
		cmocka_unit_test(test_reset_values),
		cmocka_unit_test(test_access_kinds),
		cmocka_unit_test(test_reserved_bits),
		cmocka_unit_test(test_storage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
