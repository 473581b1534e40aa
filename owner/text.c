/* SPDX-License-Identifier: MIT */
/* Hexadecimal, base64, numbers and GUIDs as text. */
#include "owner/text.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* -1: not a digit. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool starts_hex(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

int owner_hex_parse(u8 *out, size_t len, const char *text, struct error *err)
{
	size_t digits;

	if (starts_hex(text))
		text += 2;
	digits = strlen(text);
	if (digits != 2 * len)
		return error_set(err, EINVAL, "%zu hexadecimal digits, expected %zu", digits,
				 2 * len);
	for (size_t i = 0; i < digits; i++)
		if (hex_digit(text[i]) < 0)
			return error_set(err, EINVAL, "'%c' is not a hexadecimal digit", text[i]);
	for (size_t i = 0; i < len; i++)
		out[i] = (u8)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
	return 0;
}

void owner_hex_format(char *text, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const u8 *b = bytes;

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[b[i] >> 4];
		text[2 * i + 1] = digits[b[i] & 0xf];
	}
	text[2 * len] = '\0';
}

int owner_number_parse(u64 *v, const char *text, u64 max, struct error *err)
{
	unsigned base = starts_hex(text) ? 16 : 10;
	const char *p = base == 16 ? text + 2 : text;
	u64 sum = 0;

	if (!*p)
		return error_set(err, EINVAL, "'%.40s' is not a number", text);
	for (; *p; p++) {
		int digit = hex_digit(*p);

		if (digit < 0 || (unsigned)digit >= base)
			return error_set(err, EINVAL, "'%.40s' is not a number", text);
		if (sum > (max - (u64)digit) / base || (u64)digit > max)
			return error_set(err, EINVAL, "%.40s is above %llu", text,
					 (unsigned long long)max);
		sum = sum * base + (u64)digit;
	}
	*v = sum;
	return 0;
}

static int base64_digit(char c)
{
	const char *at = c ? strchr(base64_digits, c) : NULL;

	return at ? (int)(at - base64_digits) : -1;
}

/* A group of four characters, on its way to three bytes. */
struct base64_group {
	u32 bits;
	unsigned count;   /* characters so far */
	unsigned padding; /* of these, '=' */
};

/* false: the character cannot stand here. */
static bool group_add(struct base64_group *g, char c)
{
	int digit = base64_digit(c);

	if (c == '=' && g->count >= 2) {
		g->padding++;
		digit = 0;
	} else if (digit < 0 || g->padding > 0) {
		return false;
	}
	g->bits = g->bits << 6 | (u32)digit;
	g->count++;
	return true;
}

/* false: bits that no byte takes are set, so that two texts would mean the same. */
static bool group_is_canonical(const struct base64_group *g)
{
	return g->padding == 0 || (g->bits & (g->padding == 1 ? 0xff : 0xffff)) == 0;
}

int owner_base64_parse(u8 *out, size_t room, size_t *len, const char *text, size_t text_len,
		       struct error *err)
{
	struct base64_group g = {0};
	bool ended = false;

	*len = 0;
	for (size_t i = 0; i < text_len; i++) {
		if (text[i] == '\n' || text[i] == '\r')
			continue;
		if (ended || !group_add(&g, text[i]))
			return error_set(err, EINVAL, "not base64 at character %zu", i + 1);
		if (g.count < 4)
			continue;
		if (!group_is_canonical(&g))
			return error_set(err, EINVAL, "base64 ends in stray bits");
		for (unsigned n = 0; n < 3 - g.padding; n++) {
			if (*len == room)
				return error_set(err, EINVAL, "above %zu bytes of base64", room);
			out[(*len)++] = (u8)(g.bits >> (16 - 8 * n));
		}
		ended = g.padding > 0;
		g = (struct base64_group){0};
	}
	if (g.count != 0)
		return error_set(err, EINVAL, "base64 is cut short");
	return 0;
}

void owner_base64_format(char *text, const void *bytes, size_t len)
{
	const u8 *b = bytes;

	for (size_t i = 0; i < len; i += 3) {
		size_t have = len - i < 3 ? len - i : 3;
		u32 bits = (u32)b[i] << 16;

		if (have > 1)
			bits |= (u32)b[i + 1] << 8;
		if (have > 2)
			bits |= b[i + 2];
		for (size_t n = 0; n < 4; n++)
			*text++ = n > have ? '=' : base64_digits[bits >> (18 - 6 * n) & 0x3f];
	}
	*text = '\0';
}

int owner_guid_parse(struct guid *guid, const char *text, struct error *err)
{
	static const u8 stored_at[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t digits = 0;

	memset(guid, 0, sizeof(*guid));
	if (strlen(text) != sizeof(shape) - 1)
		return error_set(err, EINVAL, "'%.60s' is not a GUID", text);
	for (size_t i = 0; shape[i]; i++) {
		int digit = hex_digit(text[i]);

		if (shape[i] == '-' ? text[i] != '-' : digit < 0)
			return error_set(err, EINVAL, "'%s' is not a GUID", text);
		if (shape[i] == '-')
			continue;
		guid->b[stored_at[digits / 2]] |= (u8)(digit << (digits % 2 ? 0 : 4));
		digits++;
	}
	return 0;
}
