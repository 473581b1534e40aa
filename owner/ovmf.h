/* SPDX-License-Identifier: MIT */
/*
 * What a firmware image tells a VMM, read by the owner to foretell what the VMM will launch: where
 * the other CPUs start, and where the hashes of a directly booted kernel go.
 */
#ifndef OWNER_OVMF_H
#define OWNER_OVMF_H

#include "abi/ovmf.h"
#include "base/compiler.h"
#include "base/error.h"
#include "crypto/hash.h"

/* Zero where the image has no such entry, or one of size 0. */
struct owner_ovmf {
	bool has_table;
	u32 reset_addr;                /* CS base and IP of the other CPUs */
	struct ovmf_area_block hashes; /* guest memory for struct sev_hash_table */
	struct ovmf_area_block secret; /* guest memory for the owner's secrets */
};

/*
 * Reads the table at the end of an image; an image without one is no error.  -EINVAL, with a line,
 * for a table that does not fit its own lengths, or an entry that is too short or there twice.
 */
int owner_ovmf_parse(struct owner_ovmf *ovmf, const void *image, size_t len,
		     struct error *err) MUST_CHECK;

/* What is booted directly; initrd may be NULL with length 0, cmdline is text without a line end. */
struct owner_boot {
	const void *kernel;
	size_t kernel_len;
	const void *initrd;
	size_t initrd_len;
	const char *cmdline;
};

/*
 * The table of hashes as the VMM adds it to the launch after the image, padding included.
 * 0, or -ENOMEM or -EIO.
 */
int owner_hash_table(u8 out[SEV_HASH_TABLE_PADDED], const struct owner_boot *boot) MUST_CHECK;

#endif
