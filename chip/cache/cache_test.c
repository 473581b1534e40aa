/* SPDX-License-Identifier: MIT */
/* The cache as a whole: making and unmaking it, what it says of itself, changes of keys. */
#include "chip/cache/cache.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#include "chip/cache/testbed.h"
#include "tests/support/cmocka.h"

#define PAGE SPA(0x5000)

static int setup(void **state)
{
	*state = rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX});
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* -- making ---------------------------------------------------------------------------------- */

static void test_capacity_too_small(void **state)
{
	struct rig *r = *state;
	struct cache_config cfg = {.capacity = 1, .coherent = true};
	struct error err = {.text = ""};

	assert_null(cache_new(&r->t.fabric, r->t.mee, &cfg, &err));
	assert_non_null(strstr(err.text, "at least 2"));
	assert_null(cache_new(&r->t.fabric, r->t.mee, &cfg, NULL));
}

static void test_free_writes_back(void **state)
{
	const struct fabric_config fabric_cfg = {.dram_size = MIB(1)};
	const struct cache_config cache_cfg = {.coherent = true};
	struct rig *r = *state;
	struct fabric f;
	struct error err;
	struct cache *c;
	u8 plain[MEE_BLOCK] = "written at last";
	u8 cipher[MEE_BLOCK];

	assert_int_equal(fabric_init(&f, &fabric_cfg, &err), 0);
	c = cache_new(&f, r->t.mee, &cache_cfg, &err);
	assert_non_null(c);
	cache_write(c, NULL, REQ_SP, VIEW_KEY(1), PAGE, plain, sizeof(plain));
	cache_free(c);
	mee_encrypt(r->t.mee, 1, PAGE, cipher, plain, sizeof(plain));
	assert_memory_equal(f.dram + PAGE.v, cipher, sizeof(cipher));
	/* The fabric goes on without. */
	assert_int_equal(fabric_read(&f, REQ_DMA, PAGE, plain, sizeof(plain)), FABRIC_OK);
	assert_memory_equal(plain, cipher, sizeof(cipher));
	fabric_fini(&f);
	cache_free(NULL);
}

/* More than a cache's share of pages is as many as there are. */
static void test_capacity_beyond_dram(void **state)
{
	struct rig *r =
		rig_new(&(struct testbed_config){.profile = MEE_ZEN2_XEX, .capacity = ~0ull});

	core_store(&r->a, VIEW_KEY(1), PAGE, 1);
	rig_free(r);
}

/* Two chips in one process know nothing of each other. */
static void test_two_machines(void **state)
{
	struct rig *r = *state;
	struct rig *other = rig_new(&(struct testbed_config){.profile = MEE_ZEN1_XE});

	core_store(&r->a, VIEW_KEY(1), PAGE, 1);
	core_store(&other->a, VIEW_KEY(1), PAGE, 2);
	assert_int_equal(core_load(&r->a, VIEW_KEY(1), PAGE), 1);
	cache_flush_all(other->t.cache, other->a.agent);
	assert_true(rig_page_is(r, PAGE, CACHE_DIRTY, VIEW_KEY(1)));
	rig_free(other);
}

/* -- looking in ------------------------------------------------------------------------------ */

static void test_inspect(void **state)
{
	struct rig *r = *state;

	assert_true(rig_page_is(r, PAGE, CACHE_RAW, VIEW_RAW));
	assert_true(rig_page_is(r, SPA(MIB(1)), CACHE_RAW, VIEW_RAW));
	(void)core_load(&r->a, VIEW_KEY(3), SPA(PAGE.v + 8));
	assert_true(rig_page_is(r, SPA(PAGE.v + 0xfff), CACHE_CLEAN, VIEW_KEY(3)));
	core_store(&r->a, VIEW_KEY(3), PAGE, 1);
	assert_true(rig_page_is(r, PAGE, CACHE_DIRTY, VIEW_KEY(3)));
}

static void test_stats(void **state)
{
	struct rig *r = *state;
	struct cache_stats s;

	cache_stats(r->t.cache, &s);
	assert_int_equal(s.loads + s.writebacks + s.evictions + s.shootdowns + s.resident, 0);
	core_store(&r->a, VIEW_KEY(1), PAGE, 1);
	core_store(&r->a, VIEW_KEY(2), SPA(0), 1);
	core_store(&r->a, VIEW_KEY(2), PAGE, 1);
	cache_stats(r->t.cache, &s);
	assert_int_equal(s.loads, 3);
	assert_int_equal(s.writebacks, 1);
	assert_int_equal(s.shootdowns, 1);
	assert_int_equal(s.resident, 2);
	assert_int_equal(s.evictions, 0);
}

/* -- changes of keys ------------------------------------------------------------------------- */

struct keying {
	struct rig *rig;
	_Atomic bool done;
};

static void *read_private_page(void *arg)
{
	struct keying *k = arg;
	u64 v;

	cache_read(k->rig->t.cache, NULL, REQ_SP, VIEW_KEY(1), PAGE, &v, 8);
	atomic_store(&k->done, true);
	return NULL;
}

static void test_key_change_keeps_the_engine_off_the_slot(void **state)
{
	struct rig *r = *state;
	struct keying k = {.rig = r};
	pthread_t reader;
	u64 v;

	cache_begin_key_change(r->t.cache, 1);
	assert_int_equal(pthread_create(&reader, NULL, read_private_page, &k), 0);
	for (int i = 0; i < 1000; i++)
		sched_yield();
	assert_false(atomic_load(&k.done));
	/* Other slots are not concerned. */
	cache_read(r->t.cache, NULL, REQ_SP, VIEW_KEY(2), SPA(0), &v, 8);
	cache_end_key_change(r->t.cache, 1);
	pthread_join(reader, NULL);
	assert_true(atomic_load(&k.done));
}

enum { KEYINGS = 300 };

/* Two SPs' worth of key changes on the slot that everybody uses. */
static void *change_keys(void *arg)
{
	struct keying *k = arg;
	struct cache *c = k->rig->t.cache;
	const u8 key[MEE_KEY_SIZE] = {7};

	for (int i = 0; i < KEYINGS; i++) {
		cache_begin_key_change(c, 1);
		mee_set_key(k->rig->t.mee, 1, key);
		cache_end_key_change(c, 1);
	}
	return NULL;
}

static void test_key_changes_under_load(void **state)
{
	struct rig *r = *state;
	struct keying k = {.rig = r};
	const u8 key[MEE_KEY_SIZE] = {7};
	pthread_t changer[2];

	mee_set_key(r->t.mee, 1, key);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&changer[i], NULL, change_keys, &k), 0);
	for (u64 i = 0; i < 2000; i++) {
		core_store(&r->a, VIEW_KEY(1), PAGE, i);
		(void)core_load(&r->a, VIEW_RAW, PAGE);
		assert_int_equal(core_load(&r->a, VIEW_KEY(1), PAGE), i);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(changer[i], NULL);
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(test_capacity_too_small),
		WITH_RIG(test_free_writes_back),
		cmocka_unit_test(test_capacity_beyond_dram),
		WITH_RIG(test_two_machines),
		WITH_RIG(test_inspect),
		WITH_RIG(test_stats),
		WITH_RIG(test_key_change_keeps_the_engine_off_the_slot),
		WITH_RIG(test_key_changes_under_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
