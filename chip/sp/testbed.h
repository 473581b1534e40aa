/* SPDX-License-Identifier: MIT */
/* For tests: a chip's memory with a Secure Processor, and commands in one line each. */
#ifndef CHIP_SP_TESTBED_H
#define CHIP_SP_TESTBED_H

#include "abi/sev_cmd.h"
#include "chip/sp/command.h"
#include "chip/sp/internal.h"
#include "crypto/hash.h"

/* Where things stand in the bed's DRAM. */
enum {
	BED_DRAM = 0x600000,
	BED_BUF = 0x1000,   /* command buffer of bed_command() */
	BED_BLOB = 0x10000, /* room for what commands read and write: BED_BLOB_SIZE bytes each */
	BED_BLOB2 = 0x20000,
	BED_BLOB3 = 0x30000,
	BED_BLOB4 = 0x40000,
	BED_BLOB_SIZE = 0x10000,
	BED_TMR = 0x200000,   /* SEV_TMR_SIZE_SNP bytes */
	BED_GUEST = 0x400000, /* guest memory, to the end of DRAM */
	BED_CORES = 4,
	BED_ASIDS = 8,
	BED_MIN_SEV_ASID = 4, /* SEV-ES: 1 to 3 */
	BED_C_BIT = 47,
};

struct sp_bed {
	struct sp_config config; /* as given to sp_new() */
	struct fabric fabric;
	unsigned interrupts;
	struct sp_trace trace; /* of the last command; its strings are not kept */
};

/* API 0.24, SEV-ES, no SNP; everything random comes from a fixed seed. */
struct sp_bed *bed_new(void);

/* The same with changes: `change` may edit what will be given to mee_new() and sp_new(). */
struct bed_options {
	enum mee_profile profile;
	bool incoherent;
	u8 seed;
	void (*change)(struct sp_config *cfg);
};
struct sp_bed *bed_new_with(const struct bed_options *options);
void bed_free(struct sp_bed *bed);
struct sp *bed_sp(struct sp_bed *bed);

/* Runs it with a buffer of len bytes (0: none) at BED_BUF, which is then copied back to buf. */
enum sp_status bed_command(struct sp_bed *bed, u32 id, void *buf, size_t len);

/* As above, and it must be refused so, and leave no trace but a length where it is a query. */
void bed_refuses(struct sp_bed *bed, enum sp_status status, u32 id, void *buf, size_t len);

/*
 * The command is refused with SP_INVALID_ADDRESS for whatever the 64-bit field at `field` in buf
 * must not be: ranges of `size` bytes outside DRAM, across its end, wrapping, in the TMR.  What
 * stands in the field is put back.
 */
void bed_refuses_bad_addresses(struct sp_bed *bed, u32 id, void *buf, size_t len, size_t field,
			       u64 size);

/* As above and successful. */
void bed_accepts(struct sp_bed *bed, u32 id, void *buf, size_t len);

/* The platform after INIT with SEV-ES, and with every ASID clean. */
void bed_init_platform(struct sp_bed *bed);

/* The platform after INIT, WORKING with one guest context that no command made. */
struct sev_guest *bed_working_platform(struct sp_bed *bed, enum sev_guest_state state);

/* Every core does WBINVD; then DF_FLUSH. */
void bed_flush(struct sp_bed *bed);

/* DRAM as the host sees it, without a key. */
void bed_put(struct sp_bed *bed, u64 spa, const void *src, size_t len);
void bed_get(struct sp_bed *bed, u64 spa, void *dst, size_t len);

/*
 * A digest of everything that a refused command must leave alone: the SP's whole state, the keys in
 * the engine, what is stored, and DRAM but for the command buffer.
 */
void bed_snapshot(struct sp_bed *bed, struct sha256_digest *out);

#endif
