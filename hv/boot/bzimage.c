/* SPDX-License-Identifier: MIT */
/*
 * bzImage by the 64-bit entry: the protected-mode part at its preferred address, entered 200h bytes
 * behind its start.	[Linux Documentation/arch/x86/boot.rst]
 */
#include "hv/boot/internal.h"

#include <errno.h>

#include "abi/bootparam.h"
#include "base/bytes.h"

enum { SETUP_SECTS_DEFAULT = 4, HEADER_MIN = BP_INIT_SIZE + 4 };

bool boot_is_bzimage(const struct boot_file *f)
{
	return boot_file_has(f, 0, BP_HEADER + 4) &&
	       get_le16(f->bytes + BP_BOOT_FLAG) == BOOT_FLAG_MAGIC &&
	       get_le32(f->bytes + BP_HEADER) == BOOT_HEADER_MAGIC;
}

struct bzimage {
	u64 header_end;
	u64 payload; /* offset of the protected-mode part in the file, and its length */
	u64 len;
	u64 load;
	u64 room; /* bytes of RAM that the kernel wants from there on */
};

static int check_header(const struct boot_file *f, struct bzimage *b, struct error *err)
{
	unsigned sects = f->bytes[BP_SETUP_SECTS];

	if (!boot_file_has(f, 0, HEADER_MIN))
		return error_set(err, EINVAL, "%s: the file is truncated: no setup header",
				 f->path);
	b->header_end = BP_HEADER + f->bytes[BP_JUMP + 1];
	b->payload = (u64)((sects ? sects : SETUP_SECTS_DEFAULT) + 1) * BOOT_SECTOR_SIZE;
	if (get_le16(f->bytes + BP_VERSION) < BOOT_VERSION_MIN_64 ||
	    !(get_le16(f->bytes + BP_XLOADFLAGS) & BOOT_XLF_KERNEL_64))
		return error_set(err, EINVAL, "%s: this kernel has no 64-bit entry", f->path);
	if (b->header_end < HEADER_MIN || b->header_end > BP_E820_TABLE)
		return error_set(err, EINVAL, "%s: setup header of %llu bytes, want %d to %d",
				 f->path, (unsigned long long)b->header_end - BP_SETUP_HEADER,
				 HEADER_MIN - BP_SETUP_HEADER, BP_E820_TABLE - BP_SETUP_HEADER);
	if (b->payload >= f->len)
		return error_set(err, EINVAL, "%s: the file is truncated: no protected-mode part",
				 f->path);
	return 0;
}

/* The compressed kernel must be all there: else it fails long after, without a word. */
static int check_payload(const struct boot_file *f, const struct bzimage *b, struct error *err)
{
	u64 offset = get_le32(f->bytes + BP_PAYLOAD_OFFSET);
	u64 len = get_le32(f->bytes + BP_PAYLOAD_LENGTH);

	if (offset + len > b->len)
		return error_set(err, EINVAL,
				 "%s: the file is truncated: %llu bytes, the kernel ends at %llu",
				 f->path, (unsigned long long)f->len,
				 (unsigned long long)(b->payload + offset + len));
	return 0;
}

static int parse(const struct boot_file *f, struct bzimage *b, struct error *err)
{
	int rc = check_header(f, b, err);

	if (rc != 0)
		return rc;
	b->len = f->len - b->payload;
	b->load = get_le64(f->bytes + BP_PREF_ADDRESS);
	b->room = get_le32(f->bytes + BP_INIT_SIZE);
	if (b->room < b->len)
		b->room = b->len;
	if (b->load < BOOT_HIGH_RAM || b->load > GIB(3) || !is_aligned(b->load, PAGE_SIZE))
		return error_set(err, EINVAL, "%s: wants to be loaded at %#llx", f->path,
				 (unsigned long long)b->load);
	return check_payload(f, b, err);
}

static int put_kernel(struct boot_job *job, const struct bzimage *b)
{
	const struct boot_file *f = &job->kernel;

	if (!memory_contains(job->stage->memory, GPA(b->load), b->room))
		return error_set(job->err, ENOSPC,
				 "%s: the kernel needs %llu MiB of memory, there are %llu", f->path,
				 (unsigned long long)(b->load + b->room + MIB(1) - 1) >> 20,
				 (unsigned long long)job->stage->memory->size >> 20);
	return boot_stage_put(job->stage, f->path, GPA(b->load), f->bytes + b->payload, b->len,
			      b->len, job->err);
}

int boot_load_bzimage(struct boot_job *job)
{
	const u8 *bytes = job->kernel.bytes;
	struct bzimage b = {0};
	int rc = parse(&job->kernel, &b, job->err);

	if (rc == 0)
		rc = put_kernel(job, &b);
	if (rc == 0)
		rc = boot_put_linux(job, &(struct boot_linux){
						 .header = bytes,
						 .header_end = b.header_end,
						 .cmdline_max = get_le32(bytes + BP_CMDLINE_SIZE),
						 .initrd_max = get_le32(bytes + BP_INITRD_ADDR_MAX),
						 .floor = b.load + b.room,
					 });
	return rc == 0 ? boot_enter_long64(job, b.load + BOOT_ENTRY64) : rc;
}
