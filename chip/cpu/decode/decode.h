/* SPDX-License-Identifier: MIT */
/* Making one block from bytes of guest memory. */
#ifndef CHIP_CPU_DECODE_DECODE_H
#define CHIP_CPU_DECODE_DECODE_H

#include "chip/cpu/decode/block.h"
#include "chip/cpu/mmu/mmu.h"

struct decoder;

/* Room that any block fits in: header and operations. */
enum { DECODE_MAX_OPS = 4 * BLOCK_MAX_INSNS + 16, DECODE_MAX_BYTES = DECODE_MAX_OPS * 32 + 256 };

#define BLOCK_ONE_PAGE (~0ull) /* block.spa2 when one page holds all bytes */

/* Zydis set up for each mode as the model decodes (TZCNT or BSF, and so on).  NULL: no memory. */
struct decoder *decoder_new(const struct cpu_model *model) MUST_CHECK;
void decoder_free(struct decoder *d);

/*
 * Decodes from la, which lies in `page`, into room (DECODE_MAX_BYTES); *bytes is what was used.
 * Marks code lines in the cache before reading them.  NULL with c->event filled when the
 * first instruction cannot be fetched.
 */
struct block *decode_block(struct cpu *c, struct decoder *d, const struct mmu_fetch *page, u64 la,
			   void *room, size_t *bytes);

#endif
