/* SPDX-License-Identifier: MIT */
/*
 * Kernels and initrds are files that somebody gave us: whatever they say, they are loaded into RAM or
 * refused.
 */
#include "hv/boot/boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bug.h"
#include "hv/testbed.h"
#include "tests/support/fuzz_main.h"

static void load(struct testbed *t, const char *path, enum boot_format format)
{
	const struct boot_config cfg = {
		.kernel = path, .initrd = path, .format = format, .cmdline = "x", .cpus = 1};
	struct boot_stage stage;
	struct boot_entry entry;

	boot_stage_init(&stage, &t->memory);
	if (boot_load(&cfg, &stage, &entry, &t->err) != 0)
		return;
	for (unsigned n = 0; n < stage.count; n++)
		BUG_ON(!memory_contains(&t->memory, stage.piece[n].gpa, stage.piece[n].len));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct testbed t; /* made once: it is the same for all inputs */
	char path[64];
	int fd = memfd_create("kernel", MFD_CLOEXEC);

	BUG_ON(fd < 0 || write(fd, data, size) != (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!t.chip)
		testbed_init(&t, MIB(16), MEMORY_CONTIGUOUS);
	load(&t, path, BOOT_FORMAT_AUTO);
	load(&t, path, BOOT_FORMAT_FLAT);
	close(fd);
	return 0;
}
