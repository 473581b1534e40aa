/* SPDX-License-Identifier: MIT */
/* Save areas: whose, where, what, and no replay. */
#include "chip/sp/vmsa.h"

#include <stdlib.h>
#include <string.h>

#include "abi/sev.h"
#include "tests/support/cmocka.h"

static struct rng *rng;
static struct sp_vmsas v;
static u8 image[SEV_VMSA_SIZE];

static int setup(void **state)
{
	static const u8 seed[32] = {1};

	rng = rng_new(seed);
	memset(&v, 0, sizeof(v));
	sp_vmsas_init(&v, rng);
	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (u8)(i * 7);
	return 0;
}

static int teardown(void **state)
{
	sp_vmsas_fini(&v);
	rng_free(rng);
	return 0;
}

static void record(u32 handle, u64 page)
{
	assert_int_equal(sp_vmsas_reserve(&v), 0);
	sp_vmsas_record(&v, handle, SPA(page), image);
}

static void agrees_only_as_recorded(void **state)
{
	record(1, 0x5000);
	assert_true(sp_vmsas_agree(&v, 1, SPA(0x5000), image));
	assert_false(sp_vmsas_agree(&v, 2, SPA(0x5000), image));
	assert_false(sp_vmsas_agree(&v, 1, SPA(0x6000), image));
}

static void every_bit_counts(void **state)
{
	record(1, 0x5000);
	for (size_t bit = 0; bit < 8 * sizeof(image); bit++) {
		image[bit / 8] ^= 1 << bit % 8;
		if (sp_vmsas_agree(&v, 1, SPA(0x5000), image))
			fail_msg("bit %zu does not count", bit);
		image[bit / 8] ^= 1 << bit % 8;
	}
}

static void words_cannot_change_places(void **state)
{
	u8 swapped[SEV_VMSA_SIZE];

	record(1, 0x5000);
	memcpy(swapped, image + 32, 32);
	memcpy(swapped + 32, image, 32);
	memcpy(swapped + 64, image + 64, sizeof(image) - 64);
	assert_false(sp_vmsas_agree(&v, 1, SPA(0x5000), swapped));
}

static void an_older_image_is_refused(void **state)
{
	u8 old[SEV_VMSA_SIZE];

	record(1, 0x5000);
	memcpy(old, image, sizeof(old));
	image[0x178] ^= 1;
	sp_vmsas_renew(&v, 1, SPA(0x5000), image);
	assert_true(sp_vmsas_agree(&v, 1, SPA(0x5000), image));
	assert_false(sp_vmsas_agree(&v, 1, SPA(0x5000), old));
}

static void an_exit_makes_no_save_area(void **state)
{
	record(1, 0x5000);
	sp_vmsas_renew(&v, 1, SPA(0x6000), image);
	sp_vmsas_renew(&v, 2, SPA(0x5000), image);
	assert_false(sp_vmsas_agree(&v, 1, SPA(0x6000), image));
	assert_false(sp_vmsas_agree(&v, 2, SPA(0x5000), image));
	assert_true(sp_vmsas_agree(&v, 1, SPA(0x5000), image));
}

static void many_in_any_order(void **state)
{
	enum { N = 500 };

	for (u64 i = 0; i < N; i++)
		record(1 + i % 3, (i * 211 % N) << PAGE_SHIFT);
	for (u64 i = 0; i < N; i++)
		assert_true(sp_vmsas_agree(&v, 1 + i % 3, SPA((i * 211 % N) << PAGE_SHIFT), image));
	sp_vmsas_forget(&v, 2);
	for (u64 i = 0; i < N; i++)
		assert_int_equal(
			sp_vmsas_agree(&v, 1 + i % 3, SPA((i * 211 % N) << PAGE_SHIFT), image),
			i % 3 != 1);
	sp_vmsas_forget(&v, SEV_HANDLE_NONE);
	assert_false(sp_vmsas_overlap(&v, SPA(0), (u64)N << PAGE_SHIFT));
}

static void overlap(void **state)
{
	record(1, 0x5000);
	assert_true(sp_vmsas_overlap(&v, SPA(0x5000), 1));
	assert_true(sp_vmsas_overlap(&v, SPA(0x5fff), 1));
	assert_true(sp_vmsas_overlap(&v, SPA(0x4ff0), 0x11));
	assert_false(sp_vmsas_overlap(&v, SPA(0x4ff0), 0x10));
	assert_false(sp_vmsas_overlap(&v, SPA(0x6000), 0x10));
	assert_false(sp_vmsas_overlap(&v, SPA(0x5000), 0));
}

static void an_image_counts_once(void **state)
{
	record(1, 0x5000);
	record(2, 0x6000);
	sp_vmsas_swap_out(&v, 1, SPA(0x5000), 7);
	assert_false(sp_vmsas_overlap(&v, SPA(0x5000), PAGE_SIZE));
	assert_true(sp_vmsas_agree(&v, 2, SPA(0x6000), image));
	assert_true(sp_vmsas_is_out(&v, 1, 7));
	assert_false(sp_vmsas_is_out(&v, 2, 7));
	assert_false(sp_vmsas_is_out(&v, 1, 8));
	assert_int_equal(sp_vmsas_reserve(&v), 0);
	sp_vmsas_swap_in(&v, 1, SPA(0x7000), 7, image);
	assert_true(sp_vmsas_agree(&v, 1, SPA(0x7000), image));
	assert_false(sp_vmsas_is_out(&v, 1, 7));
}

static void many_images(void **state)
{
	for (u64 i = 0; i < 200; i++) {
		record(1 + i % 2, 0x5000);
		sp_vmsas_swap_out(&v, 1 + i % 2, SPA(0x5000), i);
	}
	for (u64 i = 0; i < 200; i++)
		assert_true(sp_vmsas_is_out(&v, 1 + i % 2, i));
	sp_vmsas_forget(&v, 1);
	for (u64 i = 0; i < 200; i++)
		assert_int_equal(sp_vmsas_is_out(&v, 1 + i % 2, i), i % 2);
	sp_vmsas_forget(&v, SEV_HANDLE_NONE);
	assert_false(sp_vmsas_is_out(&v, 2, 1));
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(agrees_only_as_recorded),
		UNIT(every_bit_counts),
		UNIT(words_cannot_change_places),
		UNIT(an_older_image_is_refused),
		UNIT(an_exit_makes_no_save_area),
		UNIT(many_in_any_order),
		UNIT(overlap),
		UNIT(an_image_counts_once),
		UNIT(many_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
