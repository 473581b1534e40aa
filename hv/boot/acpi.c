/* SPDX-License-Identifier: MIT */
/* Tables one behind the other, each at a multiple of 16. */
#include "hv/boot/acpi.h"

#include <stdio.h>
#include <string.h>

#include "abi/acpi.h"
#include "abi/apic.h"
#include "abi/msr.h"
#include "base/bug.h"
#include "base/bytes.h"
#include "hv/boot/aml.h"
#include "hv/layout.h"

enum { TABLE_ALIGN = 16, DSDT_REVISION = 2, XSDT_TABLES = 2 };

struct tables {
	u8 *bytes;
	u64 used, room;
	u64 gpa;
};

/* -- what all tables share -------------------------------------------------------------------- */

static u8 checksum(const u8 *p, u64 len)
{
	u8 sum = 0;

	for (u64 n = 0; n < len; n++)
		sum = (u8)(sum + p[n]);
	return (u8)-sum;
}

static u8 *take(struct tables *t, u64 len)
{
	u8 *p = t->bytes + t->used;

	BUG_ON(len > t->room - t->used);
	memset(p, 0, len);
	t->used = align_up(t->used + len, TABLE_ALIGN);
	return p;
}

static u64 gpa_of(const struct tables *t, const u8 *table)
{
	return t->gpa + (u64)(table - t->bytes);
}

/* The head, and last of all the checksum. */
static void finish(u8 *table, u32 signature, u64 len, u8 revision)
{
	put_le32(table + ACPI_HEADER_SIGNATURE, signature);
	put_le32(table + ACPI_HEADER_LENGTH, (u32)len);
	table[ACPI_HEADER_REVISION] = revision;
	memcpy(table + ACPI_HEADER_OEMID, "SWSEV ", 6);
	memcpy(table + ACPI_HEADER_OEM_TABLE_ID, "SWSEVHV ", 8);
	put_le32(table + ACPI_HEADER_OEM_REVISION, 1);
	memcpy(table + ACPI_HEADER_CREATOR_ID, "SSEV", 4);
	put_le32(table + ACPI_HEADER_CREATOR_REVISION, 1);
	table[ACPI_HEADER_CHECKSUM] = 0;
	table[ACPI_HEADER_CHECKSUM] = checksum(table, len);
}

/* -- DSDT ------------------------------------------------------------------------------------- */

static void put_s5(struct aml *a)
{
	u64 package;

	aml_define(a, "_S5_");
	package = aml_open_package(a, 4);
	aml_integer(a, LAYOUT_SLEEP_TYPE_S5);
	for (unsigned n = 0; n < 3; n++)
		aml_integer(a, 0);
	aml_close(a, package);
}

static void put_serial(struct aml *a)
{
	u64 device = aml_open_device(a, "COM1");
	struct aml_template t;

	aml_define(a, "_HID");
	aml_eisa_id(a, "PNP0501");
	aml_define(a, "_UID");
	aml_integer(a, 1);
	aml_define(a, "_CRS");
	t = aml_open_template(a);
	aml_io(a, LAYOUT_SERIAL_PORT, 8);
	aml_interrupt(a, LAYOUT_SERIAL_GSI, false);
	aml_close_template(a, t);
	aml_close(a, device);
}

static void put_rtc(struct aml *a)
{
	u64 device = aml_open_device(a, "RTC0");
	struct aml_template t;

	aml_define(a, "_HID");
	aml_eisa_id(a, "PNP0B00");
	aml_define(a, "_CRS");
	t = aml_open_template(a);
	aml_io(a, LAYOUT_RTC_PORT, 2);
	aml_close_template(a, t);
	aml_close(a, device);
}

static void put_virtio(struct aml *a, unsigned slot)
{
	struct aml_template t;
	char name[5];
	u64 device;

	snprintf(name, sizeof(name), "VIO%X", slot & 0xf);
	device = aml_open_device(a, name);
	aml_define(a, "_HID");
	aml_string(a, "LNRO0005");
	aml_define(a, "_UID");
	aml_integer(a, slot);
	aml_define(a, "_CCA");
	aml_integer(a, 1);
	aml_define(a, "_CRS");
	t = aml_open_template(a);
	aml_memory32(a, LAYOUT_VIRTIO_BASE + slot * LAYOUT_VIRTIO_STRIDE, LAYOUT_VIRTIO_SIZE);
	aml_interrupt(a, LAYOUT_VIRTIO_GSI + slot, true);
	aml_close_template(a, t);
	aml_close(a, device);
}

static u64 put_dsdt(struct tables *t)
{
	u8 *table = t->bytes + t->used;
	struct aml a = {table, ACPI_HEADER_SIZE, t->room - t->used};
	u64 scope;

	memset(table, 0, ACPI_HEADER_SIZE);
	put_s5(&a);
	scope = aml_open_scope(&a, "\\_SB_");
	put_serial(&a);
	put_rtc(&a);
	for (unsigned slot = 0; slot < LAYOUT_VIRTIO_SLOTS; slot++)
		put_virtio(&a, slot);
	aml_close(&a, scope);
	t->used = align_up(t->used + a.len, TABLE_ALIGN);
	finish(table, ACPI_SIG_DSDT, a.len, DSDT_REVISION);
	return gpa_of(t, table);
}

/* -- FADT ------------------------------------------------------------------------------------- */

static void put_register(u8 *gas, u64 address)
{
	enum { ACCESS_BYTE = 1 };

	gas[ACPI_GAS_SPACE] = ACPI_GAS_MEMORY;
	gas[ACPI_GAS_BIT_WIDTH] = 8;
	gas[ACPI_GAS_ACCESS_SIZE] = ACCESS_BYTE;
	put_le64(gas + ACPI_GAS_ADDRESS, address);
}

static u64 put_fadt(struct tables *t, u64 dsdt)
{
	u8 *table = take(t, ACPI_FADT_SIZE);

	put_le32(table + ACPI_FADT_DSDT, (u32)dsdt);
	put_le64(table + ACPI_FADT_X_DSDT, dsdt);
	put_le16(table + ACPI_FADT_BOOT_ARCH, ACPI_BOOT_ARCH_NO_VGA);
	put_le32(table + ACPI_FADT_FLAGS,
		 ACPI_FADT_FLAG_WBINVD | ACPI_FADT_FLAG_PWR_BUTTON | ACPI_FADT_FLAG_SLP_BUTTON |
			 ACPI_FADT_FLAG_RESET_REG_SUP | ACPI_FADT_FLAG_HW_REDUCED);
	put_register(table + ACPI_FADT_RESET_REG, LAYOUT_RESET_REG);
	table[ACPI_FADT_RESET_VALUE] = LAYOUT_RESET_VALUE;
	put_register(table + ACPI_FADT_SLEEP_CONTROL_REG, LAYOUT_SLEEP_CONTROL);
	put_register(table + ACPI_FADT_SLEEP_STATUS_REG, LAYOUT_SLEEP_STATUS);
	finish(table, ACPI_SIG_FADT, ACPI_FADT_SIZE, ACPI_FADT_REVISION);
	return gpa_of(t, table);
}

/* -- MADT ------------------------------------------------------------------------------------- */

static void put_lapic(u8 *e, unsigned cpu)
{
	e[0] = ACPI_MADT_LAPIC;
	e[1] = ACPI_MADT_LAPIC_SIZE;
	e[ACPI_MADT_LAPIC_UID] = (u8)cpu;
	e[ACPI_MADT_LAPIC_ID] = (u8)cpu;
	put_le32(e + ACPI_MADT_LAPIC_FLAGS, ACPI_MADT_ENABLED);
}

static void put_ioapic(u8 *e)
{
	e[0] = ACPI_MADT_IOAPIC;
	e[1] = ACPI_MADT_IOAPIC_SIZE;
	put_le32(e + ACPI_MADT_IOAPIC_ADDR, (u32)IOAPIC_BASE);
}

static u64 put_madt(struct tables *t, unsigned cpus)
{
	u64 len = ACPI_MADT_ENTRIES + cpus * ACPI_MADT_LAPIC_SIZE + ACPI_MADT_IOAPIC_SIZE;
	u8 *table = take(t, len);
	u8 *e = table + ACPI_MADT_ENTRIES;

	put_le32(table + ACPI_MADT_LAPIC_ADDR, (u32)APIC_BASE_INIT);
	for (unsigned cpu = 0; cpu < cpus; cpu++, e += ACPI_MADT_LAPIC_SIZE)
		put_lapic(e, cpu);
	put_ioapic(e);
	finish(table, ACPI_SIG_MADT, len, ACPI_MADT_REVISION);
	return gpa_of(t, table);
}

/* -- RSDP and XSDT ---------------------------------------------------------------------------- */

static u64 put_xsdt(struct tables *t, const u64 *table_gpa)
{
	u64 len = ACPI_XSDT_ENTRIES + 8 * XSDT_TABLES;
	u8 *table = take(t, len);

	for (unsigned n = 0; n < XSDT_TABLES; n++)
		put_le64(table + ACPI_XSDT_ENTRIES + 8 * n, table_gpa[n]);
	finish(table, ACPI_SIG_XSDT, len, 1);
	return gpa_of(t, table);
}

static void put_rsdp(u8 *rsdp, u64 xsdt)
{
	put_le64(rsdp + ACPI_RSDP_SIGNATURE, ACPI_SIG_RSDP);
	memcpy(rsdp + ACPI_RSDP_OEMID, "SWSEV ", 6);
	rsdp[ACPI_RSDP_REVISION] = 2;
	put_le32(rsdp + ACPI_RSDP_LENGTH, ACPI_RSDP_SIZE);
	put_le64(rsdp + ACPI_RSDP_XSDT, xsdt);
	rsdp[ACPI_RSDP_CHECKSUM] = checksum(rsdp, ACPI_RSDP_V1_SIZE);
	rsdp[ACPI_RSDP_EXT_CHECKSUM] = checksum(rsdp, ACPI_RSDP_SIZE);
}

u64 acpi_build(u8 *tables, u64 room, u64 gpa, unsigned cpus)
{
	struct tables t = {tables, 0, room, gpa};
	u8 *rsdp = take(&t, ACPI_RSDP_SIZE);
	u64 dsdt = put_dsdt(&t);
	const u64 table[XSDT_TABLES] = {put_fadt(&t, dsdt), put_madt(&t, cpus)};

	put_rsdp(rsdp, put_xsdt(&t, table));
	return t.used;
}
