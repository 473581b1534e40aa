/* SPDX-License-Identifier: MIT */
/* Launch digests and measurements: the worked example, a published answer, refusals. */
#include "owner/measure.h"

#include <errno.h>

#include "base/bytes.h"
#include "crypto/testbed.h"

static u8 d1[4096], vmsa[4096];
static const char d2[] = "SEV launch digest example, 48 bytes of payload!!";

static int make_example(void **state)
{
	fill_sequence(d1, sizeof(d1), 0);
	put_le64(vmsa + 0x170, 2);
	put_le64(vmsa + 0x178, 0xfff0);
	return 0;
}

static void test_worked_example(void **state)
{
	const struct owner_piece pieces[] = {
		{GPA(0x1000), d1, sizeof(d1)},
		{GPA(0x8000), d2, 48},
		{GPA(0xfffffffff000), vmsa, sizeof(vmsa)},
	};
	struct owner_launch launch = {.api_minor = 24, .build = 14, .policy = 0x16000007};
	struct sev_measurement m;
	u8 tik[16], nonce[16];
	bool equal;

	fill_sequence(tik, 16, 0x20);
	fill_sequence(nonce, 16, 0x40);
	assert_int_equal(owner_launch_digest(&launch.ld, pieces, 3, NULL), 0);
	assert_hex(launch.ld.b, 32,
		   "bb2f70cadeaeb3e12706fe99a2a8461060ec0cd6f9992954c34f199398f88b29");
	assert_int_equal(owner_measure(&m, &launch, tik, nonce, NULL), 0);
	assert_hex(m.measure, 32,
		   "99f178382378688024b4d176365671a5d65fe5e56f7471dafb8544c893811d11");
	assert_memory_equal(m.mnonce, nonce, 16);
	assert_int_equal(owner_measure_verify(&equal, &m, &launch, tik, NULL), 0);
	assert_true(equal);

	launch.policy = 3;
	assert_int_equal(owner_launch_digest(&launch.ld, pieces, 2, NULL), 0);
	assert_int_equal(owner_measure(&m, &launch, tik, nonce, NULL), 0);
	assert_hex(m.measure, 32,
		   "5b956247be2bcbbd14c39f0eb6c37dc2fa7d6416163e79cbb43309a262d91b79");
}

/* In the test suites of sev-tool and virtee. */
static void test_published_answer(void **state)
{
	struct owner_launch launch = {.api_minor = 18, .build = 15};
	struct sev_measurement m;
	u8 tik[16], nonce[16];

	unhex(tik, 16, "66320db73158a35a255d051758e95ed4");
	unhex(nonce, 16, "4fbe0bedbad6c86ae8f68971d103e554");
	assert_int_equal(owner_launch_digest(&launch.ld, NULL, 0, NULL), 0);
	assert_int_equal(owner_measure(&m, &launch, tik, nonce, NULL), 0);
	assert_hex(m.measure, 32,
		   "6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea");
}

/* Everything that goes in counts. */
static void test_verify_refuses(void **state)
{
	struct owner_launch launch = {.api_major = 1, .api_minor = 55, .build = 21, .policy = 5};
	struct sev_measurement m, bad;
	struct owner_launch other;
	u8 tik[16] = {1}, other_tik[16] = {2}, nonce[16] = {3};
	bool equal;

	assert_int_equal(owner_measure(&m, &launch, tik, nonce, NULL), 0);
	for (size_t at = 0; at < sizeof(m); at++) {
		bad = m;
		((u8 *)&bad)[at] ^= (u8)(1 << at % 8);
		assert_int_equal(owner_measure_verify(&equal, &bad, &launch, tik, NULL), 0);
		assert_false(equal);
	}
	for (unsigned field = 0; field < 5; field++) {
		other = launch;
		other.api_major ^= field == 0;
		other.api_minor ^= field == 1;
		other.build ^= field == 2;
		other.policy ^= field == 3;
		other.ld.b[31] ^= field == 4;
		assert_int_equal(owner_measure_verify(&equal, &m, &other, tik, NULL), 0);
		assert_false(equal);
	}
	assert_int_equal(owner_measure_verify(&equal, &m, &launch, other_tik, NULL), 0);
	assert_false(equal);
}

static void test_old_firmware(void **state)
{
	struct owner_launch launch = {.api_minor = 16};
	struct sev_measurement m;
	u8 tik[16] = {0}, nonce[16] = {0};
	bool equal = true;

	assert_int_equal(owner_measure(&m, &launch, tik, nonce, NULL), -EINVAL);
	assert_int_equal(owner_measure_verify(&equal, &m, &launch, tik, NULL), -EINVAL);
	assert_false(equal);
	launch.api_minor = 17;
	assert_int_equal(owner_measure(&m, &launch, tik, nonce, NULL), 0);
}

static void test_pieces(void **state)
{
	struct owner_piece pieces[] = {{GPA(0), d1, 16}, {GPA(16), d1, 32}};
	struct sha256_digest split, whole;
	struct error err;
	u8 joined[48];

	/* The borders between commands do not count, nor do addresses. */
	memcpy(joined, d1, 16);
	memcpy(joined + 16, d1, 32);
	assert_int_equal(owner_launch_digest(&split, pieces, 2, NULL), 0);
	assert_int_equal(
		owner_launch_digest(&whole, &(struct owner_piece){GPA(0), joined, 48}, 1, NULL), 0);
	assert_true(sha256_equal(&split, &whole));

	pieces[1].len = 33;
	assert_int_equal(owner_launch_digest(&split, pieces, 2, &err), -EINVAL);
	assert_non_null(strstr(err.text, "piece 2"));
	assert_true(bytes_are_zero(&split, sizeof(split)));
	pieces[1].len = 0;
	assert_int_equal(owner_launch_digest(&split, pieces, 2, &err), -EINVAL);
	pieces[1].len = 16;
	pieces[0].gpa = GPA(8);
	assert_int_equal(owner_launch_digest(&split, pieces, 2, &err), -EINVAL);
	assert_non_null(strstr(err.text, "piece 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_example), cmocka_unit_test(test_published_answer),
		cmocka_unit_test(test_verify_refuses), cmocka_unit_test(test_old_firmware),
		cmocka_unit_test(test_pieces),
	};

	return cmocka_run_group_tests(tests, make_example, NULL);
}
