/* SPDX-License-Identifier: MIT */
/*
 * A flat image: its bytes at 1 MiB, entered in 64-bit mode at the first.  RDI is the number of the
 * vCPU, RSI points to multiboot information.
 */
#include "hv/boot/internal.h"

int boot_load_flat(struct boot_job *job)
{
	const struct boot_file *f = &job->kernel;
	int rc = boot_stage_put(job->stage, f->path, GPA(BOOT_HIGH_RAM), f->bytes, f->len, f->len,
				job->err);

	if (rc == 0)
		rc = boot_put_multiboot_info(job, BOOT_HIGH_RAM + f->len);
	job->entry->rsi = BOOT_AT_MULTIBOOT;
	return rc == 0 ? boot_enter_long64(job, BOOT_HIGH_RAM) : rc;
}
