/* SPDX-License-Identifier: MIT */
/* The zero page of Linux, and what it points to.  [Linux Documentation/arch/x86/zero-page.rst] */
#include "hv/boot/internal.h"

#include <errno.h>
#include <string.h>

#include "abi/bootparam.h"
#include "base/bytes.h"
#include "hv/boot/acpi.h"

/* -- the command line ------------------------------------------------------------------------- */

int boot_put_cmdline(struct boot_job *job, u64 limit)
{
	const char *text = job->cfg->cmdline ? job->cfg->cmdline : "";
	u64 len = strlen(text);

	if (limit > BOOT_CMDLINE_ROOM - 1)
		limit = BOOT_CMDLINE_ROOM - 1;
	if (len > limit)
		return error_set(job->err, EINVAL,
				 "command line of %llu bytes: the kernel takes %llu at most",
				 (unsigned long long)len, (unsigned long long)limit);
	return boot_stage_put(job->stage, "command line", GPA(BOOT_AT_CMDLINE), text, len + 1,
			      BOOT_CMDLINE_ROOM, job->err);
}

/* -- the initrd ------------------------------------------------------------------------------- */

/* As high as it may be, out of the kernel's way. */
static int put_initrd(struct boot_job *job, const struct boot_linux *l, u64 *gpa)
{
	const struct boot_file *f = &job->initrd;
	u64 end = memory_low(job->stage->memory);

	if (l->initrd_max < end)
		end = l->initrd_max + 1;
	if (f->len > end || align_down(end - f->len, PAGE_SIZE) < align_up(l->floor, PAGE_SIZE))
		return error_set(job->err, ENOSPC,
				 "%s: %llu KiB of initrd do not fit beside the kernel into %llu MiB"
				 " of memory",
				 f->path, (unsigned long long)f->len >> 10,
				 (unsigned long long)job->stage->memory->size >> 20);
	*gpa = align_down(end - f->len, PAGE_SIZE);
	return boot_stage_put(job->stage, f->path, GPA(*gpa), f->bytes, f->len, f->len, job->err);
}

/* -- e820 ------------------------------------------------------------------------------------- */

static void add_range(u8 *zero_page, u64 start, u64 end, enum boot_e820_type type)
{
	u8 *e = zero_page + BP_E820_TABLE + BOOT_E820_ENTRY_SIZE * zero_page[BP_E820_ENTRIES]++;

	put_le64(e + BOOT_E820_ADDR, start);
	put_le64(e + BOOT_E820_SIZE, end - start);
	put_le32(e + BOOT_E820_TYPE, type);
}

static void put_e820(u8 *zero_page, const struct memory *m)
{
	add_range(zero_page, 0, BOOT_LOW_RAM_END, BOOT_E820_RAM);
	add_range(zero_page, BOOT_LOW_RAM_END, 0xa0000, BOOT_E820_RESERVED);
	add_range(zero_page, BOOT_AT_ACPI, BOOT_AT_ACPI + BOOT_ACPI_ROOM, BOOT_E820_ACPI);
	add_range(zero_page, BOOT_HIGH_RAM, memory_low(m), BOOT_E820_RAM);
	if (memory_high(m) != 0)
		add_range(zero_page, MEMORY_HOLE_END, MEMORY_HOLE_END + memory_high(m),
			  BOOT_E820_RAM);
}

/* -- the zero page ---------------------------------------------------------------------------- */

static void copy_header(u8 *zero_page, const struct boot_linux *l)
{
	if (l->header)
		memcpy(zero_page + BP_SETUP_HEADER, l->header + BP_SETUP_HEADER,
		       l->header_end - BP_SETUP_HEADER);
	else
		put_le32(zero_page + BP_HEADER, BOOT_HEADER_MAGIC);
	zero_page[BP_TYPE_OF_LOADER] = BOOT_LOADER_UNDEFINED;
	zero_page[BP_LOADFLAGS] |= BOOT_LOADFLAGS_LOADED_HIGH;
	put_le64(zero_page + BP_SETUP_DATA, 0);
}

static int put_acpi(struct boot_job *job)
{
	u8 tables[BOOT_ACPI_ROOM];
	u64 len = acpi_build(tables, sizeof(tables), BOOT_AT_ACPI, job->cfg->cpus);

	return boot_stage_put(job->stage, "ACPI tables", GPA(BOOT_AT_ACPI), tables, len, len,
			      job->err);
}

/*
 * Where a processor starts after RESET there is no firmware.  Linux jumps there when it knows no
 * better way to reboot, so what stands there is a reset by port CF9h.
 */
static int put_reset_code(struct boot_job *job)
{
	enum { RESET_OFFSET = 0xff0 };
	static const u8 code[] = {
		0xb0, 0x06,       /* mov $6, %al: full reset */
		0xba, 0xf9, 0x0c, /* mov $0xcf9, %dx */
		0xee,             /* out %al, (%dx) */
		0xf4,             /* hlt */
		0xeb, 0xfd,       /* jmp .-1 */
	};
	u8 page[PAGE_SIZE] = {0};

	memcpy(page + RESET_OFFSET, code, sizeof(code));
	return boot_stage_put(job->stage, "reset code", GPA(BOOT_AT_RESET), page, sizeof(page),
			      sizeof(page), job->err);
}

int boot_put_linux(struct boot_job *job, const struct boot_linux *l)
{
	u8 zero_page[BOOT_PARAMS_SIZE] = {0};
	u64 initrd = 0;
	int rc = 0;

	copy_header(zero_page, l);
	put_e820(zero_page, job->stage->memory);
	put_le64(zero_page + BP_ACPI_RSDP_ADDR, BOOT_AT_ACPI);
	put_le32(zero_page + BP_CMD_LINE_PTR, BOOT_AT_CMDLINE);
	if (job->initrd.bytes)
		rc = put_initrd(job, l, &initrd);
	put_le32(zero_page + BP_RAMDISK_IMAGE, (u32)initrd);
	put_le32(zero_page + BP_RAMDISK_SIZE, (u32)job->initrd.len);
	if (rc == 0)
		rc = boot_put_cmdline(job, l->cmdline_max);
	if (rc == 0)
		rc = put_acpi(job);
	if (rc == 0)
		rc = put_reset_code(job);
	if (rc == 0)
		rc = boot_stage_put(job->stage, "zero page", GPA(BOOT_AT_ZERO_PAGE), zero_page,
				    sizeof(zero_page), sizeof(zero_page), job->err);
	job->entry->rsi = BOOT_AT_ZERO_PAGE;
	return rc;
}
