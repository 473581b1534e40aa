/* SPDX-License-Identifier: MIT */
/*
 * Memory as the SP sees it: addresses that software named, checked, then read and written.
 *
 * A "paddr" comes from a command buffer and may carry the C-bit: then the SP goes through the
 * host's own key, else it sees DRAM as it is.  Guest memory is named by a paddr too, but its C-bit
 * says nothing new: the guest's key is used.	[SEV 2.2 Memory]
 *
 * A handler checks every range first (Check), then reads its inputs into private memory once, and
 * writes in its Commit.  Reading or writing a range that was not checked is our bug.
 */
#ifndef CHIP_SP_MEM_H
#define CHIP_SP_MEM_H

#include "abi/sev.h"
#include "base/compiler.h"
#include "base/types.h"
#include "chip/fabric/fabric.h"
#include "crypto/hash.h"

struct sp;
struct sev_guest;

/* What a command will do with a range; with SNP, an output must belong to firmware. */
enum sp_use {
	SP_IN,    /* reads it */
	SP_OUT,   /* writes it */
	SP_GUEST, /* writes it as memory of a guest, or encrypts it in place */
};

/*
 * SP_SUCCESS, or SP_INVALID_ADDRESS: not aligned to `align` (a power of two), not wholly DRAM,
 * wraps, or touches memory of the firmware.  Address 0 is an address like any other.
 */
enum sp_status sp_check_range(const struct sp *sp, enum sp_use use, u64 paddr, u64 len,
			      u64 align) MUST_CHECK;

/* The same for two ranges that must not overlap. */
bool sp_ranges_overlap(const struct sp *sp, u64 a, u64 a_len, u64 b, u64 b_len);

spa_t sp_paddr_spa(const struct sp *sp, u64 paddr);   /* without the C-bit */
view_t sp_paddr_view(const struct sp *sp, u64 paddr); /* VIEW_HOST_KEY or VIEW_RAW */

/*
 * Lengths.  A blob of input has exactly `need` bytes.  A blob of output has at least so many; if
 * not, or else when it is written, the length becomes `need` (so asking with 0 tells it); `len`
 * points to the 32-bit field, which need not be aligned.
 */
enum sp_status sp_check_in_length(u32 len, u32 need) MUST_CHECK;
enum sp_status sp_check_out_length(void *len, u32 need) MUST_CHECK;

/* A length of guest memory: SP_INVALID_LENGTH unless a positive multiple of SEV_BLOCK. */
enum sp_status sp_check_blocks(u32 len) MUST_CHECK;

/* Host-visible memory. */
void sp_read(struct sp *sp, u64 paddr, void *dst, size_t len);
void sp_write(struct sp *sp, u64 paddr, const void *src, size_t len);

/*
 * Memory under an active guest's key: plaintext here, ciphertext in DRAM.  paddr and len are
 * multiples of SEV_BLOCK.
 */
void sp_guest_read(struct sp *sp, const struct sev_guest *g, u64 paddr, void *dst, size_t len);
void sp_guest_write(struct sp *sp, const struct sev_guest *g, u64 paddr, const void *src,
		    size_t len);

/*
 * Host-visible memory becomes an active guest's, in place; `digest`, if not NULL, hashes the
 * plaintext.  What is hashed is what is encrypted, whoever writes to it meanwhile.  paddr and len
 * are multiples of SEV_BLOCK.
 */
void sp_encrypt_in_place(struct sp *sp, const struct sev_guest *g, u64 paddr, u64 len,
			 struct hash *digest);

#endif
