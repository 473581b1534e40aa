/* SPDX-License-Identifier: MIT */
/* Handles, room, and that a context that goes leaves nothing. */
#include "chip/sp/guest.h"

#include <string.h>

#include "base/bytes.h"
#include "chip/sp/testbed.h"
#include "tests/support/cmocka.h"

static struct sp_bed *bed;
static struct sp *sp;

static int setup(void **state)
{
	bed = bed_new();
	sp = bed_sp(bed);
	bed_init_platform(bed);
	return 0;
}

static int teardown(void **state)
{
	bed_free(bed);
	return 0;
}

static void handles_are_not_used_again_at_once(void **state)
{
	u32 last = SEV_HANDLE_NONE;

	for (unsigned i = 0; i < 5 * BED_ASIDS; i++) {
		struct sev_guest *g = sev_guest_new(sp, SEV_GUEST_LUPDATE);

		assert_true(g->handle > last);
		last = g->handle;
		sev_guest_free(sp, g);
		assert_null(sev_guest_find(sp, last));
	}
}

static void handles_wrap_around_live_ones_and_zero(void **state)
{
	struct sev_guest *first, *g;

	first = sev_guest_new(sp, SEV_GUEST_LUPDATE);
	assert_int_equal(first->handle, 1);
	sp->guests.last_handle = 0xfffffffe;
	g = sev_guest_new(sp, SEV_GUEST_LUPDATE);
	assert_int_equal(g->handle, 0xffffffff);
	g = sev_guest_new(sp, SEV_GUEST_LUPDATE);
	assert_int_equal(g->handle, 2);
	assert_ptr_equal(sev_guest_find(sp, 1), first);
}

static void zero_is_nobody(void **state)
{
	assert_null(sev_guest_find(sp, SEV_HANDLE_NONE));
}

static void contexts_are_finite(void **state)
{
	struct sev_guest *g = NULL;

	for (unsigned i = 0; i < BED_ASIDS; i++) {
		assert_true(sev_guest_room(sp));
		g = sev_guest_new(sp, SEV_GUEST_LUPDATE);
	}
	assert_false(sev_guest_room(sp));
	assert_int_equal(sp->guests.count, BED_ASIDS);
	sev_guest_free(sp, g);
	assert_true(sev_guest_room(sp));
}

static void the_first_guest_makes_the_platform_working(void **state)
{
	struct sev_guest *a, *b;

	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_INIT);
	a = sev_guest_new(sp, SEV_GUEST_LUPDATE);
	b = sev_guest_new(sp, SEV_GUEST_LUPDATE);
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_WORKING);
	sev_guest_free(sp, a);
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_WORKING);
	sev_guest_free(sp, b);
	assert_int_equal(sev_platform_state(sp), SEV_PLATFORM_INIT);
}

static void a_context_that_goes_leaves_nothing(void **state)
{
	struct sev_guest *g = sev_guest_new(sp, SEV_GUEST_LUPDATE);

	memset(g->vek, 1, sizeof(g->vek));
	memset(&g->keys, 2, sizeof(g->keys));
	g->ld = hash_new(HASH_SHA256);
	assert_non_null(g->ld);
	assert_int_equal(sp_vmsas_reserve(&sp->vmsas), 0);
	sp_vmsas_record(&sp->vmsas, g->handle, SPA(BED_GUEST), (u8[SEV_VMSA_SIZE]){0});
	sev_guest_free(sp, g);
	assert_true(bytes_are_zero(g, sizeof(*g)));
	assert_false(sp_vmsas_overlap(&sp->vmsas, SPA(BED_GUEST), 1));
}

static void a_session_ends_and_the_rest_stays(void **state)
{
	struct sev_guest *g = sev_guest_new(sp, SEV_GUEST_SUPDATE);
	struct sev_guest before;

	memset(g->vek, 1, sizeof(g->vek));
	g->policy = 5;
	before = *g;
	memset(g->nonce, 1, sizeof(g->nonce));
	memset(g->ms, 1, sizeof(g->ms));
	memset(&g->keys, 1, sizeof(g->keys));
	sev_guest_wipe_session(g);
	assert_memory_equal(g, &before, sizeof(before));
}

#define UNIT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(handles_are_not_used_again_at_once),
		UNIT(handles_wrap_around_live_ones_and_zero),
		UNIT(zero_is_nobody),
		UNIT(contexts_are_finite),
		UNIT(the_first_guest_makes_the_platform_working),
		UNIT(a_context_that_goes_leaves_nothing),
		UNIT(a_session_ends_and_the_rest_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
