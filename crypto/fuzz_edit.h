/* SPDX-License-Identifier: MIT */
/*
 * How this folder's fuzz targets read their input: as it is, or as a list of edits to something
 * good, because random bytes alone do not get past the first length of a certificate.
 */
#ifndef CRYPTO_FUZZ_EDIT_H
#define CRYPTO_FUZZ_EDIT_H

#include <string.h>

#include "base/bytes.h"

enum { FUZZ_EDIT_MAX = 8192 };

/*
 * Makes the bytes to try in out (FUZZ_EDIT_MAX bytes); returns their number.  The first input byte
 * chooses: even, the rest of the input; odd, a copy of good with edits of four bytes each: place
 * (16 bits), value, and in the top bits of the last whether to set, to flip, or to cut there.
 */
static inline size_t fuzz_edit(u8 *out, const u8 *data, size_t size, const u8 *good,
			       size_t good_len)
{
	size_t len = good_len;

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0) {
		len = size - 1 < FUZZ_EDIT_MAX ? size - 1 : FUZZ_EDIT_MAX;
		memcpy(out, data + 1, len);
		return len;
	}
	memcpy(out, good, good_len);
	for (size_t at = 1; at + 4 <= size && at < 33 && len > 0; at += 4) {
		size_t place = get_le16(data + at) % len;

		if (data[at + 3] < 0x80)
			out[place] = data[at + 2];
		else if (data[at + 3] < 0xf0)
			out[place] ^= (u8)(1 << data[at + 2] % 8);
		else
			len = place;
	}
	return len;
}

#endif
