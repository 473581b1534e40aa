/* SPDX-License-Identifier: MIT */
/*
 * GUIDs as byte strings, written in a header as they are written in a document.
 *
 * The text form is one; the stored form is not.  UEFI stores the first three groups little-endian
 * ("mixed-endian"); the certificate table of an SNP guest stores all sixteen bytes in the order of the
 * text (RFC 4122).  Each macro makes an initialiser of struct guid:
 *
 *	96b582de-1fb2-45f7-baea-a366c55a082d	GUID_MIXED(0x96b582de, 0x1fb2, 0x45f7, 0xbaea, 0xa366c55a082d)
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
