/* SPDX-License-Identifier: MIT */
/* A guest's life with the Secure Processor: what it leaves in DRAM, what is refused, how it ends. */
#include "hv/launch.h"

#include <string.h>

#include "tests/support/cmocka.h"

#include "hv/testbed.h"

enum { PIECE_AT = 0x100000, ASID = 20 };

static struct testbed t;
static struct sp_driver driver;
static struct boot_stage stage;
static struct launch launch;

static int setup(void **state)
{
	u8 page[PAGE_SIZE];

	memset(page, 0x61, sizeof(page));
	testbed_init(&t, MIB(8), MEMORY_SCATTERED);
	assert_int_equal(sp_driver_init(&driver, t.chip, &t.pages, &t.err), 0);
	boot_stage_init(&stage, &t.memory);
	assert_int_equal(
		boot_stage_put(&stage, "piece", GPA(PIECE_AT), page, sizeof(page), MIB(3), &t.err),
		0);
	return 0;
}

static int teardown(void **state)
{
	launch_end(&launch);
	testbed_fini(&t);
	return 0;
}

static int start(const struct launch_config *cfg)
{
	return launch_start(&launch, &driver, cfg, &stage, ASID, &t.err);
}

static u32 guests(void)
{
	struct sev_platform_status_buf status;

	assert_int_equal(sp_driver_status(&driver, &status, &t.err), 0);
	return status.guest_count;
}

static bool is_plain(void)
{
	u8 b[16], plain[16];

	memset(plain, 0x61, sizeof(plain));
	assert_true(memory_read(&t.memory, GPA(PIECE_AT), b, sizeof(b)));
	return memcmp(b, plain, sizeof(b)) == 0;
}

static void pieces_leave_as_ciphertext(void **state)
{
	assert_true(is_plain());
	assert_int_equal(start(&(struct launch_config){.measured = NULL}), 0);
	assert_false(is_plain());
	assert_int_equal(guests(), 1);
	launch_end(&launch);
	assert_int_equal(guests(), 0);
	assert_false(is_plain());
}

struct seen {
	u64 len;
	u8 first;
};

static void see(void *ctx, const void *bytes, size_t len)
{
	struct seen *s = ctx;

	if (s->len == 0)
		s->first = *(const u8 *)bytes;
	s->len += len;
}

static void what_is_measured_is_seen_whole(void **state)
{
	struct seen s = {0};

	assert_int_equal(start(&(struct launch_config){.measured = see, .ctx = &s}), 0);
	assert_int_equal(s.len, MIB(3));
	assert_int_equal(s.first, 0x61);
}

static void an_asid_serves_one_guest_after_the_other(void **state)
{
	for (unsigned n = 0; n < 3; n++) {
		assert_int_equal(start(&(struct launch_config){.measured = NULL}), 0);
		launch_end(&launch);
	}
	launch_end(&launch); /* nothing is left to end */
	assert_int_equal(guests(), 0);
}

static void what_the_firmware_refuses_is_said(void **state)
{
	struct launch other;

	/* A policy that asks for a newer firmware than there is. */
	assert_int_not_equal(start(&(struct launch_config){.owner = {.policy = 0x00ff0000}}), 0);
	assert_non_null(strstr(t.err.text, "LAUNCH_START"));
	assert_non_null(strstr(t.err.text, "POLICY_FAILURE"));
	assert_int_equal(guests(), 0);

	assert_int_equal(start(&(struct launch_config){.measured = NULL}), 0);
	assert_int_not_equal(launch_start(&other, &driver,
					  &(struct launch_config){.measured = NULL}, &stage, ASID,
					  &t.err),
			     0);
	assert_non_null(strstr(t.err.text, "ACTIVATE: the Secure Processor answers ASID_OWNED"));
	launch_end(&other);
	assert_int_equal(guests(), 1);
}

static bool offer(void *ctx, const struct sev_measurement *m, struct launch_secret *out)
{
	*out = *(struct launch_secret *)ctx;
	return true;
}

static void secrets_that_cannot_be(void **state)
{
	const struct sev_packet_hdr hdr = {.flags = 0};
	u8 trans[16] = {0};
	struct launch_secret s = {GPA(GIB(1)), &hdr, trans, 16};
	const struct launch_config cfg = {.secret = offer, .ctx = &s};

	assert_int_not_equal(start(&cfg), 0);
	assert_non_null(strstr(t.err.text, "not in guest memory"));
	launch_end(&launch);
	s.gpa = GPA(PIECE_AT);
	assert_int_not_equal(start(&cfg), 0);
	assert_non_null(strstr(t.err.text, "LAUNCH_SECRET: the Secure Processor answers"));
	launch_end(&launch);
	assert_int_equal(guests(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pieces_leave_as_ciphertext, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_measured_is_seen_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(an_asid_serves_one_guest_after_the_other, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_the_firmware_refuses_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(secrets_that_cannot_be, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
