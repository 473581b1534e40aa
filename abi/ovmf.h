/* SPDX-License-Identifier: MIT */
/*
 * What OVMF and a VMM agree on to launch an SEV guest: a table of GUIDed entries at the end of the
 * firmware image, the SEV metadata that one of them points to, and two tables in guest memory, the
 * hashes of a directly booted kernel and the guest owner's secrets.  Of no AMD document; the
 * producers and consumers are OVMF, QEMU, SVSM and the owner's tools.
 *
 * GUIDs here are stored mixed-endian, as everywhere in UEFI.  The image ends at 4 GiB, so an offset
 * from its end is one from there.  Entries follow each other at any alignment.
 */
#ifndef ABI_OVMF_H
#define ABI_OVMF_H

#include "abi/guid.h"
#include "abi/layout.h"

/* clang-format off */

/* -- GUIDed table at the end of the image ------------------------------------------------------ */

/*
 *	... [data][length][GUID] [data][length][GUID] [length][footer GUID] <- 20h before the end
 *
 * Read backwards.  An entry's length counts its data, length and GUID; the footer's counts the
 * whole table, itself included.
 */
struct ovmf_entry_tail {
	u16	length;
	struct guid guid;
};
LAYOUT_SIZE(ovmf_entry_tail, 0x12);
LAYOUT_AT(ovmf_entry_tail, length, 0x00);
LAYOUT_AT(ovmf_entry_tail, guid, 0x02);

enum {
	OVMF_TABLE_FROM_END	= 0x20,	/* where the footer's GUID ends */
};

#define OVMF_GUID_FOOTER	GUID_MIXED(0x96b582de, 0x1fb2, 0x45f7, 0xbaea, 0xa366c55a082d)
#define OVMF_GUID_RESET_BLOCK	GUID_MIXED(0x00f771de, 0x1a7e, 0x4fcb, 0x890e, 0x68c77e2fb44e)
#define OVMF_GUID_SECRET_BLOCK	GUID_MIXED(0x4c2eb361, 0x7d9b, 0x4cc3, 0x8081, 0x127c90d3d294)
#define OVMF_GUID_HASHES_BLOCK	GUID_MIXED(0x7255371f, 0x3a3b, 0x4b04, 0x927b, 0x1da6efa8d454)
#define OVMF_GUID_SEV_METADATA	GUID_MIXED(0xdc886566, 0x984a, 0x4798, 0xa75e, 0x5585a7bf67cc)

struct ovmf_reset_block {	/* data of RESET_BLOCK: where APs of an SEV-ES guest start */
	u32	addr;	/* CS base in bits 31:16, IP in bits 15:0 */
};
LAYOUT_SIZE(ovmf_reset_block, 0x04);
LAYOUT_AT(ovmf_reset_block, addr, 0x00);

struct ovmf_area_block {	/* data of SECRET_BLOCK and HASHES_BLOCK */
	u32	base;	/* guest physical address */
	u32	size;	/* 0: none */
};
LAYOUT_SIZE(ovmf_area_block, 0x08);
LAYOUT_AT(ovmf_area_block, base, 0x00);
LAYOUT_AT(ovmf_area_block, size, 0x04);

struct ovmf_metadata_block {	/* data of SEV_METADATA */
	u32	offset;	/* of struct ovmf_sev_metadata, from the end */
};
LAYOUT_SIZE(ovmf_metadata_block, 0x04);
LAYOUT_AT(ovmf_metadata_block, offset, 0x00);

/* -- SEV metadata: what to launch besides the image -------------------------------------------- */

struct ovmf_sev_section {
	u32	base;	/* guest physical address */
	u32	size;
	u32	type;	/* enum ovmf_sev_section_type */
};
LAYOUT_SIZE(ovmf_sev_section, 0x0c);
LAYOUT_AT(ovmf_sev_section, base, 0x00);
LAYOUT_AT(ovmf_sev_section, size, 0x04);
LAYOUT_AT(ovmf_sev_section, type, 0x08);

struct ovmf_sev_metadata {
	u8	signature[4];			/* OVMF_SEV_METADATA_SIGNATURE, no NUL */
	u32	length;				/* of this header and the sections */
	u32	version;			/* OVMF_SEV_METADATA_VERSION */
	u32	num_sections;
	struct ovmf_sev_section sections[];
};
LAYOUT_SIZE(ovmf_sev_metadata, 0x10);
LAYOUT_AT(ovmf_sev_metadata, signature, 0x00);
LAYOUT_AT(ovmf_sev_metadata, length, 0x04);
LAYOUT_AT(ovmf_sev_metadata, version, 0x08);
LAYOUT_AT(ovmf_sev_metadata, num_sections, 0x0c);
LAYOUT_AT(ovmf_sev_metadata, sections, 0x10);

#define OVMF_SEV_METADATA_SIGNATURE	"ASEV"

enum {
	OVMF_SEV_METADATA_VERSION	= 1,
};

enum ovmf_sev_section_type {
	OVMF_SEV_SEC_MEM	= 0x01,	/* ZERO, or UNMEASURED: memory of the first boot stage */
	OVMF_SEV_SECRETS	= 0x02,	/* SECRETS */
	OVMF_SEV_CPUID		= 0x03,	/* CPUID */
	OVMF_SEV_SVSM_CAA	= 0x04,	/* ZERO */
	OVMF_SEV_KERNEL_HASHES	= 0x10,	/* NORMAL with a direct boot, else ZERO */
};

/* -- Hashes of a directly booted kernel, in the area of HASHES_BLOCK --------------------------- */

struct sev_hash_entry {
	struct guid guid;
	u16	length;		/* of this entry, 32h */
	u8	hash[32];	/* SHA-256 */
};
LAYOUT_SIZE(sev_hash_entry, 0x32);
LAYOUT_AT(sev_hash_entry, guid, 0x00);
LAYOUT_AT(sev_hash_entry, length, 0x10);
LAYOUT_AT(sev_hash_entry, hash, 0x12);

/* Measured with zeros up to a multiple of 16 bytes, SEV_HASH_TABLE_PADDED. */
struct sev_hash_table {
	struct guid guid;
	u16	length;			/* of this table, A8h */
	struct sev_hash_entry cmdline;	/* with its NUL */
	struct sev_hash_entry initrd;	/* of nothing when there is none */
	struct sev_hash_entry kernel;
};
LAYOUT_SIZE(sev_hash_table, 0xa8);
LAYOUT_AT(sev_hash_table, guid, 0x00);
LAYOUT_AT(sev_hash_table, length, 0x10);
LAYOUT_AT(sev_hash_table, cmdline, 0x12);
LAYOUT_AT(sev_hash_table, initrd, 0x44);
LAYOUT_AT(sev_hash_table, kernel, 0x76);

enum {
	SEV_HASH_TABLE_PADDED	= 0xb0,
};

#define SEV_HASH_GUID_TABLE	GUID_MIXED(0x9438d606, 0x4f22, 0x4cc9, 0xb479, 0xa793d411fd21)
#define SEV_HASH_GUID_CMDLINE	GUID_MIXED(0x97d02dd8, 0xbd20, 0x4c94, 0xaa78, 0xe7714d36ab2a)
#define SEV_HASH_GUID_INITRD	GUID_MIXED(0x44baf731, 0x3a2f, 0x4bd7, 0x9af1, 0x41e29169781d)
#define SEV_HASH_GUID_KERNEL	GUID_MIXED(0x4de79437, 0xabd2, 0x427f, 0xb835, 0xd5b172d2045b)

/* -- Secrets, in the area of SECRET_BLOCK: what LAUNCH_SECRET brings --------------------------- */

/* Head of the table and of every entry; zeros up to a multiple of 16 bytes at the end. */
struct sev_secret_head {
	struct guid guid;
	u32	length;		/* of the table, or of the entry; the head included */
};
LAYOUT_SIZE(sev_secret_head, 0x14);
LAYOUT_AT(sev_secret_head, guid, 0x00);
LAYOUT_AT(sev_secret_head, length, 0x10);

#define SEV_SECRET_GUID_TABLE	GUID_MIXED(0x1e74f542, 0x71dd, 0x4d66, 0x963e, 0xef4287ff173b)
#define SEV_SECRET_GUID_DISK	GUID_MIXED(0x736869e5, 0x84f0, 0x4973, 0x92ec, 0x06879ce3da0b)

/* clang-format on */

#endif
