/* SPDX-License-Identifier: MIT */
/* Checksums, pointers, one LAPIC a vCPU; and AML byte by byte. */
#include "hv/boot/acpi.h"

#include <string.h>

#include "tests/support/cmocka.h"

#include "abi/acpi.h"
#include "base/bytes.h"
#include "hv/boot/aml.h"

enum { ROOM = 0x20000, GPA_AT = 0xe0000 };

static u8 tables[ROOM];
static u64 used;

static void build(unsigned cpus)
{
	used = acpi_build(tables, ROOM, GPA_AT, cpus);
	assert_in_range(used, 1, ROOM);
}

static u8 sum(const u8 *p, u64 len)
{
	u8 s = 0;

	while (len--)
		s = (u8)(s + *p++);
	return s;
}

/* The table at a guest address, its checksum right. */
static const u8 *table_at(u64 gpa, u32 signature)
{
	const u8 *p = tables + (gpa - GPA_AT);

	assert_in_range(gpa, GPA_AT, GPA_AT + used - 1);
	assert_int_equal(get_le32(p), signature);
	assert_int_equal(sum(p, get_le32(p + ACPI_HEADER_LENGTH)), 0);
	return p;
}

static void checksums_and_pointers(void **state)
{
	const u8 *xsdt, *fadt, *madt;

	build(4);
	assert_int_equal(get_le64(tables), ACPI_SIG_RSDP);
	assert_int_equal(sum(tables, ACPI_RSDP_V1_SIZE), 0);
	assert_int_equal(sum(tables, ACPI_RSDP_SIZE), 0);
	xsdt = table_at(get_le64(tables + ACPI_RSDP_XSDT), ACPI_SIG_XSDT);
	fadt = table_at(get_le64(xsdt + ACPI_XSDT_ENTRIES), ACPI_SIG_FADT);
	madt = table_at(get_le64(xsdt + ACPI_XSDT_ENTRIES + 8), ACPI_SIG_MADT);
	table_at(get_le64(fadt + ACPI_FADT_X_DSDT), ACPI_SIG_DSDT);
	assert_true(get_le32(fadt + ACPI_FADT_FLAGS) & ACPI_FADT_FLAG_HW_REDUCED);
	assert_int_equal(get_le32(madt + ACPI_HEADER_LENGTH),
			 ACPI_MADT_ENTRIES + 4 * ACPI_MADT_LAPIC_SIZE + ACPI_MADT_IOAPIC_SIZE);
}

static void one_lapic_a_cpu(void **state)
{
	const u8 *xsdt, *e;

	build(64);
	xsdt = table_at(get_le64(tables + ACPI_RSDP_XSDT), ACPI_SIG_XSDT);
	e = table_at(get_le64(xsdt + ACPI_XSDT_ENTRIES + 8), ACPI_SIG_MADT) + ACPI_MADT_ENTRIES;
	for (unsigned n = 0; n < 64; n++, e += ACPI_MADT_LAPIC_SIZE) {
		assert_int_equal(e[0], ACPI_MADT_LAPIC);
		assert_int_equal(e[ACPI_MADT_LAPIC_ID], n);
	}
	assert_int_equal(e[0], ACPI_MADT_IOAPIC);
}

static void aml_bytes(void **state)
{
	static const u8 want[] = {0x08, '_',  'H',  'I',  'D',  0x0c, 0x41, 0xd0, 0x05, 0x01,
				  0x12, 0x89, 0x00, 0x00, 0x02, 0x0a, 0x05, 0x0b, 0x34, 0x12};
	u8 bytes[64];
	struct aml a = {bytes, 0, sizeof(bytes)};
	u64 open;

	aml_define(&a, "_HID");
	aml_eisa_id(&a, "PNP0501");
	open = aml_open_package(&a, 2);
	aml_integer(&a, 5);
	aml_integer(&a, 0x1234);
	aml_close(&a, open);
	/* Length of the package: three bytes of its own, a count, and five of contents. */
	assert_int_equal(a.len, sizeof(want));
	assert_memory_equal(bytes, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_and_pointers),
		cmocka_unit_test(one_lapic_a_cpu),
		cmocka_unit_test(aml_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
