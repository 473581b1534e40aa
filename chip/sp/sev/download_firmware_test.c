/* SPDX-License-Identifier: MIT */
/* DOWNLOAD_FIRMWARE: another version runs; signatures, versions, rollback. */
#include <stdlib.h>
#include <string.h>

#include "chip/sp/testbed.h"
#include "crypto/keyfile.h"
#include "tests/support/cmocka.h"

enum { IMAGE = SP_FIRMWARE_IMAGE_SIZE(4096) };

static struct rsa_key *ark, *ask;
static struct sp_bed *bed;
static struct sp *sp;
static struct sev_download_firmware_buf buf;
static u8 image[IMAGE];
static struct sp_firmware newer = {.api_minor = 24, .build = 0x20, .svn = 6};

static int group_setup(void **state)
{
	const struct sp_root *r = &sp_test_root;

	return rsa_key_parse(&ark, r->ark_key, strlen(r->ark_key), NULL) ||
	       rsa_key_parse(&ask, r->ask_key, strlen(r->ask_key), NULL);
}

static int group_teardown(void **state)
{
	rsa_key_free(ark);
	rsa_key_free(ask);
	return 0;
}

static int setup(void **state)
{
	bed = bed_new();
	sp = bed_sp(bed);
	buf = (struct sev_download_firmware_buf){.fw_paddr = BED_BLOB, .fw_length = IMAGE};
	return sp_firmware_make(image, &newer, ark, bed->config.rng);
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void refused(enum sp_status status)
{
	bed_put(bed, BED_BLOB, image, sizeof(image));
	bed_refuses(bed, status, SEV_CMD_DOWNLOAD_FIRMWARE, &buf, sizeof(buf));
}

static void accepted(void)
{
	bed_put(bed, BED_BLOB, image, sizeof(image));
	bed_accepts(bed, SEV_CMD_DOWNLOAD_FIRMWARE, &buf, sizeof(buf));
}

static void make(u8 api_minor, u32 svn)
{
	struct sp_firmware fw = {.api_minor = api_minor, .build = 1, .svn = svn};

	assert_int_equal(sp_firmware_make(image, &fw, ark, bed->config.rng), 0);
}

static void another_version_runs(void **state)
{
	struct sev_platform_status_buf status = {0};

	accepted();
	bed_accepts(bed, SEV_CMD_PLATFORM_STATUS, &status, sizeof(status));
	assert_int_equal(status.build, 0x20);
	assert_int_equal(status.state, SEV_PLATFORM_UNINIT);
}

static void an_older_version_behaves_like_one(void **state)
{
	make(16, 5);
	accepted();
	assert_int_equal(bed_command(bed, SEV_CMD_NOP, NULL, 0), SP_INVALID_COMMAND);
	make(24, 5);
	accepted();
	bed_accepts(bed, SEV_CMD_NOP, NULL, 0);
}

static void an_older_security_version_is_refused(void **state)
{
	make(24, 4);
	refused(SP_BAD_SVN);
	make(24, 5);
	accepted();
	make(24, 6);
	accepted();
	make(24, 5);
	refused(SP_BAD_SVN);
}

static void with_rollback(struct sp_config *cfg)
{
	cfg->product.fw_rollback = true;
}

/* A weakness of real legacy parts. */
static void a_product_with_rollback_takes_it(void **state)
{
	bed_free(bed);
	bed = bed_new_with(&(struct bed_options){.change = with_rollback});
	sp = bed_sp(bed);
	make(16, 0);
	accepted();
	assert_int_equal(sp->firmware.svn, 0);
}

static void every_byte_is_signed(void **state)
{
	for (size_t i = 0; i < sizeof(image); i += i < 0x20 ? 3 : 101) {
		image[i] ^= 1;
		refused(SP_BAD_SIGNATURE);
		image[i] ^= 1;
	}
	accepted();
}

static void only_the_ark_signs(void **state)
{
	assert_int_equal(sp_firmware_make(image, &newer, ask, bed->config.rng), 0);
	refused(SP_BAD_SIGNATURE);
}

static void another_format(void **state)
{
	struct sp_firmware_head h;

	memcpy(&h, image, sizeof(h));
	h.format = 2;
	memcpy(image, &h, sizeof(h));
	assert_int_equal(rsa_pss_sign(image + sizeof(h), ark, HASH_SHA384, bed->config.rng, image,
				      sizeof(h)),
			 0);
	refused(SP_BAD_VERSION);
}

static void lengths(void **state)
{
	static const u32 bad[] = {0, 1, IMAGE - 1, SEV_FW_MAX_MILAN + 1, 0xffffffff};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		buf.fw_length = bad[i];
		refused(SP_INVALID_LENGTH);
	}
	buf.fw_length = IMAGE + 32;
	refused(SP_BAD_SIGNATURE);
}

static void addresses(void **state)
{
	buf.fw_paddr = BED_BLOB + 16;
	refused(SP_INVALID_ADDRESS);
	buf.fw_paddr = BED_DRAM - IMAGE + 32;
	buf.fw_paddr &= ~31ull;
	refused(SP_INVALID_ADDRESS);
	buf.fw_paddr = -32ull;
	refused(SP_INVALID_ADDRESS);
}

static void states(void **state)
{
	bed_init_platform(bed);
	refused(SP_INVALID_PLATFORM_STATE);
	sev_guest_new(sp, SEV_GUEST_LUPDATE);
	refused(SP_INVALID_PLATFORM_STATE);
	bed_accepts(bed, SEV_CMD_SHUTDOWN, NULL, 0);
	accepted();
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(another_version_runs),
		UNIT(an_older_version_behaves_like_one),
		UNIT(an_older_security_version_is_refused),
		UNIT(a_product_with_rollback_takes_it),
		UNIT(every_byte_is_signed),
		UNIT(only_the_ark_signs),
		UNIT(another_format),
		UNIT(lengths),
		UNIT(addresses),
		UNIT(states),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
