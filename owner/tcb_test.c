/* SPDX-License-Identifier: MIT */
/* TCB versions: layouts, comparison, text. */
#include "owner/tcb.h"

#include <errno.h>

#include "crypto/testbed.h"

static void test_layouts(void **state)
{
	struct owner_tcb t;

	assert_true(owner_tcb_decode(&t, 0xd108000000000203, 0x19));
	assert_int_equal(t.boot_loader, 3);
	assert_int_equal(t.tee, 2);
	assert_int_equal(t.snp, 8);
	assert_int_equal(t.microcode, 0xd1);
	assert_int_equal(t.fmc, 0);
	assert_true(owner_tcb_decode(&t, 0x5100000004030201, 0x1a));
	assert_int_equal(t.fmc, 1);
	assert_int_equal(t.boot_loader, 2);
	assert_int_equal(t.tee, 3);
	assert_int_equal(t.snp, 4);
	assert_int_equal(t.microcode, 0x51);
	/* Each layout has bytes that the other reserves. */
	assert_false(owner_tcb_decode(&t, 0x5100000004030201, 0x19));
	assert_false(owner_tcb_decode(&t, 0xd108000000000203, 0x1a));
}

static void test_order(void **state)
{
	const struct owner_tcb least = {1, 2, 3, 4, 5};
	struct owner_tcb t = least;

	assert_true(owner_tcb_at_least(&t, &least));
	for (size_t i = 0; i < sizeof(t); i++) {
		t = (struct owner_tcb){200, 200, 200, 200, 200};
		assert_true(owner_tcb_at_least(&t, &least));
		((u8 *)&t)[i] = (u8)i; /* one below */
		assert_false(owner_tcb_at_least(&t, &least));
	}
}

static void test_products(void **state)
{
	assert_int_equal(owner_product_family("Milan"), 0x19);
	assert_int_equal(owner_product_family("Turin"), 0x1a);
	assert_int_equal(owner_product_family("Rome"), 0);
	assert_int_equal(owner_product_family(""), 0);
	assert_string_equal(owner_product_name(0x19, 0x01), "Milan");
	assert_string_equal(owner_product_name(0x19, 0x11), "Genoa");
	assert_string_equal(owner_product_name(0x19, 0xa0), "Genoa");
	assert_string_equal(owner_product_name(0x1a, 0x02), "Turin");
	assert_null(owner_product_name(0x17, 0x01));
	assert_null(owner_product_name(0x19, 0x20));
}

static void test_text(void **state)
{
	struct owner_tcb t;

	assert_int_equal(owner_tcb_parse(&t, "ucode=115,bl=3,snp=0x8", NULL), 0);
	assert_int_equal(t.boot_loader, 3);
	assert_int_equal(t.snp, 8);
	assert_int_equal(t.microcode, 115);
	assert_int_equal(t.tee, 0);
	assert_int_equal(owner_tcb_parse(&t, "fmc=1", NULL), 0);
	assert_int_equal(t.fmc, 1);
	assert_int_equal(owner_tcb_parse(&t, "", NULL), -EINVAL);
	assert_int_equal(owner_tcb_parse(&t, "bl", NULL), -EINVAL);
	assert_int_equal(owner_tcb_parse(&t, "bl=", NULL), -EINVAL);
	assert_int_equal(owner_tcb_parse(&t, "bl=256", NULL), -EINVAL);
	assert_int_equal(owner_tcb_parse(&t, "bl=1,", NULL), -EINVAL);
	assert_int_equal(owner_tcb_parse(&t, "bl=1,,snp=1", NULL), -EINVAL);
	assert_int_equal(owner_tcb_parse(&t, "b=1", NULL), -EINVAL);
	assert_int_equal(owner_tcb_parse(&t, "blx=1", NULL), -EINVAL);
	assert_int_equal(owner_tcb_parse(&t, "bl=00000000000000000000000000000001", NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_products),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
