/* SPDX-License-Identifier: MIT */
/*
 * Attacks that cross commands.  Each is published; each here either must fail, or must work because
 * the design lets it.  Those on one command stand in that command's test, those on migration in
 * migration_test.c, on points and sessions in begin_test.c, on chains in chain_test.c.
 */
#include <string.h>

#include "chip/sp/sev/guest_testbed.h"
#include "tests/support/cmocka.h"

static void update(struct sp_bed *bed, const struct bed_guest *g, u64 spa, const void *data,
		   u32 len)
{
	struct sev_launch_update_buf buf = {.handle = g->handle, .paddr = spa, .length = len};

	bed_put(bed, spa, data, len);
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &buf, sizeof(buf));
}

/* -- what the design lets work --------------------------------------------------------------- */

/* CVE-2020-12967 and kin: no integrity, so an old ciphertext is as good as a new one. */
static void old_memory_comes_back(void **state)
{
	struct sp_bed *bed = *state;
	u8 old[64], new[64], cipher[64], seen[64];
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	bed_fill(old, sizeof(old), 1);
	bed_fill(new, sizeof(new), 2);
	bed_guest_put(bed, &g, BED_GUEST, old, sizeof(old));
	bed_get(bed, BED_GUEST, cipher, sizeof(cipher));
	bed_guest_put(bed, &g, BED_GUEST, new, sizeof(new));
	bed_put(bed, BED_GUEST, cipher, sizeof(cipher));
	bed_guest_get(bed, &g, BED_GUEST, seen, sizeof(seen));
	assert_memory_equal(seen, old, sizeof(seen));
}

/* CVE-2020-12966: equal plaintext at one address is equal ciphertext, and the host reads it. */
static void ciphertext_tells_when_memory_changes(void **state)
{
	struct sp_bed *bed = *state;
	u8 plain[16] = {1}, first[16], second[16];
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	bed_get(bed, BED_GUEST, first, sizeof(first));
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	bed_get(bed, BED_GUEST, second, sizeof(second));
	assert_memory_equal(first, second, sizeof(first));
	plain[0] = 2;
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	bed_get(bed, BED_GUEST, second, sizeof(second));
	assert_memory_not_equal(first, second, sizeof(first));
}

/* CVE-2021-26311: the pieces of an image stand elsewhere, and the digest is the same. */
static void an_image_is_rearranged(void **state)
{
	struct sp_bed *bed = *state;
	struct bed_guest a, b;
	struct sha256_digest ld[2];
	u8 one[0x1000], two[0x1000];

	bed_fill(one, sizeof(one), 1);
	bed_fill(two, sizeof(two), 2);
	bed_guest_new(bed, &a, BED_POLICY, SEV_GUEST_LUPDATE);
	update(bed, &a, BED_GUEST, one, sizeof(one));
	update(bed, &a, BED_GUEST + 0x1000, two, sizeof(two));
	bed_guest_new(bed, &b, BED_POLICY, SEV_GUEST_LUPDATE);
	update(bed, &b, BED_GUEST + 0x9000, one, sizeof(one));
	update(bed, &b, BED_GUEST + 0x8000, two, sizeof(two));
	hash_final_sha256(bed_context(bed, &a)->ld, &ld[0]);
	hash_final_sha256(bed_context(bed, &b)->ld, &ld[1]);
	assert_true(sha256_equal(&ld[0], &ld[1]));
}

/* Whoever may debug a guest that shares a key debugs both; so NOKS. */
static void a_sharer_reads_the_other(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf start = {.policy = BED_POLICY};
	struct sev_activate_buf activate = {.asid = 7};
	struct sev_dbg_buf dbg = {.src_paddr = BED_GUEST, .dst_paddr = BED_BLOB, .length = 64};
	u8 plain[64], seen[64];
	struct bed_guest g;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	bed_fill(plain, sizeof(plain), 1);
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	start.handle = g.handle;
	bed_accepts(bed, SEV_CMD_LAUNCH_START, &start, sizeof(start));
	activate.handle = dbg.handle = start.handle;
	bed_accepts(bed, SEV_CMD_ACTIVATE, &activate, sizeof(activate));
	bed_accepts(bed, SEV_CMD_DBG_DECRYPT, &dbg, sizeof(dbg));
	bed_get(bed, BED_BLOB, seen, sizeof(seen));
	assert_memory_equal(seen, plain, sizeof(seen));
}

/* -- what must fail -------------------------------------------------------------------------- */

/* A guest whose policy forbids debugging is not debugged by way of one whose policy allows it. */
static void a_laxer_sharer(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_launch_start_buf start = {.policy = BED_POLICY};
	struct bed_guest g;

	bed_guest_new(bed, &g, SEV_POLICY_NODBG, SEV_GUEST_RUNNING);
	start.handle = g.handle;
	bed_refuses(bed, SP_POLICY_FAILURE, SEV_CMD_LAUNCH_START, &start, sizeof(start));
}

/* The key of a guest is gone with it, whatever is left in DRAM. */
static void memory_of_the_dead(void **state)
{
	struct sp_bed *bed = *state;
	u8 plain[64], seen[64];
	struct bed_guest g;
	u32 asid;

	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	asid = g.asid;
	bed_fill(plain, sizeof(plain), 1);
	bed_guest_put(bed, &g, BED_GUEST, plain, sizeof(plain));
	bed_flush(bed);
	bed_retire(bed, &g);
	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_RUNNING);
	assert_int_equal(g.asid, asid);
	bed_guest_get(bed, &g, BED_GUEST, seen, sizeof(seen));
	assert_memory_not_equal(seen, plain, sizeof(seen));
}

/* A deactivated guest's lines, written back under the next key, are noise to the next guest. */
static void lines_of_the_last_guest(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_activate_buf buf;
	u8 plain[64], seen[64];
	struct bed_guest a, b;

	bed_guest_new(bed, &b, BED_POLICY, SEV_GUEST_RUNNING);
	bed_deactivate(bed, &b);
	bed_flush(bed);
	bed_guest_new(bed, &a, BED_POLICY, SEV_GUEST_RUNNING);
	bed_fill(plain, sizeof(plain), 1);
	bed_guest_put(bed, &a, BED_GUEST, plain, sizeof(plain)); /* dirty in the cache */
	buf = (struct sev_activate_buf){.handle = b.handle, .asid = a.asid};
	bed_deactivate(bed, &a);
	bed_refuses(bed, SP_DFFLUSH_REQUIRED, SEV_CMD_ACTIVATE, &buf, sizeof(buf));
	bed_flush(bed);
	bed_accepts(bed, SEV_CMD_ACTIVATE, &buf, sizeof(buf));
	b.asid = buf.asid;
	bed_guest_get(bed, &b, BED_GUEST, seen, sizeof(seen));
	assert_memory_not_equal(seen, plain, sizeof(seen));
}

/* The session of a launch begins a migration too, but its packets are of no use there. */
static void a_secret_as_a_piece_of_migration(void **state)
{
	struct sp_bed *bed = *state;
	struct sev_packet_hdr hdr = {0};
	struct sev_transport_buf buf = {.hdr_paddr = BED_HDR,
					.hdr_length = 0x34,
					.guest_paddr = BED_GUEST | BIT64(BED_C_BIT),
					.guest_length = 32,
					.trans_paddr = BED_TEXT,
					.trans_length = 32};
	struct bed_guest launched, received;
	u8 text[32] = "the key of the owner's disk ...";

	bed_guest_new(bed, &launched, BED_POLICY, SEV_GUEST_LSECRET);
	bed_owner_packet(&launched.owner, SEV_MAC_LAUNCH_SECRET, text, sizeof(text),
			 launched.measurement.measure, &hdr);
	bed_put(bed, BED_HDR, &hdr, sizeof(hdr));
	bed_put(bed, BED_TEXT, text, sizeof(text));
	bed_guest_new(bed, &received, BED_POLICY, SEV_GUEST_RUPDATE);
	assert_memory_equal(&bed_context(bed, &received)->keys, &launched.owner.keys, 32);
	buf.handle = received.handle;
	bed_refuses(bed, SP_BAD_MEASUREMENT, SEV_CMD_RECEIVE_UPDATE_DATA, &buf, sizeof(buf));
}

/* Addresses inside the image that INIT_EX left with the host belong to firmware. */
static void the_hosts_copy_of_the_platforms_keys(void **state)
{
	enum { NV = BED_GUEST + 0x100000 };
	struct sp_bed *bed = bed_new();
	struct sev_init_ex_buf init = {
		.length = sizeof(init), .nv_paddr = NV, .nv_length = SEV_NV_SIZE};
	u8 empty[SEV_NV_SIZE];
	struct bed_guest g;
	struct sev_launch_update_buf update_nv = {.length = 0x1000};

	memset(empty, 0xff, sizeof(empty));
	bed_put(bed, NV, empty, sizeof(empty));
	bed_accepts(bed, SEV_CMD_INIT_EX, &init, sizeof(init));
	bed_flush(bed);
	bed_guest_new(bed, &g, BED_POLICY, SEV_GUEST_LUPDATE);
	update_nv.handle = g.handle;
	for (u64 at = NV - 0xff0; at < NV + SEV_NV_SIZE; at += 0x1ff0) {
		update_nv.paddr = at;
		bed_refuses(bed, SP_INVALID_ADDRESS, SEV_CMD_LAUNCH_UPDATE_DATA, &update_nv,
			    sizeof(update_nv));
	}
	update_nv.paddr = NV + SEV_NV_SIZE;
	bed_accepts(bed, SEV_CMD_LAUNCH_UPDATE_DATA, &update_nv, sizeof(update_nv));
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(old_memory_comes_back),
		BED_TEST(ciphertext_tells_when_memory_changes),
		BED_TEST(an_image_is_rearranged),
		BED_TEST(a_sharer_reads_the_other),
		BED_TEST(a_laxer_sharer),
		BED_TEST(memory_of_the_dead),
		BED_TEST(lines_of_the_last_guest),
		BED_TEST(a_secret_as_a_piece_of_migration),
		cmocka_unit_test(the_hosts_copy_of_the_platforms_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
