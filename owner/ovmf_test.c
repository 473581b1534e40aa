/* SPDX-License-Identifier: MIT */
/* Firmware tables: real images, digests that another tool computed, and broken tables. */
#include "owner/ovmf.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "crypto/testbed.h"
#include "owner/measure.h"
#include "owner/vmsa.h"
#include "tests/support/shared_data.h"

enum { IMAGE = 512 };

/* An image under construction, from its end downwards. */
struct image {
	u8 bytes[IMAGE];
	size_t at;
};

static void put_entry(struct image *m, const struct guid *guid, const void *data, size_t len,
		      u16 length)
{
	struct ovmf_entry_tail tail = {.length = length, .guid = *guid};

	m->at -= sizeof(tail);
	memcpy(m->bytes + m->at, &tail, sizeof(tail));
	m->at -= len;
	memcpy(m->bytes + m->at, data, len);
}

static const struct guid footer = OVMF_GUID_FOOTER, reset = OVMF_GUID_RESET_BLOCK,
			 hashes = OVMF_GUID_HASHES_BLOCK, other = {"something else"};

static void start(struct image *m, size_t table_len)
{
	memset(m, 0, sizeof(*m));
	m->at = IMAGE - OVMF_TABLE_FROM_END;
	put_entry(m, &footer, "", 0, (u16)table_len);
}

static int parse(struct owner_ovmf *o, const struct image *m, const char *said)
{
	struct error err = {0};
	int ret = owner_ovmf_parse(o, m->bytes, sizeof(m->bytes), &err);

	if (ret && !strstr(err.text, said))
		fail_msg("'%s' does not say '%s'", err.text, said);
	if (ret)
		assert_true(bytes_are_zero(o, sizeof(*o)));
	return ret;
}

static void test_table(void **state)
{
	struct ovmf_area_block area = {0x810c00, 0x400};
	struct owner_ovmf o;
	struct image m;

	start(&m, 18 + 22 + 21 + 26);
	put_entry(&m, &reset, "\x04\xb0\x80\x00", 4, 22);
	put_entry(&m, &other, "abc", 3, 21);
	put_entry(&m, &hashes, &area, sizeof(area), 26);
	assert_int_equal(parse(&o, &m, ""), 0);
	assert_true(o.has_table);
	assert_int_equal(o.reset_addr, 0x80b004);
	assert_int_equal(o.hashes.base, 0x810c00);
	assert_int_equal(o.hashes.size, 0x400);
	assert_int_equal(o.secret.size, 0);

	start(&m, 18); /* an empty one */
	assert_int_equal(parse(&o, &m, ""), 0);
	assert_true(o.has_table);
}

static void test_no_table(void **state)
{
	struct image m = {0};
	struct owner_ovmf o;

	assert_int_equal(parse(&o, &m, ""), 0);
	assert_false(o.has_table);
	for (size_t len = 0; len < 64; len++) {
		assert_int_equal(owner_ovmf_parse(&o, m.bytes, len, NULL), 0);
		assert_false(o.has_table);
	}
}

static void test_broken(void **state)
{
	struct owner_ovmf o;
	struct image m;

	start(&m, 17);
	assert_int_equal(parse(&o, &m, "do not fit"), -EINVAL);
	start(&m, IMAGE);
	assert_int_equal(parse(&o, &m, "do not fit"), -EINVAL);
	start(&m, 0xffff);
	assert_int_equal(parse(&o, &m, "do not fit"), -EINVAL);
	start(&m, 18 + 10); /* room for no entry */
	assert_int_equal(parse(&o, &m, "longer than the table"), -EINVAL);
	start(&m, 18 + 22);
	put_entry(&m, &reset, "\x04\xb0\x80\x00", 4, 23);
	assert_int_equal(parse(&o, &m, "longer than the table"), -EINVAL);
	start(&m, 18 + 22);
	put_entry(&m, &other, "abcd", 4, 0);
	assert_int_equal(parse(&o, &m, "longer than the table"), -EINVAL);
	start(&m, 18 + 20);
	put_entry(&m, &reset, "\x04\xb0", 2, 20);
	assert_int_equal(parse(&o, &m, "expected 4"), -EINVAL);
	start(&m, 18 + 22 + 22);
	put_entry(&m, &reset, "\x04\xb0\x80\x00", 4, 22);
	put_entry(&m, &reset, "\x04\xb0\x80\x00", 4, 22);
	assert_int_equal(parse(&o, &m, "there twice"), -EINVAL);
}

/* Real firmware with an empty kernel, the digest that sev-snp-measure's test suite expects. */
static void check_digest(const char *file, const char *cmdline, const struct owner_vcpu *vcpu,
			 const char *expected)
{
	struct owner_piece pieces[3];
	u8 table[SEV_HASH_TABLE_PADDED];
	struct owner_boot boot = {.cmdline = cmdline};
	struct sha256_digest ld;
	struct owner_ovmf o;
	struct vmsa vmsa;
	size_t len, count = 2;
	u8 *image = shared_data_read(file, &len);

	if (!image)
		skip();
	assert_int_equal(owner_ovmf_parse(&o, image, len, NULL), 0);
	assert_int_equal(o.reset_addr, 0x80b004);
	assert_int_not_equal(o.hashes.size, 0);
	assert_int_equal(owner_hash_table(table, &boot), 0);
	pieces[0] = (struct owner_piece){GPA(GIB(4) - len), image, len};
	pieces[1] = (struct owner_piece){GPA(o.hashes.base), table, sizeof(table)};
	if (vcpu) {
		owner_vmsa_reset(&vmsa, vcpu);
		pieces[count++] = (struct owner_piece){GPA(VMSA_RESET_GPA), &vmsa, sizeof(vmsa)};
	}
	assert_int_equal(owner_launch_digest(&ld, pieces, count, NULL), 0);
	assert_hex(ld.b, 32, expected);
	free(image);
}

static void test_published_digests(void **state)
{
	const struct owner_vcpu vcpu = {.start = OWNER_BOOT_CPU_START, .signature = 0x800f12};

	check_digest("data/attestation/launch/ovmf_AmdSev_suffix.bin", "console=ttyS0 loglevel=7",
		     NULL, "82a3ee5d537c3620628270c292ae30cb40c3c878666a7890ee7ef2a08fb535ff");
	check_digest("data/attestation/launch/ovmf_AmdSev_suffix.bin", "", &vcpu,
		     "13810ae661ea11e2bb205621f582fee268f0367c8f97bc297b7fadef3e12002c");
}

static void test_image_without_hashes(void **state)
{
	struct owner_ovmf o;
	size_t len;
	u8 *image = shared_data_read("data/attestation/launch/ovmf_OvmfX64_suffix.bin", &len);

	if (!image)
		skip();
	assert_int_equal(owner_ovmf_parse(&o, image, len, NULL), 0);
	assert_true(o.has_table);
	assert_int_equal(o.hashes.size, 0);
	free(image);
}

static void test_hash_table(void **state)
{
	struct owner_boot boot = {
		.kernel = "abc",
		.kernel_len = 3,
		.cmdline = "",
	};
	u8 table[SEV_HASH_TABLE_PADDED];

	assert_int_equal(owner_hash_table(table, &boot), 0);
	assert_hex(table, 18, "06d63894224fc94cb479a793d411fd21a800");
	assert_hex(table + 18 + 18, 32, /* of the NUL alone */
		   "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
	assert_hex(table + 68 + 18, 32,
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_hex(table + 118, 18, "3794e74dd2ab7f42b835d5b172d2045b3200");
	assert_hex(table + 118 + 18, 32,
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(bytes_are_zero(table + 168, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_published_digests),
		cmocka_unit_test(test_image_without_hashes),
		cmocka_unit_test(test_hash_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
