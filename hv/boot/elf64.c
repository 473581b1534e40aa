/* SPDX-License-Identifier: MIT */
/* An ELF of 64 bits, entered like Linux: an unpacked vmlinux, or a payload that wants the same. */
#include "hv/boot/internal.h"

#include <errno.h>

enum { LINUX_CMDLINE_MAX = 2047 };

int boot_load_elf64(struct boot_job *job)
{
	struct elf_image image;
	int rc = elf_parse(&job->kernel, &image, job->err);

	if (rc != 0)
		return rc;
	if (image.bits != 64)
		return error_set(job->err, EINVAL,
				 "%s: a 32-bit ELF file without a multiboot header",
				 job->kernel.path);
	if (image.entry_is_virtual)
		return error_set(job->err, EINVAL,
				 "%s: ELF entry %#llx is no physical address of a segment",
				 job->kernel.path, (unsigned long long)image.entry);
	rc = elf_load(&job->kernel, &image, job->stage, job->err);
	if (rc == 0)
		rc = boot_put_linux(job, &(struct boot_linux){
						 .cmdline_max = LINUX_CMDLINE_MAX,
						 .initrd_max = MEMORY_HOLE - 1,
						 .floor = image.end,
					 });
	return rc == 0 ? boot_enter_long64(job, image.entry) : rc;
}
