/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables that the smallest machine for Linux needs: RSDP, XSDT, FADT, MADT, and a DSDT of
 * which only the head is fixed.
 *
 * Offsets rather than structures: pointers stand unaligned.  Every table starts with
 * ACPI_HEADER_SIZE bytes of head, and all its bytes sum to 0 modulo 256.
 *	[ACPI 5.2 ACPI System Description Tables]
 */
#ifndef ABI_ACPI_H
#define ABI_ACPI_H

#include "abi/layout.h"

/* clang-format off */

/* Signatures as little-endian words. */
#define ACPI_SIG_XSDT	0x54445358u	/* "XSDT" */
#define ACPI_SIG_FADT	0x50434146u	/* "FACP" */
#define ACPI_SIG_MADT	0x43495041u	/* "APIC" */
#define ACPI_SIG_DSDT	0x54445344u	/* "DSDT" */
#define ACPI_SIG_MCFG	0x4746434du	/* "MCFG" */
#define ACPI_SIG_RSDP	0x2052545020445352ull	/* "RSD PTR " */

/* -- RSDP  [ACPI 5.2.5.3] ---------------------------------------------------------------------- */

enum {
	ACPI_RSDP_SIGNATURE	= 0,	/* u64 */
	ACPI_RSDP_CHECKSUM	= 8,	/* u8; bytes 0..19 sum to 0 */
	ACPI_RSDP_OEMID		= 9,	/* u8[6] */
	ACPI_RSDP_REVISION	= 15,	/* u8 2 */
	ACPI_RSDP_RSDT		= 16,	/* u32 */
	ACPI_RSDP_LENGTH	= 20,	/* u32 36 */
	ACPI_RSDP_XSDT		= 24,	/* u64 */
	ACPI_RSDP_EXT_CHECKSUM	= 32,	/* u8; bytes 0..35 sum to 0 */
	ACPI_RSDP_SIZE		= 36,
	ACPI_RSDP_V1_SIZE	= 20,
	ACPI_RSDP_ALIGN		= 16,
};

/* -- Head of every table; the XSDT's u64 pointers follow it  [ACPI 5.2.6, 5.2.8] --------------- */

enum {
	ACPI_HEADER_SIGNATURE		= 0,	/* u32 */
	ACPI_HEADER_LENGTH		= 4,	/* u32 */
	ACPI_HEADER_REVISION		= 8,	/* u8 */
	ACPI_HEADER_CHECKSUM		= 9,	/* u8 */
	ACPI_HEADER_OEMID		= 10,	/* u8[6] */
	ACPI_HEADER_OEM_TABLE_ID	= 16,	/* u8[8] */
	ACPI_HEADER_OEM_REVISION	= 24,	/* u32 */
	ACPI_HEADER_CREATOR_ID		= 28,	/* u32 */
	ACPI_HEADER_CREATOR_REVISION	= 32,	/* u32 */
	ACPI_HEADER_SIZE		= 36,
	ACPI_XSDT_ENTRIES		= 36,
};

/* -- Generic address structure  [ACPI 5.2.3.2] ------------------------------------------------- */

enum {
	ACPI_GAS_SPACE		= 0,	/* u8 enum acpi_gas_space */
	ACPI_GAS_BIT_WIDTH	= 1,	/* u8 */
	ACPI_GAS_BIT_OFFSET	= 2,	/* u8 */
	ACPI_GAS_ACCESS_SIZE	= 3,	/* u8; 1 byte, 2 word, 3 dword, 4 qword */
	ACPI_GAS_ADDRESS	= 4,	/* u64 */
	ACPI_GAS_SIZE		= 12,
};

enum acpi_gas_space {
	ACPI_GAS_MEMORY	= 0,
	ACPI_GAS_IO	= 1,
};

/* -- FADT  [ACPI 5.2.9] ------------------------------------------------------------------------ */

enum {
	ACPI_FADT_DSDT			= 40,	/* u32 */
	ACPI_FADT_SCI_INT		= 46,	/* u16 */
	ACPI_FADT_SMI_CMD		= 48,	/* u32 */
	ACPI_FADT_PM1A_EVT_BLK		= 56,	/* u32 port */
	ACPI_FADT_PM1A_CNT_BLK		= 64,	/* u32 port */
	ACPI_FADT_PM_TMR_BLK		= 76,	/* u32 port */
	ACPI_FADT_PM1_EVT_LEN		= 88,	/* u8 */
	ACPI_FADT_PM1_CNT_LEN		= 89,	/* u8 */
	ACPI_FADT_PM_TMR_LEN		= 91,	/* u8 */
	ACPI_FADT_BOOT_ARCH		= 109,	/* u16 ACPI_BOOT_ARCH_ */
	ACPI_FADT_FLAGS			= 112,	/* u32 ACPI_FADT_FLAG_ */
	ACPI_FADT_RESET_REG		= 116,	/* GAS */
	ACPI_FADT_RESET_VALUE		= 128,	/* u8 */
	ACPI_FADT_MINOR_VERSION		= 131,	/* u8 */
	ACPI_FADT_X_DSDT		= 140,	/* u64 */
	ACPI_FADT_SLEEP_CONTROL_REG	= 244,	/* GAS */
	ACPI_FADT_SLEEP_STATUS_REG	= 256,	/* GAS */
	ACPI_FADT_HYPERVISOR_ID		= 268,	/* u64 */
	ACPI_FADT_SIZE			= 276,
	ACPI_FADT_REVISION		= 6,
};

#define ACPI_BOOT_ARCH_LEGACY_DEVICES	BIT32(0)
#define ACPI_BOOT_ARCH_8042		BIT32(1)
#define ACPI_BOOT_ARCH_NO_VGA		BIT32(2)
#define ACPI_BOOT_ARCH_NO_MSI		BIT32(3)
#define ACPI_BOOT_ARCH_NO_ASPM		BIT32(4)
#define ACPI_BOOT_ARCH_NO_CMOS_RTC	BIT32(5)

#define ACPI_FADT_FLAG_WBINVD		BIT32(0)
#define ACPI_FADT_FLAG_PWR_BUTTON	BIT32(4)	/* 1: no fixed power button */
#define ACPI_FADT_FLAG_SLP_BUTTON	BIT32(5)
#define ACPI_FADT_FLAG_RESET_REG_SUP	BIT32(10)
#define ACPI_FADT_FLAG_HW_REDUCED	BIT32(20)

/* Sleep registers of hardware-reduced ACPI, and the PM1 control register.  [ACPI 4.8] */
#define ACPI_SLEEP_CONTROL_TYPE_SHIFT	2		/* SLP_TYP of the _Sx package */
#define ACPI_SLEEP_CONTROL_TYPE_MASK	BITS32(4, 2)
#define ACPI_SLEEP_CONTROL_EN		BIT32(5)
#define ACPI_SLEEP_STATUS_WAK		BIT32(7)
#define ACPI_PM1_CNT_SLP_TYP_SHIFT	10
#define ACPI_PM1_CNT_SLP_TYP_MASK	BITS32(12, 10)
#define ACPI_PM1_CNT_SLP_EN		BIT32(13)

LAYOUT_FIELD(ACPI_SLEEP_CONTROL_TYPE);
LAYOUT_FIELD(ACPI_PM1_CNT_SLP_TYP);

/* -- MADT  [ACPI 5.2.12] ----------------------------------------------------------------------- */

enum {
	ACPI_MADT_LAPIC_ADDR	= 36,	/* u32 */
	ACPI_MADT_FLAGS		= 40,	/* u32 ACPI_MADT_FLAG_ */
	ACPI_MADT_ENTRIES	= 44,	/* each: u8 type, u8 length, ... */
	ACPI_MADT_REVISION	= 5,
};

#define ACPI_MADT_FLAG_PCAT_COMPAT	BIT32(0)	/* there is a dual 8259 */
#define ACPI_MADT_ENABLED		BIT32(0)	/* flags of types 0 and 9 */

enum acpi_madt_type {
	ACPI_MADT_LAPIC		= 0,
	ACPI_MADT_IOAPIC	= 1,
	ACPI_MADT_OVERRIDE	= 2,
	ACPI_MADT_LAPIC_NMI	= 4,
	ACPI_MADT_X2APIC	= 9,
};

enum {
	ACPI_MADT_LAPIC_UID		= 2,	/* u8 */
	ACPI_MADT_LAPIC_ID		= 3,	/* u8 */
	ACPI_MADT_LAPIC_FLAGS		= 4,	/* u32 */
	ACPI_MADT_LAPIC_SIZE		= 8,
	ACPI_MADT_IOAPIC_ID		= 2,	/* u8 */
	ACPI_MADT_IOAPIC_ADDR		= 4,	/* u32 */
	ACPI_MADT_IOAPIC_GSI_BASE	= 8,	/* u32 */
	ACPI_MADT_IOAPIC_SIZE		= 12,
	ACPI_MADT_OVERRIDE_BUS		= 2,	/* u8 0 */
	ACPI_MADT_OVERRIDE_IRQ		= 3,	/* u8 */
	ACPI_MADT_OVERRIDE_GSI		= 4,	/* u32 */
	ACPI_MADT_OVERRIDE_FLAGS	= 8,	/* u16 */
	ACPI_MADT_OVERRIDE_SIZE		= 10,
	ACPI_MADT_X2APIC_ID		= 4,	/* u32 */
	ACPI_MADT_X2APIC_FLAGS		= 8,	/* u32 */
	ACPI_MADT_X2APIC_UID		= 12,	/* u32 */
	ACPI_MADT_X2APIC_SIZE		= 16,
};

/* clang-format on */

#endif
