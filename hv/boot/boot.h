/* SPDX-License-Identifier: MIT */
/*
 * Boot without firmware: puts a kernel and what it needs into a guest's memory, and says in which
 * state the first vCPU starts.
 *
 *	bzImage		the 64-bit protocol of Linux: zero page, command line, initrd, ACPI tables
 *	ELF, 64 bits	the same, for an unpacked vmlinux or any payload that wants it
 *	multiboot v1	an ELF (or a file that says where it goes) with that header: 32-bit entry
 *	flat		the bytes as they are, at 1 MiB, entered in 64-bit mode at the first
 *
 * Nothing is trusted to fit: whatever would not lie in RAM, or on top of something else, is refused
 * with a line that says what.
 */
#ifndef HV_BOOT_BOOT_H
#define HV_BOOT_BOOT_H

#include "hv/boot/stage.h"

enum { BOOT_MODULES_MAX = 8 };

enum boot_format { BOOT_FORMAT_AUTO, BOOT_FORMAT_FLAT };

struct boot_config {
	const char *kernel;
	enum boot_format format;
	const char *initrd;  /* NULL: none; for multiboot it is the first module */
	const char *cmdline; /* NULL: empty */
	unsigned cpus;
	u64 c_bit; /* mask in a page-table entry; 0: plain guest */
};

enum boot_mode { BOOT_MODE_LONG64, BOOT_MODE_PROT32 };

/* Registers that are not listed are zero; segments are flat, interrupts disabled. */
struct boot_entry {
	enum boot_mode mode;
	u64 rip;
	u64 rax, rbx, rsi, rdi, rsp;
	u64 cr3; /* GPA; LONG64 only */
	u64 gdt; /* GPA of the table, and its last byte's offset */
	u16 gdt_last;
};

/* 0, or -errno with *err set: of boot_file_open(), boot_stage_put(), or -EINVAL for the formats. */
int boot_load(const struct boot_config *cfg, struct boot_stage *s, struct boot_entry *entry,
	      struct error *err) MUST_CHECK;

#endif
