/* SPDX-License-Identifier: MIT */
/*
 * The files of an owner: read whole and bounded, written whole or not at all.
 *
 * Errors carry a line that names the file: what the system said, or -EINVAL for contents that are
 * not what they must be.
 */
#ifndef OWNER_FILE_H
#define OWNER_FILE_H

#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

/* The bytes of a file; owned, wiped and freed by owner_file_fini(). */
struct owner_file {
	u8 *bytes; /* a NUL stands after the last, so that text can be searched */
	size_t len;
};

/* -EFBIG: above max bytes.  *file is empty on failure. */
int owner_file_read(struct owner_file *file, const char *path, size_t max,
		    struct error *err) MUST_CHECK;

/* The same; a file that is base64 text from its first to its last character is decoded. */
int owner_file_read_blob(struct owner_file *file, const char *path, size_t max,
			 struct error *err) MUST_CHECK;

/* The same, of exactly `size` bytes; -EINVAL otherwise. */
int owner_file_read_exact(void *out, size_t size, const char *path, struct error *err) MUST_CHECK;
void owner_file_fini(struct owner_file *file);

/* What to write where. */
struct owner_output {
	const char *path;
	const void *bytes;
	size_t len;
	bool secret; /* mode 0600, whatever the umask; else 0644 less the umask */
	bool base64; /* as one line of text */
};

/*
 * Writes up to 8 files: each as a temporary file beside its name, and the names at the end.  On
 * failure none is new; with `replace`, which also takes names that exist (else -EEXIST), those renamed
 * before the failure are.
 */
int owner_files_write(const struct owner_output *outputs, size_t count, bool replace,
		      struct error *err) MUST_CHECK;

#endif
