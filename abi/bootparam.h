/* SPDX-License-Identifier: MIT */
/*
 * Linux x86 boot protocol: the header of a bzImage, the zero page, setup_data, and the CC blob by
 * which an SNP guest without EFI learns where its secrets and CPUID pages are.
 *
 * Offsets rather than structures: many fields stand unaligned.  Width and direction are in the
 * comment; "hdr" fields stand in the image and in the zero page alike, "bp" fields in the zero page
 * only.
 *	[Linux Documentation/arch/x86/boot.rst, zero-page.rst]
 */
#ifndef ABI_BOOTPARAM_H
#define ABI_BOOTPARAM_H

#include "abi/layout.h"

/* clang-format off */

enum {
	BOOT_PARAMS_SIZE		= 0x1000,
	BOOT_SECTOR_SIZE		= 0x200,
	BOOT_ENTRY64			= 0x200,	/* 64-bit entry, from the load address */

	BP_SCREEN_INFO			= 0x000,	/* bp	64 bytes; zero: no VGA console */
	BP_ACPI_RSDP_ADDR		= 0x070,	/* bp	u64 */
	BP_EXT_RAMDISK_IMAGE		= 0x0c0,	/* bp	u32 high halves */
	BP_EXT_RAMDISK_SIZE		= 0x0c4,	/* bp	u32 */
	BP_EXT_CMD_LINE_PTR		= 0x0c8,	/* bp	u32 */
	BP_CC_BLOB_ADDRESS		= 0x13c,	/* bp	u32; the decompressor sets it */
	BP_EFI_INFO			= 0x1c0,	/* bp	32 bytes; zero: no EFI */
	BP_E820_ENTRIES			= 0x1e8,	/* bp	u8 */
	BP_SENTINEL			= 0x1ef,	/* bp	u8; must be zero */
	BP_SETUP_HEADER			= 0x1f1,	/* hdr	up to BP_JUMP + 2 + its length */
	BP_SETUP_SECTS			= 0x1f1,	/* hdr	u8; 0 means 4 */
	BP_BOOT_FLAG			= 0x1fe,	/* hdr	u16 BOOT_FLAG_MAGIC */
	BP_JUMP				= 0x200,	/* hdr	u8 EBh, u8 length of the rest */
	BP_HEADER			= 0x202,	/* hdr	u32 BOOT_HEADER_MAGIC */
	BP_VERSION			= 0x206,	/* hdr	u16 protocol, 20Fh is 2.15 */
	BP_TYPE_OF_LOADER		= 0x210,	/* bp	u8; 0: no initrd for Linux */
	BP_LOADFLAGS			= 0x211,	/* hdr	u8 BOOT_LOADFLAGS_ */
	BP_CODE32_START			= 0x214,	/* hdr	u32 */
	BP_RAMDISK_IMAGE		= 0x218,	/* bp	u32 */
	BP_RAMDISK_SIZE			= 0x21c,	/* bp	u32 */
	BP_HEAP_END_PTR			= 0x224,	/* bp	u16 */
	BP_CMD_LINE_PTR			= 0x228,	/* bp	u32 */
	BP_INITRD_ADDR_MAX		= 0x22c,	/* hdr	u32 last usable byte */
	BP_KERNEL_ALIGNMENT		= 0x230,	/* hdr	u32 */
	BP_RELOCATABLE_KERNEL		= 0x234,	/* hdr	u8 */
	BP_MIN_ALIGNMENT		= 0x235,	/* hdr	u8 log2 */
	BP_XLOADFLAGS			= 0x236,	/* hdr	u16 BOOT_XLF_ */
	BP_CMDLINE_SIZE			= 0x238,	/* hdr	u32 without the NUL */
	BP_HARDWARE_SUBARCH		= 0x23c,	/* bp	u32; 0 is a PC */
	BP_PAYLOAD_OFFSET		= 0x248,	/* hdr	u32 from the protected-mode part */
	BP_PAYLOAD_LENGTH		= 0x24c,	/* hdr	u32 */
	BP_SETUP_DATA			= 0x250,	/* bp	u64 first node */
	BP_PREF_ADDRESS			= 0x258,	/* hdr	u64 */
	BP_INIT_SIZE			= 0x260,	/* hdr	u32 bytes at the run address */
	BP_HANDOVER_OFFSET		= 0x264,	/* hdr	u32 */
	BP_KERNEL_INFO_OFFSET		= 0x268,	/* hdr	u32 */
	BP_E820_TABLE			= 0x2d0,	/* bp	BOOT_E820_ENTRY_SIZE bytes each */
};

#define BOOT_FLAG_MAGIC			0xaa55u
#define BOOT_HEADER_MAGIC		0x53726448u	/* "HdrS" */
#define BOOT_VERSION_MIN_64		0x020cu		/* first protocol with xloadflags */
#define BOOT_LOADER_UNDEFINED		0xffu		/* type_of_loader that has no number */

#define BOOT_LOADFLAGS_LOADED_HIGH	BIT32(0)
#define BOOT_LOADFLAGS_CAN_USE_HEAP	BIT32(7)

#define BOOT_XLF_KERNEL_64		BIT32(0)	/* the 64-bit entry exists */
#define BOOT_XLF_ABOVE_4G		BIT32(1)	/* all may lie above 4 GiB */

/* Selectors that the 64-bit entry expects in the GDT. */
enum {
	BOOT_CS	= 0x10,		/* 64-bit code, execute and read */
	BOOT_DS	= 0x18,		/* flat data; DS, ES, SS */
};

/* -- e820 -------------------------------------------------------------------------------------- */

enum {
	BOOT_E820_ENTRY_SIZE	= 20,
	BOOT_E820_ADDR		= 0,	/* u64 */
	BOOT_E820_SIZE		= 8,	/* u64 */
	BOOT_E820_TYPE		= 16,	/* u32 enum boot_e820_type */
	BOOT_E820_MAX		= 128,
};

enum boot_e820_type {
	BOOT_E820_RAM		= 1,
	BOOT_E820_RESERVED	= 2,	/* an SEV guest maps it shared: never what is private */
	BOOT_E820_ACPI		= 3,
	BOOT_E820_NVS		= 4,
};

/* -- setup_data: a list of nodes in guest memory ----------------------------------------------- */

enum {
	BOOT_SETUP_DATA_NEXT	= 0x00,	/* u64 GPA, 0 ends the list */
	BOOT_SETUP_DATA_TYPE	= 0x08,	/* u32 */
	BOOT_SETUP_DATA_LEN	= 0x0c,	/* u32 bytes of data */
	BOOT_SETUP_DATA_DATA	= 0x10,
};

enum boot_setup_data_type {
	BOOT_SETUP_CC_BLOB	= 7,	/* data: u32 GPA of a cc_blob */
};

/* The confidential computing blob.	[OVMF ConfidentialComputingSevSnpBlob.h] */
struct cc_blob {
	u32	magic;		/* in   CC_BLOB_MAGIC */
	u16	version;	/* in */
	u16	rsvd_06;
	u64	secrets_phys;	/* in   GPA of the secrets page */
	u32	secrets_len;	/* in   1000h */
	u32	rsvd_14;
	u64	cpuid_phys;	/* in   GPA of the CPUID page */
	u32	cpuid_len;	/* in   1000h */
	u32	rsvd_24;
};
LAYOUT_SIZE(cc_blob, 0x28);
LAYOUT_AT(cc_blob, magic, 0x00);
LAYOUT_AT(cc_blob, version, 0x04);
LAYOUT_AT(cc_blob, secrets_phys, 0x08);
LAYOUT_AT(cc_blob, secrets_len, 0x10);
LAYOUT_AT(cc_blob, cpuid_phys, 0x18);
LAYOUT_AT(cc_blob, cpuid_len, 0x20);

#define CC_BLOB_MAGIC	0x45444d41u	/* "AMDE" */

/* clang-format on */

#endif
