/* SPDX-License-Identifier: MIT */
/* Firmware images: head and signature; DOWNLOAD_FIRMWARE's own test does the rest. */
#include "chip/sp/firmware.h"

#include <string.h>

#include "tests/support/cmocka.h"

enum { IMAGE = SP_FIRMWARE_IMAGE_SIZE(2048) };

static struct rng *rng;
static struct rsa_key *key;
static u8 image[IMAGE + 64];

static int group_setup(void **state)
{
	rng = rng_new(NULL);
	return rsa_key_generate(&key, 2048);
}

static int group_teardown(void **state)
{
	rsa_key_free(key);
	rng_free(rng);
	return 0;
}

static void what_is_made_is_read(void **state)
{
	const struct sp_firmware fw = {1, 2, 3, 0x04050607};
	struct sp_firmware got;
	enum verdict v;

	assert_int_equal(sp_firmware_make(image, &fw, key, rng), 0);
	assert_true(sp_firmware_fits(rsa_key_public(key), IMAGE));
	assert_false(sp_firmware_fits(rsa_key_public(key), IMAGE - 1));
	assert_int_equal(sp_firmware_verify(&v, image, IMAGE, rsa_key_public(key)), 0);
	assert_int_equal(v, VERDICT_GOOD);
	assert_true(sp_firmware_read(&got, image));
	assert_int_equal(got.api_major, 1);
	assert_int_equal(got.api_minor, 2);
	assert_int_equal(got.build, 3);
	assert_int_equal(got.svn, 0x04050607);
}

/* Between head and signature may stand whatever the maker likes; it is signed as well. */
static void a_body_is_signed_too(void **state)
{
	const struct sp_firmware fw = {1, 2, 3, 4};
	size_t body = sizeof(struct sp_firmware_head) + 64;
	enum verdict v;

	assert_int_equal(sp_firmware_make(image, &fw, key, rng), 0);
	memset(image + sizeof(struct sp_firmware_head), 0x90, 64);
	assert_int_equal(rsa_pss_sign(image + body, key, HASH_SHA384, rng, image, body), 0);
	assert_int_equal(sp_firmware_verify(&v, image, sizeof(image), rsa_key_public(key)), 0);
	assert_int_equal(v, VERDICT_GOOD);
	image[sizeof(struct sp_firmware_head) + 5] ^= 1;
	assert_int_equal(sp_firmware_verify(&v, image, sizeof(image), rsa_key_public(key)), 0);
	assert_int_equal(v, VERDICT_BAD_SIGNATURE);
}

static void another_format_is_not_read(void **state)
{
	static const size_t fixed[] = {0, 7, 8, 11, 0x0f, 0x14, 0x1f};
	const struct sp_firmware fw = {1, 2, 3, 4};
	struct sp_firmware got;

	assert_int_equal(sp_firmware_make(image, &fw, key, rng), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		image[fixed[i]] ^= 2;
		assert_false(sp_firmware_read(&got, image));
		image[fixed[i]] ^= 2;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_read),
		cmocka_unit_test(a_body_is_signed_too),
		cmocka_unit_test(another_format_is_not_read),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
