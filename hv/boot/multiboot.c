/* SPDX-License-Identifier: MIT */
/*
 * Multiboot v1: a header in the first 8 KiB, a 32-bit entry without paging, and an information
 * structure that EBX points to.	[Multiboot Specification 0.6.96, 3.1 to 3.3]
 */
#include "hv/boot/internal.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "hv/boot/multiboot_abi.h"

/* -- the header ------------------------------------------------------------------------------- */

/* Offset of a header whose checksum is right, or the file's length. */
static u64 find_header(const struct boot_file *f)
{
	for (u64 at = 0; at + MULTIBOOT_HEADER_MIN <= MULTIBOOT_SEARCH; at += 4) {
		const u8 *h = f->bytes + at;

		if (!boot_file_has(f, at, MULTIBOOT_HEADER_MIN))
			break;
		if (get_le32(h) == MULTIBOOT_HEADER_MAGIC &&
		    get_le32(h) + get_le32(h + MULTIBOOT_FLAGS) +
				    get_le32(h + MULTIBOOT_CHECKSUM) ==
			    0)
			return at;
	}
	return f->len;
}

static bool has_addresses(const struct boot_file *f, u64 at)
{
	return boot_file_has(f, at, MULTIBOOT_HEADER_SIZE) &&
	       (get_le32(f->bytes + at + MULTIBOOT_FLAGS) & MULTIBOOT_HAS_ADDRESSES);
}

bool boot_is_multiboot(const struct boot_file *f)
{
	u64 at = find_header(f);

	return at < f->len && (elf_is(f) || has_addresses(f, at));
}

/* -- loading ---------------------------------------------------------------------------------- */

struct span {
	u64 entry;
	u64 end;
};

static int load_elf(struct boot_job *job, struct span *span)
{
	struct elf_image image;
	int rc = elf_parse(&job->kernel, &image, job->err);

	if (rc == 0 && image.entry_is_virtual)
		rc = error_set(job->err, EINVAL,
			       "%s: ELF entry %#llx is no physical address of a segment",
			       job->kernel.path, (unsigned long long)image.entry);
	if (rc == 0)
		rc = elf_load(&job->kernel, &image, job->stage, job->err);
	if (rc == 0)
		*span = (struct span){image.entry, image.end};
	return rc;
}

/* Where the header itself says that the file's bytes go. */
static int load_by_addresses(struct boot_job *job, u64 at, struct span *span)
{
	const struct boot_file *f = &job->kernel;
	const u8 *h = f->bytes + at;
	u64 header = get_le32(h + MULTIBOOT_HEADER_ADDR);
	u64 load = get_le32(h + MULTIBOOT_LOAD_ADDR);
	u64 load_end = get_le32(h + MULTIBOOT_LOAD_END_ADDR);
	u64 bss_end = get_le32(h + MULTIBOOT_BSS_END_ADDR);
	u64 from, len;

	if (header < load || header - load > at || !is_aligned(load, PAGE_SIZE))
		return error_set(job->err, EINVAL,
				 "%s: multiboot load address %#llx makes no sense", f->path,
				 (unsigned long long)load);
	from = at - (header - load);
	len = load_end ? load_end - load : f->len - from;
	if (load_end && load_end < load)
		len = BIT64(52);
	if (!boot_file_has(f, from, len))
		return error_set(job->err, EINVAL, "%s: the file is truncated: multiboot load end",
				 f->path);
	*span = (struct span){get_le32(h + MULTIBOOT_ENTRY_ADDR),
			      bss_end > load + len ? bss_end : load + len};
	return boot_stage_put(job->stage, f->path, GPA(load), f->bytes + from, len,
			      span->end - load, job->err);
}

int boot_load_multiboot(struct boot_job *job)
{
	const struct boot_file *f = &job->kernel;
	u64 at = find_header(f);
	u32 flags = get_le32(f->bytes + at + MULTIBOOT_FLAGS);
	struct span span = {0};
	int rc;

	if (flags & ~MULTIBOOT_HAS_ADDRESSES & MULTIBOOT_MUST_UNDERSTAND &
	    ~(MULTIBOOT_WANT_ALIGNED | MULTIBOOT_WANT_MEMORY))
		return error_set(job->err, EINVAL,
				 "%s: multiboot flags %#x ask for more than "
				 "aligned modules and a memory map",
				 f->path, flags);
	rc = has_addresses(f, at) ? load_by_addresses(job, at, &span) : load_elf(job, &span);
	if (rc == 0)
		rc = boot_put_multiboot_info(job, span.end);
	if (rc == 0)
		rc = boot_enter_prot32(job, span.entry);
	job->entry->rax = MULTIBOOT_BOOTLOADER_MAGIC;
	job->entry->rbx = BOOT_AT_MULTIBOOT;
	return rc;
}

/* -- the information -------------------------------------------------------------------------- */

/* One page: the structure, the memory map, one module, and the loader's name. */
enum { MAP_AT = 0x100, MODULE_AT = 0x200, NAME_AT = 0x300, INFO_ROOM = 0x1000 };

static u32 add_range(u8 *info, u32 used, u64 start, u64 len)
{
	u8 *e = info + MAP_AT + used;

	put_le32(e + MULTIBOOT_MMAP_SIZE, MULTIBOOT_MMAP_ENTRY - 4);
	put_le64(e + MULTIBOOT_MMAP_ADDR, start);
	put_le64(e + MULTIBOOT_MMAP_LEN, len);
	put_le32(e + MULTIBOOT_MMAP_TYPE, MULTIBOOT_MMAP_RAM);
	return used + MULTIBOOT_MMAP_ENTRY;
}

static void put_map(u8 *info, const struct memory *m)
{
	u32 len = add_range(info, 0, 0, BOOT_LOW_RAM_END);

	len = add_range(info, len, BOOT_HIGH_RAM, memory_low(m) - BOOT_HIGH_RAM);
	if (memory_high(m) != 0)
		len = add_range(info, len, MEMORY_HOLE_END, memory_high(m));
	put_le32(info + MULTIBOOT_INFO_MMAP_LENGTH, len);
	put_le32(info + MULTIBOOT_INFO_MMAP_ADDR, BOOT_AT_MULTIBOOT + MAP_AT);
	put_le32(info + MULTIBOOT_INFO_MEM_LOWER, BOOT_LOW_RAM_END >> 10);
	put_le32(info + MULTIBOOT_INFO_MEM_UPPER, (u32)((memory_low(m) - BOOT_HIGH_RAM) >> 10));
}

static int put_module(struct boot_job *job, u8 *info, u64 end)
{
	const struct boot_file *f = &job->initrd;
	u64 at = align_up(end, PAGE_SIZE);
	u8 *module = info + MODULE_AT;

	put_le32(info + MULTIBOOT_INFO_MODS_COUNT, 1);
	put_le32(info + MULTIBOOT_INFO_MODS_ADDR, BOOT_AT_MULTIBOOT + MODULE_AT);
	put_le32(module + MULTIBOOT_MODULE_START, (u32)at);
	put_le32(module + MULTIBOOT_MODULE_END, (u32)(at + f->len));
	put_le32(module + MULTIBOOT_MODULE_STRING, BOOT_AT_MULTIBOOT + NAME_AT);
	return boot_stage_put(job->stage, f->path, GPA(at), f->bytes, f->len, f->len, job->err);
}

int boot_put_multiboot_info(struct boot_job *job, u64 end)
{
	static const char name[] = "swsev";
	u8 info[INFO_ROOM] = {0};
	u32 flags = MULTIBOOT_INFO_MEMORY | MULTIBOOT_INFO_CMDLINE | MULTIBOOT_INFO_MMAP |
		    MULTIBOOT_INFO_NAME;
	int rc = 0;

	put_map(info, job->stage->memory);
	memcpy(info + NAME_AT, name, sizeof(name));
	put_le32(info + MULTIBOOT_INFO_LOADER_NAME, BOOT_AT_MULTIBOOT + NAME_AT);
	put_le32(info + MULTIBOOT_INFO_COMMAND_LINE, BOOT_AT_CMDLINE);
	if (job->initrd.bytes) {
		flags |= MULTIBOOT_INFO_MODS;
		rc = put_module(job, info, end);
	}
	put_le32(info, flags);
	if (rc == 0)
		rc = boot_put_cmdline(job, BOOT_CMDLINE_ROOM - 1);
	if (rc == 0)
		rc = boot_stage_put(job->stage, "multiboot information", GPA(BOOT_AT_MULTIBOOT),
				    info, sizeof(info), sizeof(info), job->err);
	return rc;
}
