/* SPDX-License-Identifier: MIT */
/* Which format it is, and its loader. */
#include "hv/boot/boot.h"

#include <errno.h>

#include "hv/boot/internal.h"

static int load_kernel(struct boot_job *job)
{
	const struct boot_file *f = &job->kernel;

	if (job->cfg->format == BOOT_FORMAT_FLAT)
		return boot_load_flat(job);
	if (boot_is_bzimage(f))
		return boot_load_bzimage(job);
	if (boot_is_multiboot(f))
		return boot_load_multiboot(job);
	if (elf_is(f))
		return boot_load_elf64(job);
	return error_set(job->err, EINVAL,
			 "%s: not a bzImage, nor an ELF file, nor a multiboot kernel", f->path);
}

int boot_load(const struct boot_config *cfg, struct boot_stage *s, struct boot_entry *entry,
	      struct error *err)
{
	struct boot_job job = {.cfg = cfg, .stage = s, .entry = entry, .err = err};
	int rc = boot_file_open(&job.kernel, cfg->kernel, err);

	*entry = (struct boot_entry){.rip = 0};
	if (rc == 0 && cfg->initrd)
		rc = boot_file_open(&job.initrd, cfg->initrd, err);
	if (rc == 0)
		rc = load_kernel(&job);
	boot_file_close(&job.kernel);
	boot_file_close(&job.initrd);
	return rc;
}
