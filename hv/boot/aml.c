/* SPDX-License-Identifier: MIT */
/* AML terms.  [ACPI 20.2 AML Grammar, 6.4 Resource Data Types] */
#include "hv/boot/aml.h"

#include <string.h>

#include "base/bug.h"
#include "base/bytes.h"

enum {
	OP_NAME = 0x08,
	OP_BYTE = 0x0a,
	OP_WORD = 0x0b,
	OP_DWORD = 0x0c,
	OP_STRING = 0x0d,
	OP_QWORD = 0x0e,
	OP_SCOPE = 0x10,
	OP_BUFFER = 0x11,
	OP_PACKAGE = 0x12,
	OP_EXTENDED = 0x5b,
	OP_EXTENDED_DEVICE = 0x82,
	PKG_LENGTH_SIZE = 3, /* always the form of three bytes: up to 1 MiB */
	DESC_IO = 0x47,
	DESC_END = 0x79,
	DESC_MEMORY32_FIXED = 0x86,
	DESC_EXTENDED_IRQ = 0x89,
};

void aml_byte(struct aml *a, u8 v)
{
	BUG_ON(a->len >= a->room);
	a->bytes[a->len++] = v;
}

static void word(struct aml *a, u16 v)
{
	aml_byte(a, (u8)v);
	aml_byte(a, (u8)(v >> 8));
}

void aml_dword(struct aml *a, u32 v)
{
	word(a, (u16)v);
	word(a, (u16)(v >> 16));
}

void aml_name(struct aml *a, const char *name)
{
	for (; *name; name++)
		aml_byte(a, (u8)*name);
}

void aml_integer(struct aml *a, u64 v)
{
	if (v <= 1) {
		aml_byte(a, (u8)v); /* ZeroOp, OneOp */
	} else if (v <= 0xff) {
		aml_byte(a, OP_BYTE);
		aml_byte(a, (u8)v);
	} else if (v <= 0xffff) {
		aml_byte(a, OP_WORD);
		word(a, (u16)v);
	} else if (v <= 0xffffffff) {
		aml_byte(a, OP_DWORD);
		aml_dword(a, (u32)v);
	} else {
		aml_byte(a, OP_QWORD);
		aml_dword(a, (u32)v);
		aml_dword(a, (u32)(v >> 32));
	}
}

void aml_string(struct aml *a, const char *s)
{
	aml_byte(a, OP_STRING);
	aml_name(a, s);
	aml_byte(a, 0);
}

static u32 hex_digit(char c)
{
	return (u32)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* Three letters of five bits, four digits, the whole big-endian.  [ACPI 19.6.37 EISAID] */
void aml_eisa_id(struct aml *a, const char *id)
{
	u32 v = (u32)(id[0] & 0x1f) << 26 | (u32)(id[1] & 0x1f) << 21 | (u32)(id[2] & 0x1f) << 16 |
		hex_digit(id[3]) << 12 | hex_digit(id[4]) << 8 | hex_digit(id[5]) << 4 |
		hex_digit(id[6]);

	aml_byte(a, OP_DWORD);
	aml_dword(a, __builtin_bswap32(v));
}

/* -- terms with a length ---------------------------------------------------------------------- */

static u64 open_length(struct aml *a)
{
	u64 at = a->len;

	for (unsigned n = 0; n < PKG_LENGTH_SIZE; n++)
		aml_byte(a, 0);
	return at;
}

void aml_close(struct aml *a, u64 open)
{
	u64 len = a->len - open;

	BUG_ON(len >> 20 != 0);
	a->bytes[open] = (u8)((PKG_LENGTH_SIZE - 1) << 6 | (len & 0xf));
	a->bytes[open + 1] = (u8)(len >> 4);
	a->bytes[open + 2] = (u8)(len >> 12);
}

u64 aml_open_scope(struct aml *a, const char *path)
{
	u64 open;

	aml_byte(a, OP_SCOPE);
	open = open_length(a);
	aml_name(a, path);
	return open;
}

u64 aml_open_device(struct aml *a, const char *name)
{
	u64 open;

	aml_byte(a, OP_EXTENDED);
	aml_byte(a, OP_EXTENDED_DEVICE);
	open = open_length(a);
	aml_name(a, name);
	return open;
}

u64 aml_open_package(struct aml *a, u8 count)
{
	u64 open;

	aml_byte(a, OP_PACKAGE);
	open = open_length(a);
	aml_byte(a, count);
	return open;
}

void aml_define(struct aml *a, const char *name)
{
	aml_byte(a, OP_NAME);
	aml_name(a, name);
}

/* -- resources -------------------------------------------------------------------------------- */

struct aml_template aml_open_template(struct aml *a)
{
	struct aml_template t;

	aml_byte(a, OP_BUFFER);
	t.package = open_length(a);
	aml_byte(a, OP_WORD);
	t.size_at = a->len;
	word(a, 0);
	t.start = a->len;
	return t;
}

void aml_close_template(struct aml *a, struct aml_template t)
{
	aml_byte(a, DESC_END);
	aml_byte(a, 0); /* no checksum */
	put_le16(a->bytes + t.size_at, (u16)(a->len - t.start));
	aml_close(a, t.package);
}

void aml_io(struct aml *a, u16 port, u8 len)
{
	enum { DECODE_16 = 1, ALIGN = 1 };

	aml_byte(a, DESC_IO);
	aml_byte(a, DECODE_16);
	word(a, port);
	word(a, port);
	aml_byte(a, ALIGN);
	aml_byte(a, len);
}

void aml_memory32(struct aml *a, u32 base, u32 len)
{
	enum { LENGTH = 9, WRITABLE = 1 };

	aml_byte(a, DESC_MEMORY32_FIXED);
	word(a, LENGTH);
	aml_byte(a, WRITABLE);
	aml_dword(a, base);
	aml_dword(a, len);
}

void aml_interrupt(struct aml *a, u32 gsi, bool level)
{
	enum { LENGTH = 6, CONSUMER = 1, EDGE = 2, COUNT = 1 };

	aml_byte(a, DESC_EXTENDED_IRQ);
	word(a, LENGTH);
	aml_byte(a, (u8)(CONSUMER | (level ? 0 : EDGE)));
	aml_byte(a, COUNT);
	aml_dword(a, gsi);
}
