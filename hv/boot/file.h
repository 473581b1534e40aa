/* SPDX-License-Identifier: MIT */
/* A file that a user names, as bytes in memory. */
#ifndef HV_BOOT_FILE_H
#define HV_BOOT_FILE_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

#define BOOT_FILE_MAX GIB(4)

struct boot_file {
	const char *path; /* borrowed; stands in messages */
	const u8 *bytes;
	u64 len;
};

/*
 * Maps the file, read only.  0, or -errno with *err set: what the host says about the path; -EINVAL
 * not a regular file, empty, or larger than BOOT_FILE_MAX.
 */
int boot_file_open(struct boot_file *f, const char *path, struct error *err) MUST_CHECK;
void boot_file_close(struct boot_file *f);

/* Whether the file has these bytes. */
static inline bool boot_file_has(const struct boot_file *f, u64 offset, u64 len)
{
	return len <= f->len && offset <= f->len - len;
}

#endif
