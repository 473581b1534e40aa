/* SPDX-License-Identifier: MIT */
/* Integers in byte arrays, alignment and bit helpers, at their edges. */
#include "base/bytes.h"

#include "tests/support/cmocka.h"

static const u8 sample[] = {0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

static void get_reads_at_any_alignment(void **state)
{
	assert_int_equal(get_le16(sample + 1), 0x2301);
	assert_int_equal(get_le32(sample + 1), 0x67452301);
	assert_int_equal(get_le64(sample + 1), 0xefcdab8967452301);
	assert_int_equal(get_be32(sample + 1), 0x01234567);
	assert_int_equal(get_be64(sample + 1), 0x0123456789abcdef);
}

static void put_writes_only_its_bytes(void **state)
{
	u8 buf[10] = {0};

	put_le16(buf + 1, 0xaabb);
	assert_memory_equal(buf, "\0\xbb\xaa\0\0\0\0\0\0\0", 10);
	put_le32(buf + 1, 0xaabbccdd);
	assert_memory_equal(buf, "\0\xdd\xcc\xbb\xaa\0\0\0\0\0", 10);
	put_be32(buf + 1, 0xaabbccdd);
	assert_memory_equal(buf, "\0\xaa\xbb\xcc\xdd\0\0\0\0\0", 10);
	put_le64(buf + 1, 0x0102030405060708);
	assert_memory_equal(buf, "\0\x08\x07\x06\x05\x04\x03\x02\x01\0", 10);
	put_be64(buf + 1, 0x0102030405060708);
	assert_memory_equal(buf, "\0\x01\x02\x03\x04\x05\x06\x07\x08\0", 10);
}

static void reverse_handles_any_length(void **state)
{
	u8 out[3] = {9, 9, 9};

	bytes_reverse(out, sample + 1, 3);
	assert_memory_equal(out, "\x45\x23\x01", 3);
	bytes_reverse(out, sample + 4, 1);
	assert_memory_equal(out, "\x67\x23\x01", 3);
	bytes_reverse(out, sample, 0);
	assert_memory_equal(out, "\x67\x23\x01", 3);
}

static void zero_is_seen_in_every_byte(void **state)
{
	u8 buf[5] = {0};

	assert_true(bytes_are_zero(buf, sizeof(buf)));
	assert_true(bytes_are_zero(sample, 0));
	for (size_t i = 0; i < sizeof(buf); i++) {
		buf[i] = 0x80;
		assert_false(bytes_are_zero(buf, sizeof(buf)));
		buf[i] = 0;
	}
}

static void alignment_at_the_edges(void **state)
{
	assert_int_equal(align_down(0x1fff, PAGE_SIZE), 0x1000);
	assert_int_equal(align_down(UINT64_MAX, PAGE_SIZE), UINT64_MAX - PAGE_MASK);
	assert_int_equal(align_up(0, PAGE_SIZE), 0);
	assert_int_equal(align_up(1, PAGE_SIZE), 0x1000);
	assert_int_equal(align_up(0x1000, PAGE_SIZE), 0x1000);
	assert_int_equal(align_up(UINT64_MAX, PAGE_SIZE), 0);
	assert_true(is_aligned(0, 16));
	assert_true(is_aligned(48, 16));
	assert_false(is_aligned(56, 16));
}

static void bits_at_the_edges(void **state)
{
	assert_int_equal(bits_get(0xabcd, 4, 8), 0xbc);
	assert_int_equal(bits_get(BIT64(63), 63, 1), 1);
	assert_int_equal(bits_get(UINT64_MAX, 0, 63), UINT64_MAX >> 1);
	assert_int_equal(bits_get(BIT64(12), 0, 12), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_reads_at_any_alignment),
		cmocka_unit_test(put_writes_only_its_bytes),
		cmocka_unit_test(reverse_handles_any_length),
		cmocka_unit_test(zero_is_seen_in_every_byte),
		cmocka_unit_test(alignment_at_the_edges),
		cmocka_unit_test(bits_at_the_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
