/* SPDX-License-Identifier: MIT */
/* Small helpers of this folder's tests: bytes from hexadecimal text, and comparison with it. */
#ifndef CRYPTO_TESTBED_H
#define CRYPTO_TESTBED_H

#include <string.h>

#include "base/compiler.h"
#include "base/types.h"
#include "tests/support/cmocka.h"

static UNUSED u8 unhex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (u8)(c - '0');
	c |= 0x20;
	assert_true(c >= 'a' && c <= 'f');
	return (u8)(c - 'a' + 10);
}

/* As many bytes as the text has, which must fit; returns their number. */
static UNUSED size_t unhex(u8 *out, size_t room, const char *text)
{
	size_t len = strlen(text) / 2;

	assert_true(strlen(text) % 2 == 0 && len <= room);
	for (size_t i = 0; i < len; i++)
		out[i] = (u8)(unhex_digit(text[2 * i]) << 4 | unhex_digit(text[2 * i + 1]));
	return len;
}

static UNUSED void assert_hex(const void *bytes, size_t len, const char *text)
{
	u8 expected[4096];

	assert_int_equal(unhex(expected, sizeof(expected), text), len);
	assert_memory_equal(bytes, expected, len);
}

/* Bytes first, first + 1, ... */
static UNUSED void fill_sequence(u8 *out, size_t len, u8 first)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (u8)(first + i);
}

#endif
