/* SPDX-License-Identifier: MIT */
/*
 * GUIDs as byte strings, written in a header as they are written in a document.
 *
 * The text form is one; the stored form is not.  UEFI stores the first three groups little-endian
 * ("mixed-endian"); the certificate table of an SNP guest stores all sixteen bytes in the order of
 * the text (RFC 4122).  Each macro makes an initialiser of struct guid from the groups of the text:
 *
 *	00112233-4455-6677-8899-aabbccddeeff
 *	GUID_MIXED(0x00112233, 0x4455, 0x6677, 0x8899, 0xaabbccddeeff)	33 22 11 00 55 44 77 66 ...
 *	GUID_TEXT(0x00112233, 0x4455, 0x6677, 0x8899, 0xaabbccddeeff)	00 11 22 33 44 55 66 77 ...
 */
#ifndef ABI_GUID_H
#define ABI_GUID_H

#include "abi/layout.h"

struct guid {
	u8 b[16];
};
LAYOUT_SIZE(guid, 0x10);
LAYOUT_AT(guid, b, 0x00);

/* Byte n of a group, counted from the least significant. */
#define GUID_BYTE(group, n) ((u8)((u64)(group) >> (8 * (n))))

/* clang-format off */

/* The last two groups are stored as written in both forms. */
#define GUID_TAIL(d, e)                                                                            \
	GUID_BYTE(d, 1), GUID_BYTE(d, 0), GUID_BYTE(e, 5), GUID_BYTE(e, 4), GUID_BYTE(e, 3),       \
	GUID_BYTE(e, 2), GUID_BYTE(e, 1), GUID_BYTE(e, 0)

#define GUID_MIXED(a, b, c, d, e)                                                                  \
	{ { GUID_BYTE(a, 0), GUID_BYTE(a, 1), GUID_BYTE(a, 2), GUID_BYTE(a, 3),                    \
	    GUID_BYTE(b, 0), GUID_BYTE(b, 1), GUID_BYTE(c, 0), GUID_BYTE(c, 1), GUID_TAIL(d, e) } }

#define GUID_TEXT(a, b, c, d, e)                                                                   \
	{ { GUID_BYTE(a, 3), GUID_BYTE(a, 2), GUID_BYTE(a, 1), GUID_BYTE(a, 0),                    \
	    GUID_BYTE(b, 1), GUID_BYTE(b, 0), GUID_BYTE(c, 1), GUID_BYTE(c, 0), GUID_TAIL(d, e) } }

/* clang-format on */

#endif
