/* SPDX-License-Identifier: MIT */
/*
 * The text forms in which owners and hypervisors hand bytes around: hexadecimal, base64, numbers,
 * GUIDs.  Readers are strict: what they take, the writers give back.
 *
 * Errors are -EINVAL, with a line that says what is wrong with the text; the caller puts the name of
 * the file or option before it.
 */
#ifndef OWNER_TEXT_H
#define OWNER_TEXT_H

#include "abi/guid.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/types.h"

/* Exactly len bytes, two digits each, either case; a leading "0x" is taken. */
int owner_hex_parse(u8 *out, size_t len, const char *text, struct error *err) MUST_CHECK;

/* text gets 2 * len digits in lower case and a NUL. */
void owner_hex_format(char *text, const void *bytes, size_t len);

/* Decimal, or hexadecimal after "0x"; a leading zero has no meaning.  At most max. */
int owner_number_parse(u64 *v, const char *text, u64 max, struct error *err) MUST_CHECK;

/*
 * Base64 of RFC 4648 with padding; line ends between characters and at the end are skipped.  *len is
 * the number of bytes, which must fit room.
 */
int owner_base64_parse(u8 *out, size_t room, size_t *len, const char *text, size_t text_len,
		       struct error *err) MUST_CHECK;

/* Characters, NUL included, that len bytes become. */
#define OWNER_BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)

/* One line without its end; text holds OWNER_BASE64_SIZE(len). */
void owner_base64_format(char *text, const void *bytes, size_t len);

/* "736869e5-84f0-4973-92ec-06879ce3da0b" to the stored form of UEFI. */
int owner_guid_parse(struct guid *guid, const char *text, struct error *err) MUST_CHECK;

#endif
