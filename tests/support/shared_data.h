/* SPDX-License-Identifier: MIT */
/*
 * Real-world test data that is not part of the repository: tests that want it skip, and say so,
 * where it is absent.
 */
#ifndef TESTS_SUPPORT_SHARED_DATA_H
#define TESTS_SUPPORT_SHARED_DATA_H

#include "base/types.h"

/*
 * The path of file `rel` in the data folder ($SWSEV_SHARED, else ../shared beside the source
 * tree) in a static buffer valid until the next call, or NULL, with a line on stderr, when there is
 * no such file.  Typical use:
 *
 *	const char *path = shared_data_path("data/attestation/roots/ark-milan.der");
 *	if (!path)
 *		skip();
 */
const char *shared_data_path(const char *rel);

/* Reads a whole file; *len gets its size.  NULL when absent (said on stderr); free() it. */
u8 *shared_data_read(const char *rel, size_t *len);

#endif
