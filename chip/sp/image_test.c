/* SPDX-License-Identifier: MIT */
/* The sealed image: what goes in comes out, under this chip's key alone, and whole. */
#include "chip/sp/image.h"

#include <string.h>

#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sev_identity id;
static u8 image[SEV_NV_SIZE];

static int setup(void **state)
{
	bed = bed_new();
	assert_int_equal(sev_identity_make(&id, bed_sp(bed)), 0);
	return sev_image_seal(image, &id, &bed_sp(bed)->chip, bed_sp(bed)->rng);
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static enum sev_image_state opens_as(struct sev_identity *got)
{
	enum sev_image_state s;

	assert_int_equal(sev_image_open(&s, got, image, &bed_sp(bed)->chip), 0);
	return s;
}

static void comes_out_as_it_went_in(void **state)
{
	struct sev_identity got;

	assert_int_equal(opens_as(&got), SEV_IMAGE_GOOD);
	assert_memory_equal(&got, &id, sizeof(id));
}

static void an_external_owner_s_key_is_not_there(void **state)
{
	struct sev_identity got;

	id.external = true;
	ec_key_wipe(&id.oca);
	assert_int_equal(sev_image_seal(image, &id, &bed_sp(bed)->chip, bed_sp(bed)->rng), 0);
	assert_int_equal(opens_as(&got), SEV_IMAGE_GOOD);
	assert_memory_equal(&got, &id, sizeof(id));
}

static void erased_is_empty(void **state)
{
	struct sev_identity got;

	sev_image_erase(image);
	assert_int_equal(opens_as(&got), SEV_IMAGE_EMPTY);
	image[SEV_NV_SIZE - 1] = 0xfe;
	assert_int_equal(opens_as(&got), SEV_IMAGE_INVALID);
	memset(image, 0, sizeof(image));
	assert_int_equal(opens_as(&got), SEV_IMAGE_INVALID);
}

/* The head, and of the contents every 61st byte. */
static void what_is_changed_is_invalid(void **state)
{
	static const struct sev_identity nothing;
	struct sev_identity got;

	for (size_t i = 0; i < 0x30 + 0x1948; i += i < 0x40 ? 1 : 61) {
		image[i] ^= 1;
		assert_int_equal(opens_as(&got), SEV_IMAGE_INVALID);
		assert_memory_equal(&got, &nothing, sizeof(got));
		image[i] ^= 1;
	}
}

static void another_chip_s_is_invalid(void **state)
{
	struct sp_bed *other = bed_new_with(&(struct bed_options){.seed = 9});
	enum sev_image_state s;
	struct sev_identity got;

	assert_int_equal(sev_image_open(&s, &got, image, &bed_sp(other)->chip), 0);
	assert_int_equal(s, SEV_IMAGE_INVALID);
	bed_free(other);
}

/* [CVE-2021-26322] */
static void two_seals_of_one_identity_have_nothing_in_common(void **state)
{
	u8 again[SEV_NV_SIZE];
	unsigned equal = 0;

	assert_int_equal(sev_image_seal(again, &id, &bed_sp(bed)->chip, bed_sp(bed)->rng), 0);
	for (size_t i = 0x30; i < 0x30 + 0x1948; i++)
		equal += again[i] == image[i];
	assert_true(equal < 100);
	assert_memory_not_equal(again + 0x10, image + 0x10, 12);
}

/* A generator that repeats, as a chip made from a seed has at each start. */
static void a_repeated_generator_repeats_no_nonce_with_other_contents(void **state)
{
	static const u8 seed[32] = {3};
	struct rng *a = rng_new(seed), *b = rng_new(seed);
	u8 other[SEV_NV_SIZE];

	assert_int_equal(sev_image_seal(image, &id, &bed_sp(bed)->chip, a), 0);
	assert_int_equal(sev_identity_make_pdh(&id, bed_sp(bed)), 0);
	assert_int_equal(sev_image_seal(other, &id, &bed_sp(bed)->chip, b), 0);
	assert_memory_not_equal(image + 0x10, other + 0x10, 12);
	rng_free(a);
	rng_free(b);
}

static void no_private_key_shows(void **state)
{
	u8 d[EC_LE_BYTES];

	ec_key_to_le(&id.pek, d);
	assert_null(memmem(image, sizeof(image), d, 16));
	ec_key_to_le(&id.pdh, d);
	assert_null(memmem(image, sizeof(image), d, 16));
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(comes_out_as_it_went_in),
		UNIT(an_external_owner_s_key_is_not_there),
		UNIT(erased_is_empty),
		UNIT(what_is_changed_is_invalid),
		UNIT(another_chip_s_is_invalid),
		UNIT(two_seals_of_one_identity_have_nothing_in_common),
		UNIT(a_repeated_generator_repeats_no_nonce_with_other_contents),
		UNIT(no_private_key_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
