/* SPDX-License-Identifier: MIT */
/*
 * ELF executables, 32 and 64 bits, by their program headers: where what goes, and the entry.
 *
 * Segments are put where p_paddr says, without relocation.  Everything in the file is the user's
 * word and is checked before any of it is used.
 */
#ifndef HV_BOOT_ELF_H
#define HV_BOOT_ELF_H

#include "hv/boot/file.h"
#include "hv/boot/stage.h"

struct elf_image {
	unsigned bits; /* 32 or 64 */
	u64 entry;     /* e_entry */
	u64 start;     /* the lowest p_paddr, and the first byte behind the highest segment */
	u64 end;
	bool entry_is_virtual; /* e_entry lies in no segment's physical range */
};

/* Whether it claims to be one at all. */
bool elf_is(const struct boot_file *f);

/*
 * Checks the file.  0, or -EINVAL with *err set: truncated, not for x86, not an executable, no
 * segment to load, segments that overlap or run over the end of the address space.
 */
int elf_parse(const struct boot_file *f, struct elf_image *image, struct error *err) MUST_CHECK;

/* Puts its segments, as one piece of whole pages.  As boot_stage_put(), and -ENOMEM. */
int elf_load(const struct boot_file *f, const struct elf_image *image, struct boot_stage *s,
	     struct error *err) MUST_CHECK;

#endif
