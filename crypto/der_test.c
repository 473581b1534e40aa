/* SPDX-License-Identifier: MIT */
/* The writer against encodings worked out by hand from X.690, and the readers against bad ones. */
#include "crypto/der.h"

#include <errno.h>

#include "crypto/testbed.h"

static void expect(struct der *d, const char *hex)
{
	assert_int_equal(der_status(d), 0);
	assert_hex(d->bytes, d->len, hex);
	d->len = 0;
}

static void test_primitives(void **state)
{
	struct der d;

	der_init(&d);
	der_u64(&d, 0);
	expect(&d, "020100");
	der_u64(&d, 127);
	expect(&d, "02017f");
	der_u64(&d, 128);
	expect(&d, "02020080");
	der_u64(&d, 0xd1); /* a microcode SPL above 127 */
	expect(&d, "020200d1");
	der_u64(&d, 0x10000);
	expect(&d, "0203010000");
	der_u64(&d, UINT64_MAX);
	expect(&d, "020900ffffffffffffffff");
	der_uint(&d, (const u8 *)"\0\0\1\2", 4);
	expect(&d, "02020102");
	der_uint(&d, NULL, 0);
	expect(&d, "020100");
	der_bool(&d, true);
	der_bool(&d, false);
	expect(&d, "0101ff010100");
	der_null(&d);
	expect(&d, "0500");
	der_octets(&d, "\x11\x22", 2);
	expect(&d, "04021122");
	der_octets(&d, NULL, 0);
	expect(&d, "0400");
	der_bits(&d, "\x11\x22", 2);
	expect(&d, "0303001122");
	der_string(&d, DER_IA5_STRING, "Milan-B0");
	expect(&d, "16084d696c616e2d4230");
	der_oid(&d, "1.3.6.1.4.1.3704.1.3.8");
	expect(&d, "060a2b060104019c78010308");
	der_oid(&d, "CN");
	expect(&d, "0603550403");
	der_fini(&d);
}

static void test_times(void **state)
{
	struct der d;

	der_init(&d);
	der_time(&d, 0);
	expect(&d, "170d3730303130313030303030305a"); /* 700101000000Z */
	der_time(&d, 2524607999);                     /* the last second of 2049 */
	expect(&d, "170d3439313233313233353935395a");
	der_time(&d, 2524608000); /* 20500101000000Z */
	expect(&d, "180f32303530303130313030303030305a");
	der_fini(&d);
}

static void test_long_lengths(void **state)
{
	static const struct {
		size_t len;
		const char *head;
	} cases[] = {
		{127, "047f"},     {128, "048180"},     {255, "0481ff"},
		{256, "04820100"}, {65535, "0482ffff"}, {65536, "0483010000"},
	};
	static u8 content[65536];

	memset(content, 0x77, sizeof(content));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t head = strlen(cases[i].head) / 2;
		struct der d;

		der_init(&d);
		der_octets(&d, content, cases[i].len);
		assert_int_equal(der_status(&d), 0);
		assert_int_equal(d.len, head + cases[i].len);
		assert_hex(d.bytes, head, cases[i].head);
		assert_memory_equal(d.bytes + head, content, cases[i].len);
		der_fini(&d);
	}
}

static void test_nesting(void **state)
{
	struct der d;
	size_t outer, inner;

	der_init(&d);
	outer = der_open(&d, DER_SEQUENCE);
	inner = der_open(&d, DER_CONTEXT_CONSTRUCTED(0));
	der_u64(&d, 2);
	der_close(&d, inner);
	inner = der_open(&d, DER_SET);
	der_close(&d, inner);
	der_close(&d, outer);
	expect(&d, "3007a003020102"
		   "3100");
	der_fini(&d);
}

/* The first failure stays, and nothing is written after it. */
static void test_sticky(void **state)
{
	struct der d;
	size_t mark, len;

	der_init(&d);
	mark = der_open(&d, DER_SEQUENCE);
	der_oid(&d, "1.2.not-an-oid");
	assert_int_equal(der_status(&d), -EINVAL);
	len = d.len;
	der_u64(&d, 1);
	der_oid(&d, "1.2.3");
	der_time(&d, 0);
	der_close(&d, mark);
	assert_int_equal(der_status(&d), -EINVAL);
	assert_int_equal(d.len, len);
	der_fini(&d);
	der_time(&d, 253402300799);
	assert_int_equal(der_status(&d), 0);
	der_time(&d, 253402300800); /* year 10000 */
	assert_int_equal(der_status(&d), -EINVAL);
	der_fini(&d);
	der_time(&d, -1);
	assert_int_equal(der_status(&d), -EINVAL);
	der_fini(&d);
}

static u64 read_good(const char *hex)
{
	u8 der[64];
	size_t len = unhex(der, sizeof(der), hex);
	u64 v;

	assert_int_equal(der_read_u64(&v, der, len, NULL), 0);
	return v;
}

static void test_read_u64(void **state)
{
	static const char *const bad[] = {
		"",                         /* nothing */
		"02",                       /* no length */
		"0200",                     /* no content */
		"020101ff",                 /* bytes behind */
		"0202ff",                   /* cut short */
		"03017f",                   /* another type */
		"0201ff",                   /* negative */
		"0202007f",                 /* a zero too many */
		"02020000",                 /* likewise */
		"02817f",                   /* long form of a short length */
		"0280",                     /* indefinite */
		"0209010000000000000000",   /* 2^64 */
		"020a00ffffffffffffffffff", /* above it */
	};
	struct error err;
	u8 der[64];
	u64 v;

	assert_true(read_good("020100") == 0);
	assert_true(read_good("02017f") == 0x7f);
	assert_true(read_good("020200d1") == 0xd1);
	assert_true(read_good("0208"
			      "7fffffffffffffff") == INT64_MAX);
	assert_true(read_good("0209"
			      "00ffffffffffffffff") == UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		size_t len = unhex(der, sizeof(der), bad[i]);

		err.text[0] = '\0';
		assert_int_equal(der_read_u64(&v, der, len, &err), -EINVAL);
		assert_non_null(strstr(err.text, "INTEGER"));
		assert_true(v == 0);
	}
}

static void test_read_ia5(void **state)
{
	static const char *const bad[] = {"",         "1603414200", "16034142", "0c024142",
					  "16024100", "1602410a",   "16024180"};
	struct error err;
	u8 der[256];
	char text[9];
	size_t len = unhex(der, sizeof(der), "16084d696c616e2d4230");

	assert_int_equal(der_read_ia5(text, sizeof(text), der, len, NULL), 0);
	assert_string_equal(text, "Milan-B0");
	assert_int_equal(der_read_ia5(text, sizeof(text) - 1, der, len, &err), -EINVAL);
	len = unhex(der, sizeof(der), "1600");
	assert_int_equal(der_read_ia5(text, sizeof(text), der, len, NULL), 0);
	assert_string_equal(text, "");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		len = unhex(der, sizeof(der), bad[i]);
		assert_int_equal(der_read_ia5(text, sizeof(text), der, len, &err), -EINVAL);
		assert_string_equal(text, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_primitives),   cmocka_unit_test(test_times),
		cmocka_unit_test(test_long_lengths), cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_sticky),       cmocka_unit_test(test_read_u64),
		cmocka_unit_test(test_read_ia5),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
