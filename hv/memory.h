/* SPDX-License-Identifier: MIT */
/*
 * A guest's memory: which page of DRAM stands behind which guest physical address.
 *
 * RAM is given in chunks of 2 MiB, from GPA 0 up to the hole below 4 GiB where the devices are, and
 * on from 4 GiB.  Everything here sees DRAM without a key, as all of the hypervisor does.
 *
 * Fixed once made; then any thread may translate and access.
 */
#ifndef HV_MEMORY_H
#define HV_MEMORY_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"
#include "chip/platform.h"
#include "hv/pages.h"

#define MEMORY_HOLE     GIB(3) /* RAM below ends here at the latest */
#define MEMORY_HOLE_END GIB(4) /* and goes on here */
#define MEMORY_MAX      GIB(64)

enum memory_placement {
	MEMORY_CONTIGUOUS, /* one piece of DRAM */
	MEMORY_SCATTERED,  /* chunk by chunk, neighbours far from each other */
};

struct memory {
	struct chip *chip;
	struct pages *pages;
	u64 size; /* bytes, a multiple of 2 MiB */
	spa_t *chunk;
};

/* size: bytes, a multiple of 2 MiB, at most MEMORY_MAX.  0 or -ENOMEM with *err set. */
int memory_init(struct memory *m, struct chip *chip, struct pages *pages, u64 size,
		enum memory_placement placement, struct error *err) MUST_CHECK;
void memory_fini(struct memory *m);

/* The ranges of RAM: [0, low) and, if high is not 0, [4 GiB, 4 GiB + high). */
u64 memory_low(const struct memory *m);
u64 memory_high(const struct memory *m);

/*
 * Where gpa stands in DRAM, and in *room how many bytes from there on are in one piece (2 MiB at
 * most).  False: no RAM there.
 */
bool memory_translate(const struct memory *m, gpa_t gpa, spa_t *spa, u64 *room);

/* Whether all of these bytes are RAM. */
bool memory_contains(const struct memory *m, gpa_t gpa, u64 len);

/* By the hypervisor itself.  False, and nothing done: not all of it is RAM. */
bool memory_read(const struct memory *m, gpa_t gpa, void *dst, u64 len);
bool memory_write(const struct memory *m, gpa_t gpa, const void *src, u64 len);

#endif
