/* SPDX-License-Identifier: MIT */
/* What the files of hv/boot/ share. */
#ifndef HV_BOOT_INTERNAL_H
#define HV_BOOT_INTERNAL_H

#include "hv/boot/boot.h"
#include "hv/boot/elf.h"
#include "hv/boot/file.h"

/*
 * Below 1 MiB, page by page; the kernel's real-mode trampoline and its search for tables leave these
 * alone until they are read.  One list, so that nothing is put twice at one place.
 */
enum {
	BOOT_AT_GDT = 0x6000,
	BOOT_AT_ZERO_PAGE = 0x7000,
	BOOT_AT_CMDLINE = 0x8000,
	BOOT_AT_PAGE_TABLES = 0xa000, /* PML4, PDPT, four PDs */
	BOOT_AT_MULTIBOOT = 0x12000,
	BOOT_AT_ACPI = 0xe0000,
	BOOT_AT_RESET = 0xff000,
	BOOT_LOW_RAM_END = 0x9fc00,
	BOOT_HIGH_RAM = 0x100000,

	BOOT_CMDLINE_ROOM = 0x2000,                    /* what a kernel may read, NUL included */
	BOOT_ACPI_ROOM = BOOT_HIGH_RAM - BOOT_AT_ACPI, /* the page of BOOT_AT_RESET included */
};

/* What every loader gets. */
struct boot_job {
	const struct boot_config *cfg;
	struct boot_stage *stage;
	struct boot_file kernel, initrd; /* initrd.bytes is NULL without one */
	struct boot_entry *entry;
	struct error *err;
};

/* One loader a format, in the file of its name. */
bool boot_is_bzimage(const struct boot_file *f);
int boot_load_bzimage(struct boot_job *job);
int boot_load_elf64(struct boot_job *job);
bool boot_is_multiboot(const struct boot_file *f);
int boot_load_multiboot(struct boot_job *job);
int boot_load_flat(struct boot_job *job);

/* Command line at BOOT_AT_CMDLINE; `limit` is the longest that the kernel takes, without NUL. */
int boot_put_cmdline(struct boot_job *job, u64 limit);

/* The multiboot information at BOOT_AT_MULTIBOOT, modules behind `end` included. */
int boot_put_multiboot_info(struct boot_job *job, u64 end);

/*
 * The Linux zero page at BOOT_AT_ZERO_PAGE, with everything it points to: command line, ACPI tables,
 * and the initrd above `floor`.  `header` is the kernel's own, or NULL.
 */
struct boot_linux {
	const u8 *header; /* the file's bytes from offset 0 */
	u64 header_end;   /* first byte behind it */
	u64 cmdline_max;
	u64 initrd_max; /* last address the initrd may have */
	u64 floor;      /* what is below belongs to the kernel */
};
int boot_put_linux(struct boot_job *job, const struct boot_linux *l);

/* GDT and page tables, and the state that a 64-bit entry finds. */
int boot_enter_long64(struct boot_job *job, u64 rip);
int boot_enter_prot32(struct boot_job *job, u64 rip);

#endif
