/* SPDX-License-Identifier: MIT */
/*
 * Persistent storage: one directory for one chip, one file for each thing that survives power.
 *
 *	fuses	what makes this chip this chip; written once
 *	sev	the sealed image of the legacy platform, as it stands in flash
 *
 * A file is a head (magic, version, what it is, length), its data and a checksum over both.  It is
 * replaced by writing a new one beside it, syncing, and renaming, so that whoever dies at any
 * moment, this process or the power, leaves the old contents or the new.  What cannot be read for
 * certain is an error and is left alone: never overwritten, never guessed at.
 *
 * Threads: the caller sees to it that one call runs at a time.
 */
#ifndef CHIP_SP_STORE_H
#define CHIP_SP_STORE_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

enum { STORE_DATA_MAX = 0x10000 };

struct sp_store;

/*
 * Opens the directory, which is created with mode 0700 if it is not there, and locks it until
 * sp_store_close().  0, or -errno with *err set: -EBUSY another process has it; -EINVAL; -ENOMEM;
 * or what the system said.
 */
int sp_store_open(struct sp_store **store, const char *path, struct error *err) MUST_CHECK;
void sp_store_close(struct sp_store *store); /* NULL is let be */

/*
 * Reads the file of that name, exactly len bytes of data.  -ENOENT: there is none (*err is not
 * set).  -EINVAL: not ours, of a newer version, torn, damaged, or of another name or length; or
 * what the system said.
 */
int sp_store_load(struct sp_store *store, const char *name, void *data, size_t len,
		  struct error *err) MUST_CHECK;

/*
 * Replaces the file, mode 0600; 0 when it would survive loss of power.  On failure what stood there
 * is still there; only if syncing the directory fails, at the very end, the new contents may be.
 * len is at most STORE_DATA_MAX.
 */
int sp_store_save(struct sp_store *store, const char *name, const void *data, size_t len,
		  struct error *err) MUST_CHECK;

/* For tests: called after each step of a save that changes something on disk. */
void sp_store_on_step(struct sp_store *store, void (*step)(void *ctx), void *ctx);

#endif
