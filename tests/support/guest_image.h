/* SPDX-License-Identifier: MIT */
/*
 * A bare-metal payload as a file: a multiboot v1 ELF (32-bit), or a flat image that is entered in
 * 64-bit mode at its first byte and loaded at 1 MiB.
 */
#ifndef TESTS_SUPPORT_GUEST_IMAGE_H
#define TESTS_SUPPORT_GUEST_IMAGE_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

enum { GUEST_IMAGE_BASE = 0x100000, GUEST_IMAGE_PARTS_MAX = 8 };

struct guest_image {
	bool multiboot;
	u64 entry; /* of the 32-bit entry, or GUEST_IMAGE_BASE */
	unsigned parts;
	struct guest_image_part {
		u64 gpa;
		const u8 *bytes; /* in `file` */
		u64 len;
		u64 zeros; /* bytes to clear behind them */
	} part[GUEST_IMAGE_PARTS_MAX];
	u8 *file;
};

/*
 * Reads a file whose parts must lie between 1 MiB and `memory` bytes.  0; or -errno with *err set:
 * no such file, or what is wrong with it.  guest_image_fini() frees what it holds.
 */
int guest_image_init(struct guest_image *image, const char *path, u64 memory,
		     struct error *err) MUST_CHECK;
void guest_image_fini(struct guest_image *image);

/* The same for bytes in memory, which must stay; `name` stands in messages. */
int guest_image_parse(struct guest_image *image, const char *name, const u8 *file, u64 len,
		      u64 memory, struct error *err) MUST_CHECK;

#endif
