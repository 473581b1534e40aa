/* SPDX-License-Identifier: MIT */
/*
 * What a launch puts into a guest's memory, piece by piece, and the list of it.
 *
 * A piece is whole pages, its own: bytes behind its contents are zero, whatever DRAM held before.
 * An encrypted guest's launch encrypts and measures exactly these pages, in this order.
 */
#ifndef HV_BOOT_STAGE_H
#define HV_BOOT_STAGE_H

#include "hv/memory.h"

enum { BOOT_PIECES_MAX = 64 };

struct boot_piece {
	gpa_t gpa; /* page aligned */
	u64 len;   /* bytes, whole pages */
};

struct boot_stage {
	const struct memory *memory; /* borrowed */
	unsigned count;
	struct boot_piece piece[BOOT_PIECES_MAX];
};

void boot_stage_init(struct boot_stage *s, const struct memory *m);

/*
 * len bytes at gpa (page aligned), and zeros up to `room` bytes (at least len) and the end of the
 * page.  `what` names it in messages.  0, or -errno with *err set and nothing written: -ENOSPC it
 * does not lie wholly in RAM, -EEXIST it overlaps another piece, -E2BIG too many pieces.
 */
int boot_stage_put(struct boot_stage *s, const char *what, gpa_t gpa, const void *bytes, u64 len,
		   u64 room, struct error *err) MUST_CHECK;

#endif
