/* SPDX-License-Identifier: MIT */
/* What a page shows to whom, through each change of its state, for each engine. */
#include "chip/cache/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#include "chip/cache/testbed.h"
#include "tests/support/cmocka.h"

#define PAGE SPA(0x5000)

static void check_state(struct rig *r, enum cache_state state, view_t view)
{
	assert_true(rig_page_is(r, PAGE, state, view));
}

/* Plaintext with no two blocks alike, written by core a. */
static void store_pattern(struct rig *r, view_t view, u8 plain[PAGE_SIZE])
{
	for (u64 i = 0; i < PAGE_SIZE; i += 8) {
		u64 v = i * 0x9e3779b97f4a7c15 + 77;

		core_store(&r->a, view, SPA(PAGE.v + i), v);
		put_le64(plain + i, v);
	}
}

static void check_core_sees(struct rig *r, view_t view, const u8 *want)
{
	for (u64 i = 0; i < PAGE_SIZE; i += 8)
		assert_int_equal(core_load(&r->a, view, SPA(PAGE.v + i)), get_le64(want + i));
}

/* -- a host looks at a private page ---------------------------------------------------------- */

static void check_host_reads_ciphertext(enum mee_profile profile)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = profile});
	u8 plain[PAGE_SIZE], cipher[PAGE_SIZE], host[PAGE_SIZE];

	store_pattern(r, VIEW_KEY(2), plain);
	check_state(r, CACHE_DIRTY, VIEW_KEY(2));
	mee_encrypt(r->t.mee, 2, PAGE, cipher, plain, PAGE_SIZE);

	rig_dma_read(r, PAGE, host, PAGE_SIZE);
	assert_memory_equal(host, cipher, PAGE_SIZE);
	assert_memory_equal(r->t.fabric.dram + PAGE.v, cipher, PAGE_SIZE);

	/* The core kept its right to load, lost the one to store, and gets it back. */
	check_state(r, CACHE_CLEAN, VIEW_KEY(2));
	assert_true(core_maps(&r->a, VIEW_KEY(2), PAGE, false));
	assert_false(core_maps(&r->a, VIEW_KEY(2), PAGE, true));
	core_store(&r->a, VIEW_KEY(2), PAGE, 1234);
	check_state(r, CACHE_DIRTY, VIEW_KEY(2));
	put_le64(plain, 1234);
	mee_encrypt(r->t.mee, 2, PAGE, cipher, plain, PAGE_SIZE);
	assert_int_equal(
		cache_read(r->t.cache, r->a.agent, REQ_HOST_CORE, VIEW_RAW, PAGE, host, PAGE_SIZE),
		FABRIC_OK);
	assert_memory_equal(host, cipher, PAGE_SIZE);
	check_core_sees(r, VIEW_KEY(2), plain);
	rig_free(r);
}

static void test_host_reads_ciphertext(void **state)
{
	check_host_reads_ciphertext(MEE_ZEN1_XE);
	check_host_reads_ciphertext(MEE_ZEN1_XEX);
	check_host_reads_ciphertext(MEE_ZEN2_XEX);
}

/* -- a device writes into a private page ----------------------------------------------------- */

static void check_dma_destroys_blocks(enum mee_profile profile)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = profile});
	u8 plain[PAGE_SIZE], seen[PAGE_SIZE];
	u8 dma[40];

	store_pattern(r, VIEW_KEY(1), plain);
	memset(dma, 0, sizeof(dma));
	/* Bytes 0x10c .. 0x133: blocks 0x100, 0x110, 0x120, 0x130. */
	rig_dma_write(r, SPA(PAGE.v + 0x10c), dma, sizeof(dma));
	check_state(r, CACHE_RAW, VIEW_RAW);
	assert_false(core_maps(&r->a, VIEW_KEY(1), PAGE, false));

	for (u64 i = 0; i < PAGE_SIZE; i += 8)
		put_le64(seen + i, core_load(&r->a, VIEW_KEY(1), SPA(PAGE.v + i)));
	assert_memory_equal(seen, plain, 0x100);
	for (u64 block = 0x100; block < 0x140; block += MEE_BLOCK)
		assert_memory_not_equal(seen + block, plain + block, MEE_BLOCK);
	assert_memory_equal(seen + 0x140, plain + 0x140, PAGE_SIZE - 0x140);
	rig_free(r);
}

static void test_dma_destroys_the_blocks_it_hits(void **state)
{
	check_dma_destroys_blocks(MEE_ZEN1_XE);
	check_dma_destroys_blocks(MEE_ZEN1_XEX);
	check_dma_destroys_blocks(MEE_ZEN2_XEX);
}

/* -- views ----------------------------------------------------------------------------------- */

static void test_wrong_key_gives_noise(void **state)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	u8 plain[PAGE_SIZE], cipher[PAGE_SIZE], noise[PAGE_SIZE];

	store_pattern(r, VIEW_KEY(1), plain);
	mee_encrypt(r->t.mee, 1, PAGE, cipher, plain, PAGE_SIZE);
	mee_decrypt(r->t.mee, 3, PAGE, noise, cipher, PAGE_SIZE);
	check_core_sees(r, VIEW_KEY(3), noise);
	check_state(r, CACHE_CLEAN, VIEW_KEY(3));
	check_core_sees(r, VIEW_RAW, cipher);
	check_state(r, CACHE_RAW, VIEW_RAW);
	check_core_sees(r, VIEW_KEY(1), plain);
	for (u64 block = 0; block < PAGE_SIZE; block += MEE_BLOCK)
		assert_memory_not_equal(noise + block, plain + block, MEE_BLOCK);
	rig_free(r);
}

/* The host's key is slot 0, and a view like others. */
static void test_host_key_view(void **state)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	u8 plain[PAGE_SIZE], cipher[PAGE_SIZE];

	store_pattern(r, VIEW_HOST_KEY, plain);
	check_state(r, CACHE_DIRTY, VIEW_HOST_KEY);
	mee_encrypt(r->t.mee, 0, PAGE, cipher, plain, PAGE_SIZE);
	check_core_sees(r, VIEW_RAW, cipher);
	rig_free(r);
}

static void test_two_cores_share_a_view(void **state)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	struct cache_stats stats;

	core_store(&r->a, VIEW_KEY(1), PAGE, 5);
	cache_agent_run(r->b.agent);
	assert_int_equal(core_load(&r->b, VIEW_KEY(1), PAGE), 5);
	core_store(&r->b, VIEW_KEY(1), PAGE, 6);
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), PAGE), 6);
	cache_agent_park(r->b.agent);
	cache_stats(r->t.cache, &stats);
	assert_int_equal(stats.loads, 1);
	assert_int_equal(stats.writebacks, 0);
	assert_int_equal(stats.shootdowns, 0);
	assert_int_equal(stats.resident, 1);

	/* A change of view takes the page from both: b is parked, a drops its own. */
	(void)core_load(&r->a, VIEW_RAW, PAGE);
	assert_int_equal(r->a.drops[CACHE_DROP_ALL], 1);
	assert_int_equal(r->b.drops[CACHE_DROP_ALL], 1);
	assert_false(core_maps(&r->b, VIEW_KEY(1), PAGE, false));
	cache_stats(r->t.cache, &stats);
	assert_int_equal(stats.writebacks, 1);
	assert_int_equal(stats.shootdowns, 1);
	assert_int_equal(stats.resident, 0);
	rig_free(r);
}

static void test_clean_pages_are_not_written_back(void **state)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	struct cache_stats stats;

	(void)core_load(&r->a, VIEW_KEY(1), PAGE);
	check_state(r, CACHE_CLEAN, VIEW_KEY(1));
	(void)core_load(&r->a, VIEW_RAW, PAGE);
	cache_stats(r->t.cache, &stats);
	assert_int_equal(stats.writebacks, 0);
	assert_true(bytes_are_zero(r->t.fabric.dram + PAGE.v, PAGE_SIZE));
	rig_free(r);
}

static void test_raw_stores_are_in_dram_at_once(void **state)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	u64 v;

	core_store(&r->a, VIEW_RAW, PAGE, 0x55aa);
	assert_int_equal(get_le64(r->t.fabric.dram + PAGE.v), 0x55aa);
	v = 0x66bb;
	rig_dma_write(r, PAGE, &v, 8);
	assert_int_equal(r->a.drops[CACHE_DROP_ALL] + r->a.drops[CACHE_DROP_WRITE], 0);
	assert_int_equal(core_load(&r->a, VIEW_RAW, PAGE), 0x66bb);
	rig_free(r);
}

static void test_map_outside_dram(void **state)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	struct cache *c = r->t.cache;

	assert_null(cache_map(c, r->a.agent, SPA(MIB(1)), VIEW_RAW, false).hva);
	assert_null(cache_map(c, r->a.agent, SPA(MIB(1)), VIEW_KEY(1), true).hva);
	assert_null(cache_map(c, r->a.agent, SPA(~0ull), VIEW_RAW, true).hva);
	assert_non_null(cache_map(c, r->a.agent, SPA(MIB(1) - 1), VIEW_RAW, true).hva);
	rig_free(r);
}

/* -- keys ------------------------------------------------------------------------------------ */

/* The reason for WBINVD before an ASID is used again. */
static void test_write_back_takes_the_key_of_the_moment(void **state)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	const u8 new_key[MEE_KEY_SIZE] = "another guest's";
	u8 plain[PAGE_SIZE], old_cipher[PAGE_SIZE], new_cipher[PAGE_SIZE];

	store_pattern(r, VIEW_KEY(1), plain);
	mee_encrypt(r->t.mee, 1, PAGE, old_cipher, plain, PAGE_SIZE);
	cache_begin_key_change(r->t.cache, 1);
	mee_set_key(r->t.mee, 1, new_key);
	cache_end_key_change(r->t.cache, 1);

	check_core_sees(r, VIEW_KEY(1), plain); /* stale lines under the old key */
	cache_flush_all(r->t.cache, r->a.agent);
	mee_encrypt(r->t.mee, 1, PAGE, new_cipher, plain, PAGE_SIZE);
	assert_memory_equal(r->t.fabric.dram + PAGE.v, new_cipher, PAGE_SIZE);
	assert_memory_not_equal(new_cipher, old_cipher, PAGE_SIZE);
	rig_free(r);
}

static void test_flush_before_a_new_key_leaves_old_ciphertext(void **state)
{
	struct rig *r = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	u8 plain[PAGE_SIZE], cipher[PAGE_SIZE], noise[PAGE_SIZE];

	store_pattern(r, VIEW_KEY(1), plain);
	mee_encrypt(r->t.mee, 1, PAGE, cipher, plain, PAGE_SIZE);
	cache_flush_view(r->t.cache, r->a.agent, VIEW_KEY(1));
	cache_begin_key_change(r->t.cache, 1);
	mee_clear_key(r->t.mee, 1, r->t.rng);
	cache_end_key_change(r->t.cache, 1);
	assert_memory_equal(r->t.fabric.dram + PAGE.v, cipher, PAGE_SIZE);
	mee_decrypt(r->t.mee, 1, PAGE, noise, cipher, PAGE_SIZE);
	assert_memory_not_equal(noise, plain, PAGE_SIZE);
	check_core_sees(r, VIEW_KEY(1), noise);
	rig_free(r);
}

/* -- a chip without coherency ---------------------------------------------------------------- */

static void test_incoherent_raw_reads_are_stale(void **state)
{
	struct rig *r =
		rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX, .incoherent = true});
	u8 plain[PAGE_SIZE], cipher[PAGE_SIZE], host[PAGE_SIZE];

	store_pattern(r, VIEW_KEY(1), plain);
	mee_encrypt(r->t.mee, 1, PAGE, cipher, plain, PAGE_SIZE);
	rig_dma_read(r, PAGE, host, PAGE_SIZE);
	assert_true(bytes_are_zero(host, PAGE_SIZE));
	check_state(r, CACHE_DIRTY, VIEW_KEY(1));

	cache_flush_page(r->t.cache, r->a.agent, PAGE, VIEW_RAW); /* the wrong line */
	check_state(r, CACHE_DIRTY, VIEW_KEY(1));
	cache_flush_page(r->t.cache, r->a.agent, PAGE, VIEW_KEY(1));
	check_state(r, CACHE_RAW, VIEW_RAW);
	rig_dma_read(r, PAGE, host, PAGE_SIZE);
	assert_memory_equal(host, cipher, PAGE_SIZE);
	rig_free(r);
}

static void test_incoherent_write_back_overwrites_dma(void **state)
{
	struct rig *r =
		rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX, .incoherent = true});
	u8 plain[PAGE_SIZE], cipher[PAGE_SIZE], page[PAGE_SIZE];

	store_pattern(r, VIEW_KEY(1), plain);
	mee_encrypt(r->t.mee, 1, PAGE, cipher, plain, PAGE_SIZE);
	memset(page, 0x77, PAGE_SIZE);
	rig_dma_write(r, PAGE, page, PAGE_SIZE);
	check_core_sees(r, VIEW_KEY(1), plain);
	assert_int_equal(cache_read(r->t.cache, r->a.agent, REQ_SP, VIEW_RAW, PAGE, page, 8),
			 FABRIC_OK);
	assert_int_equal(get_le64(page), 0x7777777777777777);
	cache_flush_all(r->t.cache, r->a.agent);
	assert_memory_equal(r->t.fabric.dram + PAGE.v, cipher, PAGE_SIZE);
	rig_free(r);
}

/* One core may map both: two lines, as far as such a chip is concerned. */
static void test_incoherent_mappings_side_by_side(void **state)
{
	struct rig *r =
		rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX, .incoherent = true});
	struct cache_stats stats;

	core_store(&r->a, VIEW_KEY(1), PAGE, 111);
	core_store(&r->a, VIEW_RAW, PAGE, 222);
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), PAGE), 111);
	assert_int_equal(core_load(&r->a, VIEW_RAW, PAGE), 222);
	assert_true(core_maps(&r->a, VIEW_KEY(1), PAGE, true));
	assert_true(core_maps(&r->a, VIEW_RAW, PAGE, true));
	cache_stats(r->t.cache, &stats);
	assert_int_equal(stats.shootdowns, 0);

	/* Another key evicts the copy, which goes over what was stored raw. */
	(void)core_load(&r->a, VIEW_KEY(2), PAGE);
	check_state(r, CACHE_CLEAN, VIEW_KEY(2));
	assert_int_not_equal(core_load(&r->a, VIEW_RAW, PAGE), 222);
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), PAGE), 111);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_reads_ciphertext),
		cmocka_unit_test(test_dma_destroys_the_blocks_it_hits),
		cmocka_unit_test(test_wrong_key_gives_noise),
		cmocka_unit_test(test_host_key_view),
		cmocka_unit_test(test_two_cores_share_a_view),
		cmocka_unit_test(test_clean_pages_are_not_written_back),
		cmocka_unit_test(test_raw_stores_are_in_dram_at_once),
		cmocka_unit_test(test_map_outside_dram),
		cmocka_unit_test(test_write_back_takes_the_key_of_the_moment),
		cmocka_unit_test(test_flush_before_a_new_key_leaves_old_ciphertext),
		cmocka_unit_test(test_incoherent_raw_reads_are_stale),
		cmocka_unit_test(test_incoherent_write_back_overwrites_dma),
		cmocka_unit_test(test_incoherent_mappings_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
