/* SPDX-License-Identifier: MIT */
/* Text forms, there and back, and what is refused. */
#include <errno.h>
#include <stdio.h>

#include "abi/ovmf.h"
#include "crypto/testbed.h"
#include "owner/text.h"

static void test_hex(void **state)
{
	char text[9];
	u8 out[4];

	assert_int_equal(owner_hex_parse(out, 4, "0x00fFa5C3", NULL), 0);
	owner_hex_format(text, out, 4);
	assert_string_equal(text, "00ffa5c3");
	assert_int_equal(owner_hex_parse(out, 0, "", NULL), 0);
	assert_int_equal(owner_hex_parse(out, 4, "00ffa5c", NULL), -EINVAL);
	assert_int_equal(owner_hex_parse(out, 4, "00ffa5c3c3", NULL), -EINVAL);
	assert_int_equal(owner_hex_parse(out, 4, "00ffa5g3", NULL), -EINVAL);
	assert_int_equal(owner_hex_parse(out, 4, "00ff:5c3", NULL), -EINVAL);
}

static void test_number(void **state)
{
	u64 v;

	assert_int_equal(owner_number_parse(&v, "0", 0, NULL), 0);
	assert_int_equal(v, 0);
	assert_int_equal(owner_number_parse(&v, "010", 255, NULL), 0);
	assert_int_equal(v, 10);
	assert_int_equal(owner_number_parse(&v, "0xFf", 255, NULL), 0);
	assert_int_equal(v, 255);
	assert_int_equal(owner_number_parse(&v, "18446744073709551615", ~0ull, NULL), 0);
	assert_int_equal(v, ~0ull);
	assert_int_equal(owner_number_parse(&v, "18446744073709551616", ~0ull, NULL), -EINVAL);
	assert_int_equal(owner_number_parse(&v, "0x10000000000000000", ~0ull, NULL), -EINVAL);
	assert_int_equal(owner_number_parse(&v, "256", 255, NULL), -EINVAL);
	assert_int_equal(owner_number_parse(&v, "7", 5, NULL), -EINVAL);
	assert_int_equal(owner_number_parse(&v, "", 255, NULL), -EINVAL);
	assert_int_equal(owner_number_parse(&v, "0x", 255, NULL), -EINVAL);
	assert_int_equal(owner_number_parse(&v, "-1", 255, NULL), -EINVAL);
	assert_int_equal(owner_number_parse(&v, "1 ", 255, NULL), -EINVAL);
	assert_int_equal(owner_number_parse(&v, "1a", 255, NULL), -EINVAL);
}

/* RFC 4648 10 */
static const struct {
	const char *plain, *text;
} base64[] = {
	{"", ""},
	{"f", "Zg=="},
	{"fo", "Zm8="},
	{"foo", "Zm9v"},
	{"foob", "Zm9vYg=="},
	{"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"},
};

static void test_base64(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(base64); i++) {
		char text[16];
		u8 out[8];
		size_t len;

		owner_base64_format(text, base64[i].plain, strlen(base64[i].plain));
		assert_string_equal(text, base64[i].text);
		assert_true(strlen(text) < OWNER_BASE64_SIZE(strlen(base64[i].plain)));
		assert_int_equal(
			owner_base64_parse(out, sizeof(out), &len, text, strlen(text), NULL), 0);
		assert_int_equal(len, strlen(base64[i].plain));
		assert_memory_equal(out, base64[i].plain, len);
	}
}

static int parse64(const char *text, size_t room)
{
	u8 out[16];
	size_t len;

	return owner_base64_parse(out, room, &len, text, strlen(text), NULL);
}

static void test_base64_refusals(void **state)
{
	assert_int_equal(parse64("Zm9v\r\nYmFy\n", 16), 0);
	assert_int_equal(parse64("Zm9v", 3), 0);
	assert_int_equal(parse64("Zm9v", 2), -EINVAL);
	assert_int_equal(parse64("Zm9", 16), -EINVAL);
	assert_int_equal(parse64("Zh==", 16), -EINVAL);
	assert_int_equal(parse64("Zm9=", 16), -EINVAL);
	assert_int_equal(parse64("Z===", 16), -EINVAL);
	assert_int_equal(parse64("====", 16), -EINVAL);
	assert_int_equal(parse64("Zg==Zg==", 16), -EINVAL);
	assert_int_equal(parse64("Zg=g", 16), -EINVAL);
	assert_int_equal(parse64("Zm 9v", 16), -EINVAL);
	assert_int_equal(parse64("Zm9-", 16), -EINVAL);
	assert_int_equal(owner_base64_parse(NULL, 0, &(size_t){0}, "Zm9\0", 4, NULL), -EINVAL);
}

static void test_guid(void **state)
{
	static const struct guid disk = SEV_SECRET_GUID_DISK;
	struct guid guid;

	assert_int_equal(owner_guid_parse(&guid, "736869e5-84f0-4973-92EC-06879ce3da0b", NULL), 0);
	assert_memory_equal(&guid, &disk, sizeof(disk));
	assert_int_equal(owner_guid_parse(&guid, "736869e5-84f0-4973-92ec-06879ce3da0", NULL),
			 -EINVAL);
	assert_int_equal(owner_guid_parse(&guid, "736869e584f0-4973-92ec-06879ce3da0b0", NULL),
			 -EINVAL);
	assert_int_equal(owner_guid_parse(&guid, "736869e5-84f0-4973-92ec-06879ce3da0g", NULL),
			 -EINVAL);
	assert_int_equal(owner_guid_parse(&guid, "", NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex),    cmocka_unit_test(test_number),
		cmocka_unit_test(test_base64), cmocka_unit_test(test_base64_refusals),
		cmocka_unit_test(test_guid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
